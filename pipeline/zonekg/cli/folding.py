"""Chinese text in a cell of a table: lines that are full, words and numbers that stay whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text

__all__ = ["Folded", "excerpt", "fold"]

# a word or number, or one character, with the closing marks that no line starts with
_PART = re.compile(r"(?:[A-Za-z0-9.,%+:-]{1,20}|.)[，。、；：！？）》〉」』】〕”’…]*", re.S)
_AROUND = 100


def fold(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` cells, where rich breaks at spaces alone.

    >>> fold("签约 钠离子电池10GWh项目，总投资5亿元", 16)
    ['签约 钠离子电池', '10GWh项目，总投', '资5亿元']
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for part in _PART.findall(paragraph):
            if line and cell_len(line + part) > width:
                lines.append(line.rstrip())
                line = ""
            line = line + part if line else part.lstrip()
        lines.append(line.rstrip())
    return lines


def excerpt(text: str, name: str) -> str:
    """About 100 characters of a text, around a name where it stands there.

    >>> excerpt("前" * 200 + "甲园" + "后" * 200, "甲园")[40:62]
    '前前前前前前前前前前甲园后后后后后后后后后后'
    """
    if len(text) <= _AROUND:
        return text
    start = min(max(0, text.find(name) - (_AROUND - len(name)) // 2), len(text) - _AROUND)
    end = start + _AROUND
    return "…" * (start > 0) + text[start:end] + "…" * (end < len(text))


class Folded:
    """A cell that breaks as `fold` does."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[Text]:
        for line in fold(self.text, options.max_width):
            yield Text(line, justify=options.justify, no_wrap=False, overflow="fold")

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        most = max(map(cell_len, self.text.split("\n")))
        parts = [cell_len(part) for part in _PART.findall(self.text)]
        least = max([*parts, min(most, 12)], default=0)
        return Measurement(least, most).clamp(0, options.max_width)
