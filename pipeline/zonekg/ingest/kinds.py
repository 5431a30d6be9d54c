"""What a unit of a page is: headline, body, caption, byline, jump line or page furniture."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Literal

from zonekg.ingest.bylines import is_byline, is_caption, is_credit, role_in
from zonekg.ingest.lines import Unit

__all__ = [
    "Kind",
    "date_of_paper",
    "dateline",
    "is_row",
    "iso_date",
    "jump_target",
    "kind_of",
    "leading_jump",
    "stands_alone",
]

Kind = Literal["furniture", "rule", "jump", "caption", "credit", "byline", "note", "head", "body"]

_PAGE_NAME = r"(?P<page>第?\s*[A-Za-z]?\s*[\d０-９一二三四五六七八九十]{1,4}\s*版)"
_JUMP_BEFORE = re.compile(rf"[（(【]\s*(?:上接|紧接|接)\s*{_PAGE_NAME}[^）)】]{{0,24}}[）)】]")
_JUMP = re.compile(
    rf"[（(【]?\s*(?P<way>下转|上接|紧接|(?<=[（(【])[转接])\s*{_PAGE_NAME}[^。；，]{{0,24}}?[）)】]?$"
)
_DAY = r"\s*(?:\d{1,2}月\d{1,2}日)?\s*(?:专?讯|电)"
_DATELINE = re.compile(
    rf"[（(【]?(?:(?:本报|本刊|本网|新华社|中新社|中新网|人民网)[\u4e00-\u9fff]{{0,6}}{_DAY}"
    rf"|据?\s*[\u4e00-\u9fff·]{{1,12}}(?:报|社|网|台|客户端|周刊)\s*(?:[\u4e00-\u9fff]{{2,6}})?{_DAY}"
    r"(?=[\s（(，,：:—－】）)]|记者|通讯员))[】）)]?"
)
_FURNITURE = re.compile(
    r"邮发代号|统一(?:连续出版物)?(?:刊|书)号|CN\s?\d\d[-—－]\d{4}|ISSN|投稿邮箱|E-?mail|零售价"
    r"|责任编辑|美术编辑|责编|本版编辑|版式|美编|值班(?:编委|主任|总编)|(?:新闻|广告|发行|订阅)热线"
    r"|(?:组版|校对|总编辑?|社长|编辑|制图|策划|统筹|邮箱|邮编)\s*[：:]|广告(?:经营)?许可|今日\d*版"
    r"|第\s*\d+\s*期|总第\s*\d+|星期[一二三四五六日天]|农历|https?://|www\."
    r"|电话\s*[：:].*(?:邮编|传真|地址)|(?:邮编|传真|地址).*电话\s*[：:]"
    r"|^[^，。]*(?:微信公众号|扫码|二维码|扫一扫|定价|每份|印刷)[^，。]*$",
    re.I,
)
_ROUTING = re.compile(
    r"(?:报|送|发|主送|抄送|抄报)[：:]|(?:主办|承办|协办|主管|出版)(?:单位)?\s*[：:]"
)
_NAMEPLATE = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:报|周刊|观察|传媒|时报|日报)[ \u3000·|]"
    r"|.{2,10}[ \u3000·|]+.{0,10}(?:版|专刊|周刊|特刊|导刊)$"
    r"|[\u4e00-\u9fff]{0,6}[·|]?(?:广角|要闻|综合新闻|专版|特刊|聚焦|视点|纵横|简讯|动态|风采)\s*\d{0,3}$"
)
_PAGE_LABEL = re.compile(
    r"[-—·\s]*(?:第\s*)?[A-Za-z]?\s*[\d０-９]{1,3}\s*版?[-—·\s]*$"
    r"|第[一二三四五六七八九十\d０-９]+版.{0,12}$|[A-Z]\d{1,2}版?[\s·|].{0,12}$"
)
_PAPER_DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?:\s*年(?:\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日)?"
    r"|[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})(?!\d))"
)
_RULE = re.compile(r"[-—_=*＊·.~～─━☆★◇◆■□\s]{3,}$|!\[[^\]]*\]\([^)]*\)$|\[?图片\]?$|<[^>]{1,80}>$")
_NOTE = re.compile(
    r"[【\[]?(?:编者按|编前语|编前|编后|编后语|编者的话|开栏的话|记者手记|短评)[】\]：:]?$"
)
_ROW = re.compile(
    r"(?:[（(]?\d{1,3}[）).、．][^\d]|[①-⑳]|[•·]\s*\S|(?:地址|电话|手机|联系人|联系方式|联系电话|时间"
    r"|地点|邮箱|网址|传真|报名|咨询|报名咨询|报名电话|咨询电话)[：:]\S)"
)
_SENTENCE = re.compile(r"[。；！;]|[，,].*[，,]|[\u4e00-\u9fff]\.(?:[\u4e00-\u9fff\"“]|$)")


def kind_of(unit: Unit) -> Kind:
    """The kind that the wording alone speaks for; `pages` corrects it by the surroundings."""
    text = unit.text
    return next((kind for kind, test in _TESTS if test(text)), "head")


def stands_alone(text: str) -> bool:
    """Whether a line is never part of a wrapped paragraph, judged by itself."""
    return bool(
        _RULE.match(text)
        or (_JUMP.match(text) and len(text) <= 24)
        or (len(text) <= 40 and (is_credit(text) or text[0] in "■▲▼□"))
        or _is_furniture(text)
        or _NOTE.match(text)
        or re.match(r"#{1,6}\s", text)
        or (len(text) <= 24 and role_in(text) and is_byline(text))
    )


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
    return len(text) - date.end() <= 12 and (
        not ahead or (len(ahead) <= 16 and ahead[-1] in "编报刊版办")
    )


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
    match = _JUMP.search(text, max(0, len(text) - 40))
    if not match:
        return None
    page = re.sub(r"\s", "", match["page"])
    return ("on" if match["way"] in ("下转", "转") else "from"), page, match.start()


def leading_jump(text: str) -> tuple[str, int]:
    """(page name, where the text goes on) of a text that begins with （上接A1版）; else ("", 0)."""
    match = _JUMP_BEFORE.match(text)
    return (re.sub(r"\s", "", match["page"]), match.end()) if match else ("", 0)


def date_of_paper(text: str) -> str:
    """ISO date, or year, that a masthead line tells; empty if none."""
    match = _PAPER_DATE.search(text)
    if not match:
        return ""
    day = iso_date(match["y"], match["m"] or match["m2"] or "0", match["d"] or match["d2"] or "0")
    return day or str(match["y"])


def iso_date(year: str, month: str, day: str) -> str:
    """``YYYY-MM-DD``, or nothing where there is no such day."""
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


_TESTS: tuple[tuple[Kind, Callable[[str], object]], ...] = (
    ("rule", _RULE.match),
    ("jump", _JUMP.match),
    ("note", _NOTE.match),
    ("credit", is_credit),
    ("caption", is_caption),
    ("furniture", _is_furniture),
    ("byline", is_byline),
    ("body", _is_body),
)
