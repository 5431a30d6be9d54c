"""What a check of any XML format of graphs does: read a stream, note findings, keep the ids."""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple
from xml.parsers import expat

from zonekg.errors import InputError

__all__ = ["Finding", "Scan", "untrimmed"]

_SHOWN = 100  # findings of one rule; the rest is counted
_MOST_KINDS = 65_534  # relations that Gephi can tell apart
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?inf(inity)?|nan")
_RANGES = {"int": 2**31, "integer": 2**31, "long": 2**63}
_RESERVED = {"type", "id", "timeset"}
_MISCASED = ("label", "weight")


class Finding(NamedTuple):
    """A broken rule: the line (from 1; 0 for the whole file), the rule, what is wrong."""

    line: int
    rule: str
    problem: str


class _Stop(Exception):  # noqa: N818
    pass


class Scan:
    """One reading of one file; a subclass knows the format.

    starts, ends: local name of an element -> the method that it calls; root: that of the file.
    repeated: a pair may have several edges of one relation.
    """

    root: ClassVar[str]
    starts: ClassVar[Mapping[str, Callable[..., None]]]
    ends: ClassVar[Mapping[str, Callable[..., None]]] = {}

    def __init__(self, *, repeated: bool = False) -> None:
        self.repeated = repeated
        self.findings: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.path: list[str] = []
        self.graphs = 0
        self.directed = True
        self.nodes: dict[str, int] = {}  # id -> number; also of ids that only edges name so far
        self.known: set[int] = set()
        self.missing: dict[str, int] = {}  # id -> line of the first edge that names it
        self.edges: set[str] = set()
        self.kinds: dict[str, int] = {}
        self.triples: set[int] = set()
        self.sized = 0  # nodes whose size is not 0
        self.sizes = (math.inf, -math.inf)
        self.placed = False  # some coordinate is not 0

    def run(self, path: Path, what: str) -> list[Finding]:
        """The findings, in the order of lines; raises InputError when the file can't be read."""
        try:
            with path.open("rb") as handle:
                if handle.peek(3)[:3] == b"\xef\xbb\xbf":
                    self.report("encoding", "the file starts with a byte order mark", 1)
                self.parser.ParseFile(handle)
            self.whole()
        except OSError as error:
            raise InputError(
                path, f"can't be read: {error.strerror}", todo=f"name a {what} that you may read"
            ) from error
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
        """Note a finding, in the line that is read if no other is given."""
        self.counts[rule] += 1
        if self.counts[rule] <= _SHOWN:
            place = self.parser.CurrentLineNumber if line is None else line
            self.findings.append(Finding(place, rule, problem))

    # what the parser calls

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "utf8"):
            self.report("encoding", f"the file says encoding {encoding}, expected UTF-8")

    def _doctype(self, name: str, *_: object) -> None:
        self.report("doctype", f"DOCTYPE {name}; the check ends here")
        raise _Stop

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self.path.append(tag)
        if len(self.path) == 1 and tag != self.root:
            self.report("graph", f"the root is <{tag}>, expected <{self.root}>")
        if tag in self.starts:
            self.starts[tag](self, attributes)

    def _end(self, _name: str) -> None:
        if (tag := self.path.pop()) in self.ends:
            self.ends[tag](self)

    # elements

    def graph(self, default: str | None, name: str) -> None:
        """A <graph> with its default direction."""
        if len(self.path) > 2:
            self.report("nested-graph", f"<graph> inside <{self.path[-2]}>")
            return
        self.graphs += 1
        if self.graphs > 1:
            self.report("graph", "a second <graph>; Gephi Lite reads the first only")
        if default not in ("directed", "undirected"):
            self.report("graph", f"{name} {default!r}, expected directed or undirected")
        self.directed = default != "undirected"

    def column(self, words: set[str], key: str) -> None:
        """The names of a column."""
        for word in sorted(words):
            low = word.lower()
            if low in _RESERVED or (low in _MISCASED and low != word):
                self.report("reserved-name", f"key {key}: {word!r} is kept by Gephi; rename it")
                break

    def node(self, node: str) -> None:
        """A <node>."""
        if untrimmed(node):
            self.report("node-id", f"node id {node!r}, expected trimmed text in one line")
        number = self.nodes.setdefault(node, len(self.nodes))
        if number in self.known:
            self.report("node-twice", f"node id {node!r} stands twice")
        self.known.add(number)
        self.missing.pop(node, None)

    def edge(self, edge: str, source: str, target: str, kind: str) -> None:
        """An <edge>."""
        if untrimmed(edge):
            self.report("edge-id", f"edge id {edge!r}, expected trimmed text in one line")
        elif edge in self.edges:
            self.report("edge-twice", f"edge id {edge!r} stands twice")
        self.edges.add(edge)
        head = self._edge_end(edge, "source", source)
        tail = self._edge_end(edge, "target", target)
        if not kind.strip():
            self.report("edge-label", f"edge {edge}: no relation, the XML attribute is missing")
            return
        number = self.kinds.setdefault(kind, len(self.kinds))
        if number == _MOST_KINDS:
            self.report("edge-kinds", f"edge {edge}: more relations than {_MOST_KINDS}")
        if not self.directed and tail < head:
            head, tail = tail, head
        triple = number << 80 | head << 40 | tail  # one int spares the memory of a tuple
        if triple in self.triples and not self.repeated:
            self.report("edge-repeated", f"edge {edge}: its ends have a {kind} edge already")
        self.triples.add(triple)

    def _edge_end(self, edge: str, side: str, node: str) -> int:
        if not node.strip():
            self.report("edge-end", f"edge {edge}: the {side} is empty")
        number = self.nodes.setdefault(node, len(self.nodes))
        if number not in self.known and node.strip():
            self.missing.setdefault(node, self.parser.CurrentLineNumber)
        return number

    # values

    def parsed(self, name: str, of: str, text: str, rule: str = "value") -> float | None:
        """The number that a text of a type is, if it is one; None, and a finding, else."""
        low, number = text.strip().lower(), None
        if of == "boolean" and low not in ("true", "false"):
            self.report(rule, f"{name}: {text[:40]!r}, expected true or false")
        elif of in _RANGES:
            limit = _RANGES[of]
            if not re.fullmatch(r"[+-]?[0-9]+", low) or not -limit <= int(low[:40]) < limit:
                self.report(rule, f"{name}: {text[:40]!r} is no {of}")
            else:
                number = float(low)
        elif of in ("float", "double"):
            if not _NUMBER.fullmatch(low):
                self.report(rule, f"{name}: {text[:40]!r} is no number")
            else:
                number = float(low)
                if of == "float" and float(f"{number:.7g}") != number and is_finite(number):
                    self.report("float", f"{name}: {text[:40]!r} has more than 7 digits")
        return number

    def finite(self, name: str, number: float) -> None:
        """Any other number."""
        if not is_finite(number):
            self.report("value", f"{name} is {number}, expected a finite number")

    def weight(self, number: float) -> None:
        """The weight of an edge."""
        if not is_finite(number) or number <= 0:
            self.report("weight", f"weight {number}, expected a number above 0")

    def coordinate(self, name: str, number: float) -> None:
        """One coordinate of a node."""
        self.placed = self.placed or number != 0
        if not is_finite(number):
            self.report("position", f"{name} is {number}, expected a finite number")

    def size(self, number: float) -> None:
        """The size of a node."""
        self.finite("size", number)
        if number and is_finite(number):
            self.sized += 1
            self.sizes = min(self.sizes[0], number), max(self.sizes[1], number)

    def whole(self) -> None:
        """What only the end of the file tells."""
        if not self.graphs:
            self.report("graph", "no <graph>", 0)
        for node, line in self.missing.items():
            self.report("edge-end", f"an edge names node {node!r}, which is not in the file", line)
        if self.known and not self.placed:
            self.report("position", "no node has a place, or all stand at 0, 0", 0)
        # 4 to 100 is the range that Gephi stretches to
        if self.known and self.sized == len(self.known) and self.sizes != (4, 100):
            self.report("size", "every node has a size; leave out the smallest", 0)


def is_finite(number: float) -> bool:
    """Whether all readers take a number: igraph refuses one too small for a normal double."""
    return number == 0 or sys.float_info.min <= abs(number) < math.inf


def untrimmed(text: str) -> bool:
    """Whether an id is empty, has outer spaces or more than a line."""
    return not text or text != text.strip() or "\n" in text or "\r" in text
