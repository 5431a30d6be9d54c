"""The words that show how far a project is, and whether they say so or only foresee it."""

from __future__ import annotations

import re
from typing import NamedTuple

from zonekg.states import rank

__all__ = ["Cue", "find_cues", "most_advanced"]

# By status; `~` stands for a few characters of one clause. A longer match hides what it holds.
_CUES = {
    "planned": (
        r"谋划|策划|储备|拟建|拟投资|拟实施|洽谈|在谈|论证|可研|可行性研究|选址|征地|地勘|开展勘察"
        r"|招标|投标|开标|评标|中标|公示|上报|环评|图纸|规划(?:了|建设|设计)|前期(?:工作|手续|阶段)"
        r"|原则同意|审议通过|立项|获批|批准|批复|核准|备案|办理?~(?:环评|能评|手续)|(?:初步|总图|方案|施工图)设计"
        r"|列[入进为]~(?:专项|计划|清单|项目|实事|盘子|名单|重点|规划|库)"
        r"|正在(?:办|招|谈|洽|编|报|评|申|论|设计|征求|开展前期|做~(?:规划|设计|方案))"
    ),
    "signed": (
        r"签(?:约(?!入驻|的数)|订|署|下|了|定|字|成|(?=[“■]))|交换文本|达成~(?:协议|合作|一致)|意向书|备忘录|敲定|牵手|握手"
        r"|协议(?=[上，。]|约定|随后|交换)|落户|落笔|落地|落子|花落|招引"
        r"|引进(?!~(?:设备|技术|人才|团队))|引入(?!~设备)"
        r"|摘牌|摘得|拿地|竞得|成交|土地证|地块?(?:是)?~拿到?的|拿到~地"
    ),
    "started": (
        r"开了?工|动了?工|奠基|破土|动土|第一根?桩|首桩|第一[铲锹]土|开挖|开建|拉开~序幕|正式施工"
        r"|启动(?:建设|实施|施工)?|(?:桩机|机械|机具)~进的?场|进场打桩|(?:次日|同步)进场"
    ),
    "under_construction": (
        r"在建|续建|扩建中|建设中|复工|封顶|结顶|封闭|断水|合龙|收尾|扫尾|尾声|收官|抢工|抢建"
        r"|(?:正在|转入|抓紧|加紧|加快|同时|同步|全力|仍在|还在|进入|地下|桩基|主体|土建|基础|装修|管网"
        r"|路基|围护)~(?:施工|建设|推进|改造)|施工(?:中|现场|过半|完成|进入|高峰)"
        r"|(?:改造|扩建|建设)正酣|打桩|桩基|基坑|浇筑|砌筑|吊装|掘进|铺设|回填|压入|顶管|出了?地面"
        r"|主体~(?:完成|完工|封|出|拔|起)|厂房主体|钢结构|幕墙|外檐|外立面|保温|粉刷|内装|机电安装"
        r"|装机(?!容量|规模|\\d)|试片|设备~(?:搬入|安装|进场|就位|到位|到货|调试)|安装(?:过半|完|到位|就位|进入|工人)"
        r"|(?:搬入|安装|装)了?~设备|刚刚?装好|最后一(?:方|根|块|榀)"
        r"|调试|联调|联动|试车|试机|试料|烘炉|送电|上电|通电|带料|点亮了?第一|工艺验证"
        r"|过半|(?:完成|完工|进度|形象)~(?:[一二三四五六七八九]成|\d%)|已~[一二三四五六七八九]成|只剩|还差"
        r"|完成了?~(?:桩基|路基|主体|基础|土建|工程量)|(?:[今去全]年|季度|半年|累计|实际|已经?)(?!计划|要|预计|安排)~完成~投资"
        r"|进展(?:顺利|迅速|较快)|(?:有序|顺利|全面|统筹|同时)推进|推进(?:顺利|迅速)|先行实施|拔地而起|初具规模|雏形|在[做装](?!~研)"
        r"|正在(?:[做装建施扩改贴铺砌打挖浇架焊调试刷粉收拆抓加推紧烘吊搭对]|进行|安装|逐台|带料)"
    ),
    "completed": (
        r"竣工|建成|建好|建起了|落成|完工|投产|投用|投运|投料|投入(?:使用|运营|运行|生产)"
        r"|启用|用上了|上线|下线|达产|满产|量产|达效|试产|试(?:生产|运行|运营|营业|投产)|点火|通线|出料"
        r"|出了?(?:第一|首)[批台片件管]|(?:见到?|出|产出)产品|出[丝铝钢货栏]|交付|通过~验收|完成~验收|验收合格|(?:刚刚?|已经?)验收|开门接单|完成了?(?=[“■])"
        r"|通车|通水|通气|通电|(?<!集中)供[汽热水气]|并网|贯通|开业|开园|开张|开放|开机|揭牌|挂牌|开门迎客|运转"
        r"|入住率?|入驻率|搬进(?!来)|订满|先后承建|已生产|生产了|正在(?:生产|运行|运营)"
        r"|(?:正式|开门|开始)营业|(?:正式|开始|已经?|稳定)(?:运营|运行|生产|出货|供货)"
    ),
}  # fmt: skip
# words that are often said of other things: a state only where nothing better tells one
_FAINT = {
    "planned": (
        r"(?:领到|拿到|取得|获得|办好|办结|办完)~(?:许可|批复|环评|能评)|征求意见|送审|报批|报建|踏勘|勘测"
        r"|(?:缺|卡在|卡着|差)~(?:指标|手续|许可|审批|审查|用地|用能|用海|批号|能评|环评)"
        r"|前期|申请单位|蓝图|效果图|草图|设想|申报|编制|方案"
    ),
    "signed": r"拿下|定下|谈成|谈妥|意向|选定|拍板|追加|引来|带来|租下",
    "under_construction": (
        r"建设|新建|兴建|扩建|投建|工地|施工|进场|就位|到货|进了?设备|设备进|工期|倒排|塔吊|作业面|增派"
        r"|(?:完成|进入|做完|打完|浇完|铺完|建到|收进)~(?:阶段|支护|开挖|平整|清淤|吹填|主墩|钢构|墙|屋面|焊接"
        r"|摊铺|顶进|试压|环节|层|节点|管廊|砌体|抹灰|主体|路基)|场地平整|场平|土石方|沥青|水稳|路基|箱涵|盾构"
        r"|滞后|落后|停工|停建|重启|超前|卡在|(?:立|盖|搭|竖|架|浇|铺|砌|装|打)(?:起来|起了|好了|完了|上了)"
        r"|钢梁|钢架|罐顶|屋面板|桥墩|梁板|冷箱|净化装修|洁净装修|装修|清场|扩容|延伸|接轨|改造中|排进|刚刚?(?:打|做|浇|铺|封|完)"
    ),
    "completed": (
        r"(?:去年|上年|当年|全年|上半年|季度|今年|累计|已经?|20\d\d年|前~月|首年|一年|每年|每天|年)~"
        r"(?:产值|收入|税|营收|产量|生产|处理|消化|销售|出货|订单|发电|节约|利润)|年产\d"
        r"|开车|稳定运行|连续运行|满负荷|日夜不停|并入|并了网|出租率|租出|住满|交工|移交|转固|开到|跑起来"
        r"|用起来|转起来|开门|出铝|出钢|出炉|出货|发货|交货|供货(?!合同|商)|首单|首车|首航|首发|首批产品|打通|畅通"
        r"|(?:投产|投用|投运|建成|运行|达产)(?:以?后|以来|[半一两二三]年)[^。]{0,14}?(?:已|去年|实现|占到|降|省)"
        r"|开行|迁入|搬来|吃进|消化|变成|让.{1,12}变|换上了|省下|降到了?|缩到"
    ),
}  # fmt: skip
_FEW = "[^，,。；、：\n]{0,10}?"
_FOUND = [
    (status, faint, re.compile(pattern.replace("~", _FEW)))
    for faint, table in ((False, _CUES), (True, _FAINT))
    for status, pattern in table.items()
]
_CLAUSE_END = "，,；;。：:！？!?\n、"
# 投产后年产值, 开工率, 试生产前, 施工单位, 签约项目35个: no word on this project's state
_NO_STATE_AFTER = re.compile(
    r"以?后|之后|时(?!间)|前(?!期|夕|列|沿)|率|单位|[：:]|方(?!案)|许可|图(?!纸)|商|期(?!间)|到|至"
    r"|(?:项目)?(?:[\d一二三四五六七八九十百]+[个家项](?!月|[^。]{0,40}(?:其中|包括))|个(?!月)|进度|建设|协议|总)"
    r"|[和、].{0,6}项目\d|规模|指标|任务|企业|公司|奖|日期"
)
_NO_STATE_BEFORE = re.compile(
    r"(?:未|没有?|尚未|不|(?<!分)别|别急着|无|非|待|由|从|负责|承担|承接|承揽|参与|申请|关于|一旦|如果?)"
    r"(?:能|再|正式|按期)?$"
)
_OTHER_DEAL = re.compile(
    r"了?[^，。；\n]{0,20}(?:订单|供应|互供|供货|销售|采购|贷款|信贷|承销|租赁|合同额)"
)
_AHEAD_BEFORE = re.compile(
    r"预计|预期|预定|计划(?!总?投资|完成)|力争|争取|确保|有望|可望|(?<![模虚])拟|将(?!军)|明年|明天|后天|下一步"
    r"|准备|打算|目标|希望|定[于在]|赶在|才能|就能|能在|能够|可(?=[^研]{0,8}$)|要(?!求|素|闻)"
    r"|年内还|抓|争|尽快|早日|倒计时|只[等待]|届时"
)
_AHEAD_AFTER = re.compile(r"在即|的?条件|指日可待|倒计时|还有\d")
_SLOGAN = re.compile("[“‘][^”’]{0,8}$")  # “拿地即开工”
_YIELD = re.compile("后|预计|预期|可|将|达|目标|估算|设计|力争|新增")  # 达产后年产值, no yield yet
_MEANT = re.compile("计划|将|拟|要|准备|打算")  # of a faint cue 计划投资3亿元建设 is enough


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
        for status, faint, pattern in _FOUND
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
    if _NO_STATE_AFTER.match(masked, cue.end):
        return None
    if cue.status == "signed" and _OTHER_DEAL.match(masked, cue.end):
        return None
    first = max(masked.rfind(mark, 0, cue.start) for mark in _CLAUSE_END) + 1
    before = masked[first : cue.start]
    if _NO_STATE_BEFORE.search(before):
        return None
    if masked[cue.end : cue.end + 1] in ("”", "’") and _SLOGAN.search(before):
        return None
    if cue.faint and cue.status == "completed" and _YIELD.search(before):
        return None
    ahead = _AHEAD_BEFORE.search(before) or _AHEAD_AFTER.match(masked, cue.end)
    return cue._replace(ahead=bool(ahead or (cue.faint and _MEANT.search(before))))


def most_advanced(cues: list[Cue]) -> Cue | None:
    """The cue of the most advanced status, the first of equals."""
    return max(cues, key=lambda cue: rank(cue.status), default=None)
