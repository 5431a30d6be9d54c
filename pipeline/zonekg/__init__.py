"""zonekg: Chinese newspaper pages on development zones (开发区) into a knowledge graph.

From a page to a file for Gephi::

    page = zonekg.read_page("seeds/000_2083f7aa6022cc23.txt")
    nlp = zonekg.load_model("models/zh_zone_news_trf")
    graph = zonekg.resolve(zonekg.build(zonekg.extract(page, nlp))).graph
    zonekg.write_graphml(zonekg.flatten(graph), "graph.graphml")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zonekg.articles import Article, Page
    from zonekg.components.amounts import parse_amount
    from zonekg.docs import Amount, Relation, amounts, article, groups, relations
    from zonekg.errors import ZonekgError
    from zonekg.evaluation import evaluate
    from zonekg.extraction import extract, load_model
    from zonekg.graph.build import build, merge
    from zonekg.graph.check import check_graphml
    from zonekg.graph.conflicts import conflicts
    from zonekg.graph.exports import export
    from zonekg.graph.flat import flatten
    from zonekg.graph.gephi import write_graphml
    from zonekg.graph.gephi_reader import read_graphml
    from zonekg.graph.resolve import read_decisions, resolve
    from zonekg.graph.store import Store
    from zonekg.graph.viewer import write_html
    from zonekg.ingest import read_page, read_pages
    from zonekg.line import run
    from zonekg.schema import Schema, default_schema
    from zonekg.training import train

_HOME = {
    "Amount": "docs",
    "Article": "articles",
    "Page": "articles",
    "Relation": "docs",
    "Schema": "schema",
    "Store": "graph.store",
    "ZonekgError": "errors",
    "amounts": "docs",
    "article": "docs",
    "build": "graph.build",
    "check_graphml": "graph.check",
    "conflicts": "graph.conflicts",
    "default_schema": "schema",
    "evaluate": "evaluation",
    "export": "graph.exports",
    "extract": "extraction",
    "flatten": "graph.flat",
    "groups": "docs",
    "load_model": "extraction",
    "merge": "graph.build",
    "parse_amount": "components.amounts",
    "read_decisions": "graph.resolve",
    "read_graphml": "graph.gephi_reader",
    "read_page": "ingest",
    "read_pages": "ingest",
    "relations": "docs",
    "resolve": "graph.resolve",
    "run": "line",
    "train": "training",
    "write_graphml": "graph.gephi",
    "write_html": "graph.viewer",
}

__all__ = [
    "Amount",
    "Article",
    "Page",
    "Relation",
    "Schema",
    "Store",
    "ZonekgError",
    "amounts",
    "article",
    "build",
    "check_graphml",
    "conflicts",
    "default_schema",
    "evaluate",
    "export",
    "extract",
    "flatten",
    "groups",
    "load_model",
    "merge",
    "parse_amount",
    "read_decisions",
    "read_graphml",
    "read_page",
    "read_pages",
    "relations",
    "resolve",
    "run",
    "train",
    "write_graphml",
    "write_html",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # spaCy takes a second to import; ``zonekg --help`` should not wait for it
    if name not in _HOME:
        raise AttributeError(f"module 'zonekg' has no attribute {name!r}")
    value = getattr(import_module(f"zonekg.{_HOME[name]}"), name)
    globals()[name] = value
    return value
