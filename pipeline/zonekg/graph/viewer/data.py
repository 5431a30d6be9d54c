"""What the viewer's page knows of a flat graph, as JSON data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from zonekg.graph.layout import layout, node_sizes
from zonekg.graph.seen import JOINT
from zonekg.graph.tables import EDGE_COLUMNS, NODE_COLUMNS, column_names
from zonekg.offline import plain
from zonekg.schema import Schema, default_schema
from zonekg.states import STATUSES

__all__ = ["MOST_NODES", "page_data"]

MOST_NODES = 20_000
"""Nodes that a page holds at most; a browser draws more, but too slowly to work with."""

# of which one text stands at many nodes or edges
_SHARED = {"evidence", "titles", "sources", "amounts_evidence", "status_evidence"}


def page_data(
    flat: nx.MultiDiGraph,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    schema: Schema | None = None,
) -> dict[str, Any]:
    """The data of the page; the same graph gives the same.

    nodes, edges: ``columns`` and ``rows``, None where a row lacks a value. Nodes begin with
    ``id``, ``x``, ``y``, ``size``; edges with ``id``, ``source``, ``target``, the ends as indices
    of nodes. Sentences, titles and sources are lists of indices into ``texts``. all: nodes and
    edges of the whole graph. Characters that can't be seen are shown by their number.
    """
    schema = schema or default_schema()
    sizes = node_sizes(flat)
    kept = sorted(sorted(flat, key=lambda node: (-sizes[node], node))[:MOST_NODES])
    places = positions if positions is not None else layout(flat.subgraph(kept))
    texts = _Texts()
    index = {node: i for i, node in enumerate(kept)}
    ties = [tie for tie in flat.edges(keys=True, data=True) if tie[0] in index and tie[1] in index]
    nodes = [
        {"id": node, "x": round(places[node][0], 1), "y": round(places[node][1], 1),
         "size": sizes[node]} | flat.nodes[node]
        for node in kept
    ]  # fmt: skip
    edges = [
        {"id": key, "source": index[head], "target": index[tail]} | data
        for head, tail, key, data in sorted(ties, key=lambda tie: (str(tie[2]), *tie[:2]))
    ]
    return {
        "schema": _schema(schema),
        "statuses": STATUSES,
        "all": {"nodes": flat.number_of_nodes(), "edges": flat.number_of_edges()},
        "nodes": _table(nodes, ("id", "x", "y", "size", *NODE_COLUMNS), texts),
        "edges": _table(edges, ("id", "source", "target", *EDGE_COLUMNS), texts),
        "texts": list(texts.index),
    }


class _Texts:
    """Each text once, by its number."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def numbers(self, joined: str) -> list[int]:
        return [self.index.setdefault(plain(text), len(self.index)) for text in joined.split(JOINT)]


def _table(
    rows: Sequence[Mapping[str, Any]], order: Sequence[str], texts: _Texts
) -> dict[str, list[Any]]:
    columns = column_names(rows, order)
    return {"columns": columns, "rows": [[*_cells(row, columns, texts)] for row in rows]}


def _cells(row: Mapping[str, Any], columns: Iterable[str], texts: _Texts) -> Iterable[Any]:
    for name in columns:
        value = row.get(name)
        if isinstance(value, str):
            yield texts.numbers(value) if name in _SHARED else plain(value)
        elif isinstance(value, float) and not math.isfinite(value):
            yield None
        elif isinstance(value, float) and value.is_integer():
            yield int(value)  # 33200000000, not 33200000000.0
        else:
            yield value


def _schema(schema: Schema) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        "entities": {k: {"name": v.name, "color": v.color} for k, v in schema.entities.items()},
        "relations": {
            k: {"name": v.name, "color": v.color, "symmetric": v.symmetric}
            for k, v in schema.relations.items()
        },
    }
