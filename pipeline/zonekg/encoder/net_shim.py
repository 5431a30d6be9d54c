"""A torch net inside a spaCy component: in torch while it learns, an ONNX graph when it ships."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import srsly
from numpy.typing import NDArray
from thinc.api import Optimizer, Shim

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from zonekg.encoder.learner import Learner

__all__ = ["NetShim"]

_Learner = TypeVar("_Learner", bound="Learner")


class NetShim(Shim, Generic[_Learner]):
    """What thinc needs to train, run and store a net.

    learning: the settings of `zonekg.encoder.learner.Learner`. Exactly one of `learner` and `graph`
    (the bytes of an ONNX graph) is there once the model is initialised.
    """

    def __init__(self, learning: Mapping[str, float]) -> None:
        super().__init__(None)
        self.learning = dict(learning)
        self.learner: _Learner | None = None
        self.graph: bytes = b""
        self.device = "cpu"
        self._session: InferenceSession | None = None

    # -- what a kind of net brings along

    @abstractmethod
    def _new_learner(self, net: Any) -> _Learner:
        """What trains a net."""

    @abstractmethod
    def _export(self, net: Any) -> bytes:
        """The ONNX graph of a net."""

    @abstractmethod
    def _describe(self, net: Any) -> dict[str, Any]:
        """What `_empty_net` needs, as JSON data."""

    @abstractmethod
    def _empty_net(self, told: Mapping[str, Any]) -> Any:
        """A net whose weights are still to come."""

    # -- running

    @property
    def ready(self) -> bool:
        """Whether there is a net or graph."""
        return bool(self.learner or self.graph)

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
    def net(self) -> Any:
        """The torch net; None once it is frozen."""
        return self.learner.net if self.learner else None

    def learn(self, net: Any) -> None:
        """Take a net to train."""
        self.learner = self._new_learner(net)
        self.learner.use_device(self.device)

    def use_device(self, device: str) -> None:
        """Train on this device, such as ``cuda:0``."""
        self.device = device
        if self.learner:
            self.learner.use_device(device)

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
        """What going on with training needs beside the weights; nothing once it is frozen."""
        return self.learner.state() if self.learner else b""

    def load_training_state(self, data: bytes) -> None:
        """Read what `training_state` gave."""
        if self.learner:
            self.learner.load_state(data)

    def weights(self) -> dict[str, NDArray[Any]]:
        """A copy of each array of the torch net, by name; none once it is frozen."""
        held = self.net.state_dict() if self.learner else {}
        return {name: value.detach().cpu().numpy().copy() for name, value in held.items()}

    def use_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Give the torch net other weights, of the same names and shapes."""
        if self.learner:
            self.learner.use_weights(weights)

    def freeze(self) -> None:
        """Turn the net into the ONNX graph that ships; it can't learn any more."""
        if self.learner:
            self.graph, self._session = self._export(self.learner.net), None
            self.learner = None

    # -- storing

    def _kept(self) -> dict[str, Any]:
        """What else is stored beside the net or graph."""
        return {}

    def _take(self, kept: Mapping[str, Any]) -> None:
        """Read what `_kept` gave."""

    def to_bytes(self) -> bytes:
        """The net or graph, and what goes with it."""
        message: dict[str, Any] = {"graph": self.graph} | self._kept()
        if self.net is not None:
            from safetensors.torch import save  # noqa: PLC0415

            message["weights"] = save({k: v.cpu() for k, v in self.net.state_dict().items()})
            message |= self._describe(self.net)
        return srsly.msgpack_dumps(message)  # type: ignore[no-any-return]

    def from_bytes(self, data: bytes) -> NetShim[_Learner]:
        """Read what `to_bytes` gave; torch is needed only for a net that is still to learn."""
        message = srsly.msgpack_loads(data)
        self.graph, self._session, self.learner = message["graph"], None, None
        self._take(message)
        if "weights" in message:
            from safetensors.torch import load  # noqa: PLC0415

            net = self._empty_net(message)
            net.load_state_dict(load(message["weights"]))
            self.learn(net)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_session": None}
