"""An article under construction, and the finished article that it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from zonekg.articles import Article, Block, BlockKind, Piece, article_id
from zonekg.ingest.bylines import names_in
from zonekg.ingest.kinds import iso_date
from zonekg.ingest.lines import Unit

__all__ = ["Draft"]


@dataclass
class Draft:
    """An article under construction; `flow` holds its blocks after the headlines."""

    heads: list[tuple[BlockKind, Unit]] = field(default_factory=list)
    flow: list[tuple[BlockKind, Unit]] = field(default_factory=list)
    captions: list[Unit] = field(default_factory=list)
    ended: bool = False
    closed_row: bool = False
    continued_on: str = ""
    continued_from: str = ""

    def open_end(self) -> Unit | None:
        """The last paragraph, if it breaks off in the middle of a sentence."""
        if not self.flow or self.ended or self.closed_row:
            return None
        kind, unit = self.flow[-1]
        return unit if kind == "body" and not unit.complete else None

    def article(self, source: str, paper_date: str) -> Article:
        """The finished article; `paper_date` is what the masthead tells."""
        rows: list[tuple[BlockKind, Unit]] = [*self.heads, *self.flow]
        rows += [("caption", unit) for unit in self.captions]
        pieces: list[Piece] = []
        blocks: list[Block] = []
        at = 0
        for kind, unit in rows:
            blocks.append(Block(kind, at, at + len(unit.text)))
            for start, end in unit.spans:
                pieces.append(Piece(at, start, end - start))
                at += end - start
            at += 1  # the line feed between blocks
        text = "\n".join(unit.text for _, unit in rows)
        title = " ".join(unit.text for kind, unit in self.heads if kind == "title")
        names = [n for kind, unit in rows if kind == "byline" for n in names_in(unit.text)]
        return Article(
            id=article_id(source, pieces, text),
            title=title or _first_words(rows),
            text=text,
            source=source,
            page=rows[0][1].page,
            date=self.date(paper_date),
            byline=" ".join(names),
            blocks=tuple(blocks),
            pieces=tuple(pieces),
            continued_on=self.continued_on,
            continued_from=self.continued_from,
        )

    def date(self, paper_date: str) -> str:
        """The day of the dateline in the paper's year, else the paper's own date."""
        first = next((unit.text for kind, unit in self.flow if kind == "body"), "")
        match = re.search(r"(?:((?:19|20)\d\d)年)?(\d{1,2})月(\d{1,2})日", first[:60])
        if match and (year := match[1] or paper_date[:4]):
            return iso_date(year, match[2], match[3]) or paper_date
        return paper_date


def _first_words(rows: Iterable[tuple[object, Unit]]) -> str:
    """A name for an article without a headline: how its text begins."""
    text = next((unit.text for _, unit in rows), "")
    return text if len(text) <= 30 else text[:30] + "…"
