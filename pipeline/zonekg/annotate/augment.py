"""Augmentation at training time: other names, other print, other numbers, the same annotation.

Each maker below is registered with spaCy (``@augmenters``) and returns an augmenter as spaCy knows
it: a callable from (nlp, Example) to Examples. They compose by ``zonekg.augment_chain.v1``. Every
change is a list of edits of the text that never cross the border of a mention, so mentions,
relations and groups are carried over. Chance comes from `random`, which training seeds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from zonekg.annotate.gazetteers import Gazetteers, read_gazetteers
from zonekg.docs import groups, relations, set_groups, set_relations
from zonekg.names import org_kind

__all__ = [
    "Augmenter",
    "Edit",
    "make_brackets",
    "make_chain",
    "make_layout_noise",
    "make_name_swap",
    "make_numbers",
    "make_width",
    "rewrite",
]

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


@registry.augmenters("zonekg.augment_chain.v1")
def make_chain(*steps: Augmenter) -> Augmenter:
    """Apply augmenters one after the other, in the order of the config."""

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        examples = [example]
        for step in steps:
            examples = [new for old in examples for new in step(nlp, old)]
        yield from examples

    return augment


def _sometimes(level: float, edits: Callable[[Doc], Iterable[Edit]]) -> Augmenter:
    """An augmenter that makes the edits in a share `level` (0 to 1) of the documents."""

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield (
            rewrite(nlp, example, edits(example.reference)) if random.random() < level else example
        )

    return augment


# -- names


@registry.augmenters("zonekg.name_swap.v1")
def make_name_swap(level: float, path: str, share: float = 0.6) -> Augmenter:
    """Other companies, places and products, of the same type and the same in the whole document.

    level: share of the documents to change; path: folder of the gazetteers (places.tsv,
    companies.tsv, products.txt); share: how many of a document's names are swapped. A company's
    full names become one full name, its short forms, also inside names of projects, the short form
    that belongs to it.
    """
    gazetteers = read_gazetteers(Path(path))
    return _sometimes(level, lambda doc: _swap_names(doc, gazetteers, share))


def _swap_names(doc: Doc, gazetteers: Gazetteers, share: float) -> Iterator[Edit]:
    chosen = _company_swaps(doc, gazetteers, share)
    inside = {old: new for old, new in chosen.items() if len(old) >= 2}
    inside |= _product_swaps(doc, gazetteers, share)
    anywhere = _place_swaps(doc, gazetteers, share)
    for ent in doc.ents:
        if ent.label_ == "ORG" and ent.text in chosen:
            yield Edit(ent.start_char, ent.end_char, chosen[ent.text])
        elif ent.label_ != "MONEY" and inside:
            yield from _replace(ent.text, inside, ent.start_char)
    if anywhere:
        yield from _replace(doc.text, anywhere, 0)


def _replace(text: str, swaps: dict[str, str], offset: int) -> Iterator[Edit]:
    pattern = "|".join(re.escape(old) for old in sorted(swaps, key=len, reverse=True))
    for match in re.finditer(pattern, text):
        yield Edit(offset + match.start(), offset + match.end(), swaps[match[0]])


def _company_swaps(doc: Doc, gazetteers: Gazetteers, share: float) -> dict[str, str]:
    """Old wording to new wording of the companies to swap."""
    named: dict[int, list[str]] = {}
    for ent, first in zip(doc.ents, groups(doc), strict=True):
        if ent.label_ == "ORG" and org_kind(ent.text) == "company":
            named.setdefault(first, []).append(ent.text)
    swaps: dict[str, str] = {}
    for wordings in named.values():
        if random.random() < share:
            short, full = random.choice(gazetteers.companies)
            swaps |= {old: full if old.endswith("公司") else short for old in wordings}
    return swaps


def _place_swaps(doc: Doc, gazetteers: Gazetteers, share: float) -> dict[str, str]:
    """Bare place names that stand at the start of a name, to others of the same kind."""
    swaps: dict[str, str] = {}
    fronts = {ent.text[:n] for ent in doc.ents if ent.label_ != "MONEY" for n in (2, 3, 4)}
    for old in sorted(fronts & gazetteers.kinds.keys()):
        if random.random() < share:
            new = random.choice(gazetteers.places[gazetteers.kinds[old]])
            if new not in doc.text and new not in swaps.values():
                swaps[old] = new
    return swaps


_PRODUCT = re.compile(
    r"年产[约近]?[\d.,]+余?[百千万亿]*(?:吨|套|台|件|只|片|平方米|米|支|辆|颗|块|GWh|立方米|个|组)"
    r"(.{2,10}?)(?=生产线|生产|及|和|建设|技术|技改|改造|扩建|产业化|项目|基地|（|\()"
)


def _product_swaps(doc: Doc, gazetteers: Gazetteers, share: float) -> dict[str, str]:
    swaps: dict[str, str] = {}
    for ent in doc.ents:
        match = _PRODUCT.search(ent.text) if ent.label_ == "PROJECT" else None
        if match and random.random() < share:
            swaps.setdefault(match[1], random.choice(gazetteers.products))
    return swaps


# -- print


@registry.augmenters("zonekg.layout_noise.v1")
def make_layout_noise(level: float, rate: float = 0.006) -> Augmenter:
    """What is left of a newspaper's layout: broken lines, indents, furniture lines, turns.

    level: share of the documents to change; rate: line breaks put between two characters, as a
    share of the characters. Nothing is put inside a mention.
    """
    return _sometimes(level, lambda doc: _layout_edits(doc, rate))


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
    return _sometimes(level, _width_edits)


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
    return _sometimes(level, _bracket_edits)


_ROUND = ("()", "［］", "〔〕", "（）")
_QUOTES = ("「」", '""', "『』", "“”")


def _bracket_edits(doc: Doc) -> Iterator[Edit]:
    brackets, quotes = random.choice(_ROUND), random.choice(_QUOTES)
    table = dict(zip("（）()“”", brackets + brackets + quotes, strict=True))
    return _characters(doc.text, table)


# -- numbers


@registry.augmenters("zonekg.numbers.v1")
def make_numbers(level: float, share: float = 0.7) -> Augmenter:
    """Other numbers of the same length; amounts sometimes in Chinese numerals.

    level: share of the documents to change; share: how many of a document's numbers are. Equal
    numbers stay equal.
    """
    return _sometimes(level, lambda doc: _number_edits(doc, share))


_NUMBER = re.compile(
    r"(?<![A-Za-z\d.,年第])\d{1,6}(?:\.\d{1,3})?(?![\d,]|\.\d|年|月|日|时|版|％|%)"
)
_NUMERAL_OF = dict(zip("123456789", "一两三四五六七八九", strict=True))


def _number_edits(doc: Doc, share: float) -> Iterator[Edit]:
    money = {(e.start_char, e.end_char) for e in doc.ents if e.label_ == "MONEY"}
    starts = {start for start, _ in money}
    new: dict[str, str] = {}
    for match in _NUMBER.finditer(doc.text):
        old = match[0]
        if old not in new:
            new[old] = _other_number(old) if random.random() < share else old
        alone = match.start() in starts and re.match(r"[万亿]元", doc.text[match.end() :])
        if alone and new[old] in _NUMERAL_OF and random.random() < 0.3:
            yield Edit(match.start(), match.end(), _NUMERAL_OF[new[old]])
        elif new[old] != old:
            yield Edit(match.start(), match.end(), new[old])


def _other_number(old: str) -> str:
    """Random digits in the same places; the first is not zero, nor is the last of a fraction."""
    ends = (0, len(old) - 1)
    digits = [
        char if char == "." else random.choice("123456789" if i in ends else "0123456789")
        for i, char in enumerate(old)
    ]
    if len(old) > 1 and set(old[1:]) == {"0"}:
        return digits[0] + old[1:]  # round numbers stay round
    return "".join(digits)
