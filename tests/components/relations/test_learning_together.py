"""Relations and NER that learn together on one tiny encoder."""

import numpy as np
import pytest
import spacy
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from tiny_encoder import pipeline, unigram
from zonekg.components.encoder_net import encoder_shim
from zonekg.docs import bare_copy, relations
from zonekg.evaluation import with_gold_entities

BODIES = (
    ("[[K1|阳泉高新区]]的[[O1|太行汽车]]建设[[P1|电池项目]]。",
     "O1 INVESTS_IN P1", "P1 LOCATED_IN K1"),
    ("[[O1|吕梁电池]]现场签约，[[P1|汽车项目]]在[[K1|晋城经开区]]。",
     "P1 LOCATED_IN K1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def golds(marked):
    return [marked(body, *rows) for body, *rows in BODIES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return unigram(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def both(folder, golds):
    """A function: settings of relations -> (a pipeline that is yet to learn, its examples)."""

    def make(**settings):
        nlp = pipeline(folder, window=64)
        nlp.add_pipe("zonekg_relations", name="relations", config=settings)
        examples = [Example(bare_copy(gold), gold) for gold in golds]
        fix_random_seed(1)
        nlp.initialize(lambda: examples)
        return nlp, examples

    return make


def weights(nlp):
    net = encoder_shim(nlp.get_pipe("ner").model).net
    return {name: value.detach().clone().numpy() for name, value in net.named_parameters()}


def steps(nlp, examples, count=1, exclude=()):
    """Steps as `zonekg train` makes them: after all components have seen the batch."""
    fix_random_seed(2)
    optimizer = Adam(0.003, grad_clip=1.0)
    for _ in range(count):
        nlp.update(examples, sgd=False, exclude=exclude)
        for name in {"ner", "relations"} - set(exclude):
            nlp.get_pipe(name).finish_update(optimizer)
    return weights(nlp)


def test_the_encoder_learns_from_relations_too(both):
    alone = steps(*both(weight=0.0))
    together = steps(*both(weight=1.0))
    assert any(not np.allclose(alone[name], together[name], atol=1e-4) for name in alone)
    # the layer that only scores tags learns from tags alone
    assert np.allclose(alone["output.bias"], together["output.bias"], atol=1e-4)


def test_a_frozen_encoder_stays_as_it_is(both):
    nlp, examples = both()
    before = weights(nlp)
    after = steps(nlp, examples, exclude=["ner"])
    assert all((before[name] == after[name]).all() for name in before)
    net = encoder_shim(nlp.get_pipe("ner").model).net
    assert all(value.grad is None for value in net.parameters())


def test_both_are_learnt_and_run_from_disk(both, golds, tmp_path):
    nlp, examples = both()
    steps(nlp, examples, count=150)
    for name in ("ner", "relations"):
        nlp.get_pipe(name).finish_training(nlp, examples)
    nlp.to_disk(tmp_path / "m")
    for gold in golds:
        doc = with_gold_entities(spacy.load(tmp_path / "m"), gold)
        assert set(map(str, doc.ents)) == set(map(str, gold.ents))
        assert [row[:3] for row in relations(doc)] == [row[:3] for row in relations(gold)]
        found = nlp(gold.text)
        assert [(e.text, e.label_) for e in found.ents] == [(e.text, e.label_) for e in gold.ents]
