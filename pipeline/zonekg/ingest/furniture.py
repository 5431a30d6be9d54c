"""What stands on a page beside its articles: mastheads, page labels, rules, marks, stray bytes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import groupby

from zonekg.articles import Dropped
from zonekg.ingest import kinds
from zonekg.ingest.bylines import ends_paragraph
from zonekg.ingest.kinds import Kind
from zonekg.ingest.lines import Unit, read_units, text_of

__all__ = ["Row", "Sorted", "sort_units"]

Row = tuple[Kind, Unit]

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufffe\uffff]+")
_MARKDOWN = re.compile(r"(?:#{1,6}\s+|\*\*(?=.+\*\*$))")
_MASTHEAD_UNITS = 14


class Sorted:
    """The units of a file, the furniture taken out.

    rows: (kind, unit) in the file's order; dropped: the furniture; marked: the first spans of the
    units that had a Markdown heading mark; date: ISO date or year that the furniture tells.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.dropped: list[Dropped] = []
        self.marked: set[tuple[int, int]] = set()
        self.date = ""
        self.rows: list[Row] = []

    def drop(self, unit: Unit, reason: str) -> None:
        """List a unit as left out."""
        for start, end in unit.spans:
            if self.text[start:end].strip():
                text = text_of(self.text, [(start, end)])
                self.dropped.append(Dropped(start, end, reason, text))

    def drop_furniture(self, unit: Unit, reason: str) -> None:
        """List a line of furniture, and take the paper's date from it."""
        self.drop(unit, reason)
        date = kinds.date_of_paper(unit.text)
        if len(date) > len(self.date):
            self.date = date


def sort_units(text: str) -> Sorted:
    """Read the units of a file and take the furniture out."""
    result = Sorted(text)
    found = read_units(text, kinds.stands_alone, ends_paragraph)
    units = [_without_controls(unit, result) for unit in found]
    plain = [(_split_markdown(unit), unit) for unit in units if unit.text]
    rows = [(kinds.kind_of(rest), rest, whole) for (_, rest, _), whole in plain]
    repeated = Counter(rest.text for kind, rest, _ in rows if kind == "head")
    marks = {whole.spans: (mark, tail) for (mark, _, tail), whole in plain}
    for _, group in groupby(rows, key=lambda row: row[1].page):
        page = list(group)
        top = _masthead_end(page)
        masthead = {rest.text for _, rest, _ in page[:top]}
        for i, (kind, rest, whole) in enumerate(page):
            if i < top or kind == "furniture":
                result.drop_furniture(whole, "masthead" if i < top else "page furniture")
            elif kind == "rule":
                result.drop(whole, "rule or image mark")
            elif kind == "head" and (rest.text in masthead or repeated[rest.text] > 2):
                result.drop(whole, "running header")
            else:
                mark, tail = marks[whole.spans]
                for part in (mark, tail):
                    if part:
                        result.drop(part, "markup")
                if mark and mark.text.startswith("#"):
                    result.marked.add(rest.spans[0])
                result.rows.append((kind, rest))
    return result


def _masthead_end(page: list[tuple[Kind, Unit, Unit]]) -> int:
    """How many units at the head of a page are its masthead: up to the last sure furniture."""
    top = 0
    for i, (kind, _, _) in enumerate(page[:_MASTHEAD_UNITS]):
        if kind in ("body", "caption", "jump") or (kind == "byline" and i > 2):
            break
        if kind == "furniture":
            top = i + 1
    return top


def _without_controls(unit: Unit, result: Sorted) -> Unit:
    parts, at = [], 0
    for match in _CONTROL.finditer(unit.text):
        parts.append(unit.slice(at, match.start()))
        result.drop(unit.slice(*match.span()), "control character")
        at = match.end()
    if not parts:
        return unit
    parts.append(unit.slice(at, len(unit.text)))
    spans = tuple(span for part in parts for span in part.spans)
    bare = replace(unit, spans=spans, text="".join(part.text for part in parts))
    ink = bare.text.strip()
    start = bare.text.find(ink)
    return bare.slice(start, start + len(ink))


def _split_markdown(unit: Unit) -> tuple[Unit | None, Unit, Unit | None]:
    """(mark, the text that it marks, closing mark)."""
    match = _MARKDOWN.match(unit.text)
    if not match:
        return None, unit, None
    mark, rest = unit.cut(match.end())
    if mark.text.startswith("#"):
        return mark, rest, None
    bold, tail = rest.cut(len(rest.text) - 2)
    return (mark, bold, tail) if bold.text else (None, unit, None)
