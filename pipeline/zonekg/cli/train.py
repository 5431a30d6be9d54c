"""``zonekg train``: train a pipeline from a config."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from zonekg.cli.frame import out


def train_command(
    config: Annotated[Path, typer.Argument(help="A spaCy training config, see configs/.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the trained pipeline.")],
    work: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints.", show_default="training/NAME")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the weights of the last checkpoint.")
    ] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a config value: --set training.max_epochs=5."),
    ] = None,
) -> None:
    """Train a pipeline by spaCy's training and put the best one into --output.

    Ctrl-C keeps the checkpoints; --resume goes on from the last one.

    Example: zonekg train configs/ner_cnn.cfg --output models/zh_zonekg
    """
    from zonekg.training import train

    train(config, output, work=work, resume=resume, overrides=_overrides(setting or []))
    out.print(
        f"wrote {output}; next: zonekg card {output} annotations/dev annotations/seeds/gold.jsonl",
        markup=False,
    )


def _overrides(settings: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or "." not in key:
            raise typer.BadParameter(f"{setting!r}, expected section.name=value")
        try:
            out[key] = json.loads(value)
        except json.JSONDecodeError:
            out[key] = value
    return out
