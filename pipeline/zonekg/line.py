"""The whole line: pages in, a graph and its companions out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.articles import Page
from zonekg.errors import InputError
from zonekg.extraction import doc_to_row, extract, load_model, read_rows, row_line
from zonekg.files import make_folder, open_atomic, write_json
from zonekg.graph.build import build
from zonekg.graph.flat import flatten, summary
from zonekg.graph.gephi import write_graphml
from zonekg.graph.layout import layout
from zonekg.graph.picture import draw
from zonekg.graph.resolve import Decisions, resolve
from zonekg.graph.resolve.logs import write_merges, write_same_review
from zonekg.graph.review import review_rows, write_review
from zonekg.graph.tables import write_tables
from zonekg.ingest import MAX_CHARACTERS, find_files, read_page

__all__ = ["RunResult", "model_digest", "run", "write_graph"]

Progress = Callable[[str, int, int], None]


def _silent(stage: str, done: int, total: int) -> None:
    """No progress."""


class RunResult(NamedTuple):
    """What a run made: counts, the files written, and the files that could not be read."""

    pages: int
    articles: int
    summary: dict[str, Any]
    files: tuple[Path, ...]
    failures: tuple[InputError, ...]


def run(
    source: str | Path,
    out: str | Path,
    model: str | Path = "models/zh_zone_news_trf",
    *,
    money_nodes: bool = False,
    max_characters: int = MAX_CHARACTERS,
    progress: Progress = _silent,
) -> RunResult:
    """Read the pages of a file or folder and write the graph and its companions into `out`.

    Each page's result is kept in ``out/.parts`` until the run is complete, so that a run that was
    stopped goes on where it was. A file that can't be read is reported in `failures` and the
    others are done. `progress` is called with (stage, done, total).

    Raises InputError when no file can be read, ModelError and OutputError.
    """
    source, out = Path(source), Path(out)
    files = find_files(source)
    nlp = load_model(model)
    parts = make_folder(out / ".parts")
    salt = model_digest(model)
    failures: list[InputError] = []
    done: list[Path] = []
    rooted = source if source.is_dir() else source.parent
    for i, file in enumerate(files):
        progress("pages", i, len(files))
        try:
            part = parts / f"{_part_name(file, rooted, salt, max_characters)}.jsonl"
            if not part.exists():
                _write_part(part, read_page(file, rooted, max_characters=max_characters), nlp)
            done.append(part)
        except InputError as error:
            failures.append(error)
    progress("pages", len(files), len(files))
    if not done:
        raise failures[0]
    extraction = out / "extraction.jsonl"
    articles = 0
    with open_atomic(extraction) as handle:
        for part in done:
            rows = part.read_text(encoding="utf-8")
            articles += rows.count("\n")  # one article a line
            handle.write(rows)
    progress("graph", 0, 1)
    counts, written = write_graph(read_rows(extraction), out, money_nodes=money_nodes)
    progress("graph", 1, 1)
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()
    return RunResult(len(done), articles, counts, (extraction, *written), tuple(failures))


def _part_name(file: Path, root: Path, salt: str, limit: int) -> str:
    """A name that changes with the file, its place, the model and the limit."""
    try:
        digest = hashlib.sha256(file.read_bytes())
    except OSError as error:
        raise InputError(file, f"can't be read: {error.strerror or error}") from error
    name = file.relative_to(root).as_posix()
    digest.update(f"\0{name}\0{salt}\0{limit}".encode())
    return digest.hexdigest()[:24]


def _write_part(part: Path, page: Page, nlp: Language) -> None:
    with open_atomic(part) as handle:
        for doc in extract(page, nlp):
            handle.write(row_line(doc_to_row(doc)))


def model_digest(model: str | Path) -> str:
    """A digest of all files of a model folder."""
    digest = hashlib.sha256()
    for path in sorted(Path(model).rglob("*")):
        if path.is_file() and path.name != "README.md":
            digest.update(path.relative_to(model).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_graph(
    docs: Iterable[Doc],
    out: str | Path,
    *,
    money_nodes: bool = False,
    decisions: Decisions | None = None,
) -> tuple[dict[str, Any], list[Path]]:
    """Build the graph of docs and write ``graph.graphml``, ``graph.png``, tables and a summary.

    What is not sure enough for the graph goes into ``review.csv``; ``merges.csv`` tells which nodes
    were joined and why, ``same_review.csv`` which may be one. Returns the summary and the
    files.
    """
    out = make_folder(Path(out))
    unsure: list[dict[str, Any]] = []
    resolved = resolve(build(_noting(docs, unsure)), decisions)
    flat = flatten(resolved.graph, money_nodes=money_nodes)
    places = layout(flat)
    graphml, picture, told = out / "graph.graphml", out / "graph.png", out / "summary.json"
    review = out / "review.csv"
    write_graphml(flat, graphml, places)
    draw(flat, picture, places)
    merges, same = out / "merges.csv", out / "same_review.csv"
    tables = [*write_tables(flat, out), review, merges, same]
    write_review(unsure, review)
    write_merges(resolved.merges, merges)
    write_same_review(resolved.unsure, same)
    counts = summary(flat)
    write_json(told, counts)
    return counts, [graphml, picture, *tables, told]


def _noting(docs: Iterable[Doc], unsure: list[dict[str, Any]]) -> Iterator[Doc]:
    """Pass docs on and note what is to be reviewed."""
    for doc in docs:
        unsure += review_rows(doc)
        yield doc
