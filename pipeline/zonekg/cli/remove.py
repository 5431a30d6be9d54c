"""``zonekg remove``: pages out of the store and the graph."""

from __future__ import annotations

from typing import Annotated

import typer

from zonekg.cli.frame import Apart, MoneyNodes, Results, Same, tell


def remove_command(
    results: Results,
    pages: Annotated[list[str], typer.Argument(help="Names, as 'zonekg pages' lists them.")],
    *,
    money_nodes: MoneyNodes = False,
    merges: Same = None,
    never_merge: Apart = None,
) -> None:
    """Remove pages, and write the graph of those that stay.

    Example: zonekg remove out/ 000_2083f7aa6022cc23.txt
    """
    from zonekg.graph.resolve import read_decisions
    from zonekg.line import remove

    decisions = read_decisions(merges, never_merge)
    tell(remove(results, pages, money_nodes=money_nodes, decisions=decisions))
