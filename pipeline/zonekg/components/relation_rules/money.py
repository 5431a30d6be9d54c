"""Whose amount it is, and of what kind: total, yearly, output or tax."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zonekg.components.relation_rules.context import Claim, Context

__all__ = ["money_claims"]

# the word nearest before an amount tells its kind; the first list tells that it is of none
_KINDS = (
    (
        "",
        r"累计(?:完成|投入|投资|兑现|发放|实现|固定资产)*|利润|净利|补贴|补助|奖励|奖补|扶持|贷款|授信|融资|注册资本"
        r"|租金|房租|节省|节约|省下|降低|进出口|出口|外贸|货值|生产总值|GDP|财政|预算|人均|到位|中标|合同"
        r"|投标|报价|招标|采购|募集|基金|成本|罚款|每亩|亩均|单价|售价|价格|工资|订单|交易额|零售|存款|资产"
        r"|估值|市值|债券|专项债|运费|电费|兑现|减免|退税|减税|留抵|每年可?(?:为|帮)|资金|外资|损失|消费"
        r"|土地款|出让金",
    ),
    ("TAX", r"(?:利税|纳税|税收|税金|缴税|上缴税|税)(?:总?额|贡献|收入)?"),
    (
        "OUTPUT_VALUE",
        r"(?:总?产值|营业(?:总)?收入|主营(?:业务)?收入|销售(?:总)?(?:收入|额|产值)|营收|技工贸总?收入"
        r"|年销售|产业规模|经营收入|收入|销售)",
    ),
    (
        "ANNUAL_INVESTMENT",
        r"(?:(?:年度|年内|今年|当年|本年|本年度|全年|\d{4}年|上半年|下半年|[一二三四]季度"
        r"|前[一二三四五六七八九十\d]+个?[月季]\w?|1?\d?[至—-]\d+月|\d+月份?)"
        r"[^，。；]{0,12}?(?:计划|拟|预计|预期)?(?:完成)?(?:年度)?(?:固定资产|工业|产业|项目|技改)?投资"
        r"(?:额|\s*完成)?|年度(?:计划)?(?:完成)?投资(?:计划|任务|目标)?|固定资产投资"
        r"|(?<!累计)完成(?:固定资产|工业|产业)?投资)",
    ),
    (
        "TOTAL_INVESTMENT",
        r"(?:(?:计划|拟|预计|协议|签约|合同|概算|估算|项目)?总?投资(?:总?额|规模|约)?"
        r"|(?:签约|协议|引资|投资|签约总|协议总)(?:总)?(?:金)?额|斥资|引资|投入)",
    ),
)
_TRIGGERS = [(label, re.compile(pattern)) for label, pattern in _KINDS]
_NUMERAL = r"(?:\d+|[一二三四五六七八九十百两]+)"
_COUNT = re.compile(
    rf"(?:项目|工程)[^，。；、]{{0,6}}?{_NUMERAL}个?(?:，|,|；|$|，?总)"
    rf"|{_NUMERAL}个[^，。；]{{0,18}}?(?:项目|工程)|{_NUMERAL}(?:个|项)(?:，|,|$)"
    rf"|项目\s*{_NUMERAL}(?:个|项)|(?:上述|这些|这批|两个|三个|全部|各)项目"
)
_FOLLOWS = re.compile(
    r"(?:人民币)?(?:以上|左右|元)?(?:的|，?(?:用于)?(?:在[^，。；]{0,16})?(?:投资)?"
    r"(?:建设|新建|兴建|打造|实施|改造|扩建|启动|上马|布局|建成|推进)(?:的|了|“)?[“]?[^，。；□]{0,8})?[“]?$"
)
_FUTURE = re.compile(
    r"达产|投产后|建成后|满产|预计|可实现|可新增|年产值|年税收|年纳税|将|新增|投用后|全部建成|年销售|年可"
    r"|预期"
)
_PAST = re.compile(
    r"去年|上年|\d{4}年|上半年|前[一二三四五六七八九十\d]+个?[月季]|\d月|季度|今年|当年|实现|完成|截至"
    r"|累计|上缴|占"
)
_JOINED = re.compile(r"(?:至|到|—|-|~|～|、|和|及|与|，?(?:其中)?)(?:近|约|超|逾)?")
_EARNED = ("OUTPUT_VALUE", "TAX")

Owner = tuple[int, str] | None
"""(the owner's mention, the name of the rule that found it)."""


def money_claims(ctx: Context) -> Iterator[Claim]:
    """Claims on the owners of the amounts of an article."""
    last: tuple[int, str] | None = None
    for m, label in enumerate(ctx.labels):
        if label != "MONEY":
            continue
        kind, at = _kind(ctx, m, last)
        owner = _owner(ctx, m, kind, at) if kind else None
        if owner:
            yield Claim(owner[0], kind, m, f"amount: {owner[1]}")
        last = (m, kind)


def _kind(ctx: Context, m: int, last: tuple[int, str] | None) -> tuple[str, int]:
    """(relation type, where the word stands that tells it); the type is empty if there is none."""
    start, _ = ctx.sentence(ctx.starts[m])
    here = ctx.starts[m]
    if last and ctx.starts[last[0]] >= start:
        if _JOINED.fullmatch(ctx.between(last[0], m)):  # 3亿元和5亿元
            return last[1], here
        start = ctx.ends[last[0]]
    window = ctx.masked(max(start, here - 34), here)
    found = [
        (match.end(), -rank, label, match.start())
        for rank, (label, pattern) in enumerate(_TRIGGERS)
        for match in pattern.finditer(window)
    ]
    if not found:
        return "", here
    end, _, label, begin = max(found)
    gap = window[end:]
    if len(gap) > 14 or "；" in gap or "：" in gap:
        return "", here
    return label, here - len(window) + begin


def _owner(ctx: Context, m: int, kind: str, at: int) -> Owner:
    """The owner of an amount whose kind is told at offset `at`."""
    start, end = ctx.sentence(ctx.starts[m])
    if kind == "TOTAL_INVESTMENT":  # 总投资3亿元的P
        after = ctx.within(ctx.ends[m], end, "PROJECT", "PARK", "MONEY", "ORG")
        if after and ctx.labels[after[0]] == "PROJECT" and _FOLLOWS.match(ctx.between(m, after[0])):
            return after[0], "project after it"
    earner = _earner(ctx, m, at) if kind in _EARNED else None
    if earner:
        return earner
    project = ctx.before(at, "PROJECT", since=start)
    since = ctx.ends[project] if project is not None else start
    if _COUNT.search(ctx.masked(since, ctx.starts[m])) or re.match(
        r"全区|园区|全园", ctx.text[since:at]
    ):
        return _sum_owner(ctx, m)
    if project is not None:
        return project, "project before it"
    subject = ctx.before(at, "ORG", "PARK", since=start)
    if subject is not None and ctx.labels[subject] == "PARK" and at - ctx.ends[subject] <= 40:
        return subject, "park"
    return _owner_above(ctx, m, kind, at)


def _earner(ctx: Context, m: int, at: int) -> Owner:
    """Who earned or paid what is already a fact: a company or a park rather than a project."""
    start, _ = ctx.sentence(ctx.starts[m])
    clause, _ = ctx.clause(at)
    if _FUTURE.search(ctx.masked(clause, ctx.starts[m])) or not _PAST.search(ctx.masked(start, at)):
        return None
    places = (
        (start, "sentence", ("ORG", "PARK", "PROJECT")),
        (ctx.paragraph(start)[0], "paragraph", ("ORG", "PARK")),
    )
    for since, where, labels in places:
        subjects = [
            i
            for i in ctx.within(since, at, *labels)
            if ctx.labels[i] != "ORG" or ctx.kind(i) == "company"
        ]
        if subjects:
            return subjects[-1], f"{ctx.labels[subjects[-1]]} earned, {where}"
    return None


def _owner_above(ctx: Context, m: int, kind: str, at: int) -> Owner:
    """An owner that an earlier sentence names."""
    start, _ = ctx.sentence(ctx.starts[m])
    para, _ = ctx.paragraph(start)
    project = ctx.before(start, "PROJECT", since=para)
    if project is not None and not ctx.is_city_sum(start, ctx.starts[m]):
        topic = ctx.before(start, "PROJECT", "PARK", since=para)
        if topic != project and _COUNT.search(ctx.masked(ctx.ends[project], start)):
            return _sum_owner(ctx, m)
        return project, "project of the paragraph"
    if kind != "TOTAL_INVESTMENT":
        return _sum_owner(ctx, m)
    above = ctx.before(start, "PROJECT")
    if above is not None and re.match(r"[^，。]{0,6}(?:该|此)?项目", ctx.text[start:at]):
        return above, "project above"
    return None


def _sum_owner(ctx: Context, m: int) -> Owner:
    """The park whose projects an amount sums up; none where a city's or county's are meant."""
    start, _ = ctx.sentence(ctx.starts[m])
    park = ctx.before(ctx.starts[m], "PARK", since=start)
    if park is not None:
        return park, "sum, park in the sentence"
    if ctx.is_city_sum(start, ctx.starts[m]):
        return None
    para, _ = ctx.paragraph(start)
    park = ctx.before(start, "PARK", since=para)
    if park is not None and not ctx.is_city_sum(ctx.ends[park], start):
        return park, "sum, park in the paragraph"
    return (ctx.home, "sum, park of the article") if ctx.home is not None else None
