"""Whether confidences mean what they say, and what a threshold would bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from zonekg.report.pictures.drawing import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    RED,
    SOFT,
    WIDTH,
    add_axes,
    add_legend,
    new_figure,
)

__all__ = ["draw_reliability", "draw_thresholds"]

Numbers = Mapping[str, Any]

_CURVES = (
    ("p", "precision", BLUE, "--"), ("r", "recall", ORANGE, "-."), ("f", "F1", INK, "-"),
)  # fmt: skip


def draw_reliability(sure: Numbers) -> Figure | None:
    """Precision by confidence in bins, above how many predictions each bin has."""
    bins = sure["bins"]
    if not bins:
        return None
    figure = new_figure(WIDTH, 370)
    upper, lower = add_axes(figure, 52, 128, 16, 14), add_axes(figure, 52, 40, 16, 270)
    upper.plot((0, 1), (0, 1), color=FAINT, lw=1, dashes=(4, 3), label="as sure as right")
    most = max(row["count"] for row in bins)
    for row in bins:
        width, left = row["high"] - row["low"], row["low"]
        upper.bar(left, row["precision"], width, align="edge", color="#cfe2f1", ec="white")
        lower.bar(left, row["count"], width, align="edge", color="#c3ccd5", ec="white")
        lower.annotate(f"{row['count']:,}", (left + width / 2, row["count"]), (0, 3), "data",
                       "offset points", ha="center", fontsize=10, color=SOFT)  # fmt: skip
        x, y = row["confidence"], row["precision"]
        upper.plot((x, x), (x, y), color=RED, lw=1.6, solid_capstyle="butt")
        upper.plot([x], [y], "o", ms=7, color=BLUE, mec="white", mew=1, clip_on=False, zorder=3)
    upper.plot([], [], "o", ms=7, color=BLUE, label="precision")
    upper.plot([], [], color=RED, lw=1.6, label="gap")
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="precision", xticklabels=[])
    upper.set_xticks([i / 5 for i in range(6)], [""] * 6)
    upper.grid()
    upper.legend(loc="upper left", labelcolor=SOFT)
    lower.set(xlim=(0, 1), ylim=(0, most * 1.35), xlabel="confidence", ylabel="count", yticks=[])
    for axes in (upper, lower):
        axes.yaxis.set_label_coords(-38 / (WIDTH - 68), 0.5)
    return figure


def draw_thresholds(sure: Numbers) -> Figure | None:
    """P, R and F1 when less sure predictions are left out; P ends with the predictions."""
    rows = sure["thresholds"]
    if not sure["count"] or not rows or not rows[0]["gold"]:
        return None
    figure = new_figure(WIDTH, 370)
    axes = add_axes(figure, 52, 40, 16, 30)
    for key, name, color, dash in _CURVES:
        kept = [row for row in rows if row["predicted"] or key != "p"]
        axes.plot([row["threshold"] for row in kept], [row[key] for row in kept], dash,
                  color=color, lw=1.8, label=name, clip_on=False)  # fmt: skip
    best = max(rows, key=lambda row: (row["f"], -row["threshold"]))
    axes.plot([best["threshold"]], [best["f"]], "o", ms=8, color=INK, mec="white", clip_on=False,
              label=f"best F1 {best['f']:.1f} at {best['threshold']:.2f}")  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 100), xlabel="threshold on the confidence", ylabel="per cent")
    axes.grid()
    add_legend(axes, 4)
    return figure
