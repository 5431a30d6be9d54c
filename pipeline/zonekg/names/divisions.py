"""China's divisions: which places a name begins with, which a text names, which lies in which.

A place is its division code: 2 digits for a province, 4 for a city, 6 for a county or district.
One place lies in another when its code begins with the other's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files

__all__ = [
    "city_of",
    "divisions",
    "leading_places",
    "may_agree",
    "place_name",
    "places_in",
    "told_city",
]

_MUNICIPAL = ("11", "12", "31", "50")  # 北京, 天津, 上海, 重庆
_DIRECT = ("4190", "4290", "4690", "6590")  # counties that lie in no city
_NATIONS = (
    "蒙古族|回族|藏族|维吾尔|哈萨克|壮族|土家族|苗族|布依族|侗族|瑶族|彝族|哈尼族|傣族|白族|景颇族|傈僳族"
    "|朝鲜族|羌族|黎族|满族|畲族|土族|撒拉族|东乡族|保安族|裕固族|锡伯|塔吉克|柯尔克孜|蒙古|仡佬族|水族"
    "|毛南族|仫佬族|佤族|拉祜族|纳西族|布朗族|独龙族|怒族|普米族|达斡尔族|哈萨克族|维吾尔族|各族|鄂温克族|鄂伦春"
)
_RANKS = re.compile(
    rf"(?:(?:{_NATIONS})*(?:自治区|自治州|自治县|自治旗)|特别行政区|省|市|地区|盟|林区|新区|县|区|旗)$"
)
# districts and counties whose bare names are words of every text, or of every company's name
# counties and districts whose bare names are words, or stand in many companies' names
_WORDS = frozenset((
    "和平", "建设", "开发", "方正", "东方", "平安", "安定", "太和", "长安", "新华", "人民", "解放",
    "民主", "友谊", "光明", "胜利", "前进", "新兴", "红旗", "永安", "大安", "新安", "江北", "江南",
    "新城", "天元", "金山", "高新", "东风", "红星", "阳光", "永定", "龙泉", "吉利", "丰泽", "清河",
    "河口", "开平", "大方", "永和", "平和", "安平", "安宁", "集美", "华容", "云龙", "合作", "资源",
))  # fmt: skip


@cache
def _gazetteer() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The names by code, and the codes by name, full and bare; a bare name may be of several."""
    text = (files("zonekg.names") / "divisions.tsv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    names = {code: name for code, _, name in (line.partition("\t") for line in lines)}
    codes: dict[str, set[str]] = defaultdict(set)
    for code, name in names.items():
        codes[name].add(code)
        bare = _RANKS.sub("", name)
        if len(bare) >= 2:
            codes[bare].add(code)
    return names, {name: tuple(sorted(found)) for name, found in codes.items()}


def place_name(code: str) -> str:
    """The full name of a division.

    >>> place_name("1403")
    '阳泉市'
    """
    return _gazetteer()[0].get(code, code)


def city_of(code: str) -> str:
    """The city that a place lies in: a municipality whole, a county that is in no city itself.

    Empty for a province, whose city is unknown.

    >>> city_of("430182"), city_of("310115"), city_of("429004"), city_of("14")
    ('4301', '31', '429004', '')
    """
    if code[:2] in _MUNICIPAL:
        return code[:2]
    return code if code[:4] in _DIRECT else code[:4] if len(code) >= 4 else ""


def may_agree(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether one of these places may be, or lie in, one of those; places unknown always may.

    >>> may_agree(["4301"], ["430182"]), may_agree(["1403"], ["1411"]), may_agree([], ["1403"])
    (True, False, True)
    """
    mine, theirs = list(one), list(other)
    if not mine or not theirs:
        return True
    return any(a.startswith(b) or b.startswith(a) for a in mine for b in theirs)


@lru_cache(maxsize=100_000)
def leading_places(name: str) -> tuple[tuple[str, ...], int]:
    """The codes of the smallest place that a name begins with, and where it ends.

    Places in a row count while each may lie in the one before. A 郊区 alone may be several; a
    district's bare name (东湖) counts only behind its city's.

    >>> leading_places("湖南宁乡高新区"), leading_places("阳泉市高新区"), leading_places("康佳")
    ((('430182',), 4), (('1403',), 3), ((), 0))
    """
    codes = _gazetteer()[1]
    found: tuple[str, ...] = ()
    end = 0
    while True:
        for size in range(min(12, len(name) - end), 1, -1):
            word = name[end : end + size]
            here = codes.get(word, ())
            if found:
                here = tuple(code for code in here if _inside(code, found))
            elif here and _doubtful(word, here):
                here = ()
            if here:
                break
        else:
            return found, end
        found, end = here, end + size


def _doubtful(word: str, codes: Iterable[str]) -> bool:
    """Whether a word is only the bare name of districts: 东湖, 和平 are of many, or words."""
    names = _gazetteer()[0]
    full = {names[code] for code in codes}
    if word in full or not all(len(code) == 6 for code in codes):
        return False
    return word in _WORDS or len(full) > 1 or all(name.endswith("区") for name in full)


def _inside(code: str, places: Iterable[str]) -> bool:
    return any(code.startswith(one) and code != one for one in places)


@cache
def _pattern() -> re.Pattern[str]:
    names = [name for name, codes in _gazetteer()[1].items() if not _doubtful(name, codes)]
    return re.compile("|".join(sorted(names, key=lambda name: (-len(name), name))))


_PLACED = re.compile(r"高新|经开|经济|开发|工业|产业|讯|日电|市|县|区")


def places_in(text: str) -> Iterator[tuple[str, int]]:
    """(code, offset) of the places that a text names without doubt, from left to right.

    A bare name of a county (宝丰, 合作), or of several places (朝阳), counts where a zone or the
    like follows, or where the text names the place in full or what it lies in.

    >>> [place_name(code) for code, _ in places_in("宁乡高新区与宝丰能源合作")]
    ['宁乡市']
    """
    codes = _gazetteer()[1]
    found = [(match[0], match.start(), match.end()) for match in _pattern().finditer(text)]
    sure = {codes[word][0] for word, _, _ in found if len(codes[word]) == 1 and _plain(word)}
    for word, start, end in found:
        here = codes[word]
        if len(here) == 1 and _plain(word):
            yield here[0], start
            continue
        near = [c for c in here if c in sure or any(c != s and c.startswith(s) for s in sure)]
        best = min(near, key=lambda code: (len(code), code), default="")
        if not best and len(here) == 1 and _PLACED.match(text, end):
            best = here[0]
        if best:
            yield best, start


def _plain(word: str) -> bool:
    """Whether a name of one place is full, or bare of a city or province."""
    names, codes = _gazetteer()
    code = codes[word][0]
    return len(code) <= 4 or names[code] == word


def told_city(title: str, text: str) -> str:
    """The city (or county) that an article is about, empty where it tells none clearly.

    The title counts most, then the first 150 characters. A county counts for its city; the county
    itself is told when the city is named by it alone.

    >>> told_city("阳泉高新区提速", "本报讯 5月10日，阳泉高新区开工。太原的企业来了。")
    '1403'
    """
    weight: Counter[str] = Counter()
    within: dict[str, Counter[str]] = defaultdict(Counter)
    for where, code, offset in [
        *(("title", *row) for row in places_in(title)),
        *(("text", *row) for row in places_in(text)),
    ]:
        if city := city_of(code):
            worth = 5 if where == "title" else 2 if offset < 150 else 1
            weight[city] += worth
            within[city][code] += worth
    ranked = sorted(weight.items(), key=lambda row: (-row[1], row[0]))
    if not ranked or (len(ranked) > 1 and ranked[0][1] < 1.5 * ranked[1][1]):
        return ""
    city = ranked[0][0]
    rows = within[city]
    return next(iter(rows)) if len(rows) == 1 else city


def divisions() -> list[str]:
    """The codes of all divisions, sorted."""
    return sorted(_gazetteer()[0])
