"""Text to units: lines, and hard-wrapped lines of a column joined to paragraphs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

__all__ = ["Line", "Span", "Unit", "lines_of", "read_units", "text_of"]

Span = tuple[int, int]
"""Start and end of a stretch of the file, in code points."""

Test = Callable[[str], bool]

_NEWLINE = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_INK = re.compile(r"\S(?:.*\S)?", re.S)
_WIDEST_COLUMN = 45.0  # in hanzi; a newspaper column has 10 to 25, a paragraph on one line more
_TERMINAL = re.compile(r"(?:[。！？!?…；;：:]|[\u4e00-\u9fff\"”]\.)[”’」』）)】》\"]*$")
_PAUSE = re.compile(r"[，。、；！？,;]")


@dataclass(frozen=True)
class Line:
    """One line's ink: its stretch of the file without outer white space; `lead` stood before it."""

    start: int
    end: int
    text: str
    lead: str
    blanks_before: int
    page: int

    @property
    def width(self) -> float:
        """Width in hanzi with the indent; half-width characters count half."""
        line = self.lead + self.text
        return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in line)

    @property
    def indent(self) -> bool:
        """Whether it begins as a paragraph does: after a wide space, a tab or two blanks."""
        return "\u3000" in self.lead or "\t" in self.lead or len(self.lead) >= 2


@dataclass(frozen=True)
class Unit:
    """A line, or the lines of one paragraph joined: `spans` of the file make up `text`.

    after: the white space behind its last line, which stands for the space between Latin words.
    """

    spans: tuple[Span, ...]
    text: str
    indent: bool
    page: int
    after: int
    indented_page: bool = False

    @property
    def complete(self) -> bool:
        """Whether it ends as a sentence does."""
        return bool(_TERMINAL.search(self.text))

    def cut(self, at: int) -> tuple[Unit, Unit]:
        """The unit parted before character `at`; white space at the cut stays in neither."""
        left = len(self.text[:at].rstrip())
        right = at + len(self.text[at:]) - len(self.text[at:].lstrip())
        return self.slice(0, left), self.slice(right, len(self.text))

    def slice(self, start: int, end: int) -> Unit:
        """The unit that holds text[start:end]."""
        spans, at = [], 0
        for first, last in self.spans:
            low, high = max(start, at), min(end, at + last - first)
            if low < high:
                spans.append((first + low - at, first + high - at))
            at += last - first
        return replace(self, spans=tuple(spans), text=self.text[start:end])

    def join(self, *others: Unit) -> Unit:
        """The unit that goes on with the others; two Latin words keep a space between them."""
        spans, parts, after = list(self.spans), [self.text], self.after
        for other in others:
            if _latin(parts[-1][-1:]) and _latin(other.text[:1]):
                spans.append((after, after + 1))
                parts.append(" ")
            spans += other.spans
            parts.append(other.text)
            after = other.after
        return replace(self, spans=tuple(spans), text="".join(parts), after=after)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def text_of(page: str, spans: Sequence[Span]) -> str:
    """The text of stretches of the file; line ends and tabs inside become spaces."""
    return re.sub(r"[\t\n\r\v\f\x85\u2028\u2029]", " ", "".join(page[a:b] for a, b in spans))


def lines_of(page: str) -> Iterator[Line]:
    """Yield the lines that hold ink; a form feed begins a new page."""
    start, number, blanks = 0, 1, 0
    bounds = [(m.start(), m.end(), m[0]) for m in _NEWLINE.finditer(page)]
    for end, after, mark in [*bounds, (len(page), len(page), "")]:
        ink = _INK.search(page, start, end)
        if ink:
            text = text_of(page, [ink.span()])
            yield Line(ink.start(), ink.end(), text, page[start : ink.start()], blanks, number)
            blanks = 0
        else:
            blanks += mark != ""
        if mark == "\f":
            number += 1
        start = after


def read_units(page: str, alone: Test, ends: Test) -> list[Unit]:
    """The units of a page in the file's order; `alone` tells lines that no paragraph takes in.

    `ends` tells the lines that a paragraph ends with, full or not.
    """
    units: list[Unit] = []
    for _, group in groupby(lines_of(page), key=lambda line: line.page):
        lines = list(group)
        width = _column_width(lines)
        indents = sum(line.indent for line in lines if _PAUSE.search(line.text)) > 1
        for run in _runs(lines, _double_spaced(lines) if width else 0):
            found = (
                _unwrap(run, width, indents, alone, ends) if width else [_unit([x]) for x in run]
            )
            units += [replace(unit, indented_page=indents) for unit in found]
    return units


def _double_spaced(lines: list[Line]) -> int:
    """How many blank lines stand between any two lines of a page; 0 if it is not such a page."""
    if len(lines) < 8:
        return 0
    blanks, times = Counter(line.blanks_before for line in lines[1:]).most_common(1)[0]
    return blanks if times >= 0.8 * (len(lines) - 1) else 0


def _runs(lines: list[Line], spaced: int) -> Iterator[list[Line]]:
    """Lines that stand together, without a blank line (or more than `spaced`) between them."""
    run: list[Line] = []
    for line in lines:
        if run and line.blanks_before > spaced:
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _column_width(lines: list[Line]) -> float:
    """The width that a page's lines are wrapped at, in hanzi; 0.0 where they are not wrapped.

    Wrapped lines share one width, and most of them end in the middle of a sentence.
    """
    running = [line for line in lines if _PAUSE.search(line.text) or line.width >= 10]
    counts = Counter(round(line.width) for line in running if line.width <= _WIDEST_COLUMN)
    if not counts:
        return 0.0
    # the commonest width, a line that takes in or gives up a mark counted in
    width = max(counts, key=lambda w: (2 * counts[w] + counts[w - 1] + counts[w + 1], w))
    full = [line for line in running if abs(line.width - width) <= 1.5]
    cut = [line for line in full if not _TERMINAL.search(line.text)]
    paused = sum(bool(_PAUSE.search(line.text)) for line in full)
    wide = sum(line.width > _WIDEST_COLUMN for line in lines)
    if len(full) < 5 or len(full) < 0.4 * len(running) or wide > 0.2 * len(lines):
        return 0.0
    return float(width) if len(cut) >= 0.6 * len(full) and paused >= 0.4 * len(full) else 0.0


def _unwrap(
    run: list[Line], width: float, indents: bool, alone: Test, ends: Test
) -> Iterator[Unit]:
    rows = [run[0]]
    for line in run[1:]:
        last = rows[-1]
        # where paragraphs are indented, a ragged line alone does not end one
        ragged = indents and not _TERMINAL.search(last.text) and len(rows) + last.indent > 1
        goes_on = last.width >= width - 1.5 or (ragged and last.width >= 0.6 * width)
        apart = alone(line.text) or alone(last.text) or ends(last.text)
        if line.indent or not goes_on or apart or max(line.width, last.width) > width + 3:
            yield _unit(rows)
            rows = []
        rows.append(line)
    yield _unit(rows)


def _unit(rows: list[Line]) -> Unit:
    first, *rest = (
        Unit(((line.start, line.end),), line.text, line.indent, line.page, line.end)
        for line in rows
    )
    return first.join(*rest) if rest else first
