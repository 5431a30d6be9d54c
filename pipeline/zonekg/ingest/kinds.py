"""What a unit of a page is: headline, body, caption, byline, jump line or page furniture."""

from __future__ import annotations

import re
from typing import Literal

from zonekg.ingest.lines import Unit

__all__ = [
    "Kind",
    "date_of_paper",
    "dateline",
    "ends_paragraph",
    "is_caption",
    "is_row",
    "jump_target",
    "kind_of",
    "leading_jump",
    "names_in",
    "stands_alone",
    "trailing_byline",
]

Kind = Literal["furniture", "rule", "jump", "caption", "credit", "byline", "note", "head", "body"]

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁"
    "韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧"
    "尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁"
    "钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢裴陆荣翁"
    "荀羊惠甄曲封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景"
    "詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦"
    "雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡"
    "国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺"
    "权逯盖益桓公仝肖闫付代涂覃佟畅苟芦岳帅亓苑原仉鹿官揭展由郄候逢楼刀岩玉麦邬裘宓税衣揣"
)
_COMPOUND = "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|夏侯|闻人|端木|南宫|独孤"
_PLACE_ENDINGS = "区市县省镇乡村厅局委办厂园院路街港站馆线桥库矿钢铁讯报版刊社处会部所司"
_NAME = (
    rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}"
    rf"|[{_SURNAMES}](?:[\u3400-\u9fff\U00020000-\U0003ffff]{{1,2}}"
    rf"|[ \u3000]+[\u4e00-\u9fff](?![\u4e00-\u9fff]))"
    r"|[\u4e00-\u9fff]{2,6}·[\u4e00-\u9fff]{2,6}(?:·[\u4e00-\u9fff]{2,6})?)"
)
_NAMES = rf"{_NAME}(?:[ \u3000、，,/／]+{_NAME}){{0,4}}"
_ROLE = (
    r"(?:(?:本报|本网|本刊|全媒体|融媒体|特约|见习|实习|首席|驻地|新华社|[\u4e00-\u9fff]{2,6}(?=记者))*"
    r"(?:记者|通讯员|报道员|评论员|实习生|撰稿|撰文|作者|摄影报道|整理))"
)
_ANYBODY = r"(?:[\u3400-\u9fff·\U00020000-\U0003ffff]{2,8}|[\u4e00-\u9fff][ \u3000]+[\u4e00-\u9fff]|[A-Z][a-z]+(?: [A-Z][a-z]+)+)"
_ANYBODIES = rf"{_ANYBODY}(?:[ \u3000、，,/／]+(?!{_ROLE}){_ANYBODY}){{0,5}}"
_WITH_ROLE = rf"{_ROLE}[：:\s]*{_ANYBODIES}(?:[ \u3000、，,/／]+{_ROLE}[：:\s]*{_ANYBODIES})*"
_TEXT_BY = r"(?:\s*[/／]?\s*(?:文|报道|采写|整理|文\s*[/／]?\s*图))?"
_CREDIT = (
    rf"(?:[（(【]?(?:{_ROLE})?[：:\s]*{_NAMES}\s*[/／]?\s*(?:摄影?|供图|摄影报道|绘|制图)[）)】]?"
    rf"|[■▲▼◆◇△]\s*(?:{_ROLE})?[：:\s]*{_NAMES}(?:\s*[/／]?\s*(?:摄影?|供图|图|文))?"
    r"|[（(].{2,14}(?:供图|摄|提供)[）)]"
    r"|[（(]?(?:本报)?资料(?:图片?|照片)[）)]?|[（(]?图片?由.{2,20}提供[）)]?)"
)
_CREDIT_LINE = re.compile(rf"{_CREDIT}$")
_CAPTION_END = re.compile(rf"(?:^|[。！？\s”）)]){_CREDIT}[。]?$")
_CAPTION_START = re.compile(
    r"(?:图为|图[①-⑨一二三四五\d]|[上下左右]图|[（(]?[上下左右]图[）)]?[：:为]|[▲▼△▽]|图片?说明|题图|资料图)"
)
_ROLE_WORD = re.compile(_ROLE)
_BYLINE = re.compile(
    rf"[（(【□○◎●\s]*(?:{_WITH_ROLE}|(?:[文图][：:\s]+)?{_NAMES}){_TEXT_BY}[）)】\s]*$"
)
_TRAILING = re.compile(
    rf"(?:(?<=[。！？…”’）)])|(?<=[\u4e00-\u9fff\"]\.))\s*"
    rf"(?P<tail>[（(]\s*(?:{_WITH_ROLE}|{_NAMES})\s*[）)]|[□○◎]?\s*(?:{_WITH_ROLE}|{_NAMES}))\s*$"
)
_BOTH = re.compile(r"文\s*[/／]?\s*图")
_LOOSE_TRAILING = re.compile(
    r"(?<=[。！？”）])\s*(?P<tail>[\u4e00-\u9fff·]{1,4}(?:[ \u3000]+[\u4e00-\u9fff·]{1,4}){1,4})\s*$"
)
_BRACKETED = re.compile(r"(?<=[。！？”])[（(](?P<name>[\u3400-\u9fff·]{2,4})[）)]$")
_NO_NAMES = frozenset(
    "下同 完 摘编 节选 待续 未完 全文完 略 上图 下图 左图 右图 图片 资料 编译 详见 附后 原文 掌声 笑声".split()
)
_JUMP_BEFORE = re.compile(
    r"[（(【]\s*(?:上接|紧接|接)\s*(?P<page>第?\s*[A-Za-z]?\s*[\d０-９一二三四五六七八九十]{1,4}\s*版)[^）)】]{0,24}[）)】]"
)
_JUMP = re.compile(
    r"[（(【]?\s*(?P<way>下转|上接|紧接|转|接)\s*(?P<page>第?\s*[A-Za-z]?\s*[\d０-９一二三四五六七八九十]{1,4}\s*版)"
    r"[^。；，]{0,24}?[）)】]?$"
)
_DATELINE = re.compile(
    r"[（(【]?(?:"
    r"(?:本报|本刊|本网|新华社|中新社|中新网|人民网)[\u4e00-\u9fff]{0,6}\s*(?:\d{1,2}月\d{1,2}日)?\s*(?:专?讯|电)"
    r"|据?\s*[\u4e00-\u9fff·]{1,12}(?:报|社|网|台|客户端|周刊)\s*(?:[\u4e00-\u9fff]{2,6})?\s*(?:\d{1,2}月\d{1,2}日)?\s*"
    r"(?:专?讯|电)(?=[\s（(，,：:—－】）)]|记者|通讯员)"
    r")[】）)]?"
)
_FURNITURE = re.compile(
    r"邮发代号|统一(?:连续出版物)?(?:刊|书)号|CN\s?\d\d[-—－]\d{4}|ISSN|投稿邮箱|责任编辑|美术编辑|责编|本版编辑|版式|校对\s*[：:]"
    r"|美编|组版\s*[：:]|值班(?:编委|主任|总编)|新闻热线|广告热线|发行热线|订阅热线|E-?mail|邮箱\s*[：:]|邮编\s*[：:]"
    r"|第\s*\d+\s*期|总第\s*\d+|星期[一二三四五六日天]|农历|https?://|www\.|零售价|广告(?:经营)?许可|电话\s*[：:].*(?:邮编|传真|地址)|(?:邮编|传真|地址).*电话\s*[：:]"
    r"|^[^，。]*(?:微信公众号|扫码|二维码|扫一扫|定价|每份|印刷)[^，。]*$|今日\d*版|(?:总编辑?|社长|编辑|校对|制图|策划|统筹)\s*[：:]",
    re.I,
)
_ROUTING = re.compile(r"(?:报|送|发|主送|抄送|抄报)[：:]|(?:主办|承办|协办|主管|出版)(?:单位)?\s*[：:]")
_NAMEPLATE = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:报|周刊|观察|传媒|时报|日报)[ \u3000·|]|.{2,10}[ \u3000·|]+.{0,10}(?:版|专刊|周刊|特刊|导刊)$"
    r"|[\u4e00-\u9fff]{0,6}[·|]?(?:广角|要闻|综合新闻|专版|特刊|聚焦|视点|纵横|简讯|动态|风采)\s*\d{0,3}$"
)
_PAGE_LABEL = re.compile(
    r"[-—·\s]*(?:第\s*)?[A-Za-z]?\s*[\d０-９]{1,3}\s*版?[-—·\s]*$|第[一二三四五六七八九十\d０-９]+版.{0,12}$|[A-Z]\d{1,2}版?[\s·|].{0,12}$"
)
_PAPER_DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?:\s*年(?:\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日)?"
    r"|[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})(?!\d))"
)
_RULE = re.compile(r"[-—_=*＊·.~～─━☆★◇◆■□\s]{3,}$|!\[[^\]]*\]\([^)]*\)$|\[?图片\]?$|<[^>]{1,80}>$")
_NOTE = re.compile(r"[【\[]?(?:编者按|编前语|编前|编后|编后语|编者的话|开栏的话|记者手记|短评)[】\]：:]?$")
_ROW = re.compile(
    r"(?:[（(]?\d{1,3}[）).、．][^\d]|[①-⑳]|[•·]\s*\S"
    r"|(?:地址|电话|手机|联系人|联系方式|联系电话|时间|地点|邮箱|网址|传真|报名|咨询|报名咨询|报名电话|咨询电话)[：:]\S)"
)
_SENTENCE = re.compile(r"[。；！;]|[，,].*[，,]|[\u4e00-\u9fff]\.(?:[\u4e00-\u9fff\"“]|$)")


