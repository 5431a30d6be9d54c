"""One pipeline out of several trainings: the mean of their weights.

Weights of trainings that went on from one another, or began at the same weights, lie in one basin
of the loss; their mean is as fast as one of them and often better than each. The method:
Wortsman et al. (2022), "Model soups".
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.training.loop import create_evaluation_callback
from spacy.util import load_model
from thinc.api import Model

from zonekg.errors import InputError, ModelError
from zonekg.training import checkpoint
from zonekg.training.config import Plan, make_plan, origin
from zonekg.training.loop import Setup, averaged
from zonekg.training.protocols import HasWeights, models, shims
from zonekg.training.publishing import finish, profile_of, publish
from zonekg.training.run import new_pipeline, new_setup, require_components

__all__ = ["average"]

Weights = dict[str, NDArray[Any]]


def average(
    config: str | Path,
    works: Sequence[str | Path],
    output: str | Path,
    *,
    overrides: Mapping[str, Any] | None = None,
    log: IO[str] = sys.stderr,
) -> Language:
    """Write the pipeline whose weights are the mean of those that trainings ended with.

    config: that of the trainings; its data finish the pipeline (thresholds, calibration), so that
    it should name all documents that any of them learnt on. works: their work folders, two or more,
    of each the last checkpoint counts, with its moving average of weights. overrides: changed
    values of the config. log: is told the scores on dev.

    Returns the pipeline. Raises InputError for fewer than two folders, a config that can't be read,
    or a training with other components; ModelError for a folder without a whole checkpoint or a
    net whose weights can't be averaged; OutputError.
    """
    if len(set(map(Path, works))) < 2:
        raise InputError(config, "fewer than two trainings to average", todo="name more folders")
    plans = [make_plan(config, overrides or {}, work) for work in works]
    for plan in plans:
        require_components(plan)
    nlp = new_pipeline(plans[0])
    setup = new_setup(plans[0], nlp)
    _set_weights(nlp, _mean([_ended_with(plan, nlp, setup) for plan in plans]))
    nlp.meta["zonekg"] = _notes(plans)
    nlp.meta["performance"] = _scores(nlp, setup)
    told = "  ".join(f"{name} {100 * score:.2f}" for name, score in nlp.meta["performance"].items())
    print(f"dev, %: {told}", file=log, flush=True)
    with TemporaryDirectory() as folder:
        nlp.to_disk(Path(folder, "mean"))
        finish(Path(folder, "mean"), Path(folder, "finished"))
        nlp = load_model(Path(folder, "finished"))
        publish(Path(folder, "finished"), Path(output), profile_of(nlp, plans[0]))
    return nlp


def _ended_with(plan: Plan, nlp: Language, setup: Setup) -> Weights:
    """The averaged weights in the last checkpoint of a training; `nlp` is left in that state."""
    assert plan.start
    checkpoint.restore(plan.start, nlp, setup.optimizer, "name another training")
    with averaged(nlp, setup.optimizer):
        return dict(_weights(nlp))


def _weights(nlp: Language) -> Iterator[tuple[str, NDArray[Any]]]:
    """A copy of each array of each net, under a name that is the same in every process."""
    for name, node, parameter in _parameters(nlp):
        ops: Any = node.ops
        yield name, np.array(ops.to_numpy(node.get_param(parameter)))
    for name, shim in shims(nlp):
        if not isinstance(shim, HasWeights):
            raise ModelError(f"{name}: the weights of {type(shim).__name__} can't be averaged")
        yield from ((f"{name} {key}", array) for key, array in shim.weights().items())


def _parameters(nlp: Language) -> Iterator[tuple[str, Model[Any, Any], str]]:
    """Each parameter of thinc's nets: its name in `Weights`, its node and its name there."""
    for name, model in models(nlp):
        for i, node in enumerate(model.walk()):
            for parameter in node.param_names:
                if node.has_param(parameter):
                    yield f"{name}/{i}/{parameter}", node, parameter


def _mean(found: Sequence[Weights]) -> Weights:
    """The mean of each array; of counts and other whole numbers those of the first training."""
    return {
        name: np.mean([each[name] for each in found], axis=0, dtype=np.float64).astype(first.dtype)
        if np.issubdtype(first.dtype, np.floating)
        else first
        for name, first in found[0].items()
    }


def _set_weights(nlp: Language, weights: Weights) -> None:
    for name, node, parameter in _parameters(nlp):
        ops: Any = node.ops
        node.set_param(parameter, ops.asarray(weights[name]))
    for name, shim in shims(nlp):
        start = f"{name} "
        mine = {k.removeprefix(start): v for k, v in weights.items() if k.startswith(start)}
        assert isinstance(shim, HasWeights)
        shim.use_weights(mine)


def _notes(plans: Sequence[Plan]) -> dict[str, Any]:
    """What the pipeline tells of its training: that of the config, and the trainings averaged."""
    notes = {key: value for key, value in plans[0].notes.items() if key != "start"}
    return notes | {"mean_of": [origin(plan.start / "pipeline") for plan in plans if plan.start]}


def _scores(nlp: Language, setup: Setup) -> dict[str, float]:
    """The scores on dev that the config weighs."""
    weights = setup.settings["score_weights"]
    _, scores = create_evaluation_callback(nlp, lambda _: setup.dev, weights)()
    return {name: float(scores.get(name) or 0.0) for name in setup.metrics}
