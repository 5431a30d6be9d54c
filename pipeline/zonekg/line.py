"""The whole line: pages into the store, and out of it a graph and its companions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg import __version__
from zonekg.errors import InputError
from zonekg.extraction import load_model, read_rows, row_line, rows_to_docs
from zonekg.files import make_folder, open_atomic
from zonekg.graph.resolve import Decisions
from zonekg.graph.store import STORE, Store, is_store
from zonekg.ingest import MAX_CHARACTERS, find_files
from zonekg.intake import Progress, add_pages
from zonekg.results import Written, write_graph

__all__ = ["RunResult", "model_digest", "read_docs", "remove", "run", "write_results"]


def _silent(stage: str, done: int, total: int) -> None:
    """No progress."""


class RunResult(NamedTuple):
    """What a run made.

    pages: of the whole store. written: the graph of all of it. read: how many pages this run read,
    the others it was given had not changed. replaced: the names of pages whose former articles
    went. failures: the files that could not be read. others: how many pages of the store another
    model, or another release of zonekg, has read.
    """

    pages: int
    written: Written
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
    decisions: Decisions | None = None,
    progress: Progress = _silent,
) -> RunResult:
    """Add the pages of a file or folder to the store in `out` and write the graph of all of it.

    Pages go in as `intake.add_pages` tells: those that the store has are passed over, a file that
    has changed takes the place of what it was, another file under a name in use is refused unless
    `replace`. Each page is kept when it is done, so that a run that was stopped goes on where it
    was. A file that can't be read is reported in `failures` and the others are done. `decisions`
    tell which nodes are one thing. `progress` is called with (stage, done, total).

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
        written = write_results(store, out, money_nodes=money_nodes, decisions=decisions)
        progress("graph", 1, 1)
        pages = store.pages()
    others = sum((page.model, page.release) != reader for page in pages)
    return RunResult(len(pages), written, *taken, others)


def remove(
    out: str | Path,
    sources: Iterable[str],
    *,
    money_nodes: bool = False,
    decisions: Decisions | None = None,
) -> Written:
    """Take pages out of the store in `out` and write the graph of those that stay.

    sources: the names of pages. Raises InputError when there is no store, or no page of a name,
    and OutputError.
    """
    with Store(Path(out) / STORE, new=False) as store:
        store.remove(sources)
        return write_results(store, out, money_nodes=money_nodes, decisions=decisions)


def model_digest(model: str | Path) -> str:
    """A digest of all files of a model folder that its output rests on."""
    digest = hashlib.sha256()
    for path in sorted(Path(model).rglob("*")):
        if path.is_file() and path.name not in ("README.md", "scores.json"):
            digest.update(path.relative_to(model).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_results(
    store: Store,
    out: str | Path,
    *,
    money_nodes: bool = False,
    decisions: Decisions | None = None,
) -> Written:
    """Write ``extraction.jsonl`` and the files of `write_graph` from all pages of a store."""
    extraction = Path(out) / "extraction.jsonl"
    with open_atomic(extraction) as handle:
        handle.writelines(map(row_line, store.rows()))
    written = write_graph(
        _docs(store), out, money_nodes=money_nodes, decisions=decisions, store=store
    )
    return written._replace(files=(extraction, *written.files))


def read_docs(path: Path) -> Iterator[Doc]:
    """The Docs of an extraction file or a store; raises InputError at a fault in it."""
    if is_store(path):
        with Store(path, read_only=True) as store:
            yield from _docs(store)
    else:
        yield from read_rows(path)


def _docs(store: Store) -> Iterator[Doc]:
    return rows_to_docs(store.path, enumerate(store.rows(), start=1))
