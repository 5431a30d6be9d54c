"""The state of thinc's optimizer, under names that are the same in every process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray
from spacy.language import Language
from thinc.api import Optimizer, get_current_ops

from zonekg.training.protocols import models

__all__ = ["optimizer_state", "restore_optimizer"]

_TABLES = ("mom1", "mom2", "averages")
Key = tuple[int, str]


def _names(nlp: Language) -> Iterator[tuple[str, int]]:
    """Each node of each net under its component and place there; thinc's ids are of a process."""
    for name, model in models(nlp):
        for i, node in enumerate(model.walk()):
            yield f"{name}/{i}", node.id


def optimizer_state(
    nlp: Language, optimizer: Optimizer
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Moments and averages as arrays named ``table component/node/parameter``; counts as JSON."""
    names = {key: name for name, key in _names(nlp)}
    ops: Any = get_current_ops()
    arrays = {
        f"{table} {names[node]}/{parameter}": ops.to_numpy(array)
        for table in _TABLES
        for (node, parameter), array in (getattr(optimizer, table) or {}).items()
    }
    updates = {f"{names[node]}/{p}": count for (node, p), count in optimizer.nr_update.items()}
    return arrays, {"updates": updates, "radam": optimizer._radam_buffer}


def restore_optimizer(
    nlp: Language,
    optimizer: Optimizer,
    arrays: Mapping[str, NDArray[Any]],
    counts: Mapping[str, Any],
    step: int,
) -> None:
    """Bring a new optimizer to the state that `optimizer_state` gave after `step` steps."""
    ids = dict(_names(nlp))
    ops: Any = get_current_ops()

    def key(name: str) -> Key:
        node, _, parameter = name.rpartition("/")
        return ids[node], parameter

    for name in arrays:
        table, _, place = name.partition(" ")
        if table in _TABLES:
            getattr(optimizer, table)[key(place)] = ops.asarray(arrays[name])
    for name, count in counts["updates"].items():
        optimizer.nr_update[key(name)] = count
    optimizer._radam_buffer = [list(row) for row in counts["radam"]]
    for _ in range(step):  # schedules are generators, which can only be run on
        optimizer.step_schedules()  # type: ignore[no-untyped-call]
