"""``zonekg card``: write a model's card from scores made now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import out, progress


def card_command(
    model: Annotated[Path, typer.Argument(help="Folder of the trained pipeline.")],
    gold: Annotated[list[Path], typer.Argument(help="Gold documents that the model never saw.")],
    *,
    section: Annotated[
        list[Path] | None, typer.Option(help="Markdown file to put into the card; may be repeated.")
    ] = None,
) -> None:
    """Score a model on gold documents and write its card, README.md in the model's folder.

    Example: zonekg card models/zh_zone_news_trf annotations/test annotations/seeds/gold.jsonl
    """
    from zonekg.card import write_card

    with progress() as report:
        card = write_card(model, gold, sections=section or (), progress=report)
    out.print(f"wrote {card}", markup=False)
