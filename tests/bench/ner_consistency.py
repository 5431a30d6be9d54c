"""One name, one label in a document: what it would change, on models that are trained.

    python tests/bench/ner_consistency.py training/zh_zone_news_trf models/reports/trf-consistency

reads what ``zonekg train --seed 1 --seed 2 --seed 3`` left in its work folder. Two rules, tried
alone and together on what the net finds: a name that is found with a confidence of 0.9 or more is
marked wherever else the document has it (copies); a name that is found under several labels gets
that of the greatest sum of confidences (labels). Writes OUT.json and OUT.md; choose by dev.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from ner_ablation import SETS
from results import write_results
from spacy.tokens import Doc

from zonekg.annotate.corpus import read_docs
from zonekg.docs import confidences
from zonekg.extraction import load_model

SURE = 0.9
SHORTEST = 3
RULES = {"as found": (False, False), "copies": (True, False), "labels": (False, True)} | {
    "both": (True, True)
}

Mentions = dict[tuple[int, int], tuple[str, float]]
"""Label and confidence by place, in code points."""


def consistent(doc: Doc, *, copies: bool, labels: bool) -> set[tuple[int, int, str]]:
    """The mentions of a doc after the rules."""
    found: Mentions = {
        (e.start_char, e.end_char): (e.label_, sure)
        for e, sure in zip(doc.ents, confidences(doc), strict=True)
    }
    if labels:
        votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for (start, end), (label, sure) in found.items():
            votes[doc.text[start:end]][label] += sure
        best = {name: max(sums, key=lambda label: sums[label]) for name, sums in votes.items()}
        found = {(a, b): (best[doc.text[a:b]], sure) for (a, b), (_, sure) in found.items()}
    if copies:
        found |= dict(_copies(doc.text, found))
    return {(start, end, label) for (start, end), (label, _) in found.items()}


def _copies(text: str, found: Mentions) -> Iterator[tuple[tuple[int, int], tuple[str, float]]]:
    """The places of sure names that nothing is marked at; longer names first."""
    taken = list(found)
    names = {
        text[start:end]: (label, sure)
        for (start, end), (label, sure) in found.items()
        if sure >= SURE and end - start >= SHORTEST and label != "MONEY"
    }
    for name in sorted(names, key=lambda name: (-len(name), name)):
        for match in re.finditer(re.escape(name), text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield match.span(), names[name]


def scores(model: Path) -> dict[str, dict[str, float]]:
    """Strict micro F1 in per cent by set and rule."""
    nlp = load_model(model)
    nlp.select_pipes(enable=["ner"])
    out = {}
    for name, path in SETS.items():
        gold = list(read_docs(path, nlp))
        docs = list(nlp.pipe(doc.text for doc in gold))
        wanted = [{(e.start_char, e.end_char, e.label_) for e in doc.ents} for doc in gold]
        out[name] = {
            rule: _f1([consistent(doc, copies=copies, labels=labels) for doc in docs], wanted)
            for rule, (copies, labels) in RULES.items()
        }
    return out


def _f1(
    found: Sequence[set[tuple[int, int, str]]], gold: Sequence[set[tuple[int, int, str]]]
) -> float:
    hits = sum(len(a & b) for a, b in zip(found, gold, strict=True))
    return round(200 * hits / (sum(map(len, found)) + sum(map(len, gold))), 2)


def table(results: Sequence[dict[str, dict[str, float]]]) -> Iterator[str]:
    """The means over seeds, by rule and set."""
    yield f"| mean of {len(results)} seeds | " + " | ".join(SETS) + " |"
    yield "|---|---|---|---|"
    for rule in RULES:
        cells = [statistics.mean(one[name][rule] for one in results) for name in SETS]
        yield f"| {rule} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |"


def main() -> None:
    """Score each seed's model under each rule and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    models = [folder / "model-best" for folder in sorted(args.work.glob("seed-*"))]
    results = [scores(model) for model in models if model.exists()]
    write_results(args.target, table(results), measure="strict micro F1, %", results=results)


if __name__ == "__main__":
    main()
