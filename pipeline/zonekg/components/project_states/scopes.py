"""What is said of which project: the stretches of a text that its cues are looked for in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg.docs import sentence_bounds

__all__ = ["Run", "Scopes", "Stretch"]

Stretch = tuple[int, int]

_JOINT = re.compile(
    r"(?:（[^）]{0,40}）|\([^)]{0,40}\)|[□■、，,“”\"‘’和及与以并\s]|以及|还有|一个是|一座是|公司|旗下|区|市|县|的)*"
)
_CLAUSE = re.compile("[，,；;。！？!?\n]")
_WRAP = re.compile(
    r"(?<![^\n])[^\n]{20,}[^。！？!?；;：:”」）)\n]\n(?=[^\s【（(—一二三四五六七八九十\d▲●■□第])"
)
_WRAPS = 3
_HEADLINE = 45
_ANAPHOR = re.compile(r"[其这该均都两三几]|上述|项目|工程|全部|目前|前者|后者|■")
_NEXT = re.compile("■|□+[也则还]")
_SUBJECT = re.compile("(?<![在于到入户■])■")
_PLAN = re.compile("计划|清单|安排|一览|推进项目|项目表")
_COMMAS = "，,；;：:。！？!?\n"


def _unwrapped(text: str) -> str:
    """The text with line feeds inside sentences made blanks, where it is full of such."""
    inside = [m.end() - 1 for m in _WRAP.finditer(text)]
    if len(inside) < _WRAPS:
        return text
    chars = list(text)
    for at in inside:
        chars[at] = " "
    return "".join(chars)


class Run(NamedTuple):
    """Projects named in a row (甲、乙和丙): mentions, and the place from the first to the last."""

    mentions: tuple[int, ...]
    start: int
    end: int


class Scopes:
    """The text of a doc with its names blanked out, and where the runs of projects stand."""

    def __init__(self, doc: Doc) -> None:
        chars = list(doc.text)
        for ent in doc.ents:
            blank = "■" if ent.label_ in ("PARK", "PROJECT") else "□"
            chars[ent.start_char : ent.end_char] = blank * (ent.end_char - ent.start_char)
        self.text: str = _unwrapped(doc.text)
        self.masked = _unwrapped("".join(chars))
        self.sentences = sentence_bounds(self.text)
        self._starts = [start for start, _ in self.sentences]
        self.runs = self._find_runs(doc)
        self._run_starts = [run.start for run in self.runs]

    def _find_runs(self, doc: Doc) -> list[Run]:
        runs: list[Run] = []
        for i, ent in enumerate(doc.ents):
            if ent.label_ != "PROJECT":
                continue
            if runs and _JOINT.fullmatch(self.masked, runs[-1].end, ent.start_char):
                last = runs.pop()
                runs.append(Run((*last.mentions, i), last.start, ent.end_char))
            else:
                runs.append(Run((i,), ent.start_char, ent.end_char))
        return runs

    def sentence(self, offset: int) -> Stretch:
        """The sentence that a character is in; 。！？； and line feeds end one."""
        return self.sentences[max(0, bisect_right(self._starts, offset) - 1)]

    def paragraph(self, offset: int) -> Stretch:
        """The line that a character is in."""
        end = self.text.find("\n", offset)
        return self.text.rfind("\n", 0, offset) + 1, len(self.text) if end < 0 else end

    def clause_start(self, offset: int, least: int) -> int:
        """Where the clause of a character begins, not before `least`."""
        return max(least, 1 + max(self.text.rfind(mark, least, offset) for mark in _COMMAS))

    @cached_property
    def lead_end(self) -> int:
        """Where the headlines and the first sentences of the text end."""
        body = [end for start, end in self.sentences if "。" in self.text[start:end]]
        return body[min(2, len(body) - 1)] if body else len(self.text)

    @cached_property
    def body(self) -> int:
        """Where the headlines end: the first lines without a full stop."""
        at = 0
        for line in self.text.split("\n"):
            if "。" in line or len(line) > _HEADLINE:
                return at
            at += len(line) + 1
        return 0

    @cached_property
    def is_plan(self) -> bool:
        """Whether the headlines announce a list of what is to be done."""
        return any(_PLAN.search(line) for line in self.masked.split("\n")[:2] if len(line) < 60)

    def clause_end(self, offset: int) -> int:
        """Where the clause of a character ends."""
        found = _CLAUSE.search(self.masked, offset)
        return found.start() if found else len(self.masked)

    def levels(self, run: Run) -> list[list[Stretch]]:
        """The stretches that speak of a run, the nearest first.

        The clause of the run with what follows in its sentence; what follows in its paragraph;
        what stands before in its sentence; and before that in its paragraph, back to the last run;
        the paragraph after that of the run, when it names no other project.
        """
        at = bisect_left(self._run_starts, run.start)
        first, last = self.sentence(run.start)[0], self.sentence(run.end - 1)[1]
        opening, closing = self.paragraph(run.start)[0], self.paragraph(run.end - 1)[1]
        before = self.runs[at - 1].end if at else 0
        after = self.runs[at + 1].start if at + 1 < len(self.runs) else len(self.text) + 1
        near = self._clause_of(run.start, max(first, before))
        here = last if after >= last else self._clause_of(after, run.end)
        here = after if here == run.end else here
        follow = closing if after > closing else max(here, self.sentence(after)[0])
        back = max(opening, self.sentence(before - 1)[1] if before > opening else opening)
        then = self.paragraph(closing + 1) if closing < after and closing < len(self.text) else None
        return [
            [(near, run.end), *self._own_clauses(run.end, min(here, last))],
            self._follow(run, last, follow) if here >= last else [],
            [(first, near)] if before <= first else [],
            [(back, first)] if back < first else [],
            [then] if then and then[1] < after else [],
        ]

    def _clause_of(self, offset: int, least: int) -> int:
        """Where the clause of a run begins, with clauses before it that 并 joins on."""
        start = self.clause_start(offset, least)
        previous = self.clause_start(start - 1, least) if start > least + 1 else start
        return previous if previous > least and self.text[previous] == "并" else start

    def _follow(self, run: Run, start: int, end: int) -> list[Stretch]:
        """The sentences after a run, each as far as it names no other project or park.

        After a list only those that plainly go on with it.
        """
        out = []
        while start < end:
            last = min(end, self.sentence(start)[1])
            if len(run.mentions) > 1 and not _ANAPHOR.match(self.masked, start):
                start = last
                continue
            other = _SUBJECT.search(self.masked, start, last)
            out.append((start, other.start() if other else last))
            start = last
        return out

    def _own_clauses(self, start: int, end: int) -> list[Stretch]:
        """The clauses of a stretch but those that another name begins."""
        out = []
        at = start
        for match in _CLAUSE.finditer(self.masked, start, end):
            if at == start or not _NEXT.match(self.masked, at):
                out.append((at, match.end()))
            at = match.end()
        if at < end and (at == start or not _NEXT.match(self.masked, at)):
            out.append((at, end))
        return out
