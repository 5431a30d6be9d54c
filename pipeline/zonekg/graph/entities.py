"""From the mentions of one article to entities, and the node that each of them is.

A node's id depends on the entity's type, the normal form of its fullest name and, where a name
says too little by itself, on the park, the file or the article that makes it definite. It does not
depend on what else the graph holds: that is what makes merging safe.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg.articles import Article
from zonekg.docs import groups, relations
from zonekg.names import is_generic_park, name_key, org_kind

__all__ = ["Entity", "entities"]

_LOCAL_BODY = re.compile(
    r"(?:省|市|县|区|州|旗|镇|乡)(?=[\u4e00-\u9fff]{2,})(?![\u4e00-\u9fff]*(?:公司|大学|学院|集团))"
)
_SHORT_PROJECT = 8


class Entity(NamedTuple):
    """One real thing in one article: its node, its name, its kind (ORG only) and its mentions."""

    node: str
    label: str
    name: str
    kind: str
    mentions: tuple[int, ...]


def entities(doc: Doc, source: Article) -> dict[int, Entity]:
    """The entities of a doc, MONEY left out, by the first mention of their group."""
    mentions = doc.ents
    members: dict[int, list[int]] = defaultdict(list)
    for i, first in enumerate(groups(doc)):
        if mentions[i].label_ != "MONEY":
            members[first].append(i)
    names = {
        first: _name([mentions[i].text for i in found], mentions[first].label_)
        for first, found in members.items()
    }
    parks = _parks(doc, names)
    out = {}
    for first, found in members.items():
        label, name = mentions[first].label_, names[first]
        scope = _scope(label, name, parks.get(first, ""), source)
        kind = org_kind(name) if label == "ORG" else ""
        out[first] = Entity(_node_id(label, name, scope), label, name, kind, tuple(found))
    return out


def _name(texts: list[str], label: str) -> str:
    """The fullest name of a group; of equally full ones the most frequent, then the first."""
    counts = Counter(texts)
    return max(counts, key=lambda name: (len(name_key(name, label)), counts[name], len(name), name))


def _parks(doc: Doc, names: dict[int, str]) -> dict[int, str]:
    """The definite name of the park that each group lies in, where the article tells one."""
    first = groups(doc)
    out: dict[int, str] = {}
    for row in relations(doc):
        if row.label == "LOCATED_IN" and first[row.tail] in names:
            name = names[first[row.tail]]
            if not is_generic_park(name):
                out.setdefault(first[row.head], name_key(name, "PARK"))
    return out


def _scope(label: str, name: str, park: str, source: Article) -> str:
    """What makes a name definite that is not so by itself; empty for one that is."""
    if label == "PARK" and is_generic_park(name):
        return source.id
    if label == "ORG" and _LOCAL_BODY.match(name):  # 省商务厅, 市发改委: which province, which city
        return source.source
    if label == "PROJECT" and len(name_key(name, "PROJECT")) <= _SHORT_PROJECT:
        return park or source.id
    return ""


def _node_id(label: str, name: str, scope: str) -> str:
    digest = hashlib.sha256(f"{label}\0{name_key(name, label)}\0{scope}".encode()).hexdigest()
    return f"n:{digest[:16]}"
