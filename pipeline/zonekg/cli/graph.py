"""``zonekg graph``: extractions to a graph, its exports, and a checker of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.export import export_command
from zonekg.cli.frame import PARTIAL, out, table

app = typer.Typer(
    no_args_is_help=True, help="Build a graph from extractions; export it; check files."
)


@app.command("build")
def build_command(
    extractions: Annotated[list[Path], typer.Argument(help="What 'zonekg extract' wrote.")],
    target: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "out"
    ),
    money_nodes: Annotated[
        bool, typer.Option("--money-nodes", help="Amounts as nodes too, not only as attributes.")
    ] = False,
) -> None:
    """Build one graph from one or more extraction files.

    Articles that stand in several files count once.

    Example: zonekg graph build may.jsonl june.jsonl --out out/
    """
    from zonekg.extraction import read_rows
    from zonekg.line import write_graph

    docs = (doc for path in extractions for doc in read_rows(path))
    summary, files = write_graph(docs, target, money_nodes=money_nodes)
    for kind, counts in summary.items():
        table(kind, ("type", "count"), list(counts.items()))
    for path in files:
        out.print(f"wrote {path}", markup=False)


@app.command("check")
def check_command(
    path: Annotated[Path, typer.Argument(help="A GraphML or GEXF file.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="A pair may have several edges of one relation.")
    ] = False,
) -> None:
    """Check that Gephi and other readers open a GraphML or GEXF file as it is meant.

    Lists every broken rule with its line (exit code 3).

    Example: zonekg graph check out/graph.graphml
    """
    from zonekg.graph.check import check_graph

    findings = check_graph(path, repeated=raw)
    for finding in findings:
        out.print(f"{path}:{finding.line}: {finding.rule}: {finding.problem}", markup=False)
    if findings:
        raise typer.Exit(PARTIAL)
    out.print(f"{path}: no finding", markup=False)


app.command("export")(export_command)
