"""What the net reads of an article besides the encoder's vectors: mentions, and pairs of them.

Everything is a small whole number, a bucket of a distance or a count or a kind, so that the net
looks it up in a table.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from zonekg.components.relation_rules import claims
from zonekg.components.relation_rules.context import Context
from zonekg.components.relations.shared_words import shared_words
from zonekg.schema import default_schema

__all__ = ["BUCKETS", "PAIR_FEATURES", "PLACES", "Reading", "columns", "read"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

BUCKETS = 20
"""Rows of the table of each feature."""
_STRETCH = 192  # mentions that are read at a time; with the article's head 240 at most
_HEAD = 48
_SENTENCES = 512  # of a stretch; of more those that mentions stand in or under, 480 at most

_CHARACTERS = (-400, -150, -60, -30, -15, -8, -4, -1, 1, 4, 8, 15, 30, 60, 150, 400)
_STEPS = (-8, -4, -2, -1, 0, 1, 2, 3, 5, 9)
_COUNTS = (1, 2, 3, 5, 9)
_CLAUSE = re.compile(r"[，,；;。：:！？\n]")
_COUNTED = re.compile(r"(?:\d+|[一二两三四五六七八九十百]+|多|余|几)个[^，。；\n]{0,18}$")
_LISTED = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|[（(]?\d{1,2}[)）．.、]|[·•◆■▲*-])")


class Reading(NamedTuple):
    """A stretch of an article with M mentions, T tokens, P legal pairs of mentions.

    mentions: their numbers in ``doc.ents``, shape (M,). tokens: their numbers in the doc, shape
    (T,). spans: first token and the one after the last, shape (M, 2); labels: numbers in the
    schema's order, shape (M,); groups: for each mention the number in `mentions` of the first one
    of the same thing, shape (M,).
    places: where each mention stands, shape (M, `PLACES`).
    pairs: head and tail, shape (P, 2); between: how they stand to each other, shape (P,
    `PAIR_FEATURES`); rules: 1 for each rule that claims a relation of the two, in either
    direction, shape (P, rules).
    sentences: first token and the one after the last of each of S sentences, shape (S, 2), and
    standings: where each stands, as in `places`, shape (S, `PLACES`); scopes: for each mention its
    sentence and the one that heads its section, shape (M, 2): the article's first where no heading
    stands above it, its own where that one is not read.
    """

    mentions: Ints
    tokens: Ints
    spans: Ints
    labels: Ints
    groups: Ints
    places: Ints
    pairs: Ints
    between: Ints
    rules: Floats
    words: Ints
    sentences: Ints
    standings: Ints
    scopes: Ints


def read(doc: Doc, rules: Sequence[str], *, home: bool = True) -> Iterator[Reading]:
    """The stretches of a doc with groups.

    A long article is read in stretches, each together with the first mentions of the article, so
    that time grows with its length. Stretches without a pair are left out. rules: the names of the
    rules that the net knows; home: whether to tell the net which park the article is about.
    """
    count = len(doc.ents)
    article = _Article(doc, rules, home) if count > 1 else None
    for start in range(0, count if article else 0, _STRETCH):
        assert article
        first = range(min(_HEAD, start))
        chosen = np.array([*first, *range(start, min(start + _STRETCH, count))])
        reading = article.stretch(chosen)
        if len(reading.pairs):
            yield reading


def columns(reading: Reading, vectors: Any) -> dict[str, Any]:
    """What the net takes, by the name of its input, see `zonekg.encoder.relation_net.Inputs`.

    vectors: of all tokens of the doc, shape (tokens, width), an array or a torch tensor.
    """
    rows = vectors[reading.tokens]
    if isinstance(rows, np.ndarray):
        rows = rows.astype(np.float32)
    names = (
        "spans", "labels", "places", "pairs", "between", "rules", "words", "sentences",
        "standings", "scopes",
    )  # fmt: skip
    return {"vectors": rows} | {name: getattr(reading, name) for name in names}


class _Article:
    """Features of all mentions of a doc, to cut stretches from."""

    def __init__(self, doc: Doc, rules: Sequence[str], home: bool) -> None:
        self.context = context = Context(doc)
        self.starts, self.ends = np.array(context.starts), np.array(context.ends)
        self.spans = np.array([(e.start, e.end) for e in doc.ents], dtype=np.int64)
        numbers = {label: i for i, label in enumerate(default_schema().entities)}
        self.labels = np.array([numbers[label] for label in context.labels], dtype=np.int64)
        self.groups = np.array(context.groups, dtype=np.int64)
        line_starts = [0, *(m.end() for m in re.finditer("\n", context.text))]
        self.lines = self._numbers(line_starts)
        self.sentences = self._numbers([start for start, _ in context.sentences])
        self.clauses = self._numbers([0, *(m.end() for m in _CLAUSE.finditer(context.text))])
        sections, self.headings = _sections(context.text)
        self.sections = sections[self.lines]
        lines = context.text.split("\n")
        self.listed = np.array([int(bool(_LISTED.match(line))) for line in lines])
        self.places = self._places(context.home if home else None)
        self.runs = self._runs()
        self.rules = {rule: i for i, rule in enumerate(rules)}
        self.claims: dict[tuple[int, int], list[int]] = {}
        for claim in claims(doc):
            if claim.rule in self.rules:
                for ends in ((claim.head, claim.tail), (claim.tail, claim.head)):
                    self.claims.setdefault(ends, []).append(self.rules[claim.rule])
        self.length = len(doc)
        self.bounds, self.standings, heads = self._scopes(doc, line_starts)
        self.scopes = np.stack([self.sentences, heads[self.sections]], axis=1)

    def _numbers(self, begins: Sequence[int]) -> Ints:
        """For each mention which of the stretches that begin there it starts in."""
        found = [bisect_right(begins, start) - 1 for start in self.starts.tolist()]
        return np.array(found, dtype=np.int64)

    def _standing(self, lines: Ints, sentences: Ints, ends: Ints) -> Ints:
        """Line, sentence, headline, heading, list."""
        columns = (
            np.minimum(lines, BUCKETS - 1),
            np.minimum(sentences, BUCKETS - 1),
            (ends <= self.context.headline_end).astype(np.int64),
            self.headings[lines],
            self.listed[lines],
        )
        return np.stack(columns, axis=1)

    def _places(self, park: int | None) -> Ints:
        """As `_standing`, then: the park it is about, how often, a count."""
        context, group = self.context, self.groups
        counts = np.bincount(group, minlength=len(group))[group]
        about = np.full(len(group), 2) if park is None else (group == park).astype(np.int64)
        counted = [
            int(bool(_COUNTED.search(context.text[context.clause(int(at))[0] : int(at)])))
            for at in self.starts
        ]
        columns = np.stack((about, np.digitize(counts, _COUNTS), np.array(counted)), axis=1)
        stand = self._standing(self.lines, self.sentences, self.ends)
        return np.concatenate((stand, columns), axis=1)

    def _scopes(self, doc: Doc, line_starts: Sequence[int]) -> tuple[Ints, Ints, Ints]:
        """First token of each sentence and the one after its last, where it stands, heads."""
        first, last = np.array(self.context.sentences).T
        offsets = np.array([token.idx for token in doc])
        bounds = np.stack([np.searchsorted(offsets, side) for side in (first, last)], axis=1)
        lines = np.searchsorted(line_starts, first, side="right") - 1
        stand = self._standing(lines, np.arange(len(first)), last)
        standings = np.pad(stand, ((0, 0), (0, PLACES - stand.shape[1])))
        heads = np.searchsorted(lines, np.flatnonzero(self.headings))
        return bounds, standings, np.array([0, *heads])

    def _runs(self) -> Ints:
        """Place in and length of the list (甲、乙和丙) of like mentions that each stands in."""
        runs: list[list[int]] = []
        for i in range(len(self.starts)):
            joined = i and self.labels[i] == self.labels[i - 1]
            gap = self.context.between(i - 1, i) if joined else ""
            if joined and len(gap) <= 6 and _JOINED.search(gap):
                runs[-1].append(i)
            else:
                runs.append([i])
        rows = [(place, len(run)) for run in runs for place in range(len(run))]
        return np.array(rows, dtype=np.int64)

    def stretch(self, chosen: Ints) -> Reading:
        """What the net reads of some mentions, in text order."""
        things = self.groups[chosen]
        firsts = {int(group): i for i, group in reversed(list(enumerate(things)))}
        groups = np.array([firsts[int(group)] for group in things], dtype=np.int64)
        which = self.labels[chosen]
        apart = _joinable()[which[:, None], which] & (groups[:, None] != groups)
        heads, tails = np.nonzero(apart)
        a, b = chosen[heads], chosen[tails]
        tokens = self._tokens(chosen)
        spans = [np.searchsorted(tokens, self.spans[chosen, side]) for side in (0, 1)]
        return Reading(
            chosen,
            tokens,
            np.stack(spans, axis=1),
            which,
            groups,
            self.places[chosen],
            np.stack([heads, tails], axis=1),
            self._between(a, b),
            self._claimed(a, b),
            self._words(chosen)[heads, tails],
            *self._scoped(chosen, tokens),
        )

    def _words(self, chosen: Ints) -> Ints:
        names = [self.context.names[i] for i in chosen.tolist()]
        labels = [self.context.labels[i] for i in chosen.tolist()]
        return shared_words(names, labels, self.groups[chosen])

    def _scoped(self, chosen: Ints, tokens: Ints) -> tuple[Ints, Ints, Ints]:
        """The sentences of which tokens are read, where they stand, and those of each mention."""
        bounds = np.searchsorted(tokens, self.bounds)
        kept = bounds[:, 0] < bounds[:, 1]
        if kept.sum() > _SENTENCES:  # the net's time grows with their square
            near = np.zeros_like(kept)
            near[self.scopes[chosen]] = True
            kept &= near
        numbers = np.cumsum(kept) - 1
        own, head = self.scopes[chosen].T
        head = np.where(kept[head], head, own)
        return bounds[kept], self.standings[kept], numbers[np.stack([own, head], axis=1)]

    def _tokens(self, chosen: Ints) -> Ints:
        """The tokens from the first to the last of mentions in a row, and around them."""
        if len(chosen) == len(self.spans):
            return np.arange(self.length)
        kept = np.zeros(self.length, dtype=bool)
        for part in np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1):
            first, last = self.spans[part[0], 0], self.spans[part[-1], 1]
            kept[max(0, first - _AROUND) : last + _AROUND] = True
        return np.flatnonzero(kept)

    def _between(self, a: Ints, b: Ints) -> Ints:
        """How pairs of mentions stand to each other, shape (pairs, features)."""
        after = np.maximum(0, self.starts[b] - self.ends[a])
        before = np.maximum(0, self.starts[a] - self.ends[b])
        distance = np.where(self.starts[b] >= self.starts[a], after, -before)
        columns = [np.digitize(distance, _CHARACTERS)]
        order = np.arange(len(self.starts))
        rows = (self.sentences, self.lines, self.clauses, self.sections, order)
        columns += [np.digitize(numbers[b] - numbers[a], _STEPS) for numbers in rows]
        low, high = np.minimum(a, b) + 1, np.maximum(a, b)
        seen = np.zeros((len(_joinable()), len(self.labels) + 1), dtype=np.int64)
        for label in range(len(seen)):
            seen[label, 1:] = np.cumsum(self.labels == label)
        for end in (a, b):
            which = self.labels[end]
            likes = seen[which, high] - seen[which, low]
            columns.append(np.digitize(np.maximum(0, likes), _COUNTS))
        columns.append(self._aligned(a, b))
        return np.stack(columns, axis=1)

    def _aligned(self, a: Ints, b: Ints) -> Ints:
        """Whether both stand in lists, of one length, at the same place: 甲、乙分别投资丙、丁."""
        (at, of), (there, long) = self.runs[a].T, self.runs[b].T
        one, other = (of > 1).astype(np.int64), (long > 1).astype(np.int64)
        aligned: Ints = one + 2 * other + one * other * (of == long) * (1 + (at == there))
        return aligned

    def _claimed(self, a: Ints, b: Ints) -> Floats:
        out = np.zeros((len(a), len(self.rules)), dtype=np.float32)
        for i, ends in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if found := self.claims.get(ends):
                out[i, found] = 1.0
        return out


_JOINED = re.compile(r"^[”」）)]?(?:、|，|和|与|及|以及|，以及)[“「]?$")
_AROUND = 64
PLACES = 8
PAIR_FEATURES = 9


def _sections(text: str) -> tuple[Ints, Ints]:
    """For each line the number of its section, and whether it is a heading.

    A heading is a short line without a full stop.
    """
    headings = [
        0 < len(line.strip()) <= 30 and not re.search(r"[。！？；]", line)
        for line in text.split("\n")
    ]
    return np.cumsum(headings), np.array(headings, dtype=np.int64)


@cache
def _joinable() -> NDArray[np.bool_]:
    """Whether any relation may run from a label to another, shape (labels, labels)."""
    schema = default_schema()
    names = list(schema.entities)
    return np.array(
        [[any(schema.allows(r, a, b) for r in schema.relations) for b in names] for a in names]
    )
