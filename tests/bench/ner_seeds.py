"""The mean scores of several seeds of one recipe, beside what they were to reach.

    python tests/bench/ner_seeds.py training/zh_zone_news_trf models/reports/trf-seeds

reads what ``zonekg train --seed 1 --seed 2 --seed 3`` left in its work folder and writes
trf-seeds.json and trf-seeds.md: strict F1 on dev, test and the seed pages, in ONNX int8 as shipped.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ner_ablation import COLUMNS, SETS, scores
from results import write_results

from zonekg.extraction import load_model
from zonekg.profile import find_profile

TARGETS = {
    "test": {"micro": 95, "ORG": 95, "PARK": 95, "MONEY": 99, "PROJECT": 90, "long": 85},
    "seeds": {"micro": 93, "ORG": 93, "PARK": 93, "MONEY": 99, "PROJECT": 88},
}


def table(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A section for the model's card: each seed, mean, standard deviation, target."""
    yield f"## {len(results)} seeds"
    yield ""
    yield "Strict F1 as shipped, in int8; long: PROJECT names of 20 characters and more that train"
    yield "has not. The seed that is best on dev ships."
    yield ""
    yield "| documents | | " + " | ".join(COLUMNS) + " |"
    yield "|---|---|" + "---|" * len(COLUMNS)
    for name in SETS:
        columns = {c: [row["scores"][name][c] for row in results] for c in COLUMNS}
        rows = {f"seed {row['seed']}": row["scores"][name] for row in results}
        rows["mean"] = {c: statistics.mean(values) for c, values in columns.items()}
        rows["deviation"] = {c: statistics.stdev(values) for c, values in columns.items()}
        for title, row in rows.items():
            yield f"| {name} | {title} | " + " | ".join(f"{row[c]:.1f}" for c in COLUMNS) + " |"
        if wanted := TARGETS.get(name):
            cells = [str(wanted.get(c, "")) for c in COLUMNS]
            yield f"| {name} | target | " + " | ".join(cells) + " |"
    yield ""


def main() -> None:
    """Score each seed's model and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--profile", type=Path, default=Path("models/zh_zone_news_trf"))
    args = parser.parse_args()
    profile = find_profile(load_model(args.profile))
    results = [
        {"seed": int(folder.name.removeprefix("seed-")), "scores": scores(model, profile)}
        for folder in sorted(args.work.glob("seed-*"))
        if (model := folder / "model-best").exists()
    ]
    write_results(
        args.target, table(results), measure="strict F1, %", results=results, targets=TARGETS
    )


if __name__ == "__main__":
    main()
