"""The measures of drift: what each is, and its value for any cut of the articles in two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zonekg.profile import NAMED, ArticleTraits, MentionTraits, Profile
from zonekg.schema import default_schema

__all__ = [
    "BINS",
    "Floats",
    "Ints",
    "Kind",
    "Pool",
    "histogram",
    "jensen_shannon",
    "mean_confidence",
    "ratio",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BINS = 20
"""Equal bins of the histograms of confidence, over 0 to 1."""
_SCALE = 10_000  # the model gives confidences with four decimals: sums of whole numbers are exact


class Kind(NamedTuple):
    """What a measure measures; far: on which side of chance a value is far."""

    name: str
    unit: Literal["share", "divergence", "confidence", "per 1,000", "characters"]
    far: Literal["above", "below", "either"]


_MENTIONS = Kind("mentions", "per 1,000", "either")
_TEXT = (
    Kind("unknown characters", "share", "above"),
    Kind("article length", "characters", "either"),
    Kind("relations", "per 1,000", "either"),
    _MENTIONS,
)
_CONFIDENCE = (
    Kind("mean confidence", "confidence", "below"),
    Kind("confidence under 0.5", "share", "above"),
    Kind("confidence histogram", "divergence", "above"),
)
_NAMES = (
    Kind("unseen mentions", "share", "above"),
    Kind("unseen names", "share", "above"),
    Kind("head nouns", "divergence", "above"),
)


def jensen_shannon(p: ArrayLike, q: ArrayLike) -> float:
    """The Jensen-Shannon divergence of two rows of counts, base 2: 0 for equal shares, 1 at most.

    NaN where one of them is empty. Lin (1991), "Divergence measures based on the Shannon entropy".

    >>> jensen_shannon([1, 1, 0], [2, 2, 0]), jensen_shannon([3, 0], [0, 1])
    (0.0, 1.0)
    """
    a, b = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
    if not a.sum() or not b.sum():
        return float("nan")
    a, b = a / a.sum(), b / b.sum()
    middle = (a + b) / 2

    def to_middle(x: Floats) -> float:
        there = x > 0
        return float((x[there] * np.log2(x[there] / middle[there])).sum())

    return min(1.0, max(0.0, (to_middle(a) + to_middle(b)) / 2))


def ratio(part: float, whole: float) -> float:
    """The quotient, NaN for nothing of nothing."""
    return part / whole if whole else float("nan")


def mean_confidence(mentions: Sequence[MentionTraits]) -> float:
    """NaN without mentions."""
    return ratio(int(_scaled(mentions).sum()), _SCALE * len(mentions))


def histogram(mentions: Iterable[MentionTraits]) -> list[int]:
    """How many mentions have a confidence in each of the `BINS`; 1 is in the last."""
    counts: list[int] = _in_bins(_bins(_scaled(mentions))).tolist()
    return counts


def _scaled(mentions: Iterable[MentionTraits]) -> Ints:
    return np.array([round(m.confidence * _SCALE) for m in mentions], dtype=np.int64)


def _bins(confidence: Ints) -> Ints:
    return np.minimum(confidence * BINS // _SCALE, BINS - 1)


def _in_bins(bins: Ints) -> Ints:
    return np.bincount(bins, minlength=BINS)


class _Mentions:
    """The mentions of one label in all articles, one row for each in every array."""

    def __init__(self, rows: Sequence[ArticleTraits], label: str, train: Mapping[str, int]) -> None:
        owned = [(i, m) for i, row in enumerate(rows) for m in row.mentions if m.label == label]
        found = [m for _, m in owned]
        index = {head: i for i, head in enumerate(sorted({m.head for m in found} | set(train)))}
        self.owner: Ints = np.array([i for i, _ in owned], dtype=np.int64)
        self.head: Ints = np.array([index[m.head] for m in found], dtype=np.int64)
        self.unseen = np.array([not m.known for m in found], dtype=bool)
        self.first = np.array([m.first for m in found], dtype=bool)
        self.confidence = _scaled(found)
        self.bin = _bins(self.confidence)
        self.train: Ints = np.array([train.get(head, 0) for head in index], dtype=np.int64)
        self.kinds = _CONFIDENCE + _NAMES if label in NAMED else _CONFIDENCE

    def values(self, at: Ints, other: Ints) -> list[float]:
        """The measures, as `kinds` has them, of the mentions `at`; `other`: the other side's."""
        sure = self.confidence[at]
        out = [
            ratio(int(sure.sum()), _SCALE * len(at)),
            ratio(int((sure < _SCALE // 2).sum()), len(at)),
            jensen_shannon(_in_bins(self.bin[at]), _in_bins(self.bin[other])),
        ]
        if len(self.kinds) > len(out):
            first = at[self.first[at]]
            heads = np.bincount(self.head[at], minlength=len(self.train))
            out += [
                ratio(int(self.unseen[at].sum()), len(at)),
                ratio(int(self.unseen[first].sum()), len(first)),
                jensen_shannon(self.train, heads),
            ]
        return out


class Pool:
    """New and development articles together, the new ones first; `take` measures any cut in two.

    Articles with fewer mentions have fewer head nouns, too, and look further from the training
    text for that alone. A cut therefore keeps at most as many mentions of a label as the new
    articles have, those of whole articles first.
    """

    def __init__(
        self, new: Sequence[ArticleTraits], profile: Profile, rng: np.random.Generator
    ) -> None:
        rows = [*new, *sorted(profile.dev)]
        labels = list(default_schema().entities)
        counted = [Counter(m.label for m in row.mentions) for row in rows]
        self._new, self._rng = len(new), rng
        self._mentions = {k: _Mentions(rows, k, profile.heads.get(k, {})) for k in labels}
        self._sizes = {k: int((m.owner < len(new)).sum()) for k, m in self._mentions.items()}
        self._text: Ints = np.array(
            [
                [r.unknown, 1, r.relations, len(r.mentions), r.characters, *(c[k] for k in labels)]
                for r, c in zip(rows, counted, strict=True)
            ],
            dtype=np.int64,
        )

    def __len__(self) -> int:
        return len(self._text)

    def kinds(self) -> list[tuple[str, Kind, int]]:
        """Label (empty for the text), kind and size of the sample of each measure of `take`."""
        out = [("", kind, self._new) for kind in _TEXT]
        out += [(label, _MENTIONS, self._new) for label in self._mentions]
        for label, found in self._mentions.items():
            out += [(label, kind, self._sizes[label]) for kind in found.kinds]
        return out

    def take(self, place: Ints) -> tuple[Floats, Floats]:
        """The measures here and there; `place` ranks the articles, as many as are new are here."""
        inside = place < self._new
        here, there = (_text_values(self._text[side].sum(axis=0)) for side in (inside, ~inside))
        for label, found in self._mentions.items():
            rank = place[found.owner]
            at, other = np.flatnonzero(rank < self._new), np.flatnonzero(rank >= self._new)
            size = self._sizes[label]
            if size < len(at):
                order = rank[at] + self._rng.random(len(at))
                at = at[np.argpartition(order, size)[:size]]
            here += found.values(at, other)
            there += found.values(other, other)
        return np.array(here), np.array(there)


def _text_values(sums: Ints) -> list[float]:
    unknown, articles, relations, mentions, characters, *by_label = sums.tolist()
    densities = (ratio(1000 * n, characters) for n in (relations, mentions, *by_label))
    return [ratio(unknown, characters), ratio(characters, articles), *densities]
