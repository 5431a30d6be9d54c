"""A checkpoint: all that a training needs to go on as if it had never been stopped.

A folder named by its step:

    pipeline/        the pipeline as spaCy writes it, with the weights of the last step
    arrays.npz       the optimizer's moments and averages, the states of torch's generators
    shims/NAME       what `ResumesTraining.training_state` gave, for each shim in a net
    progress.json    how far it is, what it rests on, counts, the other generators' states
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from spacy.language import Language
from thinc.api import Optimizer

from zonekg.errors import ModelError
from zonekg.files import write_json
from zonekg.training.folders import whole_folder
from zonekg.training.generators import generator_states, restore_generators
from zonekg.training.loop import Progress
from zonekg.training.optimizer import optimizer_state, restore_optimizer
from zonekg.training.protocols import ResumesTraining, shims

__all__ = ["load_weights", "read_progress", "require_resumable", "restore", "save"]


def require_resumable(nlp: Language) -> None:
    """Raise ModelError when a net keeps something that no checkpoint would have."""
    for name, shim in shims(nlp):
        if not isinstance(shim, ResumesTraining):
            raise ModelError(
                f"{name}: {type(shim).__name__} can't be trained here, as it couldn't go on after "
                "a stop; expected the methods of zonekg.training.protocols.ResumesTraining"
            )


def save(
    folder: Path,
    nlp: Language,
    optimizer: Optimizer,
    progress: Progress,
    facts: Mapping[str, Any],
) -> None:
    """Write a checkpoint, whole or not at all; raises OutputError."""
    with whole_folder(folder) as part:
        nlp.to_disk(part / "pipeline")
        arrays, counts = optimizer_state(nlp, optimizer)
        lots, torch_lots = generator_states()
        np.savez(part / "arrays.npz", **arrays, **torch_lots)  # type: ignore[arg-type]
        (part / "shims").mkdir()
        for name, shim in shims(nlp):
            (part / "shims" / name).write_bytes(shim.training_state())  # type: ignore[attr-defined]
        state = {"progress": asdict(progress), "facts": facts, "counts": counts, "generators": lots}
        write_json(part / "progress.json", state, indent=None)


def read_progress(
    folder: Path, todo: str = "train without --resume"
) -> tuple[Progress, dict[str, Any]]:
    """How far a checkpoint is and the facts that it rests on.

    Raises ModelError if it is damaged, which says what to do.
    """
    with _told(folder, todo):
        state = _state(folder)
        progress = Progress(**state["progress"])
        epoch, done = progress.place
        progress.place = (int(epoch), int(done))
        return progress, dict(state["facts"])


def restore(
    folder: Path, nlp: Language, optimizer: Optimizer, todo: str = "train without --resume"
) -> None:
    """Bring a pipeline and an optimizer, as made anew from the same config, to a checkpoint.

    The states of all generators of random numbers too. Raises ModelError if it is damaged, which
    says what to do.
    """
    with _told(folder, todo):
        state = _state(folder)
        nlp.from_disk(folder / "pipeline")
        with (folder / "arrays.npz").open("rb") as file, np.load(file) as arrays:
            step = int(state["progress"]["step"])
            restore_optimizer(nlp, optimizer, arrays, state["counts"], step)
            for name, shim in shims(nlp):
                data = (folder / "shims" / name).read_bytes()
                shim.load_training_state(data)  # type: ignore[attr-defined]
            restore_generators(state["generators"], arrays)


def load_weights(folder: Path, nlp: Language, exclude: Iterable[str]) -> None:
    """Give a new pipeline the weights of a checkpoint, and what its components had measured.

    Its components must have the settings of the checkpoint's, which come along; exclude: those
    that keep what they have. Raises ModelError if it is damaged.
    """
    with _told(folder, "begin from another training"):
        nlp.from_disk(folder / "pipeline", exclude=["meta", "config", *exclude])


def _state(folder: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    return state


@contextmanager
def _told(folder: Path, todo: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, TypeError, LookupError, BadZipFile, EOFError) as error:
        cause = " ".join(str(error).split())[:200]
        what = f"not a whole checkpoint ({type(error).__name__}: {cause})"
        raise ModelError(f"{folder}: {what}; {todo}") from error
