"""How well one piece of text goes on with another: the evidence for joining across a cut."""

from __future__ import annotations

import re

from zonekg.lexicon import MAX_WORD, words

__all__ = ["seam_score"]

_CANT_START = "，、。；：！？,;!?）)】》”’」』％%…"
_CANT_END = "，、（(“‘《【「『-－/和与及或的"
_UNITS = "年月日时分秒万亿千百元个%％‰多余余家项条期批人次平吨米亩公"
_NUMERALS = "一二三四五六七八九十百千万亿"
_COMPANY_END = re.compile(r"[\u4e00-\u9fff]{0,2}(?:股份)?有限(?:责任)?公司")
_STARTERS = re.compile(
    r"(?:今年|去年|近日|日前|目前|据|截至|会议|同时|其中|此外|随后|下一步|接下来|近年来|在|为|当天|当日"
    r"|\d{1,2}月\d{1,2}日|[一二三四五六七八九十]是|[“‘「])"
)
_PAIRS = {"”": "“", "’": "‘", "）": "（", ")": "(", "》": "《", "】": "【", "」": "「"}


def seam_score(left: str, right: str) -> int:
    """Evidence that `right` goes on where `left` breaks off: about -3 (none) to 6 (sure).

    The marks at the seam speak first; then whether a word of spacy-pkuseg's word list runs
    across the seam, while the right side does not begin with a word of its own.

    >>> seam_score("原平经开区与晋川合成材", "料股份有限公司签订") > 1
    True
    >>> seam_score("推动经济高质量发展", "会议强调，各部门要靠前服务") < 1
    True
    """
    if not left or not right:
        return 0
    score = 0
    if right[0] in _CANT_START:
        score += 4
    if left[-1] in _CANT_END:
        score += 2
    if left[-1].isdigit() and (right[0].isdigit() or right[0] in _UNITS):
        score += 3
    if left[-1] in _NUMERALS and (right[0] in _NUMERALS or right[0] in "月日年家个项名倍成"):
        score += 3
    if left[-1].isascii() and left[-1].isalpha() and right[0].isascii() and right[0].isalpha():
        score += 3
    if _COMPANY_END.match(right) and left[-1].isalpha():
        score += 3
    if _closes(left, right):
        score += 2
    score += _word_evidence(left[-MAX_WORD:], right[:MAX_WORD])
    if _STARTERS.match(right) and score < 3:
        score -= 2
    return score


def _closes(left: str, right: str) -> bool:
    """Whether the first bracket or quotation mark of `right` closes one left open in `left`."""
    for char in right[:80]:
        if char in _PAIRS.values():
            return False
        if char in _PAIRS:
            return left.count(_PAIRS[char]) > left.count(char)
    return False


def _word_evidence(left: str, right: str) -> int:
    known = words()
    across = any(
        left[-i:] + right[:j] in known
        for i in range(1, len(left) + 1)
        for j in range(1, len(right) + 1)
        if i + j <= MAX_WORD
    )
    if not across:
        return 0
    begins = any(right[:j] in known for j in range(2, len(right) + 1))
    ends = any(left[-i:] in known for i in range(2, len(left) + 1))
    return 1 + (0 if begins else 2) + (0 if ends else 1)
