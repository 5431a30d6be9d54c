"""The rules: what the words on a project show of its status, and its dated steps.

A status is looked for in the clause of the project, then in what follows, in what stands before
in its sentence, in the news of the article, and in the text around.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg.components.project_states.cues import Cue, most_advanced
from zonekg.components.project_states.news import COUNT, News
from zonekg.components.project_states.scopes import Run, Scopes
from zonekg.components.project_states.timing import Timing
from zonekg.docs import article, groups
from zonekg.states import Event, ProjectState, rank

__all__ = ["Claim", "Rules", "Told", "project_states_of"]

_OF_ANOTHER = re.compile(r"(?<![在于到入户■])■+(?:[一二三四]期|已经?|也|同日|正式|主体)*$")
_OF_MANY = re.compile(rf"{COUNT}[^，。]{{0,14}}项目")
_WISHED = re.compile("目标|产值|收入|集群")
_APPROVED = re.compile("批|核准|立项|备案")
_BEGUN = rank("started")
_SHARED = ("signed", "started")


class Told(NamedTuple):
    """The cues on a project: here, after it, before it in the sentence, around, and further on."""

    here: list[Cue]
    after: list[Cue]
    before: list[Cue]
    around: list[Cue]
    further: list[Cue]


class Claim(NamedTuple):
    """What the rules say of a project: the cues on it, the cue that shows its status, the status.

    runs: where it is named; shown: None where no cue shows a status.
    """

    runs: list[Run]
    told: Told
    shown: Cue | None
    status: str


class Rules:
    """One doc under the rules.

    claims: by the first mention of each project, in text order.
    """

    def __init__(self, doc: Doc) -> None:
        source = article(doc)
        self.scopes = Scopes(doc)
        self.timing = Timing(self.scopes, source.date if source else "")
        self.news = News(self.timing)
        self.claims = {first: self._claim(runs) for first, runs in self._projects(groups(doc))}

    def _projects(self, first: list[int]) -> list[tuple[int, list[Run]]]:
        runs: dict[int, list[Run]] = defaultdict(list)
        for run in self.scopes.runs:
            for project in dict.fromkeys(first[mention] for mention in run.mentions):
                runs[project].append(run)
        return sorted(runs.items())

    def _claim(self, runs: list[Run]) -> Claim:
        told = Told([], [], [], [], [])
        for run in runs:
            for level, stretches in zip(told, self.scopes.levels(run), strict=True):
                for start, end in stretches:
                    cues = self.timing.cues(start, end)
                    level.extend(cue for cue in cues if not self._of_others(cue, run))
        return Claim(runs, told, *self._status(told, runs[0].start))

    def state(self, claim: Claim, status: str = "") -> ProjectState:
        """The state of a project, with the status that the rules claim or with another one."""
        shown = claim.shown if status in ("", claim.status) else None
        status = status or claim.status
        events = self._events(claim.told, shown, rank(status))
        if not any(event.status == status for event in events):
            events = (*events, *self._shared(claim, status))
        if shown is None:
            return ProjectState(status, events=events)
        return ProjectState(status, shown.start, shown.end, events)

    def _of_others(self, cue: Cue, run: Run) -> bool:
        """Whether a cue behind a run is said of another name, or of a number of projects."""
        if cue.start < run.end:
            return False
        masked, clause = self.scopes.masked, self.scopes.clause_start(cue.start, run.end)
        return bool(
            _OF_ANOTHER.search(masked, run.end, cue.start)
            or (clause > run.end and _OF_MANY.search(masked, clause, cue.start))
            or (cue.ahead and _WISHED.search(masked, clause, self.scopes.clause_end(cue.end)))
        )

    def _status(self, told: Told, offset: int) -> tuple[Cue | None, str]:
        """The cue that shows the status, and the status."""
        reached = Told(*([c for c in cues if not (c.ahead or c.faint)] for cues in told))
        if best := most_advanced(reached.here):
            shown: Cue | None = best
        else:
            shown = self._elsewhere(told, reached, offset)
        if shown is None:
            return None, "none"
        return shown, "planned" if shown.ahead else shown.status

    def _elsewhere(self, told: Told, reached: Told, offset: int) -> Cue | None:
        """The cue on a project whose own clause shows no status that it has reached."""
        foreseen = [c for c in told.here if c.ahead and not c.faint]
        planned = [c for c in foreseen or told.before if c.ahead and rank(c.status) <= _BEGUN]
        if planned:
            near = (*reached.after, *reached.before, *reached.around)
            return next((c for c in near if c.status == "signed"), planned[0])
        if best := most_advanced(reached.after) or most_advanced(reached.before):
            return best
        if any(c.status == "completed" for c in foreseen):
            return None
        if news := self.news.covering(offset):
            return news
        near_by = reached.around or [c for c in reached.further if rank(c.status) > _BEGUN]
        return near_by[-1] if near_by else self._faintly(told)

    def _faintly(self, told: Told) -> Cue | None:
        """What is built or at work by the way, or meant to be."""
        faint = [cue for cue in (*told.here, *told.after, *told.before) if cue.faint]
        for cues in (told.here, told.after, told.before):
            if best := most_advanced([cue for cue in cues if cue.faint and not cue.ahead]):
                return best
        meant = (c for c in faint if c.ahead and c.status == "under_construction")
        return next(meant, None)

    def _events(self, told: Told, shown: Cue | None, most: int) -> tuple[Event, ...]:
        """The dated steps, none of them beyond the status but those that lie ahead."""
        cues = [c for c in (*told.here, *told.after) if c.ahead or rank(c.status) <= most]
        cues += (c for c in told.before if c.ahead or rank(c.status) <= min(most, _BEGUN))
        if shown in told.around:
            cues += (c for c in told.around if c.ahead or rank(c.status) <= min(most, _BEGUN))
        if shown:
            cues.append(shown)
        events = sorted(filter(None, map(self._event, cues)), key=_in_order)
        first: dict[tuple[str, str, bool], Event] = {}
        for event in events:
            first.setdefault(event[:3], event)
        return tuple(first.values())

    def _shared(self, claim: Claim, status: str) -> Iterator[Event]:
        """The step to the status of a project that is dated once for several, above it."""
        if status not in _SHARED:
            return
        start, scopes = claim.runs[0].start, self.scopes
        opening = scopes.paragraph(start)[0]
        near = self.timing.cues(opening, start)[::-1]
        for cue in (*near, *self.timing.cues(0, min(scopes.lead_end, opening))):
            if cue.status == status and not (cue.ahead or cue.faint):
                event = self._event(cue)
                if event:
                    yield event
                    return

    def _event(self, cue: Cue) -> Event | None:
        """The step that a cue tells, None for one without a date."""
        words = self.scopes.masked[cue.start : cue.end + 1]
        if cue.faint or "投资" in words:
            return None
        if cue.status == "planned" and (cue.ahead or not _APPROVED.search(words)):
            return None
        dated = self.timing.date_of(cue) if cue.ahead else self.news.date_of(cue)
        if dated is None:
            return None
        status = "started" if "打桩" in words else cue.status
        date = dated.beside(self.timing.date, ahead=cue.ahead)
        return Event(status, date, cue.ahead, dated.start, dated.end)


def _in_order(event: Event) -> tuple[int, Event]:
    return rank(event.status), event


def project_states_of(doc: Doc) -> dict[int, ProjectState]:
    """What the rules alone say of each project of a doc, by its first mention.

    doc: with mentions and groups; dates are read against that of its article, without one against
    the first full date of the text.
    """
    rules = Rules(doc)
    return {project: rules.state(claim) for project, claim in rules.claims.items()}
