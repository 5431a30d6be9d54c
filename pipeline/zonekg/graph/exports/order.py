"""Rows in order, however many, in little memory."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

from zonekg.errors import OutputError

__all__ = ["in_order"]

_RUN = 50_000  # rows in memory: some megabytes

Row = TypeVar("Row", str, list[Any])


def in_order(rows: Iterable[Row], run: int = _RUN) -> Iterator[Row]:
    """Rows (strings, or lists of them) sorted, no more than `run` of them in memory at a time.

    Sorted runs wait in temporary files and are merged: Knuth, "The Art of Computer Programming",
    volume 3, section 5.4. Raises OutputError when the disk for temporary files is full.

    >>> list(in_order(["c", "a", "b"], run=2))
    ['a', 'b', 'c']
    """
    source = iter(rows)
    first = sorted(islice(source, run))
    if len(first) < run:
        yield from first
        return
    with ExitStack() as files:
        try:
            runs = []
            while first:
                file = files.enter_context(TemporaryFile("w+", encoding="ascii"))
                file.writelines(json.dumps(row) + "\n" for row in first)
                file.seek(0)
                runs.append(file)
                first = sorted(islice(source, run))
        except OSError as error:
            raise OutputError(
                f"rows can't be sorted: {error.strerror or error}; free some space for temporary "
                "files, or name another folder for them in TMPDIR"
            ) from error
        yield from heapq.merge(*map(_read, runs))


def _read(file: IO[str]) -> Iterator[Any]:
    return map(json.loads, file)
