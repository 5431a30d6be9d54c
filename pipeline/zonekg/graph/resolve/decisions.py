"""What people decided: CSV files of nodes that are one thing, and of those that are not."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import networkx as nx

from zonekg.errors import InputError
from zonekg.files import read_utf8
from zonekg.schema import default_schema

__all__ = ["DECISION_COLUMNS", "Decision", "Decisions", "read_decisions"]

DECISION_COLUMNS = ("entity_type", "a", "b", "note")


class Decision(NamedTuple):
    """Two nodes, each by its id or a name, that are one thing or are not; place: file and line."""

    entity_type: str
    a: str
    b: str
    note: str = ""
    place: tuple[str, int] = ("", 0)


class Decisions(NamedTuple):
    """What people decided; `never` is stronger than every rule and undoes what rules joined."""

    merges: tuple[Decision, ...] = ()
    never: tuple[Decision, ...] = ()


def read_decisions(
    merges: str | Path | None = None, never_merge: str | Path | None = None
) -> Decisions:
    """Read the files ``merges`` and ``never_merge``, either of which may be left out.

    CSV in UTF-8, with or without a byte order mark, with the columns entity_type, a, b and, if
    wanted, more. Raises InputError, naming file and line, for what can't be read.
    """
    return Decisions(*(tuple(_rows(Path(p))) if p else () for p in (merges, never_merge)))


def _rows(path: Path) -> Iterator[Decision]:
    reader = csv.DictReader(io.StringIO(read_utf8(path), newline=""), strict=True)
    types = [label for label in default_schema().entities if label != "MONEY"]
    try:
        missing = [name for name in DECISION_COLUMNS[:3] if name not in (reader.fieldnames or ())]
        if missing:
            raise InputError(
                path, f"no column {', '.join(missing)}", line=1,
                todo="expected entity_type, a, b and, if wanted, note",
            )  # fmt: skip
        for row in reader:
            kind, a, b, note = ((row.get(name) or "").strip() for name in DECISION_COLUMNS)
            if not (kind or a or b):
                continue
            if kind not in types or not a or not b:
                found = f"entity_type {kind!r}" if kind not in types else "an empty a or b"
                raise InputError(
                    path, found, line=reader.line_num,
                    todo=f"expected one of {', '.join(types)} and the ids or names of two nodes",
                )  # fmt: skip
            yield Decision(kind, a, b, note, (str(path), reader.line_num))
    except csv.Error as error:
        raise InputError(path, f"no CSV: {error}", line=reader.line_num + 1) from error


class Found(NamedTuple):
    """Decisions by nodes; warnings tell the lines that fit no node of this graph."""

    same: list[tuple[str, str, Decision]]
    never: list[tuple[str, str, Decision]]
    warnings: list[str]


def find(graph: nx.MultiDiGraph, decisions: Decisions) -> Found:
    """The nodes that decisions speak of.

    A name stands for the nodes of its type that an article calls so. In ``merges`` a name that fits
    several nodes is an error, as it tells not which; one that fits none is a warning, as another
    graph may have it. In ``never_merge`` a name stands for all nodes that it fits.
    """
    named: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for node, data in graph.nodes(data=True):
        for row in data["seen"].values():
            for name in row["names"]:
                named[data["entity_type"], name].add(node)
    found = Found([], [], [])
    for decision in decisions.merges:
        ends = [
            _nodes(graph, named, decision, end, found.warnings) for end in (decision.a, decision.b)
        ]
        for end, nodes in zip((decision.a, decision.b), ends, strict=True):
            if len(nodes) > 1:
                raise InputError(
                    decision.place[0], f"{end} fits {len(nodes)} nodes", line=decision.place[1],
                    todo=f"write one of their ids: {', '.join(sorted(nodes)[:5])}",
                )  # fmt: skip
        found.same.extend((a, b, decision) for a in ends[0] for b in ends[1] if a != b)
    for decision in decisions.never:
        ends = [
            _nodes(graph, named, decision, end, found.warnings) for end in (decision.a, decision.b)
        ]
        found.never.extend(
            (a, b, decision) for a in sorted(ends[0]) for b in sorted(ends[1]) if a != b
        )
    _check(found)
    return found


def _nodes(
    graph: nx.MultiDiGraph, named: Mapping[tuple[str, str], set[str]], decision: Decision,
    end: str, warnings: list[str],
) -> set[str]:  # fmt: skip
    if end in graph and graph.nodes[end]["entity_type"] == decision.entity_type:
        return {end}
    nodes = named.get((decision.entity_type, end), set())
    if not nodes:
        place, line = decision.place
        warnings.append(
            f"{place}:{line}: no {decision.entity_type} is called {end} or has this id; "
            "write it as nodes.csv has it"
        )
    return nodes


def _check(found: Found) -> None:
    """Raise InputError where both files speak of one pair, or a chain of merges joins it."""
    group: dict[str, str] = {}

    def root(node: str) -> str:
        while (up := group.get(node, node)) != node:
            node = up
        return node

    for a, b, _ in found.same:
        low, high = sorted((root(a), root(b)))
        group[high] = low
    for a, b, decision in found.never:
        if root(a) == root(b):
            raise InputError(
                decision.place[0], f"{decision.a} and {decision.b} are one by the merges file",
                line=decision.place[1], todo="remove one of the two decisions",
            )  # fmt: skip


def pairs(rows: Iterable[tuple[str, str, Decision]]) -> list[tuple[str, str]]:
    """The pairs alone."""
    return [(a, b) for a, b, _ in rows]
