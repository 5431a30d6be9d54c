"""Docs in windows that a net can see at a time, cut where sentences end."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IDX, LENGTH, ORTH, SPACY  # type: ignore[import-not-found]
from spacy.tokens import Doc

from zonekg.docs import sentence_bounds

__all__ = ["Window", "windows"]

Ints = NDArray[np.int64]

_CLAUSE_END = re.compile(r"[，、：:,;；\s]")


class Window(NamedTuple):
    """Some tokens of a doc that follow each other.

    start, end: their numbers, the end exclusive; text: from the first to the last of them; at:
    where each begins in `text`, in code points, shape (tokens,).
    """

    start: int
    end: int
    text: str
    at: Ints


def windows(doc: Doc, size: int) -> list[Window]:
    """Windows of at most `size` tokens that cover a doc without gaps or overlap.

    Sentences stay whole and windows of one doc get about the same length. A sentence longer than
    `size` is cut behind the last comma or space of a window, else anywhere. The cuts depend on the
    doc alone.

    >>> import spacy
    >>> doc = spacy.blank("zh")("甲。乙乙。丙丙，丙丙丙。")
    >>> [window.text for window in windows(doc, 5)]
    ['甲。乙乙。', '丙丙，', '丙丙丙。']
    """
    places = np.asarray(doc.to_array([IDX, LENGTH]), dtype=np.int64).reshape(len(doc), 2)
    offsets, text = places[:, 0], _text(doc)
    found = []
    for start, end in pairwise(_bounds(text, offsets, size)):
        first, last = int(offsets[start]), int(places[end - 1].sum())
        found.append(Window(start, end, text[first:last], offsets[start:end] - first))
    return found


def _text(doc: Doc) -> str:
    """``doc.text``, without making an object of each token."""
    words, spaces = np.asarray(doc.to_array([ORTH, SPACY])).reshape(len(doc), 2).T
    known, which = np.unique(words, return_inverse=True)
    texts = [doc.vocab.strings[int(word)] for word in known]
    gaps = ("", " ")
    return "".join(
        [texts[i] + gaps[space] for i, space in zip(which.tolist(), spaces.tolist(), strict=True)]
    )


def _bounds(text: str, offsets: Ints, size: int) -> list[int]:
    """The numbers of the tokens that windows begin with, and the number of tokens."""
    ends: list[int] = []
    for start, end in sentence_bounds(text):
        first, last = np.searchsorted(offsets, (start, end)).tolist()
        while last - first > size:
            first = _cut(text, offsets, first, size)
            ends.append(first)
        ends.append(last)
    aim = len(offsets) / max(1, -(-len(offsets) // size))
    bounds = [0]
    for end, after in pairwise([*ends, len(offsets) + size]):
        full = after - bounds[-1] > size or end - bounds[-1] >= aim
        if full and end > bounds[-1]:
            bounds.append(end)
    return bounds


def _cut(text: str, offsets: Ints, first: int, size: int) -> int:
    """Where a window of `size` tokens from `first` best ends: a token number above `first`."""
    low, high = int(offsets[first]), int(offsets[first + size])
    commas = [match.end() for match in _CLAUSE_END.finditer(text, low, high)]
    found = int(np.searchsorted(offsets, commas[-1])) if commas else first + size
    return found if found > first else first + size
