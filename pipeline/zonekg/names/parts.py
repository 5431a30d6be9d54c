"""What names are made of: place, brand, trade and legal form; kind and level; capacity, phase."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from zonekg.names.divisions import leading_places
from zonekg.names.keys import COMPANY_ENDS

__all__ = [
    "CompanyName",
    "ParkName",
    "ProjectName",
    "company_name",
    "in_order",
    "is_descriptive",
    "is_parent",
    "park_name",
    "phases",
    "plain",
    "project_name",
]


class CompanyName(NamedTuple):
    """The parts of a company's name; what it lacks is empty.

    places: division codes of the place in front, and inner: of one in brackets (a branch's);
    brand: what tells it from others; trade: what it deals in; form: its legal form, 集团 included;
    branch: 分公司, 支行 and the like.
    """

    places: tuple[str, ...]
    brand: str
    trade: str
    form: str
    inner: tuple[str, ...] = ()
    branch: str = ""


class ParkName(NamedTuple):
    """The parts of a park's name; what it lacks is empty.

    places: division codes of the smallest place in front; proper: what else tells it from others;
    kind: 高新区, 经开区, 产业园… in one form; level: 国家 or 省; part: 一期, 东区 and the like;
    head: all that stands before the kind, places included.
    """

    places: tuple[str, ...]
    proper: str
    kind: str
    level: str = ""
    part: str = ""
    head: str = ""


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


_BRACKETED = re.compile(r"\(([^()]*)\)")
_MARKS = str.maketrans("", "", "()【】[]〔〕“”‘’\"'《》「」·・•—-–－~ \u3000")


def plain(name: str) -> str:
    """A name in one width and case, without brackets, quotation marks and spaces."""
    return unicodedata.normalize("NFKC", name).translate(_MARKS).casefold()


def in_order(short: str, full: str) -> bool:
    """Whether the characters of `short` stand in `full` in the same order.

    >>> in_order("哈工大", "哈尔滨工业大学"), in_order("工哈", "哈尔滨工业大学")
    (True, False)
    """
    rest = iter(full)
    return all(char in rest for char in short)


# -- companies

_BRANCH = tuple(
    re.compile(f"{front}(?:分公司|分行|支行|分厂)$")
    for front in (r"(?:(?<=公司)|(?<=集团)|(?<=银行))[\u4e00-\u9fff]{0,8}", r"[\u4e00-\u9fff]{0,4}")
)
_FORM = re.compile(rf"(?:集团)?(?:控股)?(?:{'|'.join(COMPANY_ENDS)}|有限合伙|株式会社|厂)$")


_FORMS = ("集团", "控股", "股份")
_COUNTRY = re.compile(
    r"^(?:德国|美国|日本|韩国|法国|英国|瑞士|瑞典|丹麦|荷兰|意大利|新加坡|泰国)(?=..)"
)


@cache
def _trades() -> frozenset[str]:
    text = (files("zonekg.names") / "trades.txt").read_text(encoding="utf-8")
    rows = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for row in rows for word in row.split())


@lru_cache(maxsize=100_000)
def company_name(name: str) -> CompanyName:
    """The parts of a company's name, full or short.

    >>> company_name("湖南汉森制药股份有限公司")[:4]
    (('43',), '汉森', '制药', '股份有限公司')
    >>> company_name("太行世纪（阳泉）新能源有限公司")[1:5]
    ('太行世纪', '新能源', '有限公司', ('1403',))
    """
    bare = unicodedata.normalize("NFKC", name).strip()
    inner: tuple[str, ...] = ()
    for match in _BRACKETED.finditer(bare):
        inner = leading_places(match[1])[0] or inner
    bare = plain(_BRACKETED.sub(lambda match: match[1] if match[1] in _FORMS else "", bare))
    bare = _COUNTRY.sub("", bare)
    branch = ""
    cuts = (pattern.search(bare) for pattern in _BRANCH)
    if (cut := next(filter(None, cuts), None)) and cut.start() >= 4:
        bare, branch = bare[: cut.start()], cut[0]
    form = found[0] if (found := _FORM.search(bare)) and found.start() >= 2 else ""
    bare = bare.removesuffix(form)
    places, end = leading_places(bare)
    county = all(len(code) == 6 for code in places)
    if len(bare) - end < 2 or (county and not form):  # 东安动力 is not of 东安
        places, end = (), 0
    brand, trade = _cut_trade(bare[end:])
    return CompanyName(places, brand, trade, form, inner, branch)


def is_parent(name: str) -> bool:
    """Whether a full name is rather of a group or a listed company than of one of its firms.

    >>> is_parent("江西赣锋锂业集团股份有限公司"), is_parent("宜春赣锋锂业有限公司")
    (True, False)
    """
    parts = company_name(name)
    return (
        not parts.branch
        and "控股" not in parts.form
        and ("集团" in parts.form or ("股份" in parts.form and not parts.inner))
    )


def _cut_trade(bare: str) -> tuple[str, str]:
    """Brand and trade: words of trade are cut off the end while two characters stay."""
    at = len(bare)
    while True:
        for size in (5, 4, 3, 2):
            if at - size >= 2 and bare[at - size : at] in _trades():
                at -= size
                break
        else:
            return bare[:at], bare[at:]


def is_descriptive(words: str) -> bool:
    """Whether words only say what a park or a firm deals in, so that many may be called so.

    >>> is_descriptive("汽车"), is_descriptive("现代生物医药"), is_descriptive("慈湖")
    (True, True, False)
    """
    while words:
        for size in (5, 4, 3, 2):
            if words[-size:] in _trades() or words[-size:] in _COMMON:
                words = words[:-size]
                break
        else:
            return False
    return True


_COMMON = frozenset((
    "双创", "高新", "经开", "城市", "国有", "国资", "园区", "开发区", "高新区", "经开区", "现代",
    "国际", "创新", "高端", "智慧", "智能", "绿色", "新型", "中小", "民营", "青年", "先进", "生态",
    "循环", "经济", "科技", "石化", "煤化", "化工", "光电", "农业", "临港", "滨江",
))  # fmt: skip

# -- parks

_KINDS = (  # wordings, the kind that they are; the longest wordings first where they share an end
    (
        r"国家农业高新(?:技术产业)?示范区"
        r"|农业高新(?:技术)?(?:产业)?(?:示范|开发)?区|农高区",
        "农高区",
    ),
    (
        r"高新技术产业(?:开发|园|示范)?区|高新技术(?:产业)?开发区"
        r"|高新产业开发区|高新开发区|新技术(?:产业)?开发区|高新区",
        "高新区",
    ),
    (
        r"化学工业(?:园|经济技术开发)?区|石化(?:经济技术)?(?:开发)?区"
        r"|化工(?:产业)?园区?|化工区",
        "化工园",
    ),
    (
        r"经济技术(?:产业)?开发区|经济开发区|经济技术开发园区|技术开发区|经开区"
        r"|(?<=^[\u4e00-\u9fff])开区",  # 汽开区
        "经开区",
    ),
    (r"综合保税(?:港)?区|综保区", "综保区"),
    (r"保税(?:港|物流)?(?:园)?区", "保税区"),
    (
        r"(?:资源型经济)?(?:综合|转型)*(?:配套)?(?:综合)?(?:改革|综改)(?:示范|试验|实验)区"
        r"|转型综改区|综改(?:示范|试验)?区",
        "综改区",
    ),
    (r"自由贸易(?:试验|实验)?区|自贸(?:试验)?区", "自贸区"),
    (r"自主创新示范区|自创区", "自创区"),
    (r"边境经济合作区|边合区", "边合区"),
    (r"跨境经济合作区|跨合区", "跨合区"),
    (r"临空经济(?:示范|产业|试验)?区|空港经济(?:示范|试验)?区|临空区|空港示范区", "临空区"),
    (r"航空港(?:经济)?(?:综合)?(?:实验|试验)?区|航空港区", "航空港区"),
    (r"承接产业转移(?:集中)?示范区", "转移示范区"),
    (r"出口加工区", "出口加工区"),
    (r"旅游度假区|度假区", "度假区"),
    (r"科技创新城|科创城", "科创城"), (r"科技创业园|科创园|科技创新园", "科创园"),
    (r"(?:农业科技|农科)园区?", "农科园"),
    (r"物流园区?", "物流园"), (r"创业园区?", "创业园"),
    (r"(?:高新(?:技术)?|科技|科学)(?:产业)?园区?", "科技园"),
    (r"工业(?:集中)?(?:园)?区|工业园", "工业园"),
    (r"(?:现代)?产业(?:示范)?园区?|产业集聚区|产业集中区|产业示范区", "产业园"),
    (r"(?:产业)?开发区", "开发区"),
    (r"循环经济示范区|示范区|试验区|实验区", "示范区"),
    (r"新城", "新城"), (r"新区", "新区"), (r"科学城", "科学城"), (r"科技城", "科技城"),
    (r"小镇", "小镇"), (r"新?片区", "片区"), (r"园区|园", "园"), (r"基地", "基地"),
    (r"港区|港", "港"), (r"区", "区"), (r"城", "城"), (r"谷", "谷"),
)  # fmt: skip
_KIND = re.compile("|".join(f"(?P<k{i}>{words})" for i, (words, _) in enumerate(_KINDS)))
_KIND_AT_END = [(re.compile(f"(?:{words})$"), kind) for words, kind in _KINDS]
_PART = re.compile(
    r"(?:(?:[一二三四五六七八九十]+|\d+)期|(?:东|西|南|北|中|[a-z])(?:片)?区|(?:核心|起步|拓展|南扩|北扩)区)$"
)
_NICKNAMES = {  # what everybody calls a zone, and papers too
    "光谷": "武汉东湖高新区", "中国光谷": "武汉东湖高新区", "车谷": "武汉经开区",
    "泰达": "天津经开区", "亦庄": "北京经开区", "麓谷": "长沙高新区", "星沙": "长沙经开区",
}  # fmt: skip
_LEVEL = re.compile(r"国家级|省级|市级|国家(?!级)")


@lru_cache(maxsize=100_000)
def park_name(name: str) -> ParkName:
    """The parts of a park's name, full or short.

    >>> park_name("山西吕梁经济技术开发区")[:3], park_name("张江国家高新区")[:4]
    ((('1411',), '', '经开区'), ((), '张江', '高新区', '国家'))
    >>> park_name("光谷") == park_name("武汉东湖高新区")
    True
    >>> park_name("固废资源化利用科技园（一期）").part
    '一期'
    """
    bare = plain(_NICKNAMES.get(name, name))
    part = ""
    if (cut := _PART.search(bare)) and _ends_in_kind(bare[: cut.start()]):
        bare, part = bare[: cut.start()], cut[0]
    level = found[0][:2].rstrip("级") if (found := _LEVEL.search(bare)) and len(bare) > 5 else ""
    if level:
        bare = _LEVEL.sub("", bare, count=1)
    kind = ""
    for pattern, one in _KIND_AT_END:
        end = pattern.search(bare)
        if end and (end.start() != 1 or len(end[0]) > 1):  # 临港 has no kind
            kind, bare = one, bare[: end.start()]
            break
    bare = bare.removeprefix("中国") if kind else bare
    places, at = leading_places(bare)
    if len(bare) - at == 1 and bare[at] not in "东西南北中":  # 独山港 is not of 独山
        places, at = (), 0
    proper = bare[at:].removesuffix("国家").removeprefix("市")
    return ParkName(places, proper, kind, level, part, bare)


def _ends_in_kind(bare: str) -> bool:
    return any(pattern.search(bare) for pattern, _ in _KIND_AT_END[:-4])


# -- projects

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