def kind_of(unit: Unit) -> Kind:
    """The kind that the wording alone speaks for; `pages` corrects it by the surroundings."""
    text = unit.text
    if _RULE.match(text):
        return "rule"
    if _JUMP.match(text):
        return "jump"
    if _NOTE.match(text):
        return "note"
    if len(text) <= 40 and _CREDIT_LINE.match(text):
        return "credit"
    if is_caption(text):
        return "caption"
    if _is_furniture(text):
        return "furniture"
    if len(text) <= 40 and _is_byline(text):
        return "byline"
    return "body" if _is_body(text) else "head"


def ends_paragraph(text: str) -> bool:
    """Whether a line surely ends with its writers' names: in brackets, or with their role."""
    tail = text[trailing_byline(text) :]
    return bool(tail) and (tail[0] in "（(□○◎" or bool(_ROLE_WORD.search(tail)))


def stands_alone(text: str) -> bool:
    """Whether a line is never part of a wrapped paragraph, judged by itself."""
    return bool(
        _RULE.match(text)
        or (_JUMP.match(text) and len(text) <= 24)
        or (len(text) <= 40 and (_CREDIT_LINE.match(text) or text[0] in "■▲▼□"))
        or _is_furniture(text)
        or _NOTE.match(text)
        or re.match(r"#{1,6}\s", text)
        or (len(text) <= 24 and _ROLE_WORD.match(text) and _is_byline(text))
    )


