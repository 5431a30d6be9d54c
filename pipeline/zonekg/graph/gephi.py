"""GraphML that Gephi opens right at the first try; the only file that knows Gephi and GraphML.

What Gephi needs and other writers miss (`zonekg.graph.check` tests a file for all of it):

- the relation is the XML attribute ``label`` of ``<edge>``: edges of one pair and different
  relations stay apart; networkx writes none, and Gephi adds such edges into one;
- edge ids are unique in the whole file: Gephi drops an edge whose id it has seen;
- a column is one key of one type, ``n_name`` or ``e_name``: appended files match by key id;
- at least one node has no ``size``: else Gephi stretches all sizes to 4..100;
- places are in the file: else Gephi throws the nodes into a random square.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import networkx as nx
import numpy as np

from zonekg.errors import OutputError
from zonekg.files import open_atomic
from zonekg.graph.layout import BASE_SIZE, layout, node_sizes
from zonekg.graph.tables import EDGE_COLUMNS, NODE_COLUMNS, column_names
from zonekg.schema import Schema, default_schema

__all__ = ["graphml_lines", "write_graphml"]

Row = dict[str, str | int | float | bool]

_PLACED = ("x", "y", "size", "color")  # written last, made here
_NODE_ORDER = (*NODE_COLUMNS, *_PLACED)
_EDGE_ORDER = ("edge_id", *EDGE_COLUMNS, "color")
_GREY = "#888888"  # a type that the schema lacks
_EVIDENCE = 500  # characters; the whole text is in the tables
_JOINT = " || "
_LONG = 2**63
_LEAST, _MOST = sys.float_info.min, sys.float_info.max  # igraph refuses a file with less
# names that Gephi or Gephi Lite take for something else
_TAKEN = {*"rgbz", "type", "id", "timeset", "nodelabel", "edgelabel", "xpos", "ypos", "zpos"}
_CASED = {"label", "weight", *_PLACED}
_NAME = re.compile(r"[^\W\d]\w*")
# everything outside the Char production of XML 1.0, lone surrogates among it
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_graphml(
    graph: nx.MultiDiGraph,
    path: str | Path,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    schema: Schema | None = None,
) -> None:
    """Write a flat graph as GraphML; `path` holds the whole file or is left as it was.

    Nodes need a non-empty string as id, edges a globally unique string as key, an attribute
    ``relation`` and, when they have a ``weight``, one above 0. Other attributes become columns of
    str, int, float or bool; None, NaN, infinite and blank values are left out, and characters
    that XML forbids are dropped. Evidence is cut at about 500 characters. The same graph gives
    the same bytes.

    positions: a place for every node as `zonekg.graph.layout.layout` gives it, its default.
    Raises OutputError when the disk says no or the graph breaks the rules above.
    """
    with open_atomic(path) as handle:
        for line in graphml_lines(graph, positions, schema):
            handle.write(line)


def graphml_lines(
    graph: nx.MultiDiGraph,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    schema: Schema | None = None,
) -> Iterator[str]:
    """The lines of the file that `write_graphml` writes, each with its line feed.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node("n:1", label="甲公司", entity_type="ORG")
    >>> graph.add_node("n:2", label="乙园", entity_type="PARK")
    >>> _ = graph.add_edge("n:1", "n:2", "r:1", relation="INVESTS_IN", label="投资")
    >>> [line.strip() for line in graphml_lines(graph) if "<edge" in line]
    ['<edge id="r:1" source="n:1" target="n:2" label="INVESTS_IN">']
    """
    _check_ids(graph)
    schema = schema or default_schema()
    nodes = _Rows(graph, positions if positions is not None else layout(graph), schema)
    node_keys = _keys("node", nodes.node_rows(), _NODE_ORDER)
    edge_keys = _keys("edge", nodes.edge_rows(), _EDGE_ORDER)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for kind, keys in (("node", node_keys), ("edge", edge_keys)):
        for name, of in keys.items():
            yield f'  <key id="{kind[0]}_{name}" for="{kind}" '
            yield f'attr.name="{name}" attr.type="{of}"/>\n'
    yield '  <graph id="G" edgedefault="directed">\n'
    for node, row in zip(nodes.nodes, nodes.node_rows(), strict=True):
        yield f"    <node id={quoteattr(node)}>\n"
        yield from _data("n", row, node_keys)
        yield "    </node>\n"
    for (source, target, key), row in zip(nodes.edges, nodes.edge_rows(), strict=True):
        yield (
            f"    <edge id={quoteattr(key)} source={quoteattr(source)} "
            f"target={quoteattr(target)} label={quoteattr(str(row['relation']))}>\n"
        )
        yield from _data("e", row, edge_keys)
        yield "    </edge>\n"
    yield "  </graph>\n</graphml>\n"


class _Rows:
    """The attributes as they go into the file, made anew on each pass to spare memory."""

    def __init__(
        self, graph: nx.MultiDiGraph, places: Mapping[Any, tuple[float, float]], schema: Schema
    ) -> None:
        self.graph, self.places, self.schema = graph, places, schema
        self.sizes = node_sizes(graph)
        self.nodes: list[str] = sorted(graph)
        self.edges = sorted(graph.edges(keys=True), key=lambda edge: edge[2])

    def node_rows(self) -> Iterator[Row]:
        for node in self.nodes:
            row = _plain(self.graph.nodes[node], f"node {node}", _PLACED)
            x, y = self.places[node]
            row |= {"x": round(float(x), 2) + 0.0, "y": round(float(y), 2) + 0.0}  # no -0.0
            if self.sizes[node] > BASE_SIZE:
                row["size"] = self.sizes[node]
            kind = self.schema.entities.get(str(row.get("entity_type")))
            row["color"] = kind.color if kind else _GREY
            yield row

    def edge_rows(self) -> Iterator[Row]:
        for source, target, key in self.edges:
            data = self.graph.edges[source, target, key]
            row = _plain(data, f"edge {key}", ("color", "edge_id"))
            if "evidence" in row:
                row["evidence"] = _cut(str(row["evidence"]))
            row["edge_id"] = key
            row["weight"] = float(data.get("weight", 1.0))
            kind = self.schema.relations.get(str(row["relation"]))
            row["color"] = kind.color if kind else _GREY
            yield row


def _check_ids(graph: nx.MultiDiGraph) -> None:
    for node in graph:
        _check_id("node id", node)
    seen: set[str] = set()
    relations: set[tuple[str, str, str]] = set()
    for source, target, key, data in graph.edges(keys=True, data=True):
        _check_id("edge key", key)
        if key in seen:
            raise OutputError(
                f"edge key {key!r} stands twice, and Gephi would drop an edge; "
                "make the keys unique in the whole graph"
            )
        seen.add(key)
        relation, weight = data.get("relation"), data.get("weight", 1.0)
        _check_id(f"the relation of edge {key}", relation)
        if (source, target, relation) in relations:
            raise OutputError(
                f"edge {key}: {source} {relation} {target} stands twice, and Gephi would add "
                "both into one; join them first"
            )
        relations.add((source, target, relation))
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


def _plain(data: Mapping[str, Any], where: str, made_here: Iterable[str]) -> Row:
    """The attributes that have a value, as str, int, float or bool, clean for XML."""
    out: Row = {}
    for name, value in data.items():
        if value is None:
            continue
        if not isinstance(name, str) or not _NAME.fullmatch(name) or _taken(name):
            raise OutputError(f"{where}: attribute {name!r} can't be a column in Gephi; rename it")
        if name in made_here:
            raise OutputError(f"{where}: attribute {name!r} is made by the writer; rename it")
        if isinstance(value, str):
            text = _ILLEGAL.sub("", value)
            if text.strip():  # Gephi takes blank text for a missing value
                out[name] = text
        elif isinstance(value, bool | np.bool_):
            out[name] = bool(value)
        elif isinstance(value, Integral):
            out[name] = int(value)
        elif isinstance(value, Real):
            number = float(value)
            if math.isfinite(number):
                out[name] = number if abs(number) >= _LEAST else 0.0
        else:
            raise OutputError(
                f"{where}: attribute {name!r} is a {type(value).__name__}, "
                "expected str, int, float or bool"
            )
    return out


def _taken(name: str) -> bool:
    low = name.lower()
    return low in _TAKEN or (low in _CASED and low != name)


def _keys(kind: str, rows: Iterable[Row], order: tuple[str, ...]) -> dict[str, str]:
    """Column name -> attr.type, one type for each column whatever its rows hold."""
    found: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, set()).add(_type(value))
    folded: dict[str, str] = {}
    for name in found:
        other = folded.setdefault(name.lower(), name)
        if other != name:
            raise OutputError(
                f"{kind} attributes {min(name, other)!r} and {max(name, other)!r} are one column "
                "in Gephi; rename one"
            )
    types = {name: of.pop() if len(of) == 1 else _wider(of) for name, of in found.items()}
    return {name: types[name] for name in column_names([types], order)}


def _type(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "long" if -_LONG <= value < _LONG else "double"
    return "double" if isinstance(value, float) else "string"


def _wider(types: set[str]) -> str:
    return "double" if types == {"long", "double"} else "string"


def _data(prefix: str, row: Row, keys: Mapping[str, str]) -> Iterator[str]:
    for name, of in keys.items():
        if name in row:
            value = row[name]
            if isinstance(value, bool):
                text = "true" if value else "false"
            elif isinstance(value, str):
                text = escape(value, {"\r": "&#13;"})  # a bare one would be read as a line feed
            else:
                text = repr(_float(value)) if of == "double" else str(value)
            yield f'      <data key="{prefix}_{name}">{text}</data>\n'


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return _MOST if value > 0 else -_MOST


def _cut(text: str) -> str:
    """`text` up to about 500 characters, whole sentences where one ends before that.

    >>> _cut("甲" * 300 + "。 || " + "乙" * 300 + "。")[-8:]
    '甲甲。 || …'
    """
    if len(text) <= _EVIDENCE:
        return text
    joint = text.rfind(_JOINT, 0, _EVIDENCE)
    if joint > 0:
        return text[:joint] + _JOINT + "…"
    ends = [match.end() for match in re.finditer("[。！？；][”’」』）]*", text[:_EVIDENCE])]
    return text[: ends[-1] if ends else _EVIDENCE - 1] + "…"
