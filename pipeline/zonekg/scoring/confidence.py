"""Whether confidences mean what they say, and what a threshold on them would bring.

Calibration: reliability bins and the expected calibration error (Naeini et al. 2015; Guo et al.
2017), ten bins of equal width, and the Brier score.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zonekg.scoring.counts import PRF, Item

__all__ = ["calibration", "thresholds"]

BINS = 10
_STEPS = 20


def calibration(items: Sequence[Item]) -> dict[str, Any]:
    """Confidence against precision of what was predicted, as JSON data.

    ``ece``: the mean gap between confidence and precision over the bins, weighted by their size, 0
    to 1, and ``brier``: the mean squared gap; both None without a prediction. ``bins``: rows of
    ``low``, ``high``, ``count``, ``confidence`` (mean), ``precision``; empty bins are left out.

    >>> sure = [Item("entities", "strict", True, "ORG", right, 0.75) for right in (True, False)]
    >>> calibration(sure)["ece"]
    0.25
    """
    rows = [item for item in items if item.predicted]
    if not rows:
        return {"count": 0, "ece": None, "brier": None, "bins": []}
    sure = np.array([item.confidence for item in rows])
    right = np.array([item.right for item in rows], dtype=float)
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    bins = []
    for i in np.unique(place):
        inside = place == i
        bins.append(
            {
                "low": float(i) / BINS,
                "high": float(i + 1) / BINS,
                "count": int(inside.sum()),
                "confidence": round(float(sure[inside].mean()), 4),
                "precision": round(float(right[inside].mean()), 4),
            }
        )
    gaps = [
        abs(sure[place == i].mean() - right[place == i].mean()) * (place == i).mean()
        for i in np.unique(place)
    ]
    return {
        "count": len(rows),
        "ece": round(float(np.sum(gaps)), 4),
        "brier": round(float(np.mean((sure - right) ** 2)), 4),
        "bins": bins,
    }


def thresholds(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Scores when only what has at least some confidence is kept, from 0 to 1 in steps of 0.05.

    Rows as `PRF.to_dict` with ``threshold``; equal to scoring anew without what falls below, since
    neither side's groups depend on it.
    """
    gold = sum(not item.predicted for item in items)
    rows = sorted((item.confidence, item.right) for item in items if item.predicted)
    sure = np.array([confidence for confidence, _ in rows])
    right = np.array([good for _, good in rows], dtype=int)
    left = np.append(right[::-1].cumsum()[::-1], 0)  # right ones from each place on
    out = []
    for step in range(_STEPS + 1):
        threshold = step / _STEPS
        start = int(np.searchsorted(sure, threshold, side="left"))
        good = int(left[start])
        row = PRF(good, len(rows) - start, good, gold).to_dict()
        out.append({"threshold": threshold} | row)
    return out
