"""Whether the sentences that a relation points to show it: a sample to judge by hand, and its sums.

    python tests/bench/relation_evidence.py models/zh_zone_news_trf models/reports/trf-evidence.tsv
    python tests/bench/relation_evidence.py models/zh_zone_news_trf models/reports/trf-evidence.tsv --sum

The first command draws 100 relations that the model tells of the test split, by lot, with their
evidence. A person then fills in the column ``shown``: yes, where the sentences alone show it; context,
where they do together with what stands elsewhere in the article; no. The second counts the answers,
apart for relations that the annotation has and those that it has not, and writes them as Markdown.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from pathlib import Path
from typing import Any

from zonekg.annotate.corpus import read_docs
from zonekg.docs import evidence, relations, sentence_bounds
from zonekg.extraction import load_model
from zonekg.files import open_atomic
from zonekg.scoring.facts import match_facts

GOLD = Path("annotations/test")
SIZE, SEED = 100, 1
ANSWERS = ("yes", "context", "no")
COLUMNS = ("doc", "head", "relation", "tail", "score", "annotated", "evidence", "shown")


def sample(model: Path) -> list[dict[str, Any]]:
    """Relations by lot, each with its evidence and whether the annotation has it."""
    nlp = load_model(model)
    rows = []
    for gold in read_docs(GOLD, nlp):
        doc = nlp(gold.text)
        mine, theirs, _ = match_facts(doc, gold)
        right = {stated.row for fact, stated in mine.items() if fact in theirs}
        mentions, sentences = doc.ents, sentence_bounds(doc.text)
        for row in relations(doc):
            bounds = evidence(row, mentions, sentences)
            rows.append(
                {
                    "doc": gold.user_data["id"],
                    "head": mentions[row.head].text,
                    "relation": row.label,
                    "tail": mentions[row.tail].text,
                    "score": row.score,
                    "annotated": "yes" if row in right else "no",
                    "evidence": " … ".join(doc.text[a:b].strip() for a, b in bounds),
                    "shown": "",
                }
            )
    return random.Random(SEED).sample(rows, SIZE)


def sums(path: Path) -> list[str]:
    """The answers as a table."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    if bad := [row for row in rows if row["shown"] not in ANSWERS]:
        raise SystemExit(f"{path}: {len(bad)} rows are not judged by one of {', '.join(ANSWERS)}")
    counts = Counter((row["annotated"], row["shown"]) for row in rows)
    lines = ["| the evidence shows it | annotated relations | others |", "|---|---|---|"]
    lines += [f"| {a} | {counts['yes', a]} | {counts['no', a]} |" for a in ANSWERS]
    return lines


def main() -> None:
    """Draw the sample or count the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--sum", action="store_true")
    args = parser.parse_args()
    if args.sum:
        with open_atomic(args.target.with_suffix(".md")) as handle:
            handle.writelines(line + "\n" for line in sums(args.target))
        return
    with open_atomic(args.target) as handle:
        writer = csv.DictWriter(handle, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(sample(args.model))


if __name__ == "__main__":
    main()
