"""Docs in windows that a net can see at a time, cut where sentences end."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IDX  # type: ignore[import-not-found]
from spacy.tokens import Doc, Span

from zonekg.docs import sentence_bounds

__all__ = ["token_offsets", "windows"]

_CLAUSE_END = re.compile(r"[，、：:,;；\s]")


def token_offsets(tokens: Doc | Span) -> NDArray[np.int64]:
    """Where each token begins in the doc's text, in code points."""
    # spaCy's stubs leave Span.to_array out
    offsets = tokens.to_array([IDX])  # type: ignore[union-attr]
    return np.asarray(offsets, dtype=np.int64).reshape(len(tokens))


def windows(doc: Doc, size: int) -> list[Span]:
    """Spans of at most `size` tokens that cover a doc without gaps or overlap.

    Sentences stay whole and windows of one doc get about the same length. A sentence longer than
    `size` is cut behind the last comma or space of a window, else anywhere. The cuts depend on the
    doc alone.

    >>> import spacy
    >>> [span.text for span in windows(spacy.blank("zh")("甲。乙乙。丙丙，丙丙丙。"), 5)]
    ['甲。乙乙。', '丙丙，', '丙丙丙。']
    """
    offsets = token_offsets(doc)
    text = doc.text
    ends: list[int] = []
    for start, end in sentence_bounds(text):
        first, last = np.searchsorted(offsets, (start, end)).tolist()
        while last - first > size:
            first = _cut(text, offsets, first, size)
            ends.append(first)
        ends.append(last)
    aim = len(doc) / max(1, -(-len(doc) // size))
    bounds = [0]
    for i, end in enumerate(ends):
        after = ends[i + 1] if i + 1 < len(ends) else None
        if after is None or after - bounds[-1] > size or end - bounds[-1] >= aim:
            bounds.append(end)
    return [doc[a:b] for a, b in pairwise(bounds) if b > a]


def _cut(text: str, offsets: NDArray[np.int64], first: int, size: int) -> int:
    """Where a window of `size` tokens from `first` best ends: a token number above `first`."""
    low, high = int(offsets[first]), int(offsets[first + size])
    commas = [match.end() for match in _CLAUSE_END.finditer(text, low, high)]
    found = int(np.searchsorted(offsets, commas[-1])) if commas else first + size
    return found if found > first else first + size
