"""Which short name may stand for which full one, inside one article."""

from __future__ import annotations

import re
from functools import lru_cache

from zonekg.names.contradictions import contradiction, kind_covers
from zonekg.names.divisions import leading_places
from zonekg.names.keys import is_generic_park, name_key, org_kind, told_kind
from zonekg.names.parts import company_name, in_order, park_name, phases, plain

__all__ = ["is_abbreviation", "is_short_for"]

_PLACE_FRONT = re.compile(r"(?:[\u4e00-\u9fff]{2,3}[省市县区州旗]?)?")
_COMPLETE = ("有限公司", "有限责任公司", "股份公司", "集团公司")
_TRADE_END = re.compile(
    r"(?:科技|新能源|新材料|能源|材料|电子|生物|医药|汽车|重工|智能|光电|股份|集团)$"
)


@lru_cache(maxsize=100_000)
def is_short_for(short: str, full: str, label: str) -> bool:
    """Whether one article may call `full` by the name `short`.

    >>> is_short_for("太行世纪", "太行世纪（阳泉）新能源有限公司", "ORG")
    True
    >>> is_short_for("高新区", "阳泉高新区", "PARK"), is_short_for("经开区", "阳泉高新区", "PARK")
    (True, False)
    """
    return _is_short(short, full, label) and not contradiction(
        short, full, label, phase_may_lack=True
    )


def _is_short(short: str, full: str, label: str) -> bool:
    a, b = name_key(short, label), name_key(full, label)
    if a == b:
        return True
    if label == "PARK" and a.endswith("开发区") and b.endswith("经开区"):
        return b[:-3].endswith(a[:-3]) and len(a) > 3
    if not 2 <= len(a) < len(b):
        return False
    if label == "ORG":
        return _is_short_org(short, full, a, b)
    return _is_short_park(a, b) if label == "PARK" else _is_short_project(a, b)


def _is_short_org(short: str, full: str, a: str, b: str) -> bool:
    """`a` and `b` are the keys of the two names."""
    kind = org_kind(short)
    if kind != org_kind(full):
        return False
    if kind != "company":  # 大同大学 for 山西大同大学, but 浙江大学 is not 浙江工业大学
        return b.endswith(a) and len(a) >= 3
    if short.endswith("银行"):
        return b.endswith(a)  # 中国银行 is not 中国农业银行
    return not _has_form_of_its_own(short, full) and _is_brand(a, b)


def _has_form_of_its_own(short: str, full: str) -> bool:
    """Whether a short name is complete in itself, or has a 集团 that the full one has not."""
    return short.endswith(_COMPLETE) or any(
        short.endswith(form) and form not in full for form in ("集团", "控股", "股份")
    )


def _is_brand(a: str, b: str) -> bool:
    core = _TRADE_END.sub("", a)
    core = core if len(core) >= 2 else a
    fronts = {b, b[leading_places(b)[1] :]}  # with the place in front and without
    if any(b.startswith(core, k) and _PLACE_FRONT.fullmatch(b, 0, k) for k in range(5)):
        return in_order(a, b)
    initials = a[0] == b[0] and len(a) >= 3 and a[1:] in b  # 哈三联 for 哈尔滨三联
    return initials or any(a[:2] == c[:2] and len(a) >= 4 and in_order(a, c) for c in fronts)


def _is_short_park(short: str, full: str) -> bool:
    if short == "经开区" and full.endswith("开发区"):  # 昆山开发区 is one, in short
        return bool(park_name(full).places)
    if is_generic_park(short):
        return full.endswith(short) or (
            short.endswith("示范区") and full.endswith(("示范区", "综改区"))
        )
    if full.endswith(short):
        return True
    # the same kind of zone at the end and the characters of the short name in order
    return short[-2:] == full[-2:] and short[:2] in full and in_order(short, full)


def _is_short_project(short: str, full: str) -> bool:
    if len(short) < 5 or phases(short) != phases(full):
        return False
    return short in full or (len(short) >= 8 and in_order(short, full) and short[-3:] == full[-3:])


@lru_cache(maxsize=100_000)
def is_abbreviation(short: str, full: str, label: str) -> bool:
    """Whether `short` may abbreviate `full` where an article has no other name that it may mean.

    Wider than `is_short_for`: the characters in order, and nothing that contradicts.

    >>> is_abbreviation("哈工大", "哈尔滨工业大学", "ORG")
    True
    >>> is_abbreviation("农高区", "佳木斯国家农业高新技术产业示范区", "PARK")
    True
    >>> is_abbreviation("系泊链生产线", "年产1.5万吨深海系泊链（R5级）智能锻焊生产线", "PROJECT")
    True
    """
    a, b = plain(short), plain(full)
    if not 2 <= len(a) < len(b):
        return False
    if label == "ORG":
        found = _abbreviates_org(short, full, a, b)
    elif label == "PARK":
        found = _abbreviates_park(short, full)
    else:
        found = label == "PROJECT" and _abbreviates_project(a, b)
    return found and not contradiction(short, full, label, phase_may_lack=True)


def _abbreviates_org(short: str, full: str, a: str, b: str) -> bool:
    if short.endswith(_COMPLETE) or not in_order(a.removesuffix("公司"), b):
        return False
    kind, told = org_kind(full), told_kind(short)
    if kind != "company" and told:  # 武汉大学 is not 武汉理工大学, nor an institute of it
        return told == kind and a[-1] == b[-1] and not a.endswith("大学")
    if kind != "company":
        return a[0] == b[0] and b.endswith(("大学", "学院"))
    if told not in ("", kind) or any(a.endswith(x) and x not in b for x in ("集团", "控股")):
        return False
    starts = a[0] == b[0] or company_name(full).brand.startswith(a[:2])
    return starts or (a[:2] in b and len(a) >= 4)


def _abbreviates_park(short: str, full: str) -> bool:
    one, other = park_name(short), park_name(full)
    if one.proper and one[1:3] == other[1:3] and not (one.places and other.places):
        return True  # 光谷, which is 武汉东湖高新区, for 东湖高新区
    if one[:3] == other[:3]:
        return True
    if not one.kind:
        words = plain(short)
        return len(words) >= 2 and (other.head.startswith(words) or other.head.endswith(words))
    if not kind_covers(one.kind, other.kind):
        return False
    a, b = one.head, other.head
    return in_order(a, b) and (not a or a[0] == b[:1] or a[:2] in b)


def _abbreviates_project(a: str, b: str) -> bool:
    tail = re.sub(r"(?:建设|工程|项目)+$", "", a)
    return len(tail) >= 2 and in_order(tail, b)
