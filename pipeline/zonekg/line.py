"""The whole line: pages into the store, and out of it a graph and its companions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
from spacy.tokens import Doc

from zonekg import __version__
from zonekg.errors import InputError
from zonekg.extraction import load_model, read_rows, row_line, rows_to_docs
from zonekg.files import make_folder, open_atomic, write_json
from zonekg.graph.build import build
from zonekg.graph.conflicts import CONFLICTS_FILE, conflicts, write_conflicts
from zonekg.graph.flat import flatten, summary
from zonekg.graph.gephi import write_graphml
from zonekg.graph.layout import layout
from zonekg.graph.picture import draw
from zonekg.graph.review import review_rows, write_review
from zonekg.graph.store import STORE, Store, is_store
from zonekg.graph.tables import write_tables
from zonekg.graph.viewer import write_html
from zonekg.ingest import MAX_CHARACTERS, find_files
from zonekg.intake import Progress, add_pages

__all__ = [
    "RunResult",
    "Written",
    "model_digest",
    "read_docs",
    "remove",
    "run",
    "write_graph",
    "write_results",
]


def _silent(stage: str, done: int, total: int) -> None:
    """No progress."""


class Written(NamedTuple):
    """What was written from a store: its articles, counts of the graph, the files."""

    articles: int
    summary: dict[str, Any]
    files: tuple[Path, ...]


class RunResult(NamedTuple):
    """What a run made.

    pages, articles: of the whole store. summary: counts of the graph. files: those written. read:
    how many pages this run read, the others it was given had not changed. replaced: the names of
    pages whose former articles went. failures: the files that could not be read. others: how many
    pages of the store another model, or another release of zonekg, has read.
    """

    pages: int
    articles: int
    summary: dict[str, Any]
    files: tuple[Path, ...]
    read: int
    replaced: tuple[str, ...]
    failures: tuple[InputError, ...]
    others: int


def run(
    source: str | Path,
    out: str | Path,
    model: str | Path = "models/zh_zone_news_trf",
    *,
    money_nodes: bool = False,
    max_characters: int = MAX_CHARACTERS,
    replace: bool = False,
    progress: Progress = _silent,
) -> RunResult:
    """Add the pages of a file or folder to the store in `out` and write the graph of all of it.

    Pages go in as `intake.add_pages` tells: those that the store has are passed over, a file that
    has changed takes the place of what it was, another file under a name in use is refused unless
    `replace`. Each page is kept when it is done, so that a run that was stopped goes on where it
    was. A file that can't be read is reported in `failures` and the others are done. `progress`
    is called with (stage, done, total).

    Raises InputError when no file can be read, ModelError and OutputError.
    """
    source, out = Path(source), Path(out)
    files = find_files(source)
    nlp = load_model(model)
    reader = (model_digest(model), __version__)
    root = source if source.is_dir() else source.parent
    with Store(make_folder(out) / STORE) as store:
        taken = add_pages(
            store, files, root, nlp, reader,
            max_characters=max_characters, replace=replace, progress=progress,
        )  # fmt: skip
        if len(taken.failures) == len(files):
            raise taken.failures[0]
        progress("graph", 0, 1)
        written = write_results(store, out, money_nodes=money_nodes)
        progress("graph", 1, 1)
        pages = store.pages()
    others = sum((page.model, page.release) != reader for page in pages)
    return RunResult(len(pages), *written, *taken, others)


def remove(out: str | Path, sources: Iterable[str], *, money_nodes: bool = False) -> Written:
    """Take pages out of the store in `out` and write the graph of those that stay.

    sources: the names of pages. Raises InputError when there is no store, or no page of a name,
    and OutputError.
    """
    with Store(Path(out) / STORE, new=False) as store:
        store.remove(sources)
        return write_results(store, out, money_nodes=money_nodes)


def model_digest(model: str | Path) -> str:
    """A digest of all files of a model folder that its output rests on."""
    digest = hashlib.sha256()
    for path in sorted(Path(model).rglob("*")):
        if path.is_file() and path.name not in ("README.md", "scores.json"):
            digest.update(path.relative_to(model).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_results(store: Store, out: str | Path, *, money_nodes: bool = False) -> Written:
    """Write ``extraction.jsonl`` and the files of `write_graph` from all pages of a store."""
    extraction = Path(out) / "extraction.jsonl"
    articles = 0
    with open_atomic(extraction) as handle:
        for row in store.rows():
            handle.write(row_line(row))
            articles += 1
    counts, files = write_graph(_docs(store), out, money_nodes=money_nodes, store=store)
    return Written(articles, counts, (extraction, *files))


def read_docs(path: Path) -> Iterator[Doc]:
    """The Docs of an extraction file or a store; raises InputError at a fault in it."""
    if is_store(path):
        with Store(path, read_only=True) as store:
            yield from _docs(store)
    else:
        yield from read_rows(path)


def _docs(store: Store) -> Iterator[Doc]:
    return rows_to_docs(store.path, enumerate(store.rows(), start=1))


def write_graph(
    docs: Iterable[Doc],
    out: str | Path,
    *,
    money_nodes: bool = False,
    store: Store | None = None,
) -> tuple[dict[str, Any], list[Path]]:
    """Build the graph of docs and write it as GraphML, HTML, PNG and tables, with a summary.

    What is not sure enough for the graph goes into ``review.csv``, what articles contradict each
    other on into ``conflicts.csv``, what the nodes are into the store. Returns the summary and the
    files.
    """
    out = make_folder(Path(out))
    unsure: list[dict[str, Any]] = []
    graph = build(_noting(docs, unsure))
    flat = flatten(graph, money_nodes=money_nodes)
    if store is not None:
        store.set_graph(_entities(graph, flat), _names(graph))
    places = layout(flat)
    graphml, picture, told = out / "graph.graphml", out / "graph.png", out / "summary.json"
    review, contradictions = out / "review.csv", out / CONFLICTS_FILE
    page = out / "graph.html"
    write_graphml(flat, graphml, places)
    draw(flat, picture, places)
    write_html(flat, page, places)
    tables = [*write_tables(flat, out), review, contradictions]
    write_review(unsure, review)
    write_conflicts(conflicts(graph), contradictions)
    counts = summary(flat)
    write_json(told, counts)
    return counts, [graphml, picture, page, *tables, told]


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
