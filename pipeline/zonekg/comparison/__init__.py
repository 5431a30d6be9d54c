"""Two models on the same gold documents: which is better, whether that is chance, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.annotate.corpus import doc_to_record, read_docs, record_to_doc
from zonekg.comparison.changes import (
    CLASSES,
    KINDS,
    changes,
    class_changes,
    fact_view,
    mention_view,
)
from zonekg.comparison.differences import (
    LEVEL,
    VERDICTS,
    differences,
    holm,
    signed,
    verdict_sentence,
)
from zonekg.comparison.examples import Compared, examples_by_label, place
from zonekg.errors import AnnotationError, InputError, SchemaError
from zonekg.evaluation import chose_the_model, evaluate
from zonekg.extraction import load_model
from zonekg.profile import Profile, find_profile
from zonekg.schema import default_schema
from zonekg.scoring.counts import ALL
from zonekg.scoring.judgement import Judged
from zonekg.scoring.resampling import RESAMPLES

__all__ = [
    "EXAMPLES",
    "LEVEL",
    "VERDICTS",
    "Comparison",
    "compare",
    "compare_models",
    "favour",
    "holm",
    "signed",
    "verdict_sentence",
]

EXAMPLES = 20
"""Examples of each kind of change and label."""
MOST = 10
"""Documents in which most got better or worse."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Comparison:
    """numbers: JSON data, see `compare`; a, b: the judged documents in the order of gold."""

    numbers: dict[str, Any]
    a: list[Judged]
    b: list[Judged]


def compare_models(
    first: Path,
    second: Path,
    gold: Path,
    *,
    by: Sequence[str] = ("genre",),
    examples: int = EXAMPLES,
    progress: Progress = lambda *_: None,
) -> Comparison:
    """Compare the folders of two models on a gold file or folder, see `compare`.

    The numbers come after ``models``, the two paths, ``gold``, and ``chose_the_model``, for each
    model whether training picked its best checkpoint by these very documents.

    Raises ModelError, AnnotationError, InputError and SchemaError.
    """
    models = [load_model(path) for path in (first, second)]
    docs = list(read_docs(gold, models[0]))
    if not docs:
        raise AnnotationError(gold, "no documents in it", todo="name annotated documents")
    found = compare(
        models[0],
        models[1],
        docs,
        by=by,
        profiles=(find_profile(models[0]), find_profile(models[1])),
        examples=examples,
        progress=progress,
    )
    chose = [chose_the_model(nlp, gold) for nlp in models]
    head = {
        "models": {"a": first.as_posix(), "b": second.as_posix()},
        "gold": gold.as_posix(),
        "chose_the_model": dict(zip("ab", chose, strict=True)),
    }
    return Comparison(head | found.numbers, found.a, found.b)


def favour(chose: Mapping[str, bool | None]) -> str:
    """A word of warning where the gold documents chose the checkpoint of one model alone, or "".

    >>> favour({"a": False, "b": True})
    'these documents chose the checkpoint of B, so they speak for it'
    """
    if sorted(map(str, chose.values())) != ["False", "True"]:
        return ""
    side = "A" if chose["a"] else "B"
    return f"these documents chose the checkpoint of {side}, so they speak for it"


def compare(
    first: Language,
    second: Language,
    gold: Sequence[Doc],
    *,
    by: Sequence[str] = ("genre",),
    profiles: tuple[Profile | None, Profile | None] = (None, None),
    resamples: int = RESAMPLES,
    seed: int = 0,
    examples: int = EXAMPLES,
    progress: Progress = lambda *_: None,
) -> Comparison:
    """Compare a model A, `first`, with a model B, `second`, on gold docs, which stay as they are.

    by: keys of the documents' ``meta`` to break the differences down by; profiles: what A and B
    were trained on; examples: how many of each kind of change and label; progress: called with
    the model, ``A`` or ``B``, the number of docs that it did, and of all.

    The numbers: ``entities`` and ``relations`` by mode and label: ``p``, ``r``, ``f`` in per cent
    and counts of ``a`` and ``b``; ``differ``, the documents whose counts do; ``difference``, F1 of
    B less that of A in points, so above 0 where B is better; ``interval``, 95%, paired bootstrap
    over documents, None where fewer than five differ; ``ahead``, the share of its resamples in
    which B is ahead; ``p``, approximate randomisation, two-sided, None with nothing to compare;
    ``p_holm``, the same for all labels of a table at once (Holm 1979); for micro a ``verdict`` of
    `VERDICTS`. ``slices``: the same by task, dimension and bucket, strict over all labels. With
    few documents the interval is somewhat too narrow; trust p.

    ``trained_on``: how many of the texts each was trained on, None where that is not known.
    ``changes``: by task, strict: ``counts`` by label of gold ``gained`` and ``lost`` and of wrong
    predictions ``spurious gone`` and ``spurious new``, with the ``net`` of errors that B has
    fewer; ``classes``: by label how often a class of error with A became which with B;
    ``examples`` by label and kind; ``documents``: how many got better and worse, and which most.

    Raises SchemaError when a model marks what the schema does not know, InputError without gold
    docs or when gold mentions do not begin and end on a model's tokens.
    """
    if not gold:
        raise InputError("gold", "no documents", todo="give one at least, better some dozens")
    schema = default_schema()
    a, b = (_judged(nlp, gold, by, name, progress) for nlp, name in ((first, "A"), (second, "B")))
    known = [p and sum(p.trained_on(doc.text) for doc in gold) for p in profiles]
    tallies = [[one.tally for one in side] for side in (a, b)]
    numbers = {
        "documents": len(gold),
        "characters": sum(len(doc.text) for doc in gold),
        "trained_on": dict(zip("ab", known, strict=True)),
        "resamples": resamples,
        "seed": seed,
        **differences(tallies[0], tallies[1], schema, resamples, seed),
        "changes": {
            "entities": _changes("entities", a, b, tuple(schema.entities), examples),
            "relations": _changes("relations", a, b, tuple(schema.relations), examples),
        },
    }
    return Comparison(numbers, a, b)


