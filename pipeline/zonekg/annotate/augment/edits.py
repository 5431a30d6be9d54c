"""Edits of a text that leave its annotation whole."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from zonekg.docs import groups, relations, set_groups, set_relations

__all__ = ["Augmenter", "Edit", "rewrite", "sometimes"]

Augmenter = Callable[[Language, Example], Iterator[Example]]


class Edit(NamedTuple):
    """Put `new` in the place of text[start:end]; an insertion has start == end."""

    start: int
    end: int
    new: str


def rewrite(nlp: Language, example: Example, edits: Iterable[Edit]) -> Example:
    """The example with its text edited and its annotation moved along.

    Edits that overlap an earlier one or cross the border of a mention are left out. An insertion
    at the border of a mention stays outside of it.

    >>> import spacy
    >>> from spacy.training import Example
    >>> nlp = spacy.blank("zh")
    >>> doc = nlp("昆山高新区签约")
    >>> doc.set_ents([doc.char_span(0, 5, label="PARK")])
    >>> edits = [Edit(0, 2, "太仓港"), Edit(5, 5, " ")]
    >>> new = rewrite(nlp, Example(nlp("昆山高新区签约"), doc), edits)
    >>> new.reference.text, new.reference.ents[0].text
    ('太仓港高新区 签约', '太仓港高新区')
    """
    gold = example.reference
    spans = [(e.start_char, e.end_char) for e in gold.ents]
    kept = _fitting(edits, spans)
    if not kept:
        return example
    text = gold.text
    parts, last = [], 0
    for edit in kept:
        parts += [text[last : edit.start], edit.new]
        last = edit.end
    doc = nlp.make_doc("".join([*parts, text[last:]]))
    moved = []
    for ent, (start, end) in zip(gold.ents, spans, strict=True):
        new_start = start + sum(_growth(e) for e in kept if e.end <= start)
        new_end = end + sum(_growth(e) for e in kept if e.end < end or (e.start < e.end == end))
        span = doc.char_span(new_start, new_end, label=ent.label_)
        assert span is not None  # every character is a token
        moved.append(span)
    doc.set_ents(moved)
    doc.user_data["id"] = gold.user_data.get("id", "")
    set_relations(doc, relations(gold))
    set_groups(doc, groups(gold))
    return Example(nlp.make_doc(doc.text), doc)


def _growth(edit: Edit) -> int:
    return len(edit.new) - (edit.end - edit.start)


def _fitting(edits: Iterable[Edit], spans: list[tuple[int, int]]) -> list[Edit]:
    """The edits in text order, without those that overlap or cross the border of a mention."""
    kept: list[Edit] = []
    rest = iter(spans)
    span = next(rest, None)
    for edit in sorted(set(edits), key=lambda edit: (edit.start, -edit.end, edit.new)):
        if kept and edit.start < kept[-1].end:
            continue
        while span and span[1] <= edit.start:
            span = next(rest, None)
        # what begins before the mention must end before it, what begins inside must end inside
        crosses = span and (
            edit.start < span[0] < edit.end or span[0] <= edit.start < span[1] < edit.end
        )
        if not crosses:
            kept.append(edit)
    return kept


def sometimes(level: float, edits: Callable[[Doc], Iterable[Edit]]) -> Augmenter:
    """An augmenter that makes the edits in a share `level` (0 to 1) of the documents.

    Raises ValueError for another level.
    """
    if not 0 <= level <= 1:
        raise ValueError(f"level {level}, expected 0 to 1")

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield (
            rewrite(nlp, example, edits(example.reference)) if random.random() < level else example
        )

    return augment
