"""The same words in other print: broken lines, furniture, widths, brackets."""

from __future__ import annotations

import random
from collections.abc import Iterator

from spacy.tokens import Doc
from spacy.util import registry

from zonekg.annotate.augment.edits import Augmenter, Edit, sometimes

__all__ = ["make_brackets", "make_layout_noise", "make_width"]


@registry.augmenters("zonekg.layout_noise.v1")
def make_layout_noise(level: float, rate: float = 0.006) -> Augmenter:
    """What is left of a newspaper's layout: broken lines, indents, furniture lines, turns.

    level: share of the documents to change; rate: line breaks put between two characters, as a
    share of the characters. Nothing is put inside a mention.
    """
    return sometimes(level, lambda doc: _layout_edits(doc, rate))


def _layout_edits(doc: Doc, rate: float) -> Iterator[Edit]:
    text = doc.text
    covered = {i for e in doc.ents for i in range(e.start_char + 1, e.end_char)}
    for i in range(1, len(text)):
        if text[i - 1] == "\n":
            draw = random.random()
            if draw < 0.3:
                yield Edit(i, i, "\u3000\u3000")
            elif draw < 0.4:
                yield Edit(i, i, _furniture() + "\n")
        elif text[i] != "\n" and i not in covered and random.random() < rate:
            yield Edit(i, i, "\n")


def _furniture() -> str:
    """One furniture line as newspapers have them."""
    page, month, day = random.randint(1, 16), random.randint(1, 12), random.randint(1, 28)
    return random.choice(
        (
            f"第{page}版 要闻 责任编辑：{random.choice('王李张刘陈')}{random.choice('敏伟静磊洁')}",
            f"{month}月{day}日 星期{random.choice('一二三四五六日')}",
            f"（下转第{page}版）",
            f"（上接第{page}版）",
            f"A{page:02d}",
        )
    )


@registry.augmenters("zonekg.width.v1")
def make_width(level: float) -> Augmenter:
    """Digits and Latin letters full width, or all of them half width.

    level: share of the documents to change.
    """
    return sometimes(level, _width_edits)


_TO_FULL = {c: chr(ord(c) + 0xFEE0) for c in map(chr, range(0x30, 0x7B)) if c.isalnum()}
_TO_HALF = {full: half for half, full in _TO_FULL.items()}


def _width_edits(doc: Doc) -> Iterator[Edit]:
    table = random.choice((_TO_FULL, _TO_HALF))
    return _characters(doc.text, table)


def _characters(text: str, table: dict[str, str]) -> Iterator[Edit]:
    return (Edit(i, i + 1, table[char]) for i, char in enumerate(text) if char in table)


@registry.augmenters("zonekg.brackets.v1")
def make_brackets(level: float) -> Augmenter:
    """Other brackets and quotation marks, the same ones in the whole document.

    level: share of the documents to change.
    """
    return sometimes(level, _bracket_edits)


_ROUND = ("()", "［］", "〔〕", "（）")
_QUOTES = ("「」", '""', "『』", "“”")


def _bracket_edits(doc: Doc) -> Iterator[Edit]:
    brackets, quotes = random.choice(_ROUND), random.choice(_QUOTES)
    table = dict(zip("（）()“”", brackets + brackets + quotes, strict=True))
    return _characters(doc.text, table)
