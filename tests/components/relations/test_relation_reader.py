"""The component on the vectors of the shipped NER, learning from three short articles."""

import pytest
import spacy
from spacy.tokens import SpanGroup
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from zonekg.annotate.corpus import read_corpus
from zonekg.docs import PREDICTED, bare_copy, relations, unsure_relations
from zonekg.errors import ModelError
from zonekg.evaluation import with_gold_entities
from zonekg.extraction import load_model
from zonekg.schema import default_schema

BODIES = (
    ("[[K1|阳泉高新区]]的[[O1|丙公司]]投资[[M1|3亿元]]建设[[P1|甲锂电项目]]。",
     "O1 INVESTS_IN P1", "P1 LOCATED_IN K1", "P1 TOTAL_INVESTMENT M1"),
    ("[[O1|丁集团]]与[[O2|戊大学]]签约，[[P1|乙中试基地]]落户[[K1|昆山开发区]]。",
     "O1 COOPERATES_WITH O2", "P1 LOCATED_IN K1"),
    ("[[K1|昆山开发区]]去年税收[[M1|9亿元]]，[[O1|己公司]]承建[[P1|丙厂房]]。",
     "K1 TAX M1", "O1 BUILDS P1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def golds(marked):
    return [marked(body, *rows) for body, *rows in BODIES]


@pytest.fixture(scope="module")
def learn(model_path, golds):
    """A function: settings -> (pipeline whose relations have learnt for some steps, losses)."""

    def run(steps=100, docs=golds, **settings):
        nlp = load_model(model_path)
        nlp.remove_pipe("relations")
        fix_random_seed(1)
        pipe = nlp.add_pipe("zonekg_relations", name="relations", config=settings)
        examples = [Example(nlp.make_doc(gold.text), gold) for gold in docs]
        pipe.initialize(lambda: examples, nlp=nlp)
        optimizer = Adam(0.002, grad_clip=1.0)
        losses = []
        for _ in range(steps):
            found = pipe.update(examples, sgd=optimizer)
            losses.append(found["relations"])
        return nlp, losses

    return run


@pytest.fixture(scope="module")
def learnt(learn, golds):
    nlp, losses = learn()
    assert losses[-1] < losses[0] / 4
    pipe = nlp.get_pipe("relations")
    pipe.finish_training(nlp, [Example(nlp.make_doc(g.text), g) for g in golds])
    return nlp


def facts(doc):
    """Relations by the words at their ends; those that have no direction in the order of words."""
    found = set()
    for row in relations(doc):
        ends = [doc.ents[row.head].text, doc.ents[row.tail].text]
        symmetric = default_schema().relations[row.label].symmetric
        found.add((row.label, *(sorted(ends) if symmetric else ends)))
    return found


def test_what_was_learnt_is_told_of_annotated_mentions(learnt, golds):
    for gold in golds:
        doc = with_gold_entities(learnt, gold)
        assert facts(doc) == facts(gold)
        assert not doc.tensor.size


def test_a_pipeline_runs_as_well_from_disk(learnt, golds, tmp_path):
    learnt.to_disk(tmp_path / "m")
    again = spacy.load(tmp_path / "m")
    for gold in golds:
        one, other = with_gold_entities(learnt, gold), with_gold_entities(again, gold)
        assert relations(one) == relations(other)
    text = golds[0].text
    assert relations(again(text)) == relations(learnt(text))


def test_in_several_processes_it_says_the_same(learnt, golds):
    texts = [gold.text for gold in golds] * 2
    alone = [relations(doc) for doc in learnt.pipe(texts)]
    assert [relations(doc) for doc in learnt.pipe(texts, n_process=2, batch_size=2)] == alone


def test_what_is_not_sure_enough_is_for_review(learnt, golds):
    pipe = learnt.get_pipe("relations")
    thresholds = pipe.cfg["thresholds"]
    try:
        pipe.cfg["thresholds"] = dict.fromkeys(default_schema().relations, 1.01)
        doc = with_gold_entities(learnt, golds[0])
    finally:
        pipe.cfg["thresholds"] = thresholds
    assert not relations(doc)
    assert {row.label for row in unsure_relations(doc)} >= {"TOTAL_INVESTMENT", "INVESTS_IN"}
    assert all(row.score >= pipe.cfg["review"] for row in unsure_relations(doc))
    assert not set(unsure_relations(doc)) & set(relations(doc))


def test_it_learns_on_the_mentions_of_models_too(learn, golds, nlp):
    gold = bare_copy(golds[0])
    gold.user_data |= golds[0].user_data
    gold.spans[PREDICTED] = SpanGroup(gold, spans=[e for e in gold.ents if e.label_ != "MONEY"])
    pipeline, _ = learn(steps=0)
    pipe = pipeline.get_pipe("relations")
    example = Example(nlp.make_doc(gold.text), gold)
    seen = {}
    for share in (0.0, 1.0):
        pipe.cfg["gold_share"] = share
        ((rows, _),) = pipe._tasks(example)
        seen[share] = len(rows["spans"])
    assert seen == {0.0: 3, 1.0: 4}


def test_without_hard_negatives_it_learns_on_fewer_options(learn, golds, nlp):
    sizes = {}
    for hard in (True, False):
        pipeline, _ = learn(steps=0, hard_negatives=hard)
        example = Example(nlp.make_doc(golds[0].text), golds[0])
        ((_, (entries, *_)),) = pipeline.get_pipe("relations")._tasks(example)
        sizes[hard] = len({option for *_, option in entries.tolist()})
    assert sizes[False] == 6 < sizes[True]


def test_it_needs_the_vectors_of_an_encoder(golds):
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_ner", name="ner")
    pipe = nlp.add_pipe("zonekg_relations", name="relations")
    examples = [Example(nlp.make_doc(gold.text), gold) for gold in golds]
    with pytest.raises(ModelError, match="encoder"):
        pipe.initialize(lambda: examples, nlp=nlp)


def test_before_it_is_trained_it_tells_nothing(nlp, golds):
    pipe = spacy.blank("zh").add_pipe("zonekg_relations")
    assert pipe.predict([golds[0]]) == [[]]


def test_crossfit_mentions_come_from_the_reader(root, nlp):
    read = read_corpus(
        str(root / "annotations" / "train"),
        crossfit=str(root / "annotations" / "crossfit"),
    )
    example = next(iter(read(nlp)))
    assert len(example.reference.spans[PREDICTED])
    assert not len(example.predicted.ents)
