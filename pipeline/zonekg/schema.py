"""Entity and relation types, read from ``configs/schema.toml``: the one list of labels.

The file travels inside the wheel, and every trained model keeps the copy that it was trained with
in its ``meta.json`` (``zonekg.schema``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from zonekg.errors import SchemaError

__all__ = ["EntityType", "RelationType", "Schema", "default_schema", "schema_text"]


@dataclass(frozen=True)
class EntityType:
    """One kind of mention: its label, its letter in the inline format, Chinese name and colour."""

    label: str
    mark: str
    name: str
    color: str


@dataclass(frozen=True)
class RelationType:
    """One kind of relation and the entity labels that it may join."""

    label: str
    name: str
    color: str
    heads: frozenset[str]
    tails: frozenset[str]
    symmetric: bool = False


@dataclass(frozen=True)
class Schema:
    """The labels of one version of the annotation guidelines.

    >>> schema = default_schema()
    >>> schema.allows("LOCATED_IN", "PROJECT", "PARK"), schema.allows("TAX", "MONEY", "ORG")
    (True, False)
    """

    guidelines: int
    entities: Mapping[str, EntityType]
    relations: Mapping[str, RelationType]

    @classmethod
    def parse(cls, text: str) -> Schema:
        """Read a schema from TOML text; raises SchemaError when a part is missing or dangling."""
        try:
            data: dict[str, Any] = tomllib.loads(text)
            entities = {k: EntityType(label=k, **v) for k, v in data["entities"].items()}
            relations = {}
            for label, row in data["relations"].items():
                ends = {key: frozenset(row[key]) for key in ("heads", "tails")}
                relations[label] = RelationType(
                    label,
                    row["name"],
                    row["color"],
                    **ends,
                    symmetric=bool(row.get("symmetric", False)),
                )
            schema = cls(int(data["guidelines"]), entities, relations)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise SchemaError(
                f"the schema can't be read: {error}; compare it with configs/schema.toml"
            ) from error
        for relation in relations.values():
            unknown = sorted((relation.heads | relation.tails) - set(entities))
            if unknown:
                raise SchemaError(
                    f"relation {relation.label} joins {unknown}, which the schema does not define"
                )
        return schema

    def allows(self, relation: str, head: str, tail: str) -> bool:
        """Whether `relation` may run from an entity labelled `head` to one labelled `tail`."""
        found = self.relations.get(relation)
        return found is not None and head in found.heads and tail in found.tails


@cache
def default_schema() -> Schema:
    """The schema of this release."""
    return Schema.parse(schema_text())


def schema_text() -> str:
    """The TOML text of this release's schema."""
    here = Path(__file__).resolve()
    # in a wheel beside this file; in a checkout in the top-level configs/
    for path in (here.parent / "schema.toml", here.parents[2] / "configs" / "schema.toml"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise SchemaError("schema.toml is missing from this installation; reinstall zonekg")
