"""What the names of all types share: one width, the order of characters, words of trades."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

__all__ = ["in_order", "is_descriptive", "plain", "trades"]

_MARKS = str.maketrans("", "", "()【】[]〔〕“”‘’\"'《》「」·・•—-–－~ \u3000")


def plain(name: str) -> str:
    """A name in one width and case, without brackets, quotation marks and spaces."""
    return unicodedata.normalize("NFKC", name).translate(_MARKS).casefold()


def in_order(short: str, full: str) -> bool:
    """Whether the characters of `short` stand in `full` in the same order.

    >>> in_order("哈工大", "哈尔滨工业大学"), in_order("工哈", "哈尔滨工业大学")
    (True, False)
    """
    rest = iter(full)
    return all(char in rest for char in short)


@cache
def trades() -> frozenset[str]:
    """Words for what firms deal in."""
    text = (files("zonekg.names") / "trades.txt").read_text(encoding="utf-8")
    rows = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for row in rows for word in row.split())


def is_descriptive(words: str) -> bool:
    """Whether words only say what a park or a firm deals in, so that many may be called so.

    >>> is_descriptive("汽车"), is_descriptive("现代生物医药"), is_descriptive("慈湖")
    (True, True, False)
    """
    while words:
        for size in (5, 4, 3, 2):
            if words[-size:] in trades() or words[-size:] in _COMMON:
                words = words[:-size]
                break
        else:
            return False
    return True


_COMMON = frozenset((
    "双创", "高新", "经开", "城市", "国有", "国资", "园区", "开发区", "高新区", "经开区", "现代",
    "国际", "创新", "高端", "智慧", "智能", "绿色", "新型", "中小", "民营", "青年", "先进", "生态",
    "循环", "经济", "科技", "石化", "煤化", "化工", "光电", "农业", "临港", "滨江",
))  # fmt: skip
