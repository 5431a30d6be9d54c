"""The numbers of many documents: scores with intervals, errors, confidence, as JSON data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zonekg.schema import Schema
from zonekg.scoring.confidence import calibration, thresholds
from zonekg.scoring.counts import ALL, PRF, Item, Key, add_up
from zonekg.scoring.facts import FACT_ERRORS
from zonekg.scoring.judgement import Judged
from zonekg.scoring.mentions import (
    MENTION_ERRORS,
    SCHEMES,
    Matches,
    error_class,
    marks,
    match_marks,
)
from zonekg.scoring.resampling import Interval, bootstrap
from zonekg.scoring.slices import BUCKETS

__all__ = ["MODES", "NONE", "confidence", "errors", "scores"]

MODES = {"entities": ("strict", "relaxed"), "relations": ("strict", "relaxed", "gold entities")}
"""How each task is scored: end to end, or the relations alone, between the mentions of gold."""
NONE = "none"
"""In confusions, the other side of what is missed or spurious."""


def scores(documents: Sequence[Judged], schema: Schema, resamples: int) -> dict[str, Any]:
    tallies = [one.tally for one in documents]
    total = dict.fromkeys(_main_keys(schema), PRF()) | add_up(tallies)
    intervals = bootstrap(tallies, resamples=resamples)
    held = Counter(key for one in tallies for key in one)
    out: dict[str, Any] = {"entities": {}, "relations": {}, "slices": {task: {} for task in MODES}}
    order = _order(schema)  # whatever has no place comes last, by name
    for key in sorted(total, key=lambda key: [(order.get(step, len(order)), step) for step in key]):
        *path, name = key
        part = out
        for step in path:
            part = part.setdefault(step, {})
        row = total[key].to_dict() | {"documents": held[key]}
        part[name] = row | {"interval": _per_cent(intervals.get(key, {}))}
    return out


def _per_cent(interval: Mapping[str, Interval]) -> dict[str, list[float] | None]:
    return {
        name: [round(100 * end, 2) for end in interval[name]] if name in interval else None
        for name in "prf"
    }


def _main_keys(schema: Schema) -> Iterator[Key]:
    for task, modes in MODES.items():
        for mode in modes:
            for label in (ALL, *(schema.entities if task == "entities" else schema.relations)):
                yield task, mode, label


def _order(schema: Schema) -> dict[str, int]:
    """The places of labels, modes and buckets among each other; the first counts."""
    names = [*MODES, "slices", *BUCKETS, *(name for names in BUCKETS.values() for name in names)]
    names += [*MODES["relations"], ALL, *schema.entities, *schema.relations]
    return {name: i for i, name in enumerate(dict.fromkeys(names))}


# -- errors


def errors(documents: Sequence[Judged], schema: Schema) -> dict[str, Any]:
    entities: Counter[tuple[str, str]] = Counter()
    relations: Counter[tuple[str, str]] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    mixed: Counter[tuple[str, str]] = Counter()
    for one in documents:
        for mine, theirs in one.mentions:
            sides = (theirs.label if theirs else NONE, mine.label if mine else NONE)
            confusion[sides] += 1
            entities[sides[theirs is None], error_class(mine, theirs)] += 1
        for item in one.items:
            if item[:3] == ("relations", "strict", False) and item.right:
                mixed[item.label, item.label] += 1
                relations[item.label, "correct"] += 1
        for error in one.facts:
            relations[error.label, error.kind] += 1
            gold = error.label if error.gold else NONE
            mixed[gold, (error.other or error.label) if error.predicted else NONE] += 1
    tables = {
        "entities": {
            "classes": _by_label(entities, schema.entities, ("correct", *MENTION_ERRORS)),
            "confusion": _square(confusion, [*schema.entities, NONE]),
            "semeval": _semeval(documents, schema),
        },
        "relations": {
            "classes": _by_label(relations, schema.relations, ("correct", *FACT_ERRORS)),
            "confusion": _square(mixed, [*schema.relations, NONE]),
        },
    }
    gains = [*_gains("entities", documents, entities), *_gains("relations", documents, relations)]
    gains.sort(key=lambda row: (-row["gain"], row["task"], row["label"], row["class"]))
    return tables | {"gains": gains}


def _by_label(
    counts: Counter[tuple[str, str]], labels: Mapping[str, Any], classes: Sequence[str]
) -> dict[str, dict[str, int]]:
    rows = {label: {kind: counts[label, kind] for kind in classes} for label in labels}
    total = {kind: sum(row[kind] for row in rows.values()) for kind in classes}
    return {ALL: total} | rows


def _square(counts: Counter[tuple[str, str]], labels: Sequence[str]) -> dict[str, dict[str, int]]:
    """Rows are gold, columns predicted."""
    return {gold: {mine: counts[gold, mine] for mine in labels} for gold in labels}


def _semeval(documents: Sequence[Judged], schema: Schema) -> dict[str, Any]:
    out: dict[str, Any] = {scheme: {} for scheme in SCHEMES}
    for label in (ALL, *schema.entities):
        total = dict.fromkeys(SCHEMES, Matches())
        for one in documents:
            sides = (
                [m for m in marks(doc) if label in (ALL, m.label)]
                for doc in (one.predicted, one.gold)
            )
            for scheme, found in match_marks(*sides).items():
                total[scheme] += found
        for scheme, found in total.items():
            figures = zip("prf", found.prf(), strict=True)
            out[scheme][label] = found._asdict() | {k: round(100 * v, 2) for k, v in figures}
    return out


def _gains(
    task: str, documents: Sequence[Judged], errors: Counter[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Micro F1 if all errors of one class and label were mended and nothing else changed."""
    key = (task, "strict", ALL)
    prf = sum((one.tally.get(key, PRF()) for one in documents), PRF())
    for (label, kind), count in errors.items():
        if kind == "correct" or not count:
            continue
        right = prf.matched_gold + (0 if kind.startswith("spurious") else count)
        predicted = prf.predicted
        predicted += count if kind.startswith("missed") else 0
        predicted -= count if kind.startswith("spurious") else 0
        mended = PRF(right, predicted, right, prf.gold)
        yield {
            "task": task, "label": label, "class": kind, "count": count,
            "f": round(100 * mended.f1, 2), "gain": round(100 * (mended.f1 - prf.f1), 2),
        }  # fmt: skip


# -- confidence


def confidence(documents: Sequence[Judged], schema: Schema) -> dict[str, Any]:
    items: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for one in documents:
        for item in one.items:
            if item.mode == "strict":
                items[item.task, ALL].append(item)
                items[item.task, item.label].append(item)
    labels = {"entities": schema.entities, "relations": schema.relations}
    return {
        task: {
            label: calibration(items[task, label]) | {"thresholds": thresholds(items[task, label])}
            for label in (ALL, *labels[task])
        }
        for task in MODES
    }
