import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from thinc.api import Adam
from torch import nn

from tiny_encoder import TAGS
from zonekg.encoder.net import collate
from zonekg.encoder.shim import EncoderShim

TEXTS = ["太行世纪在阳泉高新区建设项目", "昨日，吕梁经开区与汽车（中国）签约", "高新区"]
RATE = 0.01


def adam():
    return Adam(RATE, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=False)


def train(shim, steps, optimizer):
    """Steps towards the tag that each character's code says."""
    for step in steps:
        cut = [shim.cut(text) for text in TEXTS[step % 3 :]]
        scores, backprop = shim.begin_update(cut)
        gradients = []
        for rows, text in zip(scores, TEXTS[step % 3 :], strict=True):
            gradient = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
            gradient[np.arange(len(text)), [ord(char) % TAGS for char in text]] -= 1
            gradients.append(gradient)
        backprop(gradients)
        shim.finish_update(optimizer)


def weights(shim):
    return {name: value.numpy().tobytes() for name, value in shim.net.state_dict().items()}


def predicted(shim):
    return shim.predict([shim.cut(text) for text in TEXTS])


def same(a, b):
    """Equal but for the last bits, in which torch's sums may differ."""
    return all(np.allclose(x, y, atol=1e-5) for x, y in zip(a, b, strict=True))


# -- training


def test_the_net_learns(make_shim):
    shim = make_shim()
    train(shim, range(60), adam())
    for text, rows in zip(TEXTS, predicted(shim), strict=True):
        assert rows.argmax(axis=1).tolist() == [ord(char) % TAGS for char in text]


def test_the_gradient_is_the_mean_over_all_characters(make_shim):
    shim = make_shim()
    scores, backprop = shim.begin_update([shim.cut(text) for text in TEXTS])
    assert [rows.shape for rows in scores] == [(len(text), TAGS) for text in TEXTS]
    backprop([np.ones_like(rows) for rows in scores])
    shim.learner.go_back()
    assert shim.net.output.bias.grad.tolist() == pytest.approx([1.0] * TAGS)


def test_a_first_step_moves_each_layer_by_its_scale(make_shim):
    """Adam's first step is the learning rate wherever the gradient is not 0."""
    shim = make_shim()
    before = {name: value.clone() for name, value in shim.net.named_parameters()}
    train(shim, [0], Adam(RATE, L2=0.0, grad_clip=0.0, use_averages=False))
    for name, value in shim.net.named_parameters():
        scale = 5.0
        if name.startswith("encoder."):
            scale = 1.0 if "layer.1." in name else 0.5 if "layer.0." in name else 0.25
        moved = float((value - before[name]).detach().abs().max())
        if ".key.bias" not in name:  # softmax does not see it
            assert moved == pytest.approx(RATE * scale, rel=0.05), name


def test_gradients_add_up_until_the_step(make_shim):
    halves, whole = make_shim(), make_shim()
    for shim, parts in ((halves, 2), (whole, 1)):
        for _ in range(parts):
            scores, backprop = shim.begin_update([shim.cut(TEXTS[0])])
            backprop([np.eye(len(rows), TAGS, dtype="float32") * 2 / parts for rows in scores])
        shim.learner.go_back()
    for one, two in zip(halves.net.parameters(), whole.net.parameters(), strict=True):
        assert torch.allclose(one.grad, two.grad, atol=1e-6)


def test_what_another_net_learns_from_vectors_comes_back_with_scores(make_shim):
    """The gradient of lent vectors and of scores together is that of one sum of both."""
    shim, texts = make_shim(), [[0], [1, 2]]
    scores, backprop = shim.begin_update([shim.cut(text) for text in TEXTS])
    backprop([np.ones_like(rows) for rows in scores])
    assert [tuple(rows.shape) for rows in shim.lent] == [(len(text), 40) for text in TEXTS]
    for parts in texts:
        torch.cat([shim.lent[i] for i in parts]).square().sum().backward()
    shim.learner.go_back()
    assert shim.lent == []

    other = make_shim()
    total = 0.0
    for text in TEXTS:
        batch = collate([other.cut(text)], other.segmenter.padding)
        vectors = other.net.vectors(batch)
        total = total + other.net.output(vectors).sum() / sum(map(len, TEXTS))
        total = total + vectors.square().sum()
    total.backward()
    for one, two in zip(shim.net.parameters(), other.net.parameters(), strict=True):
        if one.grad is not None or two.grad is not None:
            assert torch.allclose(one.grad, two.grad, atol=1e-5, rtol=1e-4)


def test_vectors_are_what_scores_are_made_from(make_shim):
    shim = make_shim()
    for text, (scores, vectors) in zip(
        TEXTS, shim.read([shim.cut(text) for text in TEXTS]), strict=True
    ):
        assert vectors.shape == (len(text), 40)
        again = shim.net.output(torch.from_numpy(vectors)).detach().numpy()
        assert np.allclose(again, scores, atol=1e-5)
    assert shim.read([]) == []


def test_it_learns_at_its_rate(make_shim):
    slow, fast = make_shim(rate=0.5), make_shim()
    before = slow.net.output.bias.detach().clone()
    for shim in (slow, fast):
        train(shim, [0], Adam(RATE, L2=0.0, grad_clip=0.0, use_averages=False))
    moved = [(shim.net.output.bias.detach() - before) for shim in (slow, fast)]
    assert torch.allclose(2 * moved[0], moved[1], rtol=1e-3)


