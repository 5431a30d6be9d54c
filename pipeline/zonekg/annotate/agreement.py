"""Agreement of two annotators on the same documents, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from spacy.tokens import Doc

from zonekg.annotate.corpus import read_docs
from zonekg.docs import confidences, groups, sentence_bounds
from zonekg.errors import AnnotationError
from zonekg.schema import default_schema
from zonekg.scoring import PRF, Table, match_facts, score_entities, score_relations

__all__ = [
    "Agreement",
    "Difference",
    "compare",
    "differences",
    "mention_differences",
    "relation_differences",
]


class Difference(NamedTuple):
    """Something that one annotator has and the other has not, with its sentence.

    side: who has it; span: (start, end) in characters of a mention, None for relations and groups;
    confidence: 0 to 1, of a model that has it; 1 for people.
    """

    doc: str
    side: str
    what: str
    sentence: str
    span: tuple[int, int] | None = None
    confidence: float = 1.0

    def __str__(self) -> str:
        sentence = f" 「{self.sentence}」" if self.sentence else ""
        return f"[{self.doc}] only {self.side}: {self.what}{sentence}"


class Agreement(NamedTuple):
    """Scores by label as `scoring.Table.to_dict` has them, and the differences."""

    documents: int
    entities: dict[str, Any]
    relations: dict[str, Any]
    same_as: dict[str, Any]
    differences: list[Difference]


def compare(first: Path, second: Path) -> Agreement:
    """Compare two annotation files; raises AnnotationError when their texts differ.

    The second may hold a part of the first's documents: a second annotator often reads a sample.
    Relations are compared between the second's groups, as gold's are in scoring.
    """
    nlp = spacy.blank("zh")
    a, b = ({doc.user_data["id"]: doc for doc in read_docs(path, nlp)} for path in (first, second))
    unknown = sorted(b.keys() - a.keys())
    if unknown:
        shown = ", ".join(unknown[:3]) + (" and more" if len(unknown) > 3 else "")
        raise AnnotationError(
            second, f"{len(unknown)} documents that {first} has not ({shown})",
            todo="give the file with more documents first",
        )  # fmt: skip
    if not b:
        raise AnnotationError(second, "no documents to compare")
    for key in b:
        if a[key].text != b[key].text:
            raise AnnotationError(second, f"document {key} has another text than in {first}")
    pairs = [(a[key], b[key]) for key in a if key in b]
    found = [
        difference
        for one, other in pairs
        for difference in differences(one.user_data["id"], one, other)
    ]
    return Agreement(
        len(pairs),
        score_entities(pairs, list(default_schema().entities)).to_dict(),
        score_relations(pairs).to_dict(),
        _score_same_as(pairs),
        found,
    )


def _score_same_as(pairs: list[tuple[Doc, Doc]]) -> dict[str, Any]:
    counts = dict.fromkeys(default_schema().entities, PRF())
    for one, other in pairs:
        mine, theirs = _same_pairs(one), _same_pairs(other)
        for label in counts:
            p, g = ({pair for pair in side if pair[0] == label} for side in (mine, theirs))
            counts[label] += PRF(len(p & g), len(p), len(p & g), len(g))
    return Table({label: prf for label, prf in counts.items() if label != "MONEY"}).to_dict()


def _same_pairs(doc: Doc) -> set[tuple[str, str, str]]:
    """(label, wording, other wording) of what is one thing under different names."""
    pairs = combinations(zip(doc.ents, groups(doc), strict=True), 2)
    return {
        (a.label_, min(a.text, b.text), max(a.text, b.text))
        for (a, first), (b, other) in pairs
        if first == other and a.text != b.text
    }


def differences(
    key: str, a: Doc, b: Doc, name_a: str = "the first", name_b: str = "the second"
) -> Iterator[Difference]:
    """What only one of two annotations of one text has: mentions, relations, groups."""
    yield from mention_differences(key, a, b, name_a, name_b)
    yield from relation_differences(key, a, b, name_a, name_b)
    for side, doc, other in ((name_a, a, b), (name_b, b, a)):
        for label, one, two in sorted(_same_pairs(doc) - _same_pairs(other)):
            yield Difference(key, side, f"same_as {label} {one} = {two}", "")


def mention_differences(key: str, a: Doc, b: Doc, name_a: str, name_b: str) -> Iterator[Difference]:
    """Mentions that only one of two annotations of one text has."""
    for side, doc, other in ((name_a, a, b), (name_b, b, a)):
        known = {(e.start_char, e.end_char, e.label_) for e in other.ents}
        for e, sure in zip(doc.ents, confidences(doc), strict=True):
            if (e.start_char, e.end_char, e.label_) not in known:
                span = (e.start_char, e.end_char)
                sentence = _sentence(doc, e.start_char)
                yield Difference(key, side, f"{e.label_} {e.text}", sentence, span, sure)


def relation_differences(
    key: str, a: Doc, b: Doc, name_a: str, name_b: str
) -> Iterator[Difference]:
    """Facts that only one of two annotations of one text states.

    A relation that follows from the other side's park in park is no difference.
    """
    one, other, _ = match_facts(a, b)
    for side, doc, mine, theirs in ((name_a, a, one, other), (name_b, b, other, one)):
        for row in (stated.row for fact, stated in mine.items() if fact not in theirs):
            if row is None:  # follows from others
                continue
            head, tail = doc.ents[row.head], doc.ents[row.tail]
            what = f"{head.text} {row.label} {tail.text}"
            yield Difference(key, side, what, _sentence(doc, tail.start_char), None, row.score)


def _sentence(doc: Doc, offset: int) -> str:
    bounds = next((s for s in sentence_bounds(doc.text) if s[0] <= offset < s[1]), (0, 0))
    return doc.text[bounds[0] : bounds[1]].strip()
