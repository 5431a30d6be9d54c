"""Units to articles: headlines opened, paragraphs joined across what cut them, the rest listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from zonekg.articles import BlockKind, Page
from zonekg.ingest import kinds
from zonekg.ingest.bylines import trailing_byline
from zonekg.ingest.drafts import Draft
from zonekg.ingest.furniture import Row, sort_units
from zonekg.ingest.lines import Unit
from zonekg.ingest.seams import seam_score

__all__ = ["page_to_articles"]

_SUBHEAD = re.compile(
    r"[一二三四五六七八九十]+、|[●◆■▶◎★]|[（(][一二三四五六七八九十]+[）)]|【.+】$"
)
_SUBTITLE = ("——", "──", "--")
_SURE, _LIKELY = 3, 1  # seam scores
_AHEAD = 40  # units that a cut paragraph may wait for its other half
_OPEN = 6  # articles that may be open at a time
_LIST_LINES = 4  # headlines have fewer lines


def page_to_articles(text: str, source: str, encoding: str) -> Page:
    """Make the articles of one file's text (see `Page`)."""
    return _Assembler(text, source).run(encoding)


class _Assembler:
    """Walks over the units of a file, holding every draft whose last sentence is still open."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.sorted = sort_units(text)
        self.rows = _settle_captions(self.sorted.rows)
        self.drafts: list[Draft] = []
        self.open: list[Draft] = []  # those that may go on later on the page
        self.current: Draft | None = None
        self.group: list[Row] = []
        self.new_page = False

    def run(self, encoding: str) -> Page:
        for i, (kind, unit) in enumerate(self.rows):
            if i and unit.page != self.rows[i - 1][1].page:
                self.new_page = True
            self.take(kind, unit, self.rows[i + 1 : i + 1 + _AHEAD])
        self.finish()
        drafts = [draft for draft in self.drafts if draft.flow or draft.heads or draft.captions]
        articles = sorted(
            (draft.article(self.source, self.sorted.date) for draft in drafts),
            key=lambda article: min(piece.file_start for piece in article.pieces),
        )
        dropped = sorted(self.sorted.dropped)
        return Page(self.source, encoding, tuple(articles), tuple(dropped))

    # -- the walk

    def take(self, kind: kinds.Kind, unit: Unit, ahead: Sequence[Row]) -> None:
        if kind == "head" and self.is_text(unit, ahead):
            kind = "body"
        if kind in ("head", "note"):
            self.group.append((kind, unit))
        elif kind == "byline":
            self.byline(unit)
        elif kind in ("caption", "credit"):
            (self.current or self.open_article()).captions.append(unit)
        elif kind == "jump":
            self.jump(unit)
        else:
            self.body(unit)

    def is_text(self, unit: Unit, ahead: Sequence[Row]) -> bool:
        """Whether a short line without a stop is a piece of a paragraph, or a list's row."""
        if unit.spans[0] in self.sorted.marked:
            return False
        if not (self.group and len(self.group) > 1) and _goes_on(unit, ahead):
            return True
        open_end = self.current.open_end() if self.current else None
        if open_end and not self.group and not (unit.indent and unit.indented_page):
            later = (u for kind, u in ahead if kind == "body" and not kinds.dateline(u.text))
            best = max((seam_score(open_end.text, u.text) for u in later), default=0)
            pair = bool(ahead) and ahead[0][0] == "head"  # two short lines are a headline
            return seam_score(open_end.text, unit.text) >= max(_SURE + 2 * pair, best + 1)
        if self.group or not self.current or not self.current.flow or self.current.ended:
            return False
        before = self.current.flow[-1][1].text
        after = ahead[0][1].text if ahead else ""
        if not kinds.is_row(unit.text):
            return False
        return kinds.is_row(before) or kinds.is_row(after) or before.endswith(("：", ":"))

    def byline(self, unit: Unit) -> None:
        if len(self.group) >= _LIST_LINES and self.current and not self.current.ended:
            self.take_rows(self.current)
        if self.group and not (self.current and self.current.open_end()):
            self.group.append(("byline", unit))  # under the headline
            return
        draft = self.current or self.open_article()
        draft.flow.append(("byline", unit))
        draft.ended = any(kind == "body" for kind, _ in draft.flow)

    def jump(self, unit: Unit) -> None:
        target = kinds.jump_target(unit.text)
        assert target is not None
        way, page, _ = target
        if way == "from":
            draft = self.open_article()
            draft.continued_from = page
        else:
            draft = self.current or self.open_article()
            draft.continued_on, draft.ended = page, True
        draft.flow.append(("jump", unit))

    def body(self, unit: Unit) -> None:
        after_end = self.current is not None and self.current.ended and not self.group
        if after_end and kinds.is_row(unit.text) and not unit.complete:
            self.sorted.drop_furniture(unit, "page furniture")
            return
        page, at = kinds.leading_jump(unit.text)
        if page:
            jump, unit = unit.cut(at)
            self.jump(jump)
        draft = self.continued_draft(unit)
        if draft:
            for _, head in self.group:
                self.sorted.drop(head, "headline without an article")
            self.group = []
            self.current = draft
            unit = draft.flow.pop()[1].join(unit)
        else:
            draft = self.draft_for(unit)
        self.new_page = False
        self.add_body(draft, unit)

    def draft_for(self, unit: Unit) -> Draft:
        """The draft that a new paragraph belongs to; takes in the waiting headlines."""
        if self.opens_article(unit):
            return self.open_article()
        if self.current is None or (self.current.ended and not self.group):
            # an article that another one interrupted goes on
            waiting = [d for d in self.open if not d.ended and d.flow]
            if not waiting or kinds.dateline(unit.text):
                return self.open_article()
            self.current = waiting[-1]
        draft = self.current
        if len(self.group) >= _LIST_LINES:
            self.take_rows(draft)
        for kind, head in self.group:
            draft.flow.append(("note" if kind == "note" else "subhead", head))
        self.group = []
        return draft

    def take_rows(self, draft: Draft) -> None:
        """Short lines that are the rows of a list, a table or a poem."""
        draft.flow += [("body", unit) for _, unit in self.group]
        draft.closed_row = True
        self.group = []

    def add_body(self, draft: Draft, unit: Unit) -> None:
        target = kinds.jump_target(unit.text)
        jump: Unit | None = None
        if target and target[0] == "on":
            unit, jump = unit.cut(target[2])
        at = trailing_byline(unit.text)
        body, byline = unit.cut(at) if at < len(unit.text) else (unit, None)
        if body.text:
            draft.flow.append(("body", body))
        draft.closed_row = kinds.is_row(body.text) and not body.complete
        if byline:
            draft.flow.append(("byline", byline))
            draft.ended = True
        if jump:
            self.jump(jump)

    def continued_draft(self, unit: Unit) -> Draft | None:
        """The draft whose open paragraph this unit goes on with."""
        if kinds.dateline(unit.text):
            return None
        indented = unit.indent and unit.indented_page
        candidates = [self.current] if self.current else []
        self.open = [draft for draft in self.open if not draft.ended][-_OPEN:]
        candidates += [draft for draft in reversed(self.open) if draft is not self.current]
        for draft in candidates:
            open_end = draft.open_end()
            if open_end is None:
                continue
            if draft is self.current and not self.group:
                needed = _LIKELY if indented else -9
            elif self.group:
                needed = _SURE if self.opens_article(unit) else 0
            else:  # the article between may go on as well
                needed = 0 if self.current is None or self.current.ended else _LIKELY + 1
            if seam_score(open_end.text, unit.text) >= needed + (indented and needed > -9):
                return draft
        return None

    def opens_article(self, unit: Unit) -> bool:
        """Whether the headlines before this paragraph are those of a new article."""
        if kinds.dateline(unit.text):
            return True
        if not self.group:
            return False
        if self.current is None or self.current.ended or self.new_page:
            return True
        heads = [head for kind, head in self.group if kind == "head"]
        if (
            any(kind == "byline" for kind, _ in self.group)
            or any(head.spans[0] in self.sorted.marked for head in heads)
            or any(head.text.startswith(_SUBTITLE) for head in heads)
            or (self.current.open_end() and heads)  # no sub-head stands within a sentence
        ):
            return True
        return 1 < len([h for h in heads if not _SUBHEAD.match(h.text)]) < _LIST_LINES

    def open_article(self) -> Draft:
        """A new draft under the waiting headlines, now the current one."""
        draft = Draft()
        marked = [i for i, (_, u) in enumerate(self.group) if u.spans[0] in self.sorted.marked]
        for i, (kind, unit) in enumerate(self.group):
            block: BlockKind = "title"
            if kind in ("note", "byline"):
                block = "note" if kind == "note" else "byline"
            elif marked and i < marked[0]:
                block = "kicker"
            elif unit.text.startswith(_SUBTITLE) or (marked and i not in marked):
                block = "subtitle"
            draft.heads.append((block, unit))
        self.group = []
        self.new_page = False
        self.drafts.append(draft)
        self.open.append(draft)
        self.current = draft
        return draft

    def finish(self) -> None:
        """Headlines that no text follows: rows of the last article, or a piece by themselves."""
        if self.group and self.current and not self.current.ended:
            self.take_rows(self.current)
        elif len(self.group) == 1 and self.current:
            self.sorted.drop_furniture(self.group.pop()[1], "headline without an article")
        elif self.group:
            self.open_article()


def _goes_on(unit: Unit, ahead: Sequence[Row]) -> bool:
    """Whether a line is the first piece of a paragraph that the next text goes on with."""
    after = next((row for row in ahead if row[0] not in ("caption", "credit")), None)
    if after is None or after[0] not in ("body", "head") or kinds.dateline(after[1].text):
        return False
    if after[1].indent and after[1].indented_page:
        return False
    return not unit.complete and seam_score(unit.text, after[1].text) >= _SURE


def _settle_captions(rows: list[Row]) -> list[Row]:
    """Join a credit line to the caption before it: one short sentence that stands alone."""
    out: list[Row] = []
    for kind, unit in rows:
        if kind == "credit" and out:
            before, last = out[-1]
            sentences = len(re.findall(r"[。！？]", last.text))
            short = len(last.text) <= 120 and sentences <= 2 and not kinds.dateline(last.text)
            if before in ("body", "head", "caption") and short:
                spans = (*last.spans, (last.after, last.after + 1), *unit.spans)
                text = f"{last.text} {unit.text}"
                out[-1] = ("caption", replace(last, spans=spans, text=text, after=unit.after))
                continue
        out.append((kind, unit))
    return out
