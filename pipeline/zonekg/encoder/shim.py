"""The net inside a spaCy component: in torch while it learns, an ONNX graph when it ships."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import srsly
from numpy.typing import NDArray
from thinc.api import Optimizer, Shim

from zonekg.encoder.features import Feature, columns, restore_features
from zonekg.encoder.segment import Characters, Segmenter

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from zonekg.encoder.net import TaggingNet

__all__ = ["EncoderShim", "Learning"]

Floats = NDArray[np.float32]
Learning = Mapping[str, float]


class EncoderShim(Shim):
    """What thinc needs to train, run and store the net.

    segmenter: cuts text into pieces; features: what else the net knows of characters, by name.
    Exactly one of `net` (torch) and `graph` (the bytes of an ONNX graph) is there once the model is
    initialised.
    """

    def __init__(self, learning: Learning) -> None:
        super().__init__(None)
        self.learning = dict(learning)
        self.segmenter: Segmenter | None = None
        self.features: dict[str, Feature] = {}
        self.net: TaggingNet | None = None
        self.graph: bytes = b""
        self.device = "cpu"
        self._session: InferenceSession | None = None
        self._average: dict[str, Any] = {}
        self._waiting: dict[str, Any] | None = None
        self._updates = 0

    def cut(self, text: str) -> Characters:
        """A text as the net takes it."""
        assert self.segmenter is not None
        found = self.segmenter(text)
        if self.features:
            found = found._replace(features=columns(self.features.values(), text))
        return found

    def use_device(self, device: str) -> None:
        """Train on this device, such as ``cuda:0``."""
        self.device = device
        if self.net is not None:
            self.net.to(device)

    # -- scores

    def predict(self, texts: Sequence[Characters]) -> list[Floats]:
        """Scores of texts, each of shape (characters, tags).

        The graph takes one text at a time: int8 has one scale for all that is in a call, so that
        texts side by side would change each other's scores.
        """
        if self.net is None:
            return [self._run(text) for text in texts]
        import torch  # noqa: PLC0415

        self.net.eval()
        with torch.inference_mode(), self._autocast():
            rows = self._forward(texts).float().cpu().numpy()
        return [rows[i, : len(text.chars)] for i, text in enumerate(texts)]

    def _run(self, text: Characters) -> Floats:
        given = {name: column for name, column in text._asdict().items() if column is not None}
        inputs = {name: column[None] for name, column in given.items()}
        scores: Floats = self.session.run(None, inputs)[0][0]
        return scores

    def begin_update(
        self, texts: Sequence[Characters]
    ) -> tuple[list[Floats], Callable[[Sequence[Floats]], None]]:
        """Scores of a batch, and what takes their gradients.

        Texts of about one length go through the net together, so that little is filled up.
        """
        import torch  # noqa: PLC0415

        assert self.net is not None
        self.net.train()
        lengths = [len(text.chars) for text in texts]
        found = []
        for group in _alike(lengths):
            with self._autocast():
                found.append((group, self._forward([texts[i] for i in group]).float()))

        def backprop(gradients: Sequence[Floats]) -> None:
            for group, scores in found:
                d_scores = torch.zeros_like(scores)
                for row, i in enumerate(group):
                    d_scores[row, : lengths[i]] = torch.from_numpy(np.asarray(gradients[i]))
                scores.backward(d_scores / sum(lengths))

        rows: dict[int, Floats] = {}
        for group, scores in found:
            plain = scores.detach().cpu().numpy()
            rows |= {i: plain[row, : lengths[i]] for row, i in enumerate(group)}
        return [rows[i] for i in range(len(texts))], backprop

    def _forward(self, texts: Sequence[Characters]) -> Any:
        from zonekg.encoder.net import collate  # noqa: PLC0415

        assert self.net is not None
        assert self.segmenter is not None
        return self.net(collate(texts, self.segmenter.padding, self.device))

    def _autocast(self) -> Any:
        import torch  # noqa: PLC0415

        enabled = bool(self.learning["mixed_precision"])
        return torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16, enabled=enabled)

    @property
    def session(self) -> InferenceSession:
        """The ONNX graph, loaded at first use; on one core, as `n_process` uses the others."""
        if self._session is None:
            from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415

            options = SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            # by tanh, a hundredth of the time less; rounding to int8 changes scores far more
            options.add_session_config_entry("optimization.enable_gelu_approximation", "1")
            self._session = InferenceSession(
                self.graph,
                options,
                providers=["CPUExecutionProvider"],
                # its fused sum and norm takes five times as long as the two by themselves
                disabled_optimizers=["SkipLayerNormFusion"],
            )
        return self._session

    def freeze(self) -> None:
        """Turn the net into the ONNX graph that ships; it can't learn any more."""
        from zonekg.encoder.export import to_onnx  # noqa: PLC0415

        if self.net is not None:
            self.graph, self._session = to_onnx(self.net.cpu()), None
            self.net = self._optimizer = None
            self._average = {}

    # -- learning

    def finish_update(self, optimizer: Optimizer) -> None:
        """One step of AdamW at the learning rate of thinc's optimizer, each layer at its scale."""
        import torch  # noqa: PLC0415

        assert self.net is not None
        mine = self._torch_optimizer(optimizer)
        for group in mine.param_groups:
            group["lr"] = float(optimizer.learn_rate) * group["scale"]
        if optimizer.grad_clip:
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), optimizer.grad_clip)
        mine.step()
        mine.zero_grad()
        self._updates += 1
        self._update_average()

    def _torch_optimizer(self, optimizer: Optimizer) -> Any:
        import torch  # noqa: PLC0415

        from zonekg.encoder.net import learning_groups  # noqa: PLC0415

        if self._optimizer is None:
            assert self.net is not None
            groups = learning_groups(
                self.net,
                head=self.learning["head_scale"],
                decay=self.learning["layer_decay"],
                weight_decay=optimizer.L2,
            )
            self._optimizer = torch.optim.AdamW(
                groups, lr=0.0, betas=(optimizer.b1, optimizer.b2), eps=optimizer.eps
            )
            if self._waiting:
                self._optimizer.load_state_dict(self._waiting)
                self._waiting = None
        return self._optimizer

    def _update_average(self) -> None:
        """The moving average of the weights, which is what is judged and kept."""
        import torch  # noqa: PLC0415

        rate = self.learning["average"]
        if not rate:
            return
        assert self.net is not None
        share = min(rate, self._updates / (self._updates + 10))  # short memory at first
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                if name not in self._average:
                    self._average[name] = value.clone()
                elif value.is_floating_point():
                    self._average[name].lerp_(value, 1 - share)

    @contextmanager
    def use_params(self, params: Any) -> Iterator[None]:
        """The averaged weights in the place of the last ones, for as long as the context lasts."""
        if self.net is None or not self._average:
            yield
            return
        last = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.net.load_state_dict(self._average)
        try:
            yield
        finally:
            self.net.load_state_dict(last)

    def training_state(self) -> bytes:
        """What going on with training needs beside the weights."""
        import torch  # noqa: PLC0415

        state = {
            "optimizer": self._optimizer.state_dict() if self._optimizer else self._waiting,
            "average": self._average,
            "updates": self._updates,
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        return buffer.getvalue()

    def load_training_state(self, data: bytes) -> None:
        """Read what `training_state` gave; the optimizer takes its part at the next update."""
        import torch  # noqa: PLC0415

        state = torch.load(io.BytesIO(data), weights_only=True, map_location=self.device)
        self._optimizer, self._waiting = None, state["optimizer"]
        self._average, self._updates = state["average"], state["updates"]

    # -- storing

    def to_bytes(self) -> bytes:
        """The segmenter and the net or graph."""
        message: dict[str, Any] = {"graph": self.graph}
        if self.segmenter is not None:
            message["tokenizer"] = self.segmenter.json
        if self.features:
            message["features"] = {name: one.data for name, one in self.features.items()}
        if self.net is not None:
            from safetensors.torch import save  # noqa: PLC0415

            message["weights"] = save({k: v.cpu() for k, v in self.net.state_dict().items()})
            message["config"] = self.net.encoder.config.to_dict()
            message["shape"] = self.net.shape
        return srsly.msgpack_dumps(message)  # type: ignore[no-any-return]

    def from_bytes(self, data: bytes) -> EncoderShim:
        """Read what `to_bytes` gave; torch is needed only for a net that is still to learn."""
        message = srsly.msgpack_loads(data)
        self.graph, self._session = message["graph"], None
        self.net, self._optimizer, self._average = None, None, {}
        if "tokenizer" in message:
            self.segmenter = Segmenter(message["tokenizer"])
        self.features = restore_features(message.get("features", {}))
        if "weights" in message:
            from safetensors.torch import load  # noqa: PLC0415

            from zonekg.encoder.net import TaggingNet  # noqa: PLC0415

            self.net = TaggingNet.of_shape(message["config"], message["shape"])
            self.net.load_state_dict(load(message["weights"]))
            self.net.to(self.device)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_session": None}


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
