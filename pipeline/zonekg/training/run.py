"""One training, from a config to the pipeline in its place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from catalogue import RegistryError
from confection import ConfigValidationError
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.util import load_model
from thinc.api import fix_random_seed

from zonekg.errors import InputError, ModelError
from zonekg.files import make_folder
from zonekg.training import checkpoint
from zonekg.training.config import Plan, bad_config, differences, make_plan
from zonekg.training.device import place_on
from zonekg.training.folders import keep_only, latest, whole_folder
from zonekg.training.log import TrainingLog
from zonekg.training.loop import Progress, Setup, Tick, averaged, steps
from zonekg.training.publishing import finish, profile_of, publish

__all__ = [
    "Watch",
    "new_pipeline",
    "new_setup",
    "require_components",
    "require_start",
    "run",
    "train",
]

Watch = Callable[[Tick], None]


def train(
    config: str | Path,
    output: str | Path,
    *,
    work: str | Path | None = None,
    start: str | Path | None = None,
    resume: bool = False,
    overrides: Mapping[str, Any] | None = None,
    gpu: int | None = None,
    log: IO[str] = sys.stderr,
    watch: Watch = lambda _: None,
) -> Language:
    """Train the pipeline of a config, put the best one into `output`, its profile with it.

    Returns that pipeline. `work`, by default ``training/<name>``, holds ``log.jsonl``, the last
    checkpoint and ``model-best``; with `resume` training goes on from the checkpoint, and ends
    with the same weights, to the bit on a CPU, as if it had not been stopped, whatever stopped
    it. Without it `work` is cleared first. start: the folder `work` of another training with this
    config, whose last weights it begins with, as for documents that came later. `overrides` change
    config values (``{"training.max_epochs": 5}``). gpu: the number of the GPU to train on, by
    default the CPU. log: takes a line an evaluation; watch: is called after each step.

    Raises InputError for a config or corpus that can't be used, or that is another than the
    checkpoint's, or where `start` has other components or is `work`; ModelError where there is no
    checkpoint to resume or begin from, or no net or GPU to use `gpu`; OutputError.
    """
    output = Path(output)
    work = Path(work) if work else Path("training") / output.name
    plan = make_plan(config, overrides or {}, start)
    require_start(plan, work)
    run(plan, work, resume=resume, gpu=gpu, log=log, watch=watch)
    nlp = load_model(work / "model-best")
    publish(work / "model-best", output, profile_of(nlp, plan))
    return nlp


def run(
    plan: Plan, work: Path, *, resume: bool, gpu: int | None, log: IO[str], watch: Watch
) -> Progress:
    """Train until the pipeline is in ``model-best`` of `work`; tells how it went."""
    last, progress = _last_checkpoint(plan, work) if resume else (None, Progress())
    if not (progress.ended and (work / "model-best").exists()):
        nlp = new_pipeline(plan)
        checkpoint.require_resumable(nlp)
        device = place_on(nlp, gpu)
        setup = new_setup(plan, nlp)
        fix_random_seed(plan.seed)
        if last:
            checkpoint.restore(last, nlp, setup.optimizer)
        else:
            if plan.start:
                checkpoint.load_weights(plan.start, nlp, plan.sourced)
            _clear(work)
        told = TrainingLog(make_folder(work) / "log.jsonl", log, setup.metrics)
        told.begin(progress, plan.notes, device)
        training = _Training(plan, work, nlp, setup, progress)
        for tick in steps(nlp, setup, progress):
            watch(tick)
            if progress.evaluated:
                told.evaluation(progress)
                training.keep()
        told.end(progress)
        finish(work / "best" / str(progress.best_step), work / "model-best")
    shutil.rmtree(work / "best", ignore_errors=True)
    return progress


@dataclass(frozen=True)
class _Training:
    """What a running training keeps in its folder."""

    plan: Plan
    work: Path
    nlp: Language
    setup: Setup
    progress: Progress

    def keep(self) -> None:
        """Save after an evaluation: the pipeline if it is the best so far, and a checkpoint.

        The checkpoint last: a stop before it takes the steps since the one before once more.
        """
        best, step = self.progress.best_step, self.progress.step
        if best == step:
            self._save_best(self.work / "best" / str(best))
        folder = self.work / "checkpoint" / str(step)
        checkpoint.save(folder, self.nlp, self.setup.optimizer, self.progress, self.plan.facts)
        keep_only(self.work / "checkpoint", str(step))
        keep_only(self.work / "best", str(best))

    def _save_best(self, folder: Path) -> None:
        """Write the pipeline with its averaged weights."""
        self.nlp.meta["performance"] = self._performance()
        before_to_disk = self.setup.settings["before_to_disk"] or (lambda same: same)
        with whole_folder(folder) as part, averaged(self.nlp, self.setup.optimizer):
            before_to_disk(self.nlp).to_disk(part)

    def _performance(self) -> dict[str, Any]:
        """What spaCy puts into ``meta["performance"]``."""
        row = self.progress.evaluations[-1]
        scores = {name: row["scores"].get(name, 0.0) for name in self.setup.metrics}
        return scores | {f"{name}_loss": loss for name, loss in row["losses"].items()}


def _last_checkpoint(plan: Plan, work: Path) -> tuple[Path, Progress]:
    """The checkpoint to go on from; refuses that of a training with other settings or data."""
    last = latest(work / "checkpoint")
    if last is None:
        raise ModelError(f"{work}: no checkpoint to go on from; train without --resume")
    progress, facts = checkpoint.read_progress(last)
    changed = list(differences(facts.pop("config"), plan.facts["config"]))
    changed += differences(facts, {key: plan.facts[key] for key in plan.facts if key != "config"})
    _refuse(last, "it is of another training", changed, "undo the change or train without --resume")
    return last, progress


def require_start(plan: Plan, work: Path) -> None:
    """Refuse to begin from a training with other components, or from the folder to work in.

    Weights bring the settings of their components along, which would undo the config's. Raises
    InputError, and ModelError for a damaged checkpoint.
    """
    if plan.start is None:
        return
    if plan.start.parent.parent.resolve() == work.resolve():
        raise InputError(
            work, "both the folder to begin from and the one to work in", todo="set another --work"
        )
    require_components(plan)


def require_components(plan: Plan) -> None:
    """Refuse a checkpoint to begin from whose components have other settings than the config's.

    Raises InputError, and ModelError for a damaged checkpoint.
    """
    assert plan.start
    _, facts = checkpoint.read_progress(plan.start, "begin from another training")
    old, new = (some["config"]["components"] for some in (facts, plan.facts))
    changed = list(differences(old, new, "components"))
    todo = "begin from a training with these settings"
    _refuse(plan.start, "its components are others", changed, todo)


def _refuse(folder: Path, what: str, changed: Sequence[str], todo: str) -> None:
    """Raise InputError with the first of the differences, where there are any."""
    if changed:
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        raise InputError(folder, f"{what}: {'; '.join(changed[:5])}{more}", todo=todo)


def new_pipeline(plan: Plan) -> Language:
    """The pipeline that a plan makes, before it has learnt; raises InputError, ModelError."""
    try:
        nlp = init_nlp(plan.settings, use_gpu=-1)
    except ImportError as error:
        raise ModelError(
            f"{plan.config}: its nets need more ({error}); install zonekg[train]"
        ) from error
    except (ConfigValidationError, RegistryError, ValueError, TypeError, OSError) as error:
        raise bad_config(plan.config, error) from error
    nlp.meta["zonekg"] = plan.notes
    return nlp


def new_setup(plan: Plan, nlp: Language) -> Setup:
    """What its training needs beside it; raises InputError for a config that makes none."""
    try:
        return Setup.of(nlp)
    except ValueError as error:
        raise bad_config(plan.config, error) from error


def _clear(work: Path) -> None:
    """Remove what an earlier training left."""
    for name in ("checkpoint", "best", "model-best"):
        shutil.rmtree(work / name, ignore_errors=True)
    (work / "log.jsonl").unlink(missing_ok=True)
