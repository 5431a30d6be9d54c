"""Nets that can use a GPU, and the states of generators."""

import random
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import spacy
from thinc.api import Model, Shim

from zonekg.errors import ModelError
from zonekg.training import device
from zonekg.training.device import place_on
from zonekg.training.generators import generator_states, restore_generators


class Movable(Shim):
    """A shim that notes where it was told to go."""

    device = None

    def use_device(self, device):
        self.device = device


@pytest.fixture
def nlp():
    """Two components with a net each: a shim that can move, and one deeper down that can't."""
    nlp = spacy.blank("zh")
    for shim in (Movable(None), Shim(None)):
        ner = nlp.add_pipe("zonekg_ner", name=type(shim).__name__)
        inner = Model("inner", lambda *_: None, shims=[shim])
        ner.model = Model("outer", lambda *_: None, layers=[inner])
    return nlp


def _torch(monkeypatch, count):
    cuda = SimpleNamespace(is_available=lambda: count > 0, device_count=lambda: count)
    monkeypatch.setattr(device, "import_module", lambda name: SimpleNamespace(cuda=cuda))


def test_the_nets_that_can_go_to_the_gpu(nlp, monkeypatch):
    _torch(monkeypatch, 2)
    assert place_on(nlp, 1) == "cuda:1"
    assert nlp.get_pipe("Movable").model.layers[0].shims[0].device == "cuda:1"


def test_without_a_number_they_stay_on_the_cpu(nlp):
    assert place_on(nlp, None) == "cpu"
    assert nlp.get_pipe("Movable").model.layers[0].shims[0].device is None


@pytest.mark.parametrize(("count", "gpu"), [(0, 0), (1, 1), (2, 5)])
def test_a_gpu_that_is_not_there_is_told(count, gpu, nlp, monkeypatch):
    _torch(monkeypatch, count)
    with pytest.raises(ModelError, match=f"no GPU {gpu}: torch finds {count}; train without"):
        place_on(nlp, gpu)


def test_a_missing_torch_is_told(nlp, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match=r"--gpu needs torch; install zonekg\[train\] or"):
        place_on(nlp, 0)


def test_a_pipeline_without_a_net_that_can_is_told(nlp, monkeypatch):
    _torch(monkeypatch, 1)
    nlp.remove_pipe("Movable")
    with pytest.raises(ModelError, match="no net of Shim can use a GPU"):
        place_on(nlp, 0)


def test_all_generators_go_on_where_they_were():
    torch = pytest.importorskip("torch")

    def draw():
        return random.random(), random.gauss(0, 1), np.random.random(), np.random.normal(), (
            float(torch.rand(1)), float(torch.randn(1))
        )  # fmt: skip

    draw()
    states, arrays = generator_states()
    expected = [draw() for _ in range(3)]
    restore_generators(states, arrays)
    assert [draw() for _ in range(3)] == expected


def test_generators_without_torch(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    states, arrays = generator_states()
    assert set(states) == {"python", "numpy"}
    assert arrays == {}
    expected = random.random(), np.random.random()
    restore_generators(states, arrays)
    assert (random.random(), np.random.random()) == expected
