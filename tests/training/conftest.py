"""Trainings that take a second: a tiny net, ten documents to train on and two to choose by."""

import io
import json

import numpy as np
import pytest
import spacy
from spacy.util import load_config

from zonekg.training import train

TINY = {
    "components.ner.model.width": 16,
    "components.ner.model.rows": 200,
    "components.ner.model.dilations": [1, 2],
    "training.max_steps": 30,
    "training.eval_frequency": 5,
    "training.batcher.size": 800,
    "training.optimizer.learn_rate.warmup_steps": 2,
    "training.optimizer.learn_rate.initial_rate": 0.02,
}


@pytest.fixture(scope="session")
def corpus(root, tmp_path_factory):
    """A folder with ``train/train.jsonl`` and ``dev/dev.jsonl``."""
    folder = tmp_path_factory.mktemp("corpus")
    text = (root / "annotations" / "train" / "train.jsonl").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for name, part in (("train", lines[:10]), ("dev", lines[10:12])):
        (folder / name).mkdir()
        (folder / name / f"{name}.jsonl").write_text("".join(part), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def overrides(corpus):
    """The settings of a tiny training; 30 steps are three epochs and a bit."""
    return TINY | {"paths.train": str(corpus / "train"), "paths.dev": str(corpus / "dev")}


@pytest.fixture(scope="session")
def tiny(config, overrides):
    """A function that trains: folder of output and work, changed settings, other arguments."""

    def run(folder, changes=None, *, path=config, **options):
        options.setdefault("log", io.StringIO())
        settings = overrides | (changes or {})
        return train(path, folder / "model", work=folder / "work", overrides=settings, **options)

    return run


@pytest.fixture
def changed(config, tmp_path):
    """A function: the tests' config after a function changed it, as a file."""

    def write(change):
        found = load_config(config, interpolate=False)
        change(found)
        found.to_disk(tmp_path / "changed.cfg", interpolate=False)
        return tmp_path / "changed.cfg"

    return write


@pytest.fixture(scope="session")
def trained(tiny, tmp_path_factory):
    """The folder of a training that was not stopped; its ``watched.txt`` has the ticks' steps."""
    folder = tmp_path_factory.mktemp("trained")
    log, ticks = io.StringIO(), []
    tiny(folder, log=log, watch=ticks.append)
    (folder / "table.txt").write_text(log.getvalue())
    (folder / "watched.txt").write_text("\n".join(str(tick) for tick in ticks))
    return folder


@pytest.fixture(scope="session")
def files():
    """A function: the bytes of each file below a folder."""

    def read(folder):
        found = (p for p in folder.rglob("*") if p.is_file())
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}

    return read


@pytest.fixture(scope="session")
def log_rows():
    """A function: the rows of the log in a work folder."""

    def read(work):
        return [json.loads(x) for x in (work / "log.jsonl").read_text("utf-8").splitlines()]

    return read


@pytest.fixture(scope="session")
def weights():
    """A function: all parameters of a saved net in one array."""

    def read(folder, name="ner"):
        nodes = spacy.load(folder).get_pipe(name).model.walk()
        return np.concatenate(
            [n.get_param(p).ravel() for n in nodes for p in sorted(n.param_names)]
        )

    return read


@pytest.fixture(scope="session")
def stopped_at():
    """A function: a step -> a watch that stops training by Ctrl-C right after it."""

    def make(step):
        def watch(tick):
            if tick.step == step:
                raise KeyboardInterrupt

        return watch

    return make
