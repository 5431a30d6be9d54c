"""One pipeline can be the mean of several trainings of one config."""

import json
import shutil

import numpy as np
import pytest
from spacy.util import load_model

from zonekg.errors import InputError, ModelError
from zonekg.training import average


@pytest.fixture(scope="module")
def works(tiny, trained, tmp_path_factory):
    """The work folder of a training, and of one that began where it ended."""
    folder = tmp_path_factory.mktemp("later")
    tiny(folder, {"training.max_steps": 5}, start=trained / "work")
    return [trained / "work", folder / "work"]


@pytest.fixture(scope="module")
def mean(works, config, overrides, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mean") / "model"
    average(config, works, folder, overrides=overrides)
    return folder


def arrays(pipeline):
    model = load_model(pipeline).get_pipe("ner").model
    return [
        np.array(node.get_param(name))
        for node in model.walk()
        for name in node.param_names
        if node.has_param(name)
    ]


def test_each_weight_is_the_mean_of_theirs(works, mean, config, overrides, tmp_path):
    alone = []
    for i, work in enumerate(works):  # of a training and its copy the mean is the training
        copy = shutil.copytree(work, tmp_path / f"copy-{i}")
        average(config, [work, copy], tmp_path / f"alone-{i}", overrides=overrides)
        alone.append(arrays(tmp_path / f"alone-{i}"))
    assert any((a != b).any() for a, b in zip(*alone, strict=True))
    for a, b, c in zip(*alone, arrays(mean), strict=True):
        assert c == pytest.approx((a + b) / 2, abs=1e-6)


def test_it_tells_what_it_is_the_mean_of(mean, trained):
    notes, first = (
        json.loads((folder / "meta.json").read_text())["zonekg"]
        for folder in (mean, trained / "model")
    )
    assert "start" not in notes
    one, other = notes["mean_of"]
    assert one["config"] == first["config"]
    assert "start" in other


def test_the_same_trainings_give_the_same_bytes(works, mean, config, overrides, tmp_path, files):
    average(config, works, tmp_path / "model", overrides=overrides)
    assert files(tmp_path / "model") == files(mean)


def test_one_training_has_no_mean(works, config, overrides, tmp_path):
    with pytest.raises(InputError, match="fewer than two trainings"):
        average(config, [works[0], works[0]], tmp_path / "model", overrides=overrides)


def test_a_folder_without_a_checkpoint_is_told(works, config, overrides, tmp_path):
    with pytest.raises(ModelError, match="no checkpoint"):
        average(config, [works[0], tmp_path], tmp_path / "model", overrides=overrides)
    assert not (tmp_path / "model").exists()
