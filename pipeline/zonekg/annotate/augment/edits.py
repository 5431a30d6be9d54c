"""Edits of a text that leave its annotation whole."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from zonekg.articles import Article
from zonekg.docs import (
    PREDICTED,
    article,
    groups,
    project_states,
    relations,
    set_article,
    set_groups,
    set_project_states,
    set_relations,
)
from zonekg.states import ProjectState

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
    at the border of a mention stays outside of it. Of projects' states the status is kept, and
    mentions that a model found (`PREDICTED`) are where no edit crosses their border.

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
    places = [_moved(start, end, kept) for start, end in spans]
    doc.set_ents(_spans(doc, gold.ents, places))
    if PREDICTED in gold.spans:
        found = gold.spans[PREDICTED]
        places = [_moved(span.start_char, span.end_char, kept) for span in found]
        doc.spans[PREDICTED] = _spans(doc, found, places)
    doc.user_data["id"] = gold.user_data.get("id", "")
    set_relations(doc, relations(gold))
    set_groups(doc, groups(gold))
    states = project_states(gold)
    set_project_states(doc, {i: ProjectState(state.status) for i, state in states.items()})
    if source := article(gold):
        set_article(doc, Article(source.id, "", doc.text, "", date=source.date))
    return Example(nlp.make_doc(doc.text), doc)


def _moved(start: int, end: int, edits: Iterable[Edit]) -> tuple[int, int] | None:
    """Where a stretch stands after edits, None if one crosses its border."""
    new_start, new_end = start, end
    for edit in edits:
        if edit.start < start < edit.end or start <= edit.start < end < edit.end:
            return None
        new_start += _growth(edit) * (edit.end <= start)
        new_end += _growth(edit) * (edit.end < end or edit.start < edit.end == end)
    return new_start, new_end


def _spans(doc: Doc, old: Iterable[Span], places: Iterable[tuple[int, int] | None]) -> list[Span]:
    """Marks at their new places."""
    pairs = zip(old, places, strict=True)
    new = [doc.char_span(*place, label=span.label_) for span, place in pairs if place]
    return [span for span in new if span]  # all, as every character is a token


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
