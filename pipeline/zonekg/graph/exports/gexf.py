"""GEXF 1.3 for Gephi, with dates for its timeline; the only file that writes GEXF.

What other writers miss: the relation is the edge's ``kind``, without which Gephi adds edges of one
pair into one; colours have no alpha, which Gephi Lite does not read; nothing changes from day to
day. Columns have their names as ids: Gephi Lite shows the ids.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import networkx as nx

from zonekg.files import open_atomic
from zonekg.graph.exports.conventions import FORMS
from zonekg.graph.exports.drawing import Drawing
from zonekg.graph.exports.rows import Row, Rows, cut, items
from zonekg.schema import Schema

__all__ = ["gexf_lines", "write_gexf"]

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_RAW = "One edge a statement: in Gephi's import dialog choose Edges merge strategy: Don't merge."
_XML = {"node": ("label",), "edge": ("label", "weight")}  # columns that GEXF has as XML attributes


def write_gexf(
    graph: nx.MultiDiGraph,
    path: str | Path,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    schema: Schema | None = None,
) -> None:
    """Write a flat graph as GEXF 1.3; arguments, errors and promises are `write_graphml`'s.

    A node or edge lasts from its ``first_date`` to its ``last_date``; one without is always there.
    """
    with open_atomic(path) as handle:
        handle.writelines(gexf_lines(graph, positions, schema))


def gexf_lines(
    graph: nx.MultiDiGraph,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    schema: Schema | None = None,
) -> Iterator[str]:
    """The lines of the file that `write_gexf` writes, each with its line feed.

    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node("n:1", label="甲公司", first_date="2024", last_date="2024-05-10")
    >>> [line.strip() for line in gexf_lines(graph) if "<node " in line]
    ['<node id="n:1" label="甲公司" start="2024-01-01" end="2024-05-10">']
    """
    rows = Rows(graph)
    drawing = Drawing(graph, positions, schema)
    dated = any("first_date" in columns for columns in rows.columns.values())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n'
    if graph.graph.get("repeated"):
        yield f"  <meta>\n    <description>{escape(_RAW)}</description>\n  </meta>\n"
    mode = 'mode="dynamic" timeformat="date"' if dated else 'mode="static"'
    yield f'  <graph defaultedgetype="directed" {mode}>\n'
    for on, columns in rows.columns.items():
        yield f'    <attributes class="{on}" mode="static">\n'
        for name, of in columns.items():
            if name not in _XML[on]:
                yield f'      <attribute id="{name}" title="{name}" type="{FORMS[of]["GEXF"]}"/>\n'
        yield "    </attributes>\n"
    yield "    <nodes>\n"
    for node, row in rows.nodes():
        yield f"      <node id={quoteattr(node)}{_label(row)}{_dates(row)}>\n"
        yield from _values("node", row, rows.columns["node"])
        look = drawing.node(node, row)
        if "size" in look:
            yield f'        <viz:size value="{look["size"]}"/>\n'
        yield f'        <viz:position x="{look["x"]}" y="{look["y"]}"/>\n'
        yield _color(look["color"])
        yield "      </node>\n"
    yield "    </nodes>\n    <edges>\n"
    for edge, source, target, row in rows.edges():
        yield (
            f"      <edge id={quoteattr(edge)} source={quoteattr(source)} "
            f"target={quoteattr(target)} kind={quoteattr(row['relation'])}{_label(row)} "
            f'weight="{row["weight"]}"{_dates(row)}>\n'
        )
        if "evidence" in row:
            row["evidence"] = cut(row["evidence"])
        yield from _values("edge", row, rows.columns["edge"])
        yield _color(drawing.edge_color(row))
        yield "      </edge>\n"
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _label(row: Row) -> str:
    return f" label={quoteattr(row['label'])}" if "label" in row else ""


def _dates(row: Row) -> str:
    found = (("start", _day(row.get("first_date", ""), 0)), ("end", _day(row.get("last_date"), 1)))
    return "".join(f' {name}="{day}"' for name, day in found if day)


def _day(date: object, last: int) -> str:
    """The first or last day of a date, a month or a year; empty for other text.

    >>> _day("2024-02", 1), _day("2024", 0), _day("2024-05-10", 1), _day("2024-13", 0)
    ('2024-02-29', '2024-01-01', '2024-05-10', '')
    """
    match = _DATE.fullmatch(str(date))
    if not match:
        return ""
    year, month, day = match.groups()
    month = month or ("01", "12")[last]
    if year == "0000" or not "01" <= month <= "12":
        return ""
    days = calendar.monthrange(int(year), int(month))[1]
    day = day or ("01", str(days))[last]
    return f"{year}-{month}-{day}" if 1 <= int(day) <= days else ""


def _color(color: str) -> str:
    red, green, blue = bytes.fromhex(color[1:])
    return f'        <viz:color r="{red}" g="{green}" b="{blue}"/>\n'


def _values(on: str, row: Row, columns: Mapping[str, str]) -> Iterator[str]:
    values = {
        name: value for name, value in items(on, row, columns).items() if name not in _XML[on]
    }
    if not values:
        return
    yield "        <attvalues>\n"
    for name, value in values.items():
        yield f'          <attvalue for="{name}" value={quoteattr(_value(value))}/>\n'
    yield "        </attvalues>\n"


def _value(value: str | float | bool | list[str]) -> str:
    r"""The text of a value, of a list in brackets with its items in quotes.

    >>> print(_value(["甲, 乙", 'say "丙"']))
    ["甲, 乙", "say \"丙\""]
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join('"' + one.translate(_QUOTED) + '"' for one in value) + "]"
    return value if isinstance(value, str) else repr(value)


_QUOTED = str.maketrans({'"': r"\"", "\\": r"\\"})
