"""What resolution did and what it left open, as tables: ``merges.csv`` and ``same_review.csv``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from zonekg.graph.seen import JOINT
from zonekg.graph.tables import write_csv

if TYPE_CHECKING:
    from zonekg.graph.resolve import Merge, Unsure

__all__ = ["MERGE_COLUMNS", "REVIEW_COLUMNS", "write_merges", "write_same_review"]

MERGE_COLUMNS = (
    "entity_type", "a", "b", "note", "kept_name", "gone_name", "rule", "articles",
)  # fmt: skip
REVIEW_COLUMNS = ("entity_type", "a", "b", "note", "name_a", "name_b", "rule")


def write_merges(merges: Iterable[Merge], path: Path) -> None:
    """Write what was joined; `a` is the id that stayed, `b` the one that went.

    A row can be pasted into the file never_merge, which undoes it. Raises OutputError.
    """
    rows = (
        (one.entity_type, one.kept_id, one.gone_id, one.reason, one.kept_name, one.gone_name,
         one.rule, JOINT.join(one.articles))
        for one in merges
    )  # fmt: skip
    write_csv(path, [MERGE_COLUMNS, *rows])


def write_same_review(unsure: Iterable[Unsure], path: Path) -> None:
    """Write the pairs that a person should decide; a row can be pasted into either decision file.

    Raises OutputError.
    """
    rows = (
        (one.entity_type, one.a, one.b, one.reason, one.name_a, one.name_b, one.rule)
        for one in unsure
    )
    write_csv(path, [REVIEW_COLUMNS, *rows])
