"""What a graph holds: counts, sums that may be taken, its shape and its time."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, NamedTuple

import networkx as nx

from zonekg.graph.questions.ranking import currencies
from zonekg.states import STATUSES

__all__ = ["Stat", "stats"]

_SOURCE = re.compile(r"(?:^|; | \|\| )(.+?):[0-9]")


class Stat(NamedTuple):
    """One figure: what it is about, its name, its value, and a note where it needs one."""

    about: str
    name: str
    value: int | float | str
    note: str = ""


def stats(graph: nx.MultiDiGraph) -> list[Stat]:
    """The figures of a flat graph, in the order in which a report would give them.

    Sums of total investment are taken for each entity type and currency apart, and never over
    them: the total of a park is a sum over projects already, so that adding both counts projects
    twice. A park inside another one that has a total is left out for the same reason. Of ranges
    the lower end counts.
    """
    nodes = [data for _, data in graph.nodes(data=True)]
    edges = [data for *_, data in graph.edges(data=True)]
    return [
        *_counts("nodes", (data["entity_type"] for data in nodes)),
        *_counts("organisations", (data["kind"] for data in nodes if "kind" in data)),
        *_counts("relations", (data["relation"] for data in edges)),
        *_states(nodes),
        *_sums(graph),
        *_shape(graph),
        *_texts(nodes, edges),
    ]


def _counts(about: str, names: Any) -> list[Stat]:
    found = Counter(names)
    all_of = [Stat(about, "all", found.total())] if about != "organisations" else []
    return all_of + [Stat(about, name, count) for name, count in sorted(found.items())]


def _states(nodes: list[dict[str, Any]]) -> list[Stat]:
    projects = [data.get("status", "none") for data in nodes if data["entity_type"] == "PROJECT"]
    told = Counter(projects)
    return [Stat("projects", status, told[status]) for status in STATUSES if told[status]]


def _sums(graph: nx.MultiDiGraph) -> list[Stat]:
    found: dict[tuple[str, str], list[float]] = {}
    for node, data in graph.nodes(data=True):
        for unit, value in currencies(data, "total_investment").items():
            if data["entity_type"] != "PARK" or not _inside(graph, node, unit):
                found.setdefault((data["entity_type"], unit), []).append(value)
    notes = {
        "PARK": "sums over projects as told; parks inside a counted one left out",
        "ORG": "as told; may hold projects that are nodes too",
        "PROJECT": "projects alone; a phase with a total of its own counts besides the whole",
    }
    return [
        Stat("total investment", f"{of}, {unit}", sum(values),
             f"{len(values)} nodes: {notes.get(of, '')}; never add types together")
        for (of, unit), values in sorted(found.items())
    ]  # fmt: skip


def _inside(graph: nx.MultiDiGraph, park: str, unit: str) -> bool:
    """Whether a park lies in another one that has a total of this currency."""
    seen, todo = {park}, [park]
    while todo:
        for _, other, edge in graph.out_edges(todo.pop(), data=True):
            if edge["relation"] != "LOCATED_IN" or other in seen:
                continue
            if unit in currencies(graph.nodes[other], "total_investment"):
                return True
            seen.add(other)
            todo.append(other)
    return False


def _shape(graph: nx.MultiDiGraph) -> list[Stat]:
    sizes = [len(part) for part in nx.weakly_connected_components(graph)]
    return [
        Stat("shape", "components", len(sizes), "directions aside"),
        Stat("shape", "largest component", max(sizes, default=0), "nodes"),
        Stat("shape", "isolated nodes", sum(1 for _ in nx.isolates(graph)), "no relation"),
        Stat("shape", "density", nx.density(graph), "relations for each ordered pair of nodes"),
    ]


def _texts(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> list[Stat]:
    rows = [*nodes, *edges]
    files = {file for data in rows for file in _SOURCE.findall(data.get("sources", ""))}
    first = [data["first_date"] for data in rows if "first_date" in data]
    last = [data["last_date"] for data in rows if "last_date" in data]
    told = [data["conflicts"] for data in nodes if "conflicts" in data]
    out = [
        Stat("texts", "files", len(files), "that nodes and relations name"),
        Stat("texts", "conflicts", sum(told), f"on {len(told)} nodes"),
    ]
    if first and last:
        out += [Stat("texts", "first date", min(first)), Stat("texts", "last date", max(last))]
    return out
