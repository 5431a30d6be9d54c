"""What charts need of the new pages, or of the development documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from zonekg.drift.measures import histogram
from zonekg.profile import NAMED, ArticleTraits
from zonekg.schema import default_schema

__all__ = ["count_side"]


def count_side(rows: Sequence[ArticleTraits]) -> dict[str, Any]:
    """Totals of the articles, and by label counts, the histogram of confidence and head nouns."""
    return {
        "articles": len(rows),
        "characters": sum(row.characters for row in rows),
        "unknown_characters": sum(row.unknown for row in rows),
        "relations": sum(row.relations for row in rows),
        "mentions": sum(len(row.mentions) for row in rows),
        "labels": {label: _count_label(rows, label) for label in default_schema().entities},
    }


def _count_label(rows: Sequence[ArticleTraits], label: str) -> dict[str, Any]:
    found = [m for row in rows for m in row.mentions if m.label == label]
    counts = {"mentions": len(found), "histogram": histogram(found)}
    if label not in NAMED:
        return counts
    heads = Counter(m.head for m in found)
    return counts | {
        "unseen_mentions": sum(not m.known for m in found),
        "names": sum(m.first for m in found),
        "unseen_names": sum(m.first and not m.known for m in found),
        "heads": dict(sorted(heads.items(), key=lambda row: (-row[1], row[0]))),
    }
