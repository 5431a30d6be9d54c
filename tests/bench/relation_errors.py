"""The largest classes of wrong and missed relations, each with an example.

    python tests/bench/relation_errors.py models/zh_zone_news_trf annotations/test models/reports/trf-relation-errors.md

A class is what went wrong (see `zonekg.scoring.facts.FactError`), the relation and what it joins, such
as ORG to PARK; end to end. The example is the first one in the order of a hash of its words.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.annotate.corpus import read_docs
from zonekg.cli.frame import made_by
from zonekg.docs import evidence, sentence_bounds
from zonekg.extraction import load_model
from zonekg.files import open_atomic
from zonekg.scoring.facts import FactError, fact_errors, match_facts

LARGEST = 10
QUOTE = 110


class Example(NamedTuple):
    """An error in the words of its document."""

    doc: str
    head: str
    tail: str
    quote: str


def classes(nlp: Language, gold: Path) -> dict[tuple[str, str, str], list[Example]]:
    """The errors by class, relation and labels."""
    found: dict[tuple[str, str, str], list[Example]] = defaultdict(list)
    for right in read_docs(gold, nlp):
        mine = nlp(right.text)
        for error in fact_errors(match_facts(mine, right)):
            key, example = describe(error, mine, right)
            found[key].append(example)
    return found


def describe(error: FactError, mine: Doc, right: Doc) -> tuple[tuple[str, str, str], Example]:
    """The class of an error, and its words."""
    stated = error.gold or error.predicted
    assert stated
    doc = right if error.gold else mine
    ends = f"{stated.head[0].label} to {stated.tail[0].label}"
    what = error.label + (f", told as {error.other}" if error.other else "")
    names = [doc.text[end[0].start : end[0].end] for end in (stated.head, stated.tail)]
    quote = "implied by where parks lie"
    if stated.row:
        bounds = evidence(stated.row, doc.ents, sentence_bounds(doc.text))
        quote = " … ".join(doc.text[a:b].strip() for a, b in bounds)
        names = [doc.ents[end].text for end in (stated.row.head, stated.row.tail)]
    shown = quote if len(quote) <= QUOTE else quote[:QUOTE] + "…"
    key = (error.kind, what, ends)
    return key, Example(str(right.user_data["id"]), *names, shown.replace("\n", " "))


def report(found: dict[tuple[str, str, str], list[Example]], head: str) -> Iterator[str]:
    """The table."""
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    total = sum(map(len, found.values()))
    yield head
    yield ""
    yield f"{total} errors in {len(found)} classes; the {LARGEST} largest:"
    yield ""
    yield "| errors | class | relation | joins | example |"
    yield "|---|---|---|---|---|"
    for (kind, label, ends), examples in ranked[:LARGEST]:
        one = min(examples, key=lambda e: hashlib.sha256("|".join(e).encode()).hexdigest())
        told = f"{one.head} → {one.tail} ({one.doc}): {one.quote}".replace("|", "／")
        yield f"| {len(examples)} | {kind} | {label} | {ends} | {told} |"


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    nlp = load_model(args.model)
    head = f"`python {' '.join(sys.argv)}`, {made_by()['date']}, relations end to end, strict."
    with open_atomic(args.target) as handle:
        handle.writelines(line + "\n" for line in report(classes(nlp, args.gold), head))


if __name__ == "__main__":
    main()
