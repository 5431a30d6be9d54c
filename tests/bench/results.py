"""What benches share: how a result is written, and figures over seeds."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from zonekg.cli.frame import made_by
from zonekg.files import open_atomic, write_json


def write_results(target: Path, lines: Iterable[str], **facts: Any) -> None:
    """Write TARGET.json, facts under the date and the command, and TARGET.md, its table."""
    head = made_by() | {"command": " ".join(["python", *sys.argv])}
    write_json(target.with_suffix(".json"), head | facts)
    with open_atomic(target.with_suffix(".md")) as handle:
        handle.writelines(line + "\n" for line in lines)


def over_seeds(values: Sequence[float], *, deviation: bool = True) -> str:
    """A table's cell: the mean and, of more than one value, the standard deviation."""
    spread = f" ± {statistics.stdev(values):.1f}" if deviation and len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{spread}"
