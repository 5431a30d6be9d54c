"""Figures, limits and the verdict as people read them, in the terminal and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zonekg.drift.permutation import Measure

if TYPE_CHECKING:
    from zonekg.drift import Drift

__all__ = ["Shown", "figure", "shown", "verdict_sentence"]

_MISSING = "–"
_DIGITS = {"share": 1, "per 1,000": 1, "characters": 0}


class Shown(NamedTuple):
    """The figures of a measure as text; limits: what chance alone gives."""

    here: str
    dev: str
    limits: str
    p: str


def figure(value: float | None, unit: str, digits: int | None = None) -> str:
    """A value of a measure; digits: decimals, by the unit when None.

    >>> figure(0.1234, "share"), figure(0.1234, "confidence"), figure(None, "share")
    ('12.3%', '0.123', '–')
    """
    if value is None:
        return _MISSING
    digits = _DIGITS.get(unit, 3) if digits is None else digits
    return f"{value:.{digits}%}" if unit == "share" else f"{value:,.{digits}f}"


def shown(measure: Measure) -> Shown:
    """The figures of a measure, with so many decimals that one beyond its limit looks beyond it."""
    values = (measure.here, measure.dev, measure.low, measure.high)
    least = _DIGITS.get(measure.unit, 3)
    for digits in range(least, least + 4):
        here, dev, low, high = (figure(value, measure.unit, digits) for value in values)
        if measure.verdict != "further than chance" or here not in (low, high):
            break
    if measure.low is None:
        limits = _MISSING if measure.high is None else f"up to {high}"
    else:
        limits = f"{low} or more" if measure.high is None else f"{low} to {high}"
    return Shown(here, dev, limits, _MISSING if measure.p is None else f"{measure.p:.3f}")


def verdict_sentence(drift: Drift) -> str:
    """How many measures are further than chance, and how many chance alone puts there."""
    measured = sum(measure.p is not None for measure in drift.measures)
    return (
        f"{drift.further} of {measured} measures are further than chance; "
        f"chance alone gives up to {drift.chance}: {drift.verdict}"
    )
