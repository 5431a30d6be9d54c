"""From a name that someone types to the node that is meant."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import networkx as nx

from zonekg.errors import QuestionError
from zonekg.names import name_key

__all__ = ["Candidate", "find"]

_LISTED = 10  # candidates that an error names


class Candidate(NamedTuple):
    """A node that a name may mean; `where` tells it from others of that name.

    where: the parks that it lies in and the file that tells of it first.
    """

    id: str
    name: str
    type: str
    where: str

    def __str__(self) -> str:
        return f"{self.id} {self.name} ({self.type}, {self.where})"


def find(graph: nx.MultiDiGraph, name: str, entity_type: str | None = None) -> str:
    """The id of the node that a name means: an id, a label, an alias, their normal form or a part.

    The first of these that any node matches counts, so that 康佳集团 is not 康佳集团财务公司.
    `entity_type` leaves out nodes of other types; amounts that stand as nodes are found by id
    only. Raises QuestionError, with the candidates, when several nodes match or none.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node("n:1", label="康佳集团有限公司", entity_type="ORG", names="康佳; 康佳集团")
    >>> [find(graph, name) for name in ("n:1", "康佳", "康佳集团股份有限公司", "集团")]
    ['n:1', 'n:1', 'n:1', 'n:1']
    """
    if name in graph:
        return name
    typed = unicodedata.normalize("NFKC", name).strip().casefold()
    if not typed:
        raise QuestionError(name, "an empty name", "give a name or an id from nodes.csv")
    nodes = [
        node
        for node, data in graph.nodes(data=True)
        if data["entity_type"] != "MONEY" and entity_type in (None, data["entity_type"])
    ]
    for match in _MATCHES:
        found = [node for node in nodes if match(graph, node, typed)]
        if len(found) == 1:
            return str(found[0])
        if found:
            _ambiguous(graph, name, found)
    near = _nearest(graph, nodes, typed)
    raise QuestionError(
        name,
        "no node has this name" + (f", nor one of type {entity_type}" if entity_type else ""),
        f"near it: {', '.join(near)}" if near else "look it up in nodes.csv",
    )


def _ambiguous(graph: nx.MultiDiGraph, name: str, found: Iterable[str]) -> None:
    order = sorted(found, key=lambda node: (-graph.degree(node), node))
    candidates = [_candidate(graph, node) for node in order]
    listed = "; ".join(map(str, candidates[:_LISTED]))
    more = f"; {len(order) - _LISTED} more" if len(order) > _LISTED else ""
    raise QuestionError(
        name, f"{len(order)} nodes match", f"name one by its id: {listed}{more}", candidates
    )


def _candidate(graph: nx.MultiDiGraph, node: str) -> Candidate:
    data = graph.nodes[node]
    parks = sorted(
        graph.nodes[park]["label"]
        for _, park, edge in graph.out_edges(node, data=True)
        if edge["relation"] == "LOCATED_IN"
    )
    file = data.get("sources", "").split("; ")[0].rpartition(":")[0]
    where = [f"in {park}" for park in parks[:3]] + [file] * bool(file)
    return Candidate(node, data["label"], data["entity_type"], ", ".join(where))


def _names(graph: nx.MultiDiGraph, node: str) -> Iterator[str]:
    """The names of a node as they are compared, the label first."""
    data = graph.nodes[node]
    for name in (data["label"], *data.get("names", "").split("; ")):
        if name:
            yield unicodedata.normalize("NFKC", name).casefold()


def _is_label(graph: nx.MultiDiGraph, node: str, typed: str) -> bool:
    return next(_names(graph, node), "") == typed


def _is_alias(graph: nx.MultiDiGraph, node: str, typed: str) -> bool:
    return typed in _names(graph, node)


def _keys(graph: nx.MultiDiGraph, node: str, typed: str) -> tuple[str, list[str]]:
    label = graph.nodes[node]["entity_type"]
    return name_key(typed, label), [name_key(name, label) for name in _names(graph, node)]


def _is_key(graph: nx.MultiDiGraph, node: str, typed: str) -> bool:
    key, keys = _keys(graph, node, typed)
    return key in keys


def _is_part(graph: nx.MultiDiGraph, node: str, typed: str) -> bool:
    key, keys = _keys(graph, node, typed)
    return any(
        part and part in name for name in (*keys, *_names(graph, node)) for part in (key, typed)
    )


_MATCHES: tuple[Callable[[nx.MultiDiGraph, str, str], bool], ...] = (
    _is_label, _is_alias, _is_key, _is_part,
)  # fmt: skip


def _nearest(graph: nx.MultiDiGraph, nodes: Iterable[str], typed: str) -> list[str]:
    labels = {name: graph.nodes[node]["label"] for node in nodes for name in _names(graph, node)}
    near = difflib.get_close_matches(typed, sorted(labels), n=5, cutoff=0.4)
    return list(dict.fromkeys(labels[name] for name in near))
