"""What an article reports of many projects at once, and of which day: 集中开工, 27个项目签约."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from zonekg.components.project_states.cues import Cue
from zonekg.components.project_states.dates import Dated, reviews
from zonekg.components.project_states.timing import Timing

__all__ = ["COUNT", "News"]

COUNT = r"[\d一二三四五六七八九十百]+(?:余|多)?个"
_BEFORE = re.compile(
    rf"(?:集中|集体|同日|齐齐?|批量|联合|云|{COUNT}[^，。]{{0,14}}项目[^，。]{{0,12}}"
    r"|[\d一二三四五六七八九十两]+[家户](?:企业|公司|客商|单位)"
    r"|[一首两]批[^，。]{0,8}项目[^，。]{0,6})$"
)
_AFTER = re.compile(rf"了?(?:重[点大])?(?:项目)?(?:仪式|活动|大会|签约会|现场会|{COUNT})")
_STATISTIC = re.compile(r"截至|截止|累计|以来")
_ALIKE = re.compile(r"同批|同日|同时|同步|同期|此次|这次|本次|当天|当日|一同|一并")
_PLAIN = ("signed", "started")
"""The statuses that a report of a day tells without saying so of each project."""
_NEAR = 500
"""Characters from the news to the last project that they cover when no headline has them."""


class News:
    """What an article reports of many projects at once, in text order."""

    def __init__(self, timing: Timing) -> None:
        self.timing, self.scopes = timing, timing.scopes
        found = [cue for cue in timing.cues(0, len(self.scopes.text)) if self._is_news(cue)]
        statuses = {(self.scopes.sentence(cue.start), cue.status) for cue in found}
        told = Counter(sentence for sentence, _ in statuses)
        # 续建12个、竣工5个 does not say of any project which it is
        self._headline = {cue.status for cue in timing.cues(0, self.scopes.body)}
        self._reviews = reviews(self.scopes.text)
        self.items = [cue for cue in found if told[self.scopes.sentence(cue.start)] == 1]

    def _is_news(self, cue: Cue) -> bool:
        if cue.ahead or cue.faint or cue.status == "planned":
            return False
        masked, start = self.scopes.masked, self.scopes.sentence(cue.start)[0]
        if _STATISTIC.search(masked, start, cue.start):
            return False
        line = self.scopes.paragraph(cue.start)[0]
        before = _BEFORE.search(masked, max(line, cue.start - 30), cue.start)
        return bool(before or _AFTER.match(masked, cue.end))

    def covering(self, offset: int) -> Cue | None:
        """The news on a project at `offset`: of its paragraph, else of the first sentences."""
        opening = self.scopes.paragraph(offset)[0]
        close = [cue for cue in self.items if opening <= cue.start < offset]
        if close:
            return close[-1]
        for cue in self.items:
            near = offset - cue.start < _NEAR or cue.status in self._headline
            if cue.start < min(offset, self.scopes.lead_end) and near:
                return cue
        return None

    def date_of(self, cue: Cue) -> Dated | None:
        """The date of a reached cue: its own, or that of the day or year that is reported of."""
        dated = self.timing.date_of(cue)
        if dated is None or (dated.span and cue in self.items):
            return self._day_of(cue) or dated or self._period_of(cue)
        return dated

    @cached_property
    def _steps(self) -> list[tuple[Cue, Dated]]:
        """What the first sentences date to a day or month; news without a date have the first."""
        days = self.timing.days(self.scopes.lead_end)
        out = []
        for cue in self.timing.cues(0, self.scopes.lead_end):
            dated = self.timing.date_of(cue)
            if dated and not dated.span and not cue.ahead:
                out.append((cue, dated))
            elif cue in self.items and days:
                out.append((cue, days[0]))
        return out

    def _day_of(self, cue: Cue) -> Dated | None:
        days = self.timing.days(self.scopes.lead_end)
        if cue.start < self.scopes.body and days:
            return days[0]
        if cue.status == "planned":  # a notice is dated in its last line
            closing = self.scopes.paragraph(len(self.scopes.text.rstrip()))[0]
            return next(
                (d for d in self.timing.days(len(self.scopes.text)) if d.start == closing), None
            )
        start = self.scopes.sentence(cue.start)[0]
        plain = cue.status in _PLAIN
        if plain or cue in self.items or _ALIKE.search(self.scopes.masked, start, cue.end):
            for step, dated in self._steps:
                if step.status == cue.status and (plain or step in self.items):
                    return dated
        return None

    def _period_of(self, cue: Cue) -> Dated | None:
        """The past year that the paragraph counts projects of, or that a heading reviews."""
        start, this_year = self.scopes.sentence(cue.start)[0], self.timing.date[:4]
        opening = self.scopes.paragraph(cue.start)[0]
        spans = [dated for dated in self.timing.dates if opening <= dated.start < start]
        if spans and spans[-1].span and spans[-1].date[:4] < this_year:
            end = self.scopes.sentence(spans[-1].start)[1]
            if "项目" in self.scopes.masked[spans[-1].end : end]:
                return spans[-1]
        reviewed = [dated for dated in self._reviews if dated.start < cue.start]
        return reviewed[-1] if reviewed and reviewed[-1].date < this_year else None
