"""Parquet tables for data frames and warehouses, written by DuckDB."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import networkx as nx

from zonekg.errors import OutputError
from zonekg.files import make_folder, open_atomic
from zonekg.graph.exports.conventions import FORMS
from zonekg.graph.exports.rows import Rows, items

__all__ = ["write_parquet"]

_ENDS = {"id": "VARCHAR", "source": "VARCHAR", "target": "VARCHAR"}
_SETTINGS: dict[str, Any] = {"threads": 1}  # keeps the order of rows, and memory small
_GROUP = 20_480  # rows that are in memory until they are written


def write_parquet(graph: nx.MultiDiGraph, folder: str | Path) -> list[Path]:
    """Write ``nodes.parquet`` and ``edges.parquet`` of a flat graph into `folder`.

    Columns and types are those of `zonekg.graph.exports.conventions`, lists ``VARCHAR[]``, what is
    unknown NULL; rows are sorted by id. The same graph gives the same bytes with the same version
    of DuckDB. Raises OutputError as `zonekg.graph.gephi.write_graphml` does.
    """
    folder = make_folder(Path(folder))
    rows = Rows(graph)
    of = rows.columns
    nodes = ({"id": node} | items("node", row, of["node"]) for node, row in rows.nodes())
    edges = (
        {"id": edge, "source": source, "target": target} | items("edge", row, of["edge"])
        for edge, source, target, row in rows.edges()
    )
    forms = {on: {name: FORMS[t]["Parquet"] for name, t in of[on].items()} for on in of}
    files = [folder / "nodes.parquet", folder / "edges.parquet"]
    _write(files[0], nodes, {"id": "VARCHAR"} | forms["node"])
    _write(files[1], edges, _ENDS | forms["edge"])
    return files


def _write(path: Path, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """By way of a temporary file of JSON lines, so that DuckDB reads and writes a stream."""
    fields = ", ".join(f"{_text(name)}: {_text(of)}" for name, of in columns.items())
    with (
        open_atomic(path, "wb") as out,
        TemporaryDirectory(prefix=".zonekg-", dir=path.parent) as part,
    ):
        lines, made = Path(part, "rows.jsonl"), Path(part, "rows.parquet")
        longest = 2**16
        with lines.open("wb") as handle:
            for row in rows:
                size = handle.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                longest = max(longest, size)
        try:
            with duckdb.connect(config={**_SETTINGS, "temp_directory": part}) as base:
                base.execute(
                    f"COPY (SELECT * FROM read_json({_text(str(lines))}, columns={{{fields}}}, "  # noqa: S608 - quoted
                    f"format='newline_delimited', maximum_object_size={longest})) "
                    f"TO {_text(str(made))} "
                    f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})"
                )
        except duckdb.Error as error:
            cause = " ".join(str(error).split())[:200]
            raise OutputError(f"{path}: can't be written: {cause}") from error
        with made.open("rb") as handle:
            shutil.copyfileobj(handle, out)


def _text(value: str) -> str:
    """A text of SQL."""
    return "'" + value.replace("'", "''") + "'"
