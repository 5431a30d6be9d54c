"""Intervals and significance by resampling whole documents, since mentions of one are alike.

Bootstrap: Efron and Tibshirani (1993), chapter 13, the percentile interval. Paired bootstrap and
approximate randomisation between two systems: Noreen (1989), Yeh (2000), Berg-Kirkpatrick et al.
(2012).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zonekg.scoring.counts import Key, Tally

__all__ = ["FEWEST", "RESAMPLES", "Difference", "Interval", "bootstrap", "compare_tallies"]

Floats = NDArray[np.float64]
Interval = tuple[float, float]

RESAMPLES = 1_000
FEWEST = 5
"""Documents that an interval needs: of fewer, resampling only says the same again."""
_BATCH = 100
_ROUNDING = 1e-12


def bootstrap(
    tallies: Sequence[Tally], *, resamples: int = RESAMPLES, seed: int = 0, level: float = 0.95
) -> dict[Key, dict[str, Interval]]:
    """Intervals of ``p``, ``r`` and ``f``, 0 to 1, for each key of the documents' counts.

    A key that fewer than `FEWEST` documents have is left out. Resamples in which a figure does not
    exist, without a prediction or without gold, do not count for it; a figure that exists in fewer
    than half of them has no interval.
    """
    keys, counts = _matrix(tallies)
    if not tallies:
        return {}
    held = (counts.reshape(len(tallies), len(keys), 4) > 0).any(axis=2).sum(axis=0)
    figures = np.concatenate([_prf(w @ counts) for w in _draws(len(tallies), resamples, seed)])
    return {
        key: {
            name: interval
            for k, name in enumerate("prf")
            if (interval := _percentiles(figures[:, i, k], level))
        }
        for i, key in enumerate(keys)
        if held[i] >= FEWEST
    }


def _matrix(tallies: Sequence[Tally]) -> tuple[list[Key], Floats]:
    """The keys, sorted, and counts of shape (documents, keys * 4)."""
    keys = sorted({key for tally in tallies for key in tally})
    index = {key: i for i, key in enumerate(keys)}
    counts = np.zeros((len(tallies), len(keys), 4))
    for row, tally in zip(counts, tallies, strict=True):
        for key, prf in tally.items():
            row[index[key]] = prf
    return keys, counts.reshape(len(tallies), 4 * len(keys))


def _draws(documents: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each document is drawn: arrays of shape (draws, documents)."""
    rng = np.random.default_rng(seed)
    share = np.full(documents, 1 / documents)
    for start in range(0, resamples, _BATCH):
        size = min(_BATCH, resamples - start)
        yield rng.multinomial(documents, share, size=size).astype(float)


def _prf(sums: Floats) -> Floats:
    """Precision, recall and F1 of sums of shape (draws, keys * 4); NaN where there is none."""
    right, predicted, found, gold = np.moveaxis(sums.reshape(len(sums), -1, 4), -1, 0)
    with np.errstate(invalid="ignore"):
        p, r = right / predicted, found / gold
        both = np.nan_to_num(p) + np.nan_to_num(r)
        f = 2 * np.nan_to_num(p) * np.nan_to_num(r) / np.where(both, both, 1.0)
    f[predicted + gold == 0] = np.nan
    return np.stack([p, r, f], axis=-1)


def _percentiles(values: Floats, level: float) -> Interval | None:
    there = values[~np.isnan(values)]
    if 2 * len(there) < len(values):
        return None
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


class Difference(NamedTuple):
    """F1 of one system less that of another, -1 to 1, on the same documents.

    interval: paired bootstrap over documents, None for fewer than `FEWEST`; better: share of its
    resamples in which the first system is ahead, ties counted half; p: approximate randomisation,
    two-sided, the chance of a difference as large if both were the same.
    """

    difference: float
    interval: Interval | None
    better: float
    p: float


def compare_tallies(
    first: Sequence[Tally],
    second: Sequence[Tally],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> dict[Key, Difference]:
    """F1 of `first` less F1 of `second` for each key; both hold the same documents in order."""
    keys, both = _matrix([*first, *second])
    a, b = both[: len(first)], both[len(first) :]
    real = _f1(a.sum(axis=0)[None]) - _f1(b.sum(axis=0)[None])
    drawn = np.concatenate(
        [_f1(w @ a) - _f1(w @ b) for w in _draws(len(first), resamples, seed)] if first else [real]
    )
    drawn[np.abs(drawn) < _ROUNDING] = 0.0  # a tie, but for the rounding of sums
    rng = np.random.default_rng(seed + 1)
    extreme = np.zeros(len(keys))
    for start in range(0, resamples, _BATCH):
        size = min(_BATCH, resamples - start)
        swap = rng.integers(0, 2, size=(size, len(first))).astype(float)
        moved = swap @ (b - a)
        chance = _f1(a.sum(axis=0) + moved) - _f1(b.sum(axis=0) - moved)
        extreme += (np.abs(chance) >= np.abs(real) - _ROUNDING).sum(axis=0)
    return {
        key: Difference(
            float(real[0, i]),
            _percentiles(drawn[:, i], level) if len(first) >= FEWEST else None,
            float((drawn[:, i] > 0).mean() + (drawn[:, i] == 0).mean() / 2),
            float((extreme[i] + 1) / (resamples + 1)),
        )
        for i, key in enumerate(keys)
    }


def _f1(sums: Floats) -> Floats:
    """F1 of shape (draws, keys); 0 where there is none."""
    values: Floats = np.nan_to_num(_prf(sums)[..., 2])
    return values
