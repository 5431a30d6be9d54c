"""What looks wrong across a whole corpus: marks missed, labels at odds, owners missed, leaks.

A finding is a suspicion, unlike a fault of `checks`: a person looks at it and mends the document
or closes the finding, with the reason, in a table of reviewed findings. A finding is known by its
content, so it opens again when the sentence it rests on changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from zonekg.annotate.audit.composition import composition
from zonekg.annotate.audit.findings import AuditFinding, Entry, read_splits
from zonekg.annotate.audit.leaks import gazetteer_leaks, leaks, near_duplicates, seen_rates
from zonekg.annotate.audit.mentions import split_rule, two_labels, unmarked, unmarked_across
from zonekg.annotate.audit.owners import amounts_without_owner, projects_without_park
from zonekg.errors import AnnotationError
from zonekg.files import read_utf8

__all__ = [
    "KINDS",
    "AuditFinding",
    "Entry",
    "audit",
    "composition",
    "read_reviewed",
    "read_splits",
    "seen_rates",
    "table_lines",
]

KINDS: Mapping[str, Callable[[Sequence[Entry]], Iterator[AuditFinding]]] = {
    "unmarked": unmarked,
    "unmarked elsewhere": unmarked_across,
    "two labels": two_labels,
    "split rule": split_rule,
    "amount without owner": amounts_without_owner,
    "project without park": projects_without_park,
    "near-duplicate": near_duplicates,
    "leak": leaks,
}
"""The checks by the kind of finding they make."""


def audit(entries: Sequence[Entry], gazetteers: Path | None = None) -> list[AuditFinding]:
    """All findings, by kind in the order of `KINDS`; equal ones once."""
    found: list[AuditFinding] = []
    for check in KINDS.values():
        found += dict.fromkeys(check(entries))
    if gazetteers:
        found += gazetteer_leaks(entries, gazetteers)
    return found


COLUMNS = ("key", "kind", "document", "problem", "quote", "reason")


def read_reviewed(path: Path) -> dict[str, str]:
    """Keys of closed findings with the reason each was closed for.

    A table with tabs and a header, `COLUMNS`, as `table_lines` writes it; the reason is filled in
    by hand. Raises AnnotationError, with the line, where a column or a reason is missing.
    """
    head, *lines = read_utf8(path, AnnotationError).split("\n")
    if tuple(head.rstrip("\r").split("\t")) != COLUMNS:
        raise AnnotationError(path, "no header", line=1, todo=f"expected {' '.join(COLUMNS)}")
    reviewed = {}
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        row = line.rstrip("\r").split("\t")
        if len(row) != len(COLUMNS):
            raise AnnotationError(
                path, f"{len(row)} columns", line=number, todo=f"expected {len(COLUMNS)}"
            )
        if not row[-1].strip():
            raise AnnotationError(path, "no reason", line=number, todo="say why it is no fault")
        reviewed[row[0]] = row[-1]
    return reviewed


def table_lines(findings: Iterable[AuditFinding]) -> Iterator[str]:
    """Findings as lines of a table, to look at and to fill in the last column of."""
    yield "\t".join(COLUMNS) + "\n"
    for finding in findings:
        cells = (re.sub(r"[\t\n\r]", "⏎", cell) for cell in finding)
        yield "\t".join((finding.key, *cells, "")) + "\n"
