"""From which confidence on a relation is told: fitted by label on development documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

__all__ = ["fit_thresholds"]

_STEPS = range(6, 15)  # twentieths


def fit_thresholds(
    judged: Iterable[tuple[str, float, bool]], gold: Mapping[str, int]
) -> dict[str, float]:
    """For each label the threshold, 0.3 to 0.7, that is nearest to 0.5 of those with the best F1.

    The best is known but for its standard error, that of a share of the `gold` relations, and what
    lies within it is as good: by F1 alone thresholds would follow the chances of a small set, as
    the curve is flat. Of two as near to 0.5 it is the higher one. The rule of one standard error:
    Breiman et al. (1984), "Classification and Regression Trees".

    judged: (label, confidence from 0 to 1, whether the relation is right); gold: how many relations
    of each label there are.

    >>> fit_thresholds([("TAX", 0.9, True), ("TAX", 0.6, False), ("TAX", 0.4, False)], {"TAX": 1})
    {'TAX': 0.65}
    """
    by_label: dict[str, list[tuple[float, bool]]] = {}
    for label, confidence, right in judged:
        by_label.setdefault(label, []).append((confidence, right))
    return {label: _best(rows, gold.get(label, 0)) for label, rows in sorted(by_label.items())}


def _best(judged: Sequence[tuple[float, bool]], gold: int) -> float:
    def f1(step: int) -> float:
        kept = [right for confidence, right in judged if confidence >= step / 20]
        return round(2 * sum(kept) / max(1, len(kept) + gold), 4)

    best = max(map(f1, _STEPS))
    error = sqrt(best * (1 - best) / max(1, gold))
    as_good = [step for step in _STEPS if f1(step) >= best - error]
    return min(as_good, key=lambda step: (abs(step - 10), -step)) / 20
