"""``zonekg remove``: pages out of the store and the graph."""

from __future__ import annotations

from typing import Annotated

import typer

from zonekg.cli.frame import MoneyNodes, Results, tell


def remove_command(
    results: Results,
    pages: Annotated[list[str], typer.Argument(help="Names, as 'zonekg pages' lists them.")],
    money_nodes: MoneyNodes = False,
) -> None:
    """Remove pages, and write the graph of those that stay.

    Example: zonekg remove out/ 000_2083f7aa6022cc23.txt
    """
    from zonekg.line import remove

    written = remove(results, pages, money_nodes=money_nodes)
    tell(written.summary, written.files)
