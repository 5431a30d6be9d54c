"""``zonekg train``: train a pipeline from a config."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import INTERRUPTED, Settings, complain, out, overrides


def train_command(
    config: Annotated[Path, typer.Argument(help="A spaCy training config, see configs/.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the trained pipeline.")],
    work: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints.", show_default="training/NAME")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the weights of the last checkpoint.")
    ] = False,
    setting: Settings = None,
) -> None:
    """Train a pipeline by spaCy's training and put the best one into --output.

    Ctrl-C keeps the checkpoints; --resume goes on from the last one.

    Example: zonekg train configs/ner_cnn.cfg --output models/zh_zonekg
    """
    from zonekg.training import train

    try:
        train(config, output, work=work, resume=resume, overrides=overrides(setting))
    except KeyboardInterrupt as error:
        complain("stopped; the checkpoints are kept, --resume goes on from the last one")
        raise typer.Exit(INTERRUPTED) from error
    out.print(
        f"wrote {output}; next: zonekg card {output} annotations/dev annotations/test "
        "annotations/seeds/gold.jsonl",
        markup=False,
    )
