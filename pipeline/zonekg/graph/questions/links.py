"""Who is tied to whom: the neighbours of a node, and the shortest ways between two."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, pairwise
from typing import Any, NamedTuple

import networkx as nx

from zonekg.errors import QuestionError
from zonekg.schema import default_schema

__all__ = ["Link", "amounts_told", "neighbors", "paths"]


class Link(NamedTuple):
    """One relation between a node that is known already and the next one.

    step: from 1, how far from the start. near_id, near: the known end. direction: ``->`` from near
    to far, ``<-`` from far to near, ``--`` where the relation has none. relation, label: its name
    in the schema and in Chinese. id, name, type, amounts, status: of the far end, amounts in the
    words of the articles. confidence: 0 to 1. articles: how many tell it, from first_date to
    last_date (ISO, may be empty). evidence, titles, sources: parted by `` || ``.
    """

    step: int
    near_id: str
    near: str
    direction: str
    relation: str
    label: str
    id: str
    name: str
    type: str
    amounts: str
    status: str
    confidence: float
    articles: int
    first_date: str
    last_date: str
    evidence: str
    titles: str
    sources: str


def amounts_told(data: dict[str, Any]) -> str:
    """The amounts of a node in the words of its articles.

    >>> amounts_told({"tax_text": "1亿元", "total_investment_text": "约5亿元; 6亿元"})
    '总投资约5亿元; 6亿元，税收1亿元'
    """
    texts = (
        kind.name + data[f"{relation.lower()}_text"]
        for relation, kind in default_schema().relations.items()
        if f"{relation.lower()}_text" in data
    )
    return "，".join(texts)


def neighbors(
    graph: nx.MultiDiGraph, node: str, *, depth: int = 1, relations: Iterable[str] = ()
) -> list[Link]:
    """The relations of a node, and to `depth` steps those of its neighbours, each once.

    Sorted by step, then by the near end, the relation and the far end's name. `relations` leaves
    out others and what only they reach.
    """
    wanted = frozenset(relations)
    found: dict[str, Link] = {}
    reached, border = {node}, [node]
    for step in range(1, depth + 1):
        new: set[str] = set()
        for near in border:
            for edge in [*graph.out_edges(near, keys=True), *graph.in_edges(near, keys=True)]:
                if edge[2] in found or (wanted and graph.edges[edge]["relation"] not in wanted):
                    continue
                found[edge[2]] = _link(graph, step, near, edge)
                new.update(edge[:2])
        border = sorted(new - reached)
        reached |= new
    order = {relation: i for i, relation in enumerate(default_schema().relations)}
    return sorted(
        found.values(),
        key=lambda row: (row.step, row.near, row.near_id, order[row.relation], row.name, row.id,
                         row.direction),
    )  # fmt: skip


def paths(
    graph: nx.MultiDiGraph, start: str, end: str, *, k: int = 1, directed: bool = False
) -> list[list[Link]]:
    """The `k` shortest ways between two nodes, the shortest first; empty when there is none.

    Each is a list of links; relations of one pair stand side by side in one step. Directions
    count with `directed` only; without it the ways from `end` to `start` are the same ones.
    Yen's algorithm, as networkx has it. Raises QuestionError when both ends are one node.
    """
    if start == end:
        raise QuestionError(
            graph.nodes[start]["label"], "start and end are one node", "name two nodes"
        )
    simple = nx.DiGraph() if directed else nx.Graph()
    simple.add_nodes_from((start, end))
    simple.add_edges_from(sorted(graph.edges()))
    # of equally long ways the search finds other ones from the other end
    turned = not directed and start > end
    ends = (end, start) if turned else (start, end)
    try:
        ways = list(islice(nx.shortest_simple_paths(simple, *ends), k))
    except nx.NetworkXNoPath:
        return []
    return [_steps(graph, way[::-1] if turned else way, directed=directed) for way in ways]


def _steps(graph: nx.MultiDiGraph, way: list[str], *, directed: bool) -> list[Link]:
    out = []
    for step, (near, far) in enumerate(pairwise(way), 1):
        edges = [(near, far, key) for key in graph.get_edge_data(near, far, default={})]
        if not directed:
            edges += [(far, near, key) for key in graph.get_edge_data(far, near, default={})]
        out += sorted(_link(graph, step, near, edge) for edge in edges)
    return out


def _link(graph: nx.MultiDiGraph, step: int, near: str, edge: tuple[str, str, str]) -> Link:
    source, target, _ = edge
    data, far = graph.edges[edge], target if near == source else source
    other = graph.nodes[far]
    direction = "--" if data.get("symmetric") else "->" if near == source else "<-"
    return Link(
        step,
        near,
        graph.nodes[near]["label"],
        direction,
        data["relation"],
        data.get("label", data["relation"]),
        far,
        other["label"],
        other["entity_type"],
        amounts_told(other),
        other.get("status", ""),
        data.get("confidence", 1.0),
        int(data.get("weight", 1)),
        data.get("first_date", ""),
        data.get("last_date", ""),
        data.get("evidence", ""),
        data.get("titles", ""),
        data.get("sources", ""),
    )
