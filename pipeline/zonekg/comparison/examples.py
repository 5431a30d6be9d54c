"""Changes as people read them: the sentence, what gold has there, and what each model reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeVar

from spacy.tokens import Doc

from zonekg.comparison.changes import KINDS, Change, Statement, View, order, whole
from zonekg.docs import sentence_bounds
from zonekg.scoring.mentions import Mark

__all__ = ["Compared", "examples_by_label", "passage", "place", "spread"]

T = TypeVar("T")

AROUND = 120
"""Characters of a sentence before and after a mention that an example shows at most."""


class Compared(NamedTuple):
    """One document as both models read it, and what differs.

    number: from 1 in the order of gold, the name of a document without an id.
    """

    number: int
    gold: Doc
    a: View
    b: View
    changes: Sequence[Change]


def examples_by_label(
    documents: Sequence[Compared], labels: Iterable[str], most: int
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """At most so many changes by label and kind, from as many documents as can be; JSON data."""
    return {
        label: {
            kind: [
                _example(documents[i], change)
                for i, change in spread(
                    [
                        [c for c in one.changes if (c.statement.label, c.kind) == (label, kind)]
                        for one in documents
                    ],
                    most,
                )
            ]
            for kind in KINDS
        }
        for label in labels
    }


def spread(rows: Sequence[Sequence[T]], most: int) -> list[tuple[int, T]]:
    """At most so many of the rows of several documents, with the index of the document.

    One from each document, then a second of each, and so on.

    >>> spread([["a", "b", "c"], [], ["d"]], 3)
    [(0, 'a'), (2, 'd'), (0, 'b')]
    """
    turns = range(max(map(len, rows), default=0))
    return [(i, own[turn]) for turn in turns for i, own in enumerate(rows) if turn < len(own)][
        :most
    ]


def place(number: int, doc: Doc) -> dict[str, Any]:
    """Where a document is found: its id and, if it came from a file, the file and line."""
    file = doc.user_data.get("place")
    return {
        "document": str(doc.user_data.get("id") or f"document {number}"),
        "place": f"{file[0]}:{file[1]}" if file else None,
    }


def _example(one: Compared, change: Change) -> dict[str, Any]:
    told, text = change.statement, one.gold.text
    spans = [mark[:2] for mark in _nearest(told)]
    sentence, highlights = passage(text, spans)
    near = [whole(end, one.a.things) for end in told.ends]
    gold = dict.fromkeys(one.a.gold)
    return {
        **place(one.number, one.gold),
        "label": told.label,
        "before": change.before,
        "after": change.after,
        "text": _words(told, text),
        "spans": [list(span) for span in spans],
        "confidence": _rounded(change.confidence),
        "sentence": sentence,
        "highlights": [list(span) for span in highlights],
        "gold": [{"label": x.label, "text": _words(x, text)} for x in _readings(gold, near)],
    } | {
        side: [
            {"label": x.label, "text": _words(x, text), "confidence": _rounded(view.stated[x])}
            for x in _readings(view.stated, near)
        ]
        for side, view in (("a", one.a), ("b", one.b))
    }


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 4)


def _nearest(statement: Statement) -> tuple[Mark, ...]:
    """The mention, or those of head and tail that are nearest."""
    return min(product(*statement.ends), key=lambda ends: (_reach(ends), ends))


def _reach(ends: tuple[Mark, ...]) -> int:
    return max(mark.end for mark in ends) - min(mark.start for mark in ends)


def _words(statement: Statement, text: str) -> str:
    return " → ".join(text[mark.start : mark.end] for mark in _nearest(statement))


def _readings(
    stated: Mapping[Statement, float | None], near: Sequence[frozenset[Mark]]
) -> list[Statement]:
    """The statements about a place, or about two things in either direction, in text order."""
    found = [
        told
        for told in stated
        if any(all(map(_touch, told.ends, way)) for way in (near, near[::-1]))
    ]
    return sorted(found, key=order)


def _touch(some: Iterable[Mark], others: Iterable[Mark]) -> bool:
    return any(mark.overlaps(other) for mark, other in product(some, others))


def passage(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The sentences that hold some spans, and where the spans are in them, in code points.

    Long sentences are cut, and ``…`` stands for what is left out.

    >>> passage("甲公司来了。天晴。它投资乙项目。再会。", [(0, 3), (12, 15)])
    ('甲公司来了。…它投资乙项目。', [(0, 3), (10, 13)])
    """
    windows: list[tuple[int, int]] = []
    sentences = {span: _sentence(text, span) for span in spans}
    for (start, end), (first, last) in sorted(sentences.items()):
        window = (max(first, start - AROUND), min(last, end + AROUND))
        if windows and window[0] <= windows[-1][1]:
            before = windows.pop()
            window = (before[0], max(before[1], window[1]))
        windows.append(window)
    cut = windows[0][0] > min(sentences.values())[0]
    out = "…" if cut else ""
    places: dict[tuple[int, int], int] = {}
    for i, (start, end) in enumerate(windows):
        out += "…" if i else ""
        places |= {(a, b): len(out) - start for a, b in spans if start <= a and b <= end}
        out += text[start:end]
    out += "…" if windows[-1][1] < max(last for _, last in sentences.values()) else ""
    return out, [(a + places[a, b], b + places[a, b]) for a, b in spans]


def _sentence(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """From the start to the end of what holds a span, without the white space at its ends."""
    bounds = sentence_bounds(text)
    first = max((a for a, _ in bounds if a <= span[0]), default=0)
    last = min((b for _, b in bounds if b >= span[1]), default=len(text))
    before, after = text[first : span[0]], text[span[1] : last]
    return span[0] - len(before.lstrip()), span[1] + len(after.rstrip())
