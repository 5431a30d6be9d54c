"""What an annotation says of the options of a reading: what the net learns from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from zonekg.components.relations.options import Options
from zonekg.components.relations.reading import Reading
from zonekg.docs import relations
from zonekg.schema import default_schema
from zonekg.scoring.facts import Name, thing_names

__all__ = ["Target", "target"]

_PLACE = "LOCATED_IN"
Fact = tuple[Name, str, Name]


class Target(NamedTuple):
    """What an annotation says of options and choices.

    right: the options that it has, shape (options,); open: the choices of which none may hold,
    shape (choices,).
    """

    right: NDArray[np.bool_]
    open: NDArray[np.bool_]


def target(reading: Reading, found: Options, doc: Doc, gold: Doc) -> Target:
    """Compare the options of a reading of `doc` with an annotation of the same text.

    A choice without a right option stays open. So may an amount's whose relation is annotated at
    another mention of the same wording.
    """
    mine, theirs = thing_names(doc, gold)
    facts = _facts(gold, theirs, set(mine.values()))
    amounts = _amount_facts(doc, gold, theirs)
    schema = default_schema()
    labels = list(schema.relations)
    right = np.zeros(len(found.facts), dtype=bool)
    loose = np.zeros(found.size, dtype=bool)
    for option, (head, number, tail) in enumerate(found.facts.tolist()):
        a, b = int(reading.mentions[head]), int(reading.mentions[tail])
        fact = (mine[a], labels[number], mine[b])
        right[option] = fact in facts
        if right[option] and schema.relations[labels[number]].tails == {"MONEY"}:
            stated = amounts.get(b, set())
            right[option] = not stated or fact[:2] in stated
            loose[found.choices[option]] |= not stated
    chosen = np.zeros(found.size, dtype=bool)
    chosen[found.choices[right]] = True
    return Target(right, ~chosen | loose)


def _facts(gold: Doc, names: Mapping[int, Name], known: set[Name]) -> set[Fact]:
    """The annotated facts; of a place that was not found the next one outwards stands for it."""
    inside: dict[Name, set[Name]] = defaultdict(set)
    rows = [(names[r.head], r.label, names[r.tail]) for r in relations(gold)]
    for head, label, tail in rows:
        if label == _PLACE:
            inside[head].add(tail)

    def found(park: Name, passed: tuple[Name, ...] = ()) -> set[Name]:
        if park in known or park in passed:
            return {park}
        return {p for outer in inside.get(park, ()) for p in found(outer, (*passed, park))}

    out = set()
    for head, label, tail in rows:
        if label == _PLACE:
            out |= {(head, label, park) for park in found(tail)}
        else:
            out.add((head, label, tail))
            if default_schema().relations[label].symmetric:
                out.add((tail, label, head))
    return out


def _amount_facts(
    doc: Doc, gold: Doc, names: Mapping[int, Name]
) -> dict[int, set[tuple[Name, str]]]:
    """For each amount that the annotation has at this very place: its owners and their relation."""
    at = {(e.start_char, e.end_char): i for i, e in enumerate(gold.ents) if e.label_ == "MONEY"}
    stated: dict[int, set[tuple[Name, str]]] = defaultdict(set)
    for row in relations(gold):
        stated[row.tail].add((names[row.head], row.label))
    places = {
        i: at.get((e.start_char, e.end_char)) for i, e in enumerate(doc.ents) if e.label_ == "MONEY"
    }
    return {i: stated[j] for i, j in places.items() if j is not None and j in stated}
