"""The page of a drift: how far new pages are from the training text, and what to annotate next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zonekg.drift import BINS, Drift, Head
from zonekg.drift.permutation import DRAWS, LEVEL
from zonekg.drift.words import figure, shown
from zonekg.files import open_atomic
from zonekg.report.page import render
from zonekg.report.pictures.drawing import (
    INK,
    SIZE,
    SMALL,
    SOFT,
    WIDTH,
    add_axes,
    add_legend,
    cut,
    drawing_style,
    label_color,
    name_room,
    new_figure,
    to_svg,
)

__all__ = ["drift_page", "write_drift"]

_SECTIONS = {
    "verdict": "Verdict",
    "measures": "Measures",
    "confidence": "Confidence",
    "heads": "Head nouns",
    "articles": "Annotate next",
    "read": "How to read this",
}
_ASPECTS = {
    "Characters and length": ("unknown characters", "article length"),
    "Density": ("relations", "mentions"),
    "Confidence": ("mean confidence", "confidence under 0.5", "confidence histogram"),
    "Names": ("unseen mentions", "unseen names"),
    "Kinds of names": ("head nouns",),
}
_AROUND = 48  # characters of a sentence at either side of the name
_SHARES = (0, 0.01, 0.05, 0.2, 0.5, 1)
_FEWEST = 5  # mentions that an axis has room for
_NOT_HERE = "#b9c2cb"  # bars of the other side


class _Aspect(NamedTuple):
    """Measures of one kind: how many there are, those further than chance, and these in words."""

    measured: int
    further: int
    words: Sequence[str]


def write_drift(path: str | Path, drift: Drift, about: Mapping[str, Any]) -> None:
    """Write the page of a drift, whole or not at all.

    about: ``model`` and ``source``, the two paths, ``date`` and ``command``; also ``version`` where
    it is not that of this package. The same drift gives the same bytes. Raises OutputError when
    the disk says no.
    """
    text = drift_page(drift, about)
    with open_atomic(path) as handle:
        handle.write(text)


def drift_page(drift: Drift, about: Mapping[str, Any]) -> str:
    """The page's text."""
    return render(
        "drift.html.j2",
        styles=["drift.css"],
        title="Drift",
        subtitle=f"{about['source']} against the training text of {about['model']}",
        facts=list(_facts(drift, about)),
        nav=list(_SECTIONS.items()),
        warning=_warning(drift),
        about=about,
        drift=drift,
        measured=sum(m.p is not None for m in drift.measures),
        aspects={title: _aspect(drift, names) for title, names in _ASPECTS.items()},
        rows=sorted(drift.measures, key=lambda m: m.verdict != "further than chance"),
        pictures=_draw(drift),
        in_context=_in_context,
        figure=figure,
        shown=shown,
        bins=BINS,
        draws=DRAWS,
        level=LEVEL,
    )


def _facts(drift: Drift, about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, side in (("Here", drift.here), ("Development documents", drift.dev)):
        counts = (f"{side[key]:,} {key}" for key in ("articles", "characters", "mentions"))
        yield name, ", ".join(counts)
    yield "Date", str(about["date"])
    yield "Command", str(about["command"])


def _warning(drift: Drift) -> str:
    known, articles = drift.here["trained_on"], drift.here["articles"]
    if not known:
        return ""
    return (
        f"The model was trained on {known:,} of these {articles:,} articles: the others are "
        "further from the training text than it looks here."
    )


def _aspect(drift: Drift, names: Sequence[str]) -> _Aspect:
    found = [m for m in drift.measures if m.name in names and m.p is not None]
    further = [m for m in found if m.verdict == "further than chance"]
    words = []
    for name in names:
        labels = [m.label or "all text" for m in further if m.name == name]
        if labels:
            words.append(name if labels == ["all text"] else f"{name}: {', '.join(labels)}")
    return _Aspect(len(found), len(further), words)


def _in_context(head: Head) -> tuple[str, str, str]:
    """What stands before the name in its sentence, the name, and what stands after it."""
    before, name, after = head.sentence.partition(head.name)
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:]
    if len(after) > _AROUND:
        after = after[:_AROUND] + "…"
    return before, name, after


