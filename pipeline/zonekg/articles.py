"""Article and Page: what room 1 makes of a newspaper page, and the map back to the file."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple, cast, get_args

__all__ = ["Article", "Block", "BlockKind", "Dropped", "Page", "Piece", "article_id"]

BlockKind = Literal[
    "kicker", "title", "subtitle", "byline", "subhead", "body", "note", "caption", "jump"
]
"""What a stretch of an article is; `note` is an editor's note, `jump` a 下转 or 上接 line."""


class Piece(NamedTuple):
    """`length` characters of an article that stand together in the file, all in code points."""

    start: int
    file_start: int
    length: int


class Block(NamedTuple):
    """A stretch of an article's text, `start` inclusive and `end` exclusive."""

    kind: BlockKind
    start: int
    end: int


class Dropped(NamedTuple):
    """A stretch of the file that belongs to no article, in code points, and why."""

    start: int
    end: int
    reason: str
    text: str


@dataclass(frozen=True)
class Article:
    """One article of a page, with its layout repaired.

    text: all blocks in reading order, joined by line feeds.
    source: the file as the caller named it; page: from 1 (pages are parted by form feeds).
    date: ISO ``YYYY-MM-DD``, ``YYYY`` or empty when the page tells neither.
    pieces: where each stretch of the text stands in the file; the line feeds between blocks are
    in no piece and map to the place where the block before them ends.
    continued_on, continued_from: the page that a jump line names (``D3版``), empty without one.
    """

    id: str
    title: str
    text: str
    source: str
    page: int = 1
    date: str = ""
    byline: str = ""
    blocks: tuple[Block, ...] = ()
    pieces: tuple[Piece, ...] = ()
    continued_on: str = ""
    continued_from: str = ""

    def place(self, offset: int) -> int:
        r"""The file's code point offset of text offset `offset` (0 to len(text) inclusive).

        >>> pieces = (Piece(0, 5, 2), Piece(3, 9, 1))
        >>> article = Article("a", "", "甲乙\n丙", "f.txt", pieces=pieces)
        >>> [article.place(i) for i in range(5)]
        [5, 6, 7, 9, 10]
        """
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"offset {offset}, expected 0 to {len(self.text)}")
        i = bisect_right(self.pieces, offset, key=lambda piece: piece.start) - 1
        if i < 0:
            return 0
        piece = self.pieces[i]
        return piece.file_start + min(offset - piece.start, piece.length)

    def places(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of the file, in reading order, that hold text[start:end]."""
        out: list[tuple[int, int]] = []
        at = max(0, bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1)
        for piece in self.pieces[at:]:
            if piece.start >= end:
                break
            first, last = max(start, piece.start), min(end, piece.start + piece.length)
            if first < last:
                shift = piece.file_start - piece.start
                out.append((first + shift, last + shift))
        return out

    def to_dict(self) -> dict[str, Any]:
        """The article as JSON has it; `from_dict` reads it back."""
        return asdict(self) | {"blocks": [list(b) for b in self.blocks],
                               "pieces": [list(p) for p in self.pieces]}  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Article:
        """Read what `to_dict` wrote."""
        blocks = tuple(Block(_kind(kind), start, end) for kind, start, end in data["blocks"])
        pieces = tuple(Piece(*row) for row in data["pieces"])
        return cls(**data | {"blocks": blocks, "pieces": pieces})


def _kind(kind: str) -> BlockKind:
    if kind not in get_args(BlockKind):
        raise ValueError(f"block kind {kind!r}, expected one of {get_args(BlockKind)}")
    return cast(BlockKind, kind)


@dataclass(frozen=True)
class Page:
    """What one file held: its articles in order of appearance, and what was left out."""

    source: str
    encoding: str
    articles: tuple[Article, ...]
    dropped: tuple[Dropped, ...] = field(default=())

    def __iter__(self) -> Iterator[Article]:
        return iter(self.articles)


def article_id(source: str, pieces: Sequence[Piece], text: str) -> str:
    """16 hex digits from the place (file name, offset) and the text, the same on every machine."""
    place = pieces[0].file_start if pieces else 0
    return hashlib.sha256(f"{source}\0{place}\0{text}".encode()).hexdigest()[:16]
