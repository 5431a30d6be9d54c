"""Where the nodes of a graph stand, and how large they are: the same for the same graph.

Method: Fruchterman and Reingold, "Graph drawing by force-directed placement" (Software: Practice
and Experience 21, 1991), each connected component by itself. Above 1,500 nodes its cost is too
high, and its grid variant folds the graph into a disc; there DrL (Martin et al., "OpenOrd: an
open-source toolbox for large graph layout", SPIE 7868, 2011) places the nodes and the grid
variant spreads them. Components are packed by the skyline heuristic (Burke, Kendall and Whitwell,
"A new placement heuristic for the orthogonal stock-cutting problem", 2004).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import igraph
import networkx as nx
import numpy as np
from numpy.typing import NDArray

__all__ = ["BASE_SIZE", "TOP_SIZE", "layout", "node_sizer", "node_sizes"]

Points = NDArray[np.float64]
Sky = list[tuple[float, float, float]]

BASE_SIZE = 10.0
TOP_SIZE = 40.0
_GAP = 8.0  # between two circles, in the unit of the sizes
_ROOM = 14.0  # the area of a component over that of its circles' boxes: room for labels and edges
_EXACT = 1_500  # nodes in a component up to which the exact method takes about two seconds
_LARGE = 150_000  # nodes in a component above which DrL takes more than four minutes
_PUSHES = 40  # at most; most graphs are free of overlaps after ten


def node_sizes(graph: nx.MultiDiGraph) -> dict[Any, float]:
    """The radius of each node, 10 to 40, by its edges and its attribute ``mentions``.

    The area above the base grows with edges plus mentions, so a few hubs do not dwarf the rest.
    At least one node has the base size 10.

    >>> graph = nx.MultiDiGraph([("a", "b"), ("a", "c"), ("a", "d")])
    >>> node_sizes(graph)
    {'a': 40.0, 'b': 10.0, 'c': 10.0, 'd': 10.0}
    """
    size = node_sizer(graph)
    return {node: size(node) for node in graph}


def node_sizer(graph: nx.MultiDiGraph) -> Callable[[Any], float]:
    """What `node_sizes` tells of a node, in memory that does not grow with the graph."""

    def weight(node: Any) -> int:
        mentions: int = graph.nodes[node].get("mentions", 0)
        return int(graph.degree(node)) + max(0, mentions)

    low = min(map(weight, graph), default=0)
    high = max(map(weight, graph), default=0)
    span = TOP_SIZE - BASE_SIZE
    return lambda node: round(
        BASE_SIZE + span * math.sqrt((weight(node) - low) / ((high - low) or 1)), 2
    )


def layout(graph: nx.MultiDiGraph, seed: int = 1) -> dict[Any, tuple[float, float]]:
    """A place (x, y) for every node, in the unit of `node_sizes`, y growing upwards.

    Components stand side by side without overlap, the largest at the top left; nodes without
    edges form a grid below. Circles of `node_sizes` rarely touch. The places depend on the ids,
    the edges, the sizes and the seed, not on the order in which the graph was built. Takes
    seconds for 5,000 nodes and minutes for 100,000.

    >>> graph = nx.MultiDiGraph([("a", "b")])
    >>> places = layout(graph)
    >>> places == layout(graph), math.dist(places["a"], places["b"]) > 20
    (True, True)
    """
    names = sorted(graph)
    if not names:
        return {}
    index = {name: i for i, name in enumerate(names)}
    pairs = {tuple(sorted((index[u], index[v]))) for u, v in graph.edges() if u != v}
    whole = igraph.Graph(n=len(names), edges=sorted(pairs))
    sizes = node_sizes(graph)
    radius = np.array([sizes[name] for name in names])
    places = np.zeros((len(names), 2))
    parts = sorted(whole.connected_components(mode="weak"), key=lambda p: (-len(p), p[0]))
    joined = [part for part in parts if len(part) > 1]
    with _seeded(seed):
        for part in joined:
            places[part] = _spread(_forces(whole.induced_subgraph(part)), radius[part])
    floor = _pack(joined, places, radius)
    alone = [part[0] for part in parts if len(part) == 1]
    _grid(alone, places, radius, floor)
    return {name: (float(x), float(y)) for name, (x, y) in zip(names, places, strict=True)}


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let igraph draw from a generator of its own, then from Python's `random` again."""
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def _forces(part: igraph.Graph) -> Points:
    """The component's places (n, 2), lying down: its longer axis is the x axis."""
    count = part.vcount()
    if count <= _EXACT:
        found = np.array(part.layout_fruchterman_reingold(niter=500, grid="nogrid").coords)
    elif count > _LARGE:
        found = np.array(part.layout_fruchterman_reingold(niter=300, grid="grid").coords)
    else:
        found = np.array(part.layout_drl(options="coarsest").coords)
        found *= math.sqrt(count / max(1e-9, float(np.prod(np.ptp(found, axis=0)))))
        found = np.array(
            part.layout_fruchterman_reingold(
                niter=30, grid="grid", start_temp=0.3, seed=found.tolist()
            ).coords
        )
    found = found - np.median(found, axis=0)
    if count > _EXACT:  # a few strays far out would leave the rest a dot
        away = np.hypot(found[:, 0], found[:, 1])
        usual = float(np.quantile(away, 0.9))
        pull = np.where(away > usual, 1 + np.log(np.maximum(away, usual) / usual), 1.0)
        found *= (pull * np.minimum(away, usual) / np.maximum(away, 1e-9))[:, None]
    _, axes = np.linalg.eigh(found.T @ found)  # the longer axis comes last
    axes = axes[:, ::-1]
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)  # fix the signs
    turned: Points = found @ axes
    return turned