def is_caption(text: str) -> bool:
    """Whether a text is a photograph's caption."""
    return len(text) <= 200 and bool(_CAPTION_END.search(text) or _CAPTION_START.match(text))


def _is_furniture(text: str) -> bool:
    if _PAGE_LABEL.match(text):
        return True
    if len(text) > 90 or text.endswith(("。", "；")):
        return False
    if _FURNITURE.search(text) or _ROUTING.match(text):
        return True
    if len(text) <= 30 and _NAMEPLATE.match(text) and not _SENTENCE.search(text):
        return True
    date = _PAPER_DATE.search(text)
    if not date or not (date["m"] or date["m2"]) or _SENTENCE.search(text):
        return False
    ahead = text[: date.start()].strip()
    return len(text) - date.end() <= 12 and (not ahead or (len(ahead) <= 16 and ahead[-1] in "编报刊版办"))


def _is_byline(text: str) -> bool:
    if not _BYLINE.match(text):
        return False
    if _ROLE_WORD.search(text) or text[0] in "（(□○◎":
        return True
    return text[-1] not in _PLACE_ENDINGS


def _is_body(text: str) -> bool:
    if _SENTENCE.search(text) or dateline(text) or len(text) >= 60:
        return True
    if ("，" in text or "," in text) and len(text) >= 30:
        return True
    return text.endswith(("，", "、", ",")) or (text.endswith("：") and len(text) > 15)


