"""What each part of the relation stage is worth: rules only, and a training for each row and seed.

    python tests/bench/relation_ablation.py configs/relations_trf.cfg OUT

Rows are settings of the config, by name, in relation_ablation.toml; the first one is the recipe as
it is, ``rules only`` puts the component zonekg_relation_rules in its place. Scores are strict F1 of
relations, end to end and with gold entities, as models ship. Choose by dev. Takes ten minutes of a
core for each training; a stopped run goes on where it was. Writes OUT.json and OUT.md.
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

from zonekg.annotate.corpus import checked_records, read_corpus, read_docs
from zonekg.cli.frame import made_by
from zonekg.evaluation import with_gold_entities
from zonekg.experiments import Point, train_points
from zonekg.extraction import load_model
from zonekg.scoring.facts import score_relations

SETS = {
    "dev": Path("annotations/dev"),
    "test": Path("annotations/test"),
    "seed pages": Path("annotations/seeds/gold.jsonl"),
}
RULES = "rules only"


def scores(nlp: Language) -> dict[str, dict[str, Any]]:
    """Strict F1 in per cent by set, end to end and with gold entities, by label and micro."""
    found = {}
    for name, path in SETS.items():
        gold = list(read_docs(path, nlp))
        told = list(nlp.pipe([doc.text for doc in gold]))
        given = [with_gold_entities(nlp, doc) for doc in gold]
        found[name] = {
            mode: {
                label: row["f"]
                for label, row in score_relations(zip(docs, gold, strict=True)).to_dict().items()
            }
            for mode, docs in (("end to end", told), ("gold entities", given))
        }
    return found


def with_rules(model: Path, train: Path) -> Language:
    """The pipeline with the rules, measured on the training documents, for its relations."""
    nlp = load_model(model)
    nlp.remove_pipe("relations")
    rules = nlp.add_pipe("zonekg_relation_rules", name="relations")
    rules.initialize(lambda: read_corpus(str(train))(nlp))  # type: ignore[attr-defined]
    return nlp


def table(results: Sequence[dict[str, Any]], documents: int) -> Iterator[str]:
    """A section for the model's card: means over seeds, and deviations of more than one.

    documents: how many the rows learnt on, as a model that ships may have learnt on more.
    """
    yield "## What each part of the relation stage is worth"
    yield ""
    yield "Strict micro F1 of relations, end to end and with gold entities, means over seeds."
    yield f"Learnt on {documents} documents, {made_by()['date']}."
    yield ""
    heads = [f"{name}, {mode}" for name in SETS for mode in ("end to end", "gold entities")]
    yield "| | seeds | " + " | ".join(heads) + " |"
    yield "|---|---|" + "---|" * len(heads)
    for row in dict.fromkeys(result["row"] for result in results):
        mine = [result["scores"] for result in results if result["row"] == row]
        cells = []
        for head in heads:
            name, mode = head.split(", ")
            cells.append(over_seeds([one[name][mode]["micro"] for one in mine]))
        yield f"| {row} | {'' if row == RULES else len(mine)} | " + " | ".join(cells) + " |"
    yield ""


def main() -> None:
    """Train, score, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/zh_zone_news_trf"))
    parser.add_argument("--train", type=Path, default=Path("annotations/train"))
    parser.add_argument("--work", type=Path, default=Path("training/relation_ablation"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()

    told = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    rows: dict[str, dict[str, Any]] = tomllib.loads(told)
    records = list(checked_records(args.train))
    points = {
        (name, seed): Point(
            args.work / f"{name}-{seed}", records, SETS["dev"], changed | {"system.seed": seed}
        )
        for seed in args.seeds
        for name, changed in rows.items()
    }
    results = [{"row": RULES, "scores": scores(with_rules(args.model, args.train))}]
    train_points(args.config, list(points.values()), jobs=args.jobs)
    for (name, seed), point in points.items():
        results.append({"row": name, "seed": seed, "scores": scores(load_model(point.model))})
        print(name, seed, results[-1]["scores"], file=sys.stderr, flush=True)
    write_results(
        args.target, table(results, len(records)),
        measure="strict relation F1, per cent", settings=rows, results=results,
    )  # fmt: skip


if __name__ == "__main__":
    main()
