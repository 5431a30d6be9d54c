"""``zonekg run``: pages into the store, to the graph and its companions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import PARTIAL, Apart, MoneyNodes, Same, complain, out, progress, tell
from zonekg.ingest import MAX_CHARACTERS


def _model_folder(name: str) -> Path:
    """A folder, or by their short names those of the models that ship."""
    return Path(f"models/zh_zone_news_{name}" if name in {"trf", "sm"} else name)


Model = Annotated[
    Path,
    typer.Option(
        "--model",
        "-m",
        parser=_model_folder,
        metavar="FOLDER",
        help="Trained pipeline; sm: the quick one.",
    ),
]
Limit = Annotated[int, typer.Option(help="Refuse larger files: they are no newspaper pages.")]


def run_command(
    source: Annotated[Path, typer.Argument(help="A page (.txt, .md), or a folder of pages.")],
    target: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "out"
    ),
    model: Model = Path("models/zh_zone_news_trf"),
    *,
    money_nodes: MoneyNodes = False,
    max_characters: Limit = MAX_CHARACTERS,
    replace: Annotated[
        bool, typer.Option("--replace", help="A file may replace another file's page of its name.")
    ] = False,
    merges: Same = None,
    never_merge: Apart = None,
) -> None:
    """Add newspaper pages to a knowledge graph.

    Pages are kept in zonekg.duckdb, and the graph is that of all pages so far: tomorrow's run adds
    to today's. Pages that have not changed are not read again. A page that can't be read is
    reported, the others are done (exit code 3).

    Writes graph.html (for the browser), graph.graphml (for Gephi), graph.png, nodes.csv, edges.csv,
    extraction.jsonl, summary.json; merges.csv (names joined into one node, and why),
    same_review.csv (pairs to decide), conflicts.csv (what articles contradict each other on) and
    review.csv (relations that are not sure enough for the graph).

    Example: zonekg run seeds/ --out out/
    """
    from zonekg.graph.resolve import read_decisions
    from zonekg.graph.store import STORE
    from zonekg.line import run

    decisions = read_decisions(merges, never_merge)
    with progress() as report:
        result = run(
            source, target, model, money_nodes=money_nodes, max_characters=max_characters,
            replace=replace, decisions=decisions, progress=report,
        )  # fmt: skip
    tell(result.written)
    out.print(
        f"{target / STORE}: {result.pages} pages, {result.written.articles} articles; "
        f"{result.read} pages read now",
        markup=False,
    )
    for name in result.replaced:
        out.print(f"replaced {name}: the file has changed or has another name", markup=False)
    if result.others:
        out.print(
            f"{result.others} pages come from another model or release of zonekg; "
            "to read them with this one, run their folder again"
        )
    for failure in result.failures:
        complain(str(failure))
    if result.failures:
        raise typer.Exit(PARTIAL)
