"""A flat graph as rows: sorted, clean for every format, each column of one type.

Rows are made anew on each pass, so that a writer needs no more memory for a larger graph.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from numbers import Integral, Real
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from zonekg.errors import OutputError
from zonekg.graph.exports.conventions import column_order, declared
from zonekg.graph.exports.order import in_order
from zonekg.graph.seen import JOINT
from zonekg.graph.tables import column_names

__all__ = ["EdgeRow", "NodeRow", "Row", "Rows", "cut", "items"]

Row = dict[str, Any]

_MADE_HERE = {
    "node": frozenset({"x", "y", "size", "color"}),
    "edge": frozenset({"color", "edge_id", "source", "target", "key"}),
}
_EVIDENCE = 500  # characters; the whole text is in the tables
_LONG = 2**63
_LEAST, _MOST = sys.float_info.min, sys.float_info.max  # igraph refuses a file with less
# names that Gephi or Gephi Lite take for something else
_TAKEN = {*"rgbz", "type", "id", "timeset", "nodelabel", "edgelabel", "xpos", "ypos", "zpos"}
_CASED = {"label", "weight", "x", "y", "size", "color"}
_NAME = re.compile(r"[^\W\d]\w*")
# everything outside the Char production of XML 1.0, lone surrogates among it
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NodeRow(NamedTuple):
    """A node: its id and its attributes by column."""

    id: str
    row: Row


class EdgeRow(NamedTuple):
    """An edge: its id, its ends and its attributes by column."""

    id: str
    source: str
    target: str
    row: Row


class Rows:
    """The nodes and edges of a flat graph, sorted by id, with the columns that they have.

    columns: ``node`` and ``edge`` -> column -> type, in order, types as in `conventions.FORMS`.

    Nodes need a non-empty string as id, edges a globally unique string as key, an attribute
    ``relation``, once a pair unless the graph has ``graph["repeated"]``, and, when they have a
    ``weight``, one above 0. Other attributes are str, int, float or bool; None, NaN, infinite and
    blank values are left out, and characters that XML forbids are dropped. Raises OutputError,
    for edge keys that stand twice when their rows are read.
    """

    def __init__(self, graph: nx.MultiDiGraph) -> None:
        self._graph = graph
        self.columns = {"node": _columns("node", self._node_rows()),
                        "edge": _columns("edge", self._edge_rows())}  # fmt: skip

    def nodes(self) -> Iterator[NodeRow]:
        """The nodes, each with the columns that it has."""
        columns = self.columns["node"]
        for node in in_order(self._graph):
            yield NodeRow(node, _typed(_plain(self._graph.nodes[node], "node", node), columns))

    def edges(self) -> Iterator[EdgeRow]:
        """The edges, each with the columns that it has and a ``weight``."""
        columns, last = self.columns["edge"], None
        keys = ([key, source, target] for source, target, key in self._graph.edges(keys=True))
        for key, source, target in in_order(keys):
            if key == last:
                raise OutputError(
                    f"edge key {key!r} stands twice, and Gephi would drop an edge; "
                    "make the keys unique in the whole graph"
                )
            last = key
            row = _edge(self._graph.edges[source, target, key], key)
            yield EdgeRow(key, source, target, _typed(row, columns))

    def _node_rows(self) -> Iterator[Row]:
        for node, data in self._graph.nodes(data=True):
            _check_id("node id", node)
            yield _plain(data, "node", node)

    def _edge_rows(self) -> Iterator[Row]:
        repeated = self._graph.graph.get("repeated", False)
        for source, targets in self._graph.adjacency():
            for target, edges in targets.items():
                relations: set[str] = set()
                for key, data in edges.items():
                    _check_edge(data, key)
                    if data["relation"] in relations and not repeated:
                        raise OutputError(
                            f"edge {key}: {source} {data['relation']} {target} stands twice, and "
                            "Gephi would add both into one; join them first"
                        )
                    relations.add(data["relation"])
                    yield _edge(data, key)


def _edge(data: Mapping[str, Any], key: str) -> Row:
    return _plain(data, "edge", key) | {"weight": float(data.get("weight", 1.0))}


def _check_edge(data: Mapping[str, Any], key: object) -> None:
    _check_id("edge key", key)
    _check_id(f"the relation of edge {key}", data.get("relation"))
    weight = data.get("weight", 1.0)
    if not (isinstance(weight, Real) and _LEAST <= float(weight) <= _MOST):
        raise OutputError(
            f"edge {key}: weight {weight!r}, expected a number above 0; "
            "Gephi removes an edge without weight"
        )


def _check_id(what: str, value: object) -> None:
    if (
        not isinstance(value, str)
        or not value
        or value != value.strip()
        or _ILLEGAL.search(value)
        or re.search(r"[\t\n\r]", value)
    ):
        raise OutputError(
            f"{what} {value!r}: expected text without outer spaces, line ends or control characters"
        )


def _plain(data: Mapping[str, Any], on: str, place: object) -> Row:
    """The attributes that have a value, as str, int, float or bool, clean for XML."""
    out: Row = {}
    for name, value in data.items():
        if value is None:
            continue
        if not isinstance(name, str) or (fault := _fault(on, name)):
            fault = fault if isinstance(name, str) else "can't be a column in Gephi"
            raise OutputError(f"{on} {place}: attribute {name!r} {fault}; rename it")
        if isinstance(value, str):
            text = _ILLEGAL.sub("", value)
            if text.strip():  # Gephi takes blank text for a missing value
                out[name] = text
        elif isinstance(value, (bool, np.bool_)):
            out[name] = bool(value)
        elif isinstance(value, (int, Integral)):  # the plain type first: it is quicker
            out[name] = int(value)
        elif isinstance(value, (float, Real)):
            number = float(value)
            if math.isfinite(number):
                out[name] = number if abs(number) >= _LEAST else 0.0
        else:
            raise OutputError(
                f"{on} {place}: attribute {name!r} is a {type(value).__name__}, "
                "expected str, int, float or bool"
            )
    return out


@cache
def _fault(on: str, name: str) -> str:
    """Why an attribute can't have this name; empty when it can."""
    low = name.lower()
    if not _NAME.fullmatch(name) or low in _TAKEN or (low in _CASED and low != name):
        return "can't be a column in Gephi"
    return "is made by the writer" if name in _MADE_HERE[on] else ""


