"""One config trained with several seeds, and the best of them published."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from spacy.util import load_model

from zonekg.errors import ModelError
from zonekg.files import write_json
from zonekg.training.config import make_plan, read_config
from zonekg.training.folders import latest
from zonekg.training.publishing import profile_of, publish
from zonekg.training.run import Watch, require_start, run

__all__ = ["train_seeds"]


def train_seeds(
    config: str | Path,
    output: str | Path,
    seeds: Sequence[int],
    *,
    work: str | Path | None = None,
    start: str | Path | None = None,
    resume: bool = False,
    overrides: Mapping[str, Any] | None = None,
    gpu: int | None = None,
    log: IO[str] = sys.stderr,
    watch: Watch = lambda _: None,
) -> dict[str, Any]:
    """Train a config once with each seed and put the best on the development documents in place.

    Each trains in ``seed-N`` of `work`; with `resume` those that are done are not trained again.
    The other arguments and the errors are those of `train`.

    Returns what is written to ``seeds.json`` in `work`: ``seeds``, a row each with ``seed``,
    ``step`` (of the best evaluation) and ``scores`` by name (0 to 1; ``score`` is the weighted one,
    ``ents ORG`` the F1 of a label); their ``mean`` and ``deviation`` (of a sample, None for a
    single seed); and ``best``, the seed that is published. The scores are those before components
    finish (`FinishesTraining`).
    """
    output = Path(output)
    work = Path(work) if work else Path("training") / output.name
    if resume and not any(latest(work / f"seed-{seed}" / "checkpoint") for seed in seeds):
        raise ModelError(f"{work}: no checkpoint to go on from; train without --resume")
    base = dict(overrides or {})
    names = ["training.seed"]
    if "seed" in read_config(Path(config), base).get("system", {}):
        names.append("system.seed")
    plans = {
        seed: make_plan(config, base | dict.fromkeys(names, seed), start)
        for seed in dict.fromkeys(seeds)
    }
    for seed, plan in plans.items():  # before any of them trains
        require_start(plan, work / f"seed-{seed}")
    rows = []
    for seed, plan in plans.items():
        folder = work / f"seed-{seed}"
        going_on = resume and latest(folder / "checkpoint") is not None
        log.write(f"seed {seed}\n")
        progress = run(plan, folder, resume=going_on, gpu=gpu, log=log, watch=watch)
        assert progress.best is not None
        rows.append({"seed": seed, "step": progress.best_step, "scores": _scores(progress.best)})
    summary = _summary(rows)
    write_json(work / "seeds.json", summary)
    chosen = work / f"seed-{summary['best']}" / "model-best"
    publish(chosen, output, profile_of(load_model(chosen), plan))
    return summary


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = {name: [row["scores"][name] for row in rows] for name in rows[0]["scores"]}
    means = {name: statistics.fmean(values) for name, values in columns.items()}
    several = len(rows) > 1
    return {
        "seeds": rows,
        "mean": means,
        "deviation": {n: statistics.stdev(v) if several else None for n, v in columns.items()},
        "best": max(rows, key=lambda row: float(row["scores"]["score"]))["seed"],
    }


def _scores(best: Mapping[str, Any]) -> dict[str, float]:
    """The weighted score, the others but those of tokens, and F by label, as one flat dict."""
    found = {"score": float(best["score"])}
    for name, value in best["scores"].items():
        if isinstance(value, Mapping):
            kind = name.removesuffix("_per_type")
            found |= {f"{kind} {label}": float(row["f"]) for label, row in value.items()}
        elif not name.startswith("token_"):
            found[name] = float(value)
    return found
