"""Which date stands with which cue, and which of both lie ahead of the article."""

from __future__ import annotations

import re
from bisect import bisect_left

from zonekg.components.project_states.cues import Cue, find_cues
from zonekg.components.project_states.dates import Dated, find_dates, published
from zonekg.components.project_states.scopes import Scopes

__all__ = ["Timing"]

_BEHIND = re.compile(r"(?:时间|定)?[在于为是：]?")  # 点火定在明年5月
_BEHIND_MOST = 4
_NOW = re.compile(r"目前|正在|现|眼下|如今|仍|还在")
_HEARD = re.compile(r"公布|通报|发布|获悉|介绍|了解到|看到|走访")
_MESSAGE = re.compile(r"[^，。\n]{0,8}(?:公布|发布|通报|获悉|介绍)")
_MEANT = re.compile(r"正在|届时|计划")
_DONE = re.compile(r"[已了曾]")
_OPEN = ("底", "年内", "末")
"""What a date of this year may end with that is not over yet."""


class Timing:
    """The dates of an article and of the cues in it.

    date: of the article, ISO and as exact as it is known; dates: all of the text, in its order.
    """

    def __init__(self, scopes: Scopes, known: str) -> None:
        self.scopes = scopes
        self.date = published(scopes.text, known)
        self.dates = find_dates(scopes.masked, self.date)
        self._starts = [dated.start for dated in self.dates]

    def cues(self, start: int, end: int) -> list[Cue]:
        """The cues of a stretch; one whose date lies ahead of the article is only foreseen."""
        out = []
        for cue in find_cues(self.scopes.masked, start, end):
            dated = None if cue.faint else self.date_of(cue)
            ahead = cue.ahead or (dated is not None and self._lies_ahead(dated, cue))
            out.append(cue._replace(ahead=ahead))
        return out

    def date_of(self, cue: Cue) -> Dated | None:
        """The date that stands with a cue: right behind it, or the last before in its sentence.

        Another cue between both has taken it, unless it names a year or so.
        """
        start, masked = self.scopes.sentence(cue.start)[0], self.scopes.masked
        before = None
        for dated in self.dates[bisect_left(self._starts, start) :]:
            if dated.start > cue.end + _BEHIND_MOST:
                break
            if dated.end <= cue.end:
                before = dated
            elif _BEHIND.fullmatch(masked, cue.end, dated.start):
                return dated
        if before is None:
            return None
        between = find_cues(masked, before.end, cue.start)
        if not before.span and any(not c.faint and c.status != cue.status for c in between):
            return None
        clause = self.scopes.clause_start(cue.start, start)
        if before.end <= clause and (
            _NOW.search(masked, clause, cue.end) or _HEARD.search(masked, before.end, cue.start)
        ):
            return None
        return before

    def days(self, end: int) -> list[Dated]:
        """The full dates that the text names before `end`, without those of a mere message."""
        return [
            dated
            for dated in self.dates
            if len(dated.date) == 10
            and dated.end <= end
            and not _MESSAGE.match(self.scopes.masked, dated.end)
        ]

    def _lies_ahead(self, dated: Dated, cue: Cue) -> bool:
        """Whether a date is after the article's, as far as both are known."""
        done = _DONE.search(self.scopes.masked, dated.end, cue.end + 1)
        if dated.date == self.date[:4] and dated.words.endswith(_OPEN):
            return not done
        if dated.span:
            return dated.date[:4] > self.date[:4]
        month = self.date[5:7]
        if dated.bare and not month:  # 6月投用 in a table of plans
            start, end = self.scopes.sentence(cue.start)
            meant = self.scopes.is_plan or _MEANT.search(self.scopes.masked, start, end)
            return bool(meant) and not done
        if dated.bare and month < "03" and dated.date[5:7] > "09":
            return False
        size = min(len(self.date), len(dated.date))
        return dated.date[:size] > self.date[:size]
