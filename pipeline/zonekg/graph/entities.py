"""From the mentions of one article to entities, and the node that each of them is.

A node's id depends on the entity's type, the normal form of its fullest name and, where a name
says too little by itself, on the park, the file or the article that makes it definite. It does not
depend on what else the graph holds: that is what makes merging safe.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg.articles import Article
from zonekg.docs import groups, relations
from zonekg.names import company_name, is_generic_park, name_key, org_kind, park_name
from zonekg.names.bodies import is_local_body, zone_body
from zonekg.names.divisions import told_city
from zonekg.names.parts import is_descriptive

__all__ = ["Entity", "entities"]

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
    parks = _near(doc, names, "LOCATED_IN")
    owners = _near(doc, names, "INVESTS_IN")
    place = told_city(source.title, source.text)
    out = {}
    for first, found in members.items():
        label, name = mentions[first].label_, names[first]
        context = _Context(source, place, parks.get(first, ""), owners.get(first, ""))
        scope = _scope(label, name, context)
        kind = org_kind(name) if label == "ORG" else ""
        out[first] = Entity(_node_id(label, name, scope), label, name, kind, tuple(found))
    return out


class _Context(NamedTuple):
    """Where a name stands: its article, the place that it is about, its park and its owner."""

    source: Article
    place: str
    park: str
    owner: str


def _name(texts: list[str], label: str) -> str:
    """The fullest name of a group; of equally full ones the most frequent, then the first."""
    counts = Counter(texts)
    return max(counts, key=lambda name: (len(name_key(name, label)), counts[name], len(name), name))


def _near(doc: Doc, names: dict[int, str], relation: str) -> dict[int, str]:
    """The definite name of the park that each group lies in, or of the company that owns it."""
    first = groups(doc)
    out: dict[int, str] = {}
    for row in relations(doc):
        one, other = (row.head, row.tail) if relation == "LOCATED_IN" else (row.tail, row.head)
        label = "PARK" if relation == "LOCATED_IN" else "ORG"
        name = names.get(first[other], "")
        if row.label == relation and name and not (label == "PARK" and is_generic_park(name)):
            key = name_key(name, label)
            out[first[one]] = min(key, out.get(first[one], key))
    return out


def _scope(label: str, name: str, context: _Context) -> str:
    """What makes a name definite that is not so by itself; empty for one that is."""
    source, place = context.source, context.place
    if label == "PARK":
        return source.id if is_generic_park(name) else _park_scope(name, place)
    if label == "ORG":
        if is_local_body(name):  # 省商务厅, 市发改委: which province, which city
            return place or source.source
        if (zone := zone_body(name)[0]) and is_generic_park(zone):  # 高新区管委会: which zone
            return source.id
        return _company_scope(name, place)
    if len(name_key(name, "PROJECT")) <= _SHORT_PROJECT:
        return context.park or source.id
    return context.owner or context.park or place


def _park_scope(name: str, place: str) -> str:
    parts = park_name(name)
    return place if not parts.places and is_descriptive(parts.proper) else ""


def _company_scope(name: str, place: str) -> str:
    if org_kind(name) != "company":
        return ""
    parts = company_name(name)
    if "集团" in parts.form:  # 化纤集团 is not 化纤股份有限公司
        return "集团"
    return place if not parts.form and len(parts.brand + parts.trade) < 3 else ""


def _node_id(label: str, name: str, scope: str) -> str:
    digest = hashlib.sha256(f"{label}\0{name_key(name, label)}\0{scope}".encode()).hexdigest()
    return f"n:{digest[:16]}"
