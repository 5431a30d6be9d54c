"""The net inside a spaCy component: in torch while it learns, an ONNX graph when it ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import srsly
from numpy.typing import NDArray
from thinc.api import Optimizer, Shim

from zonekg.encoder.segment import Characters, Segmenter

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from zonekg.encoder.learner import Learner
    from zonekg.encoder.net import TaggingNet

__all__ = ["EncoderShim"]

Floats = NDArray[np.float32]


class EncoderShim(Shim):
    """What thinc needs to train, run and store the net.

    learning: the settings of `zonekg.encoder.learner.Learner`; segmenter: cuts text into pieces;
    exactly one of `learner` and `graph` (the bytes of an ONNX graph) is there once the model is
    initialised.
    """

    def __init__(self, learning: Mapping[str, float]) -> None:
        super().__init__(None)
        self.learning = dict(learning)
        self.segmenter: Segmenter | None = None
        self.learner: Learner | None = None
        self.graph: bytes = b""
        self.device = "cpu"
        self._session: InferenceSession | None = None

    def cut(self, text: str) -> Characters:
        """A text as the net takes it."""
        assert self.segmenter is not None
        return self.segmenter(text)

    def predict(self, texts: Sequence[Characters]) -> list[Floats]:
        """Scores of texts, each of shape (characters, tags).

        The graph takes one text at a time: int8 has one scale for all that is in a call, so that
        texts side by side would change each other's scores.
        """
        return self.learner.predict(texts) if self.learner else [self._run(text) for text in texts]

    def _run(self, text: Characters) -> Floats:
        inputs = {name: column[None] for name, column in text._asdict().items()}
        scores: Floats = self.session.run(None, inputs)[0][0]
        return scores

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

    # -- learning

    @property
    def net(self) -> TaggingNet | None:
        """The torch net; None once it is frozen."""
        return self.learner.net if self.learner else None

    def learn(self, net: TaggingNet) -> None:
        """Take a net to train."""
        from zonekg.encoder.learner import Learner  # noqa: PLC0415

        assert self.segmenter is not None
        self.learner = Learner(net, self.learning, self.segmenter.padding, self.device)

    def use_device(self, device: str) -> None:
        """Train on this device, such as ``cuda:0``."""
        self.device = device
        if self.learner:
            self.learner.use_device(device)

    def begin_update(
        self, texts: Sequence[Characters]
    ) -> tuple[list[Floats], Callable[[Sequence[Floats]], None]]:
        """Scores of a batch, and what takes their gradients."""
        assert self.learner
        return self.learner.begin_update(texts)

    def finish_update(self, optimizer: Optimizer) -> None:
        """One step at the learning rate of thinc's optimizer."""
        assert self.learner
        self.learner.finish_update(optimizer)

    @contextmanager
    def use_params(self, params: Any) -> Iterator[None]:
        """The averaged weights in the place of the last ones, for as long as the context lasts."""
        if self.learner is None:
            yield
            return
        with self.learner.averaged():
            yield

    def training_state(self) -> bytes:
        """What going on with training needs beside the weights."""
        assert self.learner
        return self.learner.state()

    def load_training_state(self, data: bytes) -> None:
        """Read what `training_state` gave."""
        assert self.learner
        self.learner.load_state(data)

    def freeze(self) -> None:
        """Turn the net into the ONNX graph that ships; it can't learn any more."""
        from zonekg.encoder.export import to_onnx  # noqa: PLC0415

        if self.learner:
            self.graph, self._session = to_onnx(self.learner.net), None
            self.learner = None

    # -- storing

    def to_bytes(self) -> bytes:
        """The segmenter and the net or graph."""
        message: dict[str, Any] = {"graph": self.graph}
        if self.segmenter is not None:
            message["tokenizer"] = self.segmenter.json
        if self.net is not None:
            from safetensors.torch import save  # noqa: PLC0415

            message["weights"] = save({k: v.cpu() for k, v in self.net.state_dict().items()})
            message["config"] = self.net.encoder.config.to_dict()
            message["shape"] = self.net.shape
        return srsly.msgpack_dumps(message)  # type: ignore[no-any-return]

    def from_bytes(self, data: bytes) -> EncoderShim:
        """Read what `to_bytes` gave; torch is needed only for a net that is still to learn."""
        message = srsly.msgpack_loads(data)
        self.graph, self._session, self.learner = message["graph"], None, None
        if "tokenizer" in message:
            self.segmenter = Segmenter(message["tokenizer"])
        if "weights" in message:
            from safetensors.torch import load  # noqa: PLC0415

            from zonekg.encoder.net import TaggingNet  # noqa: PLC0415

            net = TaggingNet.of_shape(message["config"], message["shape"])
            net.load_state_dict(load(message["weights"]))
            self.learn(net)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_session": None}