# -- pictures


def _draw(drift: Drift) -> dict[str, Markup]:
    """By label ``confidence-LABEL``, ``over-LABEL`` and ``unseen-LABEL``, "" for nothing."""
    out = {}
    with drawing_style():
        for label in drift.here["labels"]:
            name, text = f"confidence-{label}", f"Confidence of {label}, here and development"
            out[name] = to_svg(_confidence(drift, label), name, text)
        for label in drift.over:
            name, text = f"over-{label}", f"Head nouns of {label} more frequent than in training"
            out[name] = to_svg(_over(drift, label), name, text)
            name, text = f"unseen-{label}", f"Head nouns of {label} that training has not"
            out[name] = to_svg(_unseen(drift, label), name, text)
    return out


def _confidence(drift: Drift, label: str) -> Figure | None:
    """Shares of the mentions by confidence; the axis grows by square roots, for rare bins."""
    sides = [side["labels"][label]["histogram"] for side in (drift.here, drift.dev)]
    here, dev = (np.array(counts) / max(sum(counts), 1) for counts in sides)
    if not any(map(sum, sides)):
        return None
    picture = new_figure(WIDTH, 230)
    axes = add_axes(picture, 52, 40, 16, 34)
    edges = np.linspace(0, 1, BINS + 1)
    counts = [f"{sum(side):,} mentions" for side in sides]
    axes.stairs(here, edges, fill=True, color=label_color(label), label=f"here, {counts[0]}")
    axes.stairs(dev, edges, color=INK, lw=1.4, label=f"development, {counts[1]}")
    axes.set_yscale("function", functions=(np.sqrt, np.square))
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence")
    axes.set_yticks(_SHARES, [f"{share:.0%}" for share in _SHARES])
    axes.set_xticks(edges[::4])
    axes.grid(axis="y")
    add_legend(axes, 2)
    return picture


def _over(drift: Drift, label: str) -> Figure | None:
    """The shares of head nouns here, above those in training."""
    heads = drift.over[label]
    if not heads:
        return None
    here, train = drift.here["labels"][label]["mentions"], sum(drift.train[label].values())
    picture, axes = _bars([row.head for row in heads], 30, "share of the mentions")
    for y, row in enumerate(heads):
        for part, share, color in (
            (-0.19, row.here / here, label_color(label)),
            (0.19, row.train / train, _NOT_HERE),
        ):
            axes.barh(y + part, share, 0.36, color=color)
            _note(axes, share, y + part, f"{share:.1%}")
    axes.set_xlim(0, 1.02 * max(row.here / here for row in heads))
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.barh(0, 0, color=label_color(label), label="here")
    axes.barh(0, 0, color=_NOT_HERE, label="training")
    add_legend(axes, 2)
    return picture


def _unseen(drift: Drift, label: str) -> Figure | None:
    """How many mentions here end in head nouns that training has not."""
    heads = drift.unseen[label]
    if not heads:
        return None
    picture, axes = _bars([row.head for row in heads], 22, "mentions here")
    for y, row in enumerate(heads):
        axes.barh(y, row.here, 0.6, color=label_color(label))
        _note(axes, row.here, y, f"{row.here:,}")
    axes.set_xlim(0, max(1.02 * heads[0].here, _FEWEST))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    return picture


def _bars(names: Sequence[str], pitch: float, unit: str) -> tuple[Figure, Axes]:
    """Axes with a row of so many pixels for each name."""
    names = [cut(name) for name in names]
    picture = new_figure(WIDTH, pitch * len(names) + 30 + 40)
    axes = add_axes(picture, name_room(names), 40, 52, 30)
    axes.set(ylim=(len(names) - 0.5, -0.5), xlabel=unit)
    axes.set_yticks(range(len(names)), names, fontsize=SIZE)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    return picture, axes


def _note(axes: Axes, x: float, y: float, text: str) -> None:
    axes.annotate(text, (x, y), (5, 0), "data", "offset points", va="center_baseline",
                  fontsize=SMALL, color=SOFT)  # fmt: skip
