"""The net of the NER component as thinc trains, runs and stores it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zonekg.encoder.net_shim import NetShim
from zonekg.encoder.segment import Characters, Segmenter

if TYPE_CHECKING:
    from zonekg.encoder.learner import TaggingLearner
    from zonekg.encoder.net import TaggingNet

__all__ = ["EncoderShim"]

Floats = NDArray[np.float32]


class EncoderShim(NetShim["TaggingLearner"]):
    """A `TaggingNet`; segmenter: cuts text into pieces."""

    def __init__(self, learning: Mapping[str, float]) -> None:
        super().__init__(learning)
        self.segmenter: Segmenter | None = None

    def cut(self, text: str) -> Characters:
        """A text as the net takes it."""
        assert self.segmenter is not None
        return self.segmenter(text)

    def predict(self, texts: Sequence[Characters]) -> list[Floats]:
        """Scores of texts, each of shape (characters, tags).

        The graph takes one text at a time: int8 has one scale for all that is in a call, so that
        texts side by side would change each other's scores.
        """
        if self.learner:
            return self.learner.predict(texts)
        return [self._run(["scores"], text)[0] for text in texts]

    def read(self, texts: Sequence[Characters]) -> list[tuple[Floats, Floats]]:
        """Scores of texts, and the vectors that they come from, shape (characters, width)."""
        if self.learner:
            return self.learner.read(texts)
        found = (self._run(["scores", "vectors"], text) for text in texts)
        return [(scores, vectors) for scores, vectors in found]

    @property
    def reads(self) -> bool:
        """Whether `read` can be called."""
        if self.learner:
            return True
        return bool(self.graph) and any(o.name == "vectors" for o in self.session.get_outputs())

    def _run(self, names: list[str], text: Characters) -> list[Floats]:
        inputs = {name: column[None] for name, column in text._asdict().items()}
        return [rows[0] for rows in self.session.run(names, inputs)]

    def begin_update(
        self, texts: Sequence[Characters]
    ) -> tuple[list[Floats], Callable[[Sequence[Floats]], None]]:
        """Scores of a batch, and what takes their gradients."""
        assert self.learner
        return self.learner.begin_update(texts)

    @property
    def lent(self) -> list[Any]:
        """The vectors of the batch that is learnt, see `TaggingLearner.begin_update`."""
        return self.learner.lent if self.learner else []

    # -- the kind of net

    def _new_learner(self, net: TaggingNet) -> TaggingLearner:
        from zonekg.encoder.learner import TaggingLearner  # noqa: PLC0415

        assert self.segmenter is not None
        return TaggingLearner(net, self.learning, self.segmenter.padding)

    def _export(self, net: TaggingNet) -> bytes:
        from zonekg.encoder.export import to_onnx  # noqa: PLC0415

        return to_onnx(net)

    def _describe(self, net: TaggingNet) -> dict[str, Any]:
        return {"config": net.encoder.config.to_dict(), "shape": net.shape}

    def _empty_net(self, told: Mapping[str, Any]) -> TaggingNet:
        from zonekg.encoder.net import TaggingNet  # noqa: PLC0415

        return TaggingNet.of_shape(told["config"], told["shape"])

    def _kept(self) -> dict[str, Any]:
        return {} if self.segmenter is None else {"tokenizer": self.segmenter.json}

    def _take(self, kept: Mapping[str, Any]) -> None:
        if "tokenizer" in kept:
            self.segmenter = Segmenter(kept["tokenizer"])
