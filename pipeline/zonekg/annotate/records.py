"""doccano's JSONL with relations: reading and writing annotated documents.

One document a line: ``{"id", "text", "entities": [{"id", "label", "start_offset",
"end_offset"}], "relations": [{"id", "from_id", "to_id", "type"}], "same_as": [[id, ...]],
"meta": {...}}``. Offsets count Unicode code points, the end is exclusive.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from zonekg.errors import AnnotationError
from zonekg.files import read_utf8

__all__ = [
    "EMPTY_COUNTS",
    "Record",
    "count_file",
    "read_records",
    "read_unique",
    "record_lines",
]

Record = dict[str, Any]
"""One document as JSON has it; `checks.check_record` tells whether it keeps the format."""


def read_records(path: Path) -> Iterator[tuple[int, Record]]:
    """Yield (line number from 1, record) of a JSONL file; blank lines are skipped.

    Raises AnnotationError, naming file and line, when a line is not a JSON object.
    """
    for number, line in _lines(path):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:  # a syntax error, a huge number, deep nesting
            cause = str(error).partition(":")[0]
            raise AnnotationError(
                path, f"not JSON ({cause})", line=number, todo="write one JSON object a line"
            ) from error
        if not isinstance(record, dict):
            raise AnnotationError(
                path, f"a JSON {type(record).__name__}, expected an object", line=number
            )
        yield number, record


def read_unique(files: Iterable[Path]) -> Iterator[tuple[Path, int, Record]]:
    """Yield (file, line, record) of several files; raises AnnotationError at an id used again."""
    seen: dict[str, str] = {}
    for file in files:
        for line, record in read_records(file):
            key = str(record.get("id"))
            if key in seen:
                raise AnnotationError(
                    file, f"document {key} again, known from {seen[key]}", line=line,
                    todo="give every document an id of its own",
                )  # fmt: skip
            seen[key] = f"{file}:{line}"
            yield file, line, record


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    # split at "\n" only: U+2028 and U+0085 are legal inside a JSON string
    for number, line in enumerate(read_utf8(path, AnnotationError).split("\n"), start=1):
        if line.strip():
            yield number, line


def record_lines(records: Iterable[Record]) -> Iterator[str]:
    """Write records as JSONL lines, keys in a fixed order, Chinese left readable."""
    first = ("id", "text", "entities", "relations", "same_as", "meta")
    for record in records:
        row = {key: record[key] for key in first if key in record}
        row |= {key: value for key, value in record.items() if key not in row}
        yield json.dumps(row, ensure_ascii=False, separators=(", ", ": ")) + "\n"


EMPTY_COUNTS = {"documents": 0, "characters": 0, "entities": 0, "relations": 0}


def count_file(path: Path) -> dict[str, int]:
    """How much a JSONL file without faults holds, by the keys of `EMPTY_COUNTS`."""
    counts = dict(EMPTY_COUNTS)
    for _, record in read_records(path):
        counts["documents"] += 1
        counts["characters"] += len(record.get("text", ""))
        counts["entities"] += len(record.get("entities", []))
        counts["relations"] += len(record.get("relations", []))
    return counts
