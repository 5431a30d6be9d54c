"""``zonekg graph``: extractions to a graph, its exports, a checker, and questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.export import export_command
from zonekg.cli.frame import PARTIAL, Apart, MoneyNodes, Same, out, tell
from zonekg.cli.questions import QUESTIONS

app = typer.Typer(
    no_args_is_help=True, help="Build a graph from extractions, export it, check it, ask it."
)
for _name, _command in QUESTIONS.items():
    app.command(_name, rich_help_panel="Questions")(_command)


@app.command("build")
def build_command(
    extractions: Annotated[
        list[Path], typer.Argument(help="What 'zonekg extract' wrote, or a store of 'zonekg run'.")
    ],
    target: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "out"
    ),
    *,
    money_nodes: MoneyNodes = False,
    merges: Same = None,
    never_merge: Apart = None,
) -> None:
    """Build one graph from one or more extraction files or stores.

    Articles that stand in several files count once.

    Example: zonekg graph build may.jsonl june.jsonl --out out/
    """
    from zonekg.graph.resolve import read_decisions
    from zonekg.line import read_docs
    from zonekg.results import write_graph

    decisions = read_decisions(merges, never_merge)
    docs = (doc for path in extractions for doc in read_docs(path))
    tell(write_graph(docs, target, money_nodes=money_nodes, decisions=decisions))


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
