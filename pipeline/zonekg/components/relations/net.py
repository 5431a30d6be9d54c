"""The net of the relation stage as a model of thinc; see `zonekg.encoder.relation_net`."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.util import registry
from thinc.api import Model

from zonekg.components.relations.reading import BUCKETS, PAIR_FEATURES, PLACES
from zonekg.components.relations.shared_words import WORDS
from zonekg.encoder.relation_shim import RelationShim
from zonekg.errors import ModelError
from zonekg.schema import default_schema

__all__ = ["build_relation_net", "new_net", "relation_shim"]


@registry.architectures("zonekg.RelationNet.v1")
def build_relation_net(
    *,
    width: int = 160,
    layers: int = 2,
    dropout: float = 0.4,
    average: float = 0.99,
    rate: float = 1.0,
) -> Model[Any, Any]:
    """Scores of pairs of mentions.

    width: of a mention's vector, a multiple of 4; layers: of the transformer over the mentions and
    sentences of an article; dropout: 0 to 1; average: the memory of the moving average of the
    weights, 0 for none, below 1; rate: how fast it learns against the config's rate.
    """
    model: Model[Any, Any] = Model(
        "relations", _forward, shims=[RelationShim({"average": average, "rate": rate})]
    )
    model.attrs["shape"] = {"width": width, "layers": layers, "dropout": dropout}
    return model


def relation_shim(model: Model[Any, Any]) -> RelationShim:
    """The shim of a model that `build_relation_net` made."""
    return cast(RelationShim, model.shims[0])


def new_net(
    model: Model[Any, Any], sample: NDArray[np.float32], rules: int, *, final: bool
) -> None:
    """Give a model a net to train, for vectors like a sample of them and a number of rules.

    final: whether vectors stay as they are, so that the net may bring them to one scale. Raises
    ModelError when torch is missing.
    """
    try:
        import torch  # noqa: PLC0415

        from zonekg.encoder.relation_net import RelationNet  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(
            f"learning relations needs {error.name}; pip install 'zonekg[train]'"
        ) from error
    schema = default_schema()
    net = RelationNet(
        vectors=sample.shape[1],
        labels=len(schema.entities),
        relations=len(schema.relations),
        places=PLACES,
        between=PAIR_FEATURES,
        words=WORDS,
        buckets=BUCKETS,
        rules=rules,
        **model.attrs["shape"],
    )
    if final:
        net.center.copy_(torch.from_numpy(sample.mean(axis=0)))
        net.spread.copy_(torch.from_numpy(sample.std(axis=0) + 1e-3))
    relation_shim(model).learn(net)


def _forward(model: Model[Any, Any], readings: Any, is_train: bool) -> Any:
    """Thinc's way through the model; the component asks the shim by itself."""
    raise NotImplementedError("zonekg_relations calls the net through its shim")
