"""F1 with its intervals: by label, and by bucket of a dimension."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zonekg.report.page import MISSING, figure_of
from zonekg.report.pictures.drawing import (
    BLUE,
    FAINT,
    FULL,
    HOLLOW,
    INK,
    NARROW,
    SHAPES,
    SIZE,
    SMALL,
    SOFT,
    add_axes,
    add_legend,
    cut,
    label_color,
    label_name,
    name_room,
    new_figure,
)
from zonekg.scoring.counts import ALL

__all__ = ["draw_scores", "draw_slice"]

Numbers = Mapping[str, Any]


class _Mark(NamedTuple):
    """A figure, 0 to 100 or None for none, its interval, and what stands at its right."""

    value: float | None
    interval: Sequence[float] | None
    note: str
    shape: str = "o"
    hollow: bool = False


class _Row(NamedTuple):
    name: str
    color: str
    marks: list[_Mark]


def _dots(
    rows: Sequence[_Row], width: float, *, pitch: float, gap: float, note: float, top: float
) -> Figure:
    """A row for each name, top to bottom, and a line in it for each mark; sizes in pixels."""
    lines = sum(len(row.marks) for row in rows)
    inner = lines * pitch + len(rows) * gap
    left = name_room(row.name for row in rows)
    figure = new_figure(width, inner + top + 40)
    axes = add_axes(figure, left, 40, note, top)
    start = _start(mark for row in rows for mark in row.marks)
    step = 20 if start < 50 else 10
    spare = 0.015 * (100 - start)  # a mark at the end stays whole
    axes.set(xlim=(start - spare, 100 + spare), ylim=(inner, 0), xlabel="F1, per cent")
    axes.set_xticks(range(start, 101, step))
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    y, middles = gap / 2, []
    for n, row in enumerate(rows):
        height = len(row.marks) * pitch
        middles.append(y + height / 2)
        if n % 2:
            axes.axhspan(y - gap / 2, y + height + gap / 2, color="#f7f9fb", zorder=0)
        for k, mark in enumerate(row.marks):
            _dot(axes, y + (k + 0.5) * pitch, row.color, mark)
        y += height + gap
    axes.set_yticks(middles, [row.name for row in rows], fontsize=SIZE)
    return figure


def _start(marks: Iterable[_Mark]) -> int:
    """Where the axis starts: all figures and intervals are on it, small ones make it long."""
    known = [(mark.value, *(mark.interval or ())) for mark in marks if mark.value is not None]
    least = min((end for ends in known for end in ends), default=0.0)
    return 20 * int(max(least - 5, 0) // 20)


def _dot(axes: Axes, y: float, color: str, mark: _Mark) -> None:
    if mark.interval:
        axes.plot(mark.interval, (y, y), color=color, lw=2, alpha=0.45, solid_capstyle="butt")
    if mark.value is not None:
        face = "white" if mark.hollow else color
        size = 5.5 if mark.shape == "D" else 7
        axes.plot([mark.value], [y], mark.shape, ms=size, mfc=face, mec=color, mew=1.4,
                  clip_on=False, zorder=3)  # fmt: skip
    value = MISSING if mark.value is None else f"{mark.value:.1f}"
    color = FAINT if mark.value is None or (mark.note and not mark.interval) else INK
    for x, text, shade in ((38, value, color), (112, mark.note, SOFT)):
        axes.annotate(text, (1, y), (x, 0), ("axes fraction", "data"), "offset points", ha="right",
                      va="center_baseline", fontsize=SMALL, color=shade)  # fmt: skip


def draw_scores(modes: Numbers) -> Figure | None:
    """F1 by label: one line for each mode."""
    if all(figure_of(table[ALL], "f") is None for table in modes.values()):
        return None
    rows = []
    for label in next(iter(modes.values())):
        marks = []
        for mode, table in modes.items():
            value, interval = figure_of(table[label], "f"), table[label]["interval"]["f"]
            marks.append(_Mark(value, interval, "", SHAPES.get(mode, "o"), mode in HOLLOW))
        rows.append(_Row(label_name(label), label_color(label), marks))
    figure = _dots(rows, FULL, pitch=13, gap=9, note=46, top=30)
    axes = figure.axes[0]
    for mode in modes:
        axes.plot([], [], SHAPES.get(mode, "o"), ms=7, color=SOFT, label=mode, mew=1.4,
                  mfc="white" if mode in HOLLOW else SOFT)  # fmt: skip
    add_legend(axes, len(modes))
    return figure


def draw_slice(buckets: Numbers, overall: float) -> Figure | None:
    """Strict F1 by bucket; grey where too few documents are behind it for an interval."""
    rows = []
    for bucket, modes in buckets.items():
        row = modes.get("strict", {}).get(ALL)
        if figure_of(row, "f") is None:
            continue
        interval = row["interval"]["f"]
        note = f"{row['gold']:,} in {row['documents']:,}"
        color = INK if interval else FAINT
        rows.append(_Row(cut(bucket), color, [_Mark(row["f"], interval, note)]))
    if not rows:
        return None
    figure = _dots(rows, NARROW, pitch=18, gap=6, note=116, top=24)
    axes = figure.axes[0]
    axes.axvline(overall, color=BLUE, lw=1, dashes=(4, 3), zorder=1)
    axes.annotate(f"all {overall:.1f}", (overall, 1), (0, 4), ("data", "axes fraction"),
                  "offset points", ha="center", color=BLUE, fontsize=SMALL)  # fmt: skip
    for x, text in ((38, "F1"), (112, "gold in docs")):
        axes.annotate(text, (1, 1), (x, 4), "axes fraction", "offset points", ha="right",
                      color=SOFT, fontsize=SMALL)  # fmt: skip
    return figure
