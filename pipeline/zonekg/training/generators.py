"""The states of the generators of random numbers that training draws from."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["generator_states", "restore_generators"]

Arrays = dict[str, NDArray[Any]]


def generator_states() -> tuple[dict[str, Any], Arrays]:
    """The states of Python's and numpy's generators as JSON has them; torch's as arrays.

    torch's are there only where something has imported it, those of GPUs where there are any.
    """
    version, numbers, gauss = random.getstate()
    kind, keys, *rest = np.random.get_state(legacy=True)
    states = {
        "python": [version, list(numbers), gauss],
        "numpy": [kind, np.asarray(keys).tolist(), *rest],
    }
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return states, {}
    arrays = {"torch cpu": torch.get_rng_state().numpy()}
    if torch.cuda.is_available():
        for i, state in enumerate(torch.cuda.get_rng_state_all()):
            arrays[f"torch cuda {i}"] = state.numpy()
    return states, arrays


def restore_generators(states: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Bring the generators to the states that `generator_states` gave."""
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, *rest = states["numpy"]
    np.random.set_state((kind, np.array(keys, dtype=np.uint32), *rest))
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return
    for name, array in arrays.items():
        if name == "torch cpu":
            torch.set_rng_state(torch.from_numpy(array.copy()))
        elif name.startswith("torch cuda ") and torch.cuda.is_available():
            torch.cuda.set_rng_state(torch.from_numpy(array.copy()), int(name.split()[-1]))
