"""A training that is stopped anywhere and resumed ends as one that was not stopped."""

import io
import json
import signal
import subprocess
import sys

import pytest

from tiny_encoder import SETTINGS, unigram
from zonekg.errors import InputError, ModelError, OutputError
from zonekg.training import checkpoint, train
from zonekg.training import run as runs


@pytest.fixture
def assert_same_end(files, log_rows):
    """A function: published pipelines, last weights, optimizers, generators, scores are equal."""
    return lambda one, other: _assert_same_end(one, other, files, log_rows)


def _assert_same_end(one, other, files, log_rows):
    assert files(one / "model") == files(other / "model")
    last = [files(folder / "work" / "checkpoint") for folder in (one, other)]
    for found in last:
        state = json.loads(found.pop("30/progress.json"))
        found["state"] = state["generators"], state["counts"], state["progress"]["place"]
    assert last[0] == last[1]
    rows = [
        [(r["step"], r["scores"], r["losses"]) for r in log_rows(folder / "work") if "losses" in r]
        for folder in (one, other)
    ]
    assert rows[0] == rows[1]
    assert [row[0] for row in rows[0]] == [5, 10, 15, 20, 25, 30]


# evaluations are at 5, 10, …; epochs end between 8 and 9, 17 and 18, 26 and 27
@pytest.mark.parametrize("stops", [(5,), (17, 26), (6, 11, 29)])
def test_it_ends_the_same_wherever_it_is_cut(
    stops, tiny, trained, tmp_path, stopped_at, assert_same_end
):
    for i, step in enumerate(stops):
        with pytest.raises(KeyboardInterrupt):
            tiny(tmp_path, watch=stopped_at(step), resume=i > 0 and stops[0] > 5)
    assert not (tmp_path / "model").exists()
    if stops == (5,):  # before the first checkpoint
        with pytest.raises(ModelError, match="no checkpoint"):
            tiny(tmp_path, resume=True)
    tiny(tmp_path, resume=stops != (5,))
    assert_same_end(tmp_path, trained)


class Cut(BaseException):
    """What no `except Exception` catches."""


def _breaking(monkeypatch, place, at):
    """Let the call number `at` of a function write what it writes, then raise."""
    target, name = place
    real, calls = getattr(target, name), []

    def cut(*args, **kwargs):
        result = real(*args, **kwargs)
        calls.append(result)
        if len(calls) == at:
            raise Cut
        return result

    monkeypatch.setattr(target, name, cut)


