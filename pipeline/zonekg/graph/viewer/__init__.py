"""The graph as one HTML file for the browser: offline, searchable, every edge with its sentences.

The file holds the drawing library sigma, its graph library graphology (``vendor/``), our styles
and scripts, and the graph as data. Nodes stand where `zonekg.graph.layout` puts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
from jinja2 import Environment, PackageLoader, StrictUndefined

from zonekg.files import open_atomic
from zonekg.graph.viewer.data import MOST_NODES, page_data
from zonekg.offline import json_block, package_text, plain, policy
from zonekg.schema import Schema

__all__ = ["MOST_NODES", "write_html"]

# each builds on those before it
_SCRIPTS = (
    "texts.js", "data.js", "parts.js", "filters.js", "nearest.js", "labels.js", "drawing.js",
    "search.js", "sentences.js", "panel.js", "list.js", "viewer.js",
)  # fmt: skip


def write_html(
    flat: nx.MultiDiGraph,
    path: str | Path,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    title: str = "",
    schema: Schema | None = None,
) -> None:
    """Write a flat graph as one page that opens in a browser, without network, whole or not at all.

    positions: as `zonekg.graph.layout.layout` gives them, its default. A graph of more than
    `MOST_NODES` nodes is cut to the nodes with most edges and mentions, and the page says so.
    The same graph gives the same bytes. Raises OutputError when the file can't be written.
    """
    here = __package__
    scripts = [
        package_text("zonekg.offline", "clipboard.js"),
        package_text(here, "vendor/drawing.min.js"),
        *(package_text(here, name) for name in _SCRIPTS),
    ]
    text = (
        _environment()
        .get_template("viewer.html.j2")
        .render(
            title=plain(title),
            policy=policy(scripts),
            style=package_text(here, "viewer.css"),
            scripts=scripts,
            licences=package_text(here, "vendor/LICENSES.txt"),
            data=json_block("graph", page_data(flat, positions, schema), ascii_only=False),
        )
    )
    with open_atomic(path) as handle:
        handle.write(text)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zonekg.graph.viewer", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
