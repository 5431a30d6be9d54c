"""Scores of relations, as facts between groups of mentions, and what kind of error each is.

A predicted group stands for the gold group that it shares most mentions with. LOCATED_IN is closed
over PARK -> PARK on both sides, and symmetric relations have no direction. Strict: a mention of the
group is matched exactly at both ends; relaxed: one overlaps.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg.docs import Relation, group_mentions, groups, relations
from zonekg.errors import SchemaError
from zonekg.schema import Schema, default_schema
from zonekg.scoring.counts import Item, Table
from zonekg.scoring.mentions import Mark, marks

__all__ = [
    "FACT_ERRORS",
    "FactError",
    "Matching",
    "Stated",
    "fact_errors",
    "fact_items",
    "match_facts",
    "score_relations",
    "thing_names",
]

FACT_ERRORS = ("type", "missed", "missed, no mention", "spurious", "spurious, wrong mention")

Name = tuple[str, int]
Fact = tuple[Name, str, Name]


class Stated(NamedTuple):
    """How a doc states a fact.

    row: the relation that says so, the surest where several do, None where it follows from park in
    park; score: its confidence, 0 to 1, the least of those it follows from; head, tail: all
    mentions of the two things; known: whether both stand for things of gold.
    """

    row: Relation | None
    score: float
    head: tuple[Mark, ...]
    tail: tuple[Mark, ...]
    known: bool = False


Facts = dict[Fact, Stated]


class Matching(NamedTuple):
    """The facts of two annotations of one text, with the same keys for the same facts.

    found: the things of gold of which a mention was predicted exactly.
    """

    predicted: Facts
    gold: Facts
    found: frozenset[Name]


def score_relations(
    pairs: Iterable[tuple[Doc, Doc]], schema: Schema | None = None, *, strict: bool = True
) -> Table:
    """Scores of predicted against gold facts; `pairs` are (predicted, gold) of one text."""
    schema = schema or default_schema()
    items = (
        item
        for predicted, gold in pairs
        for item in fact_items(match_facts(predicted, gold, schema, strict=strict))
    )
    return Table.of(items, "strict", schema.relations)


def fact_items(
    matching: Matching,
    mode: str = "strict",
    slices: Callable[[Stated], Mapping[str, str]] = lambda _: {},
) -> Iterator[Item]:
    """Every fact of both sides; `mode` tells how they were matched, `slices` gives the buckets."""
    mine, theirs, _ = matching
    for side, own, others in ((True, mine, theirs), (False, theirs, mine)):
        for fact, stated in own.items():
            right, buckets = fact in others, slices(stated)
            yield Item("relations", mode, side, fact[1], right, stated.score, buckets)


def match_facts(
    predicted: Doc, gold: Doc, schema: Schema | None = None, *, strict: bool = True
) -> Matching:
    """Bring the facts of two annotations of one text together.

    Raises SchemaError at a relation that the schema does not know.
    """
    schema = schema or default_schema()
    mine, theirs = thing_names(predicted, gold, strict=strict)
    there = set(marks(predicted))
    found = frozenset(theirs[i] for i, mark in enumerate(marks(gold)) if mark in there)
    return Matching(_facts(predicted, mine, schema), _facts(gold, theirs, schema), found)


def thing_names(
    predicted: Doc, gold: Doc, *, strict: bool = True
) -> tuple[dict[int, Name], dict[int, Name]]:
    """For each mention of both docs a key of the thing that it names, the same for the same thing.

    A predicted group has the key of the gold group that it stands for, or one of its own.
    """
    return _shared_names(predicted, gold, strict), _own_names(gold)


def _joined(doc: Doc) -> list[int]:
    """Groups of mentions, equal wordings joined."""
    same = defaultdict(list)
    for i, first in enumerate(groups(doc)):
        same[first].append(i)
    return group_mentions(doc, same.values())


def _own_names(doc: Doc) -> dict[int, Name]:
    return {i: ("gold", first) for i, first in enumerate(_joined(doc))}


def _shared_names(predicted: Doc, gold: Doc, strict: bool) -> dict[int, Name]:
    """For each predicted mention the gold group that its own stands for, or a name of its own."""
    equal: dict[int, Counter[int]] = defaultdict(Counter)
    near: dict[int, Counter[int]] = defaultdict(Counter)
    gold_groups = _joined(gold)
    own = _joined(predicted)
    theirs = marks(gold)
    ends = [mark.end for mark in theirs]  # in order, since mentions do not overlap
    for first, mark in zip(own, marks(predicted), strict=True):
        for j in range(bisect_right(ends, mark.start), len(theirs)):
            if theirs[j].start >= mark.end:
                break
            if mark == theirs[j]:
                equal[first][gold_groups[j]] += 1
            elif not strict and mark.label == theirs[j].label:
                near[first][gold_groups[j]] += 1
    out: dict[int, Name] = {}
    for i, first in enumerate(own):
        votes, more = equal[first], near[first]
        # an exact mention counts for more than any overlaps, so that relaxed is never below strict
        ranked = sorted(votes.keys() | more.keys(), key=lambda g: (-votes[g], -more[g], g))
        out[i] = ("gold", ranked[0]) if ranked else ("unmatched", first)
    return out


def _facts(doc: Doc, names: Mapping[int, Name], schema: Schema) -> Facts:
    facts: Facts = {}
    inside: dict[Name, dict[Name, Stated]] = defaultdict(dict)
    own = _joined(doc)
    members: dict[int, list[Mark]] = defaultdict(list)
    mentions = marks(doc)
    for first, mark in zip(own, mentions, strict=True):
        members[first].append(mark)
    for row in sorted(relations(doc), key=lambda row: -row.score):
        if row.label not in schema.relations:
            raise SchemaError(
                f"a relation {row.label}, expected {', '.join(schema.relations)}; "
                "compare the labels with configs/schema.toml"
            )
        head, tail = names[row.head], names[row.tail]
        if own[row.head] == own[row.tail]:
            continue  # of a thing to itself
        if head == tail:  # one thing in gold, two here: wrong, so no fact of gold may equal it
            head, tail = ("unmatched", own[row.head]), ("unmatched", own[row.tail])
        ends = (tuple(members[own[row.head]]), tuple(members[own[row.tail]]))
        stated = Stated(row, row.score, *ends)
        if row.label == "LOCATED_IN" and mentions[row.head].label == "PARK":
            inside[head].setdefault(tail, stated)
        if schema.relations[row.label].symmetric:
            head, tail = sorted((head, tail))
        facts.setdefault((head, row.label, tail), stated)
    facts |= _implied(facts, inside)
    gold = {tuple(members[own[i]]) for i, name in names.items() if name[0] == "gold"}
    return {
        fact: stated._replace(known=stated.head in gold and stated.tail in gold)
        for fact, stated in facts.items()
    }


def _implied(facts: Facts, inside: Mapping[Name, Mapping[Name, Stated]]) -> Facts:
    """What lies in a park that lies in another lies in that one, too: as sure as its weakest step.

    Facts that are stated outright come along where the steps are surer.
    """
    found: Facts = {}
    for (head, label, tail), stated in facts.items():
        if label != "LOCATED_IN":
            continue
        for outer, way in _outer(tail, inside).items():
            fact = (head, label, outer)
            score = min(stated.score, way.score)
            old = found.get(fact) or facts.get(fact)
            if outer != head and (old is None or old.score < score):
                row = old.row if old else None
                found[fact] = Stated(row, score, stated.head, way.tail)
    return found


def _outer(park: Name, inside: Mapping[Name, Mapping[Name, Stated]]) -> dict[Name, Stated]:
    """All parks that a park lies in, however far out, each by the surest way."""
    found: dict[Name, Stated] = {}
    waiting = [(park, 1.0)]
    while waiting:
        here, score = waiting.pop()
        for outer, step in inside.get(here, {}).items():
            through = min(score, step.score)
            if outer not in found or through > found[outer].score:
                found[outer] = step._replace(row=None, score=through)
                waiting.append((outer, through))
    return found


class FactError(NamedTuple):
    """A wrong fact: its class of `FACT_ERRORS`, and how each side states it, None for not at all.

    type: between the same two things gold has another relation, or the other direction; no
    mention: an end was not found as a mention; wrong mention: an end is no mention of gold.
    """

    kind: str
    label: str
    predicted: Stated | None
    gold: Stated | None
    other: str = ""


def fact_errors(matching: Matching) -> list[FactError]:
    """Each fact that one side lacks, once.

    For `type`, `label` is gold's and `other` the predicted one. A fact of one side pairs with at
    most one of the other.
    """
    mine, theirs, found = matching
    waiting: dict[frozenset[Name], list[Fact]] = defaultdict(list)
    for fact in mine.keys() - theirs.keys():
        waiting[frozenset((fact[0], fact[2]))].append(fact)
    for rows in waiting.values():
        rows.sort(reverse=True)
    out: list[FactError] = []
    for fact in sorted(theirs.keys() - mine.keys()):
        head, label, tail = fact
        if others := waiting.get(frozenset((head, tail))):
            other = others.pop()
            out.append(FactError("type", label, mine[other], theirs[fact], other[1]))
        elif {head, tail} <= found:
            out.append(FactError("missed", label, None, theirs[fact]))
        else:
            out.append(FactError("missed, no mention", label, None, theirs[fact]))
    for fact in sorted(fact for rows in waiting.values() for fact in rows):
        kind = "spurious" if mine[fact].known else "spurious, wrong mention"
        out.append(FactError(kind, fact[1], mine[fact], None))
    return out
