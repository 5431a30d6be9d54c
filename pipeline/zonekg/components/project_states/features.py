"""What the net sees of a project: the characters around it, and what the rules say of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from zonekg.components.project_states.cues import Cue, find_cues
from zonekg.components.project_states.rules import Claim, Rules
from zonekg.docs import groups
from zonekg.states import STATUSES, rank

__all__ = ["FACTS", "GRAMS", "ROWS", "Sample", "samples"]

Ints = NDArray[np.int32]

FACTS = 2048
"""Hashed rows for facts."""
_GRAMS = 4096
_ZONES = (
    "elsewhere", "mention", "clause before", "clause after", "before", "after", "next",
    "next but one", "previous", "before another mention", "after another mention", "title",
    "heading", "lead", "paragraph",
)  # fmt: skip
_KINDS = ("", "PROJECT", "ORG", "PARK", "MONEY")
_CUES = 4 * len(STATUSES)
_DISTANCES = 16
_FIRST = np.cumsum([1, len(_ZONES), len(_KINDS), _CUES + 1, _DISTANCES])
"""The first row of each kind of mark, and of the n-grams; row 0 is for what training hides."""
ROWS = int(_FIRST[-1]) + _GRAMS
GRAMS = 3
"""The last columns of a character are n-grams, of 1, 2 and 3 characters."""
_MOST = 320
"""Characters that the net sees of one project at most, the nearest."""
_CLAUSE = re.compile("[，,；：]")
_HEADING = 40
_MASKS = {"PROJECT": "▇", "ORG": "▲", "PARK": "◉", "MONEY": "＄"}
_DIGIT = re.compile(r"[\d０-９]")


class Sample(NamedTuple):
    """One project.

    characters: rows of the net's table, shape (characters, 7): zone, kind of mention, cue, distance
    and n-grams; facts: rows of another table, shape (facts, 1).
    """

    characters: Ints
    facts: Ints


def samples(doc: Doc, rules: Rules) -> dict[int, Sample]:
    """The sample of each project by its first mention, in text order."""
    view, first = _View(doc, rules), groups(doc)
    mentions: dict[int, list[Span]] = {}
    for i, ent in enumerate(doc.ents):
        mentions.setdefault(first[i], []).append(ent)
    order = list(rules.claims)
    out = {}
    for at, project in enumerate(order):
        told = {*_facts(rules, rules.claims[project]), *_around(rules, order, at)}
        told.add(f"mentions {min(4, len(mentions[project]))}")
        rows = [[crc32(fact.encode()) % FACTS] for fact in sorted(told)]
        out[project] = Sample(view.characters(mentions[project]), np.array(rows, dtype=np.int32))
    return out


def _mood(cue: Cue) -> str:
    return f"{'ahead' * cue.ahead}{'faint' * cue.faint}"


def _facts(rules: Rules, claim: Claim) -> Iterator[str]:
    """What the rules say of one project."""
    masked = rules.scopes.masked
    yield f"rules {claim.status}"
    level = "none" if claim.shown is None else "news"
    for name, cues in zip(claim.told._fields, claim.told, strict=True):
        if claim.shown in cues:
            level = name
        for cue in cues:
            yield f"{name} {cue.status} {_mood(cue)}"
            yield f"{name} {masked[cue.start : cue.end]} {_mood(cue)}"
        reached = [rank(cue.status) for cue in cues if not (cue.ahead or cue.faint)]
        yield f"{name} reached {max(reached, default=0)}"
    yield f"rules {claim.status} {level} {_mood(claim.shown) if claim.shown else ''}"
    news = rules.news.covering(claim.runs[0].start)
    yield f"news {news.status if news else ''}"
    yield f"row {min(4, len(claim.runs[0].mentions))}"
    yield f"place {4 * claim.runs[0].start // len(masked)}"


def _around(rules: Rules, order: list[int], at: int) -> Iterator[str]:
    """What the rules say of the article, and of the projects beside this one."""
    statuses = [rules.claims[project].status for project in order]
    for cue in rules.timing.cues(0, rules.scopes.body):
        yield f"headline {cue.status} {_mood(cue)}"
    for status in {cue.status for cue in rules.news.items}:
        yield f"any news {status}"
    yield f"plan {rules.scopes.is_plan}"
    yield f"projects {min(6, len(order))}"
    yield f"previous {statuses[at - 1] if at else ''}"
    yield f"next {statuses[at + 1] if at + 1 < len(order) else ''}"
    others = Counter(statuses[:at] + statuses[at + 1 :])
    for status, count in others.items():
        yield f"others {status} {4 * count // (len(order) - 1)}"


class _View:
    """The characters of a doc as rows of the net's table."""

    def __init__(self, doc: Doc, rules: Rules) -> None:
        self.text, self.scopes = rules.scopes.text, rules.scopes
        size = len(self.text)
        self.kinds, self.cues = np.zeros(size, dtype=int), np.zeros(size, dtype=int)
        chars = list(_DIGIT.sub("0", self.text))
        for ent in doc.ents:
            self.kinds[ent.start_char : ent.end_char] = _KINDS.index(ent.label_)
            mask = _MASKS[ent.label_]
            chars[ent.start_char : ent.end_char] = mask * (ent.end_char - ent.start_char)
        self.masked = "".join(chars)
        for cue in find_cues(self.scopes.masked, 0, size):
            code = 1 + 4 * rank(cue.status) + 2 * cue.ahead + cue.faint
            self.cues[cue.start : cue.end] = code
        self.grams = np.array(
            [
                [crc32(f"{n}{self.masked[i : i + n]}".encode()) % _GRAMS for n in (1, 2, 3)]
                for i in range(size)
            ]
        )
        self.lines = [i for i, char in enumerate(self.text) if char == "\n"]

    def characters(self, mentions: list[Span]) -> Ints:
        """The rows of the characters that may speak of a project; see `Sample`."""
        start, end = mentions[0].start_char, mentions[0].end_char
        zones = np.zeros(len(self.text), dtype=int)
        for zone, low, high in self._zones(mentions):
            part = zones[max(0, low) : max(0, high)]
            part[part == 0] = _ZONES.index(zone)
        at = np.flatnonzero(zones)
        far = np.where(at < start, start - at, np.maximum(0, at - end + 1))
        if len(at) > _MOST:
            near = np.sort(np.argsort(far, kind="stable")[:_MOST])
            at, far = at[near], far[near]
        distance = np.minimum(7, np.log2(1 + far).astype(int)) + 8 * (at >= start)
        marks = [zones[at], self.kinds[at], self.cues[at], distance]
        columns = [
            *(m + f for m, f in zip(marks, _FIRST, strict=False)),
            self.grams[at] + _FIRST[-1],
        ]
        return np.column_stack(columns).astype(np.int32)

    def _zones(self, mentions: list[Span]) -> Iterator[tuple[str, int, int]]:
        """(zone, start, end), the ones that win first."""
        start, end = mentions[0].start_char, mentions[0].end_char
        for ent in mentions:
            yield "mention", ent.start_char, ent.end_char
        first, last = self.scopes.sentence(start)
        last = max(last, end)
        commas = [m.end() for m in _CLAUSE.finditer(self.text, first, start)]
        comma = _CLAUSE.search(self.text, end, last)
        yield "clause before", max([first, *commas]), start
        yield "clause after", end, comma.end() if comma else last
        yield "before", max(first, start - 90), start
        yield "after", end, min(last, end + 120)
        for name in ("next", "next but one"):
            if last < len(self.text):
                sentence = self.scopes.sentence(last)
                yield name, sentence[0], min(sentence[1], sentence[0] + 90)
                last = sentence[1]
        if first:
            before, upto = self.scopes.sentence(first - 1)
            yield "previous", max(before, upto - 60), upto
        for ent in mentions[1:3]:
            yield "before another mention", ent.start_char - 30, ent.start_char
            yield "after another mention", ent.end_char, ent.end_char + 45
        yield "title", 0, min(_HEADING, self.scopes.paragraph(0)[1])
        yield from self._above(start)

    def _above(self, offset: int) -> Iterator[tuple[str, int, int]]:
        """The heading above a place, the first sentence of the article and of the paragraph."""
        opening = self.scopes.paragraph(offset)[0]
        above = opening
        while above > 0:
            low, high = self.scopes.paragraph(above - 1)
            line = self.masked[low:high]
            if 0 < len(line) <= _HEADING and "。" not in line and "▇" not in line:
                yield "heading", low, high
                break
            above = low
        lead = self.scopes.body
        yield "lead", lead, min(lead + 80, len(self.text))
        yield "paragraph", opening, opening + 60
