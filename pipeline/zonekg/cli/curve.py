"""``zonekg curve``: whether more training text still pays."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import Jobs, Settings, Work, out, overrides, progress, table


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
    """Train on growing shares of the documents and draw the learning curve.

    Ctrl-C keeps the trainings that are done; the same command goes on from there.

    Example: zonekg curve configs/ner_cnn.cfg --output annotations/reports/learning-curve --jobs 2
    """
    from zonekg.experiments import draw_curve, learning_curve
    from zonekg.files import write_json

    data, picture = (target.with_name(f"{target.name}.{kind}") for kind in ("json", "png"))
    shares, seeds = share or [0.1, 0.25, 0.5, 1.0], seed or [7]
    with progress() as report:
        rows = learning_curve(
            config, train, dev, work, shares=shares, seeds=seeds, jobs=jobs,
            settings=overrides(setting),
            progress=lambda done, total: report("trainings", done, total),
        )  # fmt: skip
    result = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "command": " ".join(["zonekg", *sys.argv[1:]]),
        "measure": "strict entities on dev, per cent",
        "points": rows,
    }
    write_json(data, result)
    draw_curve(rows, picture)
    labels = list(rows[0]["scores"])
    cells = [
        (f"{row['share']:.0%}", row["seed"], row["documents"], row["entities"],
         *(f"{row['scores'][label]['f']:.1f}" for label in labels))
        for row in rows
    ]  # fmt: skip
    table("strict entity F1", ("share", "seed", "documents", "entities", *labels), cells)
    out.print(f"wrote {data}, {picture}", markup=False)
