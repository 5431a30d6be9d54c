"""Other companies, places and products under the same marks."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from spacy.tokens import Doc
from spacy.util import registry

from zonekg.annotate.augment.edits import Augmenter, Edit, sometimes
from zonekg.annotate.gazetteers import Gazetteers, read_gazetteers
from zonekg.docs import groups
from zonekg.names import org_kind

__all__ = ["make_name_swap"]


@registry.augmenters("zonekg.name_swap.v1")
def make_name_swap(level: float, path: str, share: float = 0.6) -> Augmenter:
    """Other companies, places and products, of the same type and the same in the whole document.

    level: share of the documents to change; path: folder of the gazetteers (places.tsv,
    companies.tsv, products.txt); share: how many of a document's names are swapped. A company's
    full names become one full name, its short forms, also inside names of projects, the short form
    that belongs to it.
    """
    gazetteers = read_gazetteers(Path(path))
    return sometimes(level, lambda doc: _swap_names(doc, gazetteers, share))


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
