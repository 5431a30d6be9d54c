"""What lies in which park."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zonekg.components.relation_rules.context import Claim, Context
from zonekg.names import name_key

__all__ = ["place_claims"]

_SETTLES = re.compile(
    r"落户|落地|落子|位于|坐落|入驻|进驻|选址|地处|布局|扎根|落在|建在|设在|签约|迁入|搬到|搬进|搬入|投产|注册|隶属|辖|是|在"
)
_HOUSES = re.compile(
    r"(?:区内|园内|内|辖区|园区)?(?:的|重点|骨干|龙头|入驻|入园|规上|本土)*(?:企业|单位|客商)?[“「]?$"
)
_IN_PARK = re.compile(
    r"(?:位于|坐落(?:于|在)|落户(?:于|在|到)?|入驻|进驻|入园|扎根|地处|落地|选址|迁入|搬进|搬入|落子|投产于|设在|建在|注册在)[^，。；]{0,4}$"
)
_SMALL_PARK = re.compile(
    r"(?:产业园|科技园|物流园|工业园|创业园|孵化园|智造园|化工园|创新园|软件园|医药园|光谷|科创园|创谷|小镇|科学城|科技城|片区|西区|东区|南区|北区|分园|园中园|园)(?:[（(]?[一二三四]期[）)]?)?$"
)


def place_claims(ctx: Context) -> Iterator[Claim]:
    """Claims of LOCATED_IN."""
    yield from _neighbours(ctx)
    yield from _bodies(ctx)
    yield from _projects(ctx)
    yield from _stated(ctx)
    yield from _inner_parks(ctx)


def _neighbours(ctx: Context) -> Iterator[Claim]:
    """A park's name directly in front of another name."""
    for i in range(len(ctx.labels) - 1):
        if ctx.labels[i] != "PARK":
            continue
        between = ctx.between(i, i + 1)
        label = ctx.labels[i + 1]
        if label in ("PROJECT", "PARK") and between in ("", "的", "“", "内", "内的", "·"):
            if ctx.groups[i] != ctx.groups[i + 1]:
                yield Claim(i + 1, "LOCATED_IN", i, f"place: park before {label}")
        elif label == "ORG" and ctx.kind(i + 1) == "company":
            if between == "" or (len(between) <= 10 and _HOUSES.match(between)):
                yield Claim(i + 1, "LOCATED_IN", i, "place: park before company")
        elif label == "ORG" and between == "":
            yield Claim(i + 1, "LOCATED_IN", i, "place: park before body")


def _bodies(ctx: Context) -> Iterator[Claim]:
    """A zone's own administration: its name begins with the zone's."""
    parks: dict[str, int] = {}
    for i, label in enumerate(ctx.labels):
        if label == "PARK":
            parks.setdefault(name_key(ctx.names[i], "PARK"), i)
    for i, label in enumerate(ctx.labels):
        if label != "ORG" or ctx.kind(i) != "government":
            continue
        key = name_key(ctx.names[i], "ORG")
        inside = [name for name in parks if key.startswith(name) and len(name) < len(key)]
        if inside:
            yield Claim(i, "LOCATED_IN", parks[max(inside, key=len)], "place: body of the park")


def _projects(ctx: Context) -> Iterator[Claim]:
    """A project lies in the park of its sentence, its paragraph or its article."""
    done: set[int] = set()
    for i, label in enumerate(ctx.labels):
        if label != "PROJECT" or ctx.groups[i] in done:
            continue
        park, rule = _park_of(ctx, i)
        if park is not None:
            done.add(ctx.groups[i])
            yield Claim(i, "LOCATED_IN", park, f"place: {rule}")


def _park_of(ctx: Context, p: int) -> tuple[int | None, str]:
    start, end = ctx.sentence(ctx.starts[p])
    parks = ctx.within(start, ctx.starts[p], "PARK")
    for park in reversed(parks):
        between = ctx.text[ctx.ends[park] : ctx.starts[p]]
        if re.search(
            r"赴|考察|参观|来自", ctx.text[max(start, ctx.starts[park] - 4) : ctx.starts[park]]
        ):
            continue
        return park, "park before it in the sentence" if "；" not in between else "park far before"
    for park in ctx.within(ctx.ends[p], end, "PARK"):
        between = ctx.between(p, park)
        if re.search(r"均|都|全部", between) or (
            len(between) <= 30 and _SETTLES.search(between) and "、" not in between
        ):
            return park, "project settles in the park"
    para, _ = ctx.paragraph(ctx.starts[p])
    above = ctx.before(start, "PARK", since=para)
    if above is not None and not ctx.is_city_sum(ctx.ends[above], ctx.starts[p]):
        return above, "park of the paragraph"
    if ctx.home is not None:
        return ctx.home, "park of the article"
    return None, ""


def _stated(ctx: Context) -> Iterator[Claim]:
    """X落户Y, X位于Y: a company or park before the verb."""
    for k, label in enumerate(ctx.labels):
        if label != "PARK":
            continue
        start, end = ctx.sentence(ctx.starts[k])
        before = ctx.text[max(start, ctx.starts[k] - 12) : ctx.starts[k]]
        if not _IN_PARK.search(before):
            continue
        for head_label in ("ORG", "PARK"):
            after = ctx.within(ctx.ends[k], end, head_label)
            if after and re.fullmatch(r"的[“]?", ctx.between(k, after[0])):
                yield Claim(after[0], "LOCATED_IN", k, f"place: {head_label} in the park")
                break
            head = ctx.before(ctx.starts[k], head_label, since=start)
            if head is None or ctx.groups[head] == ctx.groups[k]:
                continue
            if head_label == "ORG" and ctx.kind(head) == "government":
                continue
            nearer = ctx.before(ctx.starts[k], "PROJECT", since=ctx.ends[head])
            if nearer is None and len(ctx.between(head, k)) <= 30:
                yield Claim(head, "LOCATED_IN", k, f"place: {head_label} settles")


def _inner_parks(ctx: Context) -> Iterator[Claim]:
    """Industrial parks that an article on a zone names are the zone's."""
    if ctx.home is None or _SMALL_PARK.search(ctx.names[ctx.home]):
        return
    done = {ctx.groups[ctx.home]}
    for i, label in enumerate(ctx.labels):
        if label == "PARK" and ctx.groups[i] not in done and _SMALL_PARK.search(ctx.names[i]):
            done.add(ctx.groups[i])
            yield Claim(i, "LOCATED_IN", ctx.home, "place: small park of the zone")
