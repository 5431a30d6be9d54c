"""What changed from one graph to another: what a new issue of the paper added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

    change: ``added``, ``removed`` or ``changed``. what: ``node`` or ``edge``. id: of it. type: an
    entity type or a relation. name: of a node; of an edge ``head -> tail``. attribute: what
    changed; empty for a node or an edge as a whole. old, new: the values as text; of lists
    (evidence, names, amounts in words) only the entries that the other graph lacks.
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

    Nodes and edges are the same where their ids are. Sorted: added, removed, changed, nodes
    before edges, by type and name. Without `counts` the attributes of `COUNTS` are left out.
    Exchanging the graphs exchanges added and removed, old and new.
    """
    rows = [
        *_compare("node", _nodes(old), _nodes(new)),
        *_compare("edge", _edges(old), _edges(new)),
    ]
    order = ("added", "removed", "changed", "node", "edge")
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


def _compare(what: str, old: _Rows, new: _Rows) -> Iterator[Change]:
    for change, rows, others in (("added", new, old), ("removed", old, new)):
        for key in rows.keys() - others.keys():
            yield Change(change, what, key, *rows[key][:2])
    for key in old.keys() & new.keys():
        before, after = old[key][2], new[key][2]
        for name in before.keys() | after.keys():
            a, b = before.get(name, ""), after.get(name, "")
            if a != b:
                yield Change("changed", what, key, *new[key][:2], name, *_differing(name, a, b))


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
