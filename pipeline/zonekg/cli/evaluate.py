"""``zonekg evaluate``: scores of a model on gold documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zonekg.cli.frame import out, progress, table


def evaluate_command(
    model: Annotated[Path, typer.Argument(help="Folder of the trained pipeline.")],
    gold: Annotated[Path, typer.Argument(help="Gold documents: a JSONL file or a folder.")],
    target: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file as JSON.")
    ] = None,
) -> None:
    """Score a model: entities strict and relaxed, relations end to end and with gold entities.

    Example: zonekg evaluate models/zh_zonekg annotations/seeds/gold.jsonl --json scores.json
    """
    from zonekg.annotate.corpus import read_docs
    from zonekg.extraction import load_model
    from zonekg.files import write_json
    from zonekg.scoring import evaluate

    nlp = load_model(model)
    docs = list(read_docs(gold, nlp))
    with progress() as report:
        scores = evaluate(nlp, docs, progress=lambda done: report("documents", done, len(docs)))
    scores = {"model": model.as_posix(), "gold": gold.as_posix()} | scores
    out.print(f"{scores['documents']} documents, {scores['characters']} characters")
    _table("entities, strict (exact span and label)", scores["entities"]["strict"])
    _table("entities, relaxed (overlap, same label)", scores["entities"]["relaxed"])
    _table("relations, end to end, strict", scores["relations"]["strict"])
    _table("relations, end to end, relaxed", scores["relations"]["relaxed"])
    _table("relations, gold entities", scores["relations_gold_entities"])
    if target:
        write_json(target, scores)
        out.print(f"wrote {target}", markup=False)


def _table(title: str, scores: dict[str, Any]) -> None:
    rows = [
        (
            label,
            f"{row['p']:.1f}",
            f"{row['r']:.1f}",
            f"{row['f']:.1f}",
            row["predicted"],
            row["gold"],
        )
        for label, row in scores.items()
    ]
    table(title, ("label", "P", "R", "F1", "predicted", "gold"), rows)
