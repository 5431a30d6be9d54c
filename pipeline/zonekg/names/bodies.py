"""Names of public bodies: of which zone or place they are, and the body without it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from zonekg.names.divisions import leading_places

__all__ = ["is_local_body", "plain_body", "zone_body"]

_FORMS = (
    (r"发展(?:和|与)?改革(?:委员会|委|局)", "发改委"), (r"管理委员会", "管委会"),
    (r"人民政府", "政府"),
    (r"工业(?:和|与)信息化(?=委|厅|局)", "工信"), (r"行政审批", "审批"), (r"委员会$", "委"),
    (r"办公室$", "办"), (r"科学技术(?=局|厅|委)", "科技"), (r"自然资源(?:和|与)规划局", "自规局"),
    (r"农业科学院", "农科院"),
)  # fmt: skip
_ZONE = re.compile(
    r"^(.*?(?:区|园|城|基地|片区|镇))((?:管委会|党工委|工委|(?:(?!区|园)[\u4e00-\u9fff]){2,6}(?:局|办|中心)).*)$"
)
_LOCAL = re.compile(
    r"(?:省|市|县|区|州|旗|镇|乡)(?=[\u4e00-\u9fff]{2,})(?![\u4e00-\u9fff]*(?:公司|大学|学院|集团))"
)


@lru_cache(maxsize=200_000)
def plain_body(name: str) -> str:
    """A body's name with the short forms of its words.

    >>> plain_body("阳泉市发展和改革委员会"), plain_body("阳泉高新区管理委员会")
    ('阳泉市发改委', '阳泉高新区管委会')
    """
    bare = unicodedata.normalize("NFKC", name)
    for form, short in _FORMS:
        bare = re.sub(form, short, bare)
    return bare


@lru_cache(maxsize=200_000)
def is_local_body(name: str) -> bool:
    """Whether a body's name tells its rank but no place: 省商务厅, 市发改委.

    >>> is_local_body("市发改委"), is_local_body("阳泉市发改委")
    (True, False)
    """
    return bool(_LOCAL.match(name)) and not leading_places(name)[1]


@lru_cache(maxsize=200_000)
def zone_body(name: str) -> tuple[str, str]:
    """The zone and the body in a name; empty where it has none.

    >>> zone_body("阳泉高新区管理委员会"), zone_body("综改示范区党工委")
    (('阳泉高新区', '管委会'), ('综改示范区', '党工委'))
    """
    match = _ZONE.match(plain_body(name))
    return (match[1], match[2]) if match else ("", "")