def is_row(text: str) -> bool:
    """Whether a line is a row of a list, complete without a closing mark."""
    return bool(_ROW.match(text))


def dateline(text: str) -> str:
    """The dateline that a text begins with (科学导报讯, 新华社南昌5月3日电), or nothing."""
    match = _DATELINE.match(text)
    return match[0] if match else ""


def jump_target(text: str) -> tuple[str, str, int] | None:
    """(``on`` or ``from``, page name, where the jump begins) of a text that ends in a jump."""
    start = max(text.rfind("下转"), text.rfind("上接"), text.rfind("紧接"))
    if start < 0 or len(text) - start > 40:
        return None
    while start and text[start - 1] in "（(【 ":
        start -= 1
    match = _JUMP.match(text, start)
    if not match:
        return None
    page = re.sub(r"\s", "", match["page"])
    return ("on" if match["way"] in ("下转", "转") else "from"), page, start


def leading_jump(text: str) -> tuple[str, int]:
    """(page name, where the text goes on) of a text that begins with （上接A1版）; else ("", 0)."""
    match = _JUMP_BEFORE.match(text)
    return (re.sub(r"\s", "", match["page"]), match.end()) if match else ("", 0)


def trailing_byline(text: str) -> int:
    """Where the names at the end of a closed paragraph begin; len(text) if there are none."""
    match = _TRAILING.search(text, max(0, len(text) - 60))
    if not match:
        bracketed = _BRACKETED.search(text, max(0, len(text) - 10))
        if bracketed and bracketed["name"] not in _NO_NAMES:
            return bracketed.start()
        loose = _LOOSE_TRAILING.search(text, max(0, len(text) - 30))
        named = loose and any(word[0] in _SURNAMES for word in loose["tail"].split())
        return loose.start("tail") if loose and named else len(text)
    tail = match["tail"]
    plain = tail[0] not in "（(□○◎"
    if plain and (tail[-1] in _PLACE_ENDINGS or (len(tail) == 2 and tail[0] == tail[1])):
        return len(text)
    if not plain and not _ROLE_WORD.search(tail) and text[match.start() - 1] not in "。！？…”.":
        return len(text)
    return match.start("tail")


def names_in(text: str) -> list[str]:
    """The people's names in a byline, roles and brackets left out."""
    bare = re.sub(r"[（()）【】□○◎●、，,/／：:]", "  ", _ROLE_WORD.sub("  ", _BOTH.sub("  ", text)))
    names = re.findall(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+|(?<!\S)\S[ \u3000]+\S(?!\S)|\S{2,}", bare)
    return [name for name in names if name not in ("文", "图", "报道", "采写")]


def date_of_paper(text: str) -> str:
    """ISO date, or year, that a masthead line tells; empty if none."""
    match = _PAPER_DATE.search(text)
    if not match:
        return ""
    month, day = int(match["m"] or match["m2"] or 0), int(match["d"] or match["d2"] or 0)
    if 1 <= month <= 12 and 1 <= day <= 31:
        return f"{match['y']}-{month:02}-{day:02}"
    return match["y"]
