"""One thing, one node: union graph to union graph, every merge explained and open to decisions.

Layers, each of which sees what those before it joined: parks, organisations (their bodies by
parks), projects (by owners and parks). In each, `Pair`s of nodes that share a block get a rule, a
strength and a reason; `clusters` joins them, the strongest first, where nothing contradicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import networkx as nx

from zonekg.graph.resolve.cluster import Clusters, clusters
from zonekg.graph.resolve.companies import org_conflict, org_pairs
from zonekg.graph.resolve.decisions import (
    Decision,
    Decisions,
    Found,
    find,
    pairs,
    read_decisions,
)
from zonekg.graph.resolve.joining import joined_graph
from zonekg.graph.resolve.parks import park_conflict, park_pairs
from zonekg.graph.resolve.projects import project_conflict, project_pairs
from zonekg.graph.resolve.things import Pair, Thing, things
from zonekg.names import is_generic_park, name_key, park_name
from zonekg.names.bodies import zone_body
from zonekg.names.contradictions import kind_covers

__all__ = ["Decision", "Decisions", "Merge", "Resolution", "Unsure", "read_decisions", "resolve"]


class Merge(NamedTuple):
    """One node that went into another, by which rule and why; articles: titles of both."""

    kept_id: str
    kept_name: str
    gone_id: str
    gone_name: str
    entity_type: str
    rule: str
    reason: str
    articles: tuple[str, ...]


class Unsure(NamedTuple):
    """Two nodes that may be one: for a person to decide; a and b are ids."""

    entity_type: str
    a: str
    b: str
    name_a: str
    name_b: str
    rule: str
    reason: str


class Resolution(NamedTuple):
    """The resolved graph; merges and unsure pairs, sorted; what each node has become; warnings."""

    graph: nx.MultiDiGraph
    merges: list[Merge]
    unsure: list[Unsure]
    nodes: dict[str, str]
    warnings: list[str]


def resolve(graph: nx.MultiDiGraph, decisions: Decisions | None = None) -> Resolution:
    """Join the nodes of a union graph that are one thing.

    Pure: `graph` stays as it was, and the result does not depend on the order of its articles. The
    id of a joined node is that of its member with the fullest name, so a function of the members.
    Raises InputError where the decisions contradict each other.
    """
    said = find(graph, decisions or Decisions())
    root: dict[str, str] = {}
    merges: list[Merge] = []
    unsure: list[Unsure] = []
    for label in ("PARK", "ORG", "PROJECT"):
        nodes = things(graph, label, root)
        found = _layer(graph, label, nodes, root, said)
        members: defaultdict[str, list[str]] = defaultdict(list)
        for node, key in found.of.items():
            members[key].append(node)
        for group in members.values():
            kept = max(group, key=lambda node: _fullness(nodes[node]))
            root |= dict.fromkeys(group, kept)
        merges += _merges(graph, nodes, root, found.joined, said.same)
        unsure += _unsure(nodes, root, found.refused)
    return Resolution(
        joined_graph(graph, root), sorted(merges), sorted(unsure), root, said.warnings
    )


def _layer(
    graph: nx.MultiDiGraph,
    label: str,
    nodes: dict[str, Thing],
    root: Mapping[str, str],
    said: Found,
) -> Clusters:
    if label == "PARK":
        conflict = park_conflict
        found = list(park_pairs(nodes, _bare_kinds(graph, nodes), _bodies(graph)))
    elif label == "ORG":
        conflict = org_conflict
        found = list(org_pairs(nodes, _zones(graph, nodes, root)))
    else:
        conflict = project_conflict
        found = list(project_pairs(nodes))
    same = [pair for pair in pairs(said.same) if pair[0] in nodes]
    never = [pair for pair in pairs(said.never) if pair[0] in nodes]
    return clusters(nodes, found, conflict, same, never)


def _fullness(one: Thing) -> tuple[object, ...]:
    """Order of members: the fullest name, then the earliest article, then the id."""
    length = len(name_key(one.name, one.label)) if not one.generic else 0
    return length, len(one.name), _reversed(one.date), _reversed(one.id)


def _reversed(text: str) -> tuple[int, ...]:
    return tuple(-ord(char) for char in text)


def _bare_kinds(graph: nx.MultiDiGraph, nodes: Mapping[str, Thing]) -> dict[str, frozenset[str]]:
    """The kinds of parks of which only the kind was told."""
    return {
        node: frozenset(
            park_name(name).kind
            for row in graph.nodes[node]["seen"].values()
            for name in row["names"]
            if is_generic_park(name)
        )
        for node in nodes
    }


def _bodies(graph: nx.MultiDiGraph) -> dict[str, frozenset[str]]:
    """The zones of which an article names a body: 高新区 beside 阳泉高新区管委会 is that zone."""
    out: defaultdict[str, set[str]] = defaultdict(set)
    for _, data in graph.nodes(data=True):
        if data["entity_type"] == "ORG" and data["kind"] != "company":
            for key, row in data["seen"].items():
                zones = (zone_body(name)[0] for name in row["names"])
                out[key] |= {zone for zone in zones if zone and not is_generic_park(zone)}
    return {key: frozenset(zones) for key, zones in out.items()}


def _zones(
    graph: nx.MultiDiGraph, nodes: Mapping[str, Thing], root: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """The zone that a body such as 高新区管委会 serves: one of its articles, else the only one."""
    parks: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    called: defaultdict[str, set[str]] = defaultdict(set)
    for node, data in graph.nodes(data=True):
        if data["entity_type"] == "PARK":
            for key, row in data["seen"].items():
                parks[key] += [(name, root[node]) for name in row["names"]]
                for name in row["names"]:
                    if not is_generic_park(name):
                        called[name_key(name, "PARK")].add(root[node])
    out = {}
    for node, one in nodes.items():
        zone, _ = zone_body(one.name)
        if not zone:
            continue
        rows = [row for key in one.articles for row in parks[key]]
        mine = {park for name, park in rows if _same_zone(zone, name)}
        mine = mine or called.get(name_key(zone, "PARK"), set())
        if len(mine) == 1:
            out[node] = frozenset(mine)
    return out


def _same_zone(zone: str, name: str) -> bool:
    if name_key(zone, "PARK") == name_key(name, "PARK"):
        return True
    a, b = park_name(zone), park_name(name)
    return bool(a.kind) and not a.head and kind_covers(a.kind, b.kind)


def _merges(
    graph: nx.MultiDiGraph,
    nodes: Mapping[str, Thing],
    root: Mapping[str, str],
    joined: Iterable[Pair],
    said: Iterable[tuple[str, str, Decision]],
) -> Iterator[Merge]:
    """For each node that went its strongest pair; pairs with the kept node first."""
    best: dict[str, tuple[tuple[object, ...], Pair]] = {}
    told = [Pair(a, b, 9, "merges", d.note or "decided in the file merges") for a, b, d in said]
    for pair in sorted([*joined, *told]):
        for node, other in ((pair.a, pair.b), (pair.b, pair.a)):
            if node in nodes and root[node] != node:
                rank = (other == root[node], pair.strength, pair)
                if node not in best or rank > best[node][0]:
                    best[node] = (rank, pair)
    titles = graph.graph["articles"]
    for node, (_, pair) in sorted(best.items()):
        kept = root[node]
        rows = nodes[node].articles | nodes[kept].articles
        yield Merge(
            kept, nodes[kept].name, node, nodes[node].name, nodes[node].label, pair.rule,
            pair.reason, tuple(sorted({titles[key]["title"] or key for key in rows})),
        )  # fmt: skip


def _unsure(
    nodes: Mapping[str, Thing], root: Mapping[str, str], refused: Iterable[tuple[Pair, str]]
) -> Iterator[Unsure]:
    """Each pair of resolved nodes once, by its strongest pair."""
    best: dict[tuple[str, str], tuple[Pair, str]] = {}
    for pair, why in refused:
        key = (min(root[pair.a], root[pair.b]), max(root[pair.a], root[pair.b]))
        if key not in best or (pair.strength, pair) > (best[key][0].strength, best[key][0]):
            best[key] = (pair, why)
    for (a, b), (pair, why) in sorted(best.items()):
        reason = f"{pair.reason}; {why}"
        yield Unsure(nodes[a].label, a, b, nodes[a].name, nodes[b].name, pair.rule, reason)