@pytest.mark.parametrize(
    ("place", "at"),
    [
        ((runs.TrainingLog, "evaluation"), 3),
        ((runs._Training, "_save_best"), 2),
        ((checkpoint.np, "savez"), 3),
        ((checkpoint, "save"), 3),
        ((runs, "keep_only"), 5),
        ((runs, "finish"), 1),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_it_ends_the_same_whatever_it_was_writing(
    place, at, tiny, trained, tmp_path, monkeypatch, log_rows, assert_same_end
):
    with monkeypatch.context() as patched:
        _breaking(patched, place, at)
        with pytest.raises(Cut):
            tiny(tmp_path)
    tiny(tmp_path, resume=True)
    assert_same_end(tmp_path, trained)
    kinds = [row["kind"] for row in log_rows(tmp_path / "work")]
    assert kinds.count("run") == kinds.count("end") == 1
    assert kinds[-1] == "end"
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == [
        "checkpoint", "log.jsonl", "model-best"
    ]  # fmt: skip


_KILLED = """
import io, json, os, signal, sys
import numpy as np
from zonekg.training import train

config, folder, overrides, resume, where = json.loads(sys.argv[1])
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
if where == "checkpoint 20":
    real = np.savez
    def half(path, **arrays):
        real(path, **arrays)
        if path.parent.name == "20.part":
            os.truncate(path, 1000)
            die()
    np.savez = half
train(
    config, os.path.join(folder, "model"), work=os.path.join(folder, "work"),
    overrides=overrides, resume=resume,
    log=io.StringIO(), watch=lambda tick: die() if where == f"step {tick.step}" else None,
)
"""


def test_it_ends_the_same_after_kills(
    config, overrides, tiny, trained, tmp_path, log_rows, assert_same_end
):
    """SIGKILL, after which nothing can clean up; the second with a checkpoint half-written."""
    for resume, where in ((False, "step 13"), (True, "checkpoint 20")):
        job = json.dumps([str(config), str(tmp_path), overrides, resume, where])
        done = subprocess.run([sys.executable, "-c", _KILLED, job], check=False)
        assert done.returncode == -signal.SIGKILL
    row = [path.name for path in (tmp_path / "work" / "checkpoint").iterdir()]
    assert sorted(row) == ["15", "20.part"]
    tiny(tmp_path, resume=True)
    assert_same_end(tmp_path, trained)
    assert [row["step"] for row in log_rows(tmp_path / "work") if row["kind"] == "resume"] == [
        10,
        15,
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"training.max_epochs": 3, "training.max_steps": 0},
        {"training.max_epochs": 0, "training.accumulate_gradient": 2},
        {"training.optimizer.use_averages": False, "training.optimizer.@optimizers": "RAdam.v1"},
        {"training.batcher.size": {"@schedules": "compounding.v1", "start": 300, "stop": 2000,
                                   "compound": 1.2}},
    ],
    ids=["epochs", "unending", "radam", "growing batches"],
)  # fmt: skip
def test_it_ends_the_same_with_other_settings(changes, tiny, tmp_path, files, stopped_at):
    if "training.optimizer.@optimizers" in changes:
        changes = changes | {"training.optimizer.eps": 1e-8}
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    tiny(whole, changes)
    with pytest.raises(KeyboardInterrupt):
        tiny(cut, changes, watch=stopped_at(18))
    tiny(cut, changes, resume=True)
    assert files(cut / "model") == files(whole / "model")
    one, other = (files(folder / "work" / "checkpoint") for folder in (whole, cut))
    assert one.keys() == other.keys()
    assert all(one[k] == other[k] for k in one if not k.endswith("progress.json"))


def test_a_training_that_is_done_is_not_done_again(trained, tiny, tmp_path, files, monkeypatch):
    runs.shutil.copytree(trained, tmp_path / "a")
    runs.shutil.rmtree(tmp_path / "a" / "model")
    monkeypatch.setattr(runs, "init_nlp", None)  # nothing is made anew
    tiny(tmp_path / "a", resume=True)
    assert files(tmp_path / "a" / "model") == files(trained / "model")
    assert files(tmp_path / "a" / "work") == files(trained / "work")


def test_ctrl_c_keeps_the_older_model_and_the_checkpoint(
    trained, tiny, tmp_path, files, stopped_at
):
    runs.shutil.copytree(trained / "model", tmp_path / "model")
    before = files(tmp_path / "model")
    with pytest.raises(KeyboardInterrupt):
        tiny(tmp_path, {"system.seed": 5}, watch=stopped_at(7))
    assert files(tmp_path / "model") == before
    assert [path.name for path in (tmp_path / "work" / "checkpoint").iterdir()] == ["5"]


# -- what can't be resumed


