"""Folders that appear whole or not at all, and of a row of them the last one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zonekg.errors import OutputError

__all__ = ["keep_only", "latest", "whole_folder"]


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder to fill; it takes the name `target` when the block ends, not before.

    What an earlier stop left half-written is cleared away, an older `target` too. Raises
    OutputError when the disk says no.
    """
    part = target.with_name(target.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    except OSError as error:
        raise OutputError(
            f"{target}: can't be written: {error.strerror or error}; check the path and the disk"
        ) from error


def latest(row: Path) -> Path | None:
    """Of the folders named by a step in `row` the one of the last step.

    >>> import tempfile
    >>> row = Path(tempfile.mkdtemp())
    >>> for name in ("900", "1050", "1200.part"):
    ...     (row / name).mkdir()
    >>> latest(row).name
    '1050'
    """
    steps = [int(path.name) for path in row.glob("*") if path.name.isdecimal()]
    return row / str(max(steps)) if steps else None


def keep_only(row: Path, name: str) -> None:
    """Remove all in `row` but one folder."""
    for path in row.glob("*"):
        if path.name != name:
            shutil.rmtree(path, ignore_errors=True)
