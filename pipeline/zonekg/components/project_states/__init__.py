"""How far projects have got, and when: the status of each and its dated steps, by rules.

``dates`` reads date words, ``cues`` the words that show a status, ``scopes`` tells which stretch
of the text speaks of which project; here they meet.
"""

from __future__ import annotations

import re
from functools import cached_property
from collections import defaultdict

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.components.project_states.cues import Cue, find_cues, most_advanced
from zonekg.components.project_states.dates import Dated, find_dates, published, reviews
from zonekg.components.project_states.scopes import Run, Scopes
from zonekg.docs import article, groups, set_project_states
from zonekg.states import Event, ProjectState, rank

__all__ = ["make_project_states", "project_states_of"]

_COUNT = r"(?:\d|[一二三四五六七八九十百])+(?:余|多)?个"
_TOGETHER_BEFORE = re.compile(
    rf"(?:集中|集体|同日|齐齐?|批量|联合|云|{_COUNT}[^，。]{{0,14}}项目[^，。]{{0,12}}|[一首两]批[^，。]{{0,8}}项目[^，。]{{0,6}})$"
)
_TOGETHER_AFTER = re.compile(rf"(?:了)?(?:重[点大])?(?:项目)?(?:仪式|活动|大会|签约会|现场会|{_COUNT}|{_COUNT}项目)")
_ALIKE = re.compile(r"同批|同日|同时|同步|同期|此次|这次|本次|当天|当日|一同|一并")
_NOW = re.compile(r"目前|正在|现|眼下|如今|仍|还在")
_HEARD = re.compile(r"公布|通报|发布|获悉|介绍|了解到|看到|走访")
_STATISTIC = re.compile(r"截至|截止|累计|以来")
_OF_ANOTHER = re.compile(r"(?<![在于到入户■])■+(?:[一二三四]期|已经?|也|同日|正式|主体)*$")
_NOT_SIGNED = re.compile("谈|谋划|储备|策划|拟")
_COUNTED = re.compile(rf"{_COUNT}[^，。]{{0,14}}项目")
_WISHED = re.compile("目标|产值|收入|集群")
_APPROVED = re.compile(r"批|核准|立项|备案")
_NEAR = 500
"""Characters from the news to the last project that they surely cover."""


