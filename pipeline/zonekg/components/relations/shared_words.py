"""What the names of two things have in common: a project, body or firm is often called after one.

晶瞳检测科技 is who runs 晶瞳光致发光晶圆检测线, though no sentence says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from zonekg.names import company_name, park_name
from zonekg.names.parts import plain

__all__ = ["WORDS", "shared_words"]

Ints = NDArray[np.int64]

WORDS = 4
"""Numbers that tell what two things share."""
_LONGEST = 8
_CARRIERS = (3, 4, 6, 10)
_BEGINS, _INSIDE = 1, 2


def shared_words(names: Sequence[str], labels: Sequence[str], groups: Ints) -> Ints:
    """For each two mentions what their things' names share, shape (mentions, mentions, `WORDS`).

    names, labels: of M mentions; groups: for each the number of the first mention of its thing,
    shape (M,). The longest run of characters that a name of either has, 2 to 8, 0 for none, where
    firms are without their legal form and parks without their kind; in how many things it is, as a
    place's name is in many; whether a name of the one begins with it (1) or has it inside (2), and
    of the other. Of runs of one length the rarest is told, of those one that names begin with.

    >>> names, labels = ["宁夏晶瞳检测科技有限公司", "晶瞳晶圆检测线"], ["ORG", "PROJECT"]
    >>> shared_words(names, labels, np.array([0, 1]))[0, 1].tolist()  # 晶瞳, inside and in front
    [2, 0, 2, 1]
    """
    numbers = {int(first): i for i, first in enumerate(dict.fromkeys(groups.tolist()))}
    carriers: dict[str, dict[int, int]] = defaultdict(dict)
    for name, label, group in zip(names, labels, groups.tolist(), strict=True):
        for run, kind in _runs(name, label):
            found = carriers[run]
            found[numbers[group]] = min(kind, found.get(numbers[group], _INSIDE))
    out = np.zeros((len(numbers), len(numbers), WORDS), dtype=np.int64)
    common = [(run, found) for run, found in carriers.items() if len(found) > 1]
    # what is written last stays
    for run, found in sorted(common, key=_weight):
        which, kinds = np.array([*found]), np.array([*found.values()])
        told = (len(run), np.digitize(len(found), _CARRIERS), kinds[:, None], kinds)
        out[which[:, None], which] = np.stack(np.broadcast_arrays(*told), axis=-1)
    rows = np.array([numbers[int(group)] for group in groups], dtype=np.int64)
    return out[rows[:, None], rows]


def _weight(row: tuple[str, dict[int, int]]) -> tuple[int, int, int, str]:
    run, found = row
    return len(run), -len(found), -sum(found.values()), run


@lru_cache(maxsize=2_000)
def _runs(name: str, label: str) -> tuple[tuple[str, int], ...]:
    """The runs of characters of a name, each with where it stands first."""
    told = _telling(name, label)
    found: dict[str, int] = {}
    for start in range(len(told)):
        for end in range(start + 2, min(start + _LONGEST, len(told)) + 1):
            found.setdefault(told[start:end], _INSIDE if start else _BEGINS)
    return tuple(found.items())


def _telling(name: str, label: str) -> str:
    """What tells a name from others of its kind, empty for an amount."""
    if label == "MONEY":
        return ""
    if label == "PARK":
        return park_name(name).head or plain(name)
    words = plain(name)
    return words.removesuffix(company_name(name).form) if label == "ORG" else words
