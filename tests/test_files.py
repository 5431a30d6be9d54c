import errno
import os
import stat
from pathlib import Path

import pytest

from zonekg.errors import AnnotationError, EncodingError, InputError, OutputError
from zonekg.files import open_atomic, read_utf8


def write(path, text="x", then=None):
    with open_atomic(path) as handle:
        handle.write(text)
        handle.flush()
        if then:
            raise then


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_is_utf8_with_its_own_line_ends(tmp_path):
    with open_atomic(tmp_path / "a.txt") as handle:
        handle.write("甲\n乙\r\n")
    assert (tmp_path / "a.txt").read_bytes() == "甲\n乙\r\n".encode()
    assert left(tmp_path) == ["a.txt"]


def test_bytes(tmp_path):
    with open_atomic(str(tmp_path / "a.bin"), "wb") as handle:
        handle.write(b"\0\xff")
    assert (tmp_path / "a.bin").read_bytes() == b"\0\xff"


@pytest.mark.parametrize("raised", [KeyboardInterrupt, ValueError, MemoryError])
def test_the_old_file_stays_when_the_block_raises(tmp_path, raised):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(raised):
        write(path, "new", then=raised)
    assert path.read_text() == "old"
    assert left(tmp_path) == ["a.txt"]


def test_readers_see_the_old_file_until_the_end(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with open_atomic(path) as handle:
        handle.write("new")
        handle.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_a_full_disk_is_told_with_path_cause_and_remedy(tmp_path):
    path = tmp_path / "a.txt"
    with pytest.raises(OutputError, match=r"a\.txt: .*No space left.*free some space"):
        write(path, then=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert left(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_really_full_device():
    with pytest.raises(OutputError, match=r"/dev/full.*No space left"):
        write("/dev/full")
    assert Path("/dev/full").is_char_device()


def test_a_failing_sync_leaves_nothing(tmp_path, monkeypatch):
    def fail(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match="Input/output error"):
        write(tmp_path / "a.txt")
    assert left(tmp_path) == []


def test_a_folder_without_permission_is_told(tmp_path, monkeypatch):
    def fail(path, *_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(OutputError, match="Permission denied; write to a folder that you may"):
        write(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("name", "words"),
    [("no/a.txt", "make the folder first"), (".", "name a file"), ("f/a", "is a file"),
     ("x" * 300, "shorter name")],
)  # fmt: skip
def test_wrong_paths(tmp_path, name, words):
    (tmp_path / "f").write_text("")
    with pytest.raises(OutputError, match=words):
        write(tmp_path / name)
    assert left(tmp_path) == ["f"]


def test_another_files_error_passes_through(tmp_path):
    other = FileNotFoundError(errno.ENOENT, "gone", str(tmp_path / "another.txt"))
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "a.txt", then=other)
    assert left(tmp_path) == []


def test_a_link_keeps_pointing_and_permissions_stay(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with open_atomic(link) as handle:
        handle.write("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_the_umask(tmp_path):
    old = os.umask(0o027)
    try:
        with open_atomic(tmp_path / "a.txt") as handle:
            handle.write("x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_text_is_read_whole_without_a_mark_in_front(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeff甲\r\n乙".encode())
    assert read_utf8(path) == "甲\r\n乙"


@pytest.mark.parametrize(
    ("asked", "encoding", "missing"),
    [(None, EncodingError, InputError), (AnnotationError, AnnotationError, AnnotationError)],
)
def test_what_can_not_be_read_is_told(asked, encoding, missing, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("甲".encode("gb18030"))
    with pytest.raises(encoding, match="not UTF-8 at byte 0; save the file as UTF-8") as found:
        read_utf8(path, asked)
    assert type(found.value) is encoding
    with pytest.raises(
        missing, match=r"b\.txt: No such file or directory, so it can't be read"
    ) as found:
        read_utf8(tmp_path / "b.txt", asked)
    assert type(found.value) is missing
