"""What becomes one edge of the flat graph: a relation, one statement of it, or a pair of nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import networkx as nx

from zonekg.schema import default_schema

__all__ = ["BETWEEN", "EDGES", "Edge", "edge_id", "stored"]

BETWEEN = " / "
"""Stands between the relations of a pair: ``INVESTS_IN / LOCATED_IN``."""

_BACK = "←"  # before a relation that runs against the edge of its pair


class Edge(NamedTuple):
    """One edge to be: its ends, key, leading relation, what articles tell, and other names.

    seen: article id -> [evidence, ...]; named: attributes that take the place of the relation's.
    """

    head: str
    tail: str
    key: str
    relation: str
    seen: Mapping[str, list[Any]]
    named: Mapping[str, Any] = MappingProxyType({})


def edge_id(head: str, relation: str, tail: str) -> str:
    """The key of an edge, from its content."""
    return "r:" + hashlib.sha256(f"{head}|{relation}|{tail}".encode()).hexdigest()[:16]


def _relations(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Each relation of two nodes, with all that articles tell of it."""
    return iter(edges)


def _statements(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Each relation as often as articles state it, every time with that evidence alone."""
    for edge in edges:
        for article, rows in sorted(edge.seen.items()):
            for i, row in enumerate(rows):
                key = edge_id(edge.head, f"{edge.relation}|{article}|{i}", edge.tail)
                yield edge._replace(key=key, seen={article: [row]})


def _pairs(edges: Iterable[Edge]) -> Iterator[Edge]:
    """One edge a pair of nodes, in the direction of the relation that most articles tell.

    Relations that run the other way have an arrow before their names; each sentence begins with
    the name of the relation that it shows.
    """
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        pairs.setdefault((min(edge[:2]), max(edge[:2])), []).append(edge)
    for _, found in sorted(pairs.items()):
        yield _pair(found)


def _pair(edges: list[Edge]) -> Edge:
    kinds = default_schema().relations
    order = list(kinds)

    def rank(edge: Edge) -> tuple[bool, int, int, int, str]:
        # a symmetric relation has no direction to tell
        told = sum(map(len, edge.seen.values()))
        return (kinds[edge.relation].symmetric, -len(edge.seen), -told,
                order.index(edge.relation), edge.head)  # fmt: skip

    edges = sorted(edges, key=rank)
    lead = edges[0]
    seen: dict[str, list[Any]] = {}
    relations, names = [], []
    for edge in edges:
        kind = kinds[edge.relation]
        back = _BACK if edge.head != lead.head and not kind.symmetric else ""
        relations.append(back + edge.relation)
        names.append(back + kind.name)
        for article, rows in edge.seen.items():
            marked = [row | {"sentence": f"{kind.name}：{row['sentence']}"} for row in rows]
            seen[article] = seen.get(article, []) + marked
    named: dict[str, Any] = {
        "relation": BETWEEN.join(relations),
        "label": BETWEEN.join(names),
        "symmetric": kinds[lead.relation].symmetric,  # it leads when all are
    }
    return Edge(*lead[:2], edge_id(lead.head, "", lead.tail), lead.relation, seen, named)


EDGES: Mapping[str, Callable[[Iterable[Edge]], Iterator[Edge]]] = MappingProxyType(
    {"relation": _relations, "evidence": _statements, "pair": _pairs}
)
"""What one edge stands for -> the edges of a graph, from those that are one a relation."""


def stored(graph: nx.MultiDiGraph) -> Iterator[Edge]:
    """The edges of a union graph, one a relation of two nodes, sorted."""
    for head, tail, relation, data in sorted(
        graph.edges(keys=True, data=True), key=lambda edge: edge[:3]
    ):
        yield Edge(head, tail, edge_id(head, relation, tail), relation, data["seen"])
