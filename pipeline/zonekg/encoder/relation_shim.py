"""The net of the relation stage as thinc trains, runs and stores it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zonekg.encoder.net_shim import NetShim

if TYPE_CHECKING:
    from zonekg.encoder.relation_learner import RelationLearner
    from zonekg.encoder.relation_net import RelationNet

__all__ = ["RelationShim"]

Floats = NDArray[np.float32]


class RelationShim(NetShim["RelationLearner"]):
    """A `RelationNet`."""

    def predict(self, columns: Mapping[str, Any]) -> Floats:
        """Scores of the pairs of a stretch, shape (pairs, relations)."""
        if self.learner:
            return self.learner.predict([*columns.values()])
        # a net that learnt before sentences or shared words were read asks for less
        asked = [column.name for column in self.session.get_inputs()]
        (scores,) = self.session.run(["scores"], {name: columns[name] for name in asked})
        return scores  # type: ignore[no-any-return]

    def update(self, columns: Mapping[str, Any], target: Sequence[Any], scale: float) -> float:
        """Learn from a stretch, see `RelationLearner.learn`."""
        assert self.learner
        return self.learner.learn([*columns.values()], target, scale)

    # -- the kind of net

    def _new_learner(self, net: RelationNet) -> RelationLearner:
        from zonekg.encoder.relation_learner import RelationLearner  # noqa: PLC0415

        return RelationLearner(net, self.learning)

    def _export(self, net: RelationNet) -> bytes:
        from zonekg.encoder.relation_learner import relation_graph  # noqa: PLC0415

        return relation_graph(net)

    def _describe(self, net: RelationNet) -> dict[str, Any]:
        return {"shape": net.shape}

    def _empty_net(self, told: Mapping[str, Any]) -> RelationNet:
        from zonekg.encoder.relation_net import RelationNet  # noqa: PLC0415

        return RelationNet(**told["shape"])
