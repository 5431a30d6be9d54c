"""Neo4j: CSV for ``neo4j-admin database import`` and a Cypher script for a database in use."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from zonekg.files import make_folder, open_atomic
from zonekg.graph.exports.conventions import FORMS
from zonekg.graph.exports.rows import Row, Rows, items

__all__ = ["IMPORT_COMMAND", "cypher_lines", "write_neo4j"]

IMPORT_COMMAND = (
    "neo4j-admin database import full neo4j --nodes=nodes.csv "
    "--relationships=relationships.csv --array-delimiter=TAB"
)
"""What reads the CSV files, in their folder, into a new database."""

_BATCH = 500  # rows of one statement
_SPACES = str.maketrans("\t\n\r", "   ")  # a line is a row there, and a tab ends an item


def write_neo4j(graph: nx.MultiDiGraph, folder: str | Path) -> list[Path]:
    """Write ``nodes.csv``, ``relationships.csv`` and ``import.cypher`` of a flat graph.

    The CSV files have the typed headers of neo4j-admin, `IMPORT_COMMAND` reads them; items of
    lists stand apart by a tab, and line ends in text are spaces. The script is
    `cypher_lines`. Errors and promises are `zonekg.graph.gephi.write_graphml`'s.
    """
    folder = make_folder(Path(folder))
    names = ("nodes.csv", "relationships.csv", "import.cypher")
    nodes, relationships, script = (folder / name for name in names)
    rows = Rows(graph)
    _write_csv(nodes, _node_rows(rows))
    _write_csv(relationships, _relationship_rows(rows))
    with open_atomic(script) as handle:
        handle.writelines(cypher_lines(graph))
    return [nodes, relationships, script]


def _write_csv(path: Path, rows: Iterable[list[Any]]) -> None:
    with open_atomic(path) as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def _header(columns: Mapping[str, str]) -> list[str]:
    return [f"{name}:{FORMS[of]['Neo4j']}" for name, of in columns.items()]


def _cells(on: str, row: Row, columns: Mapping[str, str]) -> Iterator[Any]:
    listed = items(on, row, columns)
    for name in columns:
        value = listed.get(name)
        if isinstance(value, list):
            yield "\t".join(one.translate(_SPACES) for one in value)
        elif isinstance(value, bool):
            yield str(value).lower()
        else:
            yield value.translate(_SPACES) if isinstance(value, str) else value


def _node_rows(rows: Rows) -> Iterator[list[Any]]:
    columns = rows.columns["node"]
    yield ["id:ID", *_header(columns), ":LABEL"]
    for node, row in rows.nodes():
        yield [node, *_cells("node", row, columns), "\t".join(_labels(row))]


def _labels(row: Row) -> list[str]:
    return ["Entity", *([row["entity_type"]] if "entity_type" in row else [])]


def _relationship_rows(rows: Rows) -> Iterator[list[Any]]:
    columns = rows.columns["edge"]
    yield ["id:string", ":START_ID", ":END_ID", *_header(columns), ":TYPE"]
    for edge, source, target, row in rows.edges():
        yield [edge, source, target, *_cells("edge", row, columns), row["relation"]]


def cypher_lines(graph: nx.MultiDiGraph) -> Iterator[str]:
    """A Cypher script, statement by statement, that puts a flat graph into a database.

    ``cypher-shell --file import.cypher`` runs it. What the database has already is brought up to
    date, not made again: the script can run twice. It holds its data and needs no import folder.
    """
    rows = Rows(graph)
    yield (
        "CREATE CONSTRAINT zonekg_entity IF NOT EXISTS "
        "FOR (node:Entity) REQUIRE node.id IS UNIQUE;\n"
    )
    nodes = (
        (_name(_labels(row)[-1]), {"id": node} | items("node", row, rows.columns["node"]))
        for node, row in rows.nodes()
    )
    for label, maps in _batches(nodes):
        yield _unwind(maps) + f"MERGE (node:Entity {{id: row.id}}) SET node += row, node:{label};\n"
    edges = (
        (_name(row["relation"]), {"head": source, "tail": target, "row": {"id": edge} | items(
            "edge", row, rows.columns["edge"])})
        for edge, source, target, row in rows.edges()
    )  # fmt: skip
    for kind, maps in _batches(edges):
        yield _unwind(maps) + (
            "MATCH (head:Entity {id: row.head}), (tail:Entity {id: row.tail})\n"
            f"MERGE (head)-[edge:{kind} {{id: row.row.id}}]->(tail) SET edge += row.row;\n"
        )


def _unwind(maps: list[Row]) -> str:
    return "UNWIND [\n" + ",\n".join(map(_literal, maps)) + "\n] AS row\n"


def _batches(rows: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, list[Row]]]:
    """Rows of one name together, at most `_BATCH` of them."""
    waiting: dict[str, list[Row]] = {}
    for name, row in rows:
        batch = waiting.setdefault(name, [])
        batch.append(row)
        if len(batch) == _BATCH:
            yield name, waiting.pop(name)
    yield from sorted(waiting.items())


def _literal(value: Any) -> str:
    r"""A value as Cypher writes it.

    >>> print(_literal({"label": "O'Neil\\甲\n", "tax_cny": 1e22, "symmetric": True, "names": []}))
    {label: 'O\'Neil\\甲\n', tax_cny: 1e22, symmetric: true, names: []}
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_name(k)}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, str):
        return "'" + value.translate(_ESCAPES) + "'"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value).replace("e+", "e")


_ESCAPES = str.maketrans(
    {"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\u2028": r"\u2028"}
)


def _name(name: str) -> str:
    """A name as Cypher writes it, in backticks where it must.

    >>> _name("INVESTS_IN"), _name("TAX / ←BUILDS")
    ('INVESTS_IN', '`TAX / ←BUILDS`')
    """
    if re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
        return name
    return "`" + name.replace("`", "``") + "`"
