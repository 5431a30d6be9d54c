"""What the commands share: exit codes, error lines, progress and tables."""

from __future__ import annotations

import datetime as dt
import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

import zonekg
from zonekg.errors import ZonekgError

if TYPE_CHECKING:
    from zonekg.results import Written

__all__ = [
    "ERROR",
    "INTERRUPTED",
    "PARTIAL",
    "Apart",
    "By",
    "Commands",
    "Data",
    "Gold",
    "Jobs",
    "MoneyNodes",
    "Page",
    "Results",
    "Same",
    "Settings",
    "Work",
    "complain",
    "made_by",
    "out",
    "overrides",
    "progress",
    "table",
    "tell",
]

ERROR, PARTIAL, INTERRUPTED = 1, 3, 130

out = Console(highlight=False, soft_wrap=True, emoji=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


class Commands(typer.core.TyperGroup):
    """Turns zonekg's errors and Ctrl-C into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ZonekgError as error:
            complain(str(error))
            raise typer.Exit(ERROR) from error
        except KeyboardInterrupt as error:
            complain("stopped; what was finished is kept, the same command goes on from there")
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:  # zonekg … | head
            sys.stderr.close()
            raise typer.Exit(0) from error


Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change a config value: --set training.max_steps=500."),
]

Gold = Annotated[Path, typer.Argument(help="Gold documents: a JSONL file or a folder.")]
Page = Annotated[Path | None, typer.Option("--html", help="Write a page for the browser here.")]
Data = Annotated[Path | None, typer.Option("--json", help="Write all numbers here as JSON.")]
By = Annotated[
    list[str] | None,
    typer.Option(help="Key of the documents' meta to break scores down by.  [default: genre]"),
]

MoneyNodes = Annotated[
    bool, typer.Option("--money-nodes", help="Amounts as nodes too, not only as attributes.")
]
Same = Annotated[
    Path | None,
    typer.Option("--merges", metavar="FILE", help="CSV of nodes that are one thing (type, a, b)."),
]
Apart = Annotated[
    Path | None,
    typer.Option("--never-merge", metavar="FILE", help="CSV of nodes that are not one thing."),
]
Results = Annotated[Path, typer.Argument(help="Folder that 'zonekg run' wrote into.")]
Jobs = Annotated[int, typer.Option(help="Trainings at a time.", min=1)]
Work = Annotated[Path, typer.Option(help="Folder for models and logs.")]


def overrides(settings: Sequence[str] | None) -> dict[str, Any]:
    """The values of --set options by their dotted names; JSON where it is, else text."""
    found: dict[str, Any] = {}
    for setting in settings or ():
        key, equals, value = setting.partition("=")
        if not equals or "." not in key:
            raise typer.BadParameter(f"{setting!r}, expected section.name=value")
        try:
            found[key] = json.loads(value)
        except json.JSONDecodeError:
            found[key] = value
    return found


def made_by() -> dict[str, str]:
    """The date, UTC, and the command line, as results carry them."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return {"date": today, "command": shlex.join(["zonekg", *sys.argv[1:]])}


def complain(message: str) -> None:
    """One error line on stderr."""
    _err.print("error:", message, style="red", markup=False)


def _print_version(show: bool) -> None:
    if show:
        out.print(f"zonekg {zonekg.__version__}")
        raise typer.Exit


def version(
    show: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Options before the command."""


@contextmanager
def progress() -> Iterator[Any]:
    """A progress bar on a terminal; yields a function of (stage, done, total)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_err, disable=not _err.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield report


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; the first column is text, the others are numbers."""
    grid = Table(title=title, title_justify="left", title_style="bold")
    for i, name in enumerate(columns):
        grid.add_column(Text(name), justify="left" if i == 0 else "right")
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    out.print(grid)


def tell_trained(output: Path) -> None:
    """Say where a trained pipeline is, and the command that scores it."""
    out.print(
        f"wrote {output}; next: zonekg card {output} annotations/dev annotations/test "
        "annotations/seeds/gold.jsonl",
        markup=False,
    )


def tell(written: Written) -> None:
    """Print the counts of a graph, the files that it was written to, and warnings."""
    for kind, counts in written.summary.items():
        table(kind, ("type", "count"), list(counts.items()))
    for path in written.files:
        out.print(f"wrote {path}", markup=False)
    for warning in written.warnings:
        _err.print("warning:", warning, style="yellow", markup=False)
