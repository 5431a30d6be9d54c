"""Two annotations of one document side by side: all that is counted later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Doc

from zonekg.scoring.counts import Item, Tally, tally
from zonekg.scoring.facts import FactError, Matching, fact_errors, fact_items, match_facts
from zonekg.scoring.mentions import Mark, align, marks, mention_items
from zonekg.scoring.slices import Slicer

__all__ = ["Judged", "judge"]


@dataclass(frozen=True)
class Judged:
    """One document: what was predicted, what is gold, and all that follows.

    mentions: pairs of (predicted, gold), None for no partner; matching: of the facts, strict.
    """

    predicted: Doc
    gold: Doc
    items: list[Item]
    mentions: list[tuple[Mark | None, Mark | None]]
    matching: Matching

    @cached_property
    def facts(self) -> list[FactError]:
        """The wrong facts, strict."""
        return fact_errors(self.matching)

    @cached_property
    def tally(self) -> Tally:
        """The document's counts."""
        return tally(self.items)


def judge(
    predicted: Doc,
    gold: Doc,
    given: Doc | None = None,
    *,
    by: Sequence[str] = (),
    seen: Callable[[str, str], bool] | None = None,
) -> Judged:
    """Compare two annotations of one text.

    given: the gold mentions with predicted relations; by: keys of gold's ``meta`` to break scores
    down by; seen: whether a (label, name) was in the training text.
    """
    meta = gold.user_data.get("meta") or {}
    slicer = Slicer(gold.text, meta, by, seen)
    strict = match_facts(predicted, gold)
    items = [*mention_items(predicted, gold, slicer.mention)]
    items += fact_items(strict, "strict", slicer.fact)
    items += fact_items(match_facts(predicted, gold, strict=False), "relaxed", slicer.fact)
    if given is not None:
        items += fact_items(match_facts(given, gold), "gold entities", slicer.fact)
    mine, theirs = marks(predicted), marks(gold)
    pairs = [
        (None if i is None else mine[i], None if j is None else theirs[j])
        for i, j in align(mine, theirs)
    ]
    return Judged(predicted, gold, items, pairs, strict)
