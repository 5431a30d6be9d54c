"""The relation net while it learns, and its ONNX graph.

Needs the extra ``train``; a shipped model runs without this file.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from zonekg.encoder.export import onnx_graph
from zonekg.encoder.learner import Learner
from zonekg.encoder.relation_net import Inputs, choice_loss

__all__ = ["RelationLearner", "relation_graph"]

Floats = NDArray[np.float32]


class RelationLearner(Learner):
    """A `RelationNet` with all that its training keeps beside the weights."""

    def predict(self, columns: Sequence[Any]) -> Floats:
        """Scores of the pairs of a stretch, shape (pairs, relations)."""
        self.net.eval()
        with torch.inference_mode():
            scores: Floats = self.net(*self._here(columns)).cpu().numpy()
        return scores

    def learn(self, columns: Sequence[Any], target: Sequence[Any], scale: float) -> float:
        """Add the gradient of the loss of a stretch, times `scale`; the loss itself.

        columns: arrays as `Inputs` has them, or tensors, which then get a gradient, too; target:
        those that `choice_loss` takes besides scores.
        """
        self.net.train()
        entries, choices, right, unsure = self._here(target)
        scores = self.net(*self._here(columns))
        loss = choice_loss(scores, entries, choices, right=right, unsure=unsure)
        (loss * scale).backward()
        return float(loss.detach())

    def _here(self, arrays: Sequence[Any]) -> list[Any]:
        """The tensors of arrays, on the device of the net."""
        return [tensor.to(self.device) for tensor in _tensors(arrays)]


def _tensors(arrays: Sequence[Any]) -> list[Any]:
    return [
        array if isinstance(array, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(array))
        for array in arrays
    ]


def relation_graph(net: Any) -> bytes:
    """The ONNX graph of a `RelationNet` as bytes, matrices in int8: `Inputs` in, ``scores`` out."""
    net = copy.deepcopy(net).cpu().eval()
    axes = {
        "vectors": {0: "tokens"},
        "spans": {0: "mentions"},
        "labels": {0: "mentions"},
        "places": {0: "mentions"},
        "pairs": {0: "count"},
        "between": {0: "count"},
        "rules": {0: "count"},
        "words": {0: "count"},
        "sentences": {0: "sentences"},
        "standings": {0: "sentences"},
        "scopes": {0: "mentions"},
        "scores": {0: "count"},
    }
    return onnx_graph(net, _example(net.shape), (Inputs._fields, ["scores"], axes))


def _example(shape: dict[str, Any]) -> list[Any]:
    """A stretch of five mentions, to trace the net by."""
    pairs = [(a, b) for a in range(5) for b in range(5) if a != b]
    return _tensors(
        [
            np.zeros((30, shape["vectors"]), dtype=np.float32),
            np.array([(6 * i, 6 * i + 4) for i in range(5)], dtype=np.int64),
            np.array([0, 1, 2, 3, 0], dtype=np.int64),
            np.zeros((5, shape["places"]), dtype=np.int64),
            np.array(pairs, dtype=np.int64),
            np.zeros((len(pairs), shape["between"]), dtype=np.int64),
            np.zeros((len(pairs), shape["rules"]), dtype=np.float32),
            np.zeros((len(pairs), shape["words"]), dtype=np.int64),
            np.array([(0, 12), (12, 30)], dtype=np.int64),
            np.zeros((2, shape["places"]), dtype=np.int64),
            np.array([(0, 0), (0, 0), (1, 0), (1, 0), (1, 1)], dtype=np.int64),
        ]
    )
