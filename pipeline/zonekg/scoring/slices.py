"""What scores are broken down by: the bucket of each mention and fact in each dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

from zonekg.docs import sentence_bounds
from zonekg.scoring.facts import Stated
from zonekg.scoring.mentions import Mark

__all__ = ["BUCKETS", "Slicer"]

_SPAN = ((4, "1 to 4"), (8, "5 to 8"), (12, "9 to 12"), (20, "13 to 20"))
_TEXT = ((300, "up to 300"), (600, "301 to 600"), (1000, "601 to 1000"), (2000, "1001 to 2000"))
_FAR = ((200, "up to 200"), (500, "201 to 500"))

BUCKETS = {
    "span length": (*(name for _, name in _SPAN), "over 20"),
    "name": ("seen in training", "unseen"),
    "document length": (*(name for _, name in _TEXT), "over 2000"),
    "distance": ("one sentence", *(name for _, name in _FAR), "over 500"),
}
"""Dimensions whose buckets have an order; lengths and distances are in characters."""


class Slicer:
    """The buckets of the mentions and facts of one text.

    seen: whether a name of a label was in the training text, None where that is not known; meta:
    what is known of the document, of which `by` names the dimensions to break down by.
    """

    def __init__(
        self,
        text: str,
        meta: Mapping[str, Any],
        by: Sequence[str] = (),
        seen: Callable[[str, str], bool] | None = None,
    ) -> None:
        self._text = text
        self._seen = seen
        self._ends = [end for _, end in sentence_bounds(text)]
        self._document = {"document length": _bucket(len(text), _TEXT, "over 2000")} | {
            key: str(meta.get(key) or "not given") for key in by
        }

    def mention(self, mark: Mark) -> dict[str, str]:
        """By its length, whether its name was seen, and the document's buckets.

        >>> slicer = Slicer("康佳集团来了。", {"genre": "brief"}, by=["genre"])
        >>> slicer.mention(Mark(0, 4, "ORG"))
        {'span length': '1 to 4', 'document length': 'up to 300', 'genre': 'brief'}
        """
        found = {"span length": _bucket(mark.end - mark.start, _SPAN, "over 20")}
        if self._seen and mark.label != "MONEY":
            found["name"] = self._known((mark,))
        return found | self._document

    def fact(self, stated: Stated) -> dict[str, str]:
        """By the distance of its ends where they are nearest, by names, and the document's.

        Two ends in one sentence are nearer than any others.
        """
        near = min(product(stated.head, stated.tail), key=lambda ends: self._apart(*ends))
        found = {"distance": self._distance(*near)}
        if self._seen:
            names = [end for end in (stated.head, stated.tail) if end[0].label != "MONEY"]
            found["name"] = self._known(*names)
        return found | self._document

    def _known(self, *things: Sequence[Mark]) -> str:
        """Seen when each of the things has a name that was seen."""
        assert self._seen is not None
        seen = self._seen
        known = all(
            any(seen(mark.label, self._text[mark.start : mark.end]) for mark in marks)
            for marks in things
        )
        return BUCKETS["name"][0 if known else 1]

    def _distance(self, one: Mark, other: Mark) -> str:
        sentences, gap = self._apart(one, other)
        return _bucket(gap, _FAR, "over 500") if sentences else "one sentence"

    def _apart(self, one: Mark, other: Mark) -> tuple[bool, int]:
        """Whether the two stand in different sentences, and the characters between them."""
        first, last = min(one.start, other.start), max(one.start, other.start)
        gap = max(one.start - other.end, other.start - one.end, 0)
        return any(first < end <= last for end in self._ends), gap


def _bucket(size: int, steps: Sequence[tuple[int, str]], rest: str) -> str:
    return next((name for limit, name in steps if size <= limit), rest)
