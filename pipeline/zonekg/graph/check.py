"""Does Gephi open a GraphML file right? A check by rules, as Gephi can't be part of a test.

The rules are what Gephi 0.10 and 0.11 do with a file (measured), and what its readers of the
same format refuse: Gephi Lite, python-igraph, networkx.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.parsers import expat

from zonekg.errors import InputError

__all__ = ["RULES", "Finding", "check_graphml"]

RULES: Mapping[str, str] = MappingProxyType({
    "xml": "The file is well-formed XML without forbidden characters; else nothing opens it.",
    "doctype": "No DOCTYPE: readers refuse it, and it can make a small file expand without end.",
    "encoding": "UTF-8 without a byte order mark.",
    "graph": "The root is <graphml> with one <graph>, edgedefault directed or undirected.",
    "nested-graph": "No graph inside a node or edge: Gephi loses its edges.",
    "hyperedge": "No hyperedge and no port: Gephi ignores them.",
    "key-id": "Every key has an id, unique ignoring case: one of two overwrites the other.",
    "key-for": "A key is for node or edge; 'all' crashes Gephi Lite, 'graph' is dropped.",
    "key-type": "attr.type is boolean, int, long, float, double or string; others are dropped.",
    "key-name": "attr.name is there, trimmed and once per scope: igraph refuses two of a name.",
    "key-order": "Keys stand before the graph: values of later ones are lost.",
    "reserved-name": "No column takes a name that Gephi or Gephi Lite keep for themselves.",
    "key-undeclared": "Data names a key that is declared for its element; others are dropped.",
    "value": "A value parses as its type and is finite: else it is lost.",
    "color": "A colour is #rrggbb: others are ignored.",
    "node-id": "A node id is there, trimmed and in one line.",
    "node-twice": "A node id stands once: Gephi Lite refuses the file.",
    "edge-id": "An edge id is there, trimmed and in one line.",
    "edge-twice": "An edge id stands once: Gephi drops the second edge.",
    "edge-end": "Source and target are nodes of the file: an empty one stops the import.",
    "edge-label": "An edge has the XML attribute label: without it relations run together.",
    "edge-repeated": "A pair has one edge per label: Gephi adds the others to the first.",
    "edge-direction": "No edge has a direction of its own: Gephi Lite ignores it.",
    "weight": "A weight is above 0 and finite: Gephi removes edges of weight 0.",
    "position": "x, y and z are finite and not all 0: Gephi would throw the nodes about.",
    "size": "At least one node has no size: else Gephi stretches all of them to 4..100.",
})  # fmt: skip
"""Rule -> what it asks and why."""

_SHOWN = 100  # findings of one rule; the rest is counted
_RANGES = {"int": 2**31, "long": 2**63}
_TYPES = ("boolean", "int", "long", "float", "double", "string")
_RESERVED = {"type", "id", "timeset"}
_MISCASED = ("label", "weight")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?inf(inity)?|nan")
_PLACES = ("x", "y", "z", "xpos", "ypos", "zpos")
_SIDES = ("source", "target")


class Finding(NamedTuple):
    """A broken rule: the line (from 1; 0 for the whole file), a key of `RULES`, what is wrong."""

    line: int
    rule: str
    problem: str


class _Key(NamedTuple):
    scope: str
    name: str
    of: str


def check_graphml(path: str | Path) -> list[Finding]:
    r"""The places, in the order of lines, where a GraphML file breaks a rule of `RULES`.

    Reads the file as a stream and keeps only the ids. At most 100 findings of one rule are
    listed, and one more tells the number of the rest. Raises InputError when the file can't be
    read; what is wrong inside it is a finding.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "a.graphml")
    >>> _ = path.write_text("<graphml>\n<graph edgedefault='directed'>")
    >>> check_graphml(path)
    [Finding(line=2, rule='xml', problem='no element found')]
    """
    try:
        with Path(path).open("rb") as handle:
            return _Check().run(handle)
    except OSError as error:
        raise InputError(
            path, f"can't be read: {error.strerror}", todo="name a GraphML file that you may read"
        ) from error


class _Stop(Exception):  # noqa: N818
    pass


class _Check:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.XmlDeclHandler = self.declaration
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.path: list[str] = []
        self.keys: dict[str, _Key] = {}
        self.key_ids: set[str] = set()
        self.undeclared: dict[str, int] = {}  # key id -> line of the first data that names it
        self.graphs = 0
        self.nodes: dict[str, int] = {}  # id -> number; also of ids that only edges name so far
        self.declared: set[int] = set()
        self.missing: dict[str, int] = {}  # id -> line of the first edge that names it
        self.edges: set[str] = set()
        self.labels: dict[str, int] = {}
        self.triples: set[int] = set()
        self.key: tuple[str, _Key | None] = ("", None)  # of the data element that is open
        self.text: list[str] | None = None
        self.sized = 0  # nodes whose size is not 0
        self.sizes = (math.inf, -math.inf)
        self.placed = False  # some coordinate is not 0

    def run(self, handle: BufferedReader) -> list[Finding]:
        if handle.peek(3)[:3] == b"\xef\xbb\xbf":
            self.report("encoding", "the file starts with a byte order mark", 1)
        try:
            self.parser.ParseFile(handle)
            self.whole()
        except expat.ExpatError as error:
            self.report("xml", expat.ErrorString(error.code), error.lineno)
        except _Stop:
            pass
        self.findings.sort(key=lambda finding: finding.line)
        for rule, count in sorted(self.counts.items()):
            if count > _SHOWN:
                self.findings.append(Finding(0, rule, f"{count - _SHOWN} more of these"))
        return self.findings

    def report(self, rule: str, problem: str, line: int | None = None) -> None:
        self.counts[rule] += 1
        if self.counts[rule] <= _SHOWN:
            place = self.parser.CurrentLineNumber if line is None else line
            self.findings.append(Finding(place, rule, problem))

    # what the parser calls

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "utf8"):
            self.report("encoding", f"the file says encoding {encoding}, expected UTF-8")

    def doctype(self, name: str, *_: object) -> None:
        self.report("doctype", f"DOCTYPE {name}; the check ends here")
        raise _Stop

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self.path.append(tag)
        if len(self.path) == 1 and tag != "graphml":
            self.report("graph", f"the root is <{tag}>, expected <graphml>")
        if tag in _STARTS:
            _STARTS[tag](self, attributes)
        elif tag in ("hyperedge", "port"):
            self.report("hyperedge", f"<{tag}>")

    def characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, _name: str) -> None:
        if self.path.pop() == "data" and self.text is not None:
            value, (name, key) = "".join(self.text), self.key
            self.text = None
            if key is not None:
                self.value(key, {name, key.name}, value)

    # elements

    def start_graph(self, attributes: dict[str, str]) -> None:
        if len(self.path) > 2:
            self.report("nested-graph", f"<graph> inside <{self.path[-2]}>")
            return
        self.graphs += 1
        if self.graphs > 1:
            self.report("graph", "a second <graph>; Gephi Lite reads the first only")
        default = attributes.get("edgedefault")
        if default not in ("directed", "undirected"):
            self.report("graph", f"edgedefault {default!r}, expected directed or undirected")

    def start_key(self, attributes: dict[str, str]) -> None:
        name, of = attributes.get("attr.name", ""), attributes.get("attr.type", "")
        key, scope = attributes.get("id", ""), attributes.get("for", "")
        if not key or key.lower() in self.key_ids:
            self.report("key-id", f"key id {key!r} " + ("stands twice" if key else "is empty"))
        elif not name or name != name.strip():
            self.report("key-name", f"key {key}: attr.name {name!r}, expected trimmed text")
        elif _Key(scope, name, "") in {k._replace(of="") for k in self.keys.values()}:
            self.report("key-name", f"key {key}: a second key named {name!r} for {scope}")
        if scope not in ("node", "edge"):
            self.report("key-for", f"key {key}: for={scope!r}, expected node or edge")
        if of not in _TYPES:
            self.report("key-type", f"key {key}: attr.type {of!r}, expected one of {_TYPES}")
        for word in {key, name}:
            low = word.lower()
            if low in _RESERVED or (low in _MISCASED and low != word):
                self.report("reserved-name", f"key {key}: {word!r} is kept by Gephi; rename it")
                break
        if self.graphs:
            self.report("key-order", f"key {key} stands after <graph>")
        self.key_ids.add(key.lower())
        self.keys[key] = _Key(scope, name, of)

    def start_node(self, attributes: dict[str, str]) -> None:
        node = attributes.get("id", "")
        if _untrimmed(node):
            self.report("node-id", f"node id {node!r}, expected trimmed text in one line")
        number = self.nodes.setdefault(node, len(self.nodes))
        if number in self.declared:
            self.report("node-twice", f"node id {node!r} stands twice")
        self.declared.add(number)
        self.missing.pop(node, None)

    def start_edge(self, attributes: dict[str, str]) -> None:
        edge, label = attributes.get("id", ""), attributes.get("label", "")
        if _untrimmed(edge):
            self.report("edge-id", f"edge id {edge!r}, expected trimmed text in one line")
        elif edge in self.edges:
            self.report("edge-twice", f"edge id {edge!r} stands twice")
        self.edges.add(edge)
        if "directed" in attributes:
            self.report("edge-direction", f"edge {edge}: directed={attributes['directed']!r}")
        ends = [self.edge_end(edge, side, attributes.get(side, "")) for side in _SIDES]
        if not label.strip():
            self.report("edge-label", f"edge {edge}: no XML attribute label")
            return
        number = self.labels.setdefault(label, len(self.labels))
        triple = number << 80 | ends[0] << 40 | ends[1]  # one int spares the memory of a tuple
        if triple in self.triples:
            self.report("edge-repeated", f"edge {edge}: its ends have a {label} edge already")
        self.triples.add(triple)

    def edge_end(self, edge: str, side: str, node: str) -> int:
        if not node.strip():
            self.report("edge-end", f"edge {edge}: the {side} is empty")
        number = self.nodes.setdefault(node, len(self.nodes))
        if number not in self.declared and node.strip():
            self.missing.setdefault(node, self.parser.CurrentLineNumber)
        return number

    def start_data(self, attributes: dict[str, str]) -> None:
        name, owner = attributes.get("key", ""), self.path[-2] if len(self.path) > 1 else ""
        key = self.keys.get(name)
        if key is None:
            self.undeclared.setdefault(name, self.parser.CurrentLineNumber)
        elif key.scope not in (owner, "all"):
            self.report("key-undeclared", f"data of <{owner}> names key {name!r}, for {key.scope}")
            key = None
        self.key, self.text = (name, key), []

    # values

    def value(self, key: _Key, names: set[str], text: str) -> None:
        low, number = text.strip().lower(), None
        if key.of == "boolean" and low not in ("true", "false"):
            self.report("value", f"{key.name}: {text!r}, expected true or false")
        elif key.of in _RANGES:
            limit = _RANGES[key.of]
            if not re.fullmatch(r"[+-]?[0-9]+", low) or not -limit <= int(low[:40]) < limit:
                self.report("value", f"{key.name}: {text[:40]!r} is no {key.of}")
            else:
                number = float(low)
        elif key.of in ("float", "double"):
            if not _NUMBER.fullmatch(low):
                self.report("value", f"{key.name}: {text[:40]!r} is no number")
            else:
                number = float(low)
        if number is not None:
            self.number(key, names, number)
        elif "color" in names and not re.fullmatch("#[0-9A-Fa-f]{6}", text):
            self.report("color", f"color {text[:40]!r}, expected #rrggbb")

    def number(self, key: _Key, names: set[str], number: float) -> None:
        # igraph refuses a file with a number too small for a normal double
        finite = number == 0 or sys.float_info.min <= abs(number) < math.inf
        if key.scope == "edge" and names & {"weight", "Edge Weight"}:
            if not finite or number <= 0:
                self.report("weight", f"weight {number}, expected a number above 0")
        elif key.scope == "node" and not names.isdisjoint(_PLACES):
            self.placed = self.placed or number != 0
            if not finite:
                self.report("position", f"{key.name} is {number}, expected a finite number")
        elif not finite:
            self.report("value", f"{key.name} is {number}, expected a finite number")
        elif key.scope == "node" and "size" in names and number:
            self.sized += 1
            self.sizes = min(self.sizes[0], number), max(self.sizes[1], number)

    def whole(self) -> None:
        """What only the end of the file tells."""
        if not self.graphs:
            self.report("graph", "no <graph>", 0)
        for name, line in self.undeclared.items():
            if name not in self.keys:  # else it came late, which is reported
                self.report("key-undeclared", f"data names key {name!r}, which is missing", line)
        for node, line in self.missing.items():
            self.report("edge-end", f"an edge names node {node!r}, which is not in the file", line)
        if self.declared and not self.placed:
            self.report("position", "no node has a place, or all stand at 0, 0", 0)
        # 4 to 100 is the range that Gephi stretches to
        if self.declared and self.sized == len(self.declared) and self.sizes != (4, 100):
            self.report("size", "every node has a size; leave out the smallest", 0)


_STARTS = {
    "graph": _Check.start_graph,
    "key": _Check.start_key,
    "node": _Check.start_node,
    "edge": _Check.start_edge,
    "data": _Check.start_data,
}


def _untrimmed(text: str) -> bool:
    return not text or text != text.strip() or "\n" in text or "\r" in text
