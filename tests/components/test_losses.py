"""The losses against brute force over all legal paths."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.components.decoding import transitions
from zonekg.components.losses import log_softmax, path_loss, tag_loss

TAGS = ["O", "B-ORG", "I-ORG", "L-ORG", "U-ORG", "B-PARK", "I-PARK", "L-PARK", "U-PARK"]
STEP = transitions(tuple(TAGS))


def legal(path):
    inside = all(STEP[a, b] == 0 for a, b in pairwise(path))
    return inside and TAGS[path[0]][0] in "OBU" and TAGS[path[-1]][0] in "OLU"


PATHS = {n: [p for p in product(range(9), repeat=n) if legal(p)] for n in (1, 2, 3, 4)}


def one_hot(path):
    return np.eye(len(TAGS), dtype="float32")[list(path)]


@st.composite
def texts(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = [random.normal(0, 3, (n, len(TAGS))).astype("float32") for n in sizes]
    return scores, [draw(st.sampled_from(PATHS[n])) for n in sizes]


@settings(max_examples=60, deadline=None)
@given(texts())
def test_law_the_path_loss_is_that_of_all_legal_paths(case):
    scores, gold = case
    loss, grads = path_loss(scores, [one_hot(path) for path in gold], TAGS)
    expected = 0.0
    for rows, path, grad in zip(scores, gold, grads, strict=True):
        paths = PATHS[len(rows)]
        worth = np.array([rows[range(len(rows)), list(p)].astype("float64").sum() for p in paths])
        total = np.logaddexp.reduce(worth)
        expected += total - worth[paths.index(path)]
        shares = sum(np.exp(w - total) * one_hot(p) for w, p in zip(worth, paths, strict=True))
        np.testing.assert_allclose(grad, shares - one_hot(path), atol=1e-5)
    assert loss == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("loss", [tag_loss, lambda s, t: path_loss(s, t, TAGS)])
def test_gradients_are_slopes(loss):
    random = np.random.default_rng(3)
    rows = random.normal(0, 1, (4, len(TAGS))).astype("float64")
    wanted = [one_hot((1, 3, 0, 8))]
    _, (grad,) = loss([rows], wanted)
    for place in ((0, 1), (2, 5), (3, 0)):
        bump = np.zeros_like(rows)
        bump[place] = 1e-4
        slope = (loss([rows + bump], wanted)[0] - loss([rows - bump], wanted)[0]) / 2e-4
        assert grad[place] == pytest.approx(slope, abs=1e-4)


def test_what_is_not_known_costs_nothing():
    rows = np.ones((2, len(TAGS)), dtype="float32")
    wanted = one_hot((0, 8))
    wanted[0] = 0.0
    loss, (grad,) = tag_loss([rows], [wanted])
    assert loss == pytest.approx(-float(log_softmax(rows)[1, 8]))
    assert not grad[0].any()
    assert grad[1].any()
    _, (grad,) = path_loss([rows], [wanted], TAGS)
    assert not grad[0].any()
    assert grad[1].any()


def test_the_probability_of_a_gold_path_can_reach_one():
    path = (1, 2, 3, 0)
    sure = 50 * one_hot(path)
    loss, (grad,) = path_loss([sure], [one_hot(path)], TAGS)
    assert loss == pytest.approx(0.0, abs=1e-6)
    assert np.abs(grad).max() < 1e-6
