"""How nodes and edges look in the formats that show the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx

from zonekg.graph.edges import BETWEEN
from zonekg.graph.exports.rows import Row
from zonekg.graph.layout import BASE_SIZE, layout, node_sizer
from zonekg.schema import Schema, default_schema

__all__ = ["Drawing"]

_GREY = "#888888"  # a type that the schema lacks


class Drawing:
    """Places, sizes and colours of a flat graph.

    positions: a place for every node as `zonekg.graph.layout.layout` gives it, its default.
    """

    def __init__(
        self,
        graph: nx.MultiDiGraph,
        positions: Mapping[Any, tuple[float, float]] | None = None,
        schema: Schema | None = None,
    ) -> None:
        self._places = positions if positions is not None else layout(graph)
        self._schema = schema or default_schema()
        self._size = node_sizer(graph)
        self.columns = {"x": "double", "y": "double", "size": "double", "color": "string"}
        """The columns of `node` that any node has, and their types."""
        if not graph:
            self.columns = {}
        elif not any(self._size(node) > BASE_SIZE for node in graph):
            del self.columns["size"]

    def node(self, node: str, row: Row) -> Row:
        """``x``, ``y``, ``color`` and, but for the smallest nodes, ``size``.

        Gephi stretches sizes when all nodes have one.
        """
        x, y = self._places[node]
        look: Row = {"x": round(float(x), 2) + 0.0, "y": round(float(y), 2) + 0.0}  # no -0.0
        if (size := self._size(node)) > BASE_SIZE:
            look["size"] = size
        kind = self._schema.entities.get(str(row.get("entity_type")))
        return look | {"color": kind.color if kind else _GREY}

    def edge_color(self, row: Row) -> str:
        """``#rrggbb``, by the first relation of the edge."""
        kind = self._schema.relations.get(str(row["relation"]).split(BETWEEN)[0])
        return kind.color if kind else _GREY
