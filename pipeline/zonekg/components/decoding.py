"""From the scores of tags to mentions: the best legal path."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from zonekg.components.windows import Window

__all__ = ["Mention", "decode", "transitions", "viterbi", "whole_brackets"]

Floats = NDArray[np.float32]

_FORBIDDEN = -1e4


class Mention(NamedTuple):
    """Tokens start (inclusive) to end (exclusive) under a label, with a confidence of 0 to 1."""

    start: int
    end: int
    label: str
    confidence: float


def decode(scores: Floats, window: Window, tags: Sequence[str]) -> list[Mention]:
    """The mentions on the best legal path through log probabilities of shape (tokens, tags).

    No mention runs over a line break or begins or ends on white space.
    """
    scores = scores.copy()
    starts = window.at.tolist()
    spaces = [i for i, start in enumerate(starts) if window.text[start].isspace()]
    ends = [*starts[1:], len(window.text)]
    breaks = [i for i in spaces if "\n" in window.text[starts[i] : ends[i]]]
    for i, tag in enumerate(tags):
        if tag[0] in "BLU":
            scores[spaces, i] = _FORBIDDEN
    scores[breaks, 1:] = _FORBIDDEN
    mentions: list[Mention] = []
    start = 0
    for end in [*breaks, len(starts)]:
        line = scores[start:end]
        mentions += _mentions(viterbi(line, tags), line, tags, window.start + start)
        start = end + 1
    return mentions


_PAIRS = {"”": "“", "’": "‘", "）": "（", ")": "(", "》": "《", "】": "【"}


def whole_brackets(mentions: list[Mention], doc: Doc) -> list[Mention]:
    """Mentions that take in the other half of a pair of marks they would cut, if it is next."""
    out: list[Mention] = []
    for i, mention in enumerate(mentions):
        start, end = mention.start, mention.end
        text = [token.text for token in doc[start:end]]
        floor = out[-1].end if out else 0
        ceiling = mentions[i + 1].start if i + 1 < len(mentions) else len(doc)
        for closing, opening in _PAIRS.items():
            missing = text.count(closing) - text.count(opening)
            if missing > 0 and start > floor and doc[start - 1].text == opening:
                start -= 1
            elif missing < 0 and end < ceiling and doc[end].text == closing:
                end += 1
        out.append(mention._replace(start=start, end=end))
    return out


def viterbi(scores: Floats, tags: Sequence[str]) -> list[int]:
    """The best path through scores of shape (n, tags) that is a legal BILUO sequence."""
    if not len(scores):
        return []
    step = transitions(tuple(tags))
    greedy = scores.argmax(axis=1)
    ends = tags[greedy[0]][0] in "OBU" and tags[greedy[-1]][0] in "OLU"
    if ends and not step[greedy[:-1], greedy[1:]].any():
        return [int(i) for i in greedy]  # nothing legal can be better
    free, fresh, inner = _structure(tuple(tags))
    rows = scores.tolist()
    best = [-math.inf] * len(tags)
    for i in fresh:
        best[i] = rows[0][i]
    back = []
    for row in rows[1:]:
        source = [max(free, key=best.__getitem__)] * len(tags)
        values = [best[source[0]] + value for value in row]
        for begin, inside, last in inner:
            at = begin if best[begin] >= best[inside] else inside
            source[inside] = source[last] = at
            values[inside], values[last] = best[at] + row[inside], best[at] + row[last]
        back.append(source)
        best = values
    path = [max(free, key=best.__getitem__)]
    for source in reversed(back):
        path.append(source[path[-1]])
    return path[::-1]


@cache
def _structure(tags: tuple[str, ...]) -> tuple[list[int], list[int], list[tuple[int, int, int]]]:
    """The tags after which no mention is open, those that may follow them, and B, I, L by label."""
    index = {tag: i for i, tag in enumerate(tags)}
    inner = [
        (i, index[f"I-{tag[2:]}"], index[f"L-{tag[2:]}"])
        for tag, i in index.items()
        if tag[0] == "B"
    ]
    free = [i for tag, i in index.items() if tag[0] in "OLU"]
    return free, [i for tag, i in index.items() if tag[0] in "OBU"], inner


@cache
def transitions(tags: tuple[str, ...]) -> Floats:
    """0 where one tag may follow another, else a large cost; shape (from, to)."""
    step = np.full((len(tags), len(tags)), _FORBIDDEN, dtype=np.float32)
    for i, a in enumerate(tags):
        for j, b in enumerate(tags):
            inside = a[0] in "BI" and b[0] in "IL" and a[2:] == b[2:]
            outside = a[0] in "OLU" and b[0] in "OBU"
            if inside or outside:
                step[i, j] = 0.0
    return step


def _mentions(
    path: list[int], scores: Floats, tags: Sequence[str], offset: int
) -> Iterator[Mention]:
    start = 0
    for i in np.flatnonzero(path).tolist():
        tag = path[i]
        kind = tags[tag][0]
        if kind in "BU":
            start = i
        if kind in "LU":
            chosen = scores[np.arange(start, i + 1), path[start : i + 1]]
            # the geometric mean of the characters' probabilities
            confidence = float(np.exp(chosen.mean()))
            yield Mention(offset + start, offset + i + 1, tags[tag][2:], confidence)
