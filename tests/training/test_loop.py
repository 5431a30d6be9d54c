"""When training steps, evaluates and ends; the batches it steps on."""

import random
from itertools import islice

import pytest
import spacy
from spacy.language import Language
from spacy.training import Example

from zonekg.errors import InputError
from zonekg.training.batches import BatchSource


def test_evaluations_come_at_their_steps_and_at_the_end(tiny, tmp_path, log_rows):
    tiny(tmp_path, {"training.max_steps": 7, "training.eval_frequency": 3})
    *_, end = rows = log_rows(tmp_path / "work")
    assert [row["step"] for row in rows if row["kind"] == "evaluation"] == [3, 6, 7]
    assert (end["kind"], end["why"], end["step"]) == ("end", "max_steps", 7)


def test_training_ends_after_its_epochs(tiny, tmp_path, log_rows):
    changes = {"training.max_steps": 0, "training.max_epochs": 2, "training.eval_frequency": 1000}
    tiny(tmp_path, changes)
    *_, last, end = log_rows(tmp_path / "work")
    assert (end["why"], last["epoch"]) == ("max_epochs", 1)
    assert last["step"] == end["step"] > 10


def test_patience_ends_it_when_nothing_gets_better(tiny, tmp_path, log_rows):
    """With steps of length 0 the first evaluation, at 2, stays the best: 2 + 5 is the end."""
    still = {"training.optimizer.learn_rate.initial_rate": 0.0, "training.patience": 5,
             "training.eval_frequency": 2, "training.optimizer.L2": 0.0}  # fmt: skip
    tiny(tmp_path, still)
    *rows, end = log_rows(tmp_path / "work")
    assert (end["why"], end["step"], end["best"]["step"]) == ("patience", 7, 2)
    assert [row["step"] for row in rows[1:]] == [2, 4, 6, 7]


def test_a_frozen_component_stays_as_it_was(tiny, changed, tmp_path, weights):
    tiny(tmp_path / "source", {"training.max_steps": 3, "system.seed": 8})

    def change(config):
        config["components"]["fixed"] = {
            "source": str(tmp_path / "source" / "model"), "component": "ner"
        }  # fmt: skip
        config["nlp"]["pipeline"] = ["fixed", "ner"]
        config["training"]["frozen_components"] = ["fixed"]

    tiny(tmp_path, {"training.max_steps": 3}, path=changed(change))
    before = weights(tmp_path / "source" / "model")
    assert (weights(tmp_path / "model", "fixed") == before).all()
    assert (weights(tmp_path / "model", "ner") != before).any()


def test_components_annotate_for_those_after_them(tiny, changed, tmp_path):
    """What the NER finds while it is trained is there for the component behind it."""
    seen = []

    class Looking:
        is_trainable = False

        def __call__(self, doc):
            return doc

        def update(self, examples, **_):
            seen.extend(eg.predicted.has_annotation("ENT_IOB") for eg in examples)

    Language.factory("zonekg_test_looking", func=lambda nlp, name: Looking())

    def change(config, names):
        config["components"]["looking"] = {"factory": "zonekg_test_looking"}
        config["nlp"]["pipeline"] = ["ner", "looking"]
        config["training"]["annotating_components"] = names

    for names, expected in (([], {False}), (["ner"], {True})):
        seen.clear()
        path = changed(lambda config, names=names: change(config, names))
        tiny(tmp_path, {"training.max_steps": 2}, path=path)
        assert set(seen) == expected


def test_the_learn_rate_and_losses_are_logged_as_they_were(trained, log_rows):
    rows = [row for row in log_rows(trained / "work") if row["kind"] == "evaluation"]
    # linear warm-up over 2 steps, then down to 0 at step 30; the first step has rate 0
    expected = [0.02 * (30 - row["step"] + 1) / 28 for row in rows]
    assert [row["learn_rate"] for row in rows] == pytest.approx(expected)
    losses = [row["losses"]["ner"] for row in rows]
    assert losses[0] > losses[-1] > 0


class Lots:
    """A corpus of blank docs in an order drawn by lot, each text with a number drawn by lot."""

    def __init__(self, size=7):
        self.size = size

    def __call__(self, nlp):
        order = random.sample(range(self.size), self.size)
        for i in order:
            doc = nlp.make_doc(f"{i}.{random.randrange(1000)}")
            yield Example(doc, doc)


def pairs(examples):
    """A batcher of two at a time, which draws lots as well."""
    examples = iter(examples)
    while batch := list(islice(examples, random.choice((1, 2)))):
        yield batch


def texts(stream, number):
    return [(epoch, [eg.text for eg in batch]) for epoch, batch in islice(stream, number)]


@pytest.mark.parametrize("max_epochs", [-1, 0, 4])
def test_batches_are_the_same_from_any_place_on(max_epochs):
    nlp = spacy.blank("zh")
    source = BatchSource(Lots(), pairs, seed=3, max_epochs=max_epochs)
    whole = texts(source.after((0, 0), 0, nlp), 15)
    epochs = [epoch for epoch, _ in whole]
    assert epochs == sorted(epochs)
    assert len({tuple(map(tuple, (b for e, b in whole if e == n))) for n in set(epochs)}) > 2
    for step in range(1, 12):
        epoch = epochs[step - 1]
        place = (epoch, epochs[:step].count(epoch))
        random.seed(step)  # whatever was drawn before
        assert texts(source.after(place, step, nlp), 15 - step) == whole[step:]
        grown = BatchSource(Lots(), pairs, seed=3, max_epochs=max_epochs, grows=True)
        assert texts(grown.after(place, step, nlp), 15 - step) == whole[step:]


def test_lots_drawn_between_batches_change_nothing():
    nlp = spacy.blank("zh")
    source = BatchSource(Lots(), pairs, seed=3, max_epochs=-1)
    whole = texts(source.after((0, 0), 0, nlp), 12)
    found, drawn = [], []
    random.seed(5)
    for epoch, batch in islice(source.after((0, 0), 0, nlp), 12):
        found.append((epoch, [eg.text for eg in batch]))
        drawn.append(random.random())
    assert found == whole
    random.seed(5)
    assert drawn == [random.random() for _ in range(12)]  # nor do batches change other lots


def test_each_seed_has_batches_of_its_own():
    nlp = spacy.blank("zh")
    sources = [BatchSource(Lots(), pairs, seed=seed, max_epochs=-1) for seed in (1, 2)]
    one, other = (texts(source.after((0, 0), 0, nlp), 9) for source in sources)
    assert one != other


@pytest.mark.parametrize("max_epochs", [-1, 0, 4])
def test_a_corpus_without_batches_is_told(max_epochs):
    source = BatchSource(Lots(0), pairs, seed=3, max_epochs=max_epochs)
    with pytest.raises(InputError, match="it gives no batch"):
        next(source.after((0, 0), 0, spacy.blank("zh")))
