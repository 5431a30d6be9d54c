"""Head nouns that the new pages have more often than the training text, each with a sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from math import log2

from spacy.tokens import Doc

from zonekg.articles import Article
from zonekg.docs import sentence_bounds
from zonekg.profile import NAMED, ArticleTraits

__all__ = ["Examples", "Head", "more_frequent", "never_seen"]

_TOP = 10


@dataclass(frozen=True)
class Head:
    """A head noun that the new pages have more often than the training mentions, with an example.

    here, train: mentions that end in it.
    """

    head: str
    here: int
    train: int
    name: str
    sentence: str
    source: str


def more_frequent(here: Mapping[str, int], train: Mapping[str, int]) -> list[str]:
    """Heads of both sides with a larger share here, by what each adds to the divergence.

    >>> more_frequent({"公司": 2, "银行": 8}, {"公司": 9, "银行": 1})
    ['银行']
    """
    a, b = sum(here.values()), sum(train.values())

    def added(head: str) -> float:
        q, p = here[head] / a, train[head] / b
        middle = (p + q) / 2
        return q * log2(q / middle) + p * log2(p / middle)

    found = [head for head, count in here.items() if 0 < train.get(head, 0) * a < count * b]
    return sorted(found, key=lambda head: (-added(head), head))


def never_seen(here: Mapping[str, int], train: Mapping[str, int]) -> list[str]:
    """Heads of the new pages alone, in the order of `here`."""
    return [head for head in here if head not in train]


class Examples:
    """For each head noun one mention with its sentence: the first by file and place."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[tuple[str, int, str], str, str, str]] = {}

    def add(self, doc: Doc, traits: ArticleTraits, place: Article) -> None:
        """Look at the mentions of an article; place: where it stands."""
        bounds = sentence_bounds(doc.text)
        starts = [start for start, _ in bounds]
        for ent, mention in zip(doc.ents, traits.mentions, strict=True):
            key = (mention.label, mention.head)
            order = (place.source, place.place(ent.start_char), place.id)
            if mention.label not in NAMED or (key in self._found and self._found[key][0] <= order):
                continue
            first = bounds[bisect_right(starts, ent.start_char) - 1][0]
            last = bounds[bisect_right(starts, ent.end_char - 1) - 1][1]
            self._found[key] = (order, ent.text, doc.text[first:last].strip(), place.source)

    def of(
        self, label: str, heads: Iterable[str], here: Mapping[str, int], train: Mapping[str, int]
    ) -> tuple[Head, ...]:
        """The first ten of these heads, with their counts and an example each."""
        return tuple(
            Head(head, here[head], train.get(head, 0), *self._found[label, head][1:])
            for head in islice(heads, _TOP)
        )
