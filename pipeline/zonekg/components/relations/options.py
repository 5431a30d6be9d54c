"""What the pairs of a reading may say, as choices between options of which one holds, or none.

An amount has one owner and one role, a thing lies in one innermost park, and between a company and
a project there is one relation. In 3,783 annotated amounts of train and dev three have two owners,
in 7,767 things four lie in two parks.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from zonekg.components.relations.reading import Floats, Ints, Reading
from zonekg.docs import Relation, relations
from zonekg.schema import default_schema
from zonekg.scoring.facts import Name, thing_names

__all__ = ["Options", "decide", "few_negatives", "options", "right_options"]

_PLACE = "LOCATED_IN"


class Options(NamedTuple):
    """E ways to say O facts, which exclude each other within each of C choices.

    entries: pair, relation and option, shape (E, 3): a fact between two things may be said by any
    pair of their mentions. facts: for each option the first mentions of head and tail and the
    relation, shape (O, 3); the tail of an amount is the mention itself. choices: for each option
    the number of its choice, shape (O,), all numbers below `size`.
    """

    entries: Ints
    facts: Ints
    choices: Ints
    size: int


def options(reading: Reading) -> Options:
    """All that a reading may say, legal relations between different things only."""
    schema = default_schema()
    names = list(schema.entities)
    heads, tails = reading.pairs.T
    ends = np.stack([reading.groups[heads], reading.groups[tails]], axis=1)
    from_label, to_label = reading.labels[heads], reading.labels[tails]
    rows, facts, keys = [], [], []
    for number, (label, relation) in enumerate(schema.relations.items()):
        allowed = np.array([[schema.allows(label, a, b) for b in names] for a in names])
        pairs = np.flatnonzero(allowed[from_label, to_label])
        head, tail = ends[pairs].T
        fill = np.full(len(pairs), number)
        if relation.symmetric:
            head, tail = np.minimum(head, tail), np.maximum(head, tail)
            key = (head, tail, fill + 3)
        elif relation.tails == {"MONEY"}:
            tail = tails[pairs]
            key = (tail, tail, fill * 0)
        elif label == _PLACE:
            key = (head, head, fill * 0 + 1)
        else:
            key = (head, tail, fill * 0 + 2)
        rows.append(np.stack([pairs, fill], axis=1))
        facts.append(np.stack([head, fill, tail], axis=1))
        keys.append(np.stack(key, axis=1))
    found, which = np.unique(np.concatenate(facts), axis=0, return_inverse=True)
    which = which.reshape(-1)
    wanted = np.zeros((len(found), 3), dtype=np.int64)
    wanted[which] = np.concatenate(keys)
    choices, numbers = np.unique(wanted, axis=0, return_inverse=True)
    entries = np.concatenate([np.concatenate(rows), which[:, None]], axis=1)
    return Options(entries, found, numbers.reshape(-1), len(choices))


def decide(reading: Reading, found: Options, scores: Floats) -> list[Relation]:
    """The likeliest option of each choice, said by the mentions that say it best.

    scores: of pairs and relations, shape (pairs, relations). An option counts as much as the best
    of its entries; the share of an option in its choice, where none of them counts 0, is its
    score. Heads and tails are mentions of the doc.
    """
    if not len(found.facts):
        return []
    labels = list(default_schema().relations)
    said = scores[found.entries[:, 0], found.entries[:, 1]].astype(np.float64)
    order = np.lexsort((-np.arange(len(said)), said))  # the first of the best comes last
    best = np.zeros(len(found.facts), dtype=np.int64)
    best[found.entries[order, 2]] = order
    logits = said[best]
    top = np.zeros(found.size)
    np.maximum.at(top, found.choices, logits)
    total = np.exp(-top)
    np.add.at(total, found.choices, np.exp(logits - top[found.choices]))
    share = np.exp(logits - top[found.choices]) / total[found.choices]
    ranked = np.lexsort((-np.arange(len(share)), share))
    winner = np.zeros(found.size, dtype=np.int64)
    winner[found.choices[ranked]] = ranked
    out = []
    for option in winner.tolist():
        pair, relation, _ = found.entries[best[option]].tolist()
        head, tail = reading.mentions[reading.pairs[pair]].tolist()
        out.append(Relation(head, tail, labels[relation], float(share[option])))
    return out


def right_options(
    reading: Reading, found: Options, doc: Doc, gold: Doc
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which options an annotation has, shape (options,), and the choices that may stay open.

    A choice without a right option stays open. So may an amount's whose relation is annotated at
    another mention of the same wording.
    """
    mine, theirs = thing_names(doc, gold)
    facts = _facts(gold, theirs, set(mine.values()))
    symmetric = [r.symmetric for r in default_schema().relations.values()]
    exact = _amount_facts(doc, gold, theirs)
    right = np.zeros(len(found.facts), dtype=bool)
    unsure = np.zeros(found.size, dtype=bool)
    money = list(default_schema().entities).index("MONEY")
    for option, (head, relation, tail) in enumerate(found.facts.tolist()):
        a, b = (mine[int(reading.mentions[end])] for end in (head, tail))
        fact = (a, relation, b)
        right[option] = fact in facts or (symmetric[relation] and (b, relation, a) in facts)
        if right[option] and reading.labels[tail] == money:
            stated = exact.get(int(reading.mentions[tail]), set())
            right[option] = not stated or (a, relation) in stated
            unsure[found.choices[option]] |= not stated
    chosen = np.zeros(found.size, dtype=bool)
    chosen[found.choices[right]] = True
    return right, ~chosen | unsure


