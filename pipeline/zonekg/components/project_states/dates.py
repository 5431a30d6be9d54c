"""Date words of Chinese news as ISO dates, against the date of the article.

No library: dateparser reads next to none of these words; jionlp brings 16 MB, a word cutter and a
print at import, and neither finds them in running text nor keeps a date as partial as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from zonekg.docs import sentence_bounds

__all__ = ["Dated", "find_dates", "published", "reviews"]

_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_DIGITS = {char: i for i, char in enumerate("〇一二三四五六七八九")}
_DIGITS |= {"零": 0, "○": 0, "Ｏ": 0, "两": 2}
_YEARS = {"前年": -2, "去年": -1, "上年": -1, "过去的一年": -1, "过去一年": -1, "今年": 0,
          "本年": 0, "明年": 1, "来年": 1, "后年": 2}  # fmt: skip
_MONTHS = {"上个月": -1, "上月": -1, "本月": 0, "这个月": 0, "下个月": 1, "下月": 1, "上周": 0,
           "这周": 0, "本周": 0, "下周": 0, "月初": 0, "月中": 0, "月底": 0, "月末": 0}  # fmt: skip
_DAYS = {"前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1}
_SAME_DAY = {"当天": 0, "当日": 0, "同日": 0, "同一天": 0, "次日": 1, "第二天": 1}
_FEASTS = {"元旦": (1, 1), "春节": (1, 0), "五一": (5, 1), "劳动节": (5, 1), "七一": (7, 1),
           "国庆": (10, 1), "国庆节": (10, 1)}  # fmt: skip
_PLANS = {"十一五": 2010, "十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_TENS = re.compile("([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_FULL_YEAR = r"(?:19|20)\d\d|[一二][〇零○Ｏ一二三四五六七八九]{3}"


def _any(words: dict[str, int] | dict[str, tuple[int, int]]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


# a year, a part of it, or both; the empty match is no date
_DATE = re.compile(
    rf"(?:(?P<year>{_FULL_YEAR})年|(?P<ryear>(?<![产成用运工营])(?:{_any(_YEARS)})|次年|翌年)[的，]?)?"
    rf"(?:(?P<month>(?<![\d.]){_NUMBER})月份?(?:(?P<day>{_NUMBER})[日号])?"
    r"|(?<![\d月至到日、—－~-])(?P<today>\d{1,2})日(?![至到—－~\-、产均报处游常])"
    r"|第?(?P<quarter>[一二三四1-4])季度|(?P<half>[上下])半年"
    r"|(?P<whole>(?:年|岁)(?:底|末|初|终|内)|全年|(?:入?[春夏秋冬](?:[天季日]|前|末|初)))"
    rf"|(?<![\d一二三四五六七八九十])(?P<rmonth>{_any(_MONTHS)})|(?P<ago>{_NUMBER}|两)(?P<unit>[天年])前"
    rf"|(?P<rday>{_any(_DAYS)})|(?P<same>{_any(_SAME_DAY)})"
    rf"|[“\"]?(?P<feast>{_any(_FEASTS)})[”\"]?(?P<edge>前后|期间|前夕|前|之前|假期)"
    rf"|[“\"]?(?P<plan>{_any(_PLANS)})[”\"]?(?:期|期间)?末)?"
)
# 截至5月底, 1至5月, 2012年起, 2025年一季度项目集中开工: what was counted or named, no step
_COUNTED = re.compile(r"(?:截至|截止|(?:\d|月|[日号])[至到—－~～-]|前)(?:目前|今年|本年|去年)?$")
_NAMED = re.compile(
    r"起(?!步|重)|以来|以后|之后|度|[至到—－~～-]\s*\d+月"
    r"|(?:[一二三四上下](?:季度|半年))?(?:全[市省区县年])?"
    r"(?:重[点大]|招商引资|招商|产业|工业|民生|第[一二三四]批|首批|[省市]级|集中|推进|项目|工作|行动|计划(?:投资|完成))"
)
_DATELINE = re.compile(rf"({_NUMBER})月({_NUMBER})日(?:电|讯|消息)")
_FULL = re.compile(rf"({_FULL_YEAR})年({_NUMBER})月({_NUMBER})日")
_NAMED_DAY = re.compile(r"(?<![\d至到—年-])(\d{1,2})月(?:(\d{1,2})日|[上中下]旬|底|初)")
_SEASON = re.compile(rf"(?:^|[\n。])\s*({_NUMBER})月(?:的|里)")  # 五月的滇西，雨说来就来
_EXACT = ("month", "today", "rday", "same", "feast")
_YEAR_KNOWN = ("year", "ryear", "rday", "today", "feast")
_HEAD = 300
"""Characters in which a day is the one that the article reports of."""
_REVIEW = re.compile(
    r"^[^。\n]{0,16}((?:19|20)\d\d)年[^。\n]{0,12}(?:工作|回顾|总结|情况|安排|任务)[^。\n]{0,16}$",
    re.M,
)


class Dated(NamedTuple):
    """Date words: their place in code points, themselves, and the ISO date.

    bare: whether the year is guessed, so that ``12月`` may be the one before or the one to come.
    """

    start: int
    end: int
    words: str
    date: str
    bare: bool = False

    @property
    def span(self) -> bool:
        """Whether they name a year, half or quarter, in which several steps may fall."""
        return len(self.date) == 4 or self.date[5] in "QH"

    def beside(self, article: str, *, ahead: bool) -> str:
        """The date, with a guessed year so that it lies ahead of the article's or behind.

        >>> [Dated(0, 3, "12月", "2023-12", True).beside("2023-02", ahead=a) for a in (True, False)]
        ['2023-12', '2022-12']
        """
        mine, there = self.date[5:7], article[5:7]
        if not (self.bare and mine.isdigit() and there):
            return self.date
        shift = (ahead and mine < there) - (not ahead and mine > there)
        return f"{int(self.date[:4]) + shift}{self.date[4:]}"


def number(word: str) -> int:
    """The value of digits, or of a Chinese numeral below 100 or a year's; 0 for what is none.

    >>> [number(word) for word in ("7", "十", "十二", "三十一", "二〇二五", "十十")]
    [7, 10, 12, 31, 2025, 0]
    """
    if word.isascii():
        return int(word)
    if tens := _TENS.fullmatch(word):
        return 10 * _DIGITS.get(tens[1], 1) + _DIGITS.get(tens[2], 0)
    return 0 if "十" in word else int("".join(str(_DIGITS[char]) for char in word))


def published(text: str, known: str = "") -> str:
    """The date of an article, as exact as it or `known` tells: ``2025-03-13``, ``2025`` or empty.

    known: what the page told; of a year alone the day comes from the dateline (本报3月13日讯), the
    first full date, or the first day that the text names.

    >>> published("本报3月13日讯 昨天，甲项目开工。", "2025"), published("二〇二四年七月三日")
    ('2025-03-13', '2024-07-03')
    """
    if len(known) > 4:
        return known
    text = text.translate(_WIDE)
    full = [match.groups() for match in _FULL.finditer(text)]
    full = [parts for parts in full if not known or number(parts[0]) == int(known)]
    year = known or (str(number(full[0][0])) if full else "")
    named = _NAMED_DAY.search(text)
    if line := _DATELINE.search(text):
        day = line.groups()
    elif full:
        day = full[0][1:]
    elif named:
        day = named.groups() if named.start() < _HEAD else (named[1],)
    elif season := _SEASON.search(text):
        day = season.groups()
    else:
        day = ()
    return (_iso(year, *map(number, filter(None, day))) or year) if year else ""


def _iso(year: str, month: int = 0, day: int = 0) -> str:
    """An ISO day or month; empty where the calendar has none such, and without a month."""
    try:
        whole = date(int(year), month, day or 1).isoformat()
    except ValueError:
        return ""
    return whole if day else whole[:7]


def reviews(text: str) -> list[Dated]:
    """The years that headings announce for what stands below them: 2016年工作回顾."""
    return [Dated(*m.span(1), m[1], m[1]) for m in _REVIEW.finditer(text.translate(_WIDE))]


def find_dates(text: str, article: str) -> list[Dated]:
    """The dates in a text that tell when something was or will be, in text order.

    article: its date as `published` gives it; without one only full years are read.

    >>> [(d.words, d.date) for d in find_dates("去年12月签约，明年三季度投用。", "2024-05-06")]
    [('去年12月', '2023-12'), ('明年三季度', '2025-Q3')]
    """
    text = text.translate(_WIDE)
    sections = reviews(text)
    day, news, this_year = article, "", article[:4]
    out: list[Dated] = []
    for start, end in sentence_bounds(text):
        if text[start - 1 : start] == "\n":
            day = article
        year = next((r.date for r in reversed(sections) if r.start < end), this_year)
        month = 0
        for match in _matches(text, start, end):
            if match["month"] and number(match["month"]) < month and year < this_year:
                year = str(int(year) + 1)  # 去年底签约，5月开工
            found = _resolve(match, year, article, day)
            if not found:
                continue
            bare = year == this_year and not any(match[name] for name in _YEAR_KNOWN)
            out.append(Dated(match.start(), match.end(), match[0].rstrip("的，"), found, bare))
            year = found[:4]
            month = 12 if match[0].endswith(("年底", "年末")) else number(match["month"] or "0")
            if len(found) == 10 and found[: len(article)] <= article:
                day, news = found, news or found
    return out


def _matches(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The date words of a sentence, without those of counts and names."""
    for match in _DATE.finditer(text, start, end):
        if not match[0] or _COUNTED.search(text[max(start, match.start() - 6) : match.start()]):
            continue
        reach = 3 if any(match[name] for name in _EXACT) else 16
        if not _NAMED.match(text, match.end(), min(end, match.end() + reach)):
            yield match


