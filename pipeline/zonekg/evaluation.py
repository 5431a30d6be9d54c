"""A model on gold documents: every number that its report, its card and comparisons show."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from spacy.about import __version__ as spacy_version
from spacy.language import Language
from spacy.tokens import Doc, Span

from zonekg.annotate.corpus import file_digests, read_docs
from zonekg.docs import article, bare_copy, set_article, set_confidences
from zonekg.errors import AnnotationError, SchemaError
from zonekg.extraction import load_model
from zonekg.profile import Profile, find_profile
from zonekg.schema import Schema, default_schema
from zonekg.scoring.breakdown import confidence, errors, scores
from zonekg.scoring.judgement import Judged, judge
from zonekg.scoring.resampling import RESAMPLES

__all__ = ["Evaluation", "chose_the_model", "evaluate", "evaluate_model", "with_gold_entities"]

NER_FACTORIES = ("zonekg_ner", "ner")
_BATCH = 32


@dataclass(frozen=True)
class Evaluation:
    """numbers: JSON data, see `evaluate`; documents: in the order of gold."""

    numbers: dict[str, Any]
    documents: list[Judged]


def evaluate_model(
    model: Path,
    gold: Path,
    *,
    by: Sequence[str] = ("genre",),
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Evaluation:
    """Evaluate a model's folder on a gold file or folder; progress gets (done, total) documents.

    The numbers of `evaluate` come after ``model`` and ``gold``, the two paths, and what
    `chose_the_model` says of them.

    Raises ModelError, AnnotationError and SchemaError.
    """
    nlp = load_model(model)
    docs = list(read_docs(gold, nlp))
    if not docs:
        raise AnnotationError(gold, "no documents in it", todo="name annotated documents")
    found = evaluate(
        nlp,
        docs,
        by=by,
        profile=find_profile(nlp),
        progress=lambda done: progress(done, len(docs)),
    )
    head = {
        "model": model.as_posix(),
        "gold": gold.as_posix(),
        "chose_the_model": chose_the_model(nlp, gold),
    }
    return Evaluation(head | found.numbers, found.documents)


def chose_the_model(nlp: Language, gold: Path) -> bool | None:
    """Whether training picked the best checkpoint by these documents; None where not known."""
    used = nlp.meta.get("zonekg", {}).get("dev_data")
    return None if used is None else bool(used == file_digests(gold))


def evaluate(
    nlp: Language,
    gold: Sequence[Doc],
    *,
    by: Sequence[str] = ("genre",),
    profile: Profile | None = None,
    resamples: int = RESAMPLES,
    progress: Callable[[int], None] = lambda _: None,
) -> Evaluation:
    """Score a pipeline on gold docs, which are left as they are.

    by: keys of the documents' ``meta`` to break the scores down by; profile: what the model was
    trained on, for the scores of names that it had seen; progress: called with the number of docs
    done. Raises SchemaError when the pipeline or gold has a label that the schema has not.

    The numbers: ``trained_on``, how many of the texts the model was trained on; ``entities`` and
    ``relations`` by mode and label (``p``, ``r``, ``f`` in per cent and counts, with ``interval``,
    95% by bootstrap over documents, None for too few); ``slices``, the same by dimension and
    bucket; ``errors``: classes by label, SemEval's counts, confusions, and ``gains``, what micro F1
    would gain without each kind of error (after TIDE, Bolya et al. 2020); ``confidence``:
    calibration and thresholds; ``speed`` on the machine at hand.
    """
    schema = default_schema()
    speed: dict[str, float] = defaultdict(float)
    seen = profile.seen if profile else None
    documents = []
    for start in range(0, len(gold), _BATCH):
        batch = gold[start : start + _BATCH]
        for mine, doc in zip(_predict(nlp, batch, speed), batch, strict=True):
            _require_known(mine, "the pipeline marks", schema)
            _require_known(doc, "gold has", schema)
            given = with_gold_entities(nlp, doc)
            documents.append(judge(mine, doc, given, by=by, seen=seen))
            progress(len(documents))
    size = sum(len(doc.text) for doc in gold)
    return Evaluation(
        {
            "documents": len(gold),
            "characters": size,
            "trained_on": _trained_on(gold, profile),
            **scores(documents, schema, resamples),
            "errors": errors(documents, schema),
            "confidence": confidence(documents, schema),
            "speed": _speed(speed, size),
        },
        documents,
    )


def _trained_on(gold: Sequence[Doc], profile: Profile | None) -> int | None:
    """How many of the texts the model was trained on; None when that is not known."""
    return sum(profile.trained_on(doc.text) for doc in gold) if profile else None


def _predict(nlp: Language, gold: Sequence[Doc], speed: dict[str, float]) -> list[Doc]:
    """What the pipeline makes of the texts, with the seconds that each component took."""
    begin = perf_counter()
    docs = [nlp.make_doc(doc.text) for doc in gold]
    speed["tokenizer"] += perf_counter() - begin
    for name, component in nlp.pipeline:
        begin = perf_counter()
        pipe = getattr(component, "pipe", None)
        docs = list(pipe(docs)) if pipe else [component(doc) for doc in docs]
        speed[name] += perf_counter() - begin
    return docs


def _require_known(doc: Doc, who: str, schema: Schema) -> None:
    unknown = sorted({ent.label_ for ent in doc.ents} - set(schema.entities))
    if unknown:
        raise SchemaError(
            f"{who} {', '.join(unknown)}, expected {', '.join(schema.entities)}; "
            "compare the labels with configs/schema.toml"
        )


def with_gold_entities(nlp: Language, gold: Doc) -> Doc:
    """The gold mentions, and what every component but NER makes of them and of NER's vectors."""
    doc = bare_copy(gold)
    if source := article(gold):
        set_article(doc, source)
    for name, component in nlp.pipeline:
        doc = component(doc)
        if nlp.get_pipe_meta(name).factory in NER_FACTORIES:
            doc.set_ents([Span(doc, e.start, e.end, label=e.label_) for e in gold.ents])
            set_confidences(doc, [1.0] * len(gold.ents))
    return doc


def _speed(seconds: Mapping[str, float], characters: int) -> dict[str, Any]:
    total = sum(seconds.values())
    return {
        "seconds": round(total, 3),
        "characters_per_second": round(characters / total) if total else None,
        "components": {name: round(value, 3) for name, value in seconds.items()},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, spaCy {spacy_version}",
    }
