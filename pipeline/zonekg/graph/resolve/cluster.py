"""Pairs to clusters in which every two nodes may be one: no chains from one thing to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

from zonekg.graph.resolve.things import Pair, Sign, Thing

__all__ = ["Clusters", "clusters"]

Conflict = Callable[[Sign, Sign], str]


class Clusters(NamedTuple):
    """The cluster of each node by its first id; pairs that joined; pairs refused, with why."""

    of: dict[str, str]
    joined: list[Pair]
    refused: list[tuple[Pair, str]]


class _Cluster(NamedTuple):
    members: frozenset[str]
    articles: frozenset[str]
    signs: frozenset[Sign]


class _Joiner:
    """Clusters while they grow; what is asked again is remembered."""

    def __init__(
        self,
        nodes: Mapping[str, Thing],
        conflict: Conflict,
        same: Iterable[Sequence[str]],
        never: Iterable[tuple[str, str]],
    ) -> None:
        self.conflict = conflict
        self.never: defaultdict[str, set[str]] = defaultdict(set)
        for a, b in never:
            self.never[a].add(b)
            self.never[b].add(a)
        self.of = {node: node for node in nodes}
        self.clusters = {
            node: _Cluster(frozenset([node]), one.articles, frozenset([one.sign]))
            for node, one in nodes.items()
        }
        for group in same:
            self.join(group)

    def join(self, group: Iterable[str]) -> None:
        """Make one cluster of several."""
        keys = sorted({self.of[node] for node in group})
        parts = [self.clusters.pop(key) for key in keys]
        whole = _Cluster(*(frozenset().union(*sets) for sets in zip(*parts, strict=True)))
        self.clusters[keys[0]] = whole
        for node in whole.members:
            self.of[node] = keys[0]

    def against(self, a: str, b: str) -> str:
        """Why two clusters can't be one, empty when they may."""
        one, other = self.clusters[a], self.clusters[b]
        if len(one.members) > len(other.members):
            one, other = other, one
        if any(self.never[node] & other.members for node in one.members if node in self.never):
            return "never_merge"
        if shared := one.articles & other.articles:
            return f"two things in article {min(shared)}"
        found = {
            problem
            for mine in one.signs
            for theirs in other.signs
            if (problem := self.conflict(mine, theirs))
        }
        return min(found, default="")

    def torn(self, keys: Sequence[str]) -> bool:
        """Whether among several clusters some two can't be one."""
        parts = [self.clusters[key] for key in keys]
        if sum(len(p.articles) for p in parts) > len(
            frozenset().union(*(p.articles for p in parts))
        ):
            return True
        everyone = frozenset[str]().union(*(part.members for part in parts))
        if any(self.never[n] & everyone for n in everyone if n in self.never):
            return True
        together = {pair for part in parts for pair in permutations(part.signs, 2)}
        signs = sorted(frozenset[Sign]().union(*(part.signs for part in parts)), key=_order)
        return any(
            (one, other) not in together and self.conflict(one, other)
            for one, other in combinations(signs, 2)
        )


def _order(sign: Sign) -> tuple[object, ...]:
    return sign.names, sign.kind, *map(sorted, sign[2:])


def clusters(
    nodes: Mapping[str, Thing],
    pairs: Iterable[Pair],
    conflict: Conflict,
    same: Iterable[Sequence[str]] = (),
    never: Iterable[tuple[str, str]] = (),
) -> Clusters:
    """Join nodes by pairs, the strongest first; the result does not depend on the pairs' order.

    same: what people said is one thing; never: what they said is not. On each level of strength,
    clusters between which pairs stand are joined where all of them may be one. A cluster with
    pairs to two others that can't be one is ambiguous: its pairs of this level are refused.
    """
    joiner = _Joiner(nodes, conflict, same, never)
    joined: list[Pair] = []
    refused: list[tuple[Pair, str]] = []
    levels: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in sorted(set(pairs)):
        levels[pair.strength].append(pair)
    for strength in sorted(levels, reverse=True):
        level = levels[strength]
        if strength == 0:
            refused += [(pair, "too little proof") for pair in level]
            continue
        done, doubted = _level(joiner, level)
        joined += done
        refused += doubted
    return Clusters(joiner.of, joined, [row for row in refused if _open(joiner, row[0])])


def _open(joiner: _Joiner, pair: Pair) -> bool:
    """Whether a refused pair is still a question: neither joined since nor impossible."""
    a, b = joiner.of[pair.a], joiner.of[pair.b]
    return a != b and not joiner.against(a, b)


def _level(joiner: _Joiner, level: list[Pair]) -> tuple[list[Pair], list[tuple[Pair, str]]]:
    links: defaultdict[str, set[str]] = defaultdict(set)
    known: dict[tuple[str, str], str] = {}

    def against(a: str, b: str) -> str:
        key = (a, b) if a < b else (b, a)
        if key not in known:
            known[key] = joiner.against(*key)
        return known[key]

    live: list[tuple[Pair, str, str]] = []
    for pair in level:
        a, b = joiner.of[pair.a], joiner.of[pair.b]
        if a != b and not against(a, b):
            links[a].add(b)
            links[b].add(a)
            live.append((pair, a, b))
    # of several that one may be, some of which can't be one another, it is none
    torn = {node for node, others in links.items() if joiner.torn(sorted(others))}
    doubted = [(pair, "may be one of several") for pair, a, b in live if {a, b} & torn]
    clean = {node: others - torn for node, others in links.items() if node not in torn}
    joined: list[Pair] = []
    done: set[str] = set()
    for start in sorted(clean):
        if start in done:
            continue
        part = _component(start, clean)
        done |= part
        mine = [pair for pair, a, b in live if a in part and b in part] if len(part) > 1 else []
        if joiner.torn(sorted(part)):  # a chain: its ends can't be one
            doubted += [(pair, "a chain to another thing") for pair in mine]
        elif mine:
            joined += mine
            joiner.join(part)
    return joined, doubted


def _component(start: str, links: Mapping[str, set[str]]) -> set[str]:
    found, rest = {start}, [start]
    while rest:
        for other in links[rest.pop()] - found:
            found.add(other)
            rest.append(other)
    return found
