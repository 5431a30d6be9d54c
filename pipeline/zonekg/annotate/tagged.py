"""Sentences with a tag for each character, as public Chinese NER corpora have them, as Examples.

A line is a character, a space or tab, and its tag; a blank line ends a sentence. A tag is ``O`` or
a kind and a label, ``B-ORG``. A file keeps to one of two schemes, told apart by its tags:

- BMES or BIOES: ``B`` begins a mention, ``M`` or ``I`` goes on, ``E`` ends it, ``S`` is a whole one
- BIO: ``B`` begins a mention, which ends where no ``I`` goes on

The labels are the file's own; no schema is asked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import registry

from zonekg.errors import AnnotationError
from zonekg.files import read_utf8

__all__ = ["read_tagged", "tagged_docs"]

_LINE = re.compile(r"(?P<text>.+)[ \t](?:O|(?P<kind>[BIMES])-(?P<label>\S+))")


class _Row(NamedTuple):
    """A line, from 1: what stands before the tag, and the tag's kind and label."""

    line: int
    text: str
    kind: str
    label: str


@registry.readers("zonekg.TaggedCorpus.v1")
def read_tagged(
    path: str, shuffle: bool = False, lenient: bool = False
) -> Callable[[Language], Iterator[Example]]:
    """A corpus reader for spaCy's training: a file of tagged characters.

    Each call of the reader yields Examples whose reference holds the mentions, and whose predicted
    doc holds the text alone. shuffle: a new order at each call, for ``training.max_epochs = -1``;
    lenient: see `tagged_docs`.
    """

    def read(nlp: Language) -> Iterator[Example]:
        golds = list(tagged_docs(Path(path), nlp, lenient=lenient))
        if shuffle:
            random.shuffle(golds)
        for gold in golds:
            yield Example(nlp.make_doc(gold.text), gold)

    return read


def tagged_docs(path: Path, nlp: Language, *, lenient: bool = False) -> Iterator[Doc]:
    """The gold docs of a file of tagged characters, one for each sentence.

    The text of a doc is what stands before the tags, joined: an entry may be several characters or
    white space. ``doc.user_data["place"]`` is the file and the sentence's first line, from 1.

    Raises AnnotationError, naming file and line, when the file can't be read or has no sentence, a
    line is not a character and its tag, a mention goes on unbegun or is not ended, or does not
    begin and end on tokens of `nlp`. With `lenient`, such a mention's tags are left unknown
    instead, which training passes over.
    """
    rows = list(_rows(path))
    if not any(rows):
        raise AnnotationError(path, "no tagged sentence", todo="expected lines like 「京 B-LOC」")
    bio = not any(row and row.kind in "MES" for row in rows)
    for filled, sentence in groupby(rows, key=bool):
        if filled:
            yield _doc(path, [row for row in sentence if row], nlp, bio=bio, lenient=lenient)


def _rows(path: Path) -> Iterator[_Row | None]:
    """The lines of a file, None for a blank one."""
    # split at "\n" only: U+2028 and U+0085 are characters like others
    for number, raw in enumerate(read_utf8(path, AnnotationError).split("\n"), start=1):
        line = raw.rstrip(" \t\r")
        if found := _LINE.fullmatch(line):
            yield _Row(number, found["text"], found["kind"] or "O", found["label"] or "")
        elif line:
            raise AnnotationError(
                path,
                f"「{line}」 is not a character and its tag",
                line=number,
                todo="expected a character, a space, and O or B-, I-, M-, E-, S- with a label",
            )
        else:
            yield None


def _doc(path: Path, sentence: Sequence[_Row], nlp: Language, *, bio: bool, lenient: bool) -> Doc:
    doc = nlp.make_doc("".join(row.text for row in sentence))
    doc.user_data["place"] = (path.as_posix(), sentence[0].line)
    known: list[Span] = []
    unknown: list[Span] = []
    end = 0
    for run in _runs(sentence):
        quote = "".join(row.text for row in run)
        start, end = end, end + len(quote)
        if not run[0].label:
            continue
        span = doc.char_span(start, end, label=run[0].label, alignment_mode="contract")
        fault = _sequence_fault(path, run, bio) or _text_fault(path, run, quote, span)
        if fault and not lenient:
            raise fault
        if span:
            (unknown if fault else known).append(span)
    doc.set_ents(known, missing=unknown)
    return doc


def _runs(sentence: Sequence[_Row]) -> Iterator[list[_Row]]:
    """The rows of a sentence, cut wherever no mention goes on."""
    run: list[_Row] = []
    for row in sentence:
        if run and not (row.kind in "IME" and run[-1].kind in "BIM" and row.label == run[-1].label):
            yield run
            run = []
        run.append(row)
    yield run


def _sequence_fault(path: Path, run: Sequence[_Row], bio: bool) -> AnnotationError | None:
    first, last = run[0], run[-1]
    if first.kind not in "BS":
        return AnnotationError(
            path,
            f"{first.kind}-{first.label} goes on with no mention",
            line=first.line,
            todo=f"expected B-{first.label} before it",
        )
    if not bio and last.kind not in "ES":
        return AnnotationError(
            path,
            f"the mention of {last.label} is not ended",
            line=last.line,
            todo=f"expected E-{last.label} or S-{last.label} at its end",
        )
    return None


def _text_fault(
    path: Path, run: Sequence[_Row], quote: str, span: Span | None
) -> AnnotationError | None:
    if span and span.text == quote == quote.strip():
        return None
    return AnnotationError(
        path,
        f"mention 「{quote}」 does not begin and end on tokens",
        line=run[0].line,
        todo="tag white space at its ends O; the tokenizer's segmenter must be char",
    )
