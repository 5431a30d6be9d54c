"""Whether confidences can be taken at their word: the calibration error before and after.

    python tests/bench/ner_calibration.py models/zh_zone_news_trf OUT

writes OUT.json and OUT.md: the expected calibration error of the raw confidence of mentions, and of
the calibrated one that the model gives, on dev, where the curves were fitted, on test and seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from results import write_results
from spacy.language import Language

from zonekg.annotate.corpus import read_docs
from zonekg.docs import confidences
from zonekg.extraction import load_model
from zonekg.scoring.confidence import calibration
from zonekg.scoring.counts import Item

SETS = [Path(f"annotations/{name}") for name in ("dev", "test", "seeds/gold.jsonl")]


def errors(nlp: Language, path: Path) -> dict[str, float]:
    """The expected calibration error by label and of all."""
    gold = list(read_docs(path, nlp))
    rows: dict[str, list[Item]] = {"all": []}
    for doc, right in zip(nlp.pipe(doc.text for doc in gold), gold, strict=True):
        wanted = {(e.start, e.end, e.label_) for e in right.ents}
        for ent, sure in zip(doc.ents, confidences(doc), strict=True):
            correct = (ent.start, ent.end, ent.label_) in wanted
            item = Item("entities", "strict", True, ent.label_, correct, sure)
            rows["all"].append(item)
            rows.setdefault(ent.label_, []).append(item)
    return {label: calibration(items)["ece"] for label, items in sorted(rows.items())}


def table(sets: dict[str, dict[str, dict[str, float]]]) -> Iterator[str]:
    """A section for the model's card."""
    labels = ["all", "ORG", "PARK", "PROJECT", "MONEY"]
    yield from ("## Calibration", "")
    yield "Expected calibration error of mentions, raw and as the model gives them; fitted on dev."
    yield from ("", "| | " + " | ".join(labels) + " |", "|---|" + "---|" * len(labels))
    for name, found in sets.items():
        for kind, row in found.items():
            yield f"| {name}, {kind} | " + " | ".join(f"{row[x]:.3f}" for x in labels) + " |"
    yield ""


def main() -> None:
    """Measure with and without the curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    nlp = load_model(args.model)
    nlp.select_pipes(enable=["ner"])
    ner: Any = nlp.get_pipe("ner")
    curves = ner.cfg["calibration"]
    found: dict[str, dict[str, dict[str, float]]] = {}
    for path in SETS:
        for kind, these in (("raw", {}), ("calibrated", curves)):
            ner.cfg["calibration"] = these
            found.setdefault(path.as_posix(), {})[kind] = errors(nlp, path)
    write_results(args.target, table(found), curves=curves, sets=found)


if __name__ == "__main__":
    main()