def _facts(gold: Doc, names: dict[int, Name], known: set[Name]) -> set[tuple[Name, int, Name]]:
    """The annotated facts; of a place that was not found the next one outwards stands for it."""
    numbers = {label: i for i, label in enumerate(default_schema().relations)}
    inside: dict[Name, set[Name]] = defaultdict(set)
    rows = [(names[r.head], numbers[r.label], names[r.tail]) for r in relations(gold)]
    for head, relation, tail in rows:
        if relation == numbers[_PLACE]:
            inside[head].add(tail)

    def found(park: Name, passed: tuple[Name, ...] = ()) -> set[Name]:
        if park in known or park in passed:
            return {park}
        return {p for outer in inside.get(park, ()) for p in found(outer, (*passed, park))}

    out = {row for row in rows if row[1] != numbers[_PLACE]}
    return out | {(h, r, p) for h, r, t in rows if r == numbers[_PLACE] for p in found(t)}


def _amount_facts(doc: Doc, gold: Doc, names: dict[int, Name]) -> dict[int, set[tuple[Name, int]]]:
    """For each amount that the annotation has at this very place: its owners and their relation."""
    numbers = {label: i for i, label in enumerate(default_schema().relations)}
    at = {(e.start_char, e.end_char): i for i, e in enumerate(gold.ents) if e.label_ == "MONEY"}
    stated: dict[int, set[tuple[Name, int]]] = defaultdict(set)
    for row in relations(gold):
        stated[row.tail].add((names[row.head], numbers[row.label]))
    places = {
        i: at.get((e.start_char, e.end_char)) for i, e in enumerate(doc.ents) if e.label_ == "MONEY"
    }
    return {i: stated[j] for i, j in places.items() if j is not None and j in stated}


def few_negatives(
    found: Options, right: NDArray[np.bool_], unsure: NDArray[np.bool_]
) -> tuple[Options, NDArray[np.bool_], NDArray[np.bool_]]:
    """The right options and as many others, drawn by lot: to measure what the others teach."""
    others = np.flatnonzero(~right).tolist()
    chosen = random.sample(others, min(len(others), int(right.sum())))
    kept = np.sort(np.concatenate([np.flatnonzero(right), np.array(chosen, dtype=np.int64)]))
    number = np.full(len(right), -1)
    number[kept] = np.arange(len(kept))
    entries = found.entries[number[found.entries[:, 2]] >= 0]
    entries = np.column_stack([entries[:, :2], number[entries[:, 2]]])
    choices, numbers = np.unique(found.choices[kept], return_inverse=True)
    fewer = Options(entries, found.facts[kept], numbers.reshape(-1), len(choices))
    return fewer, right[kept], unsure[choices]
