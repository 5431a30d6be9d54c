"""From the scores of tags to mentions: the best legal path."""

from __future__ import annotations

import math
import re
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
    spaces = [match.start() for match in _SPACE.finditer(window.text)]
    blank = np.searchsorted(window.at, spaces)
    blank = blank[window.at[blank.clip(max=len(window.at) - 1)] == spaces]
    scores[np.ix_(blank, [i for i, tag in enumerate(tags) if tag[0] in "BLU"])] = _FORBIDDEN
    ends = [*window.at.tolist(), len(window.text)]
    breaks = [i for i in blank.tolist() if "\n" in window.text[ends[i] : ends[i + 1]]]
    scores[breaks, 1:] = _FORBIDDEN
    mentions: list[Mention] = []
    start = 0
    for end in [*breaks, len(window.at)]:
        line = scores[start:end]
        mentions += _mentions(viterbi(line, tags), line, tags, window.start + start)
        start = end + 1
    return mentions


_SPACE = re.compile(r"\s")
_PAIRS = {"”": "“", "’": "‘", "）": "（", ")": "(", "》": "《", "】": "【"}


def whole_brackets(mentions: list[Mention], doc: Doc) -> list[Mention]:
    """Mentions that take in the other half of a pair of marks they would cut, if it is next."""
    out: list[Mention] = []
    for i, mention in enumerate(mentions):
        start, end = mention.start, mention.end
        text = doc[start:end].text
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
    outside, inner = _structure(tuple(tags))
    between = scores[:, outside]
    columns = scores[:, inner].transpose(1, 0, 2)  # by B, I and L: a row for each token
    rows = zip(between.max(axis=1).tolist(), *columns.tolist(), strict=True)
    closed = 0.0  # the best score so far with no mention open, and by label with one
    opened, since = [-math.inf] * len(inner[0]), [0] * len(inner[0])
    arrivals: list[tuple[int, int] | None] = []  # where and with which label a mention began
    for at, (alone, begins, insides, lasts) in enumerate(rows):
        best, arrival = closed + alone, None
        for k, value in enumerate(opened):
            if value + lasts[k] > best:
                best, arrival = value + lasts[k], (since[k], k)
            opened[k] = value + insides[k]
            if closed + begins[k] >= opened[k]:
                opened[k], since[k] = closed + begins[k], at
        closed = best
        arrivals.append(arrival)
    path = [outside[i] for i in between.argmax(axis=1).tolist()]
    end = len(path)
    while end:
        start, arrival = end - 1, arrivals[end - 1]
        if arrival:
            start, label = arrival
            begin, inside, last = (column[label] for column in inner)
            path[start:end] = [begin, *[inside] * (end - start - 2), last]
        end = start
    return path


@cache
def _structure(tags: tuple[str, ...]) -> tuple[list[int], list[list[int]]]:
    """The tags of a character by itself; those that begin, continue and end each label."""
    labels = [tag[2:] for tag in tags if tag[0] == "B"]
    inner = [[tags.index(f"{kind}-{label}") for label in labels] for kind in "BIL"]
    return [i for i, tag in enumerate(tags) if tag[0] in "OU"], inner


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
