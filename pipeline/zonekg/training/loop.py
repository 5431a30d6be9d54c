"""The training loop: steps, evaluations, and when to stop.

It does what spaCy's own does (spacy/training/loop.py) but counts steps from 1, so that
``max_steps`` are taken, and can begin after any step that it was stopped at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from spacy.language import Language
from spacy.schemas import ConfigSchemaTraining
from spacy.training import Example
from spacy.training.loop import create_evaluation_callback, subdivide_batch
from spacy.util import registry, resolve_dot_names
from thinc.api import Optimizer

from zonekg.training.batches import BatchSource, Place
from zonekg.training.protocols import models

__all__ = ["Progress", "Setup", "Tick", "averaged", "steps"]


@dataclass(frozen=True)
class Tick:
    """How far a training is after a step.

    total: the steps at most, None without end; losses: by component, the mean per step since the
    evaluation before; best: the best score on dev so far, 0 to 1; seed: of this training.
    """

    step: int
    total: int | None
    losses: Mapping[str, float]
    best: float | None
    seed: int


@dataclass
class Progress:
    """How far a training is; together with the weights, all that the next step rests on.

    step: how many are done; place: where in the corpus; seconds: time so far, stops aside.
    ended: why training ended (``max_steps``, ``patience``, ``max_epochs``), empty until it does.
    evaluations: one row each, with ``step`` (from 1), ``epoch`` (from 0), ``score`` (weighted),
    ``scores`` by name (0 to 1), ``losses`` (mean per step), ``learn_rate``, ``seconds`` (in all)
    and ``characters_per_second`` (of training, since the row before).
    """

    step: int = 0
    place: Place = (0, 0)
    seconds: float = 0.0
    ended: str = ""
    evaluations: list[dict[str, Any]] = field(default_factory=list)

    def forward(self, epoch: int) -> None:
        """Count a step of an epoch."""
        self.step += 1
        self.place = (epoch, self.place[1] + 1 if epoch == self.place[0] else 1)

    @property
    def evaluated(self) -> bool:
        """Whether an evaluation followed the last step."""
        return bool(self.evaluations) and bool(self.evaluations[-1]["step"] == self.step)

    @property
    def best(self) -> dict[str, Any] | None:
        """The evaluation with the highest score, the earliest of several."""
        return max(self.evaluations, key=lambda row: float(row["score"]), default=None)

    @property
    def best_step(self) -> int:
        """The step of the best evaluation, 0 before the first."""
        return int(self.best["step"]) if self.best else 0


@dataclass(frozen=True)
class Setup:
    """What the config's ``[training]`` describes: its settings, batches, development documents."""

    settings: Mapping[str, Any]
    batches: BatchSource
    dev: list[Example]

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer of the nets that keep none of their own."""
        found: Optimizer = self.settings["optimizer"]
        return found

    @property
    def metrics(self) -> list[str]:
        """The names of the scores that the config weighs."""
        weights = self.settings["score_weights"]
        return [name for name, weight in weights.items() if weight is not None]

    @classmethod
    def of(cls, nlp: Language) -> Setup:
        """Make it for a pipeline; raises ValueError for what can't be."""
        config = nlp.config.interpolate()
        settings = registry.resolve(config["training"], schema=ConfigSchemaTraining)
        names = [settings["train_corpus"], settings["dev_corpus"]]
        train_corpus, dev_corpus = resolve_dot_names(config, names)
        if settings["max_epochs"] < 1 and not settings["max_steps"] and not settings["patience"]:
            raise ValueError("training never ends: set max_epochs, max_steps or patience")
        grows = any(isinstance(value, dict) for value in config["training"]["batcher"].values())
        batches = BatchSource(
            train_corpus, settings["batcher"], settings["seed"], settings["max_epochs"], grows
        )
        return cls(settings, batches, list(dev_corpus(nlp)))


