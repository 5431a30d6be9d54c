"""The component: predicts, learns, and finds the confidence from which a relation is told."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import Config, Model, Optimizer

from zonekg.components.aliases import make_aliases
from zonekg.components.calibration import calibrated, fit_curves
from zonekg.components.ner import CharNer
from zonekg.components.relation_rules import claims
from zonekg.components.relations.net import new_net, relation_shim
from zonekg.components.relations.options import consistent, decide, few_negatives, options
from zonekg.components.relations.reading import Reading, columns, read
from zonekg.components.relations.targets import target
from zonekg.components.relations.thresholds import fit_thresholds
from zonekg.docs import (
    PREDICTED,
    Relation,
    bare_copy,
    confidences,
    groups,
    set_groups,
    set_relations,
    set_unsure_relations,
)
from zonekg.errors import ModelError
from zonekg.scoring.facts import match_facts, score_relations

__all__ = ["RelationReader", "make_relations"]

_DEFAULT = """
[model]
@architectures = "zonekg.RelationNet.v1"
"""
_SAMPLE = 50  # documents by which vectors are brought to one scale
_LEAST = 0.05  # options that are less likely are not looked at


@Language.factory(
    "zonekg_relations",
    requires=["doc.ents", "doc.tensor"],
    default_config={
        "model": Config().from_str(_DEFAULT)["model"],
        "vectors": "ner",
        "review": 0.2,
        "home": True,
        "hard_negatives": True,
        "gold_share": 0.6,
        "weight": 1.0,
    },
    default_score_weights={"rels_f": 1.0, "rels_p": 0.0, "rels_r": 0.0, "rels_per_type": None},
)
def make_relations(
    nlp: Language,
    name: str,
    model: Model[Any, Any],
    *,
    vectors: str,
    review: float,
    home: bool,
    hard_negatives: bool,
    gold_share: float,
    weight: float,
) -> RelationReader:
    """Make the component.

    vectors: the component whose net gives ``doc.tensor``. If that one learns along, it learns from
    relations, too, and weight, 0 or more, is how much they count there, against 1 for its own
    part. review: what is told with at least this confidence (0 to 1) but not enough for a relation
    is kept for review. The rest is for experiments: home: whether the net is told which park the
    article is about; hard_negatives: whether it learns from all pairs that no relation joins, or
    from as many drawn by lot as from those that one does; gold_share: how often it learns on
    annotated mentions (0 to 1) where others are there, see `zonekg.docs.PREDICTED`.
    """
    return RelationReader(
        nlp.vocab,
        model,
        name,
        vectors=vectors,
        review=review,
        home=home,
        hard_negatives=hard_negatives,
        gold_share=gold_share,
        weight=weight,
    )


class RelationReader(TrainablePipe):  # type: ignore[misc]
    """The trainable component ``zonekg_relations``; settings: see `make_relations`.

    It takes mentions, groups and ``doc.tensor``, and removes the latter.
    """

    def __init__(self, vocab: Vocab, model: Model[Any, Any], name: str, **settings: Any) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = _score
        self.cfg: dict[str, Any] = {
            **settings, "rules": [], "calibration": {}, "thresholds": {}
        }  # fmt: skip
        self._encoder: CharNer | None = None

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
    ) -> None:
        """Set up the net for the vectors of the encoder and the rules that claim anything.

        Raises ModelError when the encoder's component has no vectors to share.
        """
        if nlp is None:
            raise ValueError(f"{self.name} needs the pipeline to learn in")
        encoder = nlp.get_pipe(self.cfg["vectors"])
        if not isinstance(encoder, CharNer):
            raise ModelError(f"{self.name}: {self.cfg['vectors']} is no component zonekg_ner")
        encoder.share_vectors()
        self._encoder = encoder
        found, sample = set(), []
        for i, example in enumerate(get_examples()):
            if i < _SAMPLE:
                sample.append(self._vectors(example))
            gold = example.reference
            found |= {claim.rule for claim in claims(_grouped(gold, gold.ents))}
        self.cfg["rules"] = sorted(found)
        vectors = np.concatenate(sample).astype(np.float32)
        new_net(self.model, vectors, len(found), final=not self._learns_along)

    def _vectors(self, example: Example) -> Any:
        """The vectors of an encoder that learns along, or those that it gives now.

        The latter are made once for each document to learn from and kept with it.
        """
        assert self._encoder
        gold = example.reference
        lent = self._encoder.lent_vectors(example)
        if lent is not None:
            return lent
        if not gold.tensor.size and len(gold):
            gold.tensor = self._encoder(bare_copy(gold)).tensor
        return gold.tensor

    # -- prediction

    def predict(self, docs: Iterable[Doc]) -> list[list[Relation]]:
        """What may be told of each doc, with calibrated confidences; changes nothing."""
        return [[self._calibrated(row) for row in self._told(doc)] for doc in docs]

    def _calibrated(self, row: Relation) -> Relation:
        sure = calibrated(row.score, row.label, self.cfg["calibration"])
        return row._replace(score=round(sure, 4))

    def _told(self, doc: Doc) -> list[Relation]:
        """What the net says, the best option of each choice, most confident first.

        A relation is as sure as the net is of it, times how sure NER is of the two things, once
        that is known: not while NER learns along.
        """
        shim = relation_shim(self.model)
        if not shim.ready:
            return []
        first, sure = groups(doc), {} if self._learns_along else _surest(doc)
        said = [
            row._replace(
                score=row.score * sure.get(first[row.head], 1.0) * sure.get(first[row.tail], 1.0)
            )
            for reading in self._read(doc)
            for row in decide(reading, options(reading), shim.predict(columns(reading, doc.tensor)))
        ]
        said = [row for row in said if row.score >= _LEAST]
        said.sort(key=lambda row: (-row.score, row))
        return consistent(said, first)

    @property
    def _learns_along(self) -> bool:
        return bool(self._encoder and self._encoder.learns)

    def _read(self, doc: Doc) -> Iterator[Reading]:
        return read(doc, self.cfg["rules"], home=self.cfg["home"])

    def set_annotations(self, docs: Iterable[Doc], found: list[list[Relation]]) -> None:
        """Write the relations, and those to review, and drop the encoder's vectors."""
        limits = self.cfg["thresholds"]
        for doc, rows in zip(docs, found, strict=True):
            sure = [row for row in rows if row.score >= limits.get(row.label, 0.5)]
            rest = [row for row in rows if row.score >= self.cfg["review"]]
            set_relations(doc, sure)
            set_unsure_relations(doc, set(rest) - set(sure))
            doc.tensor = np.zeros((0,), dtype=np.float32)

    # -- training

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """One step of the surprise at the right options, the mean over choices."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        tasks = [task for example in examples for task in self._tasks(example)]
        count = sum(len(unsure) for _, (*_, unsure) in tasks)
        for rows, wanted in tasks:
            loss = relation_shim(self.model).update(rows, wanted, self.cfg["weight"] / count)
            losses[self.name] += loss / count
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def _tasks(self, example: Example) -> Iterator[tuple[dict[str, Any], tuple[Any, ...]]]:
        """What the net takes of each stretch, with what `choice_loss` takes besides scores."""
        gold = example.reference
        doc = self._as_seen(gold)
        for reading in self._read(doc):
            found = options(reading)
            right, unsure = target(reading, found, doc, gold)
            if not self.cfg["hard_negatives"]:
                found, kept, choices = few_negatives(found, right)
                right, unsure = right[kept], unsure[choices]
            if found.size:
                rows = columns(reading, self._vectors(example))
                yield rows, (found.entries, found.choices, right, unsure)

    def _as_seen(self, gold: Doc) -> Doc:
        """A document with its annotated mentions or with those that a model found in it."""
        if PREDICTED in gold.spans and random.random() >= self.cfg["gold_share"]:
            return _grouped(gold, gold.spans[PREDICTED])
        doc = _grouped(gold, gold.ents)
        if random.random() < 0.5:
            set_groups(doc, groups(gold))
        return doc

    def finish_training(self, nlp: Language, examples: Sequence[Example]) -> None:
        """Give the net the form that ships; fit confidences and thresholds on dev, end to end."""
        relation_shim(self.model).freeze()
        self.cfg |= {"calibration": {}, "thresholds": {}}
        before = nlp.pipe_names[: nlp.pipe_names.index(self.name)]
        judged: list[tuple[str, float, bool]] = []
        gold: Counter[str] = Counter()
        with nlp.select_pipes(enable=before):
            docs = list(nlp.pipe([example.reference.text for example in examples]))
        for doc, example in zip(docs, examples, strict=True):
            set_relations(doc, self._told(doc))
            mine, theirs, _ = match_facts(doc, example.reference)
            judged += [(s.row.label, s.score, fact in theirs) for fact, s in mine.items() if s.row]
            gold.update(label for _, label, _ in theirs)
        curves = fit_curves(judged)
        sure = [(label, calibrated(score, label, curves), right) for label, score, right in judged]
        self.cfg |= {"calibration": curves, "thresholds": fit_thresholds(sure, gold)}


def _grouped(doc: Doc, mentions: Iterable[Span]) -> Doc:
    """The text of a doc with other mentions, and their groups."""
    copy = bare_copy(doc)
    copy.set_ents([Span(copy, m.start, m.end, label=m.label_) for m in mentions])
    make_aliases(copy)
    return copy


def _surest(doc: Doc) -> dict[int, float]:
    """By the first mention of a thing the confidence of its surest mention."""
    found: dict[int, float] = {}
    for first, sure in zip(groups(doc), confidences(doc), strict=True):
        found[first] = max(sure, found.get(first, 0.0))
    return found


def _score(examples: Iterable[Example], **_: Any) -> dict[str, Any]:
    """Scores of relations between groups, 0 to 1, under spaCy's kind of names."""
    table = score_relations((example.predicted, example.reference) for example in examples)
    rows = {label: {key: row[key] / 100 for key in "prf"} for label, row in table.to_dict().items()}
    micro = rows.pop("micro")
    return {f"rels_{key}": value for key, value in micro.items()} | {"rels_per_type": rows}
