"""What components make of the best weights, and nets that need something of training."""

import io
import json
from contextlib import contextmanager

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.util import registry
from thinc.api import Model, Shim

from zonekg.errors import ModelError
from zonekg.training import train


class Finishing:
    """Remembers what it was called with, and how the pipeline scored then."""

    found = b"nothing"

    def __call__(self, doc):
        return doc

    def finish_training(self, nlp, examples):
        score = nlp.evaluate(list(examples))["ents_f"]
        self.found = json.dumps([nlp.path.name, len(examples), score]).encode()

    def to_disk(self, path, **_):
        path.write_bytes(self.found)

    def from_disk(self, path, **_):
        self.found = path.read_bytes()
        return self


@Language.factory("zonekg_test_finishing")
def make_finishing(nlp, name):
    return Finishing()


def test_components_finish_on_the_best_pipeline_and_that_is_published(
    tiny, changed, tmp_path, log_rows
):
    def change(config):
        config["components"]["finishing"] = {"factory": "zonekg_test_finishing"}
        config["nlp"]["pipeline"] = [*config["nlp"]["pipeline"], "finishing"]

    tiny(tmp_path, path=changed(change))
    nlp = spacy.load(tmp_path / "model")
    folder, examples, score = json.loads(nlp.get_pipe("finishing").found)
    rows = log_rows(tmp_path / "work")
    best = rows[-1]["best"]
    assert rows[-1]["kind"] == "end"
    assert (folder, examples) == (str(best["step"]), 2)
    assert score == best["score"] > 0


def test_sentences_of_another_corpus_have_no_profile(tiny, changed, tmp_path, corpus):
    lines = []
    for line in (corpus / "train" / "train.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        tags = ["O"] * len(row["text"])
        for entity in row["entities"]:
            start, end = entity["start_offset"], entity["end_offset"]
            inside = [f"I-{entity['label']}"] * (end - start - 1)
            tags[start:end] = [f"B-{entity['label']}", *inside]
        pairs = zip(row["text"], tags, strict=True)
        lines += [f"{char} {tag}" for char, tag in pairs if not char.isspace()] + [""]
    tagged = tmp_path / "a.bio"
    tagged.write_text("\n".join(lines), encoding="utf-8")

    def change(config):
        reader = {"@readers": "zonekg.TaggedCorpus.v1", "path": str(tagged)}
        config["corpora"] = {"train": reader | {"shuffle": True}, "dev": reader}
        config["initialize"] = {}
        config["nlp"]["pipeline"] = ["ner"]
        config["components"] = {"ner": config["components"]["ner"]}

    paths = {"paths.train": str(tagged), "paths.dev": str(tagged), "training.max_steps": 2}
    nlp = tiny(tmp_path, paths, path=changed(change))
    assert nlp.pipe_names == ["ner"]
    assert not (tmp_path / "model" / "profile.json").exists()


# -- a net of another library, here of numpy, with an optimizer and averages of its own


class Weights(Shim):
    """A score for each tag of each character by a table; momentum and averages are its own."""

    def __init__(self):
        super().__init__(None)
        self.table = self.moment = self.average = None
        self.gradient = 0.0

    def finish_update(self, optimizer):
        self.moment = 0.9 * self.moment + self.gradient
        self.table = self.table - optimizer.learn_rate * self.moment
        self.average = 0.9 * self.average + 0.1 * self.table
        self.gradient = 0.0

    @contextmanager
    def use_params(self, params):
        last, self.table = self.table, self.average
        yield
        self.table = last

    def to_bytes(self):
        return b"" if self.table is None else self.table.astype("float64").tobytes()

    def from_bytes(self, data):
        self.table = np.frombuffer(data).reshape(_ROWS, -1).copy()
        return self


class Resuming(Weights):
    """As it must be for training."""

    def training_state(self):
        return np.stack([self.moment, self.average]).tobytes()

    def load_training_state(self, state):
        rows = np.frombuffer(state).reshape(2, _ROWS, -1)
        self.moment, self.average = rows[0].copy(), rows[1].copy()


_ROWS = 97


def _table_net(shim):
    def init(model, **_):
        shim.table = np.zeros((_ROWS, model.get_dim("nO")))
        shim.moment, shim.average = shim.table.copy(), shim.table.copy()

    def forward(model, windows, is_train):
        keys = [[ord(window.text[i]) % _ROWS for i in window.at] for window in windows]
        if is_train:  # lots from numpy, as dropout has them
            keys = [[k if np.random.random() < 0.9 else 0 for k in row] for row in keys]

        def backprop(d_scores):
            shim.gradient = np.zeros_like(shim.table)
            for row, d_rows in zip(keys, d_scores, strict=True):
                np.add.at(shim.gradient, row, np.asarray(d_rows) / 100)
            return []

        return [shim.table[row].astype("float32") for row in keys], backprop

    model = Model("table", forward, init=init, dims={"nO": None}, shims=[shim])
    model.set_ref("output", model)
    return model


@registry.architectures("zonekg_test.Table.v1")
def make_table():
    return _table_net(Resuming())


@registry.architectures("zonekg_test.Forgetful.v1")
def make_forgetful():
    return _table_net(Weights())


def _table(name):
    def change(config):
        config["components"]["ner"]["model"] = {"@architectures": name}

    return change


@pytest.fixture
def plain(overrides):
    """Settings that fit a config whose net has none."""
    return {key: value for key, value in overrides.items() if "model" not in key}


def test_a_net_with_its_own_optimizer_goes_on_exactly(changed, plain, tmp_path, files, stopped_at):
    path = changed(_table("zonekg_test.Table.v1"))
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    options = {"overrides": plain, "log": io.StringIO()}
    train(path, whole / "model", work=whole / "work", **options)
    options |= {"work": cut / "work"}
    with pytest.raises(KeyboardInterrupt):
        train(path, cut / "model", watch=stopped_at(17), **options)
    train(path, cut / "model", resume=True, **options)
    assert files(cut / "model") == files(whole / "model")
    name = "checkpoint/30/shims/ner-0"
    assert (cut / "work" / name).read_bytes() == (whole / "work" / name).read_bytes()


def test_the_averages_of_a_net_are_judged_and_kept(changed, plain, tmp_path):
    """Even where the optimizer is told to keep none."""
    path = changed(_table("zonekg_test.Table.v1"))
    settings = plain | {"training.max_steps": 5, "training.optimizer.use_averages": False}
    train(path, tmp_path / "model", work=tmp_path / "work", overrides=settings, log=io.StringIO())
    kept = spacy.load(tmp_path / "model").get_pipe("ner").model.shims[0].table
    last = spacy.load(tmp_path / "work" / "checkpoint" / "5" / "pipeline")
    state = (tmp_path / "work" / "checkpoint" / "5" / "shims" / "ner-0").read_bytes()
    average = np.frombuffer(state).reshape(2, _ROWS, -1)[1]
    assert (kept == average).all()
    assert (kept != last.get_pipe("ner").model.shims[0].table).any()


def test_a_net_that_could_not_go_on_is_not_trained(changed, plain, tmp_path):
    path = changed(_table("zonekg_test.Forgetful.v1"))
    with pytest.raises(ModelError, match=r"ner-0: Weights can't be trained here, as .*Resumes"):
        train(path, tmp_path / "model", work=tmp_path / "work", overrides=plain)
    assert not (tmp_path / "work").exists()
