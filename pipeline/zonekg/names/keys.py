"""Normal forms of names that spellings share, and kinds of organisations and parks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["COMPANY_ENDS", "is_complete", "is_generic_park", "name_key", "org_kind", "told_kind"]

# full forms and the short forms that papers use for them, longest first
_ZONE_FORMS = (
    ("高新技术产业开发区", "高新区"),
    ("高新技术开发区", "高新区"),
    ("高新技术产业园区", "高新区"),
    ("经济技术开发区", "经开区"),
    ("经济开发区", "经开区"),
    ("综合保税区", "综保区"),
    ("转型综合改革示范区", "综改区"),
    ("综合改革示范区", "综改区"),
    ("转型综改示范区", "综改区"),
    ("综改示范区", "综改区"),
    ("转型综改区", "综改区"),
    ("自由贸易试验区", "自贸区"),
    ("自贸试验区", "自贸区"),
    ("航空港经济综合实验区", "航空港区"),
    ("现代农业产业示范区", "农业示范区"),
    ("产业开发区", "开发区"),
    ("技术开发区", "经开区"),
    ("工业集中区", "工业园"),
    ("工业园区", "工业园"),
    ("产业园区", "产业园"),
    ("科技园区", "科技园"),
    ("物流园区", "物流园"),
    ("化工园区", "化工园"),
)
COMPANY_ENDS = (
    "股份有限责任公司", "集团股份有限公司", "集团有限责任公司", "集团有限公司", "股份有限公司",
    "有限责任公司", "股份公司", "集团公司", "有限公司", "总公司", "分公司", "公司", "股份",
    "集团", "控股",
)  # fmt: skip
_GOVERNMENT = re.compile(
    r"(?:管委会|管理委员会|工作委员会|党工委|工委|人民政府|政府|国务院|委员会|常委会|委|厅|局|部|办公室"
    r"|人民法院|中级法院|法院|检察院|海关|总指挥部|领导小组|工作组|服务中心|投促中心|招商中心|事务部|国资委"
    r"|党组|党委|纪委|人大|政协|工商联|专班|处|署|街道办?)$"
)
_INSTITUTION = re.compile(
    r"(?:大学|学院|学校|中学|小学|研究院|研究所|研究中心|设计院|科学院|工程院|医院|协会|商会|学会|联合会"
    r"|促进会|基金会|报|报社|电视台|新华社|通讯社|杂志|新闻网|网|党校|实验室|创新中心|工作站|院|所|社|联盟"
    r"|馆|台|会)$"
)
_COMPANY = re.compile(
    r"(?:公司|集团|股份|银行|厂|控股|企业|合作社|商行|工作室|事务所|分行|支行|证券|保险|信托|基金|科技"
    r"|能源|电子|材料|汽车|生物|医药|重工|建工|建设|实业|商贸|酒店|物流|电力|电网|铁路局|钢铁|航空)$"
    r"|^(?:中[建铁交冶电核煤航船化]|中国[一二三四五六七八九十]+冶|十[一二三四五六七八九]冶?).{0,3}(?:局|冶|院|建)$"
)
_LATIN = re.compile(r"\([A-Za-z][A-Za-z .&-]*\)")
_BRACKETS = str.maketrans("", "", "（）()【】[]〔〕“”‘’\"'《》·・•—-－ \u3000")
_GENERIC_PARKS = re.compile(
    r"(?:国家级?|省级?|市|本|全|该|我)?(?:高新区|经开区|综改区|综保区|自贸区|保税区|开发区|示范区|农业示范区|农高区|综改试验区|自创区|航空港区|港区|新城"
    r"|科技园|产业园|工业园|物流园|化工区|石化区|(?:石化|化工)(?:产业|工业)?园|石化园区|创业园|科学城|科技城|健康小镇|特色小镇|生态城|空港|临空经济区|实验区|试验区|合作区|边合区|跨合区|临空区|度假区"
    r"|(?:综合改革|综合配套改革|综改|自贸)试验区|边境经济合作区|跨境经济合作区|临空经济示范区|自主创新示范区"
    r"|农业高新技术产业示范区)$"
)


@lru_cache(maxsize=20_000)
def name_key(name: str, label: str) -> str:
    """The form of a name that its spelling variants share.

    Width, brackets, dots and quotation marks do not count, nor do a company's legal form or the
    long and the short form of a kind of zone.

    >>> name_key("吕梁经济技术开发区", "PARK") == name_key("吕梁经开区", "PARK")
    True
    >>> name_key("华启天成(深圳)智能科技有限公司", "ORG")
    '华启天成深圳智能科技'
    """
    key = unicodedata.normalize("NFKC", name)
    if label == "ORG":
        key = _LATIN.sub("", key) or key  # 科思创（Covestro）
    key = key.translate(_BRACKETS)
    if label == "PARK":
        for long, short in _ZONE_FORMS:
            if key.endswith(long) or long + "管" in key:
                key = key.replace(long, short)
                break
        key = re.sub(r"^(?:国家级|国家(?!级)|省级)(?=.{4})", "", key)
    elif label == "ORG":
        for end in COMPANY_ENDS:
            if key.endswith(end) and len(key) - len(end) >= 2:
                key = key[: -len(end)]
                break
        for long, short in _ZONE_FORMS:
            key = key.replace(long, short)
        key = key.replace("管理委员会", "管委会").replace("人民政府", "政府")
    elif label == "PROJECT":
        key = re.sub(r"^年产(?=\d)", "", key)
        key = re.sub(r"(?:建设|工程|项目)+$", "", key) or key
    return key.casefold()


def is_generic_park(name: str) -> bool:
    """Whether a park's name is only its kind, so that the article must say which one is meant.

    >>> is_generic_park("高新区"), is_generic_park("阳泉高新区")
    (True, False)
    """
    return bool(_GENERIC_PARKS.match(name_key(name, "PARK")))


def org_kind(name: str) -> str:
    """``company``, ``government`` or ``institution``.

    >>> [org_kind(n) for n in ("康佳集团", "阳泉高新区管委会", "山西大同大学")]
    ['company', 'government', 'institution']
    """
    return told_kind(name) or "company"


def is_complete(name: str) -> bool:
    """Whether a company's name has its legal form, so that it is registered in these words.

    >>> is_complete("康佳集团股份有限公司"), is_complete("康佳集团"), is_complete("康佳公司")
    (True, False, False)
    """
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", name)
    return bare.endswith(("有限公司", "有限责任公司", "股份公司", "集团公司"))


def told_kind(name: str) -> str:
    """`org_kind` where a word of the name tells it, else empty: 康佳, 哈工大.

    >>> told_kind("康佳集团"), told_kind("哈工大")
    ('company', '')
    """
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", name)
    if _COMPANY.search(bare):
        return "company"
    if _GOVERNMENT.search(bare) or "管委会" in bare:
        return "government"
    return "institution" if _INSTITUTION.search(bare) else ""
