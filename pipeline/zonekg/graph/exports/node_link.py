"""Node-link JSON, which networkx, D3 and graph libraries of JavaScript read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from zonekg.files import open_atomic
from zonekg.graph.exports.drawing import Drawing
from zonekg.graph.exports.rows import Rows, items

__all__ = ["write_node_link"]


def write_node_link(
    graph: nx.MultiDiGraph,
    path: str | Path,
    positions: Mapping[Any, tuple[float, float]] | None = None,
) -> None:
    """Write a flat graph as JSON, one node or edge a line; lists are arrays.

    ``networkx.node_link_graph(json.load(file))`` reads it back. Arguments, errors and promises are
    `zonekg.graph.gephi.write_graphml`'s.
    """
    rows = Rows(graph)
    drawing = Drawing(graph, positions)
    nodes = (
        {"id": node} | items("node", row, rows.columns["node"]) | drawing.node(node, row)
        for node, row in rows.nodes()
    )
    edges = (
        {"source": source, "target": target, "key": edge}
        | items("edge", row, rows.columns["edge"])
        | {"color": drawing.edge_color(row)}
        for edge, source, target, row in rows.edges()
    )
    with open_atomic(path) as handle:
        handle.write(f'{{"directed": true, "multigraph": true, "graph": {_json(graph.graph)},\n')
        handle.write('"nodes": [')
        handle.writelines(_lines(nodes))
        handle.write('],\n"edges": [')
        handle.writelines(_lines(edges))
        handle.write("]}\n")


def _lines(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for i, row in enumerate(rows):
        yield ("," if i else "") + "\n" + _json(row)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
