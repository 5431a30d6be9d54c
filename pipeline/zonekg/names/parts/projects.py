"""The parts of projects' names: place, capacity, product, kind and phase."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from zonekg.names.divisions import leading_places
from zonekg.names.parts.words import plain

__all__ = ["ProjectName", "phases", "project_name"]


class ProjectName(NamedTuple):
    """The parts of a project's name; what it lacks is empty.

    places: division codes of the place in front; capacity: numbers with their units, normal;
    product: the rest without kind; kind: 项目, 工程, 生产线, 基地…; phase: 一期, 二标段, A区….
    """

    places: tuple[str, ...]
    product: str
    capacity: frozenset[str]
    kind: str
    phase: frozenset[str]


_NUMBER = r"\d+(?:\.\d+)?(?:\s*[x×*]\s*\d+(?:\.\d+)?)?"
_CAPACITY = re.compile(
    rf"({_NUMBER})(?:余|多)?(万亿|百万|[百千万亿]?)(吨|台套|台|套|件|只|条|辆|片|平方米|平米|立方米|米|千瓦时|千瓦|兆瓦时|兆瓦"
    r"|mwh?|gwh?|kwh?|kv|千伏|吉瓦时|吉瓦|支|瓶|头|锭|米高|m|kt|t|个|块|亩|公里|人|标方|方)(?:/?年|/a)?"
)
_UNITS = {
    "兆瓦": "mw", "吉瓦": "gw", "吉瓦时": "gwh", "兆瓦时": "mwh", "千瓦": "kw", "千瓦时": "kwh",
    "千伏": "kv", "台套": "套", "平米": "平方米", "t": "吨",
}  # fmt: skip
_POWERS = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "百万": 10**6, "亿": 10**8, "万亿": 10**12}
_PROJECT_KIND = re.compile(
    r"(?:(?:新建|扩建|改扩建|改造|建设|产业化|一体化|示范|配套|技术改造|技改|提升)*"
    r"(?:项目|工程|生产线|产线|基地|工厂|车间|中心|平台|厂|线|园|产业园|电站|装置))+$"
)
_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "十": "10"}
_PHASE = re.compile(
    r"第?([一二三四五六七八九十]|\d{1,2})(期|标段|阶段|批次?|段(?!时))|([a-z])(?:标段|区|地块)|([东西南北])(?:片)?[区园](?=项目|工程|$)"
)


@lru_cache(maxsize=100_000)
def phases(name: str) -> frozenset[str]:
    """The phases, sections and plots that a name tells, in one form.

    >>> sorted(phases("智慧物流产业园（一期）项目")), sorted(phases("供水工程第2标段"))
    (['1期'], ['2标段'])
    """
    return frozenset(
        f"{_DIGITS.get(m[1], m[1])}{m[2]}" if m[2] else (m[3] or m[4]) + "区"
        for m in _PHASE.finditer(plain(name))
    )


@lru_cache(maxsize=100_000)
def project_name(name: str) -> ProjectName:
    """The parts of a project's name, full or short.

    >>> places, product, capacity, kind, phase = project_name("阳泉年产10GWh钠电池项目（二期）")
    >>> places, product, set(capacity), kind, set(phase)
    (('1403',), '钠电池', {'10gwh'}, '项目', {'2期'})
    """
    bare = plain(name)
    phase = phases(name)
    capacity = frozenset(_capacity(match) for match in _CAPACITY.finditer(bare))
    bare = _PHASE.sub("", _CAPACITY.sub("", bare))
    kind = found[0] if (found := _PROJECT_KIND.search(bare)) else ""
    places, at = leading_places(bare)
    product = bare[at : len(bare) - len(kind)]
    product = re.sub(r"年产|日产|(?<=.)[与和及暨、,/]", "", product)
    return ProjectName(places, product, capacity, kind, phase)


def _capacity(match: re.Match[str]) -> str:
    factors = [float(part) for part in re.split(r"[x×*]", match[1])]
    total = 1.0
    for factor in factors:
        total *= factor
    unit = _UNITS.get(match[3], match[3])
    return f"{total * _POWERS[match[2]]:.10g}{unit}"
