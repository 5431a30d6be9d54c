"""Nodes that share a key, pair by pair, so that not every node is compared with every other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

__all__ = ["block_pairs"]

_LARGEST = 400


def block_pairs(
    blocks: Mapping[str, Iterable[str]], largest: int = _LARGEST
) -> Iterator[tuple[str, str]]:
    """The pairs of nodes that share a block, each once, a < b.

    A block of more than `largest` nodes says too little and is left out; nodes of it that are one
    share a smaller block besides.

    >>> sorted(block_pairs({"x": "ab", "y": "bac"}))
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    """
    seen: set[tuple[str, str]] = set()
    for key in sorted(blocks):
        nodes = sorted(blocks[key])
        if len(nodes) > largest:
            continue
        for pair in combinations(nodes, 2):
            if pair not in seen:
                seen.add(pair)
                yield pair
