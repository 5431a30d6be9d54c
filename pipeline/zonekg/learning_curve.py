"""Learning curves: what more training documents brought, and what still more should bring.

F1 over the number n of documents is fitted by the inverse power law a - b * n ** -c (Cortes et al.
1994; Hestness et al. 2017; Viering and Loog 2022) and read off beyond the sizes that were measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zonekg.annotate.corpus import checked_records
from zonekg.errors import InputError
from zonekg.experiments import Point, Progress, sample, score_point, train_points
from zonekg.files import open_atomic

__all__ = ["Curve", "PowerLaw", "draw_curve", "fit_curve", "fit_power_law", "learning_curve"]

Floats = NDArray[np.float64]

TIMES = (1.0, 1.5, 2.0, 4.0)  # of the largest size: where a fit is read off
LEAST_SIZES = 3  # as many as a curve has numbers
EXPONENTS = (0.01, 2.0)  # where c is looked for; 0.07 to 0.35 are usual for deep nets


class Curve(NamedTuple):
    """What `learning_curve` measured.

    rows: for each training ``share``, ``seed``, and what `score_point` tells of it;
    counts: right, predicted and gold mentions, shape (rows, dev documents, labels, 3).
    """

    rows: list[dict[str, Any]]
    counts: NDArray[np.int64]


def learning_curve(
    config: Path,
    train_data: Path,
    dev: Path,
    work: Path,
    *,
    shares: Sequence[float] = (0.1, 0.25, 0.5, 1.0),
    seeds: Sequence[int] = (7,),
    jobs: int = 1,
    settings: Mapping[str, Any] | None = None,
    progress: Progress = lambda *_: None,
) -> Curve:
    """Train on growing shares (0 to 1] of the documents, with each seed; score each on `dev`.

    `settings` change config values. Raises InputError for other shares, and what training raises.
    """
    if not all(0 < share <= 1 for share in shares):
        raise InputError(config, f"shares {list(shares)}", todo="give shares above 0, up to 1")
    records = list(checked_records(train_data))
    points = {
        (share, seed): Point(
            work / f"share-{share:g}-seed-{seed}",
            sample(records, share),
            dev,
            {**(settings or {}), "system.seed": seed},
        )
        for share in sorted(shares)
        for seed in seeds
    }
    train_points(config, list(points.values()), jobs=jobs, progress=progress)
    rows, counts = [], []
    for (share, seed), point in points.items():
        row, found = score_point(point)
        rows.append({"share": share, "seed": seed} | row)
        counts.append(found)
    return Curve(rows, np.array(counts))


class PowerLaw(NamedTuple):
    """Curves a - b * n ** -c of F1, per cent; arrays of one shape, or numbers."""

    a: Floats
    b: Floats
    c: Floats

    def at(self, documents: float | Floats) -> Floats:
        """F1 with so many training documents."""
        f1: Floats = self.a - self.b * documents**-self.c
        return f1


def fit_power_law(sizes: Sequence[int], scores: Floats) -> PowerLaw:
    """Fit scores, per cent, of shape (…, sizes), by least squares; curves of shape (…).

    a is at most 100 and b at least 0, so that a curve that falls is fitted by its mean; where b
    is 0, c means nothing. NaN gives NaN. By variable projection (Golub and Pereyra 1973): for
    each c of a grid, which is drawn closer round the best one, a and b are linear least squares.

    Raises ValueError unless there are three different sizes or more.

    >>> law = fit_power_law([50, 100, 200], np.array([60.0, 70.0, 75.0]))
    >>> [round(float(x), 3) for x in (*law, law.at(400))]
    [80.0, 1000.0, 1.0, 77.5]
    """
    if len(set(sizes)) < LEAST_SIZES:
        raise ValueError(f"sizes {list(sizes)}, expected {LEAST_SIZES} different ones")
    relative = np.array(sizes) / max(sizes)
    low, high = (np.full((*scores.shape[:-1], 1), end) for end in EXPONENTS)
    grid = np.linspace(0, 1, 41)
    for _ in range(6):
        c = low + (high - low) * grid
        lines = _fit_lines(relative ** -c[..., None], scores[..., None, :])
        best = np.argmin(lines[2], axis=-1)[..., None]
        a, b, c = (np.take_along_axis(values, best, axis=-1) for values in (*lines[:2], c))
        step = (high - low) * grid[1]
        low, high = np.maximum(c - step, EXPONENTS[0]), np.minimum(c + step, EXPONENTS[1])
    return PowerLaw(a[..., 0], (b * float(max(sizes)) ** c)[..., 0], c[..., 0])


def _fit_lines(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """The a <= 100 and b >= 0 that bring a - b * x nearest to y <= 100, and the squared error."""
    dx, dy = (values - values.mean(axis=-1, keepdims=True) for values in (x, y))
    b = np.maximum(-(dx * dy).sum(axis=-1) / (dx * dx).sum(axis=-1), 0)
    a = y.mean(axis=-1) + b * x.mean(axis=-1)
    capped = ((100 - y) * x).sum(axis=-1) / (x * x).sum(axis=-1)
    b, a = np.where(a > 100, capped, b), np.minimum(a, 100)
    return a, b, ((a[..., None] - b[..., None] * x - y) ** 2).sum(axis=-1)


def fit_curve(curve: Curve, *, seed: int = 0, resamples: int = 1000) -> dict[str, Any]:
    """Fit F1 over training documents and read it off beyond them; JSON data, F1 in per cent.

    By label, null where there is no fit: ``a``, ``b``, ``c``; ``now``, measured at the largest
    size, over seeds the mean; ``predictions`` with the ``gain`` over what is measured or what is
    fitted at the largest size, whichever is higher, so that neither a good last training nor a bad
    one flatters it; ``worth_it``, whether the gain by twice the documents is above 0 in its whole
    interval; ``backtest``, what the smaller sizes alone foretell of the largest, null with fewer
    than three of them.

    Intervals hold 95% of the fits to resampled dev documents, the same ones for all trainings
    (percentile bootstrap, Efron and Tibshirani 1993); null where fewer than two dev documents have
    the label. They cover which documents dev happens to hold, not the luck of training, nor that
    the true curve may be no power law: for that see the backtest.
    """
    mentions = {row["documents"]: row["entities"] for row in curve.rows}
    sizes = sorted(mentions)
    f1 = _resampled_f1(curve, sizes, seed, resamples)
    return {
        "model": "F1 = a - b * documents ** -c",
        "intervals": {"level": 0.95, "resamples": resamples, "seed": seed},
        "dev_documents": curve.counts.shape[1],
        "sizes": [{"documents": size, "mentions": mentions[size]} for size in sizes],
        "labels": {
            label: _fit_label(sizes, f1[:, i]) for i, label in enumerate(curve.rows[0]["scores"])
        },
    }


def _resampled_f1(curve: Curve, sizes: Sequence[int], seed: int, resamples: int) -> Floats:
    """F1 on dev as it is, then on each resample, of shape (1 + resamples, micro and labels, sizes).

    NaN without gold, and in resamples for a label of fewer than two documents.
    """
    n = curve.counts.shape[1]
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    weights = np.vstack([np.ones((1, n)), draws])
    counts = np.concatenate([curve.counts.sum(axis=2, keepdims=True), curve.counts], axis=2)
    right, predicted, gold = np.einsum("rd,pdlk->krlp", weights, counts)
    f1 = np.full(gold.shape, np.nan)
    np.divide(200 * right, predicted + gold, out=f1, where=gold > 0)
    f1[1:, counts[..., 1:].any(axis=(0, 3)).sum(axis=0) < 2] = np.nan
    of = np.array([row["documents"] for row in curve.rows])
    return np.stack([f1[..., of == size].mean(axis=-1) for size in sizes], axis=-1)


def _fit_label(sizes: Sequence[int], f1: Floats) -> dict[str, Any] | None:
    """What `fit_curve` says of one label; `f1` has the shape (1 + resamples, sizes)."""
    if len(sizes) < LEAST_SIZES or np.isnan(f1[0, 0]):
        return None
    law, now = fit_power_law(sizes, f1), f1[:, -1]
    a, b, c = (round(float(values[0]), 4) for values in law)
    measured, start = round(float(now[0]), 2), np.maximum(now, law.at(sizes[-1]))
    predictions = []
    for times in TIMES:
        row = {"times": times, "documents": math.ceil(times * sizes[-1])}
        then = law.at(row["documents"])
        predictions.append(row | _estimate("f", then) | _estimate("gain", then - start))
    doubled = predictions[TIMES.index(2)]["gain_interval"]
    backtest: dict[str, Any] | None = None
    if len(sizes) > LEAST_SIZES:
        told = fit_power_law(sizes[:-1], f1[:, :-1]).at(sizes[-1])
        backtest = {"documents": sizes[-1], "measured": measured}
        backtest |= _estimate("predicted", told) | _estimate("error", told - now)
    return {
        "a": a,
        "b": b,
        "c": c if b else None,
        "now": measured,
        "predictions": predictions,
        "worth_it": doubled and doubled[0] > 0,
        "backtest": backtest,
    }


def _estimate(name: str, values: Floats) -> dict[str, Any]:
    """The first value, and the interval of the others; null where most of them are missing."""
    drawn = values[1:][~np.isnan(values[1:])]
    ends = np.quantile(drawn, [0.025, 0.975]) if 2 * len(drawn) > len(values) else drawn[:0]
    # + 0.0 makes -0.0 a plain 0
    value, *interval = (round(float(x), 2) + 0.0 for x in (values[0], *ends))
    return {name: value, f"{name}_interval": interval or None}


def draw_curve(rows: Sequence[Mapping[str, Any]], fit: Mapping[str, Any], path: Path) -> None:
    """Draw rows of `learning_curve` and what `fit_curve` makes of them as a PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415  slow to import, only needed here

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    sizes = [size["documents"] for size in fit["sizes"]]
    ends = [sizes[0], sizes[-1], TIMES[-1] * sizes[-1]]
    for label, found in fit["labels"].items():
        scores = [row["scores"][label]["f"] for row in rows]
        (dots,) = axes.plot([row["documents"] for row in rows], scores, "o", label=label)
        if not found:
            continue
        law = PowerLaw(*np.array([found["a"], found["b"], found["c"] or 0.0]))
        colour, width = dots.get_color(), 2.5 if label == "micro" else 1.2
        for style, reach in zip(("-", "--"), pairwise(ends), strict=True):
            line = np.geomspace(*reach)
            axes.plot(line, law.at(line), style, color=colour, linewidth=width)
        spans = [row["f_interval"] for row in found["predictions"]]
        if label == "micro" and spans[0]:
            low, high = np.transpose(spans)
            beyond = [row["documents"] for row in found["predictions"]]
            axes.fill_between(beyond, low, high, color=colour, alpha=0.2, label="micro, 95%")
    if any(fit["labels"].values()):
        for style, name in (("-", "fitted"), ("--", "extrapolated")):
            axes.plot([], [], style, color="0.4", label=name)
        sizes += [2 * sizes[-1], 4 * sizes[-1]]
    axes.set(xscale="log", xlabel="training documents (log scale)", ylabel="strict entity F1, %")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.grid(visible=True, alpha=0.3)
    axes.legend(ncols=2)
    with open_atomic(path, "wb") as handle:
        figure.savefig(handle, format="png", dpi=150, metadata={"Software": None})
