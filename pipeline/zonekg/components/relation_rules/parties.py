"""Who invests, who builds, who signs with whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zonekg.components.relation_rules.context import Claim, Context
from zonekg.names import name_key

__all__ = ["party_claims"]

_BUILD_WORDS = (
    r"承建|总承包|EPC|施工|设计|监理|勘察|供货|供应|代建|中标|承揽|承接|安装|总包|分包|承担"
    r"|提供设备|提供主机"
)
_BUILDS = re.compile(_BUILD_WORDS)
_BUILDS_AFTER = re.compile(rf"(?:等)?(?:的)?[^，。；□]{{0,8}}?(?:{_BUILD_WORDS})")
_BUILDS_BEFORE = re.compile(
    r"(?:承建|施工|设计|总承包|监理|代建|中标|总包|承包|供货|供应)(?:单位|人|方|商|企业)?"
    r"(?:（[^）]{0,8}）)?[为是由：:的]{0,2}$"
)
_INVESTS = re.compile(
    r"投资|出资|斥资|建设|实施|开发|运营|打造|兴建|新建|负责|启动|布局|推进|落户|签约|签订|签署|建成"
    r"|投产|开工|上马|改造|扩建|研发|独资|合资|筹资|牵头|投建|带来|引来|拿下|增资|新上|申报|合作|共建"
)
_TOGETHER = re.compile(r"共建|合作|联合|合资|共同|携手")
_SIGNS = re.compile(
    r"签约|签订|签署|签下|合作|共建|携手|联合|牵手|联手|共同|战略协议|协议|合资|结成|达成|对接|组成|续签|合办|签"
)
_AND = re.compile(
    r"(?:管委会)?(?:还|又|已|也|则|将|会|会同|分别|便)*"
    r"(?:与|和|同|、|及|以及|携手|联合|牵手|联手|[（(].{0,16}[）)](?:与|和|、))(?:来自)?[^，。；]{0,10}$"
)
_TOUCHING = ("", "的", "“", "·", "的“", "—", "－", "-")
_LINK = ("、", "和", "与", "及", "以及", "，")
_UNIT = (
    (
        "INVESTS_IN",
        re.compile(
            r"(?:建设单位|招标人|业主(?:单位)?|项目单位|实施单位|投资方|投资主体|项目法人|采购人|建设主体"
            r"|运营单位)[为是：:]*$"
        ),
    ),
    (
        "BUILDS",
        re.compile(
            r"(?:施工|设计|勘察|总承包|中标|承建|代建|EPC总承包)(?:单位|人|方|商)?[为是：:]+(?:第一)?$"
        ),
    ),
)


def party_claims(ctx: Context) -> Iterator[Claim]:
    """Claims of INVESTS_IN, BUILDS and COOPERATES_WITH."""
    yield from _in_front(ctx)
    yield from _named_units(ctx)
    yield from _by_verb(ctx)
    yield from _builders(ctx)
    yield from _brands(ctx)
    yield from _signers(ctx)


def _in_front(ctx: Context) -> Iterator[Claim]:
    """An organisation's name directly in front of a project's."""
    for i in range(len(ctx.labels) - 1):
        pair = (ctx.labels[i], ctx.labels[i + 1])
        if pair == ("ORG", "PROJECT") and ctx.between(i, i + 1) in _TOUCHING:
            yield Claim(i, "INVESTS_IN", i + 1, "party: org before project")


def _named_units(ctx: Context) -> Iterator[Claim]:
    """建设单位：X, 施工单位：Y of a notice."""
    for o, label in enumerate(ctx.labels):
        if label != "ORG":
            continue
        before = ctx.text[max(0, ctx.starts[o] - 14) : ctx.starts[o]]
        for relation, pattern in _UNIT:
            if pattern.search(before):
                project = ctx.before(ctx.starts[o], "PROJECT")
                if project is not None:
                    for one in (o, *_listed_after(ctx, o)):
                        yield Claim(one, relation, project, f"party: unit {relation}")
                break


def _by_verb(ctx: Context) -> Iterator[Claim]:
    """X投资建设P, P由X承建, X与K签约，P落户."""
    for p, label in enumerate(ctx.labels):
        if label != "PROJECT":
            continue
        start, end = ctx.sentence(ctx.starts[p])
        yield from _org_before(ctx, p, start)
        yield from _org_after(ctx, p, end)


def _org_before(ctx: Context, p: int, start: int) -> Iterator[Claim]:
    o = ctx.before(ctx.starts[p], "ORG", since=start)
    if o is None:
        return
    between = ctx.masked(ctx.ends[o], ctx.starts[p])
    if ctx.kind(o) != "company":
        if _TOGETHER.search(between) and ctx.kind(o) == "institution" and len(between) <= 20:
            yield Claim(o, "INVESTS_IN", p, "party: institution runs it with others")
            for other in _listed_before(ctx, o):
                yield Claim(other, "INVESTS_IN", p, "party: listed orgs invest")
        return
    others = ctx.within(ctx.ends[o], ctx.starts[p], "PROJECT")
    if others and not re.fullmatch(
        r"[□、“”和及]*", between[-(ctx.starts[p] - ctx.ends[others[-1]]) :]
    ):
        return
    lead = ctx.text[max(start, ctx.starts[o] - 3) : ctx.starts[o]]
    if others:
        between = ctx.masked(ctx.ends[o], ctx.starts[others[0]])
    if len(between) > 60 or "；" in between:
        return
    if _BUILDS.search(between) and not re.search(r"投资", between):
        yield Claim(o, "BUILDS", p, "party: org builds project")
    elif _INVESTS.search(between):
        rule = "by org" if lead.endswith("由") else "org invests in project"
        yield Claim(o, "INVESTS_IN", p, f"party: {rule}")
        for other in _listed_before(ctx, o):
            yield Claim(other, "INVESTS_IN", p, "party: listed orgs invest")
    elif len(between) <= 6:
        yield Claim(o, "INVESTS_IN", p, "party: org near project")


def _listed_before(ctx: Context, o: int) -> Iterator[int]:
    """Companies that 和, 与 or 、 join to an organisation."""
    while o > 0 and ctx.labels[o - 1] == "ORG" and ctx.between(o - 1, o) in _LINK:
        o -= 1
        if ctx.kind(o) == "company":
            yield o


def _listed_after(ctx: Context, o: int) -> Iterator[int]:
    """Organisations that 、 or 和 join behind an organisation."""
    while o + 1 < len(ctx.labels) and ctx.labels[o + 1] == "ORG":
        if ctx.between(o, o + 1) not in _LINK:
            return
        o += 1
        yield o


def _builders(ctx: Context) -> Iterator[Claim]:
    """X承建, 设计单位X, 承建P的X: a project near a firm with a word of building."""
    for o, label in enumerate(ctx.labels):
        if label != "ORG" or ctx.kind(o) == "government":
            continue
        last = [o, *_listed_after(ctx, o)][-1]
        start, end = ctx.sentence(ctx.starts[o])
        stop = min(ctx.clause(ctx.ends[last] - 1)[1], ctx.ends[last] + 24)
        after = ctx.masked(ctx.ends[last], stop)
        before = ctx.masked(max(start, ctx.starts[o] - 14), ctx.starts[o])
        if "投资" in after:
            continue
        if _BUILDS_BEFORE.search(before):
            rule = "word before builder"
        elif _BUILDS_AFTER.match(after):
            rule = "word after builder"
        else:
            continue
        project = ctx.before(ctx.starts[o], "PROJECT", since=start)
        following = ctx.within(ctx.ends[last], end, "PROJECT")
        if project is None and following and len(ctx.between(last, following[0])) <= 24:
            project, rule = following[0], rule + ", project behind"
        if project is None:
            project = ctx.before(start, "PROJECT", since=ctx.paragraph(start)[0])
            rule += ", project of the paragraph"
        if project is not None:
            yield Claim(o, "BUILDS", project, f"party: {rule}")


def _org_after(ctx: Context, p: int, end: int) -> Iterator[Claim]:
    """P由X投资; also 项目由X承建 in the next sentence."""
    stop = min(len(ctx.text), end + 60)
    nxt = next((i for i in range(p + 1, len(ctx.labels)) if ctx.labels[i] == "PROJECT"), None)
    if nxt is not None and ctx.groups[nxt] != ctx.groups[p]:
        stop = min(stop, ctx.starts[nxt])
    for o in ctx.within(ctx.ends[p], stop, "ORG"):
        before = ctx.text[max(ctx.ends[p], ctx.starts[o] - 6) : ctx.starts[o]]
        joined = o > 0 and ctx.labels[o - 1] == "ORG" and ctx.between(o - 1, o) in _LINK
        if not re.search(r"由(?:[^，。]{0,5})$", before) and not joined:
            continue
        clause_end = ctx.clause(ctx.ends[o] - 1)[1]
        after = ctx.masked(ctx.ends[o], min(clause_end, ctx.ends[o] + 40))
        if _BUILDS.search(after) and "投资" not in after:
            yield Claim(o, "BUILDS", p, "party: built by org")
        elif _INVESTS.search(after) or "共同" in after:
            yield Claim(o, "INVESTS_IN", p, "party: run by org")


def _brands(ctx: Context) -> Iterator[Claim]:
    """A company whose brand the project's name begins with."""
    brands: dict[str, int] = {}
    for o, label in enumerate(ctx.labels):
        key = name_key(ctx.names[o], "ORG")
        if label == "ORG" and 2 <= len(key) <= 8 and ctx.kind(o) == "company":
            brands.setdefault(key, o)
    for p, label in enumerate(ctx.labels):
        if label != "PROJECT":
            continue
        head = name_key(ctx.names[p], "PROJECT")[:8]
        claimed = set()
        for start in range(len(head) - 1):
            for end in range(start + 2, len(head) + 1):
                brand = brands.get(head[start:end])
                if brand is not None and ctx.groups[brand] not in claimed:
                    claimed.add(ctx.groups[brand])
                    yield Claim(brand, "INVESTS_IN", p, "party: brand in the project's name")


