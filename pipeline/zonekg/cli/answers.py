"""How answers to questions are shown: as tables, as CSV and JSON files, or piped."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zonekg.cli.folding import Folded
from zonekg.cli.frame import ERROR, complain, out
from zonekg.files import write_json

__all__ = [
    "STDOUT",
    "Columns",
    "Csv",
    "Json",
    "Limit",
    "Row",
    "answer",
    "must_find",
    "print_table",
    "write_answer",
]

STDOUT = Path("-")
_LIMIT = 20  # rows of a table; files have all
_WIDTH = 160  # of a table that goes into a pipe

Row = Any  # a NamedTuple
Columns = Mapping[str, Callable[[Row], object]]
"""Heading -> what of a row stands below it."""

Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write all columns as CSV; - to stdout."),
]
Json = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write all columns as JSON; - to stdout."),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit", "-n", min=1, help="Rows at most.  [default: 20 in a table, all in a file]"
    ),
]


def answer(
    title: str,
    columns: Columns,
    rows: Sequence[Row],
    fields: Sequence[str],
    *,
    csv: Path | None,
    data: Path | None,
    limit: int | None,
    right: Sequence[str] = (),
) -> None:
    """A table on the terminal, and the files that were asked for; only data where it is piped."""
    write_answer(fields, rows[:limit], csv, data)
    if STDOUT not in (csv, data):
        print_table(title, columns, rows, limit or _LIMIT, right)


def write_answer(
    fields: Sequence[str], rows: Sequence[Row], csv: Path | None, data: Path | None
) -> None:
    from zonekg.graph.tables import csv_lines, write_csv

    cells = [fields, *rows]
    objects = [dict(zip(fields, row, strict=True)) for row in rows]
    if csv == STDOUT:
        typer.echo("".join(csv_lines(cells)), nl=False)
    elif csv:
        write_csv(csv, cells)
    if data == STDOUT:
        typer.echo(json.dumps(objects, ensure_ascii=False, indent=2))
    elif data:
        write_json(data, objects)
    if STDOUT not in (csv, data):
        for path in filter(None, (csv, data)):
            out.print(f"wrote {path}", markup=False)


def print_table(
    title: str, columns: Columns, rows: Sequence[Row], limit: int | None, right: Sequence[str] = ()
) -> None:
    """Print a table of the first `limit` rows, without columns that are empty in them."""
    grid = Table(show_lines="evidence" in columns or "sentence" in columns)
    shown = {
        name: cells
        for name, value in columns.items()
        if any(cells := [str(value(row)) for row in rows[:limit]])
    }
    for name in shown:
        grid.add_column(Text(name), justify="right" if name in right else "left")
    for row in zip(*shown.values(), strict=True):
        grid.add_row(*map(Folded, row))
    if title:
        out.print(title, markup=False)
    if shown:
        piped = not (out.is_terminal or "COLUMNS" in os.environ)
        console = Console(width=_WIDTH, highlight=False, emoji=False) if piped else out
        console.print(grid)
    if limit and len(rows) > limit:
        out.print(f"{len(rows) - limit} more; --limit shows them, --csv and --json write them")


def must_find(rows: Sequence[object], nothing: str) -> None:
    """End with an error line when an answer is empty."""
    if not rows:
        complain(nothing)
        raise typer.Exit(ERROR)
