"""What resolution knows of each node: names, where its articles play, and what it is joined to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import networkx as nx

from zonekg.names import company_name, is_generic_park, name_key
from zonekg.names.parts import is_descriptive

__all__ = ["Found", "Pair", "Sign", "Thing", "things"]


class Sign(NamedTuple):
    """What of a node may contradict another one.

    names: all that it was called by, sorted, but bare 高新区; cities: division codes of what its
    articles are about; owners, parks: ids of what invests in it, with the brands of companies, as a
    project of a group is its firm's too, and ids of what it lies in.
    """

    names: tuple[str, ...]
    kind: str
    cities: frozenset[str]
    owners: frozenset[str]
    parks: frozenset[str]


class Thing(NamedTuple):
    """A node with its evidence; amounts are (relation, lowest value, currency)."""

    id: str
    label: str
    name: str
    sign: Sign
    articles: frozenset[str]
    near: frozenset[str]
    amounts: frozenset[tuple[str, str, str]]
    date: str

    @property
    def generic(self) -> bool:
        """Whether it is a park of which only the kind was told."""
        return self.label == "PARK" and not self.sign.names


Found = tuple[int, str, str]
"""What a rule finds: strength, rule and reason."""


class Pair(NamedTuple):
    """Two nodes that may be one, by a rule, with a reason in words; strength 0 is for review."""

    a: str
    b: str
    strength: int
    rule: str
    reason: str

    @classmethod
    def of(cls, one: str, other: str, found: Found) -> Pair:
        """The pair of two nodes in whatever order they come."""
        return cls(min(one, other), max(one, other), *found)


def things(graph: nx.MultiDiGraph, label: str, root: Mapping[str, str]) -> dict[str, Thing]:
    """The nodes of a type; root: what the nodes of the types done before have become."""
    brands = _brands(graph) if label == "PROJECT" else {}
    owners, parks, near, around = (defaultdict[str, set[str]](set) for _ in range(4))
    for head, tail, relation in graph.edges(keys=True):
        one, other = root.get(head, head), root.get(tail, tail)
        near[head].add(other)
        near[tail].add(one)
        if relation == "INVESTS_IN":
            owners[tail] |= {one, *brands.get(head, ())}
        elif relation == "LOCATED_IN":
            parks[head].add(other)
            around[one].add(other)
    for inner in [*parks]:  # what lies in a park lies in what that lies in
        parks[inner] |= {other for park in parks[inner] for other in around.get(park, ())}
    out = {}
    for node, data in sorted(graph.nodes(data=True)):
        if data["entity_type"] == label:
            sign = _sign(graph, label, data, owners[node], parks[node])
            out[node] = _thing(graph, node, data, sign, frozenset(near[node]))
    return out


def _brands(graph: nx.MultiDiGraph) -> dict[str, frozenset[str]]:
    """The brands of the companies, by node."""
    return {
        node: frozenset(
            f"brand {brand}"
            for row in data["seen"].values()
            for name in row["names"]
            if len(brand := company_name(name).brand) >= 2 and not is_descriptive(brand)
        )
        for node, data in graph.nodes(data=True)
        if data["kind"] == "company"
    }


def _sign(
    graph: nx.MultiDiGraph, label: str, data: Mapping[str, Any], owners: set[str], parks: set[str]
) -> Sign:
    names = {name for row in data["seen"].values() for name in row["names"]}
    if label == "PARK":
        names = {name for name in names if not is_generic_park(name)}
    articles = graph.graph["articles"]
    cities = frozenset(p for key in data["seen"] if (p := articles[key].get("place")))
    return Sign(tuple(sorted(names)), data["kind"], cities, frozenset(owners), frozenset(parks))


def _thing(
    graph: nx.MultiDiGraph, node: str, data: Mapping[str, Any], sign: Sign, near: frozenset[str]
) -> Thing:
    label, seen = data["entity_type"], data["seen"]
    name = max(
        (row["name"] for row in seen.values()),
        key=lambda name: (len(name_key(name, label)), len(name), name),
    )
    amounts = frozenset(
        (row["relation"], row["low"], row["currency"])
        for one in seen.values()
        for row in one["amounts"]
    )
    dates = [graph.graph["articles"][key]["date"] or "9" for key in seen]
    return Thing(node, label, name, sign, frozenset(seen), near, amounts, min(dates))
