"""Why two names can't be of one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from zonekg.names.divisions import may_agree
from zonekg.names.keys import name_key, told_kind
from zonekg.names.parts import (
    CompanyName,
    ParkName,
    company_name,
    in_order,
    park_name,
    plain,
    project_name,
)

__all__ = ["contradiction", "kind_covers"]

_WIDER_KINDS = {
    "开发区": {"经开区"},
    "示范区": {"综改区", "农高区", "自创区", "临空区", "转移示范区", "航空港区"},
    "园": {
        "产业园",
        "工业园",
        "科技园",
        "物流园",
        "创业园",
        "科创园",
        "化工园",
        "农科园",
        "软件园",
    },
    "产业园": {"工业园", "化工园"},
    "区": {"工业园", "产业园", "化工园"},
    "港区": {"港"},
}
_COMPLETE = ("有限公司", "有限责任公司", "股份公司", "合伙")


def kind_covers(short: str, full: str) -> bool:
    """Whether a park of the kind `full` may be called by the kind `short`; see `ParkName.kind`.

    >>> kind_covers("开发区", "经开区"), kind_covers("经开区", "开发区")
    (True, False)
    """
    return short == full or full in _WIDER_KINDS.get(short, ())


@lru_cache(maxsize=200_000)
def contradiction(one: str, other: str, label: str, *, phase_may_lack: bool = False) -> str:
    """What of two names says that they are of two things, in words; empty where nothing does.

    phase_may_lack: a name without a phase may be of a project or park that has one.

    >>> contradiction("阳泉高新区", "阳泉经开区", "PARK")
    'kinds differ: 高新区, 经开区'
    >>> contradiction("太行世纪", "太行世纪新能源有限公司", "ORG")
    ''
    """
    if label == "PARK":
        found = _parks(one, other, phase_may_lack)
    elif label == "ORG":
        found = _orgs(one, other)
    else:
        found = _projects(one, other, phase_may_lack)
    return next(found, "")


def _parks(one: str, other: str, phase_may_lack: bool) -> Iterator[str]:
    a, b = park_name(one), park_name(other)
    kinds = bool(a.kind and b.kind)
    if kinds and not (kind_covers(a.kind, b.kind) or kind_covers(b.kind, a.kind)):
        yield f"kinds differ: {a.kind}, {b.kind}"
    if a.places and b.places and not (a.head.endswith(b.head) or b.head.endswith(a.head)):
        if not set(a.places) & set(b.places):  # a county's zone is not its city's
            yield "places differ"
        if bool(a.proper) != bool(b.proper):  # 南昌经开区, 南昌小蓝经开区
            yield "a place's zone and another zone in it"
    if kinds and not _heads_agree(a, b):
        yield f"names differ: {a.head}, {b.head}"
    if a.level and b.level and a.level != b.level:
        yield f"levels differ: {a.level}, {b.level}"
    lacks = phase_may_lack and not (a.part and b.part) and a.head != b.head
    if a.part != b.part and not lacks:
        yield f"parts differ: {a.part or '-'}, {b.part or '-'}"


def _heads_agree(a: ParkName, b: ParkName) -> bool:
    """Whether one head is short for the other; a place that both have doesn't count."""
    same = bool(set(a.places) & set(b.places))
    one, other = (p.proper if same else p.head for p in (a, b))
    return in_order(one, other) or in_order(other, one)


def _orgs(one: str, other: str) -> Iterator[str]:
    kinds = {told_kind(one), told_kind(other)} - {""}
    if len(kinds) > 1:
        yield f"kinds differ: {', '.join(sorted(kinds))}"
    a, b = company_name(one), company_name(other)
    if not may_agree(a.places, b.places):
        yield "places differ"
    if kinds and kinds != {"company"}:
        return
    if (x := set(_NUMBER.findall(one))) and (y := set(_NUMBER.findall(other))) and not x & y:
        yield f"numbers differ: {_listed(x)}, {_listed(y)}"
    if bool(a.branch) != bool(b.branch):
        short, branch = (other, a.branch) if a.branch else (one, b.branch)
        if plain(short) not in branch:  # 镇海炼化 is 中国石化镇海炼化分公司
            yield "a company and its branch"
    if _within_group(one, other) or _within_group(other, one) or _group_and_firm(a, b):
        yield "a group and a company of it"
    if a.form.endswith(_COMPLETE) and b.form.endswith(_COMPLETE) and not _one_firm(one, other):
        yield "two full names"


def _group_and_firm(a: CompanyName, b: CompanyName) -> bool:
    """Whether the forms are of a holding or a group and of a company that is none."""
    if a.form and b.form and ("控股" in a.form) != ("控股" in b.form):
        return True
    stock = ["股份" in parts.form and "集团" not in parts.form for parts in (a, b)]
    group = "集团" in a.form or "集团" in b.form
    return stock[0] != stock[1] and group and "集团" not in (a.form, b.form)


def _one_firm(one: str, other: str) -> bool:
    """Whether two full names are of one firm: a province in front more or less, a 市."""
    if name_key(one, "ORG") == name_key(other, "ORG"):
        return True
    a, b = company_name(one), company_name(other)
    mine, theirs = ({*parts.places, *parts.inner} for parts in (a, b))
    return (
        (a.brand, a.trade, a.branch) == (b.brand, b.trade, b.branch)
        and (not mine or not theirs or bool(mine & theirs))
        and ("股份" in a.form) == ("股份" in b.form)
    )


_NUMBER = re.compile(r"[一二三四五六七八九十]+(?=局|冶|院|建|航|公司|工程|化建)")  # 中铁十四局
_IN_GROUP = re.compile(r"集团(?!有限|股份|控股|公司|总公司|$)(.+)")


def _within_group(short: str, full: str) -> bool:
    """Whether the full name is of a company inside a group, and the short one tells only the group.

    中铁四局 is not 中铁四局集团第二工程有限公司.
    """
    found = _IN_GROUP.search(full)
    if not found or _IN_GROUP.search(short):
        return False
    return not set(short) & set(company_name(found[1]).brand[:2] + company_name(found[1]).trade)


def _projects(one: str, other: str, phase_may_lack: bool) -> Iterator[str]:
    a, b = project_name(one), project_name(other)
    lacks = phase_may_lack and not (a.phase and b.phase) and a.product != b.product
    if a.phase != b.phase and not lacks and not (a.phase & b.phase):
        yield f"phases differ: {_listed(a.phase)}, {_listed(b.phase)}"
    units = {_unit(one) for one in a.capacity} & {_unit(one) for one in b.capacity}
    for unit in sorted(units):
        mine, theirs = ({x for x in p.capacity if _unit(x) == unit} for p in (a, b))
        if not mine & theirs:
            yield f"amounts differ: {_listed(mine)}, {_listed(theirs)}"
    if not may_agree(a.places, b.places):
        yield "places differ"


def _unit(capacity: str) -> str:
    return capacity.lstrip("0123456789.e+")


def _listed(values: frozenset[str] | set[str]) -> str:
    return " ".join(sorted(values)) or "-"
