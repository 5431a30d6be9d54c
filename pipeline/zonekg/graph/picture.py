"""The graph as a PNG that a person reads: Chinese labels, colours by type, legends."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from zonekg.files import open_atomic
from zonekg.graph.labels import Box, Space, drawable, font_path, line_width, wrap
from zonekg.graph.layout import BASE_SIZE, TOP_SIZE, layout, node_sizes
from zonekg.schema import Schema, default_schema

__all__ = ["draw"]

_GREY = "#888888"  # a type that the schema lacks
_ENGLISH = {"ORG": "organisation"}  # where the label is no English word
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))  # parts relations of one colour
_DOTS_PER_INCH = 150
_POINT = 72.0  # points in an inch, matplotlib's unit of text and lines
_PAGE = (8.0, 30.0)  # inches, the least and the largest side
_NODE_AREA = 13_000.0  # square points of page for a node: a label of two lines, a few edges
_LABELS = 150  # nodes up to which every label is drawn; above, those that find room
_MOST_LABELS = 400
_HUBS = 40
_ARROWS = 3_000  # edges up to which they have arrows; an arrow takes about a millisecond
_FOOT = 62.0  # points for the legends
_HEAD = 34.0  # points for the title
_EDGE = 70.0  # points between the outer nodes and the border: half a label


class _Page(NamedTuple):
    """All in points: the sides, and x, y, radius of each node."""

    width: float
    height: float
    discs: dict[Any, tuple[float, float, float]]


class _Style(NamedTuple):
    color: str
    dash: Any
    text: str
    symmetric: bool


def draw(
    graph: nx.MultiDiGraph,
    path: str | Path,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    title: str = "",
    schema: Schema | None = None,
) -> None:
    """Draw a flat graph as a PNG of 1,200 to 4,500 pixels a side.

    Nodes are coloured by ``entity_type``, edges by ``relation``, with a legend in Chinese and
    English below. Edges of one pair are bent apart. Up to 150 nodes all have a label, above that
    the largest ones that find room; a label is cut at 24 characters. Above 3,000 edges the
    arrows are left out. The same graph gives the same bytes on one version of matplotlib.

    positions: as `zonekg.graph.layout.layout` gives them, its default. Raises OutputError when
    the file can't be written or no font with Chinese characters is installed.
    """
    schema = schema or default_schema()
    places = positions if positions is not None else layout(graph)
    page = _page(graph, places, title)
    figure = Figure(figsize=(page.width / _POINT, page.height / _POINT), dpi=_DOTS_PER_INCH)
    FigureCanvasAgg(figure)  # not pyplot's, which keeps state and may want a screen
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, page.width), ylim=(0, page.height))
    axes.set_axis_off()
    styles = _styles(graph, schema)
    dots = _draw_edges(axes, graph, page, styles)
    _draw_nodes(axes, graph, page, schema)
    _draw_labels(axes, graph, page, dots)
    _draw_legends(figure, graph, page, schema, styles)
    if title:
        axes.text(
            page.width / 2, page.height - 12, drawable(title), ha="center", va="top",
            parse_math=False, font=_font(15), color="#222222",
        )  # fmt: skip
    with open_atomic(path, "wb") as handle:
        figure.savefig(
            handle, format="png", dpi="figure", facecolor="white", metadata={"Software": None}
        )


def _font(size: float) -> FontProperties:
    return FontProperties(fname=str(font_path()), size=size)


def _page(graph: nx.MultiDiGraph, places: Mapping[Any, tuple[float, float]], title: str) -> _Page:
    """Scale the places so that the page has room for the labels."""
    names = sorted(graph)
    if not names:
        return _Page(_PAGE[0] * _POINT, 4 * _POINT, {})
    xy = np.array([places[name] for name in names], dtype=float)
    low, span = xy.min(axis=0), np.maximum(np.ptp(xy, axis=0), 1e-9)
    room = max(len(names), 4) * _NODE_AREA
    if len(names) == 1:
        scale = 0.0
    elif span.min() < 0.05 * span.max():  # in a row
        scale = len(names) * 110 / span.max()
    else:
        scale = math.sqrt(room / float(span.prod()))
    foot, head = _FOOT, _HEAD if title else 8.0
    most = np.array([_PAGE[1] * _POINT - 2 * _EDGE, _PAGE[1] * _POINT - 2 * _EDGE - foot - head])
    scale = min(scale, float((most / span).min()))
    inner = span * scale
    width = max(_PAGE[0] * _POINT, inner[0] + 2 * _EDGE)
    height = max(3.5 * _POINT, inner[1] + 2 * _EDGE + foot + head)
    start = np.array([(width - inner[0]) / 2, foot + (height - foot - head - inner[1]) / 2])
    points = (xy - low) * scale + start
    sizes = node_sizes(graph)
    # a dense page has small circles, an airy one no giants
    unit = min(max(scale * 0.7, 0.12), 0.55)
    discs = {
        name: (float(x), float(y), sizes[name] * unit)
        for name, (x, y) in zip(names, points, strict=True)
    }
    return _Page(float(width), float(height), discs)


def _styles(graph: nx.MultiDiGraph, schema: Schema) -> dict[str, _Style]:
    """How to draw each relation of the graph, those of the schema first and in its order."""
    counts = Counter(str(data.get("relation", "")) for *_, data in graph.edges(data=True))
    known = [label for label in schema.relations if label in counts]
    used: Counter[str] = Counter()
    out = {}
    for label in [*known, *sorted(set(counts) - set(known))]:
        kind = schema.relations.get(label)
        color = kind.color if kind else _GREY
        name = f"{kind.name} " if kind else ""
        text = drawable(f"{name}{label.replace('_', ' ').lower()} ({counts[label]})")
        dash = _DASHES[used[color] % len(_DASHES)]
        out[label] = _Style(color, dash, text, bool(kind and kind.symmetric))
        used[color] += 1
    return out


def _draw_edges(
    axes: Axes, graph: nx.MultiDiGraph, page: _Page, styles: Mapping[str, _Style]
) -> NDArray[np.float64]:
    """Draw the edges; returns points (n, 2) along them, which labels should keep clear of."""
    lines: dict[str, list[Any]] = {}
    dots = [np.zeros((0, 2))]
    beside: Counter[tuple[Any, Any]] = Counter()
    edges = sorted(graph.edges(keys=True), key=lambda edge: (str(edge[2]), edge[0], edge[1]))
    arrows = len(edges) <= _ARROWS
    for source, target, key in edges:
        relation = str(graph.edges[source, target, key].get("relation", ""))
        style = styles[relation]
        pair = (min(source, target), max(source, target))
        bend = _bend(beside[pair], forward=source == pair[0])
        beside[pair] += 1
        start, end = page.discs[source], page.discs[target]
        if source == target:
            curve = _loop(*start, beside[pair])
        else:
            curve = _curve(start, end, bend)
            curve = _trim(curve, start, end)
        dots.append(curve[1:-1])
        if arrows and source != target:
            _arrow(axes, start, end, bend, style)
        else:
            lines.setdefault(relation, []).append(curve)
    for relation, curves in lines.items():
        style = styles[relation]
        axes.add_collection(
            LineCollection(
                curves, colors=style.color, linestyles=[style.dash], linewidths=0.8,
                alpha=0.75 if arrows else 0.4, zorder=1,
            ),
            autolim=False,
        )  # fmt: skip
    return np.vstack(dots)


def _bend(count: int, *, forward: bool) -> float:
    """The curvature of the next edge of a pair: 0.08, then to both sides by turns."""
    side = (0.08, -0.16, 0.3, -0.38, 0.52, -0.6)[count % 6] + 0.22 * (count // 6)
    return side if forward else -side


def _arrow(
    axes: Axes,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    bend: float,
    style: _Style,
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start[:2], end[:2], connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-" if style.symmetric else "-|>,head_length=5,head_width=2.4",
            shrinkA=start[2], shrinkB=end[2] + 1, mutation_scale=1.0, color=style.color,
            linestyle=style.dash, linewidth=1.0, alpha=0.85, zorder=1,
        )
    )  # fmt: skip


def _curve(
    start: tuple[float, float, float], end: tuple[float, float, float], bend: float
) -> NDArray[np.float64]:
    """Points (n, 2) along the quadratic curve that ``arc3`` draws."""
    first, last = np.array(start[:2]), np.array(end[:2])
    across = last - first
    middle = (first + last) / 2 + bend * np.array([across[1], -across[0]])
    count = 2 + int(min(max(np.hypot(*across) / 6, 10), 120))  # a point in six points of length
    t = np.linspace(0, 1, count)[:, None]
    curve: NDArray[np.float64] = (1 - t) ** 2 * first + 2 * t * (1 - t) * middle + t**2 * last
    return curve


def _trim(
    curve: NDArray[np.float64],
    start: tuple[float, float, float],
    end: tuple[float, float, float],
) -> NDArray[np.float64]:
    outside = (np.hypot(*(curve - start[:2]).T) > start[2]) & (
        np.hypot(*(curve - end[:2]).T) > end[2]
    )
    return curve[outside] if outside.sum() > 1 else curve


def _loop(x: float, y: float, radius: float, count: int) -> NDArray[np.float64]:
    """A circle at the upper right of a node, for an edge from it to itself."""
    turn = np.linspace(0, 2 * math.pi, 25)
    size = 0.6 * radius + 2 * count
    reach = radius * 0.7 + size * 0.7
    return np.column_stack((x + reach + size * np.cos(turn), y + reach + size * np.sin(turn)))


def _draw_nodes(axes: Axes, graph: nx.MultiDiGraph, page: _Page, schema: Schema) -> None:
    names = sorted(page.discs)
    if not names:
        return
    kinds = [schema.entities.get(str(graph.nodes[name].get("entity_type"))) for name in names]
    discs = np.array([page.discs[name] for name in names])
    axes.scatter(
        discs[:, 0], discs[:, 1], s=(2 * discs[:, 2]) ** 2,
        c=[kind.color if kind else _GREY for kind in kinds],
        edgecolors="white", linewidths=0.8, zorder=2,
    )  # fmt: skip


def _draw_labels(
    axes: Axes, graph: nx.MultiDiGraph, page: _Page, dots: NDArray[np.float64]
) -> None:
    """Label the nodes from the largest on, each where it covers least."""
    sizes = node_sizes(graph)
    names = sorted(page.discs, key=lambda name: (-sizes[name], name))
    must = len(names) <= _LABELS
    discs = np.array([page.discs[name] for name in names]).reshape(-1, 3)
    if not must:  # too many to keep clear of but the hubs
        dots, discs = dots[:0], discs[:_HUBS]
    space = Space(discs, dots, Box(4, _FOOT, page.width - 4, page.height - 4))
    outline = [withStroke(linewidth=2.2, foreground="white")]
    for name in names if must else names[:_MOST_LABELS]:
        lines = wrap(str(graph.nodes[name].get("label", name)))
        points = 8.0 + 3.0 * (sizes[name] - BASE_SIZE) / (TOP_SIZE - BASE_SIZE)
        height = 1.3 * points * len(lines)
        box = space.place(page.discs[name], points * max(map(line_width, lines)), height, must=must)
        if box is None:
            continue
        for i, line in enumerate(lines):
            axes.text(
                (box.left + box.right) / 2, box.top - 1.3 * points * (i + 0.5), line,
                ha="center", va="center", parse_math=False, font=_font(points),
                color="#1a1a1a", path_effects=outline, zorder=3,
            )  # fmt: skip


def _draw_legends(
    figure: Figure,
    graph: nx.MultiDiGraph,
    page: _Page,
    schema: Schema,
    styles: Mapping[str, _Style],
) -> None:
    counts = Counter(str(data.get("entity_type", "")) for _, data in graph.nodes(data=True))
    known = [label for label in schema.entities if label in counts]
    nodes = []
    for label in [*known, *sorted(set(counts) - set(known))]:
        kind = schema.entities.get(label)
        name = f"{kind.name} " if kind else ""
        text = drawable(f"{name}{_ENGLISH.get(label, label.lower())} ({counts[label]})")
        nodes.append(
            Line2D([], [], marker="o", linestyle="none", markersize=8, label=text,
                   color=kind.color if kind else _GREY)
        )  # fmt: skip
    edges = [
        Line2D([], [], color=style.color, linestyle=style.dash, linewidth=1.6, label=style.text)
        for style in styles.values()
    ]
    for handles, bottom in ((nodes, 38.0), (edges, 4.0)):
        if handles:
            figure.legend(
                handles=handles, loc="lower center", prop=_font(9), frameon=False,
                ncols=min(len(handles), 4 if page.width < 800 else 8), borderpad=0.1,
                columnspacing=1.6, labelspacing=0.3,
                bbox_to_anchor=(0.5, bottom / page.height),
            )  # fmt: skip