# -- going on after a stop


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_going_on_is_as_if_never_stopped(make_shim, average):
    through = make_shim(average=average)
    optimizer = adam()
    train(through, range(5), optimizer)
    stored, state = through.to_bytes(), through.training_state()
    train(through, range(5, 9), optimizer)

    resumed, forgetful = make_shim(average=average), make_shim(average=average)
    resumed.from_bytes(stored).load_training_state(state)
    forgetful.from_bytes(stored)
    for shim in (resumed, forgetful):
        train(shim, range(5, 9), adam())
    assert weights(resumed) == weights(through)
    assert weights(forgetful) != weights(through)
    with through.use_params({}), resumed.use_params({}):
        assert weights(resumed) == weights(through)


def test_a_state_survives_two_stops_without_a_step_between(make_shim):
    shim = make_shim(average=0.9)
    train(shim, range(3), adam())
    once = make_shim(average=0.9).from_bytes(shim.to_bytes())
    once.load_training_state(shim.training_state())
    twice = make_shim(average=0.9).from_bytes(once.to_bytes())
    twice.load_training_state(once.training_state())
    for each in (shim, twice):
        train(each, range(3, 5), adam())
    assert weights(twice) == weights(shim)


def test_weights_that_are_read_are_what_learns_on(make_shim):
    shim, other = make_shim(), make_shim()
    train(shim, range(4), adam())
    shim.from_bytes(other.to_bytes())
    assert weights(shim) == weights(other)
    train(shim, range(2), adam())
    assert weights(shim) != weights(other)


# -- averages


def test_averages_are_swapped_in_and_out(make_shim):
    shim = make_shim(average=0.9)
    train(shim, range(8), adam())
    last, rows = weights(shim), predicted(shim)
    with shim.use_params({}):
        assert weights(shim) != last
        assert not same(predicted(shim), rows)
    assert weights(shim) == last
    with pytest.raises(KeyError), shim.use_params({}):
        raise KeyError
    assert weights(shim) == last


def test_the_average_has_a_short_memory_at_first(make_shim):
    shim, optimizer = make_shim(average=0.9), adam()
    seen = []
    for step in range(3):
        train(shim, [step], optimizer)
        seen.append(shim.net.output.weight.detach().clone())
    expected = seen[0]
    for updates, value in ((2, seen[1]), (3, seen[2])):
        share = updates / (updates + 10)
        expected = share * expected + (1 - share) * value
    with shim.use_params({}):
        assert torch.allclose(shim.net.output.weight, expected, atol=1e-6)


def test_without_an_average_the_last_weights_stay(make_shim):
    shim = make_shim()
    train(shim, range(3), adam())
    last = weights(shim)
    with shim.use_params({}):
        assert weights(shim) == last


# -- storing, and what ships


@pytest.fixture(scope="module")
def frozen(make_shim):
    shim = make_shim(average=0.9)
    train(shim, range(10), adam())
    shim.freeze()
    return shim


def test_a_net_comes_back_from_bytes(make_shim):
    shim = make_shim()
    train(shim, range(3), adam())
    again = EncoderShim(shim.learning).from_bytes(shim.to_bytes())
    assert weights(again) == weights(shim)
    assert same(predicted(again), predicted(shim))
    assert again.to_bytes() == shim.to_bytes() == shim.to_bytes()


def test_what_ships_is_a_graph_alone(frozen):
    assert frozen.net is None
    assert frozen.graph
    graph, small = frozen.graph, frozen.to_bytes()
    assert len(small) < len(graph) + len(frozen.segmenter.json) + 500
    frozen.freeze()
    assert frozen.graph == graph


def test_a_graph_takes_the_place_of_a_net(make_shim, frozen):
    shim = make_shim(average=0.9)
    train(shim, range(2), adam())
    shim.from_bytes(frozen.to_bytes())
    assert shim.net is None
    assert same(predicted(shim), predicted(frozen))
    assert shim.from_bytes(make_shim().to_bytes()).graph == b""


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda shim: pickle.loads(pickle.dumps(shim))])
def test_an_open_session_is_left_out_of_copies(frozen, make_shim, copied):
    rows = predicted(frozen)
    assert frozen._session is not None
    again = copied(frozen)
    assert again._session is None
    assert same(predicted(again), rows)
    learning = make_shim()
    train(learning, range(2), adam())
    assert same(predicted(copied(learning)), predicted(learning))


def test_a_graph_needs_nothing_of_what_trains(frozen, tmp_path):
    (tmp_path / "shim").write_bytes(frozen.to_bytes())
    script = f"""
import sys
for name in ("torch", "transformers", "safetensors", "onnx"):
    sys.modules[name] = None
from pathlib import Path
import numpy as np
from zonekg.encoder.shim import EncoderShim
shim = EncoderShim({{}}).from_bytes(Path("shim").read_bytes())
np.savez("rows.npz", *shim.predict([shim.cut(text) for text in {TEXTS!r}]))
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    with np.load(tmp_path / "rows.npz") as rows:
        assert same([rows[name] for name in rows.files], predicted(frozen))


def test_a_text_without_characters_has_no_scores(make_shim, frozen):
    for shim in (make_shim(), frozen):
        assert shim.predict([shim.cut("")])[0].shape == (0, TAGS)


def test_the_net_of_a_prediction_does_not_drop(make_shim):
    shim = make_shim()
    shim.net.dropout = nn.Dropout(0.9)
    train(shim, [0], adam())
    assert same(predicted(shim), predicted(shim))
