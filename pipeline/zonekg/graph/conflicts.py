"""Where articles contradict each other on one thing: amounts that disagree, steps taken back.

Nothing is thrown away: every conflict stands with both values, their dates, places and sentences,
and with the value that the graph shows and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx

from zonekg.errors import InputError
from zonekg.graph.amounts import Telling, agree, amount_text, basis, one_range, tellings
from zonekg.graph.seen import full_name, place
from zonekg.graph.states import statuses
from zonekg.graph.tables import read_csv, write_csv
from zonekg.schema import default_schema
from zonekg.states import rank

__all__ = ["CONFLICTS_FILE", "Conflict", "conflicts", "read_conflicts", "write_conflicts"]

CONFLICTS_FILE = "conflicts.csv"
"""The name of the table in an output folder."""

Articles = Mapping[str, Any]


class Conflict(NamedTuple):
    """Two values of one thing that can't both hold.

    id, name, type: of the node. what: ``total_investment``, ``annual_investment``,
    ``output_value``, ``tax`` or ``status``. value_a, value_b: as the articles have it, `a` told
    first. date, source, title, sentence: of the newest article that tells the value; source is
    ``file:start-end``. articles: how many tell it. kept: what the graph shows; why: by which rule.
    """

    id: str
    name: str
    type: str
    what: str
    value_a: str
    date_a: str
    source_a: str
    title_a: str
    sentence_a: str
    articles_a: int
    value_b: str
    date_b: str
    source_b: str
    title_b: str
    sentence_b: str
    articles_b: int
    kept: str
    why: str


class _Side(NamedTuple):
    """One value, and the newest article that tells it."""

    value: str
    date: str
    source: str
    title: str
    sentence: str
    articles: int


def conflicts(graph: nx.MultiDiGraph) -> list[Conflict]:
    """The conflicts of a union graph, sorted by type, name and what they are about.

    Two amounts of one kind and currency conflict when they don't `agree` and are told of the same
    `basis`: sums of a park over different numbers of projects, or amounts of different years, are
    no conflict. A status conflicts with a more advanced one that an older article tells; 开工 and
    在建 are one step. A later, more advanced status is progress.
    """
    articles = graph.graph["articles"]
    found = [
        Conflict(node, full_name(data["seen"]), data["entity_type"], what, *a, *b, kept, why)
        for node, data in graph.nodes(data=True)
        for what, a, b, kept, why in node_conflicts(data, articles)
    ]
    order = {"status": -1} | {name.lower(): i for i, name in enumerate(default_schema().relations)}
    return sorted(found, key=lambda row: (row.type, row.name, row.id, order[row.what], row[4:]))


def node_conflicts(
    data: Mapping[str, Any], articles: Articles
) -> list[tuple[str, _Side, _Side, str, str]]:
    """(what, a, b, kept, why) for one node of a union graph, in no order."""
    return [*_amounts(data, articles), *_states(data["seen"], articles)]


def _amounts(
    data: Mapping[str, Any], articles: Articles
) -> Iterator[tuple[str, _Side, _Side, str, str]]:
    seen, entity_type = data["seen"], data["entity_type"]
    names = {name for row in seen.values() for name in row["names"]}
    for relation in default_schema().relations:
        told = tellings(seen, articles, relation)
        values: dict[tuple[object, ...], list[Telling]] = {}
        for one in told if len(told) > 1 else ():
            about = basis(one, entity_type, names)
            if about is not None:
                worth = (one.row[key] for key in ("currency", "low", "high"))
                values.setdefault((about, *worth), []).append(one)
        for (key_a, rows_a), (key_b, rows_b) in combinations(values.items(), 2):
            if key_a[0] == key_b[0] and not _meet(rows_a, rows_b, sums=entity_type != "PROJECT"):
                a, b = sorted((_amount_side(rows, articles) for rows in (rows_a, rows_b)), key=_age)
                yield relation.lower(), a, b, *_kept(told, rows_a[0].row["currency"])


def _meet(a: list[Telling], b: list[Telling], *, sums: bool) -> bool:
    """Whether two values agree in the words of some article: 5亿元, also told as 约5亿元.

    Two sums in one article are over two groups of projects, which its words may not tell.
    """
    return any(
        agree(one.row, other.row)
        or (one.article == other.article and (sums or one_range(one.row, other.row)))
        for one in a
        for other in b
    )


def _amount_side(rows: list[Telling], articles: Articles) -> _Side:
    newest = rows[-1]
    return _Side(
        amount_text(newest.row),
        newest.date,
        place(articles[newest.article]["source"], newest.row["places"]),
        articles[newest.article]["title"],
        newest.row["sentence"],
        len({row.article for row in rows}),
    )


def _age(side: _Side) -> tuple[str, ...]:
    return side.date, side.value, side.source, side.sentence


def _kept(told: list[Telling], currency: str) -> tuple[str, str]:
    """What the flat graph shows of these amounts, and why."""
    mine = [one for one in told if one.row["currency"] == currency]
    last = mine[-1]
    rivals = {one.low for one in mine if one.date == last.date}
    when = f"told last, on {last.date}" if last.date else "no article has a date"
    return amount_text(last.row), when + ("; the largest told then" if len(rivals) > 1 else "")


def _states(
    seen: Mapping[str, Any], articles: Articles
) -> Iterator[tuple[str, _Side, _Side, str, str]]:
    told = statuses(seen, articles)
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    for later in told:
        before = [
            key
            for key in told
            if _older(articles[key]["date"], articles[later]["date"])
            and _level(seen[key]) > _level(seen[later])
        ]
        if before:
            furthest = max(before, key=lambda key: (_level(seen[key]), told.index(key)))
            status = (seen[furthest]["state"]["status"], seen[later]["state"]["status"])
            pairs[status] = (furthest, later)  # of several the newest
    for ends in pairs.values():
        a, b = (_state_side(key, told, seen, articles) for key in ends)
        kept = seen[told[-1]]["state"]["status"]
        yield "status", a, b, kept, f"told last, on {articles[told[-1]]['date']}"


def _older(a: str, b: str) -> bool:
    """Whether one date surely lies before another: 2024 and 2024-05 may be one day."""
    return bool(a) and a < b and not b.startswith(a)


def _level(row: Mapping[str, Any]) -> int:
    status = row["state"]["status"]
    return rank("started" if status == "under_construction" else status)


def _state_side(key: str, told: list[str], seen: Mapping[str, Any], articles: Articles) -> _Side:
    state = seen[key]["state"]
    return _Side(
        state["status"],
        articles[key]["date"],
        place(articles[key]["source"], state["places"]),
        articles[key]["title"],
        state["sentence"],
        sum(seen[other]["state"]["status"] == state["status"] for other in told),
    )


def write_conflicts(rows: list[Conflict], path: str | Path) -> None:
    """Write conflicts as a CSV table for spreadsheets; raises OutputError."""
    write_csv(Path(path), [Conflict._fields, *rows])


def read_conflicts(path: str | Path) -> list[Conflict]:
    """Read what `write_conflicts` wrote, from a file or from conflicts.csv of a folder.

    Raises InputError at a file that is none.
    """
    path = Path(path)
    if path.is_dir():
        path /= CONFLICTS_FILE
    todo = "expected a conflicts.csv that zonekg wrote; make it with 'zonekg run'"
    try:
        names, *rows = read_csv(path)
        if tuple(names) != Conflict._fields:
            raise ValueError(f"columns {','.join(names)[:60]!r}")
        found = [Conflict(*row) for row in rows]  # type: ignore[arg-type]
        return [
            row._replace(articles_a=int(row.articles_a), articles_b=int(row.articles_b))
            for row in found
        ]
    except (ValueError, TypeError) as error:
        raise InputError(path, f"no table of conflicts ({error})", todo=todo) from error
