"""The parts of companies' names: place, brand, trade and legal form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from zonekg.names.divisions import leading_places
from zonekg.names.keys import COMPANY_ENDS
from zonekg.names.parts.words import plain, trades

__all__ = ["CompanyName", "company_name", "is_parent"]


class CompanyName(NamedTuple):
    """The parts of a company's name; what it lacks is empty.

    places: division codes of the place in front, and inner: of one in brackets (a branch's);
    brand: what tells it from others; trade: what it deals in; form: its legal form, 集团 included;
    branch: 分公司, 支行 and the like.
    """

    places: tuple[str, ...]
    brand: str
    trade: str
    form: str
    inner: tuple[str, ...] = ()
    branch: str = ""


_BRACKETED = re.compile(r"\(([^()]*)\)")
_BRANCH = tuple(
    re.compile(f"{front}(?:分公司|分行|支行|分厂)$")
    for front in (r"(?:(?<=公司)|(?<=集团)|(?<=银行))[\u4e00-\u9fff]{0,8}", r"[\u4e00-\u9fff]{0,4}")
)
_FORM = re.compile(rf"(?:集团)?(?:控股)?(?:{'|'.join(COMPANY_ENDS)}|有限合伙|株式会社|厂)$")


_FORMS = ("集团", "控股", "股份")
_COUNTRY = re.compile(
    r"^(?:德国|美国|日本|韩国|法国|英国|瑞士|瑞典|丹麦|荷兰|意大利|新加坡|泰国)(?=..)"
)


@lru_cache(maxsize=100_000)
def company_name(name: str) -> CompanyName:
    """The parts of a company's name, full or short.

    >>> company_name("湖南汉森制药股份有限公司")[:4]
    (('43',), '汉森', '制药', '股份有限公司')
    >>> company_name("太行世纪（阳泉）新能源有限公司")[1:5]
    ('太行世纪', '新能源', '有限公司', ('1403',))
    """
    bare = unicodedata.normalize("NFKC", name).strip()
    inner: tuple[str, ...] = ()
    for match in _BRACKETED.finditer(bare):
        inner = leading_places(match[1])[0] or inner
    bare = plain(_BRACKETED.sub(lambda match: match[1] if match[1] in _FORMS else "", bare))
    bare = _COUNTRY.sub("", bare)
    branch = ""
    cuts = (pattern.search(bare) for pattern in _BRANCH)
    if (cut := next(filter(None, cuts), None)) and cut.start() >= 4:
        bare, branch = bare[: cut.start()], cut[0]
    form = found[0] if (found := _FORM.search(bare)) and found.start() >= 2 else ""
    bare = bare.removesuffix(form)
    places, end = leading_places(bare)
    county = all(len(code) == 6 for code in places)
    if len(bare) - end < 2 or (county and not form):  # 东安动力 is not of 东安
        places, end = (), 0
    brand, trade = _cut_trade(bare[end:])
    return CompanyName(places, brand, trade, form, inner, branch)


def is_parent(name: str) -> bool:
    """Whether a full name is rather of a group or a listed company than of one of its firms.

    >>> is_parent("江西赣锋锂业集团股份有限公司"), is_parent("宜春赣锋锂业有限公司")
    (True, False)
    """
    parts = company_name(name)
    return (
        not parts.branch
        and "控股" not in parts.form
        and ("集团" in parts.form or ("股份" in parts.form and not parts.inner))
    )


def _cut_trade(bare: str) -> tuple[str, str]:
    """Brand and trade: words of trade are cut off the end while two characters stay."""
    at = len(bare)
    while True:
        for size in (5, 4, 3, 2):
            if at - size >= 2 and bare[at - size : at] in trades():
                at -= size
                break
        else:
            return bare[:at], bare[at:]
