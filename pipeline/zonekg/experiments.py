"""Experiments that train a config several times: points of one, and cross-validation.

Each training is a point in a folder of its own. A point that is done, on the same documents and
with the same settings, is not trained again, so that a stopped experiment goes on where it was.
Only one experiment at a time may use a folder.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from zonekg.annotate.agreement import Difference, mention_differences, relation_differences
from zonekg.annotate.corpus import checked_records, doc_to_record, read_docs, record_files
from zonekg.annotate.records import Record, record_lines
from zonekg.components.ner import CharNer, Floats
from zonekg.errors import InputError
from zonekg.evaluation import with_gold_entities
from zonekg.extraction import load_model
from zonekg.files import open_atomic
from zonekg.profile import read_profile
from zonekg.schema import default_schema
from zonekg.scoring import score_entities
from zonekg.training import read_config, train

__all__ = [
    "Point",
    "Progress",
    "cross_validate",
    "crossfit",
    "mark",
    "sample",
    "score_point",
    "strict_scores",
    "train_points",
]

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Point:
    """One training: its folder, the documents to train on and to choose by, changed settings."""

    folder: Path
    train: Sequence[Record]
    dev: Path
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> Path:
        """Where the trained pipeline is put."""
        return self.folder / "model"

    def digest(self, config: Path) -> str:
        """What the outcome depends on, as SHA-256: settings, documents, files the config names."""
        settings = read_config(config, self.settings).interpolate()
        named = [Path(path) for key, path in settings["paths"].items() if key == "gazetteers"]
        files = [*record_files(self.dev), *(f for p in named for f in sorted(p.glob("*.tsv")))]
        parts = [settings.to_str(), *(file.read_text(encoding="utf-8") for file in files)]
        return hashlib.sha256("\x1f".join([*parts, *record_lines(self.train)]).encode()).hexdigest()


def train_points(
    config: Path, points: Sequence[Point], *, jobs: int = 1, progress: Progress = lambda *_: None
) -> None:
    """Train the points that are not done yet, `jobs` at a time, each on a core of its own.

    Each writes ``train.log`` into its folder. Raises what training raises, at the first failure;
    points that are done stay done.
    """
    waiting = [p for p in points if _stamp(p) != p.digest(config)]
    progress(len(points) - len(waiting), len(points))
    for done, _ in enumerate(_finished(config, waiting, jobs), start=1):
        progress(len(points) - len(waiting) + done, len(points))


def _finished(config: Path, points: Sequence[Point], jobs: int) -> Iterator[None]:
    """Train; yield whenever a point is done."""
    if jobs == 1:
        for point in points:
            _train_point(config, point)
            yield
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by the workers when they load numpy
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(_train_point, config, point) for point in points]
        try:
            for run in as_completed(runs):
                run.result()
                yield
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in active_children():
                worker.terminate()
            raise


def _stamp(point: Point) -> str:
    stamp = point.folder / "done"
    return stamp.read_text(encoding="utf-8") if stamp.exists() and point.model.exists() else ""


def _train_point(config: Path, point: Point) -> None:
    digest = point.digest(config)
    point.folder.mkdir(parents=True, exist_ok=True)
    (point.folder / "done").unlink(missing_ok=True)
    data = point.folder / "train.jsonl"
    with open_atomic(data) as handle:
        handle.writelines(record_lines(point.train))
    settings = {"paths.train": str(data), "paths.dev": str(point.dev)} | dict(point.settings)
    with (point.folder / "train.log").open("w", encoding="utf-8") as log:
        train(config, point.model, work=point.folder / "work", overrides=settings, log=log)
    with open_atomic(point.folder / "done") as stamp:
        stamp.write(digest)


def _order(record: Record) -> str:
    """A fixed order that has nothing to do with who wrote a document or where it is from."""
    return hashlib.sha256(str(record["id"]).encode()).hexdigest()


def sample(records: Sequence[Record], share: float) -> list[Record]:
    """A share (0 to 1] of the documents, rounded up; a larger share holds every smaller one.

    >>> [len(sample([{"id": i} for i in range(10)], share)) for share in (0.01, 0.25, 1)]
    [1, 3, 10]
    """
    return sorted(records, key=_order)[: math.ceil(share * len(records))]


def score_point(point: Point) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """How much a point that is done was trained on and how it scores on its dev documents.

    The row has ``documents``, ``characters``, ``entities`` and ``scores`` as `strict_scores` has
    them; the counts are right, predicted and gold mentions, shape (dev documents, labels, 3).
    """
    nlp = load_model(point.model)
    pairs = _pairs(nlp, list(read_docs(point.dev, nlp)))
    labels = list(default_schema().entities)
    tables = [score_entities([pair], labels).by_label for pair in pairs]
    counts = [[(s.matched_gold, s.predicted, s.gold) for s in table.values()] for table in tables]
    row = {
        "documents": len(point.train),
        "characters": sum(len(record["text"]) for record in point.train),
        "entities": sum(len(record.get("entities", [])) for record in point.train),
        "scores": score_entities(pairs, labels).to_dict(),
    }
    return row, np.array(counts, dtype=np.int64)


def strict_scores(nlp: Language, gold: Sequence[Doc]) -> dict[str, Any]:
    """Strict entity scores of a pipeline by label, as `scoring.Table.to_dict` has them."""
    return score_entities(_pairs(nlp, gold), list(default_schema().entities)).to_dict()


def _pairs(nlp: Language, gold: Sequence[Doc]) -> list[tuple[Doc, Doc]]:
    return list(zip(nlp.pipe([doc.text for doc in gold]), gold, strict=True))


def cross_validate(
    config: Path,
    data: Sequence[Path],
    work: Path,
    *,
    folds: int = 5,
    threshold: float = 0.9,
    jobs: int = 1,
    settings: Mapping[str, Any] | None = None,
    progress: Progress = lambda *_: None,
) -> list[Difference]:
    """Where models that never saw a document contradict its annotation with confidence.

    Train on all folds but one, `folds` times, and compare each document's annotation with what the
    model trained without it says: mentions, and relations between the annotated mentions. Only
    what the model is sure of by `threshold` (0 to 1) counts. Most confident first.
    `settings` change config values.
    """
    points = _folds(list(checked_records(*data)), work, folds, settings or {})
    train_points(config, points, jobs=jobs, progress=progress)
    found = [
        doubt
        for point in points
        for doubt in _doubts(load_model(point.model), point.dev, threshold)
    ]
    return sorted(found, key=lambda d: (-d.confidence, d.doc, d.what))


def crossfit(
    config: Path,
    data: Sequence[Path],
    work: Path,
    *,
    folds: int = 3,
    jobs: int = 1,
    settings: Mapping[str, Any] | None = None,
    progress: Progress = lambda *_: None,
) -> list[Record]:
    """The documents with the mentions that models find which never saw them, in the same order.

    Train on all folds but one, `folds` times, and mark each document with the model trained without
    it: what a later stage should learn on, as it will see such mentions and not annotated ones.
    """
    records = list(checked_records(*data))
    points = _folds(records, work, folds, settings or {})
    train_points(config, points, jobs=jobs, progress=progress)
    found: dict[str, Record] = {}
    for point in points:
        held = mark(load_model(point.model), checked_records(point.dev))
        found |= {str(row["id"]): row for row in held}
    return [found[str(record["id"])] for record in records]


def mark(nlp: Language, records: Iterable[Record]) -> Iterator[Record]:
    """The documents with the mentions that a trained pipeline finds, which never saw them.

    Raises InputError at one that it was trained on, ModelError where its profile can't tell.
    """
    ner, profile = nlp.get_pipe("ner"), read_profile(nlp)
    for record in records:
        if profile.trained_on(str(record["text"])):
            raise InputError(
                nlp.path, f"it was trained on {record['id']}", todo="leave it out with --known"
            )
        row = doc_to_record(ner(nlp.make_doc(str(record["text"]))), str(record["id"]))
        yield row | {"meta": {"marked_by": "a model that never saw it"}}


def _folds(
    records: Sequence[Record], work: Path, folds: int, settings: Mapping[str, Any]
) -> list[Point]:
    """A training without each fold, which is held out beside it."""
    ranked = sorted(records, key=_order)
    points = []
    for fold in range(folds):
        held = work / f"fold-{fold}" / "held-out.jsonl"
        held.parent.mkdir(parents=True, exist_ok=True)
        with open_atomic(held) as handle:
            handle.writelines(record_lines(ranked[fold::folds]))
        seen = [row for i, row in enumerate(ranked) if i % folds != fold]
        points.append(Point(held.parent, seen, held, settings))
    return points


def _doubts(nlp: Language, held: Path, threshold: float) -> Iterator[Difference]:
    sides = ("the model", "the annotation")
    gold = list(read_docs(held, nlp))
    ner = cast(CharNer, nlp.get_pipe("ner"))
    for mine, doc in zip(nlp.pipe([g.text for g in gold]), gold, strict=True):
        key = doc.user_data["id"]
        found = list(mention_differences(key, mine, doc, *sides))
        if any(difference.side == "the annotation" for difference in found):
            outside = ner.score_tags([mine])[0][:, 0]
            found = [_with_doubt(difference, mine, outside) for difference in found]
        given = relation_differences(key, with_gold_entities(nlp, doc), doc, *sides)
        found += [difference for difference in given if difference.side == "the model"]
        yield from (difference for difference in found if difference.confidence >= threshold)


def _with_doubt(difference: Difference, doc: Doc, outside: Floats) -> Difference:
    """How sure the model is that an annotated mention is none, by log probabilities of tag O."""
    if difference.side == "the model" or difference.span is None:
        return difference
    start, end = difference.span
    if any(e.start_char < end and start < e.end_char for e in doc.ents):
        return difference._replace(confidence=0.0)  # listed already by the model's own mention
    return difference._replace(confidence=round(float(np.exp(outside[start:end].mean())), 4))
