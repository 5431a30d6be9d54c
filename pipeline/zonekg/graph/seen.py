"""What articles tell of one node or edge of the union graph: its ``seen``, read in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["JOINT", "by_date", "full_name", "place"]

JOINT = " || "
"""What stands between the sentences, titles and places of one attribute."""


def by_date(keys: Iterable[str], articles: Mapping[str, Any]) -> list[str]:
    """Articles from the oldest to the newest, those without a date first."""
    return sorted(keys, key=lambda key: (articles[key]["date"], key))


def full_name(seen: Mapping[str, Any]) -> str:
    """The name that a node shows: what most articles call it, of those the longest."""
    full: Counter[str] = Counter(row["name"] for row in seen.values())
    return max(full, key=lambda name: (full[name], len(name), name))


def place(source: str, places: Iterable[Iterable[int]]) -> str:
    """``file:start-end``, further stretches of a sentence that the layout cut after a ``+``.

    >>> place("a.txt", [(3, 9), (12, 15)])
    'a.txt:3-9+12-15'
    """
    return f"{source}:" + "+".join(f"{start}-{end}" for start, end in places)
