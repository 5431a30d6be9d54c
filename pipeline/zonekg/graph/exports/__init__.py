"""A flat graph in all formats, by one table of conventions (`conventions`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from zonekg.files import make_folder

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["FORMATS", "Format", "export"]


class Format(NamedTuple):
    """One format: what it is for, the function that writes it, and where in the folder.

    drawn: whether the function takes places of nodes, too.
    """

    purpose: str
    writer: str
    target: str
    drawn: bool


FORMATS: Mapping[str, Format] = MappingProxyType({
    "graphml": Format("Gephi, Gephi Lite, networkx, igraph",
                      "zonekg.graph.gephi:write_graphml", "graph.graphml", True),
    "gexf": Format("Gephi, with dates for its timeline",
                   "zonekg.graph.exports.gexf:write_gexf", "graph.gexf", True),
    "csv": Format("spreadsheets", "zonekg.graph.tables:write_tables", "", False),
    "neo4j": Format("Neo4j: CSV for neo4j-admin, and a Cypher script",
                    "zonekg.graph.exports.neo4j:write_neo4j", "neo4j", False),
    "parquet": Format("data frames, warehouses",
                      "zonekg.graph.exports.parquet:write_parquet", "", False),
    "json": Format("networkx, JavaScript: node-link",
                   "zonekg.graph.exports.node_link:write_node_link", "graph.json", True),
    "html": Format("a browser: one page to search and filter",
                   "zonekg.graph.viewer:write_html", "graph.html", True),
})  # fmt: skip
"""Name -> format, in the order in which all are written."""


def export(
    flat: nx.MultiDiGraph,
    folder: str | Path,
    formats: Iterable[str] = tuple(FORMATS),
    positions: Mapping[Any, tuple[float, float]] | None = None,
) -> list[Path]:
    """Write a flat graph into `folder`, which is made when missing; returns the files.

    positions: a place for every node, made when missing and a format needs it. Raises
    OutputError, and ValueError for a format that is not in `FORMATS`.
    """
    chosen = list(dict.fromkeys(formats))
    if unknown := set(chosen) - set(FORMATS):
        raise ValueError(f"formats {sorted(unknown)}, expected some of {', '.join(FORMATS)}")
    folder = make_folder(Path(folder))
    if positions is None and any(FORMATS[name].drawn for name in chosen):
        from zonekg.graph.layout import layout  # noqa: PLC0415 - a list of formats needs no igraph

        positions = layout(flat)
    files: list[Path] = []
    for name in chosen:
        of = FORMATS[name]
        module, function = of.writer.split(":")
        write = getattr(import_module(module), function)
        made = write(flat, folder / of.target, *([positions] if of.drawn else []))
        files += made or [folder / of.target]
    return files
