"""What a corpus is made of, split by split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from zonekg.annotate.audit.findings import Entry
from zonekg.schema import default_schema

__all__ = ["LONG", "composition"]

LONG = 20
"""A project's name of more characters is long."""


def composition(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """Counts by row and split: documents, characters, mentions and relations by label.

    Besides: long names of projects, documents with layout noise (``noise`` in their meta), without
    a relation and without a mention.
    """
    schema = default_schema()
    rows = ["documents", "characters", "mentions", *schema.entities]
    rows += [f"PROJECT over {LONG} characters", "relations", *schema.relations]
    rows += ["documents with layout noise", "documents without relation"]
    rows += ["documents without mention"]
    counts: dict[str, Counter[str]] = {row: Counter() for row in rows}
    for entry in entries:
        found, relations = entry.marks, entry.record["relations"]
        long = sum(m.label == "PROJECT" and len(m.text) > LONG for m in found)
        for row, size in (
            ("documents", 1),
            ("characters", len(entry.text)),
            ("mentions", len(found)),
            (f"PROJECT over {LONG} characters", long),
            ("relations", len(relations)),
            ("documents with layout noise", bool((entry.record.get("meta") or {}).get("noise"))),
            ("documents without relation", not relations),
            ("documents without mention", not found),
            *((m.label, 1) for m in found),
            *((r["type"], 1) for r in relations),
        ):
            counts[row][entry.split] += int(size)
    splits = dict.fromkeys(entry.split for entry in entries)
    return {row: {split: counts[row][split] for split in splits} for row in rows}
