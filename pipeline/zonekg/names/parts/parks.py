"""The parts of parks' names: place, kind and level."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from zonekg.names.divisions import leading_places
from zonekg.names.parts.words import plain

__all__ = ["ParkName", "park_name"]


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


_KINDS = (  # wordings, the kind that they are; the longest wordings first where they share an end
    (
        r"国家农业高新(?:技术产业)?示范区"
        r"|农业高新(?:技术)?(?:产业)?(?:示范|开发)?区|农高区",
        "农高区",
    ),
    (
        r"高新技术产业(?:开发|园|示范)?区|高新(?:技术)?(?:产业|服务业)?园区?|高新技术(?:产业)?开发区"
        r"|高新产业开发区|高新开发区|新技术(?:产业)?开发区|高新区",
        "高新区",
    ),
    (
        r"化学工业(?:园|经济技术开发)?区|石化(?:经济技术)?(?:开发)?区"
        r"|(?:石油化工|石化|化工)(?:工业|产业)?(?:集中)?园区?|化工区",
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
    (r"承接产业转移(?:集中)?示范区|承接示范区", "转移示范区"),
    (r"出口加工区", "出口加工区"), (r"自由贸易港区?|自贸港", "自贸港"),
    (r"先行(?:示范)?区", "先行区"), (r"(?:经济)?合作区", "合作区"), (r"软件园区?", "软件园"),
    (r"旅游度假区|度假区", "度假区"),
    (r"科技创新城|科创城", "科创城"), (r"科技创业园|科创园|科技创新园", "科创园"),
    (r"(?:农业科技|农科)园区?", "农科园"),
    (r"物流园区?", "物流园"), (r"创业园区?", "创业园"),
    (r"(?:科技|科学)(?:产业)?园区?", "科技园"),
    (r"工业(?:集中)?(?:园)?区|工业园", "工业园"),
    (r"(?:现代)?产业(?:示范)?园区?|产业集聚区|产业集中区|产业示范区", "产业园"),
    (r"(?:产业)?开发区", "开发区"),
    (r"循环经济示范区|示范区|试验区|实验区", "示范区"),
    (r"新城", "新城"), (r"新区", "新区"), (r"科学城", "科学城"), (r"科技城", "科技城"),
    (r"小镇", "小镇"), (r"新?片区", "片区"), (r"园区|园", "园"), (r"基地", "基地"),
    (r"港区|港", "港"), (r"区", "区"), (r"城", "城"), (r"谷", "谷"),
)  # fmt: skip
_KIND_AT_END = [(re.compile(f"(?:{words})$"), kind) for words, kind in _KINDS]
_PART = re.compile(
    r"(?:(?:[一二三四五六七八九十]+|\d+)期|(?:东|西|南|北|中|[a-z])(?:片)?区|(?:核心|起步|拓展|南扩|北扩)区)$"
)
_NICKNAMES = {  # what everybody calls a zone, and papers too
    "光谷": "武汉东湖高新区", "中国光谷": "武汉东湖高新区", "车谷": "武汉经开区",
    "泰达": "天津经开区", "亦庄": "北京经开区", "麓谷": "长沙高新区", "星沙": "长沙经开区",
}  # fmt: skip
# the place in brackets at the end, and what stands in front of a part of a free trade zone
_BESIDE = re.compile(
    r"(?<=[区园城港地])[（(](?![一二三四五六七八九十\d]+期|[^（）()]*[区园城])[^（）()]+[）)]$"
)
_WITH_CHINA = re.compile("中国[—–―－-]")
_FREE_TRADE = re.compile(
    r"^.*(?:自由贸易试验区|自贸(?:试验)?区)(?=.{2,}片区$)|(?<=..)自贸(?=片区$)"
)
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
    bare = _FREE_TRADE.sub("", plain(_BESIDE.sub("", _NICKNAMES.get(name, name))))
    part = ""
    if (cut := _PART.search(bare)) and _ends_in_kind(bare[: cut.start()]):
        bare, part = bare[: cut.start()], cut[0]
    level = found[0][:2].rstrip("级") if (found := _LEVEL.search(bare)) and len(bare) > 4 else ""
    if level:
        bare = _LEVEL.sub("", bare, count=1)
    kind = ""
    for pattern, one in _KIND_AT_END:
        end = pattern.search(bare)
        if end and (end.start() != 1 or len(end[0]) > 1):  # 临港 has no kind
            kind, bare = one, bare[: end.start()]
            break
    if kind and not _WITH_CHINA.match(name):
        bare = bare.removeprefix("中国")
    places, at = leading_places(bare)
    if len(bare) - at == 1 and bare[at] not in "东西南北中":  # 独山港 is not of 独山
        places, at = (), 0
    proper = bare[at:].removesuffix("国家").removeprefix("市")
    return ParkName(places, proper, kind, level, part, bare)


def _ends_in_kind(bare: str) -> bool:
    return any(pattern.search(bare) for pattern, _ in _KIND_AT_END[:-4])
