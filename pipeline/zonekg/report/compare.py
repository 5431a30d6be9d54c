"""The report of a comparison: one offline page with the differences and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zonekg.comparison import LEVEL, Comparison, favour, signed
from zonekg.files import open_atomic
from zonekg.report.page import render
from zonekg.report.pictures.drawing import (
    FAINT,
    FULL,
    HOLLOW,
    INK,
    SHAPES,
    SIZE,
    SMALL,
    SOFT,
    add_axes,
    add_legend,
    drawing_style,
    label_color,
    label_name,
    name_room,
    new_figure,
    to_svg,
)
from zonekg.scoring.counts import ALL
from zonekg.scoring.resampling import FEWEST

__all__ = ["comparison_page", "write_comparison"]

Numbers = Mapping[str, Any]

_SECTIONS = {
    "entities": "Entities",
    "relations": "Relations",
    "slices": "Slices",
    "mentions": "Changed mentions",
    "facts": "Changed facts",
    "documents": "Documents",
    "read": "How to read this",
}
_CARDS = {
    "Entities, strict": ("entities", "strict"),
    "Entities, relaxed": ("entities", "relaxed"),
    "Relations end to end, strict": ("relations", "strict"),
    "Relations end to end, relaxed": ("relations", "relaxed"),
    "Relations, gold entities": ("relations", "gold entities"),
}


def write_comparison(path: str | Path, comparison: Comparison, about: Mapping[str, Any]) -> None:
    """Write the page of a comparison, whole or not at all.

    about: ``date`` and ``command``; also ``version`` where it is not that of this package. The
    same comparison gives the same bytes. Raises OutputError when the disk says no.
    """
    text = comparison_page(comparison.numbers, about)
    with open_atomic(path) as handle:
        handle.write(text)


def comparison_page(numbers: Numbers, about: Mapping[str, Any]) -> str:
    """The page's text; numbers: of `zonekg.comparison.compare`."""
    models = numbers.get("models") or {"a": "model A", "b": "model B"}
    gold = numbers.get("gold", "gold documents")
    return render(
        "compare.html.j2",
        styles=["compare.css"],
        title="Comparison",
        subtitle=f"A: {models['a']}, B: {models['b']}, on {gold}",
        facts=list(_facts(numbers, about)),
        nav=list(_SECTIONS.items()),
        warning=_warning(numbers),
        about=about,
        numbers=numbers,
        cards={title: numbers[task][mode][ALL] for title, (task, mode) in _CARDS.items()},
        pictures=draw_differences(numbers),
        pieces=pieces,
        level=LEVEL,
        fewest=FEWEST,
    )


