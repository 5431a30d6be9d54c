"""Training configs that can't be used, and what a plan is told apart by."""

import pytest

from zonekg.errors import InputError
from zonekg.training import read_config, train
from zonekg.training.config import differences, make_plan


@pytest.mark.parametrize("text", [None, "", "plain text", "[training]\nseed = 1", "[paths]\n"])
def test_a_bad_config_is_told_in_one_line(tmp_path, text):
    path = tmp_path / "my.cfg"
    if text is not None:
        path.write_text(text)
    with pytest.raises(
        InputError, match=r"my\.cfg: not a training config \(.*compare it"
    ) as caught:
        train(path, tmp_path / "out", work=tmp_path / "work")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("training.max_step", 5, "no setting training.max_step to change"),
        ("paths.trian", "x", "no setting paths.trian to change"),
        ("trianing.max_steps", 5, "trianing"),
        ("paths.train", 123, "paths.train is no path"),
        ("training.seed", "abc", "training.seed is no whole number"),
        ("training.eval_frequency", 0, "training.eval_frequency is below 1"),
        ("training.logger.@loggers", "spacy.WandbLogger.v1", "Wandb.*not supported; log.jsonl"),
    ],
)
def test_a_wrong_setting_is_told(config, key, value, told, tmp_path):
    with pytest.raises(InputError, match=told):
        train(config, tmp_path / "model", work=tmp_path / "work", overrides={key: value})
    assert list(tmp_path.iterdir()) == []


def test_a_callback_before_updates_is_not_supported(changed, tmp_path):
    def change(config):
        config["training"]["before_update"] = {"@callbacks": "mine.v1"}

    with pytest.raises(InputError, match=r"training\.before_update is not supported; remove it"):
        read_config(changed(change), {})


def test_the_digest_is_of_the_values_not_of_how_they_are_written(config, overrides, changed):
    plan = make_plan(config, overrides)
    rewritten = changed(lambda found: found["training"].update(seed=7, dropout=0.350))
    assert make_plan(rewritten, overrides).notes == plan.notes
    other = make_plan(config, overrides | {"training.dropout": 0.36})
    assert other.notes["config"] != plan.notes["config"]
    assert other.notes | {"config": ""} == plan.notes | {"config": ""}


def test_files_that_the_config_names_count(config, overrides, root, tmp_path):
    plan = make_plan(config, overrides)
    found = plan.facts["files"]["gazetteers"]
    assert set(found) == {
        f"gazetteers/{f.name}" for f in (root / "annotations/gazetteers").iterdir()
    }
    named = make_plan(config, overrides | {"paths.gazetteers": "hfl/chinese-roberta-wwm-ext"})
    assert named.facts["files"]["gazetteers"] == {}  # a name, or what is not there, has no bytes


def test_differences_name_what_came_and_went():
    old = {"a": {"b": 1, "gone": "x"}, "list": [1], "same": {"c": None}}
    new = {"a": {"b": 1.5, "new": {"d": True}}, "list": [1, 2], "same": {"c": None}}
    assert list(differences(old, new)) == [
        "a.b was 1, is 1.5",
        'a.gone was "x", is null',
        'a.new was null, is {"d": true}',
        "list was [1], is [1, 2]",
    ]
