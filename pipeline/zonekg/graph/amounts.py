"""Amounts that articles tell of one thing: in order, in words, and which of them disagree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

__all__ = ["Telling", "agree", "amount_text", "basis", "one_range", "tellings"]

_BOUNDS = {"about": "约", "over": "超", "under": "近", "upto": "至多"}
_SPANS = {  # what the words around an amount leave open, as shares of it
    "exact": ("1", "1"), "about": ("0.9", "1.1"), "over": ("1", "2"), "under": ("0.8", "1"),
    "upto": ("0", "1"),
}  # fmt: skip
_ROUNDING = Decimal("0.01")

_NUMERAL = "[0-9一二三四五六七八九十百两]"
# an amount told before this one, or the end of a sentence, ends what was said of it
_BREAK = re.compile(r"[。!?;\n]|\.{3}|[0-9.,]+余?[十百千万亿]+(?:[美欧港日]?元)?")
_PARTS = re.compile(rf"其中|(?:{_NUMERAL}|首)期|固定资产|设备|土建|流动资金|基础设施|追加|累计")
_COUNTS = re.compile(rf"{_NUMERAL}+(?=余?[个项家](?!月))")
_GROUPS = re.compile("签约|开工|投产|竣工|谋划|储备|在建|续建|新建|落地|引进|入库|省级|市级|重点")
_SPAN = re.compile(
    rf"第?{_NUMERAL}季度|[上下]半年|(?:前{_NUMERAL}+个?月)|{_NUMERAL}+(?:[-至到—]{_NUMERAL}+)?月"
)
_YEAR = re.compile(r"(20[0-9]{2})年|([今本去上明])年|年内")
_SHIFT = {"今": 0, "本": 0, "去": -1, "上": -1, "明": 1}
_YEARLY = re.compile("达产|投产后|建成后|满产|达效|投运后|运营后")


class Telling(NamedTuple):
    """One amount that one article tells of a thing.

    date: of the article, empty where it has none. low: in whole units of the currency. article:
    its id. row: the amount as `zonekg.graph.build` keeps it.
    """

    date: str
    low: Decimal
    article: str
    row: Mapping[str, Any]


def tellings(seen: Mapping[str, Any], articles: Mapping[str, Any], relation: str) -> list[Telling]:
    """All amounts of one kind, the oldest first and of one article the smallest first.

    The last one of a currency is what the flat graph shows: the newest article's largest.
    """
    found = (
        Telling(articles[key]["date"], Decimal(row["low"]), key, row)
        for key in seen
        for row in seen[key]["amounts"]
        if row["relation"] == relation
    )
    return sorted(found, key=lambda telling: telling[:3])


def amount_text(row: Mapping[str, Any]) -> str:
    """An amount in the words of its article, with the bound that stands before it.

    >>> [amount_text({"bound": "over", "text": text}) for text in ("9亿元", "10余亿元")]
    ['超9亿元', '10余亿元']
    """
    text: str = row["text"]
    if row["bound"] == "over" and re.search("[余多来几数上]", text):
        return text
    return _BOUNDS.get(row["bound"], "") + text


def agree(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two amounts can be one: the spans that their words leave open meet.

    An amount is taken as rounded to 1%; 约 leaves 10% to both sides, 近 and 不足 20% below, 超 and
    以上 up to twice the amount, 至多 anything below. Amounts of two currencies are not compared
    and so agree.

    >>> five = {"low": "500000000", "high": "500000000", "currency": "CNY", "bound": "over"}
    >>> six = five | {"low": "600000000", "high": "600000000", "bound": "exact"}
    >>> agree(five, six), agree(five | {"bound": "exact"}, six)
    (True, False)
    """
    if a["currency"] != b["currency"]:
        return True
    (low_a, high_a), (low_b, high_b) = _span(a), _span(b)
    return low_a <= high_b and low_b <= high_a


def _span(row: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    low, high = (Decimal(share) for share in _SPANS[row["bound"]])
    return (
        Decimal(row["low"]) * low * (1 - _ROUNDING),
        Decimal(row["high"]) * high * (1 + _ROUNDING),
    )


def one_range(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two amounts are the ends of one range in their sentence: 5亿元至6亿元."""
    low, high = sorted((a, b), key=lambda row: Decimal(row["low"]))
    ends = re.escape(low["text"]) + r"\s*[至到\-—–~～]+\s*" + re.escape(high["text"])
    return re.search(ends, low["sentence"]) is not None


def basis(telling: Telling, entity_type: str, names: Iterable[str]) -> tuple[str, ...] | None:
    """What an amount is told of, as far as its sentence shows; only amounts of one basis compare.

    None where the sentence does not show it:

    - the total investment of a project is that of the whole or of a part (其中, 一期, 设备);
    - that of a park or an organisation is a sum over several projects of a year, and one with the
      number of projects only (项目65个，总投资332亿元);
    - other amounts belong to a year, or to a year of full production (达产后).

    names: the names of the thing, whose words say nothing of the amount.
    """
    clause = _clause(telling.row, names)
    parts = tuple(sorted(set(_PARTS.findall(clause))))
    total = telling.row["relation"] == "TOTAL_INVESTMENT"
    if total and entity_type == "PROJECT":
        return parts
    period = _period(clause, telling.date)
    counts = tuple(_COUNTS.findall(clause))
    if not (counts if total else period):
        return None
    period = period or (telling.date[:4],)
    groups = sorted(set(_GROUPS.findall(clause)))
    return ("part", *parts, "period", *period, "count", *counts, "group", *groups)


def _clause(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """What the sentence says right before the amount."""
    sentence: str = row["sentence"]
    before = sentence[: max(sentence.find(row["text"]), 0)]
    for name in sorted(names, key=len, reverse=True):
        before = before.replace(name, "")
    return _BREAK.split(unicodedata.normalize("NFKC", before))[-1]


def _period(clause: str, date: str) -> tuple[str, ...]:
    """The year that a clause names and the span in it; empty for none."""
    if _YEARLY.search(clause):
        return ("full production",)
    years = list(_YEAR.finditer(clause))
    if not years:
        return ()
    year, shift = years[-1][1], _SHIFT.get(years[-1][2] or "今", 0)
    if year is None:
        if not date:
            return ()
        year = str(int(date[:4]) + shift)
    return (year, *_SPAN.findall(clause))
