"""What each augmenter is worth: train without any, with each alone, with all; score on dev.

    python tests/bench/augmentation.py configs/ner_cnn.cfg annotations/reports/augmentation.json

Trains once for each row and seed, hours of one core; stopped runs go on where they were. Besides
dev as it is, each model is scored on dev with layout noise, other widths and other brackets, put
in once with a fixed seed: what augmentation is there for. The seed pages are not looked at.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
from pathlib import Path

import spacy

from zonekg.annotate import augment
from zonekg.annotate.corpus import checked_records, read_corpus, read_docs
from zonekg.experiments import Point, strict_scores, train_points
from zonekg.extraction import load_model
from zonekg.files import write_json

STEPS = ("name_swap", "numbers", "brackets", "width", "layout_noise")


def without(*kept: str) -> dict[str, float]:
    """Settings that switch every augmenter off but those kept."""
    return {f"corpora.train.augmenter.*.{name}.level": 0.0 for name in STEPS if name not in kept}


def noisy(dev: Path) -> list[spacy.tokens.Doc]:
    """The dev documents as a newspaper might have printed them, the same at every run."""
    random.seed(1)
    chain = augment.make_chain(
        augment.make_layout_noise(1.0), augment.make_brackets(1.0), augment.make_width(0.5)
    )
    return [eg.reference for eg in read_corpus(str(dev), chain)(spacy.blank("zh"))]


def f1(nlp: spacy.Language, gold: list[spacy.tokens.Doc]) -> dict[str, float]:
    """Strict F1 by label, per cent."""
    return {label: row["f"] for label, row in strict_scores(nlp, gold).items()}


def main() -> None:
    """Train, score, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--train", type=Path, default=Path("annotations/train"))
    parser.add_argument("--dev", type=Path, default=Path("annotations/dev"))
    parser.add_argument("--work", type=Path, default=Path("training/augmentation"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[7])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--only", nargs="+", default=["none", *STEPS, "all"])
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()

    records = list(checked_records(args.train))
    rows = {"none": without(), **{name: without(name) for name in STEPS}, "all": without(*STEPS)}
    points = {
        (name, seed): Point(
            args.work / f"{name}-{seed}",
            records,
            args.dev,
            changed
            | {
                "system.seed": seed,
                "training.max_steps": args.steps,
                "training.eval_frequency": args.steps // 4,
            },
        )
        for name, changed in rows.items()
        if name in args.only
        for seed in args.seeds
    }
    train_points(
        args.config, list(points.values()), jobs=args.jobs,
        progress=lambda done, total: print(f"{done} of {total} trainings"),
    )  # fmt: skip
    blank = spacy.blank("zh")
    sets = {"dev": list(read_docs(args.dev, blank)), "noisy dev": noisy(args.dev)}
    results = []
    for (name, seed), point in points.items():
        nlp = load_model(point.model)
        scores = {key: f1(nlp, gold) for key, gold in sets.items()}
        results.append({"augmenters": name, "seed": seed} | scores)
        print(name, seed, *(f"{key} {row['micro']:.1f}" for key, row in scores.items()))
    head = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "config": args.config.as_posix(),
        "steps": args.steps,
        "train_documents": len(records),
        "measure": "strict entity F1, per cent",
    }
    write_json(args.target, head | {"results": results})


if __name__ == "__main__":
    main()
