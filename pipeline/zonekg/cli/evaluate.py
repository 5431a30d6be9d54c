"""``zonekg evaluate``: scores of a model on gold documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zonekg.cli.frame import By, Data, Gold, Page, complain, made_by, out, progress, table

_SHOWN = 8


def evaluate_command(
    model: Annotated[Path, typer.Argument(help="Folder of the trained pipeline.")],
    gold: Gold,
    *,
    page: Page = None,
    target: Data = None,
    by: By = None,
    link: Annotated[
        str,
        typer.Option(help="Link of a document in the report, of {file}, {line} and {id}."),
    ] = "{file}#L{line}",
    pages: Annotated[
        Path | None, typer.Option(help="Folder of the pages that the documents came from.")
    ] = None,
) -> None:
    """Score a model on gold documents and tell what to mend first.

    Entities strict and relaxed, relations end to end and between gold entities, with 95% intervals
    over documents; errors by class, slices, calibration and every document in the report.

    Example: zonekg evaluate models/zh_zone_news_trf annotations/dev --html out/report.html
    """
    from zonekg.evaluation import evaluate_model
    from zonekg.files import write_json

    if page:
        # what is wrong here should not wait for the scores, which take minutes
        from zonekg.report.links import check_link, check_pages

        check_link(link)
        if pages:
            check_pages(pages)
    with progress() as report:
        found = evaluate_model(
            model,
            gold,
            by=by or ["genre"],
            progress=lambda done, total: report("documents", done, total),
        )
    numbers = found.numbers
    about = made_by()
    if page:
        from zonekg.report import write_report

        write_report(page, found, about, link=link, pages=pages)
    if target:
        write_json(target, about | numbers)
    _print(numbers)
    for path in filter(None, (page, target)):
        out.print(f"wrote {path}", markup=False)


def _print(numbers: dict[str, Any]) -> None:
    out.print(f"{numbers['documents']} documents, {numbers['characters']} characters")
    if numbers["trained_on"]:
        complain(f"the model was trained on {numbers['trained_on']} of these documents")
    if numbers["chose_the_model"]:
        out.print("these documents chose the model's checkpoint, so their scores flatter it")
    for title, task, mode in (
        ("entities, strict (exact span and label)", "entities", "strict"),
        ("entities, relaxed (overlap, same label)", "entities", "relaxed"),
        ("relations, end to end, strict", "relations", "strict"),
        ("relations, end to end, relaxed", "relations", "relaxed"),
        ("relations, gold entities", "relations", "gold entities"),
    ):
        _table(title, numbers[task][mode])
    rows = [
        (f"{row['task']}, {row['label']}: {row['class']}", row["count"], f"+{row['gain']:.1f}")
        for row in numbers["errors"]["gains"][:_SHOWN]
    ]
    table("what to mend first", ("errors", "count", "micro F1 gained"), rows)


def _table(title: str, scores: dict[str, Any]) -> None:
    rows = [
        (
            label,
            *(f"{row[key]:.1f}" if row["predicted"] or row["gold"] else "" for key in "prf"),
            _interval(row["interval"]["f"]),
            row["predicted"],
            row["gold"],
        )
        for label, row in scores.items()
    ]
    table(title, ("label", "P", "R", "F1", "95% of F1", "predicted", "gold"), rows)


def _interval(ends: list[float] | None) -> str:
    return f"{ends[0]:.1f} to {ends[1]:.1f}" if ends else ""