class _Reader:
    """One doc under the rules."""

    def __init__(self, doc: Doc) -> None:
        source = article(doc)
        self.scopes = Scopes(doc)
        self.date = published(doc.text, source.date if source else "")
        self.dates = find_dates(self.scopes.masked, self.date)
        news = [cue for cue in self._cues(0, len(doc.text)) if self._is_news(cue)]
        told: dict[int, set[str]] = defaultdict(set)
        for cue in news:
            told[self.scopes.sentence(cue.start)[0]].add(cue.status)
        # 续建12个、竣工5个 tells of no project which it is
        self.news = [cue for cue in news if len(told[self.scopes.sentence(cue.start)[0]]) == 1]

    # -- cues and their dates

    def _cues(self, start: int, end: int) -> list[Cue]:
        """The cues of a stretch; one whose date lies ahead of the article is only foreseen."""
        out = []
        for cue in find_cues(self.scopes.masked, start, end):
            dated = None if cue.faint else self._own_date(cue)
            out.append(cue._replace(ahead=True) if dated and self._lies_ahead(dated, cue) else cue)
        return out

    def _own_date(self, cue: Cue) -> Dated | None:
        """The date that stands with a cue: the last before it in its sentence, or right behind."""
        start, _ = self.scopes.sentence(cue.start)
        before = [d for d in self.dates if start <= d.start and d.end <= cue.end]
        for dated in self.dates:
            link = self.scopes.masked[cue.end : dated.start]
            if 0 <= dated.start - cue.end <= 4 and re.fullmatch(r"(?:时间|定)?(?:[在于为是：])?", link):
                return dated
        if not before:
            return None
        best, masked = before[-1], self.scopes.masked
        between = find_cues(masked, best.end, cue.start)
        if not best.span and any(not c.faint and c.status != cue.status for c in between):
            return None
        clause = masked[self.scopes.clause_start(cue.start, start) : cue.end]
        if best.end <= cue.end - len(clause):  # told in an earlier clause
            if _NOW.search(clause) or _HEARD.search(masked, best.end, cue.start):
                return None
        return best

    def _lies_ahead(self, dated: Dated, cue: Cue) -> bool:
        """Whether a date is after the article's, as far as both are known."""
        if dated.words.endswith(("底", "年内", "末")) and dated.date == self.date[:4]:
            return not re.search("[已了曾]", self.scopes.masked[dated.end : cue.end + 1])
        month, there = dated.date[5:7], self.date[5:7]
        sentence = slice(*self.scopes.sentence(cue.start))
        meant = self.scopes.is_plan or re.search("正在|届时|计划", self.scopes.masked[sentence])
        if dated.bare and not there and not dated.span and meant:
            return not re.search("[已了曾]", self.scopes.masked[dated.end : cue.end + 1])
        if dated.bare and month.isdigit() and there in ("01", "02") and month >= "10":
            return False
        size = min(len(self.date), len(dated.date))
        return dated.date[:size].replace("Q", "").replace("H", "") > self.date[:size] if size == 4 or not dated.span else False

    def _is_news(self, cue: Cue) -> bool:
        """Whether a cue is said of many projects at once."""
        if cue.ahead or cue.faint or cue.status == "planned":
            return False
        line = self.scopes.paragraph(cue.start)
        masked = self.scopes.masked
        if _STATISTIC.search(masked, self.scopes.sentence(cue.start)[0], cue.start):
            return False
        return bool(
            _TOGETHER_BEFORE.search(masked, max(line[0], cue.start - 30), cue.start)
            or _TOGETHER_AFTER.match(masked, cue.end)
        )

    @cached_property
    def steps(self) -> list[tuple[Cue, Dated]]:
        """The steps that the first lines report of a day; news without a day have the first day."""
        lead = self._cues(0, self.scopes.lead_end)
        days = [d for d in self.dates if len(d.date) == 10 and d.end <= self.scopes.lead_end]
        out = []
        for cue in lead:
            dated = self._own_date(cue)
            if dated and not dated.span and not cue.ahead:
                out.append((cue, dated))
            elif cue in self.news and days:
                out.append((cue, days[0]))
        return out

    # -- what is told of a project

    def state(self, runs: list[Run]) -> ProjectState:
        """The state of the project that these runs name."""
        levels: list[list[Cue]] = [[] for _ in range(5)]
        for run in runs:
            for cues, stretches in zip(levels, self.scopes.levels(run), strict=True):
                for start, end in stretches:
                    cues += (c for c in self._cues(start, end) if not self._of_others(c, run))
        told, shared = self._told(levels, runs)
        if told in levels[3]:
            levels[2] += levels[3]
        most = rank(told.status) if told else 0
        events = {
            e
            for level, cues in enumerate(levels[:3])
            for cue in cues
            if cue is told or cue.ahead or (rank(cue.status) <= most and (level < 2 or rank(cue.status) <= 3))
            if (e := self._event(cue, cue is told))
        }
        if shared and told and (event := self._event(told, True)):
            events.add(event)
        order = sorted(events, key=lambda e: (rank(e.status), e.date, e))
        unique = {(e.status, e.date, e.planned): e for e in reversed(order)}
        if told is None:
            return ProjectState(events=tuple(sorted(unique.values(), key=order.index)))
        return ProjectState(told.status, told.start, told.end, tuple(sorted(unique.values(), key=order.index)))

    def _of_others(self, cue: Cue, run: Run) -> bool:
        """Whether a cue behind a run is said of another name, or of a number of projects."""
        masked = self.scopes.masked
        if cue.start < run.end:
            return False
        clause = self.scopes.clause_start(cue.start, run.end)
        return bool(
            _OF_ANOTHER.search(masked, run.end, cue.start)
            or _COUNTED.search(masked, clause, cue.start)
            or (cue.ahead and _WISHED.search(masked, clause, self.scopes.clause_end(cue.end)))
        )

    def _told(self, levels: list[list[Cue]], runs: list[Run]) -> tuple[Cue | None, bool]:
        """The cue that shows the status, and whether it is said of many projects at once."""
        reached = [[c for c in cues if not (c.ahead or c.faint)] for cues in levels]
        foreseen = [c for c in levels[0] if c.ahead and not c.faint]
        meant = [c for c in levels[2] if c.ahead and not c.faint and not foreseen]
        starts = [c for c in (*foreseen, *meant) if c.status in ("planned", "signed", "started")]
        if best := most_advanced(reached[0]):
            if best.status == "planned" and (more := most_advanced(reached[2])):
                best = more if more.status == "signed" else best
            if best.status == "planned" and not _NOT_SIGNED.search(self.scopes.masked, best.start, best.end):
                news = self._news_for(runs)
                if news and news.status == "signed":
                    return news, True
            return best, False
        if starts:
            signed = [c for cues in reached[1:4] for c in cues if c.status == "signed"]
            return (signed[0] if signed else starts[0]._replace(status="planned")), False
        for cues in reached[1:3]:
            if best := most_advanced(cues):
                return best, False
        if any(c.status == "completed" for c in foreseen):
            return None, False
        if news := self._news_for(runs):
            return news, True
        for cues in reached[3:]:
            if cues and (cues is reached[3] or rank(cues[-1].status) > rank("started")):
                return cues[-1], False
        faint = [c for cues in levels[:2] for c in cues if c.faint]
        if best := most_advanced([c for c in faint if not c.ahead]):
            return best, False
        meant = [c for c in faint if c.status == "under_construction"]
        return (meant[0]._replace(status="planned") if meant else None), False

    def _news_for(self, runs: list[Run]) -> Cue | None:
        """The news that covers a project: of its paragraph, else of the first lines."""
        here = self.scopes.paragraph(runs[0].start)[0]
        close = [cue for cue in self.news if here <= cue.start < runs[0].start]
        lead = [
            cue
            for cue in self.news
            if cue.start < self.scopes.lead_end
            and (runs[0].start - cue.start < _NEAR or self._in_headline(cue.status))
        ]
        return close[-1] if close else lead[0] if lead else None

    def _in_headline(self, status: str) -> bool:
        return any(cue.status == status for cue in self._cues(0, self.scopes.body))

    # -- its steps

    def _event(self, cue: Cue, told: bool) -> Event | None:
        if cue.faint or "投资" in self.scopes.masked[cue.start : cue.end] or (cue.status == "planned" and (cue.ahead or not _APPROVED.search(self.scopes.masked[cue.start:cue.end]))):
            return None
        dated = self._own_date(cue)
        if not cue.ahead and (dated is None or (dated.span and cue in self.news)):
            dated = self._shared_date(cue) or dated
        if dated is None:
            return None
        status = "started" if "打桩" in self.scopes.masked[cue.start : cue.end + 2] else cue.status
        return Event(status, dated.beside(self.date, ahead=cue.ahead), cue.ahead, dated.start, dated.end)

    def _shared_date(self, cue: Cue) -> Dated | None:
        """The date of the day that the article reports, or of the period that a paragraph does."""
        masked = self.scopes.masked
        days = [d for d in self.dates if len(d.date) == 10 and d.end <= self.scopes.lead_end]
        start, _ = self.scopes.sentence(cue.start)
        if cue.start < self.scopes.body and days:
            return days[0]
        closing = self.scopes.paragraph(len(masked.rstrip()))[0]
        signed = [d for d in self.dates if d.start == closing and len(d.date) == 10]
        if cue.status == "planned" and signed:  # a notice is dated at its end
            return signed[0]
        alike = _ALIKE.search(masked, start, cue.end) or cue.status in ("signed", "started")
        if alike or cue in self.news:
            plain = cue.status in ("signed", "started")
            lead = [d for c, d in self.steps if c.status == cue.status and (plain or c in self.news)]
            if lead:
                return lead[0]
        opening = self.scopes.paragraph(cue.start)[0]
        spans = [d for d in self.dates if opening <= d.start < start]
        if spans and spans[-1].span and spans[-1].date[:4] < self.date[:4]:
            if "项目" in masked[spans[-1].end : self.scopes.sentence(spans[-1].start)[1]]:
                return spans[-1]
        reviewed = [d for d in reviews(self.scopes.text) if d.start < cue.start]
        return reviewed[-1] if reviewed and reviewed[-1].date < self.date[:4] else None


def project_states_of(doc: Doc) -> dict[int, ProjectState]:
    """The state of each project of a doc with mentions and groups, by its first mention."""
    reader = _Reader(doc)
    first = groups(doc)
    runs: dict[int, list[Run]] = defaultdict(list)
    for run in reader.scopes.runs:
        for mention in run.mentions:
            if run not in runs[first[mention]]:
                runs[first[mention]].append(run)
    return {project: reader.state(found) for project, found in sorted(runs.items())}


@Language.component("zonekg_project_states", requires=["doc.ents"])
def make_project_states(doc: Doc) -> Doc:
    """Give every project of a doc its state; without its article's date, only full dates count."""
    set_project_states(doc, project_states_of(doc))
    return doc
