"""What one model reads otherwise than another: mentions and facts that come and go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from zonekg.docs import confidences, groups
from zonekg.schema import Schema, default_schema
from zonekg.scoring.facts import FACT_ERRORS, Stated
from zonekg.scoring.judgement import Judged
from zonekg.scoring.mentions import MENTION_ERRORS, Mark, error_class, marks

__all__ = [
    "CLASSES",
    "KINDS",
    "NONE",
    "Change",
    "Outcome",
    "Statement",
    "View",
    "changes",
    "class_changes",
    "fact_view",
    "mention_view",
    "order",
    "whole",
]

KINDS = ("gained", "lost", "spurious gone", "spurious new")
"""Gold that only B finds or only A finds; wrong predictions of A alone and of B alone."""

NONE = "none"
"""The class of what a model does not state."""

CLASSES = {
    "entities": ("correct", *MENTION_ERRORS, NONE),
    "relations": ("correct", *FACT_ERRORS, NONE),
}


class Statement(NamedTuple):
    """A mention or a fact.

    ends: one thing for a mention, head and tail for a fact; a thing is all its mentions.
    """

    label: str
    ends: tuple[tuple[Mark, ...], ...]


class Outcome(NamedTuple):
    """What became of a statement.

    kind: ``correct`` or a class of error; confidence: of the prediction, None without one;
    partner: the statement of the other side that it stands for where it is wrong.
    """

    kind: str
    confidence: float | None = None
    partner: Statement | None = None


class View(NamedTuple):
    """One document as one model reads it: every gold statement, and the wrong ones it made.

    things: for each gold mention all mentions of the same thing; None where mentions are viewed.
    """

    gold: Mapping[Statement, Outcome]
    wrong: Mapping[Statement, Outcome]
    things: Mapping[Mark, frozenset[Mark]] | None = None

    @property
    def stated(self) -> dict[Statement, float | None]:
        """All that the model states, right and wrong, with its confidences."""
        right = {told: row for told, row in self.gold.items() if row.kind == "correct"}
        return {told: row.confidence for told, row in (right | dict(self.wrong)).items()}


class Change(NamedTuple):
    """A statement that one model makes and the other does not.

    kind: one of `KINDS`; before, after: its class of error with A and with B, see `CLASSES`: of a
    wrong prediction that stands for something in gold, what the other model makes of that.
    """

    kind: str
    statement: Statement
    before: str
    after: str
    confidence: float | None


def mention_view(judged: Judged) -> View:
    """The mentions of a judged document, strict."""
    sure = dict(zip(marks(judged.predicted), confidences(judged.predicted), strict=True))
    gold: dict[Statement, Outcome] = {}
    wrong: dict[Statement, Outcome] = {}
    for mine, theirs in judged.mentions:
        kind = error_class(mine, theirs)
        predicted, told = (mark and Statement(mark.label, ((mark,),)) for mark in (mine, theirs))
        confidence = sure[mine] if mine else None
        if told:
            gold[told] = Outcome(kind, confidence, predicted)
        if predicted and kind != "correct":
            wrong[predicted] = Outcome(kind, confidence, told)
    return View(gold, wrong)


def fact_view(judged: Judged) -> View:
    """The facts of a judged document, strict."""
    mine, theirs, _ = judged.matching
    gold = {
        _statement(fact[1], theirs[fact]): Outcome("correct", mine[fact].score)
        for fact in theirs
        if fact in mine
    }
    wrong: dict[Statement, Outcome] = {}
    for error in judged.facts:
        told = error.gold and _statement(error.label, error.gold)
        predicted = error.predicted and _statement(error.other or error.label, error.predicted)
        score = error.predicted.score if error.predicted else None
        if told:
            gold[told] = Outcome(error.kind, score, predicted)
        if predicted:
            wrong[predicted] = Outcome(error.kind, score, told)
    members: dict[int, set[Mark]] = {}
    mentions = list(zip(groups(judged.gold), marks(judged.gold), strict=True))
    for first, mark in mentions:
        members.setdefault(first, set()).add(mark)
    return View(gold, wrong, {mark: frozenset(members[first]) for first, mark in mentions})


def _statement(label: str, stated: Stated) -> Statement:
    return Statement(label, (stated.head, stated.tail))


def changes(a: View, b: View, schema: Schema | None = None) -> list[Change]:
    """All that differs between two models on one document, in text order by kind.

    What is gained less what is lost is the difference in right predictions, what is new less what
    is gone that in wrong ones. Two wrong facts are the same when they join the same things, even
    if each model found other mentions of them.
    """
    out = []
    for told in sorted(a.gold, key=order):
        before, after = a.gold[told], b.gold[told]
        if (before.kind == "correct") != (after.kind == "correct"):
            won = after.kind == "correct"
            kind, sure = ("gained", after.confidence) if won else ("lost", before.confidence)
            out.append(Change(kind, told, before.kind, after.kind, sure))
    kept = _same_errors(a, b, schema or default_schema())
    for wrong in sorted(a.wrong.keys() - kept.keys(), key=order):
        kind, sure, partner = a.wrong[wrong]
        after_it = b.gold[partner].kind if partner else NONE
        out.append(Change("spurious gone", wrong, kind, after_it, sure))
    for wrong in sorted(b.wrong.keys() - set(kept.values()), key=order):
        kind, sure, partner = b.wrong[wrong]
        before_it = a.gold[partner].kind if partner else NONE
        out.append(Change("spurious new", wrong, before_it, kind, sure))
    return out


def class_changes(a: View, b: View, schema: Schema | None = None) -> Counter[tuple[str, str, str]]:
    """How often a class of error with A became which with B: counts by (label, class, class).

    What stays as it is counts, too, so that the counts add up to the error classes of each model.
    """
    counts = Counter((told.label, row.kind, b.gold[told].kind) for told, row in a.gold.items())
    kept = _same_errors(a, b, schema or default_schema())
    seen = set()
    for wrong, row in a.wrong.items():
        other = b.wrong.get(kept[wrong]) if wrong in kept else None
        after = other.kind if other and other.partner is None else NONE
        if row.partner is None:  # with a partner it is counted under that
            counts[wrong.label, row.kind, after] += 1
            seen.add(kept.get(wrong))
    for wrong, row in b.wrong.items():
        if row.partner is None and wrong not in seen:
            counts[wrong.label, NONE, row.kind] += 1
    return counts


def order(statement: Statement) -> tuple[int, int, Statement]:
    """Where it begins and ends in the text first."""
    places = [mark for end in statement.ends for mark in end]
    return min(mark.start for mark in places), max(mark.end for mark in places), statement


def _same_errors(a: View, b: View, schema: Schema) -> dict[Statement, Statement]:
    """The wrong statements that both models make: those of A with those of B, one to one."""
    same = {wrong: wrong for wrong in a.wrong if wrong in b.wrong}
    things, symmetric = a.things, {k for k, row in schema.relations.items() if row.symmetric}
    if things is None:
        return same  # mentions are the same or they are not
    mine, theirs = (
        {told: [whole(end, things) for end in told.ends] for told in view.wrong if told not in same}
        for view in (a, b)
    )
    by_mark: dict[Mark, set[Statement]] = defaultdict(set)
    for told, ends in theirs.items():
        for mark in frozenset().union(*ends):
            by_mark[mark].add(told)
    alike = [
        (x, y)
        for x, ends in mine.items()
        for y in set().union(*(by_mark[mark] for mark in ends[0]))
        if x.label == y.label and _same_things(ends, theirs[y], x.label in symmetric)
    ]
    taken: set[Statement] = set()
    # the first with the first, which gives the same pairs whichever model is A
    for x, y in sorted(alike):
        if x not in same and y not in taken:
            same[x] = y
            taken.add(y)
    return same


def _same_things(
    mine: Sequence[frozenset[Mark]], theirs: Sequence[frozenset[Mark]], symmetric: bool
) -> bool:
    ways = (theirs, theirs[::-1]) if symmetric else (theirs,)
    return any(all(x & y for x, y in zip(mine, way, strict=True)) for way in ways)


def whole(end: tuple[Mark, ...], things: Mapping[Mark, frozenset[Mark]] | None) -> frozenset[Mark]:
    """The mentions of a thing, and those of the gold things that it stands for."""
    return frozenset(end).union(*((things or {}).get(mark, ()) for mark in end))
