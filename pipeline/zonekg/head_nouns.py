"""What kind of thing a name names: the noun at its end."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from zonekg.lexicon import words

__all__ = ["head_noun"]

# kinds that the word list lacks, and which its shorter words would cut wrongly (展区 of 发展区)
_KINDS = frozenset((
    "产业园", "物流园", "创新园", "科创园", "双创园", "生态园", "科技城", "科创城", "产业城",
    "生态城", "产业港", "物流港", "综保区", "综改区", "农高区", "自创区", "集聚区", "集中区",
    "发展区", "化工区", "配套区", "小镇", "综合体", "示范线", "中试线", "组装线", "灌装线", "产线",
    "管廊", "促进局", "投促局", "审批局", "经发局", "工信局", "资源局", "环境局", "服务局",
    "发改局", "工信厅", "商务厅", "发展改革委", "发改委", "文理学院",
))  # fmt: skip
# what may stand alone where no longer word is known: 边合区 is 区, 封测线 is 线
_LAST = frozenset("区园城港谷镇局委厅部办处所院厂报网社站线楼仓库场路段岛馆房塔池窑机")
_PHASE = re.compile(r"(?<=.)(?:[一二三四五六七八九十]+|\d+)期$")
_TAIL = re.compile(r"(?<=.)[(\[〔【][^()\[\]〔〕【】]*[)\]〕】]$")
_MARKS = ")]〕】”’\"'》」』·。,、 "


@lru_cache(maxsize=20_000)
def head_noun(name: str) -> str:
    """The noun at a name's end that says what kind of thing it is, brackets and phases aside.

    The longest word of 2 to 4 characters that the name ends in, 公司 whatever the legal form, and
    without the rank of an office (市政府 is 政府). A name that ends in no known word gives its last
    character where that is a kind (区, 线), else its last two: brands have no head noun.

    >>> [head_noun(n) for n in ("吕梁经济技术开发区", "康佳集团股份有限公司", "东南智造产业园二期")]
    ['开发区', '公司', '产业园']
    >>> [head_noun(n) for n in ("年产5万吨锂电铜箔生产线项目", "智慧物流产业园（一期）项目（甲）")]
    ['项目', '项目']
    >>> [head_noun(n) for n in ("阳泉高新区管委会", "苏州市政府", "高可靠集成电路封测线", "瑞浦")]
    ['管委会', '政府', '线', '瑞浦']
    """
    bare = unicodedata.normalize("NFKC", name).strip()
    while (shorter := _PHASE.sub("", _TAIL.sub("", bare)).rstrip(_MARKS)) not in ("", bare):
        bare = shorter
    if bare.endswith("公司"):
        return "公司"
    for size in range(min(5, len(bare)), 1, -1):
        end = bare[-size:]
        if _is_kind(end):
            if end[0] in "省市县区" and _is_kind(end[1:]):
                end = end[1:]
            return "政府" if end == "人民政府" else end
    return bare[-1] if bare[-1:] in _LAST else bare[-2:]


def _is_kind(end: str) -> bool:
    return end in _KINDS or (len(end) < 5 and end in words())
