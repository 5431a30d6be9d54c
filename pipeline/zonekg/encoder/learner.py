"""Torch nets while they learn: gradients, steps, the average of their weights.

Needs the extra ``train``; a shipped model runs without this file.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from thinc.api import Optimizer
from torch import Tensor

from zonekg.encoder.net import TaggingNet, collate, learning_groups
from zonekg.encoder.segment import Characters

__all__ = ["Learner", "TaggingLearner"]

Floats = NDArray[np.float32]


class Learner:
    """A net with all that its training keeps beside the weights.

    settings: ``average``, the memory of the moving average of the weights, 0 for none; ``rate``,
    how fast it learns against the config's rate.
    """

    def __init__(self, net: Any, settings: Mapping[str, float]) -> None:
        self.net = net
        self.settings = settings
        self.device = "cpu"
        self._optimizer: torch.optim.Optimizer | None = None
        self._average: dict[str, Tensor] = {}
        self._waiting: dict[str, Any] | None = None
        self._updates = 0

    def use_device(self, device: str) -> None:
        """Go to a device, such as ``cuda:0``."""
        self.device = device
        self.net.to(device)

    def _groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Parameters for the optimizer, in groups that each have a ``scale`` of the rate."""
        found: dict[bool, list[Any]] = {}
        for parameter in self.net.parameters():
            found.setdefault(parameter.dim() > 1, []).append(parameter)
        return [
            {"params": group, "scale": 1.0, "weight_decay": weight_decay if wide else 0.0}
            for wide, group in found.items()
        ]

    def finish_update(self, optimizer: Optimizer) -> None:
        """One step of AdamW, each layer at its scale of `rate` times thinc's learning rate."""
        mine = self._torch_optimizer(optimizer)
        rate = float(optimizer.learn_rate) * self.settings["rate"]
        for group in mine.param_groups:
            group["lr"] = rate * group["scale"]
        if optimizer.grad_clip:
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), optimizer.grad_clip)
        mine.step()
        mine.zero_grad()
        self._updates += 1
        self._update_average()

    def _torch_optimizer(self, optimizer: Optimizer) -> torch.optim.Optimizer:
        if self._optimizer is None:
            self._optimizer = torch.optim.AdamW(
                self._groups(optimizer.L2),
                lr=0.0,
                betas=(optimizer.b1, optimizer.b2),
                eps=optimizer.eps,
            )
            if self._waiting:
                self._optimizer.load_state_dict(self._waiting)
                self._waiting = None
        return self._optimizer

    def _update_average(self) -> None:
        """The moving average of the weights, which is what is judged and kept."""
        rate = self.settings["average"]
        if not rate:
            return
        share = min(rate, self._updates / (self._updates + 10))  # short memory at first
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                if name not in self._average:
                    self._average[name] = value.clone()
                elif value.is_floating_point():
                    self._average[name].lerp_(value, 1 - share)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The averaged weights in the place of the last ones, for as long as the context lasts."""
        if not self._average:
            yield
            return
        last = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.net.load_state_dict(self._average)
        try:
            yield
        finally:
            self.net.load_state_dict(last)

    def use_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take other weights, of the same names and shapes."""
        self.net.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})

    def state(self) -> bytes:
        """What going on with training needs beside the weights."""
        state = {
            "optimizer": self._optimizer.state_dict() if self._optimizer else self._waiting,
            "average": self._average,
            "updates": self._updates,
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        return buffer.getvalue()

    def load_state(self, data: bytes) -> None:
        """Read what `state` gave; the optimizer takes its part at the next update."""
        state = torch.load(io.BytesIO(data), weights_only=True, map_location=self.device)
        self._optimizer, self._waiting = None, state["optimizer"]
        self._average, self._updates = state["average"], state["updates"]


class TaggingLearner(Learner):
    """A `TaggingNet` with all that its training keeps beside the weights.

    settings: besides those of `Learner`, ``head_scale`` and ``layer_decay``, see `learning_groups`,
    and ``mixed_precision``, whether to use bfloat16. padding: the id of a piece that stands for
    none.
    """

    def __init__(self, net: TaggingNet, settings: Mapping[str, float], padding: int) -> None:
        super().__init__(net, settings)
        self.padding = padding
        self.lent: list[Tensor] = []
        self._outputs: list[tuple[Tensor, Tensor]] = []

    def _groups(self, weight_decay: float) -> list[dict[str, Any]]:
        return learning_groups(
            self.net,
            head=self.settings["head_scale"],
            decay=self.settings["layer_decay"],
            weight_decay=weight_decay,
        )

    def predict(self, texts: Sequence[Characters]) -> list[Floats]:
        """Scores of texts, each of shape (characters, tags)."""
        return [scores for scores, _ in self.read(texts)]

    def read(self, texts: Sequence[Characters]) -> list[tuple[Floats, Floats]]:
        """Scores of texts and the vectors that they come from, shape (characters, width)."""
        if not texts:
            return []
        self.net.eval()
        with torch.inference_mode():
            scores, vectors = (rows.cpu().numpy() for rows in self._forward(texts))
        lengths = [len(text.chars) for text in texts]
        return [(scores[i, :length], vectors[i, :length]) for i, length in enumerate(lengths)]

    def begin_update(
        self, texts: Sequence[Characters]
    ) -> tuple[list[Floats], Callable[[Sequence[Floats]], None]]:
        """Scores of a batch, and what takes their gradients.

        Texts of about one length go through the net together, so that little is filled up. Until
        the next step `lent` has their vectors, a leaf of shape (characters, width) for each: what
        gradient another net leaves there goes back through this one, together with that of scores.
        """
        self.go_back()
        self.net.train()
        lengths = [len(text.chars) for text in texts]
        found: list[tuple[list[int], Tensor, Tensor]] = []
        for group in _alike(lengths):
            outputs = self._forward([texts[i] for i in group])
            scores, vectors = (rows.detach().requires_grad_() for rows in outputs)
            self._outputs += zip(outputs, (scores, vectors), strict=True)
            found.append((group, scores, vectors))

        def backprop(gradients: Sequence[Floats]) -> None:
            for group, scores, _ in found:
                d_scores = torch.zeros_like(scores)
                for row, i in enumerate(group):
                    d_scores[row, : lengths[i]] = torch.from_numpy(np.asarray(gradients[i]))
                scores.grad = d_scores / sum(lengths)

        rows: dict[int, Floats] = {}
        lent: dict[int, Tensor] = {}
        for group, scores, vectors in found:
            plain = scores.detach().cpu().numpy()
            rows |= {i: plain[row, : lengths[i]] for row, i in enumerate(group)}
            lent |= {i: vectors[row, : lengths[i]] for row, i in enumerate(group)}
        self.lent = [lent[i] for i in range(len(texts))]
        return [rows[i] for i in range(len(texts))], backprop

    def finish_update(self, optimizer: Optimizer) -> None:
        """One step, see `Learner.finish_update`."""
        self.go_back()
        super().finish_update(optimizer)

    def go_back(self) -> None:
        """Take the gradients of scores and of lent vectors back to the weights, in one go."""
        told = [(rows, leaf.grad) for rows, leaf in self._outputs if leaf.grad is not None]
        if told:
            torch.autograd.backward([rows for rows, _ in told], [grad for _, grad in told])
        self._outputs, self.lent = [], []

    def _forward(self, texts: Sequence[Characters]) -> tuple[Tensor, Tensor]:
        with self._autocast():
            vectors = self.net.vectors(collate(texts, self.padding, self.device))
            return self.net.output(vectors).float(), vectors.float()

    def _autocast(self) -> Any:
        enabled = bool(self.settings["mixed_precision"])
        return torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16, enabled=enabled)


def _alike(lengths: Sequence[int]) -> list[list[int]]:
    """The numbers of texts in groups whose longest is at most half as long again as the shortest.

    >>> _alike([10, 90, 12, 100, 30])
    [[0, 2], [4], [1, 3]]
    """
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if groups and lengths[i] <= 1.5 * lengths[groups[-1][0]]:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
