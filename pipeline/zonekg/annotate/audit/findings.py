"""What the checks of an audit read and what they find."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from zonekg.annotate.records import Record, read_records
from zonekg.docs import sentence_bounds
from zonekg.errors import AnnotationError

__all__ = ["AuditFinding", "Entry", "Mark", "first_of_group", "marks", "quote", "read_splits"]


class Entry(NamedTuple):
    """One document of a corpus, with the split (folder) that it belongs to."""

    split: str
    record: Record


class AuditFinding(NamedTuple):
    """A suspicion: kind (see `KINDS`), document, what is suspected, the sentence it rests on."""

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

    A split is a folder that holds a file of its own name, or else gold.jsonl; other annotations of
    the same documents are not part of the corpus. Raises AnnotationError where two splits share an
    id, or where there is no split.
    """
    entries: list[Entry] = []
    seen: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = [path / name for name in (f"{path.name}.jsonl", "gold.jsonl")]
        for file in [file for file in files if file.exists()][:1]:
            for line, record in read_records(file):
                key = str(record["id"])
                if key in seen:
                    raise AnnotationError(
                        file, f"document {key} again, known from {seen[key]}", line=line,
                        todo="give every document an id of its own",
                    )  # fmt: skip
                seen[key] = file
                entries.append(Entry(path.name, {"entities": [], "relations": [], **record}))
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
    """The sentences that a place lies in, and `reach` characters on both sides at least."""
    bounds = sentence_bounds(text)
    first = max((a for a, _ in bounds if a <= start), default=0)
    last = min((b for _, b in bounds if b >= end), default=len(text))
    return text[min(first, max(0, start - reach)) : max(last, end + reach)]