def _judged(
    nlp: Language, gold: Sequence[Doc], by: Sequence[str], name: str, progress: Progress
) -> list[Judged]:
    docs = [doc if doc.vocab is nlp.vocab else _told_again(doc, nlp) for doc in gold]
    try:
        found = evaluate(
            nlp,
            docs,
            by=by,
            resamples=1,  # intervals of one model alone are not asked for
            progress=lambda done: progress(name, done, len(docs)),
        )
    except SchemaError as error:
        raise SchemaError(f"model {name} ({nlp.path or nlp.meta['name']}): {error}") from error
    return found.documents


def _told_again(gold: Doc, nlp: Language) -> Doc:
    """A gold doc with the tokens and the vocabulary of another pipeline."""
    identity = str(gold.user_data.get("id", ""))
    try:
        doc = record_to_doc(doc_to_record(gold, identity), nlp)
    except ValueError as error:
        file, line = gold.user_data.get("place") or (f"document {identity}", None)
        raise InputError(
            file, f"{error} of {nlp.meta['name']}", line=line, todo="name a pipeline of zonekg"
        ) from error
    doc.user_data |= {k: gold.user_data[k] for k in ("id", "meta", "place") if k in gold.user_data}
    return doc


def _changes(
    task: str, a: Sequence[Judged], b: Sequence[Judged], labels: Sequence[str], most: int
) -> dict[str, Any]:
    """What B states otherwise than A, as `compare` tells; JSON data."""
    view = mention_view if task == "entities" else fact_view
    documents: list[Compared] = []
    classes: Counter[tuple[str, str, str]] = Counter()
    for number, (one, other) in enumerate(zip(a, b, strict=True), start=1):
        first, second = view(one), view(other)
        documents.append(Compared(number, one.gold, first, second, changes(first, second)))
        classes += class_changes(first, second)
    return {
        "counts": _counts(documents, labels),
        "classes": _squares(classes, labels, CLASSES[task]),
        "examples": examples_by_label(documents, labels, most),
        "documents": _by_document(documents),
    }


def _counts(documents: Sequence[Compared], labels: Sequence[str]) -> dict[str, dict[str, int]]:
    found = Counter((c.statement.label, c.kind) for one in documents for c in one.changes)
    rows = {label: {kind: found[label, kind] for kind in KINDS} for label in labels}
    total = {kind: sum(row[kind] for row in rows.values()) for kind in KINDS}
    return {label: row | {"net": _net(row)} for label, row in ({ALL: total} | rows).items()}


def _net(counts: Mapping[str, int]) -> int:
    """Errors that B has fewer: gold that is missed, and predictions that are wrong."""
    gained, lost, gone, new = (counts[kind] for kind in KINDS)
    return gained - lost + gone - new


def _squares(
    counts: Counter[tuple[str, str, str]], labels: Sequence[str], classes: Sequence[str]
) -> dict[str, dict[str, dict[str, int]]]:
    """Rows are classes with A, columns with B."""
    total = Counter[tuple[str, str, str]]()
    for (_, before, after), count in counts.items():
        total[ALL, before, after] += count
    every = counts + total
    return {
        label: {x: {y: every[label, x, y] for y in classes} for x in classes}
        for label in (ALL, *labels)
    }


def _by_document(documents: Sequence[Compared]) -> dict[str, Any]:
    rows = []
    for one in documents:
        counts = Counter(change.kind for change in one.changes)
        row = {kind: counts[kind] for kind in KINDS}
        errors = {side: _errors(one, side) for side in "ab"}
        rows.append(place(one.number, one.gold) | row | {"net": _net(row), "errors": errors})
    better = [row for row in rows if row["net"] > 0]
    worse = [row for row in rows if row["net"] < 0]
    return {
        "better": len(better),
        "worse": len(worse),
        "as good": len(rows) - len(better) - len(worse),
        # stable sorts: of equals the first in gold
        "most better": sorted(better, key=lambda row: -row["net"])[:MOST],
        "most worse": sorted(worse, key=lambda row: row["net"])[:MOST],
    }


def _errors(one: Compared, side: str) -> int:
    view = one.a if side == "a" else one.b
    return len(view.wrong) + sum(row.kind != "correct" for row in view.gold.values())
