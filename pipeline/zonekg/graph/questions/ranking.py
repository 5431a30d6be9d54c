"""Who leads: nodes ranked by amounts or by how they are tied."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import igraph
import networkx as nx

from zonekg.errors import QuestionError
from zonekg.schema import default_schema

__all__ = ["MEASURES", "Ranked", "currencies", "top"]

_JOINT = " || "


class Ranked(NamedTuple):
    """A node and its place.

    rank: from 1, equal values share one. value: in `unit`, which is a currency (ISO 4217) for
    amounts and else empty; of a range the lower end. told, evidence: amounts in the articles'
    words, with their sentences parted by `` || ``. articles: how many tell of the node, from
    first_date to last_date.
    """

    rank: int
    id: str
    name: str
    type: str
    value: float
    unit: str
    told: str
    articles: int
    first_date: str
    last_date: str
    evidence: str


def _betweenness(graph: nx.MultiDiGraph) -> dict[str, float]:
    """The share of shortest ways, directions aside, that lead over each node (Freeman 1977)."""
    nodes = sorted(graph)
    index = {node: i for i, node in enumerate(nodes)}
    plain = igraph.Graph(len(nodes), [(index[a], index[b]) for a, b in graph.edges()]).simplify()
    pairs = max(1, (len(nodes) - 1) * (len(nodes) - 2) / 2)
    return {node: found / pairs for node, found in zip(nodes, plain.betweenness(), strict=True)}


_TIES: Mapping[str, Callable[[nx.MultiDiGraph], Mapping[str, float]]] = MappingProxyType({
    "degree": lambda graph: dict(graph.degree()),
    "weighted_degree": lambda graph: dict(graph.degree(weight="weight")),
    "betweenness": _betweenness,
    "mentions": lambda graph: dict(graph.nodes(data="mentions", default=0)),
    "articles": lambda graph: dict(graph.nodes(data="articles", default=0)),
})  # fmt: skip
_AMOUNTS = ("total_investment", "annual_investment", "output_value", "tax")
MEASURES = (*_AMOUNTS, *_TIES)
"""What `top` ranks by: amounts; relations, these counted by articles, ways; mentions, articles."""


def currencies(data: Mapping[str, Any], amount: str) -> dict[str, float]:
    """The amounts of one kind by currency.

    >>> currencies({"tax_cny": 5.0, "tax_cny_max": 8.0, "tax_text": "5至8元"}, "tax")
    {'CNY': 5.0}
    """
    found = ((re.fullmatch(rf"{amount}_([a-z]{{3}})", name), name) for name in data)
    return {match[1].upper(): float(data[name]) for match, name in found if match and name in data}


def top(
    graph: nx.MultiDiGraph,
    by: str = "total_investment",
    *,
    entity_type: str | None = None,
    limit: int | None = None,
) -> list[Ranked]:
    """The nodes with most of a measure, the first `limit`; nodes that lack it are left out.

    Amounts are ranked for each currency apart, yuan first, with `limit` for each: nothing is
    converted. The total of a park is a sum over projects that may stand in the same list.
    by: one of `MEASURES`; raises QuestionError for others. Amounts as nodes are no entities and
    are ranked only as `entity_type` MONEY.
    """
    if by not in MEASURES:
        raise QuestionError(by, "no measure", f"expected one of {', '.join(MEASURES)}")
    nodes = [
        node
        for node, data in sorted(graph.nodes(data=True))
        if data["entity_type"] == entity_type
        or (entity_type is None and data["entity_type"] != "MONEY")
    ]
    values: dict[str, dict[str, float]] = {}
    if by in _AMOUNTS:
        for node in nodes:
            for unit, value in currencies(graph.nodes[node], by).items():
                values.setdefault(unit, {})[node] = value
    else:
        found = _TIES[by](graph)
        values[""] = {node: float(found[node]) for node in nodes if found[node]}
    return [
        row
        for unit in sorted(values, key=lambda unit: (unit != "CNY", unit))
        for row in _ranked(graph, by, unit, values[unit])[:limit]
    ]


def _ranked(
    graph: nx.MultiDiGraph, by: str, unit: str, values: Mapping[str, float]
) -> list[Ranked]:
    order = sorted(values, key=lambda node: (-values[node], graph.nodes[node]["label"], node))
    kind = default_schema().relations.get(by.upper())
    out: list[Ranked] = []
    for i, node in enumerate(order, 1):
        data, value = graph.nodes[node], values[node]
        proofs = data.get("amounts_evidence", "").split(_JOINT) if kind else ()
        out.append(
            Ranked(
                out[-1].rank if out and out[-1].value == value else i,
                node,
                data["label"],
                data["entity_type"],
                value,
                unit,
                data.get(f"{by}_text", ""),
                data.get("articles", 1),
                data.get("first_date", ""),
                data.get("last_date", ""),
                _JOINT.join(proof for proof in proofs if kind and proof.startswith(kind.name)),
            )
        )
    return out