def _columns(on: str, rows: Iterator[Row]) -> dict[str, str]:
    """Column -> type, one type for each column whatever its rows hold."""
    found: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, set()).add(_type(value))
    folded: dict[str, str] = {}
    for name in found:
        other = folded.setdefault(name.lower(), name)
        if other != name:
            raise OutputError(
                f"{on} attributes {min(name, other)!r} and {max(name, other)!r} are one column "
                "in Gephi; rename one"
            )
    types = {name: _one_type(on, name, of) for name, of in found.items()}
    return {name: types[name] for name in column_names([types], column_order(on))}


def _one_type(on: str, name: str, found: set[str]) -> str:
    known = declared(on, name)
    if known and known.type in ("list", "date") and found == {"string"}:
        return known.type
    if known and known.type not in ("list", "date"):
        found = found | {known.type}
    if len(found) == 1:
        return min(found)
    return "double" if found == {"long", "double"} else "string"


def _type(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "long" if -_LONG <= value < _LONG else "double"
    return "double" if isinstance(value, float) else "string"


def _typed(row: Row, columns: Mapping[str, str]) -> Row:
    """The row in the order of its columns, each value of its column's type; lists still joined."""
    return {name: _CASTS[of](row[name]) for name, of in columns.items() if name in row}


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return _MOST if value > 0 else -_MOST


_CASTS: Mapping[str, Callable[[Any], Any]] = {
    "string": _text, "list": str, "date": str, "long": int, "double": _double, "boolean": bool,
}  # fmt: skip


def items(on: str, row: Row, columns: Mapping[str, str]) -> Row:
    """The row with its lists as lists.

    >>> items("node", {"label": "甲", "names": "甲; 乙"}, {"label": "string", "names": "list"})
    {'label': '甲', 'names': ['甲', '乙']}
    """
    return {
        name: value.split(_joint(on, name)) if columns[name] == "list" else value
        for name, value in row.items()
    }


@cache
def _joint(on: str, name: str) -> str:
    known = declared(on, name)
    return known.joint if known else JOINT


def cut(text: str) -> str:
    """`text` up to about 500 characters, whole sentences where one ends before that.

    >>> cut("甲" * 300 + "。 || " + "乙" * 300 + "。")[-8:]
    '甲甲。 || …'
    """
    if len(text) <= _EVIDENCE:
        return text
    joint = text.rfind(JOINT, 0, _EVIDENCE)
    if joint > 0:
        return text[:joint] + JOINT + "…"
    ends = [match.end() for match in re.finditer("[。！？；][”’」』）]*", text[:_EVIDENCE])]
    return text[: ends[-1] if ends else _EVIDENCE - 1] + "…"
