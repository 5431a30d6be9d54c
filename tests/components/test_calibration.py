"""Calibrated confidences: what share of mentions is right, by label and raw confidence."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.components.calibration import calibrated, fit_curves

CONFIDENCE = st.floats(0, 1)
JUDGED = st.lists(st.tuples(st.sampled_from(["ORG", "PARK"]), CONFIDENCE, st.booleans()))


def overconfident(count, label="ORG"):
    """Mentions that claim p and are right with a chance of p cubed."""
    lots = random.Random(5)
    rows = [(label, lots.uniform(0.3, 0.999)) for _ in range(count)]
    return [(name, p, lots.random() < p**3) for name, p in rows]


def calibration_error(rows, curves):
    """Expected calibration error over ten bins of equal width."""
    sure = np.array([calibrated(p, label, curves) for label, p, _ in rows])
    right = np.array([hit for *_, hit in rows], dtype=float)
    bins = np.minimum((sure * 10).astype(int), 9)
    parts = [
        (sure[bins == b].mean() - right[bins == b].mean(), (bins == b).mean()) for b in set(bins)
    ]
    return sum(abs(gap) * share for gap, share in parts)


def test_calibration_makes_confidences_true_on_other_mentions():
    rows = overconfident(4000)
    curves = fit_curves(rows[:2000])
    before, after = (calibration_error(rows[2000:], c) for c in ({}, curves))
    assert before > 0.2
    assert after < 0.04


def test_without_curves_a_confidence_stays():
    assert calibrated(0.37, "ORG", {}) == 0.37
    assert fit_curves([]) == {}


def test_rare_labels_share_a_curve():
    curves = fit_curves([*overconfident(200), *overconfident(10, "MONEY")])
    assert set(curves) == {"", "ORG"}
    assert calibrated(0.8, "MONEY", curves) == calibrated(0.8, "", curves)
    assert calibrated(0.8, "ORG", curves) != calibrated(0.8, "", curves)


@given(JUDGED, CONFIDENCE, CONFIDENCE)
def test_law_a_confidence_is_a_probability_whatever_was_judged(judged, one, other):
    curves = fit_curves(judged)
    for p in (one, other):
        assert 0 <= calibrated(p, "ORG", curves) <= 1


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("count", [1, 40, 3000])
def test_all_right_or_all_wrong_is_not_certainty(right, count):
    curves = fit_curves([("ORG", 0.9, right)] * count)
    assert 0 < calibrated(0.9, "ORG", curves) < 1
    assert (calibrated(0.9, "ORG", curves) > 0.5) == right


def test_more_raw_confidence_is_more_confidence():
    curves = fit_curves(overconfident(500))
    values = [calibrated(p / 100, "ORG", curves) for p in range(101)]
    assert values == sorted(values)
