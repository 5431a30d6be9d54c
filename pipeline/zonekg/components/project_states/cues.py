"""The words that show how far a project is, and whether they say so or only foresee it."""

from __future__ import annotations

import re
from typing import NamedTuple

from zonekg.states import rank

__all__ = ["Cue", "find_cues", "most_advanced"]

# by status; a longer match hides the shorter ones inside it
_CUES = {
    "planned": (
        r"谋划|策划|储备|拟建|拟投资|拟实施|洽谈|在谈|论证|可研|可行性研究|招标|中标|评标|开标|投标",
        r"立项|获批|获得?批准|批准|批复|核准|备案|办理?.{0,6}(?:环评|能评|手续)|环评|地勘|开展勘察|选址",
        r"(?:初步|总图|方案|施工图)设计|图纸|规划(?:了|建设|设计)|前期(?:工作|手续|阶段)|上报|公示",
        r"列[入进为].{0,8}(?:专项|计划|清单|项目|实事|盘子|名单|重点|规划|库)|征地",
        r"正在(?:办|招|谈|洽|编|报|评|申|论|做.{0,6}(?:规划|设计|方案)|开展前期|征求|设计)",
    ),
    "signed": (
        r"签(?:约(?!入驻)|订|署|下|了|定|字|成)|云签约|落户|落笔|落地|落子|达成.{0,6}(?:协议|合作|一致)|牵手|握手",
        r"引进(?!.{0,10}(?:设备|技术|人才|团队))|引入(?!.{0,8}设备)|摘牌|摘得|拿地|竞得|成交|花落|敲定|土地证|协议(?=[上，。]|约定|随后|交换)|意向书|备忘录",
        r"(?:地|地块)(?:是)?.{0,8}拿(?:到)?的|拿到.{0,4}地|招引",
    ),
    "started": (
        r"开工|动工|奠基|破土|动土|第一根桩|第一桩|首桩|第一[铲锹]土|开建|启动(?:建设|实施|施工)?|开挖",
        r"(?:桩机|机械|机具).{0,8}进的?场|进场打桩|次日进场|上马开建|拉开.{0,8}序幕|正式施工",
    ),
    "under_construction": (
        r"在建|续建|复工|封顶|结顶|封闭|断水|合龙|收尾|尾声|收官|扫尾|抢工|抢建|打桩|桩基|吊装|浇筑|砌筑",
        r"(?:正在|转入|抓紧|加紧|加快|同时|同步|全力|仍在|还在|进入|地下|桩基|主体|土建|基础|装修|管网|路基|围护)"
        r".{0,6}(?:施工|建设|推进|改造)|施工(?:中|现场|过半|完成|进入|高峰)|建设中|(?:改造|扩建|建设)正酣",
        r"设备.{0,6}(?:搬入|安装|进场|就位|到位|到货|调试)|安装(?:过半|完|到位|就位|进入|工人)|装设备|(?:搬入|安装)了?.{0,4}设备",
        r"调试|联调|联动|试车|试机|烘炉|最后一(?:方|根|块|榀)|送电|上电|通电|点亮了?第一|工艺验证|带料|试料|基坑|内装|外立面|机电安装|在[做装](?!.{0,3}研)|内外粉刷|幕墙|外檐|保温|钢结构|厂房主体",
        r"主体.{0,6}(?:完成|完工|封|出|拔|起)|过半|(?:完成|完工|进度|形象)[^，。]{0,10}(?:[一二三四五六七八九]成|\d%)"
        r"|(?:完成|已).{0,6}[一二三四五六七八九]成|完成了?过半|(?:完成|完成了).{0,12}(?:桩基|主体|基础|土建|工程量)",
        r"进展(?:顺利|迅速|较快)|有序推进|顺利推进|拔地而起|初具(?:规模|雏形)|雏形|掘进|铺设|回填|压入|顶管|出了?地面",
        r"已(?:累计)?完成(?:年度|固定资产|建设)?投资|(?:去年|全年|累计|实际|已经?)完成[^，。]{0,6}投资|只剩|还差",
        r"正在(?:进行|做|安装|装|建|施|扩|改|贴|铺|砌|打|挖|浇|架|焊|调|试|刷|粉|收|拆|抓|加|推|紧|烘|逐台|带料|吊|搭|对)",
        r"扩建中|施工现场|刚刚?装好",
    ),
    "completed": (
        r"竣工|建成|落成|完工|投产|投用|投运|投料|投入(?:使用|运营|运行|生产)|交付(?:使用)?|启用|下线|达产|满产|量产|达效",
        r"试产|试(?:生产|运行|运营|营业|投产)|通过.{0,8}验收|完成.{0,4}验收|验收合格|通车|通水|通气|供[汽热水气]|并网|贯通",
        r"开业|开园|开放|入住率|点火|通线|出料|出了?(?:第一|首)[批台片件管]|揭牌|挂牌|开机|入住|搬进(?!来)|运转|入驻率|已生产|生产了|正在(?:生产|运行|运营)|开门迎客|"
        r"(?:正式|开始|已经?|稳定)(?:运营|运行|生产|出货|供货)|已加注|(?:正式|开门|开张|开始)营业|建起了|上线|(?:完成|完成了)(?=[“■])",
        r"开张|建好|用上了|订满|先后承建",
    ),
}
# said of what a project yields or who works at it: states only where nothing better stands
_FAINT = {
    "under_construction": r"建设|新建|兴建|扩建|投建|施工|工地|改扩建",
    "completed": r"(?:去年|上年|当年|全年|上半年|累计|已经?|20\d\d年|前.{1,3}月|成本).{0,8}(?:产值|收入|税|营收|产量|生产|降)"
}
_FOUND = {status: re.compile("|".join(parts)) for status, parts in _CUES.items()}
_FAINTLY = {status: re.compile(pattern) for status, pattern in _FAINT.items()}
_CLAUSE_END = "，,；;。：:！？!?\n、"
# 投产后年产值, 开工率, 试生产前, 施工单位: no word on this project's state
_NO_STATE_AFTER = re.compile(
    r"(?:后|以后|之后|时(?!间)|前(?!期|夕|列|沿)|率|单位|[：:]|方(?!案)|许可|图(?!纸)|商|期(?!间)|到|至|(?:项目)?(?:个|(?:\d+|[一二三四五六七八九十]+)个?(?![^。]{0,40}(?:其中|包括))|进度|建设|协议|总)|[和、].{0,6}项目\d|"
    r"(?:产能)?(?:规模)|仪式要|[”’]|指标|任务|总包|企业|公司|奖|日期)"
)
_NO_STATE_BEFORE = re.compile(
    r"(?:未|没有?|尚未|不|别|别急着|无|非|待|由|从|负责|承担|承接|承揽|参与|申请|关于|一旦|如果|如)(?:能|再|正式|按期)?$"
)
_AHEAD_BEFORE = re.compile(
    r"预计|预期|预定|计划(?!总?投资|完成)|力争|争取|确保|有望|可望|拟|将(?!军)|明年|下一步|准备|目标|希望|"
    r"定[于在]|赶在|才能|就能|能在|能够|可(?=[^研]{0,8}$)|要(?!求|素|闻)|年内还|抓|尽快|早日|倒计时|只[等待]|届时|打算|争|后天|明天"
)
_OTHER_DEAL = re.compile(r"了?[^，。；\n]{0,20}(?:订单|供应|供货|销售|采购|贷款|信贷|承销|租赁|合同额)")
_MEANT = re.compile("计划|将|拟|要|准备|打算")
_AHEAD_AFTER = re.compile(r"(?:在即|的?条件|指日可待|倒计时|还有\d)")


