"""Does Gephi open a GraphML file right? A check by rules, as Gephi can't be part of a test.

The rules are what Gephi 0.10 and 0.11 do with a file (measured), and what its readers of the
same format refuse: Gephi Lite, python-igraph, networkx.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, NamedTuple

from zonekg.graph.check.scan import Finding, Scan

__all__ = ["check_graphml"]

_TYPES = ("boolean", "int", "long", "float", "double", "string")
_NUMBERS = ("int", "long", "float", "double")
_PLACES = {"x", "y", "z", "xpos", "ypos", "zpos"}
_WEIGHTS = {"weight", "Edge Weight"}
_RGB = {"r", "g", "b"}


class _Key(NamedTuple):
    scope: str
    name: str
    of: str


def check_graphml(path: str | Path, *, repeated: bool = False) -> list[Finding]:
    r"""The places, in the order of lines, where a GraphML file breaks a rule of `RULES`.

    Reads the file as a stream and keeps only the ids. At most 100 findings of one rule are
    listed, and one more tells the number of the rest. `repeated`: a pair may have several edges of
    one relation, for Gephi with the edges merge strategy *Don't merge*. Raises InputError when the
    file can't be read; what is wrong inside it is a finding.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "a.graphml")
    >>> _ = path.write_text("<graphml>\n<graph edgedefault='directed'>")
    >>> check_graphml(path)
    [Finding(line=2, rule='xml', problem='no element found')]
    """
    return _Check(repeated=repeated).run(Path(path), "GraphML file")


class _Check(Scan):
    root = "graphml"

    def __init__(self, *, repeated: bool) -> None:
        super().__init__(repeated=repeated)
        self.parser.CharacterDataHandler = self.characters
        self.keys: dict[str, _Key] = {}
        self.key_ids: set[str] = set()
        self.undeclared: dict[str, int] = {}  # key id -> line of the first data that names it
        self.key: tuple[str, _Key | None] = ("", None)  # of the data element that is open
        self.text: list[str] | None = None
        self.untold = ("", "", 0)  # id, label and line of the open edge until data repeats it

    def characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    # elements

    def start_graph(self, attributes: dict[str, str]) -> None:
        self.graph(attributes.get("edgedefault"), "edgedefault")

    def start_foreign(self, _attributes: dict[str, str]) -> None:
        self.report("hyperedge", f"<{self.path[-1]}>")

    def start_default(self, _attributes: dict[str, str]) -> None:
        self.report("key-default", "a key with a <default>; write the value where it holds")

    def start_desc(self, _attributes: dict[str, str]) -> None:
        if self.path[-2:-1] in (["node"], ["edge"]):
            self.report("desc", f"<desc> in <{self.path[-2]}>; write a data element")

    def start_key(self, attributes: dict[str, str]) -> None:
        name, of = attributes.get("attr.name", ""), attributes.get("attr.type", "")
        key, scope = attributes.get("id", ""), attributes.get("for", "")
        if not key or key.lower() in self.key_ids:
            self.report("key-id", f"key id {key!r} " + ("stands twice" if key else "is empty"))
        elif not name or name != name.strip():
            self.report("key-name", f"key {key}: attr.name {name!r}, expected trimmed text")
        elif (scope, name) in {(one.scope, one.name) for one in self.keys.values()}:
            self.report("key-name", f"key {key}: a second key named {name!r} for {scope}")
        if scope not in ("node", "edge"):
            self.report("key-for", f"key {key}: for={scope!r}, expected node or edge")
        if of not in _TYPES:
            self.report("key-type", f"key {key}: attr.type {of!r}, expected one of {_TYPES}")
        elif of not in _NUMBERS and _measured(scope, {key, name}):
            self.report("key-type", f"key {key}: attr.type {of!r}, expected a number")
        self.column({key, name}, key)
        if self.graphs:
            self.report("key-order", f"key {key} stands after <graph>")
        self.key_ids.add(key.lower())
        self.keys[key] = _Key(scope, name, of)

    def start_node(self, attributes: dict[str, str]) -> None:
        self.node(attributes.get("id", ""))

    def start_edge(self, attributes: dict[str, str]) -> None:
        edge, label = attributes.get("id", ""), attributes.get("label", "")
        if "directed" in attributes:
            self.report("edge-direction", f"edge {edge}: directed={attributes['directed']!r}")
        self.edge(edge, attributes.get("source", ""), attributes.get("target", ""), label)
        self.untold = (edge, label.strip() and label, self.parser.CurrentLineNumber)

    def end_edge(self) -> None:
        edge, label, line = self.untold
        if label:
            self.report("edge-relation", f"edge {edge}: no data repeats its label {label}", line)
        self.untold = ("", "", 0)

    def start_data(self, attributes: dict[str, str]) -> None:
        name, owner = attributes.get("key", ""), self.path[-2] if len(self.path) > 1 else ""
        key = self.keys.get(name)
        if key is None:
            self.undeclared.setdefault(name, self.parser.CurrentLineNumber)
        elif key.scope not in (owner, "all"):
            self.report("key-undeclared", f"data of <{owner}> names key {name!r}, for {key.scope}")
            key = None
        self.key, self.text = (name, key), []

    def end_data(self) -> None:
        if self.text is None:
            return
        text, (name, key) = "".join(self.text), self.key
        self.text = None
        if key is not None:
            self.value(key, {name, key.name}, text)

    # values

    def value(self, key: _Key, names: set[str], text: str) -> None:
        if key.scope == "edge" and text == self.untold[1]:
            self.untold = ("", "", 0)
        number = self.parsed(key.name, key.of, text)
        if names & _RGB and not (re.fullmatch("[0-9]{1,3}", text) and int(text) <= 255):
            self.report("color", f"{key.name} {text[:40]!r}, expected a whole number to 255")
        elif number is None:
            if "color" in names and not re.fullmatch("#[0-9A-Fa-f]{6}", text):
                self.report("color", f"color {text[:40]!r}, expected #rrggbb")
        elif key.scope == "edge" and names & _WEIGHTS:
            self.weight(number)
        elif key.scope == "node" and names & _PLACES:
            self.coordinate(key.name, number)
        elif key.scope == "node" and "size" in names:
            self.size(number)
        else:
            self.finite(key.name, number)

    def whole(self) -> None:
        for name, line in self.undeclared.items():
            if name not in self.keys:  # else it came late, which is reported
                self.report("key-undeclared", f"data names key {name!r}, which is missing", line)
        super().whole()

    starts: ClassVar = {
        "graph": start_graph, "key": start_key, "default": start_default, "desc": start_desc,
        "node": start_node, "edge": start_edge, "data": start_data,
        "hyperedge": start_foreign, "port": start_foreign,
    }  # fmt: skip
    ends: ClassVar = {"data": end_data, "edge": end_edge}


def _measured(scope: str, names: set[str]) -> bool:
    """Whether Gephi takes a column for a number that it draws."""
    return bool(names & (_WEIGHTS if scope == "edge" else _PLACES | {"size"}))
