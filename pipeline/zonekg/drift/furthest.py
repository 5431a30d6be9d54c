"""Which articles are furthest from the training text, and should be annotated next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zonekg.articles import Article
from zonekg.drift.measures import mean_confidence
from zonekg.profile import ArticleTraits

__all__ = ["FarArticle", "Ranking"]

_TITLE = 60


@dataclass(frozen=True)
class FarArticle:
    """One of the new articles.

    far: 0 to 1, the share of the development articles that it exceeds in unseen names, in unknown
    characters and in want of confidence, the mean of the three.
    unseen_names: names in it that no training mention has, each once.
    """

    far: float
    unseen_names: int
    mean_confidence: float | None
    unknown_characters: float
    mentions: int
    title: str
    source: str
    page: int
    id: str
    trained_on: bool


class Ranking:
    """Ranks articles among those of the development documents."""

    def __init__(self, dev: Sequence[ArticleTraits]) -> None:
        self._dev = np.array([_signs(row) for row in dev])
        self._found: list[FarArticle] = []

    def add(self, traits: ArticleTraits, place: Article, *, trained_on: bool) -> None:
        """Take one article more; place: where it stands."""
        unseen, unknown, doubt = signs = _signs(traits)
        # a comparison with NaN is false: no mention, no doubt
        far = (self._dev < signs).mean(axis=0).sum() / len(signs)
        row = FarArticle(
            far=round(float(far), 4),
            unseen_names=int(unseen),
            mean_confidence=None if np.isnan(doubt) else round(1 - doubt, 4),
            unknown_characters=round(unknown, 6),
            mentions=len(traits.mentions),
            title=place.title or place.text.strip().split("\n")[0][:_TITLE],
            source=place.source,
            page=place.page,
            id=place.id,
            trained_on=trained_on,
        )
        self._found.append(row)

    def furthest(self, top: int) -> tuple[FarArticle, ...]:
        """The first `top` articles, the furthest first."""

        def order(row: FarArticle) -> tuple[float, int, str, int, str]:
            return -row.far, -row.unseen_names, row.source, row.page, row.id

        return tuple(sorted(self._found, key=order)[:top])


def _signs(row: ArticleTraits) -> tuple[float, float, float]:
    """Unseen names, share of unknown characters, and 1 - mean confidence (NaN without mentions)."""
    unseen = sum(m.first and not m.known for m in row.mentions)
    unknown = row.unknown / row.characters if row.characters else 0.0
    return unseen, unknown, 1 - mean_confidence(row.mentions)
