"""What the checks of an audit read and what they find."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from zonekg.annotate.records import Record, read_records
from zonekg.errors import AnnotationError

__all__ = ["AuditFinding", "Entry", "Mark", "first_of_group", "marks", "quote", "read_splits"]


class Entry(NamedTuple):
    """One document of a corpus, with the split (folder) that it belongs to."""

    split: str
    record: Record


class AuditFinding(NamedTuple):
    """A suspicion: kind (see `KINDS`), document, what is suspected, the text that it rests on."""

    kind: str
    doc: str
    problem: str
    quote: str

    @property
    def key(self) -> str:
        """Twelve hexadecimal digits that stay the same while the finding does."""
        return hashlib.sha256("\x1f".join(self).encode()).hexdigest()[:12]


class Mark(NamedTuple):
    """A mention of a record, with its text."""

    id: int
    label: str
    start: int
    end: int
    text: str


def read_splits(folder: Path) -> list[Entry]:
    """The documents of each split, splits and documents in file order.

    A split is a folder that holds a file of its own name, or gold.jsonl; other annotations of the
    same documents are not part of the corpus.
    """
    folders = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    files = [path / name for path in folders for name in (f"{path.name}.jsonl", "gold.jsonl")]
    entries = [
        Entry(file.parent.name, record)
        for file in files
        if file.exists()
        for _, record in read_records(file)
    ]
    if not entries:
        raise AnnotationError(folder, "no split", todo="expected train/train.jsonl and the like")
    return entries


def marks(record: Record) -> list[Mark]:
    """The mentions of a record in text order."""
    text = record["text"]
    rows = [
        Mark(e["id"], e["label"], e["start_offset"], e["end_offset"],
             text[e["start_offset"] : e["end_offset"]])
        for e in record["entities"]
    ]  # fmt: skip
    return sorted(rows, key=lambda mark: mark.start)


def first_of_group(record: Record, found: Sequence[Mark]) -> dict[int, int]:
    """For each mention one id for all that are the same thing, by same_as or by equal wording."""
    groups = [set(group) for group in record.get("same_as", [])]
    by_text = defaultdict(set)
    for m in found:
        by_text[m.label, m.text].add(m.id)
    for ids in by_text.values():
        touched = [group for group in groups if group & ids]
        groups = [group for group in groups if not group & ids]
        groups.append(ids.union(*touched))
    return {key: min(group) for group in groups for key in group}


def quote(text: str, start: int, end: int, reach: int = 20) -> str:
    """The text around a place, on one line."""
    return text[max(0, start - reach) : end + reach].replace("\n", "⏎")
