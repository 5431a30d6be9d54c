"""GraphML that `zonekg.graph.gephi` wrote, read back as a flat graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

import networkx as nx

from zonekg.errors import InputError

__all__ = ["GRAPH_FILE", "read_graphml"]

GRAPH_FILE = "graph.graphml"
"""The name of the file in an output folder."""

_MADE_BY_WRITER = frozenset({"x", "y", "size", "color", "edge_id"})
_NEEDED = {"node": ("label", "entity_type"), "edge": ("relation",)}
_READ: dict[str, Callable[[str], Any]] = {
    "string": str,
    "long": int,
    "double": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}
_TODO = "expected a graph.graphml that zonekg wrote; make it with 'zonekg run'"


def read_graphml(path: str | Path) -> nx.MultiDiGraph:
    """The flat graph that `write_graphml` wrote into a file, or into graph.graphml of a folder.

    Nodes and edges come sorted by id, with the attributes that `zonekg.graph.flat.flatten` gave
    them; places, sizes and colours, which the writer adds, are left out. Only the evidence of an
    edge may be shorter: the writer cuts it. Raises InputError, with the line, at a file that is
    damaged or that zonekg did not write. The file is read as a stream.

    >>> import tempfile
    >>> from zonekg.graph.gephi import write_graphml
    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node("n:1", label="甲公司", entity_type="ORG", tax_cny=3e8)
    >>> write_graphml(graph, path := Path(tempfile.mkdtemp(), "graph.graphml"))
    >>> read_graphml(path).nodes["n:1"]
    {'label': '甲公司', 'entity_type': 'ORG', 'tax_cny': 300000000.0}
    """
    path = Path(path)
    if path.is_dir():
        path /= GRAPH_FILE
    reader = _Reader(path)
    try:
        with path.open("rb") as handle:
            reader.parser.ParseFile(handle)
    except OSError as error:
        raise InputError(path, f"can't be read: {error.strerror}", todo=_TODO) from error
    except expat.ExpatError as error:
        raise InputError(
            path, f"not XML ({expat.ErrorString(error.code)})", line=error.lineno, todo=_TODO
        ) from error
    return reader.graph


class _Reader:
    """What the parser calls while it reads; `graph` grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.graph = nx.MultiDiGraph()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.root = True
        self.keys: dict[str, tuple[str, str, Callable[[str], Any]]] = {}
        self.row: dict[str, Any] = {}  # the attributes of the node or edge that is open
        self.ends: tuple[str, ...] = ()
        self.key: str | None = None
        self.text: list[str] = []
        self.edges: set[str] = set()

    def fault(self, found: str) -> InputError:
        return InputError(self.path, found, line=self.parser.CurrentLineNumber, todo=_TODO)

    def doctype(self, name: str, *_: object) -> None:
        # entities can make a small file expand without end
        raise self.fault(f"a DOCTYPE {name}")

    def start(self, tag: str, xml: dict[str, str]) -> None:
        if self.root and tag != "graphml":
            raise self.fault(f"the root is <{tag}>, expected <graphml>")
        self.root = False
        try:
            if tag == "key":
                self.keys[xml["id"]] = (xml["for"], xml["attr.name"], _READ[xml["attr.type"]])
            elif tag == "node":
                self.row, self.ends = {}, (xml["id"],)
            elif tag == "edge":
                self.row, self.ends = {}, (xml["source"], xml["target"], xml["id"])
            elif tag == "data":
                self.key, self.text = xml["key"], []
        except KeyError as error:
            raise self.fault(f"<{tag}> with {error.args[0]!r} missing or unknown") from error

    def characters(self, text: str) -> None:
        if self.key is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        if tag == "data":
            self.value()
        elif tag in _NEEDED:
            for name in _NEEDED[tag]:
                if not isinstance(self.row.get(name), str):
                    raise self.fault(f"{tag} {self.ends[-1]} has no {name}")
            (self.node if tag == "node" else self.edge)(*self.ends)

    def value(self) -> None:
        text = "".join(self.text)
        scope, name, read = self.keys.get(self.key or "", ("", "", str))
        if not scope:
            raise self.fault(f"data of key {self.key!r}, which is not declared")
        try:
            if name not in _MADE_BY_WRITER:
                self.row[name] = read(text)
        except (KeyError, ValueError) as error:
            raise self.fault(f"{name} {text[:40]!r}, which is not of its key's type") from error
        self.key = None

    def node(self, node: str) -> None:
        if node in self.graph:
            raise self.fault(f"node {node} stands twice")
        self.graph.add_node(node, **self.row)

    def edge(self, source: str, target: str, key: str) -> None:
        for node in (source, target):
            if node not in self.graph:
                raise self.fault(f"edge {key} names node {node}, which does not stand before it")
        if key in self.edges:
            raise self.fault(f"edge {key} stands twice")
        self.edges.add(key)
        self.graph.add_edge(source, target, key, **self.row)
