"""``zonekg graph``: questions to a graph, answered as tables, CSV or JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zonekg.cli.answers import (
    STDOUT,
    Columns,
    Csv,
    Json,
    Limit,
    Row,
    answer,
    must_find,
    print_table,
    write_answer,
)
from zonekg.cli.folding import excerpt
from zonekg.schema import default_schema

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["QUESTIONS"]


def _one_of(what: str, names: Sequence[str], value: str) -> str:
    if value not in names:
        raise typer.BadParameter(f"{value!r} is no {what}, expected one of {', '.join(names)}")
    return value


def _type(value: str) -> str:
    return _one_of("entity type", list(default_schema().entities), value.upper())


def _relation(value: str) -> str:
    return _one_of("relation", list(default_schema().relations), value.upper())


Graph = Annotated[Path, typer.Argument(help="graph.graphml, or the output folder that holds it.")]
Name = Annotated[str, typer.Argument(help="Name, alias, part of a name, or id (nodes.csv).")]
Type = Annotated[
    str | None,
    typer.Option("--type", "-t", parser=_type, metavar="TYPE", help="ORG, PARK, PROJECT or MONEY."),
]
OUT = Path("out")


def stats_command(graph: Graph = OUT, *, csv: Csv = None, data: Json = None) -> None:
    """What the graph holds: counts, sums that may be taken, shape, dates.

    Totals are added up for parks, organisations and projects apart: a park's total is a sum over
    projects already.

    Example: zonekg graph stats out/
    """
    from zonekg.graph.questions import Stat, stats

    rows = stats(_read(graph))
    columns: Columns = {
        "about": lambda row: row.about,
        "what": lambda row: row.name,
        "value": lambda row: (
            _money(row.value) if row.about == "total investment" else _number(row.value)
        ),
        "note": lambda row: row.note,
    }
    answer("", columns, rows, Stat._fields, csv=csv, data=data, limit=len(rows), right=("value",))


def top_command(
    graph: Graph = OUT,
    *,
    by: Annotated[
        str,
        typer.Option(
            help="investment, annual_investment, output_value, tax; degree (relations), "
            "weighted_degree (articles of these), betweenness; mentions, articles."
        ),
    ] = "investment",
    entity_type: Type = None,
    limit: Limit = None,
    csv: Csv = None,
    data: Json = None,
) -> None:
    """The nodes that lead: by investment, output, tax, relations, mentions.

    Each currency has a ranking of its own. The total of a park stands beside those of its projects.

    Example: zonekg graph top out/ --by investment --type PROJECT
    """
    from zonekg.graph.questions import MEASURES, Ranked, top

    measure = {"investment": "total_investment"}.get(by, by.replace("-", "_"))
    _one_of("measure", MEASURES, measure)
    rows = top(_read(graph), measure, entity_type=entity_type, limit=limit)
    columns: Columns = {
        "rank": lambda row: row.rank,
        "name": lambda row: f"{row.name}\n{row.id}",
        "type": lambda row: row.type,
        measure: lambda row: _money(row.value, row.unit) if row.unit else _number(row.value),
        "told": lambda row: row.told,
        "articles": lambda row: row.articles,
        "dates": _dates,
    }
    right = ("rank", measure, "articles")
    answer(
        "",
        columns,
        rows,
        Ranked._fields,
        csv=csv,
        data=data,
        limit=limit and len(rows),
        right=right,
    )
    must_find(rows, f"no node with {measure}" + (f" of type {entity_type}" * bool(entity_type)))


def neighbors_command(
    name: Name,
    graph: Graph = OUT,
    *,
    depth: Annotated[int, typer.Option("--depth", "-d", min=1, help="Steps from the node.")] = 1,
    relation: Annotated[
        list[str] | None,
        typer.Option(
            "--relation",
            "-r",
            parser=_relation,
            metavar="RELATION",
            help="Only these: INVESTS_IN, LOCATED_IN, ... May stand several times.",
        ),
    ] = None,
    entity_type: Type = None,
    limit: Limit = None,
    csv: Csv = None,
    data: Json = None,
) -> None:
    """The relations of a node, with direction, amounts, dates and the sentences that show them.

    The table has about 100 characters of these, a file all. Two nodes of one name are told apart
    by --type or by the id.

    Example: zonekg graph neighbors 阳泉高新区 out/
    """  # fmt: skip
    from zonekg.graph.questions import Link, find, neighbors

    flat = _read(graph)
    node = find(flat, name, entity_type)
    rows = neighbors(flat, node, depth=depth, relations=relation or ())
    columns = {"step": _LINK["step"], "near": _LINK["near"]} if depth > 1 else {}
    columns |= {key: value for key, value in _LINK.items() if key not in ("step", "near")}
    answer(_told(flat, node), columns, rows, Link._fields, csv=csv, data=data, limit=limit)
    must_find(rows, f"{flat.nodes[node]['label']} ({node}) has no such relation")


def path_command(
    start: Annotated[str, typer.Argument(metavar="A", help="Name or id of one end.")],
    end: Annotated[str, typer.Argument(metavar="B", help="Name or id of the other end.")],
    graph: Graph = OUT,
    *,
    k: Annotated[int, typer.Option("-k", min=1, help="Ways, the shortest first.")] = 1,
    directed: Annotated[
        bool, typer.Option("--directed", help="Follow relations from head to tail only.")
    ] = False,
    csv: Csv = None,
    data: Json = None,
) -> None:
    """The shortest ways between two nodes, each step with the sentences that show it.

    Example: zonekg graph path 汇江锦锂 阳泉高新区 out/ -k 3
    """
    from zonekg.graph.questions import Link, find, paths

    flat = _read(graph)
    ends = find(flat, start), find(flat, end)
    ways = paths(flat, *ends, k=k, directed=directed)
    a, b = (flat.nodes[node]["label"] for node in ends)
    rows = [(i, *link) for i, way in enumerate(ways, 1) for link in way]
    write_answer(("path", *Link._fields), rows, csv, data)
    if STDOUT not in (csv, data):
        for i, way in enumerate(ways, 1):
            title = f"{i}: {a} … {b}, {way[-1].step} steps"
            print_table(title, _LINK, way, None)
    must_find(ways, f"no way from {a} ({ends[0]}) to {b} ({ends[1]})")


def diff_command(
    old: Annotated[Path, typer.Argument(help="The graph before: graph.graphml or its folder.")],
    new: Annotated[Path, typer.Argument(help="The graph after.")],
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also counts, confidences, dates and places.")
    ] = False,
    limit: Limit = None,
    csv: Csv = None,
    data: Json = None,
) -> None:
    """What a new issue of the paper added: nodes, relations, amounts, states, evidence.

    Of lists (evidence, names, amounts) only what the other graph lacks is shown.

    Example: zonekg graph diff out/may out/june
    """
    from zonekg.graph.questions import Change, diff

    rows = diff(_read(old), _read(new), counts=everything)
    columns: Columns = {
        "change": lambda row: row.change,
        "what": lambda row: row.type,
        "name": lambda row: row.name,
        "attribute": lambda row: row.attribute,
        "old": lambda row: row.old,
        "new": lambda row: row.new,
    }
    counts = Counter(row.change for row in rows)
    title = ", ".join(f"{counts[key]} {key}" for key in ("added", "removed", "joined", "parted"))
    title += f", {counts['changed']} attributes changed"
    answer(title, columns, rows, Change._fields, csv=csv, data=data, limit=limit)


def conflicts_command(
    graph: Annotated[Path, typer.Argument(help="conflicts.csv, or the output folder.")] = OUT,
    *,
    limit: Limit = None,
    csv: Csv = None,
    data: Json = None,
) -> None:
    """Where articles contradict each other: two totals of one project, a step taken back.

    Both values stand with their dates and sentences, and what the graph shows and why.

    Example: zonekg graph conflicts out/
    """
    from zonekg.graph.conflicts import Conflict, read_conflicts

    rows = read_conflicts(graph.parent if graph.suffix == ".graphml" else graph)
    columns: Columns = {
        "name": lambda row: f"{row.name}\n{row.type} {row.id}",
        "what": lambda row: row.what,
        "told": lambda row: _told_by(row.value_a, row.date_a, row.articles_a),
        "sentence": lambda row: f"{row.sentence_a}\n{row.source_a}",
        "but also": lambda row: _told_by(row.value_b, row.date_b, row.articles_b),
        "its sentence": lambda row: f"{row.sentence_b}\n{row.source_b}",
        "the graph shows": lambda row: f"{row.kept}\n{row.why}",
    }
    answer(
        f"conflicts: {len(rows)}", columns, rows, Conflict._fields, csv=csv, data=data, limit=limit
    )


QUESTIONS: Mapping[str, Callable[..., None]] = {
    "stats": stats_command,
    "top": top_command,
    "neighbors": neighbors_command,
    "path": path_command,
    "diff": diff_command,
    "conflicts": conflicts_command,
}
"""The commands by name, in the order of the help."""


def _read(path: Path) -> nx.MultiDiGraph:
    from zonekg.graph.gephi_reader import read_graphml

    return read_graphml(path)


def _told(flat: nx.MultiDiGraph, node: str) -> str:
    """A node in one line."""
    from zonekg.graph.questions.links import amounts_told

    data = flat.nodes[node]
    parts = [data["label"], data["entity_type"], data.get("status", ""), amounts_told(data)]
    return " · ".join(part for part in (*parts, _dates_of(data), node) if part)


def _dates_of(data: Mapping[str, Any]) -> str:
    first, last = data.get("first_date", ""), data.get("last_date", "")
    return str(first) if first == last else f"{first} … {last}"


def _dates(row: Row) -> str:
    return _dates_of(row._asdict())


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"


def _money(value: float, unit: str = "") -> str:
    return f"{value / 1e8:,.8g}亿 {unit}".strip()


def _about(row: Row) -> str:
    return f"{row.type} {row.status}".strip()


def _told_by(value: str, date: str, articles: int) -> str:
    return f"{value}\n{date or 'undated'}\n{articles} article" + "s" * (articles != 1)


_LINK: Columns = {
    "step": lambda row: row.step,
    "near": lambda row: row.near,
    "relation": lambda row: f"{row.direction} {row.label}\n{row.confidence:.2f}",
    "name": lambda row: "\n".join(filter(None, (row.name, _about(row), row.amounts))),
    "dates": lambda row: _dates(row).replace(" … ", "\n"),
    "evidence": lambda row: excerpt(row.evidence, row.name),
}
