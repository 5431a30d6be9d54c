"""A training can begin with the last weights of another one of the same config."""

import json
import shutil

import pytest

from zonekg.errors import InputError, ModelError
from zonekg.training import train_seeds
from zonekg.training.folders import latest


@pytest.fixture(scope="module")
def more(tiny, trained, tmp_path_factory):
    """The folder of a training that began where `trained` ended."""
    folder = tmp_path_factory.mktemp("more")
    tiny(folder, {"training.max_steps": 5}, start=trained / "work")
    return folder


def first_loss(log_rows, folder):
    rows = [row for row in log_rows(folder) if "losses" in row]
    return sum(rows[0]["losses"].values())


def test_it_begins_with_what_was_learnt(more, trained, tiny, tmp_path, log_rows):
    tiny(tmp_path, {"training.max_steps": 5})
    assert first_loss(log_rows, more / "work") < first_loss(log_rows, tmp_path / "work")
    assert latest(trained / "work" / "checkpoint").name == "30"  # left as it was


def test_the_pipeline_tells_where_it_began(more, trained):
    told = [json.loads((f / "model" / "meta.json").read_text())["zonekg"] for f in (more, trained)]
    began = told[0].pop("start")
    assert began["config"] == told[1]["config"]
    assert began["train_data"] == told[1]["train_data"]
    assert "start" not in told[1]


def test_it_is_resumed_only_as_it_began(tiny, trained, tmp_path, stopped_at, files):
    changes = {"training.max_steps": 10}
    with pytest.raises(KeyboardInterrupt):
        tiny(tmp_path, changes, start=trained / "work", watch=stopped_at(7))
    with pytest.raises(InputError, match=r"another training: start"):
        tiny(tmp_path, changes, resume=True)
    tiny(tmp_path, changes, start=trained / "work", resume=True)
    whole = tmp_path / "whole"
    tiny(whole, changes, start=trained / "work")
    assert files(tmp_path / "model") == files(whole / "model")


def test_every_seed_begins_there(config, overrides, trained, tmp_path, log_rows):
    changes = overrides | {"training.max_steps": 5}
    for name, start in (("new", None), ("more", trained / "work")):
        options = {"work": tmp_path / name / "work", "overrides": changes, "start": start}
        train_seeds(config, tmp_path / name / "model", [1, 2], **options)
    for seed in ("seed-1", "seed-2"):
        new, more = (tmp_path / name / "work" / seed for name in ("new", "more"))
        assert first_loss(log_rows, more) < first_loss(log_rows, new)


def test_a_folder_without_a_checkpoint_is_told(tiny, tmp_path):
    with pytest.raises(ModelError, match="no checkpoint to begin from; expected the work folder"):
        tiny(tmp_path, start=tmp_path / "nowhere")


def test_the_weights_to_begin_from_are_not_cleared_away(tiny, trained):
    with pytest.raises(InputError, match="set another --work"):
        tiny(trained, start=trained / "work")
    assert latest(trained / "work" / "checkpoint")


def test_a_seed_that_would_clear_them_is_told_before_any_trains(
    config, overrides, trained, tmp_path
):
    shutil.copytree(trained / "work" / "checkpoint", tmp_path / "seed-1" / "checkpoint")
    options = {"work": tmp_path, "overrides": overrides, "start": tmp_path / "seed-1"}
    with pytest.raises(InputError, match="set another --work"):
        train_seeds(config, tmp_path / "model", [2, 1], **options)
    assert not (tmp_path / "seed-2").exists()


def test_other_components_are_told(tiny, trained, tmp_path):
    with pytest.raises(InputError, match=r"others: components\.ner\.model\.width was"):
        tiny(tmp_path, {"components.ner.model.width": 24}, start=trained / "work")


@pytest.mark.parametrize("part", ["pipeline/ner/model", "progress.json"])
def test_a_damaged_checkpoint_is_told(part, tiny, trained, tmp_path):
    shutil.copytree(trained / "work" / "checkpoint", tmp_path / "work" / "checkpoint")
    (tmp_path / "work" / "checkpoint" / "30" / part).write_bytes(b"\x93")
    with pytest.raises(ModelError, match=r"not a whole checkpoint .*begin from another training"):
        tiny(tmp_path / "other", start=tmp_path / "work")
