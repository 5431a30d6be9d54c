"""Docs to the knowledge graph, and graphs merged.

The graph is a ``networkx.MultiDiGraph`` that keeps everything by article, so that merging is a
union: commutative, associative and idempotent.

- ``graph.graph["articles"]``: article id -> {title, source, date, place}, place being the code of
  the city (or county) that it is about, empty where that is not clear
- nodes: ``entity_type``, ``kind`` and ``seen``: article id -> {names: {name: count}, name,
  confidence, places, amounts}, of a project whose state is known also ``state``
- edges: the key is the relation's label; ``seen``: article id -> [evidence, ...]
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx
from spacy.tokens import Doc, Span

from zonekg.articles import Article
from zonekg.docs import (
    Relation,
    amounts,
    article,
    confidences,
    evidence,
    groups,
    project_states,
    relations,
    sentence_bounds,
)
from zonekg.errors import InputError
from zonekg.graph.entities import Entity, entities
from zonekg.graph.states import state_row, united
from zonekg.names.divisions import told_city
from zonekg.schema import default_schema

__all__ = ["build", "doc_graph", "merge"]


def build(docs: Iterable[Doc]) -> nx.MultiDiGraph:
    """The graph of many docs; each must carry its article."""
    graph = _empty()
    for doc in docs:
        _merge_into(graph, doc_graph(doc))
    return graph


def merge(a: nx.MultiDiGraph, b: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """A new graph with all that either graph knows; articles that both know count once."""
    graph = _empty()
    for part in (a, b):
        _merge_into(graph, part)
    return graph


def _empty() -> nx.MultiDiGraph:
    return nx.MultiDiGraph(articles={})


def doc_graph(doc: Doc) -> nx.MultiDiGraph:
    """The graph of one doc; raises InputError when the doc carries no article."""
    source = article(doc)
    if source is None:
        raise InputError(
            "<doc>", "a doc without its article", todo="use zonekg.extract to make docs"
        )
    graph = _empty()
    graph.graph["articles"][source.id] = {
        "title": source.title, "source": source.source, "date": source.date,
        "place": told_city(source.title, source.text),
    }  # fmt: skip
    found = entities(doc, source)
    text, mentions = doc.text, doc.ents
    sentences = sentence_bounds(text)
    sure = confidences(doc)
    for entity in found.values():
        _add_node(graph, mentions, sure, source, entity)
    for project, state in project_states(doc).items():
        seen = graph.nodes[found[project].node]["seen"][source.id]
        seen["state"] = united(seen.get("state"), state_row(state, text, source, sentences))
    first = groups(doc)
    worth = amounts(doc)
    symmetric = {r.label for r in default_schema().relations.values() if r.symmetric}
    for row in relations(doc):
        head, tail = found[first[row.head]], found.get(first[row.tail])
        proof = _evidence(text, source, row, evidence(row, mentions, sentences))
        if tail is None:
            if row.tail in worth:
                value = worth[row.tail]
                claim = proof | {
                    "relation": row.label, "text": mentions[row.tail].text, "low": str(value.low),
                    "high": str(value.high), "currency": value.currency, "bound": value.bound,
                }  # fmt: skip
                graph.nodes[head.node]["seen"][source.id]["amounts"].append(claim)
            continue
        ends = (head.node, tail.node)
        if row.label in symmetric:
            ends = (min(ends), max(ends))
        if ends[0] == ends[1]:
            continue
        if not graph.has_edge(*ends, row.label):
            graph.add_edge(*ends, row.label, seen={source.id: []})
        graph.edges[*ends, row.label]["seen"][source.id].append(proof)
    return graph


def _add_node(
    graph: nx.MultiDiGraph,
    mentions: Sequence[Span],
    sure: Sequence[float],
    source: Article,
    entity: Entity,
) -> None:
    """Two groups of an article that come out as one node are one thing."""
    if entity.node not in graph:
        graph.add_node(
            entity.node,
            entity_type=entity.label,
            kind=entity.kind,
            seen={
                source.id: {
                    "names": {}, "name": entity.name, "confidence": 0.0, "places": [], "amounts": []
                }
            },
        )  # fmt: skip
    seen = graph.nodes[entity.node]["seen"][source.id]
    counts = Counter(seen["names"]) + Counter(mentions[i].text for i in entity.mentions)
    seen["names"] = dict(sorted(counts.items()))
    seen["name"] = max(seen["name"], entity.name, key=lambda name: (len(name), name))
    seen["confidence"] = max([seen["confidence"], *(sure[i] for i in entity.mentions)])
    found = (mentions[i] for i in entity.mentions)
    places = [source.places(mention.start_char, mention.end_char) for mention in found]
    seen["places"] = sorted([*seen["places"], *([list(p) for p in place] for place in places)])


def _evidence(
    text: str, source: Article, row: Relation, bounds: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    """The sentences that show a relation, in words and by their places in the file."""
    return {
        "sentence": " … ".join(text[a:b].strip() for a, b in bounds),
        "places": [list(p) for a, b in bounds for p in source.places(a, b)],
        "confidence": row.score,
    }


def _merge_into(graph: nx.MultiDiGraph, other: nx.MultiDiGraph) -> None:
    articles = graph.graph["articles"]
    for key, row in other.graph["articles"].items():
        articles[key] = _pick(articles[key], row) if key in articles else row
    for node, data in other.nodes(data=True):
        if node not in graph:
            graph.add_node(node, **data | {"seen": dict(data["seen"])})
        else:
            mine = graph.nodes[node]
            mine["kind"] = max(mine["kind"], data["kind"])
            _merge_seen(mine["seen"], data["seen"])
    for head, tail, key, data in other.edges(keys=True, data=True):
        if graph.has_edge(head, tail, key):
            _merge_seen(graph.edges[head, tail, key]["seen"], data["seen"])
        else:
            graph.add_edge(head, tail, key, seen=dict(data["seen"]))


def _merge_seen(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    for key, row in theirs.items():
        mine[key] = _pick(mine[key], row) if key in mine else row


def _pick(a: Any, b: Any) -> Any:
    """One of two accounts of the same article, the same one in whatever order they come."""
    return max(a, b, key=lambda row: json.dumps(row, sort_keys=True, ensure_ascii=False))
