"""Annotated clusters of entities over documents: JSONL beside the documents, one line a cluster.

``{"cluster", "type", "name", "members": [[document, entity], ...], "note"}``; a member is one
mention that stands for all mentions of its thing in that document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zonekg.annotate.records import Record
from zonekg.schema import Schema, default_schema

__all__ = ["check_cluster", "is_cluster"]


def is_cluster(record: Record) -> bool:
    """Whether a line of a JSONL file is of this format, not a document."""
    return "cluster" in record and "text" not in record


def check_cluster(record: Record, schema: Schema | None = None) -> Iterator[tuple[str, str]]:
    """Yield (problem, name) for each fault of one record.

    >>> row = {"cluster": "d1", "type": "PARK", "name": "甲园", "members": [["a", 1], ["a", 4]]}
    >>> list(check_cluster(row))
    [('two members in the document a, expected one mention for its group', '甲园')]
    """
    name = str(record.get("name") or "")
    kinds = [key for key in (schema or default_schema()).entities if key != "MONEY"]
    if not isinstance(record["cluster"], str) or not record["cluster"]:
        yield f"cluster {record['cluster']!r}, expected a name", name
    if record.get("type") not in kinds:
        yield f"type {record.get('type')!r}, expected one of {', '.join(kinds)}", name
    if not name:
        yield "no name, expected the fullest of the members' wordings", ""
    members = record.get("members")
    if not isinstance(members, list) or not members:
        yield "no members, expected [[document, entity], ...]", name
        return
    seen: set[str] = set()
    for member in members:
        if not _is_member(member):
            yield f"member {member!r}, expected [document, entity]", name
            continue
        if member[0] in seen:
            problem = f"two members in the document {member[0]}"
            yield f"{problem}, expected one mention for its group", name
        seen.add(member[0])


def _is_member(member: Any) -> bool:
    return (
        isinstance(member, list)
        and len(member) == 2
        and isinstance(member[0], str)
        and type(member[1]) is int
    )
