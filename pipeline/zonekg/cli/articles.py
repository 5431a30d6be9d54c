"""``zonekg articles``: what room 1 makes of pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from zonekg.articles import Article, Page
from zonekg.cli.frame import PARTIAL, complain, out
from zonekg.errors import InputError
from zonekg.ingest import MAX_CHARACTERS, read_pages

_STYLES = {"title": "bold", "kicker": "italic", "subtitle": "italic", "subhead": "bold cyan",
           "caption": "magenta", "byline": "green", "jump": "yellow", "note": "cyan"}  # fmt: skip


def articles_command(
    source: Annotated[Path, typer.Argument(help="A page (.txt, .md), or a folder of pages.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="One page a line, with the map back to the file.")
    ] = False,
    max_characters: Annotated[int, typer.Option(help="Refuse larger files.")] = MAX_CHARACTERS,
) -> None:
    """Show the articles of pages: what was joined, what each block is, what was left out.

    Numbers are code points of the file, counted from 0.

    Example: zonekg articles seeds/000_2083f7aa6022cc23.txt
    """
    failed = False
    for page in read_pages(source, max_characters=max_characters):
        if isinstance(page, InputError):
            complain(str(page))
            failed = True
        elif as_json:
            rows = {"source": page.source, "encoding": page.encoding,
                    "articles": [a.to_dict() for a in page],
                    "dropped": [d._asdict() for d in page.dropped]}  # fmt: skip
            typer.echo(json.dumps(rows, ensure_ascii=False))
        else:
            _show(page)
    if failed:
        raise typer.Exit(PARTIAL)


def _show(page: Page) -> None:
    out.rule(f"{page.source}  ({page.encoding}, {len(page.articles)} articles)")
    for number, article in enumerate(page, start=1):
        out.print(f"\n{number}. {article.title}", style="bold underline", markup=False)
        facts = [article.date, article.byline, f"id {article.id}"]
        facts += [f"continued on {article.continued_on}"] if article.continued_on else []
        facts += [f"continued from {article.continued_from}"] if article.continued_from else []
        out.print("   " + " | ".join(fact for fact in facts if fact), style="dim", markup=False)
        for block in article.blocks:
            places = _places(article, block.start, block.end)
            out.print(f"   {block.kind:8} {places:>14}  ", style="dim", end="", markup=False)
            out.print(
                article.text[block.start : block.end], style=_STYLES.get(block.kind), markup=False
            )
    out.print("\nleft out:", style="bold")
    for drop in page.dropped:
        out.print(
            f"   {drop.reason:20} {drop.start}-{drop.end}  {drop.text!r}", style="dim", markup=False
        )


def _places(article: Article, start: int, end: int) -> str:
    """The stretches of the file, neighbours drawn together."""
    merged: list[list[int]] = []
    for first, last in article.places(start, end):
        if merged and first - merged[-1][1] <= 2:  # a line end
            merged[-1][1] = last
        else:
            merged.append([first, last])
    return "+".join(f"{a}-{b}" for a, b in merged)
