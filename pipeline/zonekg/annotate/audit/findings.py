"""What the checks of an audit read and what they find."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from zonekg.annotate.records import Record, read_unique
from zonekg.docs import join_equal, sentence_bounds
from zonekg.errors import AnnotationError

__all__ = ["AuditFinding", "Entry", "Mark", "read_splits"]


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


@dataclass(frozen=True)
class Entry:
    """One document of a corpus, with the split (folder) that it belongs to."""

    split: str
    record: Record

    @property
    def id(self) -> str:
        """The document's id."""
        return str(self.record["id"])

    @property
    def text(self) -> str:
        """The document's text."""
        return str(self.record["text"])

    @cached_property
    def marks(self) -> list[Mark]:
        """The mentions in text order."""
        rows = [
            (e["id"], e["label"], e["start_offset"], e["end_offset"])
            for e in self.record["entities"]
        ]
        found = [Mark(*row, self.text[row[2] : row[3]]) for row in rows]
        return sorted(found, key=lambda mark: mark.start)

    @cached_property
    def thing(self) -> dict[int, int]:
        """For each mention's id a number that all mentions of the same thing share."""
        index = {mark.id: i for i, mark in enumerate(self.marks)}
        same = [[index[key] for key in group] for group in self.record.get("same_as", [])]
        first = join_equal([(mark.label, mark.text) for mark in self.marks], same)
        return {key: first[i] for key, i in index.items()}

    def finding(self, kind: str, problem: str, start: int, end: int) -> AuditFinding:
        """A finding about text[start:end], with the sentences that it lies in as its quote."""
        return AuditFinding(kind, self.id, problem, _quote(self.text, start, end))


def read_splits(folder: Path) -> list[Entry]:
    """The documents of each split, splits and documents in file order.

    A split is a folder that holds a file of its own name, which may go on in numbered ones
    (train.jsonl, train_2.jsonl), or else gold.jsonl; other annotations of the same documents are
    not part of the corpus. Raises AnnotationError where an id occurs twice, or where there is no
    split.
    """
    files: list[Path] = []
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        named = [*path.glob(f"{path.name}.jsonl"), *path.glob(f"{path.name}_[0-9]*.jsonl")]
        files += sorted(named) or path.glob("gold.jsonl")
    entries = [
        Entry(file.parent.name, {"entities": [], "relations": [], **record})
        for file, _, record in read_unique(files)
    ]
    if not entries:
        raise AnnotationError(folder, "no split", todo="expected train/train.jsonl and the like")
    return entries


def _quote(text: str, start: int, end: int, reach: int = 20) -> str:
    """The sentences that a place lies in, and `reach` characters on both sides at least."""
    bounds = sentence_bounds(text)
    first = max((a for a, _ in bounds if a <= start), default=0)
    last = min((b for _, b in bounds if b >= end), default=len(text))
    return text[min(first, max(0, start - reach)) : max(last, end + reach)]
