"""Which organisations may be one: the same parts, a brand, a body of one place or one zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from zonekg.graph.resolve.blocks import block_pairs
from zonekg.graph.resolve.things import Pair, Sign, Thing
from zonekg.names import (
    company_name,
    contradiction,
    is_abbreviation,
    is_generic_park,
    is_short_for,
    name_key,
    org_kind,
    park_name,
)
from zonekg.names.bodies import is_local_body, plain_body, zone_body
from zonekg.names.divisions import city_of, leading_places, may_agree, place_name
from zonekg.names.keys import is_complete
from zonekg.names.parts import is_parent, plain

__all__ = ["body_of", "org_conflict", "org_pairs"]

def org_conflict(a: Sign, b: Sign) -> str:
    """Why two organisations can't be one, empty when they may."""
    if {name_key(n, "ORG") for n in a.names if is_complete(n)} & {
        name_key(n, "ORG") for n in b.names if is_complete(n)
    }:
        return _groups_differ(a, b)
    for one in a.names:
        for other in b.names:
            if found := contradiction(one, other, "ORG"):
                return found
    return _bodies_differ(a, b)


def _groups_differ(a: Sign, b: Sign) -> str:
    full = [{"集团" in n for n in sign.names if is_complete(n)} for sign in (a, b)]
    return "" if full[0] & full[1] else "a group and a company of it"


def _bodies_differ(a: Sign, b: Sign) -> str:
    if a.kind == b.kind != "company" and (mine := body_of(a)) and (theirs := body_of(b)):
        return "" if mine & theirs else "bodies of other places"
    return ""


def body_of(sign: Sign) -> set[tuple[str, str]]:
    """(place, body) of a public body: 市发改委 in an article about 阳泉 is that of 阳泉."""
    found = set()
    for name in sign.names:
        bare = plain_body(name)
        places, end = leading_places(bare)
        if is_local_body(name):
            places = tuple(p for code in sign.cities if (p := _rank(code, bare[0])))
            end = 1
        found |= {(place, bare[end:]) for place in places if len(bare) - end >= 2}
    return found


def _rank(code: str, rank: str) -> str:
    """The division of a rank that a place is or lies in."""
    if rank == "省":
        return code[:2]
    if rank in "市州":
        return code if place_name(code).endswith(rank) else city_of(code)
    return code if len(code) == 6 and place_name(code).endswith(rank) else ""


def org_pairs(
    nodes: Mapping[str, Thing], zones: Mapping[str, frozenset[str]]
) -> Iterator[Pair]:
    """Pairs of organisations that may be one; zones: ids of the zone that a body serves."""
    blocks: defaultdict[str, set[str]] = defaultdict(set)
    for node, one in nodes.items():
        for name in one.sign.names:
            blocks[f"name {plain(name)}"].add(node)
            if zone := zone_body(name)[0]:
                blocks[f"body of {park_name(zone).head[-2:]}"].add(node)
            if org_kind(name) == "company":
                brand = company_name(name).brand
                blocks[f"brand {brand}"].add(node)
                blocks[f"start {brand[:2]}"].add(node)
        for place, body in body_of(one.sign):
            blocks[f"body {place} {body}"].add(node)
        for zone in zones.get(node, ()):
            blocks[f"zone {zone}"].add(node)
    for a, b in block_pairs(blocks):
        one, other = nodes[a], nodes[b]
        found = _bodies(one, other, zones) or _companies(one, other)
        if found:
            yield Pair(a, b, *found)


def _bodies(
    one: Thing, other: Thing, zones: Mapping[str, frozenset[str]]
) -> tuple[int, str, str] | None:
    if one.sign.kind == "company" or other.sign.kind == "company":
        return None
    words = f"{one.name} / {other.name}"
    if shared := body_of(one.sign) & body_of(other.sign):
        return 8, "body_of_place", f"both are of {place_name(min(shared)[0])}: {words}"
    if shared_zones := zones.get(one.id, frozenset()) & zones.get(other.id, frozenset()):
        if zone_body(one.name)[1] == zone_body(other.name)[1]:
            return 8, "body_of_zone", f"both are of one zone ({min(shared_zones)}): {words}"
    return None


def _companies(one: Thing, other: Thing) -> tuple[int, str, str] | None:
    best: tuple[int, str, str] | None = None
    for mine in one.sign.names:
        for theirs in other.sign.names:
            found = _names(mine, theirs, one, other)
            if found and (best is None or found > best):
                best = found
    return best


def _names(mine: str, theirs: str, one: Thing, other: Thing) -> tuple[int, str, str] | None:
    words = f"{mine} / {theirs}"
    if any(is_local_body(name) or _of_bare_zone(name) for name in (mine, theirs)):
        return None  # whose, is for `_bodies` to tell
    if plain(mine) == plain(theirs):
        if is_complete(mine) or len(company_name(mine).brand) >= 3 or _proof(one, other):
            return 9, "same_name", f"both are called {mine}{_proof(one, other)}"
        return 5, "same_name", f"both are called {mine}"
    if org_kind(mine) != "company" or org_kind(theirs) != "company":
        return _institutions(mine, theirs)
    a, b = company_name(mine), company_name(theirs)
    if is_complete(mine) and is_complete(theirs):
        if (a.brand, a.trade, a.branch) == (b.brand, b.trade, b.branch):
            return 9, "same_parts", f"same brand, trade and form: {words}"
        return None
    if is_complete(mine):
        (mine, a, one), (theirs, b, other) = (theirs, b, other), (mine, a, one)
    proof = _proof(one, other)
    if not is_short_for(mine, theirs, "ORG"):
        if one.near & other.near and is_abbreviation(mine, theirs, "ORG"):
            return 1, "abbreviation", f"its characters in order: {words}{proof}"
        return None
    # the bare brand is rather the group's or the listed company's than a firm's of it
    parent = is_parent(theirs) and not a.places
    if (a.brand, a.trade) == (b.brand, b.trade):
        reason = f"brand and trade are the same: {words}{proof}"
        if parent or proof or not b.places:
            return 7 if parent else 6, "same_brand", reason
        return 0, "same_brand", reason  # 金风科技 is not 江苏金风科技有限公司
    if proof:
        return 5 if parent else 4, "short_name", f"a short name: {words}{proof}"
    strength = 3 if parent else 2
    return strength if len(a.brand + a.trade) > 3 else 0, "short_name", f"a short name: {words}"


def _of_bare_zone(name: str) -> bool:
    zone = zone_body(name)[0]
    return bool(zone) and is_generic_park(zone)


def _institutions(mine: str, theirs: str) -> tuple[int, str, str] | None:
    """临港新片区管委会 of 上海自贸区临港新片区管委会; bodies of any place are `_bodies`."""
    short, full = sorted((mine, theirs), key=lambda name: (len(name), name))
    if len(zone_body(short)[0]) > 3 and is_short_for(short, full, "ORG"):
        return 3, "short_name", f"a short name: {short} / {full}"
    return None


def _proof(one: Thing, other: Thing) -> str:
    """What besides the name speaks for it, in words."""
    if shared := one.near & other.near:
        return f"; both have to do with {len(shared)} same nodes"
    mine, theirs = (_cities(thing.sign) for thing in (one, other))
    if mine and theirs and may_agree(mine, theirs):
        return f"; both in {place_name(min(mine))}"
    return ""


def _cities(sign: Sign) -> set[str]:
    own = {
        code
        for name in sign.names
        for code in (*company_name(name).places, *company_name(name).inner)
        if len(code) > 2
    }
    return {city for code in own | sign.cities if (city := city_of(code))}
