"""A model's card: what it is, what it was trained on, and scores made by one command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from zonekg.annotate.corpus import read_docs
from zonekg.errors import ModelError
from zonekg.extraction import load_model
from zonekg.files import open_atomic, write_json
from zonekg.scoring import evaluate

__all__ = ["write_card"]


def write_card(model: str | Path, gold: Sequence[str | Path]) -> Path:
    """Score a model on each gold file or folder and write README.md and scores.json beside it.

    Raises ModelError when the model was trained on one of the gold files.
    """
    folder = Path(model)
    nlp = load_model(folder)
    _refuse_seen(nlp, gold)
    results = []
    for path in map(Path, gold):
        docs = list(read_docs(path, nlp))
        results.append({"gold": path.as_posix()} | evaluate(nlp, docs))
    command = f"zonekg card {folder.as_posix()} " + " ".join(Path(p).as_posix() for p in gold)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    write_json(folder / "scores.json", {"date": today, "command": command, "results": results})
    card = folder / "README.md"
    with open_atomic(card) as handle:
        handle.write(_text(nlp, folder.name, command, today, results))
    return card


def _refuse_seen(nlp: Language, gold: Sequence[str | Path]) -> None:
    trained = set(nlp.meta.get("zonekg", {}).get("train_data", {}))
    for path in map(Path, gold):
        names = {file.name for file in (path.glob("*.jsonl") if path.is_dir() else [path])}
        if names & trained:
            raise ModelError(f"{path}: the model was trained on {sorted(names & trained)}")


def _text(
    nlp: Language, name: str, command: str, today: str, results: Sequence[dict[str, Any]]
) -> str:
    ner = nlp.config["components"]["ner"]["model"]
    settings = ", ".join(f"{k} {v}" for k, v in ner.items() if not k.startswith("@"))
    data = nlp.meta.get("zonekg", {}).get("train_data", {})
    version = nlp.meta["spacy_version"]
    lines = [
        f"# {name}",
        "",
        "Tags ORG, PARK, PROJECT and MONEY in Chinese news on development zones and relates them.",
        "",
        f"- Pipeline: {', '.join(nlp.pipe_names)} (spaCy {version}); runs without torch",
        f"- NER: {ner['@architectures']} on character tokens ({settings}), from random weights",
        "- Relations, groups and amounts: rules; the confidence of a relation is the precision of",
        "  its rule on the training documents",
        *(f"- Trained on `{file}`, SHA-256 `{digest}`" for file, digest in sorted(data.items())),
        "- Licence: MIT; the training documents were written for the project",
        "",
        f"## Scores, {today}",
        "",
        f"Made by `{command}`, with the details in `scores.json`.",
        "Entities need the exact span and label (relaxed: an overlap). Relations are facts between",
        "groups of mentions, with an exact mention at both ends (relaxed: an overlap).",
        "",
    ]
    for result in results:
        lines += _table(result)
    lines += [
        "The dev documents chose the checkpoint, so their figures flatter. The test documents",
        "share no province, park or company with the others, but their writers are of one kind",
        "with those of the training documents. The seed pages are real and were never trained or",
        "tuned on: they tell what to expect of new pages. They are 13 articles, so a mention more",
        "or less moves an entity figure by about half a point.",
        "",
        "## Limits",
        "",
        "News of other kinds, traditional characters and scans with many character errors are not",
        "covered. The confidences of mentions are not calibrated.",
        "",
    ]
    return "\n".join(lines)


def _table(result: dict[str, Any]) -> list[str]:
    size = f"{result['documents']} documents, {result['characters']} characters"
    out = [
        f"### {result['gold']} ({size})",
        "",
        "| | P | R | F1 | gold |",
        "|---|---|---|---|---|",
    ]
    sections = (
        ("entities", result["entities"]["strict"]),
        ("entities, relaxed", {"micro": result["entities"]["relaxed"]["micro"]}),
        ("relations, end to end", result["relations"]["strict"]),
        ("relations, end to end, relaxed", {"micro": result["relations"]["relaxed"]["micro"]}),
        ("relations, gold entities", result["relations_gold_entities"]),
    )
    for title, scores in sections:
        for label, row in scores.items():
            name = f"**{title}**" if label == "micro" else label
            figures = " | ".join(f"{row[key]:.1f}" for key in "prf")
            out.append(f"| {name} | {figures} | {row['gold']} |")
    return [*out, ""]