class Cue(NamedTuple):
    """Words that show a status, in code points of the text.

    ahead: whether the status is only foreseen; faint: whether it counts only without a better cue.
    """

    start: int
    end: int
    status: str
    ahead: bool = False
    faint: bool = False


def find_cues(masked: str, start: int, end: int) -> list[Cue]:
    """The cues in masked[start:end], in text order; names are blanked out of `masked` by □ and ■.

    >>> [(c.status, c.ahead) for c in find_cues("去年签约，投产后可增收，预计明年封顶。", 0, 19)]
    [('signed', False), ('under_construction', True)]
    """
    found = [
        Cue(match.start(), match.end(), status, faint=faint)
        for faint, table in ((False, _FOUND), (True, _FAINTLY))
        for status, pattern in table.items()
        for match in pattern.finditer(masked, start, end)
    ]
    found.sort(key=lambda cue: (cue.faint, cue.start - cue.end, -rank(cue.status), cue.start))
    kept: list[Cue] = []
    for cue in found:
        if not any(cue.start < other.end and other.start < cue.end for other in kept):
            kept.append(cue)
    moods = (_in_mood(cue, masked) for cue in kept)
    return sorted(cue for cue in moods if cue)


def _in_mood(cue: Cue, masked: str) -> Cue | None:
    """The cue as reached or ahead; None where the words state nothing."""
    first = max(masked.rfind(mark, 0, cue.start) for mark in _CLAUSE_END) + 1
    before = masked[first : cue.start]
    if cue.status == "signed" and _OTHER_DEAL.match(masked, cue.end):
        return None
    if _NO_STATE_AFTER.match(masked, cue.end) or _NO_STATE_BEFORE.search(before):
        return None
    if _AHEAD_BEFORE.search(before) or (cue.faint and _MEANT.search(before)) or _AHEAD_AFTER.match(masked, cue.end):
        return cue._replace(ahead=True)
    return cue


def most_advanced(cues: list[Cue]) -> Cue | None:
    """The cue of the most advanced status, the first of equals."""
    return max(cues, key=lambda cue: rank(cue.status), default=None)
