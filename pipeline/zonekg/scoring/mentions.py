"""Scores of mentions, and what kind of error each wrong one is.

A mention is (document, start, end, label). Strict: all are equal. Relaxed: the spans overlap and
the labels are equal. For error classes the mentions of both sides are paired one to one; the
counts of MUC-5 (Chinchor and Sundheim 1993) as SemEval-2013 task 9.1 has them (Segura-Bedmar et
al. 2013) follow from the pairs, but for the scheme `type`, which pairs by label first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg.docs import confidences
from zonekg.scoring.counts import Item, Table

__all__ = [
    "MENTION_ERRORS",
    "SCHEMES",
    "Mark",
    "Matches",
    "align",
    "error_class",
    "marks",
    "match_marks",
    "mention_items",
    "score_entities",
]

MENTION_ERRORS = ("boundary", "type", "boundary and type", "missed", "spurious")
SCHEMES = ("strict", "exact", "partial", "type")


class Mark(NamedTuple):
    """A mention: characters start (inclusive) to end (exclusive) under a label."""

    start: int
    end: int
    label: str

    def overlaps(self, other: Mark) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


def marks(doc: Doc) -> list[Mark]:
    """The mentions of a doc in text order."""
    return [Mark(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]


def mention_items(
    predicted: Doc, gold: Doc, slices: Callable[[Mark], Mapping[str, str]] = lambda _: {}
) -> Iterator[Item]:
    """Every mention of both docs, strict and relaxed; `slices` gives the buckets of a mention."""
    mine, theirs = marks(predicted), marks(gold)
    sides = (
        (True, mine, theirs, confidences(predicted)),
        (False, theirs, mine, [1.0] * len(theirs)),
    )
    for side, own, other, sure in sides:
        known = set(other)
        touched = _touched(own, other)
        for mark, confidence, near in zip(own, sure, touched, strict=True):
            buckets = slices(mark)
            for mode, right in (("strict", mark in known), ("relaxed", near)):
                yield Item("entities", mode, side, mark.label, right, confidence, buckets)


def _touched(own: Sequence[Mark], others: Sequence[Mark]) -> list[bool]:
    """For each mention whether one of the others overlaps it under the same label."""
    out = []
    first = 0
    for mark in own:  # both sides are flat and in text order
        while first < len(others) and others[first].end <= mark.start:
            first += 1
        near = (other for other in others[first:] if other.start < mark.end)
        out.append(any(other.label == mark.label for other in near))
    return out


def score_entities(
    pairs: Iterable[tuple[Doc, Doc]], labels: Sequence[str], *, strict: bool = True
) -> Table:
    """Scores of predicted against gold mentions; `pairs` are (predicted, gold) of one text.

    strict: same span and label; relaxed: spans overlap and labels are equal.
    """
    items = (item for predicted, gold in pairs for item in mention_items(predicted, gold))
    return Table.of(items, "strict" if strict else "relaxed", labels)


Pair = tuple[int | None, int | None]
"""Indices of a predicted and a gold mention that stand for each other; None for no partner."""


def align(predicted: Sequence[Mark], gold: Sequence[Mark]) -> list[Pair]:
    """Pair overlapping mentions one to one, in text order; each mention is in one pair.

    As many pairs as can be; of the ways to do so the one with most equal labels, then with most
    characters in common. Both sides must be flat and sorted.

    >>> align([Mark(0, 9, "ORG")], [Mark(0, 4, "PARK"), Mark(4, 9, "ORG")])
    [(None, 0), (0, 1)]
    """
    pairs: list[Pair] = []
    for mine, theirs in _clusters(predicted, gold):
        pairs += _align_cluster(mine, theirs, predicted, gold)
    return pairs


def _clusters(
    predicted: Sequence[Mark], gold: Sequence[Mark]
) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of predicted and gold mentions that hang together by overlap."""
    rows = sorted(
        [(mark, 0, i) for i, mark in enumerate(predicted)]
        + [(mark, 1, j) for j, mark in enumerate(gold)]
    )
    sides: tuple[list[int], list[int]] = ([], [])
    end = 0
    for mark, side, index in rows:
        if mark.start >= end and any(sides):
            yield sides
            sides = ([], [])
        sides[side].append(index)
        end = max(end, mark.end)
    if any(sides):
        yield sides


