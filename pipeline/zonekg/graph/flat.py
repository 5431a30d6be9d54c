"""The knowledge graph as plain attributes: what files, tables and pictures are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import networkx as nx

from zonekg.graph.amounts import amount_text, tellings
from zonekg.graph.conflicts import node_conflicts
from zonekg.graph.edges import EDGES, Edge, edge_id, stored
from zonekg.graph.seen import JOINT, by_date, full_name, place
from zonekg.graph.states import state_columns
from zonekg.schema import default_schema

__all__ = ["flatten", "summary"]

Attributes = dict[str, str | float | int | bool]


def flatten(
    graph: nx.MultiDiGraph, *, edges: str = "relation", money_nodes: bool = False
) -> nx.MultiDiGraph:
    """A new graph whose attributes are str, float, int or bool.

    edges: what one edge stands for. ``relation``: a relation of two nodes, with all its evidence.
    ``evidence``: one statement of a relation, with its own sentence, title, source, date and
    confidence; the graph then has ``graph["repeated"]``, and Gephi must be told not to merge
    edges. ``pair``: all relations of two nodes, named ``投资 / ←位于``: in the direction of the one
    that most articles tell, an arrow before those that run the other way.

    Amounts become attributes of their owner (``total_investment_cny``, in yuan; a foreign currency
    stays what it is, ``total_investment_usd``), and with `money_nodes` nodes of their own besides.
    Of several amounts of one kind the number is the newest article's largest, which of a park's
    sums is the one over most projects; all of them stand in the text, with their sentences in
    ``amounts_evidence``, and ``conflicts`` counts those that disagree. Projects have the
    ``status`` and ``events`` of `states.state_columns`. What is blank is left out.
    """
    if edges not in EDGES:
        raise ValueError(f"edges {edges!r}, expected one of {', '.join(EDGES)}")
    articles = graph.graph["articles"]
    flat = nx.MultiDiGraph()
    if edges == "evidence":
        flat.graph["repeated"] = True
    for node, data in sorted(graph.nodes(data=True)):
        flat.add_node(node, **_node(data, articles))
    found = [*stored(graph)]
    if money_nodes:
        for node, data in sorted(graph.nodes(data=True)):
            found += _add_money(flat, node, data["seen"], articles)
    for edge in EDGES[edges](found):
        row = _edge(edge.relation, edge.seen, articles)
        flat.add_edge(edge.head, edge.tail, edge.key, **row | {**edge.named})
    return flat


def _node(data: Mapping[str, Any], articles: Mapping[str, Any]) -> Attributes:
    seen: Mapping[str, Any] = data["seen"]
    counts: Counter[str] = Counter()
    for row in seen.values():
        counts.update(row["names"])
    out: Attributes = {"label": full_name(seen), "entity_type": data["entity_type"]}
    if data["kind"]:
        out["kind"] = data["kind"]
    out["names"] = "; ".join(sorted(counts, key=lambda name: (-counts[name], name)))
    out["mentions"] = sum(counts.values())
    out["articles"] = len(seen)
    out["confidence"] = float(max(row["confidence"] for row in seen.values()))
    out |= _dates(seen, articles)
    out["sources"] = "; ".join(
        place(articles[key]["source"], places)
        for key in sorted(seen)
        for places in seen[key]["places"]
    )
    out |= state_columns(seen, articles) | _amounts(seen, articles)
    if found := len(node_conflicts(data, articles)):
        out["conflicts"] = found
    return out


def _dates(seen: Iterable[str], articles: Mapping[str, Any]) -> Attributes:
    dates = sorted(articles[key]["date"] for key in seen if articles[key]["date"])
    return {"first_date": dates[0], "last_date": dates[-1]} if dates else {}


def _amounts(seen: Mapping[str, Any], articles: Mapping[str, Any]) -> Attributes:
    out: Attributes = {}
    proofs: list[str] = []
    for relation, kind in default_schema().relations.items():
        name = relation.lower()
        mine = [telling.row for telling in tellings(seen, articles, relation)]
        for row in mine:  # the newest and largest comes last and stays
            proofs.append(f"{kind.name}{row['text']}：{row['sentence']}")
            column = f"{name}_{row['currency'].lower()}"
            out[column] = float(Decimal(row["low"]))
            out.pop(f"{column}_max", None)
            if row["high"] != row["low"]:
                out[f"{column}_max"] = float(Decimal(row["high"]))
        if mine:
            out[f"{name}_text"] = "; ".join(dict.fromkeys(amount_text(row) for row in mine))
    if proofs:
        out["amounts_evidence"] = JOINT.join(dict.fromkeys(proofs))
    return out


def _edge(relation: str, seen: Mapping[str, Any], articles: Mapping[str, Any]) -> Attributes:
    kind = default_schema().relations[relation]
    rows = [(key, row) for key in by_date(seen, articles) for row in seen[key]]
    out: Attributes = {
        "relation": relation,
        "label": kind.name,
        "weight": float(len(seen)),
        "symmetric": kind.symmetric,
        "evidence": JOINT.join(row["sentence"] for _, row in rows),
        "evidence_count": len(rows),
        "titles": JOINT.join(articles[key]["title"] for key, _ in rows),
        "sources": JOINT.join(
            place(articles[key]["source"], [*row["places"]]) for key, row in rows
        ),
        "confidence": float(max(row["confidence"] for _, row in rows)),
    }
    return {name: value for name, value in out.items() if str(value).strip()} | _dates(
        seen, articles
    )


def _add_money(
    flat: nx.MultiDiGraph, owner: str, seen: Mapping[str, Any], articles: Mapping[str, Any]
) -> Iterator[Edge]:
    """Nodes for the amounts of one owner; an amount that several articles tell is one of them.

    Yields the edges from the owner to them.
    """
    told: dict[tuple[str, str, str, str], dict[str, list[Any]]] = {}
    for key in by_date(seen, articles):
        for row in seen[key]["amounts"]:
            worth = (row["relation"], row["low"], row["high"], row["currency"])
            told.setdefault(worth, {}).setdefault(key, []).append(row)
    for (relation, low, high, currency), rows in sorted(told.items()):
        node = "n:" + edge_id(owner, relation, f"{low} {high} {currency}")[2:]
        flat_rows = [row for found in rows.values() for row in found]
        first = flat_rows[0]
        column = f"amount_{currency.lower()}"
        attributes: Attributes = {
            "label": amount_text(first),
            "entity_type": "MONEY",
            "names": "; ".join(dict.fromkeys(row["text"] for row in flat_rows)),
            "mentions": len(flat_rows),
            "articles": len(rows),
            "confidence": float(max(row["confidence"] for row in flat_rows)),
            column: float(Decimal(low)),
        }
        if high != low:
            attributes[f"{column}_max"] = float(Decimal(high))
        flat.add_node(node, **attributes, **_dates(rows, articles))
        yield Edge(owner, node, edge_id(owner, relation, node), relation, rows)


def summary(flat: nx.MultiDiGraph) -> dict[str, Any]:
    """Counts of a flat graph: nodes and edges by type, weakly connected components."""
    nodes = Counter(data["entity_type"] for _, data in flat.nodes(data=True))
    edges = Counter(data["relation"] for *_, data in flat.edges(data=True))
    sizes = sorted((len(c) for c in nx.weakly_connected_components(flat)), reverse=True)
    return {
        "nodes": {"all": flat.number_of_nodes()} | dict(sorted(nodes.items())),
        "edges": {"all": flat.number_of_edges()} | dict(sorted(edges.items())),
        "components": {"all": len(sizes), "largest": sizes[0] if sizes else 0,
                       "single nodes": sizes.count(1)},
    }  # fmt: skip
