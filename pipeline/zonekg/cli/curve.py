"""``zonekg curve``: whether more training text still pays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from zonekg.cli.frame import Jobs, Settings, Work, made_by, out, overrides, progress, table

WORTH = {True: "worth it", False: "not shown to be worth it", None: "can't be told"}


def curve_command(
    config: Annotated[Path, typer.Argument(help="Training config, see configs/.")],
    *,
    target: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write NAME.json and NAME.png.")
    ],
    train: Annotated[Path, typer.Option(help="Training documents.")] = Path("annotations/train"),
    dev: Annotated[Path, typer.Option(help="Documents to score on.")] = Path("annotations/dev"),
    share: Annotated[list[float] | None, typer.Option(help="Share of train.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Seed; one training each.")] = None,
    jobs: Jobs = 1,
    work: Work = Path("training/curve"),
    setting: Settings = None,
) -> None:
    """Train on growing shares of the documents, draw the learning curve and tell where it leads.

    A power law is fitted to it and read off at twice the documents. Ctrl-C keeps the trainings
    that are done; the same command goes on from there.

    Example: zonekg curve configs/ner_cnn.cfg --output annotations/reports/learning-curve --jobs 2
    """
    from zonekg.files import write_json
    from zonekg.learning_curve import draw_curve, fit_curve, learning_curve

    data, picture = (target.with_name(f"{target.name}.{kind}") for kind in ("json", "png"))
    shares, seeds = share or [0.1, 0.25, 0.5, 1.0], seed or [7]
    with progress() as report:
        curve = learning_curve(
            config, train, dev, work, shares=shares, seeds=seeds, jobs=jobs,
            settings=overrides(setting),
            progress=lambda done, total: report("trainings", done, total),
        )  # fmt: skip
    fit = fit_curve(curve)
    fit["answer"] = answer(fit)
    result = made_by() | {
        "measure": "strict entities on dev, per cent",
        "points": curve.rows,
        "fit": fit,
    }
    write_json(data, result)
    draw_curve(curve.rows, fit, picture)
    labels = list(fit["labels"])
    cells = [
        (f"{row['share']:.0%}", row["seed"], row["documents"], row["entities"],
         *(f"{row['scores'][label]['f']:.1f}" for label in labels))
        for row in curve.rows
    ]  # fmt: skip
    table("strict entity F1", ("share", "seed", "documents", "entities", *labels), cells)
    if fit["labels"]["micro"]:
        _fit_tables(fit)
    out.print(fit["answer"])
    out.print(f"wrote {data}, {picture}", markup=False)


def _fit_tables(fit: dict[str, Any]) -> None:
    """The curves with how well they foretell the largest size, and what twice of it should bring.

    Without ``:z`` a loss that rounds to nothing would be printed as -0.0.
    """
    rows = {label: row for label, row in fit["labels"].items() if row}
    laws, gains = [], []
    for label, row in rows.items():
        test, double = row["backtest"], _doubled(row)
        c = "" if row["c"] is None else f"{row['c']:.2f}"
        told = ("", "", "")
        if test:
            told = (f"{test['predicted']:.1f}", f"{test['error']:+z.1f}", _span(test, "error"))
        laws.append((label, f"{row['a']:.1f}", f"{row['b']:.1f}", c, f"{row['now']:.1f}", *told))
        gain = (f"{double['gain']:+z.1f}", _span(double, "gain"), WORTH[row["worth_it"]])
        gains.append((label, f"{row['now']:.1f}", f"{double['f']:.1f}", *gain))
    table(
        f"{fit['model']}; now as the smaller sizes alone foretell it",
        ("label", "a", "b", "c", "now", "foretold", "error", "95%"), laws,
    )  # fmt: skip
    table("twice the documents", ("label", "now", "at 2x", "gain", "95%", "verdict"), gains)


def answer(fit: dict[str, Any]) -> str:
    """Whether more annotation is worth it, in a sentence, by what `fit_curve` found."""
    micro, sizes = fit["labels"]["micro"], len(fit["sizes"])
    if not micro:
        why = f"{sizes} of the three sizes needed" if sizes < 3 else "dev has no mentions"
        return f"No fit, so no telling what more documents bring: {why}."
    double, test = _doubled(micro), micro["backtest"]
    gains = {label: _doubled(row) for label, row in fit["labels"].items() if row}
    most = max(gains.keys() - {"micro"}, key=lambda label: (gains[label]["gain"], label))
    said = (
        f"Twice the documents ({double['documents']}) should bring {double['gain']:+z.1f} points "
        f"of F1 (95%: {_span(double, 'gain')}): {WORTH[micro['worth_it']]}; "
        f"{most} gains most, {gains[most]['gain']:+z.1f} ({_span(gains[most], 'gain')})"
    )
    if test:
        said += f"; fitted without the largest size, the curve misses it by {test['error']:+z.1f}"
    return said + "."


def _doubled(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(at for at in row["predictions"] if at["times"] == 2)
    return found


def _span(row: dict[str, Any], name: str) -> str:
    ends = row[f"{name}_interval"]
    return f"{ends[0]:+z.1f} to {ends[1]:+z.1f}" if ends else "no interval"
