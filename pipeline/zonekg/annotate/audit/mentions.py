"""Suspicious mentions: marks missed, labels at odds, the split rule."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from zonekg.annotate.audit.findings import AuditFinding, Entry
from zonekg.names import is_generic_park

__all__ = ["split_rule", "two_labels", "unmarked", "unmarked_across"]


# 国家级高新区, 各开发区: a kind of zone, not one of them
_KIND_BEFORE = re.compile(r"(?:级|各|类|个|家|座|所有|多数|其他|全国|全省|全市|其它)$")


def unmarked(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """A name that is marked in one place and bare in another of the same document."""
    for entry in entries:
        for surface in sorted({m.text for m in entry.marks if m.label != "MONEY"}):
            problem = f"{surface} is marked elsewhere in the text"
            for start, end in _bare(entry, surface):
                if not _KIND_BEFORE.search(entry.text[:start]):
                    yield entry.finding("unmarked", problem, start, end)


def _bare(entry: Entry, surface: str) -> Iterator[tuple[int, int]]:
    """(start, end) where `surface` stands outside of every mark."""
    start = entry.text.find(surface)
    while start >= 0:
        end = start + len(surface)
        if not any(m.start < end and start < m.end for m in entry.marks):
            yield start, end
        start = entry.text.find(surface, end)


def unmarked_across(entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A full name that is marked in one document and bare in another."""
    names = {
        m.text
        for entry in entries
        for m in entry.marks
        if len(m.text) >= 4 and m.label in ("ORG", "PARK") and not is_generic_park(m.text)
    }
    by_front = defaultdict(list)
    for name in sorted(names):
        by_front[name[:2]].append(name)
    for entry in entries:
        own = {m.text for m in entry.marks}
        fronts = {"".join(pair) for pair in pairwise(entry.text)} & by_front.keys()
        for name in (name for front in sorted(fronts) for name in by_front[front]):
            if name not in own:
                problem = f"{name} is marked in another document"
                for start, end in _bare(entry, name):
                    yield entry.finding("unmarked elsewhere", problem, start, end)


def two_labels(entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """One wording under two labels, in one document or over the corpus."""
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        for m in entry.marks:
            labels[m.text][m.label] += 1
    for entry in entries:
        for m in entry.marks:
            usual, _ = min(labels[m.text].items(), key=lambda row: (-row[1], row[0]))
            if m.label != usual:
                problem = f"{m.text} is {m.label} here, else {usual}"
                yield entry.finding("two labels", problem, m.start, m.end)


_TYPE_WORD = re.compile(
    r"(?:有限公司|股份公司|集团公司|分公司|公司|集团|研究院|研究所|大学(?!生)|学院|管委会|管理委员会"
    r"|高新技术产业开发区|经济技术开发区|经济开发区|高新区|经开区|开发区|综合保税区|综保区|保税区"
    r"|工业园区|工业园|产业园区|产业园|科技园|物流园|化工园区|示范区|集中区|新城)(?=[^（(]|$)"
)
_COORDINATED = re.compile("[及与和]|[（(][^）)]*$")  # 产业园及中心项目 is one name, as is a bracket
_BARE_TAIL = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d]+期[)）]?)?(?:建设|扩建|改造|配套)?(?:项目|工程)$"
)


def split_rule(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """A complete ORG or PARK name left at the front of a PROJECT, or cut off where it may not."""
    for entry in entries:
        known = {m.text for m in entry.marks if m.label in ("ORG", "PARK")}
        for before, m in zip([None, *entry.marks], entry.marks, strict=False):
            if m.label != "PROJECT" or "至" in m.text:  # a road from a park to somewhere
                continue
            for front in _TYPE_WORD.finditer(m.text):
                name, rest = m.text[: front.end()], m.text[front.end() :]
                if _COORDINATED.search(name) or _COORDINATED.match(rest):
                    continue
                if rest and not _BARE_TAIL.match(rest) and (len(name) >= 5 or name in known):
                    problem = f"{m.text} begins with the complete name {name}"
                    yield entry.finding("split rule", problem, m.start, m.end)
                    break
            if before and before.end == m.start and _BARE_TAIL.match(m.text):
                problem = f"only {m.text} is left behind {before.text}"
                yield entry.finding("split rule", problem, m.start, m.end)
