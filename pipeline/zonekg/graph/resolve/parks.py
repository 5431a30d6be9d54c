"""Which parks may be one: the same parts, a short name, a former name, the zone of an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from zonekg.graph.resolve.blocks import block_pairs
from zonekg.graph.resolve.things import Found, Pair, Sign, Thing
from zonekg.names import ParkName, contradiction, name_key, park_name
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


class _Index:
    """Parks by what they share: blocks by words of their names, zones by place and by name."""

    def __init__(self, nodes: Mapping[str, Thing]) -> None:
        self.blocks: defaultdict[str, set[str]] = defaultdict(set)
        self.zones: defaultdict[str, set[str]] = defaultdict(set)
        self.called: defaultdict[str, set[str]] = defaultdict(set)
        for node, one in nodes.items():
            for name in one.sign.names:
                parts = park_name(name)
                self.called[name_key(name, "PARK")].add(node)
                self.blocks[f"name {plain(name)}"].add(node)
                self.blocks[f"head {parts.head[-2:]}"].add(node)
                self.blocks[f"proper {parts.proper[:2]}"].add(node)
                for place in parts.places:
                    self.zones[place].add(node)
                    self.blocks[f"place {place} {parts.proper[-2:]}"].add(node)


def park_pairs(
    nodes: Mapping[str, Thing],
    bare: Mapping[str, frozenset[str]],
    bodies: Mapping[str, frozenset[str]],
) -> Iterator[Pair]:
    """Pairs of parks that may be one.

    bare: kinds by node for those of which only that was told; bodies: names of the zones by
    article whose bodies it names.
    """
    index = _Index(nodes)
    for a, b in block_pairs(index.blocks):
        if found := max(_named(nodes[a], nodes[b]), default=None):
            yield Pair.of(a, b, found)
    alone: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for node, one in nodes.items():
        if one.generic:
            yield from _zones_of_bodies(one, bare[node], bodies, index.called)
            yield from _zones_of_article(one, bare[node], nodes, index.zones)
            for place in one.sign.cities:
                for kind in bare[node]:
                    alone[place, kind].append(node)
    for (place, kind), same in sorted(alone.items()):
        reason = f"{kind} alone in articles about {place_name(place)}"
        for other in sorted(same)[1:]:
            yield Pair.of(min(same), other, (1, "zone_of_article", reason))


def _named(one: Thing, other: Thing) -> Iterator[Found]:
    where = _where(one, other)
    for mine in one.sign.names:
        for theirs in other.sign.names:
            a, b = park_name(mine), park_name(theirs)
            words = f"{mine} / {theirs}"
            together = bool(set(a.places) & set(b.places))
            if plain(mine) == plain(theirs):
                yield 5, "same_name", f"both are called {mine}"
            elif together and a.proper == b.proper and a.kind == b.kind:
                yield 5, "same_parts", f"same place, name and kind: {words}"
            elif together or not (a.places and b.places):
                yield from _short(a, b, words, where)


def _short(a: ParkName, b: ParkName, words: str, where: str) -> Iterator[Found]:
    short, full = sorted((a, b), key=lambda parts: (len(parts.head), bool(parts.kind)))
    if (where or set(short.places) & set(full.places)) and _leaves_out_trades(short, full):
        yield 3, "short_words", f"one name is the other without words of trade: {words}{where}"
    if not short.head or not full.head.endswith(short.head):
        return
    if not short.kind:
        if full.kind and short.head in (full.head, full.proper):
            yield 2, "zone_name", f"one name is the other without its kind: {words}{where}"
        return
    if a.kind == b.kind:
        sure = short.places or not is_descriptive(short.proper) or where
        reason = f"one name is the other without its place: {words}{where}"
        yield 4 if sure else 0, "short_zone", reason
    elif kind_covers(a.kind, b.kind) or kind_covers(b.kind, a.kind):
        usual = {a.kind, b.kind} == {"开发区", "经开区"}
        yield 3 if usual else 2, "short_kind", f"a shorter word for the kind: {words}{where}"


def _leaves_out_trades(short: ParkName, full: ParkName) -> bool:
    """黎安试验区 for 陵水黎安国际教育创新试验区."""
    front = short.proper
    rest = full.proper.removeprefix(front)
    return (
        short.kind == full.kind
        and len(front) >= 2
        and rest not in ("", full.proper)
        and is_descriptive(rest)
        and not is_descriptive(front)
    )


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
    """高新区 beside 阳泉高新区管委会 is that zone."""
    told = {
        name_key(zone, "PARK"): zone
        for key in sorted(one.articles)
        for zone in sorted(bodies.get(key, ()))
        if _is_of_kind(zone, kinds)
    }
    if len(told) == 1:
        ((key, zone),) = told.items()
        for node in sorted(called.get(key, ())):
            reason = f"{one.name} in an article that names a body of {zone}"
            yield Pair.of(one.id, node, (5, "zone_of_body", reason))


def _is_of_kind(zone: str, kinds: frozenset[str]) -> bool:
    return any(kind_covers(kind, park_name(zone).kind) for kind in kinds)


def _zones_of_article(
    one: Thing,
    kinds: frozenset[str],
    nodes: Mapping[str, Thing],
    zones: Mapping[str, set[str]],
) -> Iterator[Pair]:
    """高新区 alone is the zone of the place that its article is about."""
    for place in sorted(one.sign.cities):
        told = place_name(place)
        for exact, where in ((True, place), (False, city_of(place))):
            for node in sorted(zones.get(where, ())):
                for name in nodes[node].sign.names:
                    parts = park_name(name)
                    if where in parts.places and not parts.proper and _is_of_kind(name, kinds):
                        strength = (4 if exact else 3) - (parts.kind not in kinds)
                        reason = f"{one.name} in an article about {told}: {name}"
                        yield Pair.of(one.id, node, (strength, "zone_of_article", reason))
