"""What all pictures share: colours, sizes in pixels, figures and their SVG, names of labels.

Labels have the colours of the schema; classes and curves take those of Okabe and Ito (2008), which
the colour-blind tell apart. Text stays text, in the page's font.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unicodedata import east_asian_width

from markupsafe import Markup
from matplotlib import font_manager, style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from zonekg.graph.labels import drawable, font_path
from zonekg.report.page import MISSING, picture
from zonekg.schema import default_schema
from zonekg.scoring.breakdown import NONE
from zonekg.scoring.counts import ALL

__all__ = [
    "BLUE",
    "FAINT",
    "FULL",
    "GREEN",
    "HOLLOW",
    "INK",
    "LINE",
    "NARROW",
    "ORANGE",
    "PINK",
    "RED",
    "SHAPES",
    "SIZE",
    "SMALL",
    "SOFT",
    "WIDTH",
    "add_axes",
    "add_legend",
    "cut",
    "drawing_style",
    "ink_on",
    "label_color",
    "label_name",
    "name_room",
    "new_figure",
    "to_svg",
]

INK, SOFT, FAINT, LINE = "#1d2733", "#5b6875", "#a3adb7", "#dfe4ea"
ORANGE, GREEN, BLUE, RED, PINK = "#e69f00", "#009e73", "#0072b2", "#d55e00", "#cc79a7"
SHAPES = {"strict": "o", "relaxed": "o", "gold entities": "D"}
HOLLOW = {"relaxed"}
SIZE, SMALL = 12.0, 11.0  # pixels, of text
FULL, WIDTH, NARROW = 1100, 536, 430  # pixels: a whole section, half of one, beside a table
_LONGEST = 24  # characters of a name

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "zonekg", "text.parse_math": False,
    "font.size": SMALL, "text.color": INK, "axes.labelcolor": SOFT, "axes.labelsize": SMALL,
    "axes.edgecolor": FAINT, "axes.linewidth": 0.8, "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.unicode_minus": False,
    "grid.color": LINE, "grid.linewidth": 0.8, "legend.frameon": False,
    "legend.borderpad": 0.0, "legend.handletextpad": 0.5, "legend.columnspacing": 1.6,
    "xtick.color": FAINT, "ytick.color": FAINT, "xtick.labelcolor": SOFT,
    "ytick.labelcolor": INK, "xtick.major.size": 3, "ytick.major.size": 0,
}  # fmt: skip


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw inside of this: by matplotlib's own defaults, whatever matplotlibrc says."""
    with style.context(["default", _STYLE | {"font.family": [_family()]}]):
        yield


@cache
def _family() -> str:
    """The name of the Chinese font, by which matplotlib measures; the reader's font is written."""
    font_manager.fontManager.addfont(str(font_path()))
    return str(font_manager.get_font(str(font_path())).family_name)


def new_figure(width: float, height: float) -> Figure:
    """A figure of so many pixels: an inch is 72 of them, so points and pixels are the same."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
    FigureCanvasSVG(figure)  # not pyplot's, which keeps state and may want a screen
    return figure


def add_axes(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes with so many pixels between them and the figure's sides."""
    width, height = (72 * inches for inches in figure.get_size_inches())
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    axes = figure.add_axes(box)
    axes.set_facecolor("none")
    return axes


def to_svg(figure: Figure | None, name: str, text: str) -> Markup:
    if figure is None:
        return Markup("")
    file = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(file, format="svg", metadata=nothing, transparent=True)
    return picture(file.getvalue(), name, text)


def add_legend(axes: Axes, columns: int) -> None:
    """Above the axes, from the left side of the figure."""
    figure = axes.figure
    figure.legend(*axes.get_legend_handles_labels(), loc="upper left", ncols=columns,
                  bbox_to_anchor=(0.0, 1.0), borderaxespad=0.3, labelcolor=SOFT)  # fmt: skip


def cut(name: str) -> str:
    text = drawable(name) or MISSING
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def label_name(label: str) -> str:
    schema = default_schema()
    found = schema.entities.get(label) or schema.relations.get(label)
    if found:
        return f"{label} {found.name}"
    return {ALL: "all", NONE: "none"}.get(label) or cut(label)


def name_room(names: Iterable[str]) -> float:
    """Pixels that the longest name takes in whatever font the reader has, and a gap."""
    widths = {"W": 1.0, "F": 1.0, "A": 1.0}
    em = (sum(widths.get(east_asian_width(c), 0.74 if c.isupper() else 0.58) for c in name)
          for name in names)  # fmt: skip
    return 12 + SIZE * max(em)


def label_color(label: str) -> str:
    schema = default_schema()
    found = schema.entities.get(label) or schema.relations.get(label)
    return found.color if found else INK


def ink_on(color: str) -> str:
    """White or dark, whichever is read better on a colour, by its luma."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else INK
