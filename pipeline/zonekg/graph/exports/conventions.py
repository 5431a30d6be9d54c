"""The one table of what nodes and edges carry, and of how each format carries it.

All writers take names, order, types and joints of columns from here; README.md beside this file
tells it to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from zonekg.graph.seen import JOINT

__all__ = ["ATTRIBUTES", "FORMS", "Attribute", "column_order", "declared", "document"]


class Attribute(NamedTuple):
    """One column, or by a name with ``*`` several, of a flat graph.

    on: ``node`` or ``edge``. type: a key of `FORMS`. joint: what stands between the items of a
    list where a format has no lists. place: ``others`` for those that come by name where the
    table has ``*``, ``drawn`` for those that the writers of formats that show the graph make.
    """

    on: str
    name: str
    type: str
    meaning: str
    joint: str = ""
    place: str = ""


FORMS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "string": {"GraphML": "string", "GEXF": "string", "CSV": "text", "Neo4j": "string",
               "Parquet": "VARCHAR", "JSON": "string"},
    "list": {"GraphML": "string, joined", "GEXF": "liststring", "CSV": "text, joined",
             "Neo4j": "string[]", "Parquet": "VARCHAR[]", "JSON": "array"},
    "date": {"GraphML": "string", "GEXF": "string", "CSV": "text", "Neo4j": "string",
             "Parquet": "VARCHAR", "JSON": "string"},
    "long": {"GraphML": "long", "GEXF": "long", "CSV": "number", "Neo4j": "long",
             "Parquet": "BIGINT", "JSON": "number"},
    "double": {"GraphML": "double", "GEXF": "double", "CSV": "number", "Neo4j": "double",
               "Parquet": "DOUBLE", "JSON": "number"},
    "boolean": {"GraphML": "boolean", "GEXF": "boolean", "CSV": "true, false", "Neo4j": "boolean",
                "Parquet": "BOOLEAN", "JSON": "true, false"},
})  # fmt: skip
"""Type -> format -> what the format calls it. Types inside a format are its first word."""

_ALL_SENTENCES = "the sentences that show it; GraphML and GEXF cut at about 500 characters"

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("node", "label", "string", "the name that it shows: what most articles call it"),
    Attribute("node", "entity_type", "string", "ORG, PARK, PROJECT, on request MONEY"),
    Attribute("node", "kind", "string", "of an ORG: company, government and so on"),
    Attribute("node", "names", "list", "all its names, the most frequent first", "; "),
    Attribute("node", "mentions", "long", "how often articles name it"),
    Attribute("node", "articles", "long", "how many articles name it"),
    Attribute("node", "confidence", "double", "0 to 1, of its surest mention"),
    Attribute("node", "first_date", "date", "the oldest article that names it"),
    Attribute("node", "last_date", "date", "the newest article that names it"),
    Attribute("node", "status", "string", "of a PROJECT: how far it is"),
    Attribute("node", "events", "list", "of a PROJECT: its steps with their dates", "; "),
    Attribute("node", "status_evidence", "list", "the sentences that tell the status", JOINT),
    Attribute("node", "*", "", "others, by name"),
    Attribute("node", "*_cny", "double", "an amount in yuan; `*_usd` and so on in that currency",
              place="others"),
    Attribute("node", "*_max", "double", "the upper end of an amount that is a range",
              place="others"),
    Attribute("node", "*_text", "list", "the amounts in the words of the articles", "; ",
              "others"),
    Attribute("node", "amounts_evidence", "list", "the sentences that tell the amounts", JOINT,
              "others"),
    Attribute("node", "conflicts", "long", "contradictions of articles, in conflicts.csv",
              place="others"),
    Attribute("node", "sources", "list", "the places in the files: `file:start-end`", "; "),
    Attribute("node", "x", "double", "its place, from left to right", place="drawn"),
    Attribute("node", "y", "double", "its place, growing upwards", place="drawn"),
    Attribute("node", "size", "double", "10 to 40, by edges and mentions; not of the smallest",
              place="drawn"),
    Attribute("node", "color", "string", "`#rrggbb`, by `entity_type`", place="drawn"),
    Attribute("edge", "relation", "string", "INVESTS_IN and so on; of a pair all of them"),
    Attribute("edge", "label", "string", "the same in Chinese"),
    Attribute("edge", "weight", "double", "how many articles tell it"),
    Attribute("edge", "symmetric", "boolean", "whether its direction says nothing"),
    Attribute("edge", "confidence", "double", "0 to 1, of the surest statement"),
    Attribute("edge", "first_date", "date", "the oldest article that tells it"),
    Attribute("edge", "last_date", "date", "the newest article that tells it"),
    Attribute("edge", "*", "", "others, by name"),
    Attribute("edge", "evidence_count", "long", "how many statements there are"),
    Attribute("edge", "evidence", "list", _ALL_SENTENCES, JOINT),
    Attribute("edge", "titles", "list", "the article's title for each sentence", JOINT),
    Attribute("edge", "sources", "list", "the place in the file for each sentence", JOINT),
    Attribute("edge", "color", "string", "`#rrggbb`, by the first `relation`", place="drawn"),
)  # fmt: skip
"""All columns in their order; ``*`` stands where those without a place of their own come."""


def column_order(on: str) -> tuple[str, ...]:
    """The names of columns in their order, ``*`` for all others; drawn ones are left out.

    >>> column_order("edge")[:4]
    ('relation', 'label', 'weight', 'symmetric')
    """
    return tuple(row.name for row in ATTRIBUTES if row.on == on and not row.place)


def declared(on: str, name: str) -> Attribute | None:
    """The row of the table for a column, by its name or else by the last pattern that fits.

    >>> declared("node", "tax_cny_max").type, declared("edge", "evidence").joint
    ('double', ' || ')
    """
    fitting: Attribute | None = None
    for row in ATTRIBUTES:
        if row.on == on and row.name == name:
            return row
        if row.on == on and row.place == "others" and fnmatchcase(name, row.name):
            fitting = row
    return fitting


def document() -> str:
    """Both tables in Markdown, as README.md beside this file has them."""
    return "".join(line + "\n" for line in (*_types(), "", *_columns()))


def _types() -> Iterator[str]:
    formats = list(FORMS["string"])
    yield "| type | " + " | ".join(formats) + " |"
    yield "|---" * (1 + len(formats)) + "|"
    for name, forms in FORMS.items():
        yield f"| {name} | " + " | ".join(forms[of] for of in formats) + " |"


def _columns() -> Iterator[str]:
    yield "| on | column | type | what |"
    yield "|---|---|---|---|"
    for row in ATTRIBUTES:
        joint = f", joined by `{row.joint}`".replace("|", "\\|") if row.joint else ""
        yield f"| {row.on} | `{row.name}` | {row.type}{joint} | {row.meaning} |"
