"""What each part of the NER recipe is worth: one training for each row and seed, scored strictly.

    python tests/bench/ner_ablation.py configs/ner_trf.cfg tests/bench/ner_ablation.toml OUT.json

The rows are settings of the config, by name, in a TOML file; the first row is the recipe as it is.
Models are scored as they ship, in ONNX int8, on dev, on test and on the seed pages; choose by dev.
Takes a quarter of an hour of one core for each training; a stopped run goes on where it was, and
the table is written again after each training.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from results import over_seeds, write_results
from spacy.language import Language
from spacy.tokens import Doc, Span

from zonekg.annotate.corpus import checked_records, read_docs
from zonekg.experiments import Point, strict_scores, train_points
from zonekg.extraction import load_model
from zonekg.profile import Profile, find_profile

SETS = {
    "dev": Path("annotations/dev"),
    "test": Path("annotations/test"),
    "seeds": Path("annotations/seeds/gold.jsonl"),
}
LONG = 20
COLUMNS = ("micro", "ORG", "PARK", "PROJECT", "MONEY", "long")
SHOWN = ("micro", "PROJECT", "long")  # of the columns, what the table shows


def scores(model: Path, profile: Profile | None = None) -> dict[str, dict[str, float]]:
    """Strict F1 in per cent by set and label; ``long``: unseen PROJECT names of 20 and more.

    profile: what the model was trained on, if not kept beside it.
    """
    nlp = load_model(model)
    nlp.select_pipes(enable=["ner"])
    profile = profile or find_profile(nlp)
    found = {}
    for name, path in SETS.items():
        gold = list(read_docs(path, nlp))
        rows = {label: row["f"] for label, row in strict_scores(nlp, gold).items()}
        found[name] = rows | ({"long": long_projects(nlp, gold, profile)} if profile else {})
    return found


def long_projects(nlp: Language, gold: Sequence[Doc], profile: Profile) -> float:
    """Strict F1 over PROJECT mentions of 20 characters and more whose name is not in train."""

    def wanted(ents: Sequence[Span]) -> set[tuple[int, int]]:
        return {
            (e.start, e.end)
            for e in ents
            if e.label_ == "PROJECT" and len(e.text) >= LONG and not profile.seen("PROJECT", e.text)
        }

    hits = mine = theirs = 0
    for doc, right in zip(nlp.pipe([doc.text for doc in gold]), gold, strict=True):
        a, b = wanted(doc.ents), wanted(right.ents)
        hits, mine, theirs = hits + len(a & b), mine + len(a), theirs + len(b)
    return round(200 * hits / (mine + theirs), 2) if mine + theirs else 0.0


def table(results: Sequence[dict[str, Any]], steps: int | None = None) -> Iterator[str]:
    """A section for the model's card: means over seeds and, for micro, the standard deviation.

    steps: how long each model was trained, if not as long as the config says.
    """
    yield "## What each part of the recipe is worth"
    yield ""
    yield "Strict F1 as shipped, in int8, means over seeds; long: PROJECT names of 20 and more"
    yield f"characters that train lacks.{f' All were trained for {steps} steps.' if steps else ''}"
    yield ""
    heads = [f"{name} {column}" for name in SETS for column in SHOWN]
    yield "| | seeds | " + " | ".join(heads) + " |"
    yield "|---|---|" + "---|" * len(heads)
    for row in dict.fromkeys(result["row"] for result in results):
        mine = [result["scores"] for result in results if result["row"] == row]
        cells = []
        for name in SETS:
            for column in SHOWN:
                values = [one[name].get(column, 0.0) for one in mine]
                cells.append(over_seeds(values, deviation=column == "micro"))
        yield f"| {row} | {len(mine)} | " + " | ".join(cells) + " |"
    yield ""


def main() -> None:
    """Train, score, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("rows", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--train", type=Path, default=Path("annotations/train"))
    parser.add_argument("--dev", type=Path, default=SETS["dev"])
    parser.add_argument("--work", type=Path, default=Path("training/ablation"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--steps", type=int, help="train each so long, not as the config says")
    args = parser.parse_args()

    rows: dict[str, dict[str, Any]] = tomllib.loads(args.rows.read_text(encoding="utf-8"))
    records = list(checked_records(args.train))
    shorter = {}
    if args.steps:
        rise = "training.optimizer.learn_rate.warmup_steps"
        shorter = {"training.max_steps": args.steps, rise: args.steps // 10}
    results = []
    for seed in args.seeds:
        for name, changed in rows.items():
            if args.only and name not in args.only:
                continue
            settings = changed | {"system.seed": seed} | shorter
            point = Point(args.work / f"{name}-{seed}", records, args.dev, settings)
            train_points(args.config, [point])
            results.append({"row": name, "seed": seed, "scores": scores(point.model)})
            print(name, seed, results[-1]["scores"], file=sys.stderr, flush=True)
            write_results(
                args.target, table(results, args.steps),
                measure="strict entity F1, per cent", settings=rows, results=results,
            )  # fmt: skip


if __name__ == "__main__":
    main()
