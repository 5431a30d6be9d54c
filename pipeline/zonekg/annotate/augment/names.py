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
    companies.tsv, products.tsv); share: how many of a document's names are swapped. A company's
    full names become one full name, its short forms, also inside names of projects, the short form
    that belongs to it.
    """
    gazetteers = read_gazetteers(Path(path))
    return sometimes(level, lambda doc: _swap_names(doc, gazetteers, share))


def _swap_names(doc: Doc, gazetteers: Gazetteers, share: float) -> Iterator[Edit]:
    companies = _company_swaps(doc, gazetteers, share)
    products = _product_swaps(doc, gazetteers, share)
    places = _place_swaps(doc, gazetteers, share)
    for ent in doc.ents:
        if ent.label_ == "ORG" and ent.text in companies:
            yield Edit(ent.start_char, ent.end_char, companies[ent.text])
        elif ent.label_ in ("PROJECT", "PARK"):
            yield from _replace(ent.text, companies, "", ent.start_char)
        if ent.label_ == "PROJECT":
            yield from _replace(ent.text, products, _BEHIND_PRODUCT, ent.start_char)
    yield from _replace(doc.text, places, _BEHIND_PLACE, 0)


def _replace(text: str, swaps: dict[str, str], behind: str, offset: int) -> Iterator[Edit]:
    """Edits for the swaps' old wordings, where the pattern `behind` follows them."""
    if swaps:
        old = "|".join(re.escape(old) for old in sorted(swaps, key=len, reverse=True))
        for match in re.finditer(f"(?:{old}){behind}", text):
            yield Edit(offset + match.start(), offset + match.end(), swaps[match[0]])


_FULL = ("公司", "集团", "股份", "厂")


def _company_swaps(doc: Doc, gazetteers: Gazetteers, share: float) -> dict[str, str]:
    """Old wording to new wording of the companies to swap, no two to the same one.

    Only of groups with a full name, and nothing in them that may be another kind of body.
    """
    named: dict[int, list[str]] = {}
    for ent, first in zip(doc.ents, groups(doc), strict=True):
        if ent.label_ == "ORG":
            named.setdefault(first, []).append(ent.text)
    chosen = [
        wordings
        for wordings in named.values()
        if all(org_kind(wording) == "company" for wording in wordings)
        and any(wording.endswith(_FULL) for wording in wordings)
        and random.random() < share
    ]
    pairs = random.sample(gazetteers.companies, min(len(chosen), len(gazetteers.companies)))
    swaps: dict[str, str] = {}
    for wordings, (short, full) in zip(chosen, pairs, strict=False):
        if short not in doc.text:
            swaps |= {old: full if old.endswith("公司") else short for old in wordings}
    return swaps


# what may follow a place's name, so that 玄武 in 玄武岩 and 红塔 in 红塔山 are left alone
_BEHIND_PLACE = (
    r"(?=市|县|区|经济|经开|高新|综保|综合|开发|工业|产业|化工|科技|新材料|新能源|临|保税|物流"
    r"|日报|人|的|[，。、：）\s]|$)"
)


def _place_swaps(doc: Doc, gazetteers: Gazetteers, share: float) -> dict[str, str]:
    """Bare place names that stand at the start of a name, to others of the same kind."""
    swaps: dict[str, str] = {}
    fronts = {
        ent.text[:n]
        for ent in doc.ents
        if ent.label_ != "MONEY"
        for n in (2, 3, 4)
        if re.match(_BEHIND_PLACE, ent.text[n:])
    }
    for old in sorted(fronts & gazetteers.kinds.keys()):
        if random.random() < share:
            new = random.choice(gazetteers.places[gazetteers.kinds[old]])
            if new not in doc.text and new not in swaps.values():
                swaps[old] = new
    return swaps


_BEHIND_PRODUCT = r"(?=生产线|生产|及|和|建设|技术|技改|改造|扩建|产业化|项目|基地|（|\()"
_PRODUCT = re.compile(
    r"年产[约近]?[\d.,]+余?[百千万亿]*(?:吨|套|台|件|只|片|平方米|米|支|辆|颗|块|GWh|立方米|个|组)"
    rf"([A-Z\u4e00-\u9fff]{{3,10}}?){_BEHIND_PRODUCT}"
)
_NO_PRODUCT = re.compile("技改|车间|升级|工厂|扩能|整车|自动|[化能]$")


def _product_swaps(doc: Doc, gazetteers: Gazetteers, share: float) -> dict[str, str]:
    swaps: dict[str, str] = {}
    for ent in doc.ents:
        match = _PRODUCT.search(ent.text) if ent.label_ == "PROJECT" else None
        if match and not _NO_PRODUCT.search(match[1]) and random.random() < share:
            swaps.setdefault(match[1], random.choice(gazetteers.products))
    return swaps
