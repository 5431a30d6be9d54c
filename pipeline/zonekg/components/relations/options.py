"""What the pairs of a reading may say, as choices between options of which one holds, or none.

An amount has one owner and one role, a thing lies in one innermost park, between a company and a
project there is one relation. In 3,783 annotated amounts of train and dev three have two owners, in
7,767 things four lie in two parks.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zonekg.components.relations.reading import Floats, Ints, Reading
from zonekg.docs import Relation
from zonekg.schema import default_schema

__all__ = ["Options", "consistent", "decide", "few_negatives", "options"]

_PLACE = "LOCATED_IN"


class Options(NamedTuple):
    """E ways to say O facts, which exclude each other within each of C choices.

    entries: pair, relation and option, shape (E, 3): a fact between two things may be said by any
    pair of their mentions. facts: for each option head, relation and tail, shape (O, 3), head and
    tail the first mentions of their things, an amount's tail the mention itself. choices: for each
    option the number of its choice, shape (O,), all numbers below `size`.
    """

    entries: Ints
    facts: Ints
    choices: Ints
    size: int


def options(reading: Reading) -> Options:
    """All that a reading may say."""
    heads, tails = reading.pairs.T
    ends = np.stack([reading.groups[heads], reading.groups[tails]], axis=1)
    from_label, to_label = reading.labels[heads], reading.labels[tails]
    rows, facts, keys = [], [], []
    for number, legal in enumerate(_legal()):
        pairs = np.flatnonzero(legal[from_label, to_label])
        head, tail = ends[pairs].T
        head, tail, key = _ends(number, head, tail, tails[pairs])
        fill = np.full(len(pairs), number)
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


@cache
def _legal() -> NDArray[np.bool_]:
    """From which to which label each relation may run, shape (relations, labels, labels)."""
    schema = default_schema()
    names = list(schema.entities)
    return np.array(
        [[[schema.allows(r, a, b) for b in names] for a in names] for r in schema.relations]
    )


def _ends(
    number: int, head: Ints, tail: Ints, mention: Ints
) -> tuple[Ints, Ints, tuple[Ints, Ints, Ints]]:
    """Head and tail of facts of a relation, and what their choice is told by."""
    label, relation = list(default_schema().relations.items())[number]
    if relation.symmetric:
        low, high = np.minimum(head, tail), np.maximum(head, tail)
        return low, high, (low, high, np.full_like(head, number + 3))
    if relation.tails == {"MONEY"}:
        return head, mention, (mention, mention, np.full_like(head, 0))
    if label == _PLACE:
        return head, tail, (head, head, np.full_like(head, 1))
    return head, tail, (head, tail, np.full_like(head, 2))


def decide(reading: Reading, found: Options, scores: Floats) -> list[Relation]:
    """The likeliest option of each choice, between the mentions of the doc that say it best.

    scores: of pairs and relations, shape (pairs, relations). An option counts as much as the best
    of its entries; the score of a relation, 0 to 1, is its share in its choice, where the chance
    that none holds counts 0.
    """
    labels = list(default_schema().relations)
    said = scores[found.entries[:, 0], found.entries[:, 1]].astype(np.float64)
    best = _last_by(found.entries[:, 2], said, len(found.facts))
    logits = said[best]
    top = np.zeros(found.size)
    np.maximum.at(top, found.choices, logits)
    share = np.exp(logits - top[found.choices])
    total = np.exp(-top)
    np.add.at(total, found.choices, share)
    share /= total[found.choices]
    out = []
    for option in _last_by(found.choices, share, found.size).tolist():
        pair, relation, _ = found.entries[best[option]].tolist()
        head, tail = reading.mentions[reading.pairs[pair]].tolist()
        out.append(Relation(head, tail, labels[relation], float(share[option])))
    return out


def _last_by(keys: Ints, values: NDArray[np.float64], size: int) -> Ints:
    """For each key the number of its largest value, the first of several."""
    order = np.lexsort((-np.arange(len(values)), values))
    found = np.zeros(size, dtype=np.int64)
    found[keys[order]] = order
    return found


def few_negatives(found: Options, right: NDArray[np.bool_]) -> tuple[Options, Ints, Ints]:
    """The right options and as many others, drawn by lot: to measure what the others teach.

    With them the numbers of the options and of the choices that are left.
    """
    others = np.flatnonzero(~right).tolist()
    chosen = random.sample(others, min(len(others), int(right.sum())))
    kept = np.sort(np.concatenate([np.flatnonzero(right), np.array(chosen, dtype=np.int64)]))
    number = np.full(len(right), -1)
    number[kept] = np.arange(len(kept))
    entries = found.entries[number[found.entries[:, 2]] >= 0]
    entries = np.column_stack([entries[:, :2], number[entries[:, 2]]])
    choices, numbers = np.unique(found.choices[kept], return_inverse=True)
    fewer = Options(entries, found.facts[kept], numbers.reshape(-1), len(choices))
    return fewer, kept, choices


def consistent(rows: Iterable[Relation], first: Sequence[int]) -> list[Relation]:
    """Of rows in the order of trust those that no earlier one contradicts or tells already.

    A long article is read in stretches that share its first mentions, so that a choice may be made
    more than once. No two parks lie in each other.
    """
    labels = list(default_schema().relations)
    taken: set[tuple[int, ...]] = set()
    inside: dict[int, set[int]] = defaultdict(set)
    out = []
    for row in rows:
        head, tail = first[row.head], first[row.tail]
        ends = (np.array(end) for end in (head, tail, row.tail))
        *_, key = _ends(labels.index(row.label), *ends)
        choice = tuple(int(part) for part in key)
        if choice in taken or (row.label == _PLACE and head in inside[tail]):
            continue
        taken.add(choice)
        if row.label == _PLACE:
            inside[head].add(tail)
        out.append(row)
    return out