def _align_cluster(
    mine: Sequence[int], theirs: Sequence[int], predicted: Sequence[Mark], gold: Sequence[Mark]
) -> list[Pair]:
    """The best pairs by dynamic programming from the end; flat mentions can't pair crosswise."""
    nothing = (0, 0, 0)
    best = [[nothing] * (len(theirs) + 1) for _ in range(len(mine) + 1)]
    paired = [[False] * len(theirs) for _ in mine]
    for i in reversed(range(len(mine))):
        for j in reversed(range(len(theirs))):
            a, b = predicted[mine[i]], gold[theirs[j]]
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if a.overlaps(b):
                pairs, equal, shared = best[i + 1][j + 1]
                overlap = min(a.end, b.end) - max(a.start, b.start)
                found = (pairs + 1, equal + (a.label == b.label), shared + overlap)
                if found >= best[i][j]:
                    best[i][j], paired[i][j] = found, True
    out: list[Pair] = []
    i = j = 0
    while i < len(mine) or j < len(theirs):
        if i < len(mine) and j < len(theirs) and paired[i][j]:
            out.append((mine[i], theirs[j]))
            i, j = i + 1, j + 1
        elif i < len(mine) and (j == len(theirs) or best[i + 1][j] == best[i][j]):
            out.append((mine[i], None))
            i += 1
        else:
            out.append((None, theirs[j]))
            j += 1
    return out


def error_class(predicted: Mark | None, gold: Mark | None) -> str:
    """``correct`` or one of `MENTION_ERRORS`, of two mentions that `align` paired.

    >>> error_class(Mark(0, 4, "PARK"), Mark(0, 5, "PARK")), error_class(None, Mark(0, 4, "PARK"))
    ('boundary', 'missed')
    """
    if predicted is None:
        return "missed"
    if gold is None:
        return "spurious"
    moved = predicted[:2] != gold[:2]
    if predicted.label == gold.label:
        return "boundary" if moved else "correct"
    return "boundary and type" if moved else "type"


class Matches(NamedTuple):
    """MUC's counts: pairs that are correct, incorrect or partly correct, and what has no pair."""

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missed: int = 0
    spurious: int = 0

    @property
    def possible(self) -> int:
        """How many gold mentions there are."""
        return self.correct + self.incorrect + self.partial + self.missed

    @property
    def actual(self) -> int:
        """How many mentions were predicted."""
        return self.correct + self.incorrect + self.partial + self.spurious

    def prf(self) -> tuple[float, float, float]:
        """Precision, recall and F1, 0 to 1; a partly correct pair counts one half."""
        good = self.correct + self.partial / 2
        p = good / self.actual if self.actual else 0.0
        r = good / self.possible if self.possible else 0.0
        return p, r, 2 * p * r / (p + r) if p + r else 0.0

    def __add__(self, other: tuple[int, ...]) -> Matches:  # type: ignore[override]
        """Counts added up."""
        return Matches(*(a + b for a, b in zip(self, other, strict=True)))


def match_marks(predicted: Sequence[Mark], gold: Sequence[Mark]) -> Mapping[str, Matches]:
    """MUC's counts of one document under SemEval-2013's four schemes.

    strict: span and label count; exact: the span; partial: the span, where an overlap is partly
    correct; type: the label of mentions that overlap.
    """
    found = sorted(
        error_class(
            None if i is None else predicted[i],
            None if j is None else gold[j],
        )
        for i, j in align(predicted, gold)
    )
    number = {kind: len(list(rows)) for kind, rows in groupby(found)}
    correct, same_span = number.get("correct", 0), number.get("type", 0)
    moved = number.get("boundary", 0) + number.get("boundary and type", 0)
    rest = (number.get("missed", 0), number.get("spurious", 0))
    return {
        "strict": Matches(correct, same_span + moved, 0, *rest),
        "exact": Matches(correct + same_span, moved, 0, *rest),
        "partial": Matches(correct + same_span, 0, moved, *rest),
        "type": sum(
            (
                _match_types([predicted[i] for i in mine], [gold[j] for j in theirs])
                for mine, theirs in _clusters(predicted, gold)
            ),
            Matches(),
        ),
    }


def _match_types(predicted: Sequence[Mark], gold: Sequence[Mark]) -> Matches:
    """Each prediction takes the nearest free mention of its label that it overlaps, else any."""
    free = dict(enumerate(gold))
    correct = incorrect = 0
    for mark in predicted:
        near = [j for j, other in free.items() if mark.overlaps(other)]
        same = [j for j in near if free[j].label == mark.label]
        if near:
            gap = {j: abs(free[j].start - mark.start) + abs(free[j].end - mark.end) for j in same}
            del free[min(same, key=lambda j: gap[j]) if same else near[0]]
            correct += bool(same)
            incorrect += not same
    spurious = len(predicted) - correct - incorrect
    return Matches(correct, incorrect, 0, len(free), spurious)
