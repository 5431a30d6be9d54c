"""The graph as two CSV tables that a spreadsheet opens by a double click."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from zonekg.errors import InputError
from zonekg.files import make_folder, open_atomic
from zonekg.graph.exports.conventions import column_order
from zonekg.graph.exports.order import in_order

__all__ = [
    "EDGE_COLUMNS",
    "NODE_COLUMNS",
    "column_names",
    "csv_lines",
    "read_csv",
    "write_csv",
    "write_tables",
]

NODE_COLUMNS = column_order("node")
"""The order of node columns; `*` stands for all others (the amounts), by name."""

EDGE_COLUMNS = column_order("edge")
"""The order of edge columns; `*` stands for all others, by name."""

_CELL_LIMIT = 32_767  # characters that Excel takes in a cell
# a spreadsheet runs a cell that starts with one of these (the wide forms in a Chinese one)
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def column_names(rows: Iterable[Mapping[str, Any]], order: Sequence[str]) -> list[str]:
    """The names of the columns that any row has, those in `order` first.

    >>> column_names([{"tax_cny": 1.0, "label": "甲"}, {"sources": "f"}], NODE_COLUMNS)
    ['label', 'tax_cny', 'sources']
    """
    found = {name for row in rows for name, value in row.items() if value is not None}
    others = sorted(found - set(order))
    out: list[str] = []
    for name in order:
        if name == "*":
            out += others
        elif name in found:
            out.append(name)
    return out


def write_tables(graph: nx.MultiDiGraph, folder: str | Path) -> list[Path]:
    """Write ``nodes.csv`` and ``edges.csv`` into `folder`, which is made when missing.

    UTF-8 with a byte order mark, without which Excel takes Chinese for another encoding. Rows are
    sorted by id. Text that a spreadsheet would run as a formula gets a ``'`` before it; control
    characters go; cells end at 32,767 characters, Excel's limit. Unknown and non-finite values
    are empty cells. Returns the paths of both files; raises OutputError when one can't be written.
    """
    folder = make_folder(Path(folder))
    nodes, edges = folder / "nodes.csv", folder / "edges.csv"
    write_csv(nodes, _node_rows(graph))
    write_csv(edges, _edge_rows(graph))
    return [nodes, edges]


def _node_rows(graph: nx.MultiDiGraph) -> Iterator[list[Any]]:
    names = column_names((data for _, data in graph.nodes(data=True)), NODE_COLUMNS)
    yield ["id", *names]
    for node in in_order(graph):
        yield [node, *map(graph.nodes[node].get, names)]


def _edge_rows(graph: nx.MultiDiGraph) -> Iterator[list[Any]]:
    names = column_names((data for *_, data in graph.edges(data=True)), EDGE_COLUMNS)
    yield ["id", "source", "target", "source_label", "target_label", *names]
    label = graph.nodes(data="label")
    keys = ([key, source, target] for source, target, key in graph.edges(keys=True))
    for key, source, target in in_order(keys):
        ends = [label[node] or node for node in (source, target)]
        row = graph.edges[source, target, key]
        yield [key, source, target, *ends, *map(row.get, names)]


def write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as `write_tables` does; raises OutputError when the file can't be written."""
    with open_atomic(path) as handle:
        handle.write("\ufeff")
        handle.writelines(csv_lines(rows))


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV table, cells made safe as `write_tables` tells."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(map(_cell, row))
        yield line.getvalue()


def read_csv(path: Path) -> list[list[str]]:
    """The rows that `write_csv` wrote, as text; raises InputError when there is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return [[_read_cell(cell) for cell in row] for row in csv.reader(handle)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(path, f"can't be read: {error}", todo="name a CSV table") from error


def _read_cell(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return str(value)
    text = value.translate(_CONTROLS).encode("utf-8", "ignore").decode("utf-8")
    if text.startswith(_FORMULA):
        text = "'" + text
    return text if len(text) <= _CELL_LIMIT else text[: _CELL_LIMIT - 1] + "…"
