"""Which mentions of an article are one thing: the full name, its short forms, 高新区 alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.docs import group_mentions, join_equal, set_groups
from zonekg.names import (
    company_name,
    contradiction,
    is_abbreviation,
    is_generic_park,
    is_short_for,
    name_key,
    park_name,
)
from zonekg.names.divisions import city_of, told_city
from zonekg.names.parts import is_parent

__all__ = ["make_aliases"]

_DEFINED = re.compile(
    r"\s*[（(](?:以下|下文|下)?(?:简称|称)(?:为)?[“\"「]?$"
    # a name that was, or that people use: X原名Y, X更名Y, “Y”，大名是X
    r"|[^。；！？\n]{0,16}(?:原名|曾用名|旧称|更名|改名|改称|更名为|改名为)(?:[“\"「]|叫|是|：)?$"
    r"|[^。；！？\n]{0,10}(?:俗称|别称|又称|又名|习惯叫|习惯称|人称|人叫)(?:[“\"「]|作|它)?$"
    r"|[”\"」][^。；！？\n]{0,10}(?:大名|全称|全名|学名|官名|正式名称|公文里写|公文上写)(?:是|为|叫)?[“\"「]?$"
)


@Language.component("zonekg_aliases", requires=["doc.ents"])
def make_aliases(doc: Doc) -> Doc:
    """Group the mentions of a doc (see `docs.groups`). Amounts are grouped by wording alone."""
    same: list[list[int]] = _definitions(doc)
    texts = [ent.text for ent in doc.ents]
    labels = [ent.label_ for ent in doc.ents]
    place = told_city(doc.text.partition("\n")[0], doc.text)
    for label in ("ORG", "PARK", "PROJECT"):
        mine = [i for i, found in enumerate(labels) if found == label]
        same += _link(texts, mine, label, place)
    same += _abbreviations(texts, labels, group_mentions(doc, same))
    set_groups(doc, group_mentions(doc, same))
    return doc


def _abbreviations(texts: list[str], labels: list[str], firsts: list[int]) -> list[list[int]]:
    """Link a group to the only other one that it may abbreviate, where nothing contradicts.

    Two that it may abbreviate count as one when one of them abbreviates the other.
    """
    names: dict[int, set[str]] = defaultdict(set)
    for i, first in enumerate(firsts):
        if labels[first] != "MONEY":
            names[first].add(texts[i])
    fuller = _fuller_groups(names, labels)
    links: list[list[int]] = []
    while True:
        now = join_equal(range(len(texts)), links)
        more = [
            [group, others[0]]
            for group, others in fuller.items()
            if len({now[other] for other in others}) == 1 and now[group] != now[others[0]]
        ]
        if not more:
            return links
        links += more


def _fuller_groups(names: dict[int, set[str]], labels: list[str]) -> dict[int, list[int]]:
    """For each group those that the fullest of its names may abbreviate."""
    fullest = {
        group: max(found, key=lambda name: (len(name), name)) for group, found in names.items()
    }
    return {
        group: [
            other
            for other, full in fullest.items()
            if other != group
            and labels[other] == labels[group]
            and is_abbreviation(short, full, labels[group])
            and not _contradict(names[group], names[other], labels[group])
        ]
        for group, short in fullest.items()
    }


def _contradict(one: set[str], other: set[str], label: str) -> bool:
    return any(contradiction(a, b, label, phase_may_lack=True) for a in one for b in other)


def _definitions(doc: Doc) -> list[list[int]]:
    """X（以下简称“Y”）: the paper says it itself."""
    pairs = []
    text = doc.text
    for i, (full, short) in enumerate(pairwise(doc.ents)):
        between = text[full.end_char : short.start_char]
        if full.label_ == short.label_ and len(between) < 32 and _DEFINED.match(between):
            pairs.append([i, i + 1])
    return pairs


def _link(texts: list[str], mentions: list[int], label: str, place: str) -> list[list[int]]:
    """Link each short name to the fullest name that it may stand for."""
    names: dict[str, list[int]] = defaultdict(list)
    for i in mentions:
        names[texts[i]].append(i)
    links: list[list[int]] = []
    for short, where in names.items():
        fuller = [
            name
            for name in names
            if name != short and is_short_for(short, name, label) and _is_fuller(name, short, label)
        ]
        if not fuller:
            continue
        if len({name_key(name, label) for name in fuller}) == 1:
            links.append([where[0], names[fuller[0]][0]])
        elif label == "PARK" and is_generic_park(short):
            fuller = [name for name in fuller if _is_of(name, place)] or fuller
            target = _park_meant(texts, where[0], [i for name in fuller for i in names[name]])
            links.append([where[0], target])
        elif label == "ORG" and (meant := _firm_meant(short, fuller)):
            links.append([where[0], names[meant][0]])
        elif label != "PARK":
            longest = max(fuller, key=lambda name: (len(name), name))
            if all(is_short_for(name, longest, label) for name in fuller):
                links.append([where[0], names[longest][0]])
    return links


def _is_fuller(name: str, short: str, label: str) -> bool:
    """文水经济技术开发区 is fuller than 文水开发区, though its key (文水经开区) is no longer."""
    a, b = name_key(name, label), name_key(short, label)
    return (len(a), len(name), name) > (len(b), len(short), short)


def _is_of(park: str, place: str) -> bool:
    """Whether a park bears the name of the city or county that the article is about."""
    return bool({place, city_of(place)} & set(park_name(park).places))


def _firm_meant(short: str, fuller: list[str]) -> str:
    """The firm of several that a brand alone is: of one that has just this brand, or the group."""
    brand = company_name(short).brand
    fit = [name for name in fuller if company_name(name).brand == brand] or fuller
    parents = [name for name in fit if is_parent(name)]
    return (fit if len(fit) == 1 else parents if len(parents) == 1 else [""])[0]


def _park_meant(texts: list[str], mention: int, candidates: list[int]) -> int:
    """The park that a bare 高新区 stands for: the most named one, at a tie the last one before."""
    counts = Counter(texts[i] for i in candidates)
    before = [i for i in candidates if i < mention] or candidates
    best = max(counts[texts[i]] for i in before)
    return max(i for i in before if counts[texts[i]] == best)
