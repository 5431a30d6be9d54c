"""How far new pages are from the text that a model was trained on, told without gold.

New articles are compared with the development articles of the model's `Profile`, both as the model
tags them. What chance alone gives is found by a permutation test: both sets of articles are put
together and cut anew at random, and each measure is taken again. If the new articles were like the
others, its value would be one of those. Whole articles change sides, never single mentions, since
the mentions of one article repeat each other.

A small sample gets a wide limit: a few articles differ by chance alone as much as many never do,
so that one short page says little unless it is far away.

One measure in twenty is beyond its limit by chance; `Drift.verdict` therefore counts them and asks
how many the cuts have at a time. The test is exact where the new articles are like the others in
every way; where they are much shorter, their length is told, and the limits of what is counted by
1,000 characters are a little narrow.

``measures``: what is measured; ``permutation``: what chance gives; ``counts``: both sides, for
charts; ``examples``: head nouns with sentences; ``furthest``: which articles to annotate next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from spacy.tokens import Doc

from zonekg.articles import Article
from zonekg.docs import article
from zonekg.drift.counts import count_side
from zonekg.drift.examples import Examples, Head, more_frequent, never_seen
from zonekg.drift.furthest import FarArticle, Ranking
from zonekg.drift.measures import BINS, jensen_shannon
from zonekg.drift.permutation import DRAWS, LEVEL, Measure, Verdict, permutation_test, verdict
from zonekg.errors import ModelError
from zonekg.profile import NAMED, Profile, digest

__all__ = ["BINS", "Drift", "FarArticle", "Head", "Measure", "Verdict", "drift", "jensen_shannon"]


@dataclass(frozen=True)
class Drift:
    """What `drift` found.

    further: measures beyond their limits; chance: how many chance alone puts there 95 times in 100.
    verdict: of all measures together.
    here, dev: counts of both sides; train: head nouns of the training mentions, for charts.
    over, unseen: by label the head nouns that add most to the divergence, and the most frequent of
    those that no training mention has.
    articles: the furthest first.
    """

    measures: tuple[Measure, ...]
    further: int
    chance: int
    verdict: Verdict
    here: Mapping[str, Any]
    dev: Mapping[str, Any]
    train: Mapping[str, Mapping[str, int]]
    over: Mapping[str, tuple[Head, ...]]
    unseen: Mapping[str, tuple[Head, ...]]
    articles: tuple[FarArticle, ...]

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON has it: numbers, texts and null, never NaN."""
        return {"test": {"draws": DRAWS, "level": LEVEL, "bins": BINS}} | asdict(self)


def drift(docs: Iterable[Doc], profile: Profile, *, seed: int = 7, top: int = 20) -> Drift:
    """Compare tagged articles with what the model was trained on.

    docs: as the model tagged them, with their article (`extract`) or without; their order does not
    matter. top: how many of the furthest articles to list.
    Raises ModelError when the profile has no development documents.
    """
    if not profile.dev:
        raise ModelError(
            "the model's profile has no development documents to compare with; train the model "
            "again with some in paths.dev"
        )
    rows, trained_on = [], 0
    examples, ranking = Examples(), Ranking(profile.dev)
    for doc in docs:
        traits, known = profile.traits(doc), profile.trained_on(doc.text)
        place = article(doc) or Article(digest(doc.text), "", doc.text, "")
        examples.add(doc, traits, place)
        ranking.add(traits, place, trained_on=known)
        rows.append(traits)
        trained_on += known
    measures, chance = permutation_test(sorted(rows), profile, seed)
    further = sum(m.verdict == "further than chance" for m in measures)
    here = count_side(rows)
    heads = {label: (here["labels"][label]["heads"], profile.heads[label]) for label in NAMED}
    return Drift(
        measures=measures,
        further=further,
        chance=chance,
        verdict=verdict(further > chance) if rows else "not measured",
        here=here | {"trained_on": trained_on},
        dev=count_side(profile.dev),
        train=profile.heads,
        over={k: examples.of(k, more_frequent(*both), *both) for k, both in heads.items()},
        unseen={k: examples.of(k, never_seen(*both), *both) for k, both in heads.items()},
        articles=ranking.furthest(top),
    )
