"""Nodes of a union graph joined: what both tell of an article is put together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import networkx as nx

from zonekg.graph.states import united
from zonekg.schema import default_schema

__all__ = ["joined_graph"]


def joined_graph(graph: nx.MultiDiGraph, root: Mapping[str, str]) -> nx.MultiDiGraph:
    """A new union graph in which each node has gone into ``root[node]``; edges go along.

    An edge between two nodes that became one is left out.
    """
    out = nx.MultiDiGraph(articles=dict(graph.graph["articles"]))
    for node, data in sorted(graph.nodes(data=True)):
        kept = root.get(node, node)
        if kept not in out:
            out.add_node(kept, **graph.nodes[kept] | {"seen": {}})
        seen = out.nodes[kept]["seen"]
        for key, row in data["seen"].items():
            seen[key] = _both(seen[key], row) if key in seen else row
    symmetric = {r.label for r in default_schema().relations.values() if r.symmetric}
    for head, tail, relation, data in sorted(
        graph.edges(keys=True, data=True), key=lambda edge: edge[:3]
    ):
        ends = (root.get(head, head), root.get(tail, tail))
        if relation in symmetric:
            ends = (min(ends), max(ends))
        if ends[0] == ends[1]:
            continue
        if not out.has_edge(*ends, relation):
            out.add_edge(*ends, relation, seen={})
        seen = out.edges[*ends, relation]["seen"]
        for key, rows in data["seen"].items():
            seen[key] = _sorted([*seen.get(key, ()), *rows]) if key in seen else rows
    return out


def _both(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """What one article tells of two nodes that are one."""
    row = dict(a) | {
        "names": dict(sorted((Counter(a["names"]) + Counter(b["names"])).items())),
        "name": max(a["name"], b["name"], key=lambda name: (len(name), name)),
        "confidence": max(a["confidence"], b["confidence"]),
        "places": sorted([*a["places"], *b["places"]]),
        "amounts": _sorted([*a["amounts"], *b["amounts"]]),
    }
    states = [one["state"] for one in (a, b) if one.get("state")]
    if states:
        row["state"] = united(states[0] if len(states) > 1 else None, states[-1])
    return row


def _sorted(rows: list[Any]) -> list[Any]:
    """Each row once, in an order that tells nothing of where it came from."""
    unique = {json.dumps(row, sort_keys=True, ensure_ascii=False): row for row in rows}
    return [unique[key] for key in sorted(unique)]
