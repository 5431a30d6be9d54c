"""Files that appear whole or not at all, and text that is read whole."""

from __future__ import annotations

import errno
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Literal

from zonekg.errors import EncodingError, InputError, OutputError

__all__ = ["make_folder", "open_atomic", "read_utf8", "write_error", "write_json"]

_TODO = {
    os.strerror(code): todo
    for code, todo in {
        errno.ENOSPC: "free some space or write to another disk",
        errno.EDQUOT: "free some space or write to another disk",
        errno.EFBIG: "write to a disk that takes files of this size",
        errno.EACCES: "write to a folder that you may change",
        errno.EPERM: "write to a folder that you may change",
        errno.EROFS: "write to a folder that you may change",
        errno.ENOENT: "make the folder first",
        errno.ENOTDIR: "a part of the path is a file; name a folder there",
        errno.EISDIR: "name a file, not a folder",
        errno.ENAMETOOLONG: "give the file a shorter name",
    }.items()
}


@contextmanager
def open_atomic(path: str | Path, mode: Literal["w", "wb"] = "w") -> Iterator[IO[Any]]:
    """Open `path` for writing so that readers see the old content or the whole new one.

    Writes to a ``.part`` file in the same folder, which takes the place of `path` when the block
    ends and its bytes are on the disk; when the block raises (Ctrl-C too), it is removed and
    `path` stays as it was. Text is UTF-8 and line ends are written as given. A device or a pipe
    (``/dev/stdout``) is written to directly, and a link keeps pointing where it did.

    Raises OutputError, with the path, the cause and what to do, when the disk says no. Errors
    that the block raises for other reasons pass through.

    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp(), "a.txt")
    >>> with open_atomic(target) as handle:
    ...     _ = handle.write("开发区")
    ...     print(target.exists())
    False
    >>> target.read_text(encoding="utf-8")
    '开发区'
    """
    target = Path(os.path.realpath(path))
    kind = _kind(target)
    # a device can't be replaced, and must not be: /dev/null would become a plain file
    special = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
    part = target if special else target.with_name(f".zonekg-{secrets.token_hex(8)}.part")
    try:
        if kind == stat.S_IFDIR:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        with _opened(part, mode, special) as handle:
            yield handle
            handle.flush()
            if not special:
                os.fsync(handle.fileno())
        if not special:
            _take_place(part, target)
    except OSError as error:
        # a failed write names no file; another file's name means another file's trouble
        if error.filename not in (None, str(part), str(target)):
            raise
        cause = error.strerror or str(error) or type(error).__name__
        raise write_error(path, cause) from error
    finally:
        if not special:
            with suppress(OSError):
                part.unlink()


def write_error(path: str | Path, cause: str) -> OutputError:
    """The error of a file that the disk refuses; cause: in the words of the operating system.

    >>> print(write_error("a.txt", "Is a directory"))
    a.txt: can't be written: Is a directory; name a file, not a folder
    """
    todo = _TODO.get(cause, "check the path and the disk")
    return OutputError(f"{path}: can't be written: {cause}; {todo}")


def _kind(target: Path) -> int:
    try:
        return stat.S_IFMT(target.stat().st_mode)
    except OSError:  # what is wrong shows on opening
        return 0


def _opened(part: Path, mode: str, special: bool) -> IO[Any]:
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
    flags |= 0 if special else os.O_CREAT | os.O_EXCL
    # 0o666 less the umask: what a plain open() gives, unlike tempfile's 0o600
    descriptor = os.open(part, flags, 0o666)
    if mode == "wb":
        return os.fdopen(descriptor, "wb")
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")


def _take_place(part: Path, target: Path) -> None:
    with suppress(OSError):  # keep the permissions of the file that goes
        part.chmod(stat.S_IMODE(target.stat().st_mode))
    part.replace(target)
    with suppress(OSError, AttributeError):  # a folder can't be opened on Windows
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_json(path: str | Path, data: Any, *, indent: int | None = 2) -> None:
    """Write data as JSON by `open_atomic`, Chinese left readable; indent: None for one line."""
    with open_atomic(path) as handle:
        handle.write(json.dumps(data, ensure_ascii=False, indent=indent) + "\n")


def read_utf8(path: Path, error: type[InputError] | None = None) -> str:
    """The text of a file in UTF-8, line ends as they are, without a byte order mark.

    Raises `error`; without it EncodingError where it is not UTF-8, InputError where it can't be
    read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as found:
        raise (error or EncodingError)(
            path, f"not UTF-8 at byte {found.start}", todo="save the file as UTF-8"
        ) from found
    except OSError as found:
        cause = found.strerror or found
        raise (error or InputError)(path, f"{cause}, so it can't be read") from found


def make_folder(path: Path) -> Path:
    """Make a folder and those above it when missing; raises OutputError when it can't be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path}: the folder can't be made: {error.strerror}; name a folder that you may change"
        ) from error
    return path
