"""Which organisations may be one: the same parts, a brand, a body of one place or one zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product

from zonekg.graph.resolve.blocks import block_pairs
from zonekg.graph.resolve.things import Found, Pair, Sign, Thing
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


def org_pairs(nodes: Mapping[str, Thing], zones: Mapping[str, frozenset[str]]) -> Iterator[Pair]:
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
        found = list(_named(one, other))
        if "company" not in (one.sign.kind, other.sign.kind):
            found += _bodies(one, other, zones)
        if found:
            yield Pair.of(a, b, max(found))


def _bodies(one: Thing, other: Thing, zones: Mapping[str, frozenset[str]]) -> Iterator[Found]:
    """Bodies of one place or zone."""
    words = f"{one.name} / {other.name}"
    if shared := body_of(one.sign) & body_of(other.sign):
        yield 8, "body_of_place", f"both are of {place_name(min(shared)[0])}: {words}"
    served = zones.get(one.id, frozenset()) & zones.get(other.id, frozenset())
    if served and zone_body(one.name)[1] == zone_body(other.name)[1]:
        yield 8, "body_of_zone", f"both are of one zone: {words}"


def _named(one: Thing, other: Thing) -> Iterator[Found]:
    """What the names say, whoever has them."""
    proof = _proof(one, other)
    near = bool(one.near & other.near)
    for mine, theirs in product(one.sign.names, other.sign.names):
        if any(is_local_body(name) or _of_bare_zone(name) for name in (mine, theirs)):
            continue  # whose, is for `_bodies` to tell
        if plain(mine) == plain(theirs):
            sure = is_complete(mine) or len(company_name(mine).brand) >= 3 or proof
            yield 9 if sure else 5, "same_name", f"both are called {mine}{proof}"
        elif {org_kind(mine), org_kind(theirs)} != {"company"}:
            yield from _institutions(mine, theirs)
        elif is_complete(mine) and is_complete(theirs):
            if _key(mine) == _key(theirs):
                yield 9, "same_parts", f"same brand, trade and form: {mine} / {theirs}"
        else:
            short, full = (theirs, mine) if is_complete(mine) else (mine, theirs)
            yield from _short(short, full, proof, near=near)


def _key(name: str) -> tuple[str, str, str]:
    parts = company_name(name)
    return parts.brand, parts.trade, parts.branch


def _short(short: str, full: str, proof: str, *, near: bool) -> Iterator[Found]:
    """A brand for a firm. Alone it is rather the group's than that of a firm of it."""
    words = f"{short} / {full}{proof}"
    a, b = company_name(short), company_name(full)
    parent = is_parent(full) and not a.places
    if not is_short_for(short, full, "ORG"):
        if near and is_abbreviation(short, full, "ORG"):
            yield 1, "abbreviation", f"its characters in order: {words}"
    elif (a.brand, a.trade) == (b.brand, b.trade):
        sure = parent or proof or not b.places  # 金风科技 is not 江苏金风科技有限公司
        strength = (6 + parent) if sure else 0
        yield strength, "same_brand", f"brand and trade are the same: {words}"
    elif proof or len(a.brand + a.trade) > 3:
        yield (4 if proof else 2) + parent, "short_name", f"a short name: {words}"
    else:
        yield 0, "short_name", f"a short name: {words}"


def _of_bare_zone(name: str) -> bool:
    zone = zone_body(name)[0]
    return bool(zone) and is_generic_park(zone)


def _institutions(mine: str, theirs: str) -> Iterator[Found]:
    """临港新片区管委会 of 上海自贸区临港新片区管委会; bodies of any place are `_bodies`."""
    short, full = sorted((mine, theirs), key=lambda name: (len(name), name))
    if len(zone_body(short)[0]) > 3 and is_short_for(short, full, "ORG"):
        yield 3, "short_name", f"a short name: {short} / {full}"


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
