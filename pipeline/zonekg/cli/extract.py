"""``zonekg extract``: pages to JSONL of entities and relations."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import PARTIAL, complain, out, progress
from zonekg.cli.run import Limit, Model
from zonekg.errors import InputError
from zonekg.ingest import MAX_CHARACTERS, find_files, read_pages


def extract_command(
    source: Annotated[Path, typer.Argument(help="A page (.txt, .md), or a folder of pages.")],
    target: Annotated[Path, typer.Option("--out", "-o", help="JSONL file; - for stdout.")] = Path(
        "-"
    ),
    model: Model = Path("models/zh_zone_news_trf"),
    processes: Annotated[int, typer.Option(min=1, help="Processes to tag with.")] = 1,
    max_characters: Limit = MAX_CHARACTERS,
) -> None:
    """Tag pages and write one article a line: entities, relations, offsets, places in the file.

    The rows are doccano annotations with more besides: correct them, then train on them.

    Example: zonekg extract seeds/ --out out/extraction.jsonl
    """
    from zonekg.extraction import doc_to_row, extract, load_model, row_line
    from zonekg.files import open_atomic

    nlp = load_model(model)
    failures: list[InputError] = []
    total, count = len(find_files(source)), 0
    with (
        progress() as report,
        nullcontext(sys.stdout) if str(target) == "-" else open_atomic(target) as handle,
    ):
        for i, page in enumerate(read_pages(source, max_characters=max_characters), start=1):
            if isinstance(page, InputError):
                failures.append(page)
            else:
                for doc in extract(page, nlp, processes=processes):
                    handle.write(row_line(doc_to_row(doc)))
                    count += 1
            report("pages", i, total)
    if str(target) != "-":
        out.print(f"wrote {target}: {count} articles", markup=False)
    for failure in failures:
        complain(str(failure))
    if failures:
        raise typer.Exit(PARTIAL)
