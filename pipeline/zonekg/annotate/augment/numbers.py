"""Other numbers under the same marks."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from spacy.tokens import Doc
from spacy.util import registry

from zonekg.annotate.augment.edits import Augmenter, Edit, sometimes

__all__ = ["make_numbers"]


@registry.augmenters("zonekg.numbers.v1")
def make_numbers(level: float, share: float = 0.7) -> Augmenter:
    """Other numbers of the same length; amounts sometimes in Chinese numerals.

    level: share of the documents to change; share: how many of a document's numbers are. Equal
    numbers stay equal, different ones different.
    """
    return sometimes(level, lambda doc: _number_edits(doc, share))


# no dates, ranges, percentages or parts of longer numbers; full-width digits stay
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.,．，:：年第~～至到—–-])[0-9]{1,6}(?:\.[0-9]{1,3})?"
    r"(?![\d,，:：年月日时版％%]|[.．]\d|[~～至到—–-]+\d)"
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
            if new[old] in doc.text:  # two numbers may not become one
                new[old] = old
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
