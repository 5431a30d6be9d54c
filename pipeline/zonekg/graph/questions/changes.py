"""What changed from one graph to another: what a new issue of the paper added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, NamedTuple

import networkx as nx

__all__ = ["COUNTS", "Change", "diff"]

_LISTS = {
    "names": "; ", "sources": "; ", "status_evidence": " || ", "amounts_evidence": " || ",
    "evidence": " || ", "titles": " || ", "events": "; ", "total_investment_text": "; ",
    "annual_investment_text": "; ", "output_value_text": "; ", "tax_text": "; ",
}  # fmt: skip
COUNTS = frozenset({
    "mentions", "articles", "confidence", "weight", "evidence_count", "first_date", "last_date",
    "sources", "titles",
})  # fmt: skip
"""Attributes that every further article changes; what it says stands in the others."""


class Change(NamedTuple):
    """One thing that the graphs tell differently.

    change: ``added``, ``removed``, ``changed``, ``joined`` (an old node that went into another) or
    ``parted`` (a new one that came out of another). what: ``node`` or ``edge``. id: of it, in the
    new graph where it is in both. type: an entity type or a relation. name: of a node; of an edge
    ``head -> tail``. attribute: what changed; empty for a node or an edge as a whole. old, new: the
    values as text; of lists (evidence, names, amounts in words) only the entries that the other
    graph lacks; of ``joined`` and ``parted`` the names of both nodes.
    """

    change: str
    what: str
    id: str
    type: str
    name: str
    attribute: str = ""
    old: str = ""
    new: str = ""


def diff(old: nx.MultiDiGraph, new: nx.MultiDiGraph, *, counts: bool = True) -> list[Change]:
    """What `new` has that `old` lacks, what it lacks, and which attributes differ.

    Nodes and edges are the same where their ids are. A node whose id the other graph lacks is
    followed by the places where it is mentioned: what a later article let the resolver join, or a
    person part, is neither removed nor added, nor are its edges. Sorted: added, removed, joined,
    parted, changed, nodes before edges, by type and name. Without `counts` the attributes of
    `COUNTS` are left out. Exchanging the graphs exchanges added and removed, joined and parted, old
    and new.
    """
    gone = _followed(old, new)
    come = {key: one for key, one in _followed(new, old).items() if key not in gone.values()}
    nodes = {*gone.items(), *((one, node) for node, one in come.items())}
    before, after = _ends(old, gone), _ends(new, come)
    touched = _touching(old, gone) | _touching(new, come)
    edges = {(before[ends], after[ends]) for ends in before.keys() & after.keys()}
    edges = {pair for pair in edges if touched & {*pair}}
    rows = [
        *_compare("node", _nodes(old), _nodes(new), nodes),
        *_compare("edge", _edges(old), _edges(new), edges),
    ]
    order = ("added", "removed", "joined", "parted", "changed", "node", "edge")
    return sorted(
        (row for row in rows if counts or row.attribute not in COUNTS),
        key=lambda row: (
            order.index(row.change),
            order.index(row.what),
            *row[3:5],
            row.id,
            row[5:],
        ),
    )


def _followed(graph: nx.MultiDiGraph, other: nx.MultiDiGraph) -> dict[str, str]:
    """For nodes that the other graph lacks the one there that has all their mentions, if any."""
    at = {place: node for node, data in other.nodes(data=True) for place in _mentions(data)}
    out = {}
    for node, data in graph.nodes(data=True):
        found = set() if node in other else {at.get(place) for place in _mentions(data)}
        if len(found) == 1 and (one := found.pop()):
            out[node] = one
    return out


def _mentions(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for place in _entries("sources", data.get("sources", "")):
        yield data["entity_type"], place


_Rows = dict[str, tuple[str, str, Mapping[str, Any]]]  # id -> type, name, attributes


def _nodes(graph: nx.MultiDiGraph) -> _Rows:
    return {
        node: (data["entity_type"], data["label"], data) for node, data in graph.nodes(data=True)
    }


def _edges(graph: nx.MultiDiGraph) -> _Rows:
    label = dict(graph.nodes(data="label"))
    return {
        key: (data["relation"], f"{label[head]} -> {label[tail]}", data)
        for head, tail, key, data in graph.edges(keys=True, data=True)
    }


def _ends(graph: nx.MultiDiGraph, moved: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """The ids of edges by what they join, where nodes that moved stand for what they became."""
    single = not graph.graph.get("repeated")
    out = {}
    for head, tail, key, data in graph.edges(keys=True, data=True):
        ends = [moved.get(head, head), moved.get(tail, tail)]
        ends = sorted(ends) if data.get("symmetric") else ends
        out[*ends, data["relation"], "" if single else data.get("sources", "")] = key
    return out


def _touching(graph: nx.MultiDiGraph, moved: Mapping[str, str]) -> set[str]:
    return {key for head, tail, key in graph.edges(keys=True) if moved.keys() & {head, tail}}


def _compare(what: str, old: _Rows, new: _Rows, moved: Set[tuple[str, str]]) -> Iterator[Change]:
    """moved: pairs of an old and a new id that stand for the same."""
    same = {(key, key) for key in old.keys() & new.keys()}
    renamed = {(a, b) for a, b in moved if a not in new and b not in old}
    for key in new.keys() - old.keys() - {b for _, b in moved}:
        yield Change("added", what, key, *new[key][:2])
    for key in old.keys() - new.keys() - {a for a, _ in moved}:
        yield Change("removed", what, key, *old[key][:2])
    for a, b in moved - same if what == "node" else ():
        one, other = old[a], new[b]
        if a in new:
            yield Change("parted", what, b, *other[:2], "", one[1], other[1])
        else:
            yield Change("joined", what, a, *one[:2], "", one[1], other[1])
    for a, b in same | renamed:
        before, after = old[a][2], new[b][2]
        for name in before.keys() | after.keys():
            x, y = before.get(name, ""), after.get(name, "")
            if x != y:
                yield Change("changed", what, b, *new[b][:2], name, *_differing(name, x, y))


def _differing(name: str, a: Any, b: Any) -> tuple[str, str]:
    joint = _LISTS.get(name)
    if joint is None:
        return _text(a), _text(b)
    one, other = _entries(name, a), _entries(name, b)
    gone = joint.join(entry for entry in one if entry not in other)
    come = joint.join(entry for entry in other if entry not in one)
    return (gone, come) if gone or come else (a, b)  # the same entries in another order


def _entries(name: str, value: str) -> Iterable[str]:
    return dict.fromkeys(entry for entry in value.split(_LISTS[name]) if entry)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
