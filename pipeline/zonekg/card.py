"""A model's card: what it is, what it was trained on, and scores made by one command."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from zonekg.errors import ModelError
from zonekg.evaluation import evaluate_model
from zonekg.extraction import load_model
from zonekg.files import open_atomic, write_json
from zonekg.scoring.breakdown import MODES

__all__ = ["write_card"]

_TITLES = {
    ("entities", "strict"): "entities",
    ("entities", "relaxed"): "entities, relaxed",
    ("relations", "strict"): "relations, end to end",
    ("relations", "relaxed"): "relations, end to end, relaxed",
    ("relations", "gold entities"): "relations, gold entities",
}
_ERRORS = 5


def write_card(
    model: str | Path,
    gold: Sequence[str | Path],
    *,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Path:
    """Score a model on each gold file or folder and write README.md and scores.json beside it.

    progress: gets (gold, done, total). Raises ModelError when the model was trained on a document
    of the gold files.
    """
    folder = Path(model)
    results = []
    for path in map(Path, gold):
        name = path.as_posix()
        numbers = evaluate_model(
            folder, path, progress=lambda *done, name=name: progress(name, *done)
        ).numbers
        if numbers["trained_on"]:
            raise ModelError(
                f"{path}: the model was trained on {numbers['trained_on']} of its documents; "
                "name documents that it never saw"
            )
        results.append(numbers)
    command = shlex.join(
        ["zonekg", "card", folder.as_posix(), *(Path(path).as_posix() for path in gold)]
    )
    today = dt.datetime.now(dt.UTC).date().isoformat()
    text = "\n".join(_card(load_model(folder), folder.name, command, today, results))
    scores = {"date": today, "command": command, "results": results}
    write_json(folder / "scores.json", scores, indent=None)
    card = folder / "README.md"
    with open_atomic(card) as handle:
        handle.write(text)
    return card


def _card(
    nlp: Language, name: str, command: str, today: str, results: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """The lines of the card."""
    ner = nlp.config["components"]["ner"]["model"]
    settings = ", ".join(f"{k} {v}" for k, v in ner.items() if not k.startswith("@"))
    data = nlp.meta.get("zonekg", {}).get("train_data", {})
    yield from (
        f"# {name}",
        "",
        "Tags ORG, PARK, PROJECT and MONEY in Chinese news on development zones and relates them.",
        "",
        f"- Pipeline: {', '.join(nlp.pipe_names)} (spaCy {nlp.meta['spacy_version']}); runs "
        "without torch",
        f"- NER: {ner['@architectures']} on character tokens ({settings})",
        "- Relations, groups and amounts: rules; the confidence of a relation is the precision of",
        "  its rule on the training documents",
        *(f"- Trained on `{file}`, SHA-256 `{digest}`" for file, digest in sorted(data.items())),
        "- Licence: MIT; the training documents were written for the project",
        "",
        f"## Scores, {today}",
        "",
        f"Made by `{command}`, with all numbers in `scores.json`;",
        "`zonekg evaluate MODEL GOLD --html report.html` shows them with every document.",
        "Entities need the exact span and label (relaxed: an overlap). Relations are facts between",
        "groups of mentions, with an exact mention at both ends (relaxed: an overlap). 95% is the",
        "interval of F1 by bootstrap over documents, left out where too few documents have any.",
        "",
    )
    for numbers in results:
        yield from _set(numbers)
    yield from (
        "## Limits",
        "",
        "News of other kinds, traditional characters and scans with many character errors are not",
        "covered. How far confidences can be taken at their word stands under each set.",
        "",
    )


def _set(numbers: dict[str, Any]) -> Iterator[str]:
    """The scores on one set of documents."""
    yield from (
        f"### {numbers['gold']}",
        "",
        f"{numbers['documents']} documents, {numbers['characters']} characters."
        + (
            " They chose the checkpoint, so their scores flatter the model."
            if numbers["chose_the_model"]
            else ""
        ),
        "",
        "| | P | R | F1 | 95% | predicted | gold |",
        "|---|---|---|---|---|---|---|",
    )
    for task, modes in MODES.items():
        for mode in modes:
            scores = numbers[task][mode]
            labels = list(scores)[: 1 if mode == "relaxed" else None]
            yield from (_row(_TITLES[task, mode], label, scores[label]) for label in labels)
    yield from ("", *_seen(numbers), *_first_errors(numbers), *_confidence(numbers), "")


def _row(title: str, label: str, row: dict[str, Any]) -> str:
    name = f"**{title}**" if label == "micro" else label
    there = row["predicted"] or row["gold"]
    figures = " | ".join(f"{row[key]:.1f}" if there else "–" for key in "prf")
    ends = row["interval"]["f"]
    interval = f"{ends[0]:.1f} to {ends[1]:.1f}" if ends else ""
    return f"| {name} | {figures} | {interval} | {row['predicted']} | {row['gold']} |"


def _seen(numbers: dict[str, Any]) -> Iterator[str]:
    buckets = numbers["slices"]["entities"].get("name", {})
    found = [
        f"{bucket} {scores['strict']['micro']['f']:.1f} ({scores['strict']['micro']['gold']} gold)"
        for bucket, scores in buckets.items()
    ]
    if found:
        yield f"Strict entity F1 by name: {', '.join(found)}.\n"


def _first_errors(numbers: dict[str, Any]) -> Iterator[str]:
    gains = [row for row in numbers["errors"]["gains"] if row["gain"] > 0][:_ERRORS]
    if gains:
        yield "What costs most, as points of micro F1 that would be gained without it:\n"
        for row in gains:
            what = f"{row['task']}, {row['label']}, {row['class']}"
            yield f"- {what}: {row['count']} errors, {row['gain']:.1f} points"
        yield ""


def _confidence(numbers: dict[str, Any]) -> Iterator[str]:
    for task, labels in numbers["confidence"].items():
        if labels["micro"]["count"]:
            found = ", ".join(
                f"{label} {row['ece']:.3f}" for label, row in labels.items() if row["count"]
            )
            yield f"Expected calibration error of {task}: {found}.\n"
    speed = numbers["speed"]
    yield f"Speed: {speed['characters_per_second']} characters a second ({speed['machine']})."
