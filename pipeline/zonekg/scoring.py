"""Scores: entities strict and relaxed, relations end to end and with gold entities.

Everything is compared as sets. Entities are (document, start, end, label). Relations are facts
between groups of mentions: a predicted group stands for the gold group that it shares most
mentions with. LOCATED_IN is closed over PARK -> PARK on both sides, and symmetric relations have
no direction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span

from zonekg.docs import Relation, bare_copy, group_mentions, groups, relations
from zonekg.schema import Schema, default_schema

__all__ = [
    "PRF",
    "evaluate",
    "match_facts",
    "score_docs",
    "score_entities",
    "score_relations",
    "with_gold_entities",
]

NER_FACTORIES = ("zonekg_ner", "ner")


class PRF(NamedTuple):
    """True positives, what was predicted and what is gold, as counts.

    For relaxed scores the matched predictions and the matched gold items are counted apart.
    """

    matched_predicted: int = 0
    predicted: int = 0
    matched_gold: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the predictions that are right, 0 to 1; 0 without predictions."""
        return self.matched_predicted / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of gold that was found, 0 to 1; 0 without gold."""
        return self.matched_gold / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall.

        >>> round(PRF(1, 2, 1, 1).f1, 3)
        0.667
        """
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0

    def __add__(self, other: tuple[Any, ...]) -> PRF:
        """Counts added up, for micro averages."""
        return PRF(*(a + b for a, b in zip(self, other, strict=True)))

    def to_dict(self) -> dict[str, float | int]:
        """P, R and F in per cent with their counts, as reports print them."""
        return {
            "p": round(100 * self.precision, 2),
            "r": round(100 * self.recall, 2),
            "f": round(100 * self.f1, 2),
            "predicted": self.predicted,
            "gold": self.gold,
        }


@dataclass(frozen=True)
class Table:
    """Scores by label, and over all labels (micro)."""

    by_label: Mapping[str, PRF]

    @property
    def micro(self) -> PRF:
        """All labels added up."""
        return sum(self.by_label.values(), PRF())

    def to_dict(self) -> dict[str, Any]:
        """JSON form: ``micro`` and one entry for each label, in the given order."""
        return {"micro": self.micro.to_dict()} | {
            label: prf.to_dict() for label, prf in self.by_label.items()
        }


def score_entities(
    pairs: Iterable[tuple[Doc, Doc]], labels: Sequence[str], *, strict: bool = True
) -> Table:
    """Scores of predicted against gold mentions; `pairs` are (predicted, gold) of one text.

    strict: same span and label; relaxed: spans overlap and labels are equal.
    """
    counts = dict.fromkeys(labels, PRF())
    for predicted, gold in pairs:
        for label in labels:
            p, g = _spans(predicted, label), _spans(gold, label)
            if strict:
                both = len(set(p) & set(g))
                counts[label] += PRF(both, len(p), both, len(g))
            else:
                counts[label] += PRF(_touched(p, g), len(p), _touched(g, p), len(g))
    return Table(counts)


def _spans(doc: Doc, label: str) -> list[tuple[int, int]]:
    return [(e.start_char, e.end_char) for e in doc.ents if e.label_ == label]


def _touched(spans: list[tuple[int, int]], others: list[tuple[int, int]]) -> int:
    return sum(any(a < d and c < b for c, d in others) for a, b in spans)


def score_relations(
    pairs: Iterable[tuple[Doc, Doc]], schema: Schema | None = None, *, strict: bool = True
) -> Table:
    """Scores of predicted against gold facts; `pairs` are (predicted, gold) of one text.

    strict: at both ends a mention of the group is matched exactly; relaxed: one overlaps.
    """
    schema = schema or default_schema()
    counts = dict.fromkeys(schema.relations, PRF())
    for predicted, gold in pairs:
        p, g = match_facts(predicted, gold, schema, strict=strict)
        for label in schema.relations:
            mine = {fact for fact in p if fact[1] == label}
            theirs = {fact for fact in g if fact[1] == label}
            both = len(mine & theirs)
            counts[label] += PRF(both, len(mine), both, len(theirs))
    return Table(counts)


Fact = tuple[Hashable, str, Hashable]
Facts = dict[Fact, Relation | None]


def match_facts(
    predicted: Doc, gold: Doc, schema: Schema | None = None, *, strict: bool = True
) -> tuple[Facts, Facts]:
    """The facts of two annotations of one text, with the same keys for the same facts.

    Each fact has the relation that states it, or None where it follows from park in park.
    """
    schema = schema or default_schema()
    names = _shared_names(predicted, gold, strict)
    return _facts(predicted, names, schema), _facts(gold, _own_names(gold), schema)


