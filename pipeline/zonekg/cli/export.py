"""``zonekg graph export``: a graph in the formats of other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import Apart, MoneyNodes, Same, out


class Choice(StrEnum):
    """What --format takes: the names of `zonekg.graph.exports.FORMATS`, and all."""

    GRAPHML = "graphml"
    GEXF = "gexf"
    CSV = "csv"
    NEO4J = "neo4j"
    PARQUET = "parquet"
    JSON = "json"
    HTML = "html"
    ALL = "all"


def export_command(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...", help="A store of 'zonekg run', or what 'zonekg extract' wrote."
        ),
    ],
    target: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path(
        "out"
    ),
    *,
    formats: Annotated[
        list[Choice] | None,
        typer.Option("--format", "-f", help="Once for each format.  [default: graphml]"),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="One edge each time that an article states a relation.")
    ] = False,
    simple: Annotated[
        bool, typer.Option("--simple", help="One edge a pair of nodes, with all its relations.")
    ] = False,
    money_nodes: MoneyNodes = False,
    merges: Same = None,
    never_merge: Apart = None,
) -> None:
    """Write the graph of stores or extraction files for other programs.

    An edge is a relation of two nodes with all its evidence, if not --raw or --simple. Formats:
    graphml and gexf (Gephi), csv (spreadsheets), neo4j, parquet, json (node-link), html.

    Example: zonekg graph export out/zonekg.duckdb --format gexf --format neo4j --out out/
    """  # fmt: skip
    if raw and simple:
        raise typer.BadParameter("--raw and --simple say different things; choose one")
    from zonekg.graph.build import build
    from zonekg.graph.exports import FORMATS, export
    from zonekg.graph.flat import flatten
    from zonekg.graph.resolve import read_decisions, resolve
    from zonekg.line import read_docs

    decisions = read_decisions(merges, never_merge)
    chosen = [choice.value for choice in formats or [Choice.GRAPHML]]
    if Choice.ALL in chosen:
        chosen = list(FORMATS)
    docs = (doc for path in sources for doc in read_docs(path))
    graph = resolve(build(docs), decisions).graph
    edges = "evidence" if raw else "pair" if simple else "relation"
    flat = flatten(graph, edges=edges, money_nodes=money_nodes)
    for path in export(flat, target, chosen):
        out.print(f"wrote {path}", markup=False)
    out.print(f"{flat.number_of_nodes()} nodes, {flat.number_of_edges()} edges")
    if raw and {"graphml", "gexf"} & set(chosen):
        out.print(
            "In Gephi's import dialog open 'More options' and set 'Edges merge strategy' to "
            "'Don't merge': else it adds the statements of a relation into one edge."
        )
    if "neo4j" in chosen:
        from zonekg.graph.exports.neo4j import IMPORT_COMMAND

        out.print(f"A new Neo4j database, in {target / 'neo4j'}: {IMPORT_COMMAND}", markup=False)
        out.print("One in use: cypher-shell --file import.cypher")