def _facts(numbers: Numbers, about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Documents", f"{numbers['documents']:,}"
    yield "Characters", f"{numbers['characters']:,}"
    yield "Gold mentions", f"{numbers['entities']['strict'][ALL]['gold']:,}"
    yield "Gold facts", f"{numbers['relations']['strict'][ALL]['gold']:,}"
    known = (numbers["trained_on"][side] for side in "ab")
    told = ("not known" if seen is None else f"{seen:,}" for seen in known)
    yield "Seen in training by A, by B", ", ".join(told)
    if note := favour(numbers.get("chose_the_model", {})):
        yield "Note", note
    yield "Date", str(about["date"])
    yield "Command", str(about["command"])


def _warning(numbers: Numbers) -> str:
    known = {side.upper(): numbers["trained_on"][side] for side in "ab"}
    told = " and ".join(f"{seen:,} by model {side}" for side, seen in known.items() if seen)
    if not told:
        return ""
    return (
        f"Of these {numbers['documents']:,} documents training saw {told}: the comparison is not "
        "fair. Take those documents out and compare again."
    )


def pieces(sentence: str, highlights: Sequence[Sequence[int]]) -> list[tuple[str, bool]]:
    """A sentence in parts, each with whether it is highlighted.

    >>> pieces("甲公司来了", [[0, 3]])
    [('甲公司', True), ('来了', False)]
    """
    out: list[tuple[str, bool]] = []
    end = 0
    for start, stop in sorted((span[0], span[1]) for span in highlights):
        out += [(sentence[end:start], False), (sentence[max(start, end) : stop], True)]
        end = max(end, stop)
    return [part for part in [*out, (sentence[end:], False)] if part[0]]


# -- the picture


def draw_differences(numbers: Numbers) -> dict[str, Markup]:
    """By task a forest plot: differences by label with their intervals, "" for nothing to show."""
    out = {}
    with drawing_style():
        for task in ("entities", "relations"):
            text = f"F1 of B less F1 of A for {task}, by label, with 95% intervals"
            out[task] = to_svg(_forest(numbers[task]), f"differences-{task}", text)
    return out


def _forest(modes: Numbers) -> Figure | None:
    """A row for each label, and a line in it for each mode."""
    rows = {
        label: [(mode, table[label]) for mode, table in modes.items()]
        for label in next(iter(modes.values()))
    }
    rows = {label: lines for label, lines in rows.items() if any(row["p"] for _, row in lines)}
    if not rows:
        return None
    pitch, gap, top = 15, 9, 48
    inner = sum(len(lines) * pitch + gap for lines in rows.values())
    figure = new_figure(FULL, inner + top + 40)
    axes = add_axes(figure, name_room(label_name(label) for label in rows), 40, 190, top)
    ends = [0.0]
    for lines in rows.values():
        for _, row in lines:
            ends += [row["difference"], *(row["interval"] or ())]
    room = max(0.04 * (max(ends) - min(ends)), 0.2)
    axes.set(xlim=(min(ends) - room, max(ends) + room), ylim=(inner, 0))
    axes.set_xlabel("F1 of B less F1 of A, points")
    axes.grid(axis="x")
    axes.axvline(0, color=INK, lw=1.2, zorder=2)
    axes.spines["left"].set_visible(False)
    y, middles = gap / 2, []
    for n, (label, lines) in enumerate(rows.items()):
        height = len(lines) * pitch
        middles.append(y + height / 2)
        if n % 2:
            axes.axhspan(y - gap / 2, y + height + gap / 2, color="#f7f9fb", zorder=0)
        for k, (mode, row) in enumerate(lines):
            _line(axes, y + (k + 0.5) * pitch, label_color(label), mode, row)
        y += height + gap
    axes.set_yticks(middles, [label_name(label) for label in rows], fontsize=SIZE)
    _explain(axes, list(modes))
    return figure


def _line(axes: Axes, y: float, color: str, mode: str, row: Numbers) -> None:
    """A difference with its interval, and its figures; grey where chance may have made it."""
    if row["p"] is None:
        return
    if row["interval"]:
        axes.plot(row["interval"], (y, y), color=color, lw=2, alpha=0.45, solid_capstyle="butt")
    shape = SHAPES.get(mode, "o")
    axes.plot([row["difference"]], [y], shape, ms=5.5 if shape == "D" else 7, mec=color, mew=1.4,
              mfc="white" if mode in HOLLOW else color, clip_on=False, zorder=3)  # fmt: skip
    p = row["p"] if row["p_holm"] is None else row["p_holm"]
    shade = INK if p < LEVEL else FAINT
    for x, text in ((58, signed(row["difference"])), (118, f"{p:.3f}"), (178, f"{row['gold']:,}")):
        axes.annotate(text, (1, y), (x, 0), ("axes fraction", "data"), "offset points", ha="right",
                      va="center_baseline", fontsize=SMALL, color=shade)  # fmt: skip


def _explain(axes: Axes, modes: Sequence[str]) -> None:
    """What stands in the columns and for the modes, and who is better on which side."""
    for x, text in ((58, "B less A"), (118, "p"), (178, "gold")):
        axes.annotate(text, (1, 1), (x, 4), "axes fraction", "offset points", ha="right",
                      color=SOFT, fontsize=SMALL)  # fmt: skip
    for x, text, side in ((-8, "◀ A is better", "right"), (8, "B is better ▶", "left")):
        axes.annotate(text, (0, 1), (x, 4), ("data", "axes fraction"), "offset points", ha=side,
                      color=SOFT, fontsize=SMALL)  # fmt: skip
    for mode in modes:
        axes.plot([], [], SHAPES.get(mode, "o"), ms=7, color=SOFT, label=mode, mew=1.4,
                  mfc="white" if mode in HOLLOW else SOFT)  # fmt: skip
    add_legend(axes, len(modes))
