"""The nets on a GPU, where they can use one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from spacy.language import Language

from zonekg.errors import ModelError
from zonekg.training.protocols import MovesToDevice, shims

__all__ = ["place_on"]


def place_on(nlp: Language, gpu: int | None) -> str:
    """Bring the nets to a GPU by its number, or leave them on the CPU; the device's name.

    Raises ModelError where torch, the GPU or a net that could use it is missing.
    """
    if gpu is None:
        return "cpu"
    movable = [shim for _, shim in shims(nlp) if isinstance(shim, MovesToDevice)]
    if not movable:
        raise ModelError(
            f"no net of {', '.join(nlp.pipe_names)} can use a GPU; train without --gpu"
        )
    try:
        torch: Any = import_module("torch")
    except ImportError as error:
        raise ModelError(
            "--gpu needs torch; install zonekg[train] or train without --gpu"
        ) from error
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if gpu >= count:
        raise ModelError(f"no GPU {gpu}: torch finds {count}; train without --gpu")
    device = f"cuda:{gpu}"
    for shim in movable:
        shim.use_device(device)
    return device
