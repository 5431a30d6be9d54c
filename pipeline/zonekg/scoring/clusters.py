"""Which mentions were put together: B-cubed scores of clusters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import NamedTuple

__all__ = ["BCubed", "b_cubed"]


class BCubed(NamedTuple):
    """Precision and recall, 0 to 1, as means over `mentions` mentions."""

    precision: float
    recall: float
    mentions: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0

    def to_dict(self) -> dict[str, float]:
        """P, R and F in per cent with the count of mentions, as reports print them."""
        p, r, f = (round(100 * share, 2) for share in (self.precision, self.recall, self.f1))
        return {"p": p, "r": r, "f": f, "mentions": self.mentions}


def b_cubed(
    gold: Mapping[Hashable, Hashable],
    predicted: Mapping[Hashable, Hashable],
    among: Collection[Hashable] | None = None,
) -> BCubed:
    """The B-cubed scores of a clustering; both tell the cluster of each mention.

    A mention's precision is the share of its predicted cluster that is in its gold cluster, its
    recall the share of its gold cluster that is in its predicted one; both are averaged over the
    mentions `among`, by default all. Source: Bagga and Baldwin, Algorithms for Scoring Coreference
    Chains, 1998. Raises ValueError where the two tell of other mentions.

    >>> gold = {1: "a", 2: "a", 3: "a", 4: "b"}
    >>> score = b_cubed(gold, {1: "x", 2: "x", 3: "y", 4: "y"})
    >>> round(score.precision, 3), round(score.recall, 3)
    (0.75, 0.667)
    """
    if gold.keys() != predicted.keys():
        raise ValueError(f"{len(gold)} gold and {len(predicted)} predicted mentions, not the same")
    sizes, found = Counter(gold.values()), Counter(predicted.values())
    both = Counter((gold[m], predicted[m]) for m in gold)
    totals: defaultdict[str, float] = defaultdict(float)
    chosen = gold.keys() if among is None else among
    for mention in chosen:
        shared = both[gold[mention], predicted[mention]]
        totals["p"] += shared / found[predicted[mention]]
        totals["r"] += shared / sizes[gold[mention]]
    count = len(chosen)
    return BCubed(totals["p"] / count, totals["r"] / count, count) if count else BCubed(0, 0, 0)
