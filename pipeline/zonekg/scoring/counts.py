"""What scores are made of: counts, by label, by document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = ["ALL", "PRF", "Item", "Key", "Table", "Tally", "add_up", "tally"]

ALL = "micro"
"""The name of a row that adds up all labels."""

Key = tuple[str, ...]
"""Where a count belongs: ("entities", "strict", "ORG")."""


class PRF(NamedTuple):
    """True positives, what was predicted and what is gold, as counts.

    For relaxed scores the matched predictions and the matched gold items are counted apart.
    """

    matched_predicted: int = 0
    predicted: int = 0
    matched_gold: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the predictions that are right, 0 to 1; 0 without predictions."""
        return self.matched_predicted / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of gold that was found, 0 to 1; 0 without gold."""
        return self.matched_gold / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall.

        >>> round(PRF(1, 2, 1, 1).f1, 3)
        0.667
        """
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0

    def __add__(self, other: tuple[Any, ...]) -> PRF:
        """Counts added up, for micro averages."""
        return PRF(*(a + b for a, b in zip(self, other, strict=True)))

    def to_dict(self) -> dict[str, Any]:
        """P, R and F in per cent with their counts, as reports print them."""
        return {
            "p": round(100 * self.precision, 2),
            "r": round(100 * self.recall, 2),
            "f": round(100 * self.f1, 2),
            "predicted": self.predicted,
            "gold": self.gold,
        }


Tally = dict[Key, PRF]
"""The counts of one document, or of many added up."""


@dataclass(frozen=True)
class Table:
    """Scores by label, and over all labels (micro)."""

    by_label: Mapping[str, PRF]

    @classmethod
    def of(cls, items: Iterable[Item], mode: str, labels: Iterable[str]) -> Table:
        """Count the items that were compared in this mode and have one of these labels."""
        counts = dict.fromkeys(labels, PRF())
        for item in items:
            if item.mode == mode and item.label in counts:
                counts[item.label] += item.counts
        return cls(counts)

    @property
    def micro(self) -> PRF:
        """All labels added up."""
        return sum(self.by_label.values(), PRF())

    def to_dict(self) -> dict[str, Any]:
        """JSON form: ``micro`` and one entry for each label, in the given order."""
        return {ALL: self.micro.to_dict()} | {
            label: prf.to_dict() for label, prf in self.by_label.items()
        }


class Item(NamedTuple):
    """One mention or fact that one side states, and whether the other side has it, too.

    task: ``entities`` or ``relations``; mode: how it was compared, ``strict``, ``relaxed`` or
    ``gold entities``; predicted: the side, gold when False; confidence: 0 to 1; slices: the bucket
    by dimension, such as {"genre": "brief"}.
    """

    task: str
    mode: str
    predicted: bool
    label: str
    right: bool
    confidence: float = 1.0
    slices: Mapping[str, str] = {}

    @property
    def counts(self) -> PRF:
        """What it adds to the counts of its label."""
        return PRF(self.right, 1, 0, 0) if self.predicted else PRF(0, 0, self.right, 1)


def tally(items: Iterable[Item]) -> Tally:
    """Count items by task, mode and label, and by slice: ``("slices", task, dimension, bucket…)``.

    Slices by label are counted strict only.

    >>> tally([Item("entities", "strict", True, "ORG", True)])[("entities", "strict", "ORG")]
    PRF(matched_predicted=1, predicted=1, matched_gold=0, gold=0)
    """
    counts: Tally = defaultdict(PRF)
    for item in items:
        one = item.counts
        for label in (ALL, item.label):
            counts[item.task, item.mode, label] += one
            if label != ALL and item.mode != "strict":
                continue
            for dimension, bucket in item.slices.items():
                counts["slices", item.task, dimension, bucket, item.mode, label] += one
    return dict(counts)


def add_up(tallies: Iterable[Tally]) -> Tally:
    """The counts of several documents together."""
    counts: Tally = defaultdict(PRF)
    for one in tallies:
        for key, prf in one.items():
            counts[key] += prf
    return dict(counts)
