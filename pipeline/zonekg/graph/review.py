"""What may be a relation but is not sure enough for the graph: a list for a person to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from zonekg.docs import article, evidence, sentence_bounds, unsure_relations
from zonekg.graph.tables import write_csv
from zonekg.schema import default_schema

__all__ = ["REVIEW_COLUMNS", "review_rows", "write_review"]

REVIEW_COLUMNS = ("score", "relation", "name", "head", "tail", "evidence", "title", "source")


def review_rows(doc: Doc) -> Iterator[dict[str, Any]]:
    """The relations of a doc that are left for review, as rows with `REVIEW_COLUMNS`."""
    rows = unsure_relations(doc)
    if not rows:
        return
    source = article(doc)
    mentions, sentences = doc.ents, sentence_bounds(doc.text)
    for row in rows:
        bounds = evidence(row, mentions, sentences)
        yield {
            "score": row.score,
            "relation": row.label,
            "name": default_schema().relations[row.label].name,
            "head": mentions[row.head].text,
            "tail": mentions[row.tail].text,
            "evidence": " … ".join(doc.text[a:b].strip() for a, b in bounds),
            "title": source.title if source else "",
            "source": source.source if source else "",
        }


def write_review(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """Write rows as a CSV table, the surest first; raises OutputError."""
    ranked = sorted(rows, key=lambda row: (-row["score"], *itemgetter(*REVIEW_COLUMNS[1:])(row)))
    cells = ([row[name] for name in REVIEW_COLUMNS] for row in ranked)
    write_csv(path, [list(REVIEW_COLUMNS), *cells])
