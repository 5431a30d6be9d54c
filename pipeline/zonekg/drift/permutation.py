"""Which measures chance alone would not put so far: a permutation test over whole articles.

Fisher (1935), "The Design of Experiments"; Good (2005), "Permutation, Parametric and Bootstrap
Tests of Hypotheses".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zonekg.drift.measures import Floats, Kind, Pool
from zonekg.profile import ArticleTraits, Profile

__all__ = ["DRAWS", "LEVEL", "Measure", "Verdict", "permutation_test", "verdict"]

Verdict = Literal["as expected", "further than chance", "not measured"]

DRAWS = 999
"""Cuts at random; (draws + 1) / 20 is whole (Davison & Hinkley 1997, section 4.2)."""
LEVEL = 0.05
_SAME = 1e-12


@dataclass(frozen=True)
class Measure:
    """One way to be far, for one label or (label empty) for the text.

    unit: ``share``, ``divergence`` (Jensen-Shannon) or ``confidence``, all 0 to 1, ``per 1,000``
    (characters) or ``characters``.
    here, dev: its value on the new pages and on the development documents; of ``head nouns`` it is
    the divergence from the training mentions, of ``confidence histogram`` that from the other side.
    low, high: what chance alone keeps to 95 times in 100; None where that end says nothing.
    p: how often chance alone is as far, 0.001 to 1; small is far.
    count: the new mentions or articles behind it.
    None where there is nothing to measure by: no such mention here or there.
    """

    name: str
    label: str
    unit: str
    here: float | None
    dev: float | None
    low: float | None
    high: float | None
    p: float | None
    count: int
    verdict: Verdict


def verdict(further: bool) -> Verdict:
    """The verdict in words."""
    return "further than chance" if further else "as expected"


def permutation_test(
    rows: Sequence[ArticleTraits], profile: Profile, seed: int
) -> tuple[tuple[Measure, ...], int]:
    """All measures, and how many of them chance alone puts beyond their limits at most.

    rows: the new articles, sorted, so that their order does not matter.
    """
    rng = np.random.default_rng(seed)
    pool = Pool(rows, profile, rng)
    here, dev = pool.take(np.arange(len(pool)))
    draws = np.empty((DRAWS, len(here)))
    for draw in draws:
        one, other = pool.take(rng.permutation(len(pool)))
        draw[:] = one - other
    judged = [_judge(what, here[i], dev[i], draws[:, i]) for i, what in enumerate(pool.kinds())]
    beyond = np.sum([outside for _, outside in judged], axis=0)
    return tuple(measure for measure, _ in judged), int(np.sort(beyond)[-_allowed(DRAWS)])


def _allowed(draws: int, ends: int = 1) -> int:
    """How many of the draws may be as far at most, the new pages counted among them."""
    return int(LEVEL * (draws + 1) / ends + _SAME)


def _judge(
    what: tuple[str, Kind, int], here: float, dev: float, draws: Floats
) -> tuple[Measure, NDArray[np.bool_]]:
    """One measure, and which of the draws are beyond its limits; draws: differences by chance."""
    label, kind, count = what
    bare = Measure(kind.name, label, kind.unit, _figure(here), _figure(dev), None, None, None,
                   count, "not measured")  # fmt: skip
    known = np.sort(draws[~np.isnan(draws)])
    ends = 2 if kind.far == "either" else 1
    allowed = _allowed(len(known), ends)
    if bare.here is None or bare.dev is None or not allowed:
        return bare, np.zeros(len(draws), dtype=bool)
    low = float(known[allowed - 1]) if kind.far != "above" else -np.inf
    high = float(known[-allowed]) if kind.far != "below" else np.inf
    difference = here - dev
    as_far = {
        "above": int((known >= difference - _SAME).sum()),
        "below": int((known <= difference + _SAME).sum()),
    }
    far = as_far.get(kind.far, min(as_far.values()))
    top = np.inf if kind.unit in ("per 1,000", "characters") else 1.0
    least, most = (
        _figure(np.clip(dev + end, 0.0, top)) if np.isfinite(end) else None for end in (low, high)
    )
    measure = replace(
        bare,
        low=least,
        high=most,
        p=round(min(1.0, ends * (1 + far) / (len(known) + 1)), 4),
        verdict=verdict(difference < low - _SAME or difference > high + _SAME),
    )
    return measure, (draws < low - _SAME) | (draws > high + _SAME)


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