def _signers(ctx: Context) -> Iterator[Claim]:
    """X与Y签约: organisations or parks that a conjunction joins before a verb of signing."""
    for a in range(len(ctx.labels) - 1):
        if ctx.labels[a] not in ("ORG", "PARK"):
            continue
        b = a + 1
        if ctx.labels[b] not in ("ORG", "PARK") or ctx.groups[a] == ctx.groups[b]:
            continue
        start, end = ctx.sentence(ctx.starts[a])
        if ctx.starts[b] >= end or not _AND.match(ctx.between(a, b)):
            continue
        after = ctx.masked(ctx.ends[b], min(end, ctx.ends[b] + 40))
        before = ctx.masked(max(start, ctx.starts[a] - 8), ctx.starts[a])
        if _SIGNS.search(after) or re.search(r"合作|共建|联合", before):
            both = ctx.labels[a] + " " + ctx.labels[b]
            yield Claim(a, "COOPERATES_WITH", b, f"party: {both} sign")
            # one signs with each of a list, or with the third of three
            for c in _signers_after(ctx, b, end):
                yield Claim(a, "COOPERATES_WITH", c, "party: signs with a list")
                if ctx.between(a, b) in ("、", "，"):
                    yield Claim(b, "COOPERATES_WITH", c, "party: third signer")


def _signers_after(ctx: Context, b: int, end: int) -> Iterator[int]:
    while b + 1 < len(ctx.labels) and ctx.labels[b + 1] in ("ORG", "PARK"):
        between = ctx.between(b, b + 1)
        if ctx.starts[b + 1] >= end or between not in (*_LINK, "同", "等"):
            return
        b += 1
        yield b
