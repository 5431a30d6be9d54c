"""What a training tells while it runs: ``log.jsonl`` for programs, a table for readers.

Lines of ``log.jsonl`` by their ``kind``:

    run         the first: digests, seed, versions, date (UTC), threads, device
    resume      from which step training went on, with the versions and so on of then
    evaluation  as the rows of `Progress.evaluations`
    end         why training ended, and the best evaluation
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from zonekg.errors import OutputError
from zonekg.files import open_atomic
from zonekg.training.loop import Progress

__all__ = ["TrainingLog"]

_LIBRARIES = ("zonekg", "spacy", "thinc", "numpy")


class TrainingLog:
    """Writes both.

    metrics: the names of the scores that the table has columns for.
    """

    def __init__(self, path: Path, table: IO[str], metrics: list[str]) -> None:
        self.path = path
        self.table = table
        self.metrics = metrics

    def begin(self, progress: Progress, notes: Mapping[str, Any], device: str) -> None:
        """Begin a log, or go on with one after the step that training goes on from."""
        circumstances = {
            "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "versions": _versions(),
            "threads": _threads(),
            "device": device,
        }
        if progress.step:
            self._cut(progress.step)
            self._append({"kind": "resume", "step": progress.step} | circumstances)
            self._say(f"going on after step {progress.step}")
        else:
            digests = {key: value for key, value in notes.items() if key != "schema"}
            self._append({"kind": "run"} | digests | circumstances)
        columns = ["step", "epoch", "loss", "chars/s", *self.metrics, "score"]
        self._say("".join(f"{name.upper():>9}" for name in columns))
        for row in progress.evaluations:
            self._say(_line(row, self.metrics, ""))

    def evaluation(self, progress: Progress) -> None:
        """Add the last evaluation."""
        row = progress.evaluations[-1]
        self._append({"kind": "evaluation"} | row)
        self._say(_line(row, self.metrics, " best" if progress.best_step == progress.step else ""))

    def end(self, progress: Progress) -> None:
        """Add why training ended."""
        row = {"step": progress.step, "why": progress.ended, "seconds": progress.seconds}
        self._append({"kind": "end"} | row | {"best": progress.best})
        self._say(f"ended by {progress.ended}; the best is step {progress.best_step}")

    def _append(self, row: Mapping[str, Any]) -> None:
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as handle:
                handle.write(json.dumps(row, ensure_ascii=False, default=float) + "\n")
        except OSError as error:
            cause = error.strerror or error
            raise OutputError(f"{self.path}: can't be written: {cause}; check the disk") from error

    def _cut(self, step: int) -> None:
        """Drop what was logged after a step: it comes again; and a line that a kill cut off."""
        kept = []
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        for line in lines:
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            if row["kind"] != "end" and row.get("step", 0) <= step:
                kept.append(line + "\n")
        with open_atomic(self.path) as handle:
            handle.writelines(kept)

    def _say(self, line: str) -> None:
        self.table.write(line + "\n")
        self.table.flush()


def _line(row: Mapping[str, Any], metrics: list[str], remark: str) -> str:
    cells = [row["step"], row["epoch"], f"{sum(row['losses'].values()):.4g}"]
    cells += [row["characters_per_second"]]
    cells += [f"{100 * row['scores'].get(name, 0.0):.2f}" for name in metrics]
    cells += [f"{100 * row['score']:.2f}"]
    return "".join(f"{cell:>9}" for cell in cells) + remark


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}
    return found | ({"torch": version("torch")} if "torch" in sys.modules else {})


def _threads() -> int:
    """The threads that a net may use at most."""
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        return int(torch.get_num_threads())
    return int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
