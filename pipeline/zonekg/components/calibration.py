"""Confidences that can be taken at their word: a logistic curve for each label, fitted on dev.

After Platt (1999), "Probabilistic Outputs for Support Vector Machines", with his smoothed targets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Curve", "calibrated", "fit_curves"]

Curve = Sequence[float]
"""(slope, intercept) on the log odds of the raw confidence."""

_FEWEST = 30  # fewer mentions of a label than this share the curve of all labels
_EDGE = 1e-4
_CLOSE = 1e-9


def fit_curves(judged: Iterable[tuple[str, float, bool]]) -> dict[str, list[float]]:
    """A curve for each label, and one for ``""`` that stands for all others.

    judged: (label, raw confidence from 0 to 1, whether the mention is right). No mentions, no
    curves.

    >>> curves = fit_curves([("ORG", 0.99, i % 4 > 0) for i in range(200)])
    >>> round(calibrated(0.99, "ORG", curves), 2)
    0.75
    """
    rows = list(judged)
    by_label = {"": rows}
    for row in rows:
        by_label.setdefault(row[0], []).append(row)
    return {
        label: _fit([row[1] for row in mine], [row[2] for row in mine])
        for label, mine in sorted(by_label.items())
        if len(mine) >= (_FEWEST if label else 1)
    }


def calibrated(confidence: float, label: str, curves: Mapping[str, Curve]) -> float:
    """How often mentions of this raw confidence are right, 0 to 1."""
    curve = curves.get(label) or curves.get("")
    if not curve:
        return confidence
    slope, intercept = curve
    return 1 / (1 + math.exp(-(slope * _log_odds(confidence) + intercept)))


def _log_odds(confidence: float) -> float:
    inside = min(max(confidence, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def _fit(confidences: Sequence[float], right: Sequence[bool]) -> list[float]:
    """Newton's method on the log loss; a weak prior holds the curve to a slope of 1."""
    x = np.array([[_log_odds(value), 1.0] for value in confidences])
    hits, misses = sum(right), len(right) - sum(right)
    y = np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2))
    prior, strength = np.array([1.0, 0.0]), np.diag([1.0, 0.01])

    def loss(weights: NDArray[np.float64]) -> float:
        away = weights - prior
        odds = x @ weights
        return float((np.logaddexp(0, odds) - y * odds).sum() + away @ strength @ away / 2)

    weights = np.zeros(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-(x @ weights)))
        gradient = x.T @ (p - y) + strength @ (weights - prior)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + strength, gradient)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > _CLOSE:
            step /= 2
        weights = weights - step
        if np.abs(step).max() < _CLOSE:
            break
    return [round(float(value), 6) for value in weights]