def _joined(doc: Doc) -> list[int]:
    """Groups of mentions, equal wordings joined."""
    same = defaultdict(list)
    for i, first in enumerate(groups(doc)):
        same[first].append(i)
    return group_mentions(doc, same.values())


def _own_names(doc: Doc) -> dict[int, Hashable]:
    return {i: ("gold", first) for i, first in enumerate(_joined(doc))}


def _shared_names(predicted: Doc, gold: Doc, strict: bool) -> dict[int, Hashable]:
    """For each predicted mention the gold group that its own stands for, or a name of its own."""
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    gold_groups = _joined(gold)
    mine = _joined(predicted)
    for i, ent in enumerate(predicted.ents):
        for j, other in enumerate(gold.ents):
            if ent.label_ == other.label_ and _match(ent, other, strict):
                votes[mine[i]][gold_groups[j]] += 1
    out: dict[int, Hashable] = {}
    for i, first in enumerate(mine):
        ranked = sorted(votes[first].items(), key=lambda row: (-row[1], row[0]))
        out[i] = ("gold", ranked[0][0]) if ranked else ("unmatched", first)
    return out


def _match(a: Span, b: Span, strict: bool) -> bool:
    if strict:
        return bool(a.start_char == b.start_char and a.end_char == b.end_char)
    return bool(a.start_char < b.end_char and b.start_char < a.end_char)


def _facts(doc: Doc, names: Mapping[int, Hashable], schema: Schema) -> Facts:
    facts: Facts = {}
    inside: dict[Hashable, set[Hashable]] = defaultdict(set)
    labels = [ent.label_ for ent in doc.ents]
    own = _joined(doc)
    for row in relations(doc):
        head, tail = names[row.head], names[row.tail]
        if own[row.head] == own[row.tail]:
            continue  # of a thing to itself
        if head == tail:  # one thing in gold, two here: wrong, so no fact of gold may equal it
            head, tail = ("unmatched", own[row.head]), ("unmatched", own[row.tail])
        if schema.relations[row.label].symmetric:
            head, tail = sorted((head, tail), key=repr)
        facts.setdefault((head, row.label, tail), row)
        if row.label == "LOCATED_IN" and labels[row.head] == "PARK":
            inside[head].add(tail)
    for head, label, tail in list(facts):
        if label == "LOCATED_IN":
            for outer in _outer(tail, inside) - {head}:
                facts.setdefault((head, label, outer), None)
    return facts


def _outer(park: Hashable, inside: Mapping[Hashable, set[Hashable]]) -> set[Hashable]:
    """All parks that a park lies in, however far out."""
    found: set[Hashable] = set()
    waiting = [park]
    while waiting:
        for outer in inside.get(waiting.pop(), ()):
            if outer not in found:
                found.add(outer)
                waiting.append(outer)
    return found


def score_docs(pairs: Sequence[tuple[Doc, Doc]], schema: Schema | None = None) -> dict[str, Any]:
    """Entity and relation scores of (predicted, gold) docs as JSON data."""
    schema = schema or default_schema()
    return {
        "entities": {
            name: score_entities(pairs, list(schema.entities), strict=strict).to_dict()
            for name, strict in (("strict", True), ("relaxed", False))
        },
        "relations": {
            name: score_relations(pairs, schema, strict=strict).to_dict()
            for name, strict in (("strict", True), ("relaxed", False))
        },
    }


def evaluate(
    nlp: Language,
    gold: Sequence[Doc],
    *,
    schema: Schema | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Score a pipeline on gold docs: ``entities``, ``relations`` and ``relations_gold_entities``.

    `progress` is called with the number of docs done. The gold docs are left as they are.
    """
    predicted = []
    for doc in nlp.pipe([g.text for g in gold]):
        predicted.append(doc)
        progress(len(predicted))
    given = [with_gold_entities(nlp, g) for g in gold]
    result = score_docs(list(zip(predicted, gold, strict=True)), schema)
    with_gold = score_docs(list(zip(given, gold, strict=True)), schema)
    size = {"documents": len(gold), "characters": sum(len(doc.text) for doc in gold)}
    return size | result | {"relations_gold_entities": with_gold["relations"]["strict"]}


def with_gold_entities(nlp: Language, gold: Doc) -> Doc:
    """The gold mentions, and what every component but NER makes of them."""
    doc = bare_copy(gold)
    for name, component in nlp.pipeline:
        if nlp.get_pipe_meta(name).factory not in NER_FACTORIES:
            doc = component(doc)
    return doc
