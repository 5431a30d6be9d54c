"""Annotated states of projects: JSONL beside the documents, one line a document.

``{"id", "projects": [{"entity", "name", "status", "cue", "events": [{"status", "date", "planned",
"text"}]}]}``; ``entity`` is the id of one mention of the project in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from zonekg.annotate.records import Record, read_records
from zonekg.errors import AnnotationError
from zonekg.states import STATUSES, Event, ProjectState

__all__ = ["check_states", "gold_states", "is_states", "read_states"]

_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?|-Q[1-4]|-H[12])?")


def is_states(record: Record) -> bool:
    """Whether a line of a JSONL file is of this format, not a document."""
    return "projects" in record and "text" not in record


def check_states(record: Record) -> Iterator[tuple[str, str]]:
    """Yield (problem, quoted text) for each fault of one record.

    >>> row = {"entity": 3, "name": "甲", "status": "begun", "cue": "", "events": []}
    >>> list(check_states({"id": "d", "projects": [row]}))
    [("project 3 has the status 'begun'", '甲')]
    """
    if not isinstance(record.get("id"), str):
        yield "no id, expected a string", ""
    seen: list[Any] = []
    for row in _objects(record["projects"]):
        entity, name = row.get("entity"), str(row.get("name", ""))
        if not isinstance(entity, int) or entity in seen:
            yield f"project {entity!r}, expected the id of a mention, each once", name
        seen.append(entity)
        if row.get("status") not in STATUSES:
            yield f"project {entity} has the status {row.get('status')!r}", name
        for event in _objects(row.get("events", [])):
            if event.get("status") not in STATUSES[1:]:
                yield f"project {entity} has an event {event.get('status')!r}", name
            if not _DATE.fullmatch(str(event.get("date"))):
                yield f"project {entity} has the date {event.get('date')!r}", name
            if not isinstance(event.get("planned"), bool):
                yield f"project {entity} has an event planned {event.get('planned')!r}", name


def _objects(rows: Any) -> Iterator[Record]:
    """The rows of a list; what is none counts as an empty one, whose lack of all is told."""
    for row in rows if isinstance(rows, list) else [None]:
        yield row if isinstance(row, dict) else {}


def read_states(path: Path) -> dict[str, Record]:
    """The records of a file by the id of their document; raises AnnotationError at a fault."""
    out: dict[str, Record] = {}
    for line, record in read_records(path):
        if not is_states(record):
            raise AnnotationError(path, "no states of projects", line=line)
        for problem, quote in check_states(record):
            raise AnnotationError(path, f"{problem} 「{quote}」", line=line)
        out[str(record["id"])] = record
    return out


def gold_states(record: Record, document: Record, first: Sequence[int]) -> dict[int, ProjectState]:
    """The states of a document by the first mention of each project.

    record: its states; document: its annotation; first: for each mention the first of its group, as
    `docs.groups` gives it.
    """
    rows = sorted(document["entities"], key=lambda row: int(row["start_offset"]))
    index = {row["id"]: i for i, row in enumerate(rows)}
    return {
        first[index[row["entity"]]]: ProjectState(
            row["status"],
            events=tuple(Event(e["status"], e["date"], e["planned"]) for e in row["events"]),
        )
        for row in record["projects"]
    }
