"""Whose amount it is, and of what kind: total, yearly, output or tax."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zonekg.components.relation_rules.context import Claim, Context

__all__ = ["money_claims"]

_KINDS = (
    ("", r"累计(?:完成|投入|投资|兑现|发放|实现)?|利润|净利|补贴|补助|奖励|奖补|扶持|贷款|授信|融资|注册资本|租金|房租|节省|节约|省下|降低"
         r"|进出口|出口|外贸|货值|生产总值|GDP|财政|预算|人均|到位|中标|合同|投标|报价|招标|采购|募集|基金|成本|罚款|每亩|亩均|单价|售价|价格"
         r"|工资|订单|交易额|零售|存款|资产|估值|市值|债券|专项债|运费|电费|兑现|减免|退税|减税|留抵|每年可?(?:为|帮)|资金|外资|损失|消费|土地款|出让金"),
    ("TAX", r"(?:利税|纳税|税收|税金|缴税|上缴税|税)(?:总?额|贡献|收入)?"),
    ("OUTPUT_VALUE", r"(?:总?产值|营业(?:总)?收入|主营(?:业务)?收入|销售(?:总)?(?:收入|额|产值)|营收|技工贸总?收入|年销售|产业规模|经营收入|收入|销售)"),
    ("ANNUAL_INVESTMENT",
     r"(?:(?:年度|年内|今年|当年|本年|本年度|全年|\d{4}年|上半年|下半年|[一二三四]季度|前[一二三四五六七八九十\d]+个?[月季]\w?|1?\d?[至—-]\d+月|\d+月份?)"
     r"[^，。；]{0,12}?(?:计划|拟|预计|预期)?(?:完成)?(?:年度)?(?:固定资产|工业|产业|项目|技改)?投资(?:额|\s*完成)?"
     r"|年度(?:计划)?(?:完成)?投资(?:计划|任务|目标)?|固定资产投资|(?<!累计)完成(?:固定资产|工业|产业)?投资)"),
    ("TOTAL_INVESTMENT",
     r"(?:(?:计划|拟|预计|协议|签约|合同|概算|估算|项目)?总?投资(?:总?额|规模|约)?|(?:签约|协议|引资|投资|签约总|协议总)(?:总)?(?:金)?额|斥资|引资|投入)"),
)  # fmt: skip
_TRIGGERS = [(label, re.compile(pattern)) for label, pattern in _KINDS]
_COUNT = re.compile(
    r"(?:项目|工程)[^，。；、]{0,6}?(?:\d+|[一二三四五六七八九十百两]+)个?(?:，|,|；|$|，?总)|(?:\d+|[一二三四五六七八九十百两]+)个[^，。；]{0,18}?(?:项目|工程)"
    r"|(?:\d+|[一二三四五六七八九十百]+)(?:个|项)(?:，|,|$)|项目\s*(?:\d+|[一二三四五六七八九十]+)(?:个|项)"
    r"|(?:上述|这些|这批|两个|三个|全部|各)项目"
)
_FOLLOWS = re.compile(r"(?:人民币)?(?:以上|左右|元)?(?:的|，?(?:用于)?(?:在[^，。；]{0,16})?(?:投资)?(?:建设|新建|兴建|打造|实施|改造|扩建|启动|上马|布局|建成|推进)(?:的|了|“)?[“]?[^，。；□]{0,8})[“]?$")
_ANAPHOR = re.compile(r"(?:^|[，。；“])(?:该|此|这个|本|整个|两个)?(?:项目|工程|基地|园区)?(?:计划|预计|概算|估算|协议|一期|二期|分|占地|达产|投产|建成|全部|其中|用地)?")


def money_claims(ctx: Context) -> Iterator[Claim]:
    """Claims on the owners of the amounts of an article."""
    last: tuple[int, str] | None = None
    for m, label in enumerate(ctx.labels):
        if label != "MONEY":
            continue
        kind, at = _kind(ctx, m, last)
        if kind:
            owner, rule = _owner(ctx, m, kind, at)
            if owner is not None:
                yield Claim(owner, kind, m, f"amount: {rule}")
        last = (m, kind)


def _kind(ctx: Context, m: int, last: tuple[int, str] | None) -> tuple[str, int]:
    """(relation type, where the word stands that tells it); the type is empty if there is none."""
    start, _ = ctx.sentence(ctx.starts[m])
    here = ctx.starts[m]
    if last and ctx.starts[last[0]] >= start:
        between = ctx.between(last[0], m)
        if re.fullmatch(r"(?:至|到|—|-|~|～|、|和|及|与|，?(?:其中)?)(?:近|约|超|逾)?", between):
            return last[1], here  # 3亿元和5亿元
        start = ctx.ends[last[0]]
    window = ctx.masked(max(start, here - 34), here)
    offset = here - len(window)
    best: tuple[int, int, str] | None = None
    for rank, (label, pattern) in enumerate(_TRIGGERS):
        for match in pattern.finditer(window):
            key = (match.end(), -rank, label)
            if best is None or key[:2] > best[:2]:
                best = key
                at = offset + match.start()
    if best is None:
        return "", here
    gap = window[best[0] :]
    if len(gap) > 14 or re.search(r"[；：]", gap):
        return "", here
    return best[2], at


def _owner(ctx: Context, m: int, kind: str, at: int) -> tuple[int | None, str]:
    """(owner, name of the rule that found it)."""
    start, end = ctx.sentence(ctx.starts[m])
    after = ctx.within(ctx.ends[m], end, "PROJECT", "PARK", "MONEY", "ORG")
    if kind == "TOTAL_INVESTMENT" and after and ctx.labels[after[0]] == "PROJECT":
        if _FOLLOWS.search(ctx.between(m, after[0])) or not ctx.between(m, after[0]).strip("的“"):
            return after[0], "project after it"
    if kind in ("OUTPUT_VALUE", "TAX"):
        found = _earner(ctx, m, kind, at)
        if found is not None:
            return found
    project = ctx.before(at, "PROJECT", since=start)
    since = ctx.ends[project] if project is not None else start
    if _COUNT.search(ctx.masked(since, ctx.starts[m])) or re.match(r"全区|园区|全园", ctx.text[since:at]):
        return _sum_owner(ctx, m, start)
    subject = ctx.before(at, "PROJECT", "ORG", "PARK", since=start)
    if project is not None:
        return project, "project before it"
    if subject is not None and ctx.labels[subject] == "PARK" and _is_subject(ctx, subject, at):
        return subject, "park"
    para, _ = ctx.paragraph(ctx.starts[m])
    earlier = ctx.before(start, "PROJECT", since=para)
    if earlier is not None and not ctx.is_city_sum(start, ctx.starts[m]):
        topic = ctx.before(start, "PROJECT", "PARK", since=para)
        counted = _COUNT.search(ctx.masked(ctx.ends[earlier], start))
        if counted and topic != earlier:
            return _sum_owner(ctx, m, start)
        return earlier, "project of the paragraph"
    if kind in ("OUTPUT_VALUE", "TAX", "ANNUAL_INVESTMENT"):
        return _sum_owner(ctx, m, start)
    if re.match(r"[^，。]{0,6}(?:该|此)?项目", ctx.text[start:at]):
        known = ctx.before(start, "PROJECT")
        if known is not None:
            return known, "project above"
    return None, ""


_FUTURE = re.compile(r"达产|投产后|建成后|满产|预计|可实现|可新增|年产值|年税收|年纳税|将|新增|投用后|全部建成|年销售|年可|预期")
_PAST = re.compile(r"去年|上年|\d{4}年|上半年|前[一二三四五六七八九十\d]+个?[月季]|\d月|季度|今年|当年|实现|完成|截至|累计|上缴|占")


def _earner(ctx: Context, m: int, kind: str, at: int) -> tuple[int | None, str] | None:
    """Who earned or paid what is already a fact: a company or a park rather than a project."""
    start, _ = ctx.sentence(ctx.starts[m])
    clause, _ = ctx.clause(at)
    if _FUTURE.search(ctx.masked(clause, ctx.starts[m])) or not _PAST.search(ctx.masked(start, at)):
        return None
    for since, where in ((start, "sentence"), (ctx.paragraph(start)[0], "paragraph")):
        subjects = [
            i
            for i in ctx.within(since, at, "ORG", "PARK", "PROJECT")
            if ctx.labels[i] != "ORG" or ctx.kind(i) == "company"
        ]
        if where == "paragraph":
            subjects = [i for i in subjects if ctx.labels[i] != "PROJECT"]
        if subjects:
            return subjects[-1], f"{ctx.labels[subjects[-1]]} earned, {where}"
    return None


def _is_subject(ctx: Context, mention: int, at: int) -> bool:
    """Whether no other clause with a subject of its own stands between a mention and the word."""
    return len(ctx.text[ctx.ends[mention] : at]) <= 40


def _sum_owner(ctx: Context, m: int, start: int) -> tuple[int | None, str]:
    """The park whose projects an amount sums up; none where a city's or county's are meant."""
    park = ctx.before(ctx.starts[m], "PARK", since=start)
    if park is not None:
        return park, "sum, park in the sentence"
    if ctx.is_city_sum(start, ctx.starts[m]):
        return None, ""
    para, _ = ctx.paragraph(ctx.starts[m])
    park = ctx.before(start, "PARK", since=para)
    if park is not None and not ctx.is_city_sum(ctx.ends[park], start):
        return park, "sum, park in the paragraph"
    if ctx.home is not None:
        return ctx.home, "sum, park of the article"
    return None, ""