def _spread(places: Points, radius: Points) -> Points:
    """Scale to the room that the circles need, then push apart those that still overlap."""
    need = _ROOM * float(((2 * radius + _GAP) ** 2).sum())
    width, height = np.maximum(np.ptp(places, axis=0), 1e-9)
    # a chain has next to no height: bound the scale by the length of its circles in a row
    scale = min(math.sqrt(need / (width * height)), 3 * (2 * radius + _GAP).sum() / width)
    places = places * scale
    reach = 2 * float(radius.max()) + _GAP
    for _ in range(_PUSHES):
        first, second = _neighbours(places, reach)
        step = places[second] - places[first]
        gap = np.hypot(step[:, 0], step[:, 1])
        lack = radius[first] + radius[second] + _GAP - gap
        near = lack > 1e-6
        if not near.any():
            break
        first, second, step, gap = first[near], second[near], step[near], gap[near]
        # nodes on the same spot part along a direction of their own
        turn = first * 2.399963  # the golden angle
        same = gap < 1e-9
        step[same] = np.column_stack((np.cos(turn), np.sin(turn)))[same]
        move = step / np.where(same, 1.0, gap)[:, None] * (0.5 * lack[near])[:, None]
        np.add.at(places, second, move)
        np.add.at(places, first, -move)
    return places


def _neighbours(places: Points, reach: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All index pairs at most `reach` apart (and some farther), by a grid of that pitch."""
    cells = np.floor((places - places.min(axis=0)) / reach).astype(np.int64)
    stride = int(cells[:, 1].max()) + 2
    code = cells[:, 0] * stride + cells[:, 1]
    order = np.argsort(code, kind="stable")
    ranked = code[order]
    firsts, seconds = [], []
    for shift in (0, 1, stride - 1, stride, stride + 1):  # each pair of cells once
        start = np.searchsorted(ranked, code + shift, "left")
        count = np.searchsorted(ranked, code + shift, "right") - start
        first = np.repeat(np.arange(len(code)), count)
        inside = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
        second = order[np.repeat(start, count) + inside]
        keep = first < second if shift == 0 else np.ones(len(first), dtype=bool)
        firsts.append(first[keep])
        seconds.append(second[keep])
    return np.concatenate(firsts), np.concatenate(seconds)


def _pack(parts: Sequence[Sequence[int]], places: Points, radius: Points) -> float:
    """Move each component to its own box, in place; returns the lowest y that is in use."""
    boxes = []
    for part in parts:
        room = (radius[part] + 2 * _GAP)[:, None]
        low, high = (places[part] - room).min(axis=0), (places[part] + room).max(axis=0)
        places[part] -= low
        boxes.append(high - low)
    if not boxes:
        return 0.0
    area = sum(float(width * height) for width, height in boxes)
    limit = max(*(float(box[0]) for box in boxes), math.sqrt(1.5 * area))
    sky: Sky = [(0.0, limit, 0.0)]  # stretches (left, right, depth) that cover 0..limit
    for part, (width, height) in zip(parts, boxes, strict=True):
        left, depth = _lowest(sky, float(width), limit)
        sky = _cover(sky, left, left + float(width), depth + float(height))
        places[part] += (left, 0.0)
        places[part, 1] = -(places[part, 1] + depth)
    return -max(depth for _, _, depth in sky)


def _lowest(sky: Sky, width: float, limit: float) -> tuple[float, float]:
    """The (left, depth) nearest to the top, then to the left, where `width` fits."""
    best = (math.inf, 0.0)
    for i, (left, _, _) in enumerate(sky):
        if left + width > limit + 1e-6:
            break
        depth, k = 0.0, i
        while k < len(sky) and sky[k][0] < left + width - 1e-6:
            depth, k = max(depth, sky[k][2]), k + 1
        best = min(best, (depth, left))
    return best[1], best[0]


def _cover(sky: Sky, left: float, right: float, depth: float) -> Sky:
    out = [(left, right, depth)]
    for start, end, old in sky:
        if start < left:
            out.append((start, min(end, left), old))
        if end > right:
            out.append((max(start, right), end, old))
    out.sort()
    joined = out[:1]
    for start, end, deep in out[1:]:  # join equal neighbours, which keeps the list short
        if deep == joined[-1][2]:
            joined[-1] = (joined[-1][0], end, deep)
        else:
            joined.append((start, end, deep))
    return joined


def _grid(alone: Sequence[int], places: Points, radius: Points, floor: float) -> None:
    """Put nodes without edges in rows below `floor`, in place; wide steps leave room for labels."""
    if not alone:
        return
    largest = float(radius[alone].max())
    across, down = 2 * largest + 8 * _GAP, 2 * largest + 5 * _GAP
    width = float(np.ptp(places[:, 0])) if floor < 0 else 0.0
    columns = max(int(width / across), math.ceil(math.sqrt(1.5 * len(alone) * down / across)))
    for i, node in enumerate(alone):
        row, column = divmod(i, columns)
        places[node] = (largest + column * across, floor - largest - _GAP - row * down)
