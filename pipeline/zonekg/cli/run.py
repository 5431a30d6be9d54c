"""``zonekg run``: pages to the graph and its companions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import PARTIAL, complain, out, progress, table
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
    money_nodes: Annotated[
        bool, typer.Option("--money-nodes", help="Amounts as nodes too, not only as attributes.")
    ] = False,
    max_characters: Limit = MAX_CHARACTERS,
) -> None:
    """Build the knowledge graph of newspaper pages.

    Writes graph.html (for the browser), graph.graphml (for Gephi), graph.png, nodes.csv, edges.csv,
    summary.json, extraction.jsonl and review.csv: relations that are not sure enough for the graph.
    A page that can't be read is reported, the others are done (exit code 3).

    Example: zonekg run seeds/ --out out/
    """
    from zonekg.line import run

    with progress() as report:
        result = run(
            source, target, model, money_nodes=money_nodes, max_characters=max_characters,
            progress=report,
        )  # fmt: skip
    for kind in ("nodes", "edges", "components"):
        rows = [(name, count) for name, count in result.summary[kind].items()]
        table(kind, ("type" if kind != "components" else "", "count"), rows)
    out.print(f"{result.pages} pages, {result.articles} articles")
    for path in result.files:
        out.print(f"wrote {path}", markup=False)
    for failure in result.failures:
        complain(str(failure))
    if result.failures:
        raise typer.Exit(PARTIAL)
