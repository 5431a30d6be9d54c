"""GraphML that Gephi opens right at the first try; the only file that knows GraphML.

What Gephi needs and other writers miss (`zonekg.graph.check` tests a file for all of it):

- the relation is the XML attribute ``label`` of ``<edge>``: edges of one pair and different
  relations stay apart; networkx writes none, and Gephi adds such edges into one;
- edge ids are unique in the whole file: Gephi drops an edge whose id it has seen;
- a column is one key of one type, ``n_name`` or ``e_name``: appended files match by key id;
- at least one node has no ``size``: else Gephi stretches all sizes to 4..100;
- places are in the file: else Gephi throws the nodes into a random square.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import networkx as nx

from zonekg.files import open_atomic
from zonekg.graph.exports.conventions import FORMS
from zonekg.graph.exports.drawing import Drawing
from zonekg.graph.exports.rows import Row, Rows, cut
from zonekg.schema import Schema

__all__ = ["graphml_lines", "write_graphml"]


def write_graphml(
    graph: nx.MultiDiGraph,
    path: str | Path,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    schema: Schema | None = None,
) -> None:
    """Write a flat graph as GraphML; `path` holds the whole file or is left as it was.

    The columns are those of `zonekg.graph.exports.conventions`; evidence is cut at about 500
    characters. The same graph gives the same bytes, and memory does not grow with it.

    positions: a place for every node as `zonekg.graph.layout.layout` gives it, its default.
    Raises OutputError when the disk says no or the graph breaks the rules of
    `zonekg.graph.exports.rows.Rows`.
    """
    with open_atomic(path) as handle:
        for line in graphml_lines(graph, positions, schema):
            handle.write(line)


def graphml_lines(
    graph: nx.MultiDiGraph,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    schema: Schema | None = None,
) -> Iterator[str]:
    """The lines of the file that `write_graphml` writes, each with its line feed.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node("n:1", label="甲公司", entity_type="ORG")
    >>> graph.add_node("n:2", label="乙园", entity_type="PARK")
    >>> _ = graph.add_edge("n:1", "n:2", "r:1", relation="INVESTS_IN", label="投资")
    >>> [line.strip() for line in graphml_lines(graph) if "<edge" in line]
    ['<edge id="r:1" source="n:1" target="n:2" label="INVESTS_IN">']
    """
    rows = Rows(graph)
    drawing = Drawing(graph, positions, schema)
    nodes = rows.columns["node"] | drawing.columns
    edges = rows.columns["edge"]
    if edges:
        edges = {"edge_id": "string"} | edges | {"color": "string"}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for on, columns in (("node", nodes), ("edge", edges)):
        for name, of in columns.items():
            yield f'  <key id="{on[0]}_{name}" for="{on}" attr.name="{name}" '
            yield f'attr.type="{FORMS[of]["GraphML"].partition(",")[0]}"/>\n'
    yield '  <graph id="G" edgedefault="directed">\n'
    for node, row in rows.nodes():
        yield f"    <node id={quoteattr(node)}>\n"
        yield from _data("n", row | drawing.node(node, row))
        yield "    </node>\n"
    for edge, source, target, row in rows.edges():
        if "evidence" in row:
            row["evidence"] = cut(row["evidence"])
        yield (
            f"    <edge id={quoteattr(edge)} source={quoteattr(source)} "
            f"target={quoteattr(target)} label={quoteattr(row['relation'])}>\n"
        )
        yield from _data("e", {"edge_id": edge} | row | {"color": drawing.edge_color(row)})
        yield "    </edge>\n"
    yield "  </graph>\n</graphml>\n"


def _data(prefix: str, row: Row) -> Iterator[str]:
    for name, value in row.items():
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, str):
            text = escape(value, {"\r": "&#13;"})  # a bare one would be read as a line feed
        else:
            text = repr(value)
        yield f'      <data key="{prefix}_{name}">{text}</data>\n'