def test_resuming_without_a_checkpoint_is_told(tiny, tmp_path):
    with pytest.raises(ModelError, match=r"work: no checkpoint to go on .*train without --resume"):
        tiny(tmp_path, resume=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"training.dropout": 0.2}, r"30: .*training\.dropout was 0\.35, is 0\.2; undo the change"),
        ({"system.seed": 8}, r"system\.seed was 7, is 8; training\.seed was 7, is 8;"),
        ({"training.max_steps": 60}, r"training\.max_steps was 30, is 60"),
    ],
)
def test_other_settings_are_refused_by_name(changes, told, trained, tiny, tmp_path, files):
    runs.shutil.copytree(trained, tmp_path / "a")
    before = files(tmp_path / "a")
    with pytest.raises(InputError, match=told):
        tiny(tmp_path / "a", changes, resume=True)
    assert files(tmp_path / "a") == before


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("train/train.jsonl", r"train_data\.train\.jsonl was \"\w+…, is"),
        ("dev/dev.jsonl", r"dev_data\.dev\.jsonl was"),
        ("gazetteers/places.tsv", r"files\.gazetteers\.gazetteers/places\.tsv was"),
    ],
)
def test_other_data_is_refused_by_name(path, told, root, corpus, tiny, tmp_path):
    runs.shutil.copytree(corpus, tmp_path / "data")
    runs.shutil.copytree(root / "annotations" / "gazetteers", tmp_path / "data" / "gazetteers")
    places = {f"paths.{name}": str(tmp_path / "data" / name) for name in ("train", "dev")}
    places |= {"paths.gazetteers": str(tmp_path / "data" / "gazetteers"), "training.max_steps": 2}
    tiny(tmp_path, places)
    file = tmp_path / "data" / path
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        tiny(tmp_path, places, resume=True)


@pytest.mark.parametrize("name", ["progress.json", "arrays.npz", "pipeline/ner/model"])
def test_a_damaged_checkpoint_is_told(name, tiny, tmp_path, stopped_at):
    with pytest.raises(KeyboardInterrupt):
        tiny(tmp_path, watch=stopped_at(7))
    file = tmp_path / "work" / "checkpoint" / "5" / name
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ModelError, match=r"checkpoint/5: not a whole checkpoint \(.*without --res"):
        tiny(tmp_path, resume=True)


def test_a_full_disk_is_told_and_keeps_the_checkpoint(tiny, tmp_path, monkeypatch):
    real = checkpoint.np.savez

    def full(path, **arrays):
        if path.parent.name == "10.part":
            raise OSError(28, "No space left on device")
        real(path, **arrays)

    monkeypatch.setattr(checkpoint.np, "savez", full)
    with pytest.raises(OutputError, match=r"checkpoint/10: can't be written: No space left"):
        tiny(tmp_path)
    row = (tmp_path / "work" / "checkpoint").iterdir()
    assert sorted(path.name for path in row) == ["10.part", "5"]


@pytest.mark.parametrize("with_relations", [False, True])
def test_an_encoder_in_torch_ends_the_same(
    with_relations, changed, overrides, tmp_path, files, stopped_at
):
    """With dropout, which draws from torch's generator, and averaged weights."""
    folder = tmp_path / "encoder"
    folder.mkdir()
    model = {"@architectures": "zonekg.Encoder.v1", "encoder": str(unigram(folder)), **SETTINGS}

    def change(config):
        net = model | {"dropout": 0.2, "average": 0.9}
        config["components"]["ner"] = {"factory": "zonekg_ner", "window": 128, "model": net}
        if with_relations:
            read = {"@architectures": "zonekg.RelationNet.v1", "width": 8}
            config["components"]["relations"] = {"factory": "zonekg_relations", "model": read}
            del config["initialize"]["components"]["relations"]

    plain = {key: value for key, value in overrides.items() if "model" not in key}
    plain |= {"training.max_steps": 8, "training.eval_frequency": 2}
    path, whole, cut = changed(change), tmp_path / "whole", tmp_path / "cut"
    train(path, whole / "model", work=whole / "work", overrides=plain, log=io.StringIO())
    options = {"work": cut / "work", "overrides": plain, "log": io.StringIO()}
    with pytest.raises(KeyboardInterrupt):
        train(path, cut / "model", watch=stopped_at(5), **options)
    train(path, cut / "model", resume=True, **options)
    assert files(cut / "model") == files(whole / "model")
    names = ["pipeline/ner/model", "shims/ner-0"]
    names += ["pipeline/relations/model", "shims/relations-0"] if with_relations else []
    for name in names:
        one, other = (folder / "work" / "checkpoint" / "8" / name for folder in (whole, cut))
        assert one.read_bytes() == other.read_bytes()
