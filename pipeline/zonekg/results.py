"""What comes out: docs to the graph, resolved, and the files that show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
from spacy.tokens import Doc

from zonekg.files import make_folder, write_json
from zonekg.graph.build import build
from zonekg.graph.conflicts import CONFLICTS_FILE, conflicts, write_conflicts
from zonekg.graph.flat import flatten, summary
from zonekg.graph.gephi import write_graphml
from zonekg.graph.layout import layout
from zonekg.graph.picture import draw
from zonekg.graph.resolve import Decisions, Merge, resolve
from zonekg.graph.resolve.logs import write_merges, write_same_review
from zonekg.graph.review import review_rows, write_review
from zonekg.graph.store import Store
from zonekg.graph.tables import write_tables
from zonekg.graph.viewer import write_html

__all__ = ["Written", "write_graph"]


class Written(NamedTuple):
    """What was written: counts of the graph and its files; warnings on decisions without effect."""

    articles: int
    summary: dict[str, Any]
    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def write_graph(
    docs: Iterable[Doc],
    out: str | Path,
    *,
    money_nodes: bool = False,
    decisions: Decisions | None = None,
    store: Store | None = None,
) -> Written:
    """Build the graph of docs, resolve it and write it for Gephi, browsers and spreadsheets.

    Beside graph.graphml, graph.html, graph.png, nodes.csv, edges.csv and summary.json it writes
    merges.csv (which nodes were joined and why), same_review.csv (which may be one), conflicts.csv
    (what articles contradict each other on) and review.csv (relations that are not sure enough for
    the graph). What the nodes are goes into the store, too. Raises OutputError, and InputError
    where decisions contradict each other.
    """
    out = make_folder(Path(out))
    unsure: list[dict[str, Any]] = []
    resolved = resolve(build(_noting(docs, unsure)), decisions)
    graph = resolved.graph
    flat = flatten(graph, money_nodes=money_nodes)
    if store is not None:
        store.set_graph(_entities(graph, flat), _names(graph), map(_merge, resolved.merges))
    places, counts = layout(flat), summary(flat)
    files = {
        name: out / name
        for name in ("graph.graphml", "graph.html", "graph.png", "review.csv", "merges.csv",
                     "same_review.csv", CONFLICTS_FILE, "summary.json")
    }  # fmt: skip
    write_graphml(flat, files["graph.graphml"], places)
    write_html(flat, files["graph.html"], places)
    draw(flat, files["graph.png"], places)
    tables = write_tables(flat, out)
    write_review(unsure, files["review.csv"])
    write_merges(resolved.merges, files["merges.csv"])
    write_same_review(resolved.unsure, files["same_review.csv"])
    write_conflicts(conflicts(graph), files[CONFLICTS_FILE])
    write_json(files["summary.json"], counts)
    return Written(
        len(graph.graph["articles"]), counts, (*files.values(), *tables), tuple(resolved.warnings)
    )


def _noting(docs: Iterable[Doc], unsure: list[dict[str, Any]]) -> Iterator[Doc]:
    """Pass docs on and note what is to be reviewed."""
    for doc in docs:
        unsure += review_rows(doc)
        yield doc


def _entities(graph: nx.MultiDiGraph, flat: nx.MultiDiGraph) -> Iterator[dict[str, str]]:
    """The nodes of a graph, labelled as the flat one labels them, for `Store.set_graph`."""
    for node, data in sorted(graph.nodes(data=True)):
        row = {name: data[name] for name in ("entity_type", "kind")}
        yield {"entity": node, "label": flat.nodes[node]["label"]} | row


def _names(graph: nx.MultiDiGraph) -> Iterator[dict[str, str | int]]:
    """What each article calls a node, for `Store.set_graph`."""
    for node, data in sorted(graph.nodes(data=True)):
        for article, seen in sorted(data["seen"].items()):
            row = {"entity": node, "article": article, "entity_type": data["entity_type"]}
            for name, count in seen["names"].items():
                yield row | {"name": name, "mentions": count}


def _merge(merge: Merge) -> dict[str, str]:
    """A merge for `Store.set_graph`."""
    return {
        "kept": merge.kept_id, "kept_name": merge.kept_name, "gone": merge.gone_id,
        "gone_name": merge.gone_name, "entity_type": merge.entity_type, "rule": merge.rule,
        "reason": merge.reason,
    }  # fmt: skip
