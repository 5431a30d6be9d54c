"""Which parks may be one: the same parts, a short name, a former name, the zone of an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from zonekg.graph.resolve.blocks import block_pairs
from zonekg.graph.resolve.things import Pair, Sign, Thing
from zonekg.names import contradiction, name_key, park_name
from zonekg.names.contradictions import kind_covers
from zonekg.names.divisions import city_of, may_agree, place_name
from zonekg.names.parts import is_descriptive, plain

__all__ = ["park_conflict", "park_pairs"]


def park_conflict(a: Sign, b: Sign) -> str:
    """Why two parks can't be one, empty when they may."""
    shared = _keys(a) & _keys(b)
    if any(_definite(name) for name in a.names if name_key(name, "PARK") in shared):
        return ""
    for one in a.names:
        for other in b.names:
            if found := contradiction(one, other, "PARK"):
                return found
    definite = all(any(map(_definite, sign.names)) for sign in (a, b))
    return "" if definite or may_agree(_cities(a), _cities(b)) else "cities differ"


def _keys(sign: Sign) -> set[str]:
    return {name_key(name, "PARK") for name in sign.names}


def _definite(name: str) -> bool:
    """Whether a name tells which park: it has a place, or words that are not only of a trade."""
    parts = park_name(name)
    return bool(parts.places) or not is_descriptive(parts.proper)


def _cities(sign: Sign) -> set[str]:
    """The cities where it may lie: that of its name, else those its articles are about."""
    own = {code for name in sign.names for code in park_name(name).places}
    return {city_of(code) or code for code in own or sign.cities}


def park_pairs(
    nodes: Mapping[str, Thing],
    bare: Mapping[str, frozenset[str]],
    bodies: Mapping[str, frozenset[str]],
) -> Iterator[Pair]:
    """Pairs of parks that may be one.

    bare: kinds by node for those of which only that was told; bodies: names of the zones by
    article whose bodies it names.
    """
    blocks: defaultdict[str, set[str]] = defaultdict(set)
    zones, called = (defaultdict[str, set[str]](set) for _ in range(2))
    alone: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for node, one in nodes.items():
        for name in one.sign.names:
            parts = park_name(name)
            blocks[f"name {plain(name)}"].add(node)
            blocks[f"head {parts.head[-2:]}"].add(node)
            for place in parts.places:
                zones[place].add(node)
            called[name_key(name, "PARK")].add(node)
        for place in one.sign.cities if one.generic else ():
            for kind in bare[node]:
                alone[place, kind].append(node)
    for a, b in block_pairs(blocks):
        if found := _named(nodes[a], nodes[b]):
            yield Pair(a, b, *found)
    for node, one in nodes.items():
        if one.generic:
            yield from _zones_of_bodies(one, bare[node], bodies, called)
    for (place, kind), found_alone in sorted(alone.items()):
        first, *rest = sorted(found_alone)
        for other in rest:
            told = f"{kind} alone in articles about {place_name(place)}"
            yield Pair(first, other, 1, "zone_of_article", told)
        for node in found_alone:
            for zone in sorted(zones[place] | zones[city_of(place)]):
                if found := _zone_of_article(nodes[node], nodes[zone], bare[node]):
                    yield Pair(*sorted((node, zone)), *found)


def _named(one: Thing, other: Thing) -> tuple[int, str, str] | None:
    best: tuple[int, str, str] | None = None
    for mine in one.sign.names:
        for theirs in other.sign.names:
            found = _names(mine, theirs, one, other)
            if found and (best is None or found > best):
                best = found
    return best


def _names(mine: str, theirs: str, one: Thing, other: Thing) -> tuple[int, str, str] | None:
    a, b = park_name(mine), park_name(theirs)
    words = f"{mine} / {theirs}"
    where = _where(one, other)
    if plain(mine) == plain(theirs):
        return 5, "same_name", f"both are called {mine}"
    alike = set(a.places) & set(b.places) or not (a.places and b.places)
    if a.proper == b.proper and a.kind == b.kind and set(a.places) & set(b.places):
        return 5, "same_parts", f"same place, name and kind: {words}"
    if not (a.head and b.head and alike):
        return None
    short, full = sorted((a, b), key=lambda p: len(p.head))
    if not full.head.endswith(short.head) or not (
        kind_covers(a.kind, b.kind) or kind_covers(b.kind, a.kind)
    ):
        return None
    if a.kind == b.kind:
        if short.places or not is_descriptive(short.proper) or where:
            return 4, "short_zone", f"one name is the other without its place: {words}{where}"
        return 0, "short_zone", f"one name is the other without its place, city unknown: {words}"
    usual = {a.kind, b.kind} == {"开发区", "经开区"}  # 开发区 is 经开区 where both are told
    return (3 if usual else 2), "short_kind", f"a shorter word for the kind: {words}{where}"


def _where(one: Thing, other: Thing) -> str:
    """The city that both are told to be in, in words."""
    shared = _cities(one.sign) & _cities(other.sign)
    return f"; both in {place_name(min(shared))}" if shared else ""


def _zones_of_bodies(
    one: Thing,
    kinds: frozenset[str],
    bodies: Mapping[str, frozenset[str]],
    called: Mapping[str, set[str]],
) -> Iterator[Pair]:
    told = {zone for key in one.articles for zone in bodies.get(key, ())}
    fit = [zone for zone in sorted(told) if any(kind_covers(k, park_name(zone).kind) for k in kinds)]
    for zone in fit if len({name_key(zone, "PARK") for zone in fit}) == 1 else ():
        for node in sorted(called.get(name_key(zone, "PARK"), ())):
            reason = f"{one.name} in an article that names a body of {zone}"
            yield Pair(*sorted((one.id, node)), 5, "zone_of_body", reason)


def _zone_of_article(
    one: Thing, zone: Thing, kinds: frozenset[str]
) -> tuple[int, str, str] | None:
    """高新区 alone is the zone of the place that its article is about."""
    for name in zone.sign.names:
        parts = park_name(name)
        if parts.proper or not any(kind_covers(kind, parts.kind) for kind in kinds):
            continue
        exact = bool(set(parts.places) & one.sign.cities)
        if exact or set(parts.places) & {city_of(code) for code in one.sign.cities}:
            strength = (4 if exact else 3) - (parts.kind not in kinds)
            told = place_name(min(one.sign.cities))
            return strength, "zone_of_article", f"{one.name} in an article about {told}: {name}"
    return None