def _resolve(match: re.Match[str], year: str, article: str, day: str) -> str:
    """The ISO date of date words; empty where it takes more than is known."""
    if match["plan"]:
        return str(_PLANS[match["plan"]])
    if match["today"]:  # 15日, of the month of the dateline
        this = int(match["today"])
        later = len(article) == 10 and this > int(article[8:])
        return _other_month(article, -1 if later else 0, this)
    if match["rday"] or match["unit"] == "天":  # as exact as the article's date is known
        count = _DAYS[match["rday"]] if match["rday"] else -number(match["ago"])
        return _shifted(article, count) or article
    if match["same"]:
        return _shifted(day, _SAME_DAY[match["same"]])
    if match["rmonth"]:
        return _other_month(article, _MONTHS[match["rmonth"]])
    year = _year_of(match, year, article)
    return year and _part_of(year, match, article)


def _year_of(match: re.Match[str], year: str, article: str) -> str:
    """The year that the words name, else the one before them; empty where it is not known."""
    if match["year"]:
        return str(number(match["year"]))
    if match["ryear"] in ("次年", "翌年"):
        return str(int(year) + 1) if year else ""
    if match["ago"] or match["ryear"]:
        shift = -number(match["ago"]) if match["ago"] else _YEARS[match["ryear"]]
        return str(int(article[:4]) + shift) if article else ""
    return year


def _part_of(year: str, match: re.Match[str], article: str) -> str:
    """The year, and what part of it the words name."""
    if match["month"]:
        return _iso(year, number(match["month"]), number(match["day"] or "0"))
    if match["quarter"]:
        return f"{year}-Q{number(match['quarter'])}"
    if match["half"]:
        return f"{year}-H{'上下'.index(match['half']) + 1}"
    if match["feast"]:
        month, day = _FEASTS[match["feast"]]
        if not match["ryear"] and month == 1 and article[5:7] > "01":
            year = str(int(year) + 1)  # the next one
        return _iso(year, month, day if match["edge"] in ("前", "之前", "前夕") else 0)
    return year


def _shifted(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat() if len(day) == 10 else ""


def _other_month(article: str, months: int, day: int = 0) -> str:
    """A month by its distance from the article's, or a day of it where the article's is known."""
    if len(article) < (10 if day else 7):
        return ""
    count = int(article[:4]) * 12 + int(article[5:7]) - 1 + months
    return _iso(str(count // 12), count % 12 + 1, day)
