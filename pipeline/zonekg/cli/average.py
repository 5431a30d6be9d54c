"""``zonekg average``: one pipeline out of several trainings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import Settings, overrides, tell_trained


def average_command(
    config: Annotated[Path, typer.Argument(help="The training config of all of them.")],
    works: Annotated[list[Path], typer.Argument(help="Work folders of trainings, two or more.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the pipeline.")],
    setting: Settings = None,
) -> None:
    """Average the weights that trainings of one config ended with into one pipeline.

    For trainings that went on from one another by 'train --from', or began from one. The mean costs
    no more to run than one of them and is often better; the scores on dev, which are told, decide.

    Example: zonekg average configs/trf.cfg training/zh_mine training/zh_more -o out/zh_mean
    """
    from zonekg.training import average

    average(config, works, output, overrides=overrides(setting))
    tell_trained(output)
