"""Errors by class, and confusions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from zonekg.report.pictures.drawing import (
    BLUE,
    FULL,
    GREEN,
    INK,
    ORANGE,
    PINK,
    RED,
    SIZE,
    SMALL,
    SOFT,
    WIDTH,
    add_axes,
    add_legend,
    ink_on,
    label_name,
    name_room,
    new_figure,
)
from zonekg.scoring.counts import ALL

__all__ = ["draw_classes", "draw_confusion"]

Numbers = Mapping[str, Any]

_CLASS_COLORS = {
    "boundary": ORANGE, "type": GREEN, "boundary and type": PINK,
    "missed": BLUE, "missed, no mention": "#8fc4e8",
    "spurious": RED, "spurious, wrong mention": "#f5b08c",
}  # fmt: skip
_MANY = 6  # labels, above which a picture takes the full width


def draw_classes(by_label: Numbers) -> Figure | None:
    """Errors as bars of their classes, by label."""
    labels = [label for label in by_label if label != ALL]
    kinds = [kind for kind in by_label[ALL] if kind != "correct"]
    totals = [sum(by_label[label][kind] for kind in kinds) for label in labels]
    if not any(totals):
        return None
    left = name_room(label_name(label) for label in labels)
    width = WIDTH if len(labels) <= _MANY else FULL
    figure = new_figure(width, 30 * len(labels) + 40 + 40)
    axes = add_axes(figure, left, 40, 46, 40)
    most = max(totals)
    axes.set(xlim=(0, most), ylim=(len(labels) - 0.5, -0.5), xlabel="errors")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    for y, (label, total) in enumerate(zip(labels, totals, strict=True)):
        start = 0
        for kind in kinds:
            count = by_label[label][kind]
            color = _CLASS_COLORS.get(kind, SOFT)
            axes.barh(y, count, 0.66, start, color=color, edgecolor="white", lw=0.8)
            if count / most * (width - left - 46) >= 10 + 7 * len(str(count)):
                axes.text(start + count / 2, y, f"{count:,}", ha="center", va="center_baseline",
                          fontsize=SMALL, color=ink_on(color))  # fmt: skip
            start += count
        axes.annotate(f"{total:,}", (total, y), (5, 0), "data", "offset points",
                      va="center_baseline", fontsize=SMALL, color=SOFT)  # fmt: skip
    axes.set_yticks(range(len(labels)), [label_name(label) for label in labels], fontsize=SIZE)
    for kind in kinds:
        axes.bar(0, 0, color=_CLASS_COLORS.get(kind, SOFT), label=kind)
    add_legend(axes, 3)
    return figure


def draw_confusion(table: Numbers) -> Figure | None:
    """Counts; the shade is the share of the row, so that rare labels are seen, too."""
    labels = list(table)
    if not any(table[gold][mine] for gold in labels for mine in labels):
        return None
    cell, height = (66, 34) if len(labels) <= _MANY else (74, 28)
    left = name_room(label_name(label) for label in labels)
    top, right = 20 + 0.62 * left, 46
    figure = new_figure(left + cell * len(labels) + right, height * len(labels) + top + 8)
    axes = add_axes(figure, left, 8, right, top)
    axes.set(xlim=(0, len(labels)), ylim=(len(labels), 0))
    shades = colormaps["Blues"]
    for y, gold in enumerate(labels):
        whole = sum(table[gold].values()) or 1
        for x, mine in enumerate(labels):
            count = table[gold][mine]
            share = count / whole
            color = shades(0.08 + 0.82 * share) if count else (0.975, 0.98, 0.985, 1.0)
            axes.add_patch(Rectangle((x, y), 1, 1, fc=color, ec="white", lw=1.5))
            if count:
                axes.text(x + 0.5, y + 0.5, f"{count:,}", ha="center", va="center_baseline",
                          fontsize=SIZE, color="white" if share > 0.55 else INK)  # fmt: skip
    places = [i + 0.5 for i in range(len(labels))]
    names = [label_name(label) for label in labels]
    axes.set_yticks(places, names, fontsize=SIZE)
    axes.set_xticks(places, names, fontsize=SIZE, rotation=38, ha="left",
                    rotation_mode="anchor", color=INK)  # fmt: skip
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    return figure
