"""Does Gephi open a GEXF file right? The sister of the check of GraphML."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import ClassVar

from zonekg.graph.check.scan import Finding, Scan

__all__ = ["check_gexf"]

_TYPES = ("boolean", "integer", "long", "float", "double", "string", "liststring", "anyURI")
_NAMESPACE = "http://gexf.net/1.3"


def check_gexf(path: str | Path, *, repeated: bool = False) -> list[Finding]:
    """The places where a GEXF file breaks a rule of `GEXF_RULES`; all else as `check_graphml`."""
    return _Check(repeated=repeated).run(Path(path), "GEXF file")


class _Check(Scan):
    root = "gexf"

    def __init__(self, *, repeated: bool) -> None:
        super().__init__(repeated=repeated)
        self.mode = self.timeformat = ""
        self.dated = False
        self.scope = ""  # class of the open <attributes>
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}  # class, id -> title, type
        self.folded: set[tuple[str, str]] = set()
        self.begun = False  # nodes or edges came
        self.untold = ("", "", 0)  # id, kind and line of the open edge until a value repeats it

    # elements

    def start_gexf(self, attributes: dict[str, str]) -> None:
        for name, expected in (("version", "1.3"), ("xmlns", _NAMESPACE)):
            if attributes.get(name) != expected:
                self.report("graph", f"{name} {attributes.get(name)!r}, expected {expected}")

    def start_graph(self, attributes: dict[str, str]) -> None:
        self.graph(attributes.get("defaultedgetype"), "defaultedgetype")
        if self.graphs == 1:
            self.mode = attributes.get("mode", "static")
            self.timeformat = attributes.get("timeformat", "")

    def start_attributes(self, attributes: dict[str, str]) -> None:
        self.scope = attributes.get("class", "")
        if self.scope not in ("node", "edge"):
            self.report("key-for", f"attributes of class {self.scope!r}, expected node or edge")
        if self.begun:
            self.report("key-order", "attributes stand after nodes or edges")

    def start_attribute(self, attributes: dict[str, str]) -> None:
        key, title, of = (attributes.get(name, "") for name in ("id", "title", "type"))
        if not key or key != key.strip() or (self.scope, key.lower()) in self.folded:
            self.report("key-id", f"attribute id {key!r}, expected trimmed text, once per class")
        elif (
            not title
            or title != title.strip()
            or (self.scope, title) in {(scope, name) for (scope, _), (name, _) in self.keys.items()}
        ):
            self.report(
                "key-name", f"attribute {key}: title {title!r}, expected trimmed text, once"
            )
        if of not in _TYPES:
            self.report("key-type", f"attribute {key}: type {of!r}, expected one of {_TYPES}")
        self.column({key, title}, key)
        self.folded.add((self.scope, key.lower()))
        self.keys[self.scope, key] = title, of

    def start_default(self, _attributes: dict[str, str]) -> None:
        self.report("key-default", "an attribute with a <default>; write the value where it holds")

    def start_part(self, _attributes: dict[str, str]) -> None:
        self.begun = True
        if self.path[-2:-1] == ["node"]:
            self.report("nested-graph", f"<{self.path[-1]}> inside <node>")

    def start_node(self, attributes: dict[str, str]) -> None:
        self.node(attributes.get("id", ""))
        self.dates(f"node {attributes.get('id', '')}", attributes)

    def start_edge(self, attributes: dict[str, str]) -> None:
        edge, kind, source, target = (
            attributes.get(name, "") for name in ("id", "kind", "source", "target")
        )
        of = attributes.get("type")
        if of is not None and of != ("directed" if self.directed else "undirected"):
            self.report("edge-direction", f"edge {edge}: type={of!r}, unlike defaultedgetype")
        self.edge(edge, source, target, kind)
        self.dates(f"edge {edge}", attributes)
        if "weight" in attributes:
            weight = self.parsed("weight", "double", attributes["weight"], "weight")
            if weight is not None:
                self.weight(weight)
        self.untold = (edge, kind.strip() and kind, self.parser.CurrentLineNumber)

    def end_edge(self) -> None:
        edge, kind, line = self.untold
        if kind:
            self.report("edge-relation", f"edge {edge}: no value repeats its kind {kind}", line)
        self.untold = ("", "", 0)

    def dates(self, what: str, attributes: dict[str, str]) -> None:
        """The days of a node, an edge or a spell."""
        found = [attributes[name] for name in ("start", "end") if name in attributes]
        if not found:
            return
        self.dated = True
        if self.timeformat != "date":
            self.report("date", f"{what}: start or end, but timeformat {self.timeformat!r}")
        elif not all(map(_is_day, found)) or found != sorted(found):
            self.report("date", f"{what}: {' to '.join(found)}, expected days in order: 2024-05-10")

    def start_spell(self, attributes: dict[str, str]) -> None:
        self.dates("a spell", attributes)

    # values

    def start_value(self, attributes: dict[str, str]) -> None:
        owner = self.path[-3] if len(self.path) > 2 else ""
        key, text = attributes.get("for", ""), attributes.get("value", "")
        if (owner, key) not in self.keys:
            self.report("key-undeclared", f"a value of <{owner}> names attribute {key!r}")
            return
        if owner == "edge" and text == self.untold[1]:
            self.untold = ("", "", 0)
        name, of = self.keys[owner, key]
        if of == "liststring" and not re.fullmatch(r"\[.*\]", text, re.DOTALL):
            self.report("value", f"{name}: {text[:40]!r}, expected a list in brackets")
        number = self.parsed(name, of, text)
        if number is not None:
            self.finite(name, number)

    def start_color(self, attributes: dict[str, str]) -> None:
        for name in ("r", "g", "b"):
            text = attributes.get(name, "")
            if not re.fullmatch("[0-9]{1,3}", text) or int(text) > 255:
                self.report("color", f"{name} {text!r}, expected a whole number to 255")
                return
        if "a" in attributes:
            self.report("color", f"a colour with alpha {attributes['a']!r}; leave it out")

    def start_position(self, attributes: dict[str, str]) -> None:
        for name in ("x", "y", "z"):
            if name in attributes:
                number = self.parsed(name, "double", attributes[name], "position")
                if number is not None:
                    self.coordinate(name, number)

    def start_size(self, attributes: dict[str, str]) -> None:
        if (number := self.parsed("size", "double", attributes.get("value", ""))) is not None:
            self.size(number)

    def whole(self) -> None:
        super().whole()
        if self.dated and self.mode != "dynamic":
            self.report("dynamic", f"start or end in a file of mode {self.mode!r}", 0)

    starts: ClassVar = {
        "gexf": start_gexf, "graph": start_graph, "attributes": start_attributes,
        "attribute": start_attribute, "default": start_default, "nodes": start_part,
        "edges": start_part, "node": start_node, "edge": start_edge, "spell": start_spell,
        "attvalue": start_value, "color": start_color, "position": start_position,
        "size": start_size,
    }  # fmt: skip
    ends: ClassVar = {"edge": end_edge}


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