@contextmanager
def averaged(nlp: Language, optimizer: Optimizer) -> Iterator[None]:
    """Within it the nets have the averages of their weights, where averages are kept.

    Unlike ``nlp.use_params`` it asks shims that average by themselves even if the optimizer has
    no averages.
    """
    with ExitStack() as stack:
        for _, model in models(nlp):
            stack.enter_context(model.use_params(optimizer.averages or {}))
        yield


def steps(nlp: Language, setup: Setup, progress: Progress) -> Iterator[Tick]:
    """Train on from where `progress` is until the config ends it; yields after each step.

    `progress` is brought forward. It has a new evaluation after each ``eval_frequency`` steps and
    at the end.
    """
    settings, window = setup.settings, _Window()
    evaluate = create_evaluation_callback(nlp, lambda _: setup.dev, settings["score_weights"])
    stream = setup.batches.after(progress.place, progress.step, nlp)
    begun = perf_counter() - progress.seconds
    coming = None if progress.ended else next(stream, None)
    while coming and not progress.ended:
        epoch, batch = coming
        rate = setup.optimizer.learn_rate
        with window.measured(batch):
            _update(nlp, settings, batch, window.losses)
        progress.forward(epoch)
        coming = next(stream, None)
        progress.ended = _why_ended(progress, settings) or ("" if coming else "max_epochs")
        if progress.ended or progress.step % settings["eval_frequency"] == 0:
            with averaged(nlp, setup.optimizer):
                score, scores = evaluate()
            scores.pop("speed", None)  # of the evaluation, in another unit than scores
            row = {"step": progress.step, "epoch": epoch, "score": score, "scores": _plain(scores)}
            row |= {"learn_rate": rate, "seconds": perf_counter() - begun}
            progress.evaluations.append(row | window.row())
        progress.seconds = perf_counter() - begun
        yield _tick(progress, setup, window)
        if progress.evaluated:
            window = _Window()


@dataclass
class _Window:
    """What is counted from one evaluation to the next."""

    steps: int = 0
    characters: int = 0
    seconds: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measured(self, batch: Sequence[Example]) -> Iterator[None]:
        begun = perf_counter()
        yield
        self.seconds += perf_counter() - begun
        self.characters += sum(len(example.predicted.text) for example in batch)
        self.steps += 1

    def mean_losses(self) -> dict[str, float]:
        return {name: float(total) / self.steps for name, total in self.losses.items()}

    def row(self) -> dict[str, Any]:
        speed = round(self.characters / self.seconds)
        return {"losses": self.mean_losses(), "characters_per_second": speed}


def _update(
    nlp: Language, settings: Mapping[str, Any], batch: list[Example], losses: dict[str, float]
) -> None:
    """One step of every component that is trained."""
    frozen, optimizer = settings["frozen_components"], settings["optimizer"]
    parts = subdivide_batch(batch, settings["accumulate_gradient"])  # type: ignore[no-untyped-call]
    for part in parts:
        nlp.update(
            part,
            drop=settings["dropout"],
            sgd=False,  # type: ignore[arg-type]  # gradients add up until finish_update
            losses=losses,
            exclude=frozen,
            annotates=settings["annotating_components"],
        )
    for name, pipe in nlp.pipeline:
        if name not in frozen and getattr(pipe, "is_trainable", False):
            pipe.finish_update(optimizer)  # type: ignore[attr-defined]
    optimizer.step_schedules()


def _why_ended(progress: Progress, settings: Mapping[str, Any]) -> str:
    if settings["max_steps"] and progress.step >= settings["max_steps"]:
        return "max_steps"
    if settings["patience"] and progress.step - progress.best_step >= settings["patience"]:
        return "patience"
    return ""


def _tick(progress: Progress, setup: Setup, window: _Window) -> Tick:
    return Tick(
        progress.step,
        setup.settings["max_steps"] or None,
        window.mean_losses(),
        progress.best["score"] if progress.best else None,
        setup.settings["seed"],
    )


def _plain(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Scores as JSON has them, floats of numpy made Python's."""
    plain: dict[str, Any] = json.loads(json.dumps(scores, default=float, sort_keys=True))
    return plain
