"""Suspicious relations: amounts that nobody owns, projects that lie nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from zonekg.annotate.audit.findings import AuditFinding, Entry
from zonekg.names import name_key

__all__ = ["amounts_without_owner", "projects_without_park"]


_OWNED = {
    "TOTAL_INVESTMENT": "总投资|计划投资|投资额|签约额|协议投资|投资总额|签约金额|协议引资",
    "ANNUAL_INVESTMENT": "年度计划投资|年计划投资|年度投资|固定资产投资|完成投资",
    "OUTPUT_VALUE": "产值|营业收入|销售收入|营收|主营业务收入|销售额",
    "TAX": "税收|纳税|利税|税金|缴税|入库税",
}
# shares, thresholds, changes; and sums of cities and counties
_NOT_OWNED = re.compile(
    r"累计|新增|增加|其中|占|利润|补贴|到位|外资|每亩|亩均|人均|突破|不足|不低于|凡|由"
)
_CITY = re.compile("[全本各](?:市|县|州|省|自治区)|[市县州](?:今年)?(?:安排|实施|谋划|列入|举行)")
_THRESHOLD = re.compile(r"以上的?[^，。；、\n]{0,8}(?:项目|企业|楼宇|比)")
_CUE = re.compile(f"(?:{'|'.join(_OWNED.values())})[^，。；、：\n]{{0,8}}$")


def amounts_without_owner(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """An amount behind a cue (总投资, 产值, 税收...) that nobody owns, nor one worded alike."""
    for entry in entries:
        text, found = entry.text, entry.marks
        owned = {entry.thing[row["to_id"]] for row in entry.record["relations"]}
        for m in (m for m in found if m.label == "MONEY" and entry.thing[m.id] not in owned):
            sentence = re.split(r"[。；\n]", text[: m.start])[-1]
            clause = sentence.rpartition("，")[2]
            owners = [o.end for o in found if o.end <= m.start and o.label != "MONEY"]
            behind = text[max([m.start - len(sentence), *owners]) : m.start]
            if _CITY.search(behind) or _NOT_OWNED.search(clause):
                continue
            if _CUE.search(clause) and not _THRESHOLD.match(text, m.end):
                problem = f"nobody owns {m.text}"
                yield entry.finding("amount without owner", problem, m.start, m.end)


def projects_without_park(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """A PROJECT in no park, in an article that names a park in its title, or one and no other."""
    for entry in entries:
        park = _article_park(entry)
        if not park:
            continue
        rows = [row for row in entry.record["relations"] if row["type"] == "LOCATED_IN"]
        done = {entry.thing[row["from_id"]] for row in rows}
        for m in entry.marks:
            if m.label == "PROJECT" and entry.thing[m.id] not in done:
                done.add(entry.thing[m.id])
                problem = f"{m.text} lies in no park, the article is on {park}"
                yield entry.finding("project without park", problem, m.start, m.end)


def _article_park(entry: Entry) -> str:
    title = entry.text.find("\n")
    parks = [m for m in entry.marks if m.label == "PARK"]
    in_title = [m.text for m in parks if m.start < title]
    if in_title:
        return in_title[0]
    if len(parks) >= 2 and len({name_key(m.text, "PARK") for m in parks}) == 1:
        return parks[0].text
    return ""
