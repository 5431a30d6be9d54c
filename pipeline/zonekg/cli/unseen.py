"""``zonekg annotations doubts, crossfit, mark``: documents read by models that never saw them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from zonekg.annotate.records import Record, record_lines
from zonekg.cli.frame import Jobs, Settings, Work, out, overrides, progress
from zonekg.files import open_atomic

__all__ = ["crossfit_command", "doubts_command", "mark_command"]

Data = Annotated[list[Path], typer.Argument(help="Annotated documents: files or folders.")]
Folds = Annotated[int, typer.Option(help="Parts; one training each.", min=2)]
Marked = Annotated[Path, typer.Option("--output", "-o", help="JSONL of marked documents.")]


def doubts_command(
    config: Annotated[Path, typer.Argument(help="Training config, see configs/.")],
    data: Data,
    *,
    target: Annotated[Path, typer.Option("--output", "-o", help="JSONL of doubts to review.")],
    folds: Folds = 5,
    threshold: Annotated[
        float, typer.Option(help="Least confidence of the model.", min=0, max=1)
    ] = 0.9,
    jobs: Jobs = 1,
    work: Work = Path("training/doubts"),
    setting: Settings = None,
) -> None:
    """List where models contradict annotations of documents they never saw, to review by hand.

    Ctrl-C keeps the trainings that are done; the same command goes on from there.

    Example: zonekg annotations doubts configs/ner_cnn.cfg annotations/train -o doubts.jsonl
    """
    from zonekg.experiments import cross_validate

    with progress() as report:
        found = cross_validate(
            config, data, work, folds=folds, threshold=threshold, jobs=jobs,
            settings=overrides(setting),
            progress=partial(report, "folds"),
        )  # fmt: skip
    _write_lines(target, [doubt._asdict() for doubt in found], "doubts")


def crossfit_command(
    config: Annotated[Path, typer.Argument(help="Training config of an NER, see configs/.")],
    data: Data,
    *,
    target: Marked,
    folds: Folds = 3,
    jobs: Jobs = 1,
    work: Work = Path("training/crossfit"),
    setting: Settings = None,
) -> None:
    """Mark documents by models that never saw them, for the relation stage to learn on.

    Ctrl-C keeps the trainings that are done; the same command goes on from there.

    Example: zonekg annotations crossfit configs/ner_trf.cfg annotations/train -o crossfit.jsonl
    """
    from zonekg.experiments import crossfit

    with progress() as report:
        found = crossfit(
            config, data, work, folds=folds, jobs=jobs, settings=overrides(setting),
            progress=partial(report, "folds"),
        )  # fmt: skip
    _write_lines(target, found, "documents")


def mark_command(
    model: Annotated[Path, typer.Argument(help="A trained pipeline that saw none of them.")],
    data: Data,
    *,
    target: Marked,
    known: Annotated[
        list[Path] | None, typer.Option(help="Leave out the documents of these files or folders.")
    ] = None,
) -> None:
    """Mark documents that came after a model was trained, for the relation stage to learn on.

    What 'crossfit' gives, without its trainings.

    Example: zonekg annotations mark models/zh_old annotations/train --known old.jsonl -o new.jsonl
    """
    from zonekg.annotate.corpus import checked_records
    from zonekg.experiments import mark
    from zonekg.extraction import load_model

    left_out = {str(row["id"]) for row in checked_records(*known or [])}
    records = [row for row in checked_records(*data) if str(row["id"]) not in left_out]
    with progress() as report:
        found = []
        for row in mark(load_model(model), records):
            found.append(row)
            report("documents", len(found), len(records))
    _write_lines(target, found, "documents")


def _write_lines(target: Path, rows: Sequence[Record], what: str) -> None:
    with open_atomic(target) as handle:
        handle.writelines(record_lines(rows))
    out.print(f"wrote {target}: {len(rows)} {what}", markup=False)
