"""Labels of a picture: the font, the characters it has, the line breaks, and where labels go."""

from __future__ import annotations

import importlib.util
import math
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib import font_manager
from numpy.typing import NDArray

from zonekg.errors import OutputError

__all__ = ["Box", "Space", "drawable", "font_path", "line_width", "wrap"]

# in the order of choice; only for an installation without the font package
_SYSTEM = re.compile(
    r"NotoSans(CJK)?-?(sc|SC)|NotoSansCJK|SourceHanSans|wqy|PingFang|msyh|simhei|Hiragino", re.I
)
_LONGEST = 24  # characters of a label
_AROUND = 8  # places for a label at one distance from its node
_LINE = 12  # full-width characters of a line
# marks that no Chinese line starts with
_CLOSING = set("，。、；：！？）》〉」』】〕”’…,.;:!?)]}%")


@cache
def font_path() -> Path:
    """The font file: Noto Sans SC from its package, so that every machine draws the same.

    Without the package the first system font that is known to have Chinese; raises OutputError
    when there is none.
    """
    found = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder, "NotoSansSC-Regular.otf")
        if path.is_file():
            return path
    for name in sorted(font_manager.findSystemFonts()):
        if _SYSTEM.search(Path(name).name):
            return Path(name)
    raise OutputError(
        "no font with Chinese characters is installed; "
        "reinstall zonekg with its dependency pylopdf-fonts-zh-cn"
    )


@cache
def _known() -> frozenset[int]:
    return frozenset(font_manager.get_font(str(font_path())).get_charmap())


def drawable(text: str) -> str:
    r"""`text` in characters that the font has: ₂ becomes 2, an unknown character a box.

    >>> drawable("CO₂\t减排🏭")
    'CO2 减排□'
    """
    out = []
    for mark in text:
        if mark.isspace():
            out.append(" ")
        elif ord(mark) in _known():
            out.append(mark)
        elif unicodedata.category(mark) not in ("Cc", "Cf", "Cs", "Mn", "Me"):  # else invisible
            plain = unicodedata.normalize("NFKC", mark)
            out.append(plain if all(ord(c) in _known() for c in plain) else "□")
    return re.sub(" +", " ", "".join(out)).strip()


def line_width(text: str) -> float:
    """The width of a line in em: 1 for Chinese characters, about half for Latin ones.

    >>> line_width("甲AB")
    2.2
    """
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.6 for c in text)


def wrap(text: str) -> list[str]:
    """Break a label into lines of about equal width, at most 12 em; 24 characters, then ``…``.

    Latin words and numbers stay whole where they fit, and no line starts with a closing mark.

    >>> wrap("阳泉高新区年产10万吨新材料生产基地项目")
    ['阳泉高新区年产10万', '吨新材料生产基地项目']
    """
    text = drawable(text)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1].rstrip() + "…"
    parts = re.findall(r"[A-Za-z0-9.%+-]{1,12}|.", text)
    count = max(1, math.ceil(line_width(text) / _LINE))
    goal = line_width(text) / count
    lines = _fill(parts, goal)
    while len(lines) > count:  # whole words leave lines short
        goal += 0.5
        lines = _fill(parts, goal)
    return lines


def _fill(parts: Sequence[str], goal: float) -> list[str]:
    lines = [""]
    for part in parts:
        if lines[-1] and part[0] not in _CLOSING and line_width(lines[-1] + part) > goal:
            lines.append("")
        lines[-1] += part
    return [line.strip() for line in lines]


class Box(NamedTuple):
    """A rectangle on the page, in points."""

    left: float
    bottom: float
    right: float
    top: float


class Space:
    """What stands on the page, and the place where the next label covers least of it.

    discs: (n, 3) x, y and radius of the nodes; dots: (m, 2) points along the edges, in points.
    """

    def __init__(self, discs: NDArray[np.float64], dots: NDArray[np.float64], page: Box) -> None:
        radius = discs[:, 2:]
        self.discs = np.hstack((discs[:, :2] - radius, discs[:, :2] + radius))
        self.dots, self.page = dots, page
        self.boxes = np.zeros((0, 4))

    def place(
        self, disc: tuple[float, float, float], width: float, height: float, *, must: bool
    ) -> Box | None:
        """The best box of this size around a node; None when all cover too much, unless `must`."""
        best, least = None, np.inf
        for order, box in enumerate(_candidates(*disc, width, height)):
            cost = self._cost(box) + (0.01 * order + 0.4 * (order // _AROUND)) * width * height
            if cost < least:
                best, least = box, cost
        if best is None or (not must and least > 0.25 * width * height):
            return None
        self.boxes = np.vstack((self.boxes, best))
        return best

    def _cost(self, box: Box) -> float:
        area = (box.right - box.left) * (box.top - box.bottom)
        page = self.page
        outside = (
            box.left < page.left
            or box.right > page.right
            or box.bottom < page.bottom
            or box.top > page.top
        )
        inside = (
            (self.dots[:, 0] > box.left)
            & (self.dots[:, 0] < box.right)
            & (self.dots[:, 1] > box.bottom)
            & (self.dots[:, 1] < box.top)
        ).sum()
        over = 4.0 * _overlap(self.boxes, box) + 6.0 * _overlap(self.discs, box)
        return over + 25.0 * float(inside) + (3.0 * area if outside else 0.0)


def _candidates(x: float, y: float, radius: float, width: float, height: float) -> list[Box]:
    """Boxes around a disc, the one below first, where readers expect a label."""
    out = []
    for away in (2.0, 9.0, 18.0):
        reach = radius + away
        slant = 0.75 * reach
        for middle_x, middle_y in (
            (x, y - reach - height / 2),
            (x, y + reach + height / 2),
            (x + reach + width / 2, y),
            (x - reach - width / 2, y),
            (x + slant + width / 2, y - slant - height / 2),
            (x - slant - width / 2, y - slant - height / 2),
            (x + slant + width / 2, y + slant + height / 2),
            (x - slant - width / 2, y + slant + height / 2),
        ):
            left, bottom = middle_x - width / 2, middle_y - height / 2
            out.append(Box(left, bottom, left + width, bottom + height))
    return out


def _overlap(boxes: NDArray[np.float64], box: Box) -> float:
    wide = np.minimum(boxes[:, 2], box.right) - np.maximum(boxes[:, 0], box.left)
    high = np.minimum(boxes[:, 3], box.top) - np.maximum(boxes[:, 1], box.bottom)
    return float((wide.clip(0) * high.clip(0)).sum())
