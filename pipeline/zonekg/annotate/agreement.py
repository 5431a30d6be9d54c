"""Agreement of two annotators on the same documents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from spacy.tokens import Doc

from zonekg.annotate.corpus import read_docs
from zonekg.docs import groups, relations, sentence_bounds
from zonekg.errors import AnnotationError
from zonekg.scoring import PRF, score_docs

__all__ = ["Agreement", "Difference", "compare"]


class Difference(NamedTuple):
    """Something that one annotator has and the other has not, with its sentence."""

    doc: str
    side: str
    what: str
    sentence: str

    def __str__(self) -> str:
        return f"[{self.doc}] only {self.side}: {self.what} 「{self.sentence}」"


class Agreement(NamedTuple):
    """Scores by label as `scoring.Table.to_dict` has them, and the differences."""

    entities: dict[str, Any]
    relations: dict[str, Any]
    same_as: dict[str, Any]
    differences: list[Difference]


def compare(first: Path, second: Path) -> Agreement:
    """Compare two annotation files; raises AnnotationError when their texts differ."""
    nlp = spacy.blank("zh")
    a, b = ({doc.user_data["id"]: doc for doc in read_docs(path, nlp)} for path in (first, second))
    if a.keys() != b.keys():
        raise AnnotationError(
            second, f"other documents than {first}: {sorted(a.keys() ^ b.keys())}"
        )
    for key in a:
        if a[key].text != b[key].text:
            raise AnnotationError(second, f"document {key} has another text than in {first}")
    pairs = [(a[key], b[key]) for key in a]
    scores = score_docs(pairs)
    same = PRF()
    for one, other in pairs:
        mine, theirs = _same_pairs(one), _same_pairs(other)
        both = len(mine & theirs)
        same += PRF(both, len(mine), both, len(theirs))
    differences = [
        d for key, (one, other) in zip(a, pairs, strict=True) for d in _differ(key, one, other)
    ]
    return Agreement(
        scores["entities"]["strict"], scores["relations"]["strict"], same.to_dict(), differences
    )


def _same_pairs(doc: Doc) -> set[tuple[str, str]]:
    """Pairs of different wordings that are one thing."""
    first = groups(doc)
    pairs = combinations(range(len(doc.ents)), 2)
    names = [(doc.ents[i].text, doc.ents[j].text) for i, j in pairs if first[i] == first[j]]
    return {(min(pair), max(pair)) for pair in names if pair[0] != pair[1]}


def _differ(key: str, a: Doc, b: Doc) -> Iterator[Difference]:
    for side, doc, other in (("the first", a, b), ("the second", b, a)):
        known = {(e.start_char, e.end_char, e.label_) for e in other.ents}
        for e in doc.ents:
            if (e.start_char, e.end_char, e.label_) not in known:
                yield Difference(key, side, f"{e.label_} {e.text}", _sentence(doc, e.start_char))
        facts = _facts(other)
        for fact, at in _facts(doc).items():
            if fact not in facts:
                yield Difference(key, side, " ".join(fact), _sentence(doc, at))
        for pair in sorted(_same_pairs(doc) - _same_pairs(other)):
            yield Difference(key, side, f"same_as {pair[0]} = {pair[1]}", "")


def _facts(doc: Doc) -> dict[tuple[str, str, str], int]:
    first = groups(doc)
    return {
        (doc.ents[first[r.head]].text, r.label, doc.ents[first[r.tail]].text): doc.ents[
            r.tail
        ].start_char
        for r in relations(doc)
    }


def _sentence(doc: Doc, offset: int) -> str:
    bounds = next((s for s in sentence_bounds(doc.text) if s[0] <= offset < s[1]), (0, 0))
    return doc.text[bounds[0] : bounds[1]].strip()
