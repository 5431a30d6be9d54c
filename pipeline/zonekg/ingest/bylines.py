"""Who wrote it and who took the picture: names, bylines, captions and their credits."""

from __future__ import annotations

import re

__all__ = [
    "ends_paragraph",
    "is_byline",
    "is_caption",
    "is_credit",
    "names_in",
    "role_in",
    "trailing_byline",
]

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
_COMPOUND = (
    "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|夏侯|闻人|端木|南宫|独孤"
)
_PLACE_ENDINGS = "区市县省镇乡村厅局委办厂园院路街港站馆线桥库矿钢铁讯报版刊社处会部所司"
_NAME = (
    rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}"
    rf"|[{_SURNAMES}](?:[\u3400-\u9fff\U00020000-\U0003ffff]{{1,2}}"
    rf"|[ \u3000]+[\u4e00-\u9fff](?![\u4e00-\u9fff]))"
    r"|[\u4e00-\u9fff]{2,6}·[\u4e00-\u9fff]{2,6}(?:·[\u4e00-\u9fff]{2,6})?)"
)
_NAMES = rf"{_NAME}(?:[ \u3000、，,/／]+{_NAME}){{0,4}}"
_ROLE = (
    r"(?:(?:本报|本网|本刊|全媒体|融媒体|特约|见习|实习|首席|驻地|新华社"
    r"|[\u4e00-\u9fff]{2,6}(?=记者))*"
    r"(?:记者|通讯员|报道员|评论员|实习生|撰稿|撰文|作者|摄影报道|整理))"
)
_ANYBODY = (
    r"(?:[\u3400-\u9fff·\U00020000-\U0003ffff]{2,8}|[\u4e00-\u9fff][ \u3000]+[\u4e00-\u9fff]"
    r"|[A-Z][a-z]+(?: [A-Z][a-z]+)+)"
)
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
    r"(?:图为|图[①-⑨一二三四五\d]|[上下左右]图|[（(]?[上下左右]图[）)]?[：:为]|[▲▼△▽]"
    r"|图片?说明|题图|资料图)"
)
_ROLE_WORD = re.compile(_ROLE)
_BYLINE = re.compile(
    rf"[（(【□○◎●\s]*(?:{_WITH_ROLE}|(?:[文图][：:\s]+)?{_NAMES}){_TEXT_BY}[）)】\s]*$"
)
_TRAILING = re.compile(
    r"(?:(?<=[。！？…”’）)])|(?<=[\u4e00-\u9fff\"]\.))\s*"
    rf"(?P<tail>[（(]\s*(?:{_WITH_ROLE}|{_NAMES})\s*[）)]|[□○◎]?\s*(?:{_WITH_ROLE}|{_NAMES}))\s*$"
)
_BOTH = re.compile(r"文\s*[/／]?\s*图")
_LOOSE_TRAILING = re.compile(
    r"(?<=[。！？”）])\s*"
    r"(?P<tail>[\u4e00-\u9fff·]{1,4}(?:[ \u3000]+[\u4e00-\u9fff·]{1,4}){1,4})\s*$"
)
_BRACKETED = re.compile(r"(?<=[。！？”])[（(](?P<name>[\u3400-\u9fff·]{2,4})[）)]$")
_NO_NAMES = frozenset(
    ("下同", "完", "摘编", "节选", "待续", "未完", "全文完", "略", "上图", "下图", "左图", "右图",
     "图片", "资料", "编译", "详见", "附后", "原文", "掌声", "笑声")
)  # fmt: skip


def role_in(text: str) -> bool:
    """Whether 记者, 通讯员 or the like stands in a text."""
    return bool(_ROLE_WORD.search(text))


def is_credit(text: str) -> bool:
    """Whether a line is a photograph's credit alone: ■ 阮洋摄."""
    return len(text) <= 40 and bool(_CREDIT_LINE.match(text))


def is_caption(text: str) -> bool:
    """Whether a text is a photograph's caption."""
    return len(text) <= 200 and bool(_CAPTION_END.search(text) or _CAPTION_START.match(text))


def is_byline(text: str) -> bool:
    """Whether a line names the writers of an article and nothing else."""
    if len(text) > 40 or not _BYLINE.match(text):
        return False
    if role_in(text) or text[0] in "（(□○◎":
        return True
    return text[-1] not in _PLACE_ENDINGS


def ends_paragraph(text: str) -> bool:
    """Whether a line surely ends with its writers' names: in brackets, or with their role."""
    tail = text[trailing_byline(text) :]
    return bool(tail) and (tail[0] in "（(□○◎" or bool(_ROLE_WORD.search(tail)))


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
