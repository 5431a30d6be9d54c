"""``zonekg compare``: whether one model is better than another, and what changed."""

from __future__ import annotations

from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer

from zonekg.cli.frame import By, Data, Gold, Page, complain, made_by, out, progress, table

_SHOWN = 3
_STRICT = {
    "entities": "entities, strict (exact span and label)",
    "relations": "relations, end to end, strict",
}
_OTHERS = {
    "entities, relaxed": ("entities", "relaxed"),
    "relations, end to end, relaxed": ("relations", "relaxed"),
    "relations, gold entities": ("relations", "gold entities"),
}


def compare_command(
    first: Annotated[Path, typer.Argument(metavar="MODEL_A", help="Folder of a pipeline.")],
    second: Annotated[Path, typer.Argument(metavar="MODEL_B", help="Folder of another.")],
    gold: Gold,
    *,
    page: Page = None,
    target: Data = None,
    by: By = None,
) -> None:
    """Tell whether model B is better than model A, by how much, and what changed.

    Differences of F1 with 95% intervals by paired bootstrap over documents, and p by approximate
    randomisation; what B gained and lost, and the wrong predictions that are gone and new.

    Example: zonekg compare models/zh_zone_news_sm out/model annotations/dev --html out/new.html
    """
    from zonekg.comparison import compare_models
    from zonekg.files import write_json

    with progress() as report:
        found = compare_models(
            first,
            second,
            gold,
            by=by or ["genre"],
            progress=lambda model, done, total: report(f"documents, {model}", done, total),
        )
    numbers = found.numbers
    about = made_by()
    if page:
        from zonekg.report.compare import write_comparison

        write_comparison(page, found, about)
    if target:
        write_json(target, about | numbers)
    _print(numbers)
    for path in filter(None, (page, target)):
        out.print(f"wrote {path}", markup=False)


def _print(numbers: dict[str, Any]) -> None:
    from zonekg.comparison import verdict_sentence

    out.print(f"{numbers['documents']} documents, {numbers['characters']} characters")
    for side, path in numbers["models"].items():
        out.print(f"{side.upper()}: {path}", markup=False)
    _warn(numbers)
    for task, title in _STRICT.items():
        rows = numbers[task]["strict"]
        _table(title, rows)
        out.print(verdict_sentence(rows["micro"]))
        _changes(task, numbers["changes"][task])
    others = {name: numbers[task][mode]["micro"] for name, (task, mode) in _OTHERS.items()}
    _table("all labels, counted otherwise", others)


def _warn(numbers: dict[str, Any]) -> None:
    from zonekg.comparison import favour

    for side in "ab":
        if numbers["trained_on"][side]:
            known = numbers["trained_on"][side]
            complain(f"model {side.upper()} was trained on {known} of these documents")
    if note := favour(numbers["chose_the_model"]):
        out.print(note)


def _table(title: str, rows: dict[str, Any]) -> None:
    from zonekg.comparison import signed

    cells = []
    for label, row in rows.items():
        there = row["p"] is not None
        interval = " to ".join(map(signed, row["interval"])) if row["interval"] else ""
        figures = [f"{row[side]['f']:.1f}" for side in "ab"] + [signed(row["difference"]), interval]
        ps = ["" if row[key] is None else f"{row[key]:.3f}" for key in ("p", "p_holm")]
        cells.append((label, *(figures if there else [""] * 4), *ps, row["gold"]))
    table(title, ("label", "F1 of A", "F1 of B", "B less A", "95%", "p", "Holm", "gold"), cells)


def _changes(task: str, changes: dict[str, Any]) -> None:
    kinds = list(changes["counts"]["micro"])
    rows = [(label, *row.values()) for label, row in changes["counts"].items()]
    table(f"{task}, what changed from A to B", ("label", *kinds), rows)
    documents = changes["documents"]
    out.print(
        f"fewer errors in {documents['better']} documents, more in {documents['worse']}, "
        f"as many in {documents['as good']}"
    )
    for kind in kinds[:-1]:  # the last is the net
        turns = zip_longest(*(found[kind] for found in changes["examples"].values()))
        for example in islice(filter(None, chain.from_iterable(turns)), _SHOWN):
            _example(kind, example)


def _example(kind: str, example: dict[str, Any]) -> None:
    from zonekg.offline import plain

    where = example["place"] or example["document"]
    what = f"{example['label']} {example['text']} ({example['before']} → {example['after']})"
    for line in (f"{where}: {kind}: {what}", example["sentence"]):
        # one line whatever the text holds, and nothing that a terminal would obey
        out.print("   ", plain(" ".join(line.split())), markup=False)
