"""The net of the NER component that builds on a pretrained encoder; see `zonekg.encoder`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from spacy.util import registry
from thinc.api import Model
from thinc.types import Floats2d

from zonekg.components.windows import Window
from zonekg.encoder.shim import EncoderShim, Floats
from zonekg.errors import ModelError

__all__ = ["build_encoder", "encoder_shim", "find_encoder", "lent_vectors", "read_windows"]

_NAME = "encoder"


@registry.architectures("zonekg.Encoder.v1")
def build_encoder(
    encoder: str,
    *,
    layers: int = 0,
    pieces: int = 0,
    neurons: int = 0,
    width: int = 256,
    char_width: int = 64,
    dropout: float = 0.1,
    rate: float = 1.0,
    head_scale: float = 10.0,
    layer_decay: float = 0.95,
    average: float = 0.0,
    mixed_precision: bool = True,
) -> Model[list[Window], list[Floats2d]]:
    """Scores for each tag of each token: windows in, arrays of shape (tokens, tags) out.

    encoder: a Hugging Face folder or name, read when training begins, and never again; layers: how
    many of its layers to take from below, 0 for all; pieces, neurons: how many of its pieces to
    keep, the most frequent ones, and of each layer's feed-forward neurons, the strongest ones, 0
    for all; width, char_width: of the layers on top of it;
    dropout: of the encoder and on top of it, 0 to 1; rate: how fast the encoder's top layer learns
    against the config's rate; head_scale, layer_decay: how fast the new layers learn against it,
    and each layer of the encoder against the one above it; average: the memory of the
    moving average of the weights, 0 for none, below 1; mixed_precision: train in bfloat16.
    """
    learning = {
        "rate": rate,
        "head_scale": head_scale,
        "layer_decay": layer_decay,
        "average": average,
        "mixed_precision": mixed_precision,
    }
    cut = {"layers": layers, "pieces": pieces, "neurons": neurons}
    settings = {"width": width, "char_width": char_width, "dropout": dropout}
    model: Model[list[Window], list[Floats2d]] = Model(
        _NAME,
        _forward,
        init=lambda model, **_: _load(model, encoder, cut, settings),
        dims={"nO": None},
        shims=[EncoderShim(learning)],
    )
    model.set_ref("output", model)
    return model


def encoder_shim(model: Model[Any, Any]) -> EncoderShim:
    """The shim of a model that `build_encoder` made."""
    return cast(EncoderShim, model.shims[0])


def _load(
    model: Model[list[Window], list[Floats2d]],
    encoder: str,
    cut: dict[str, int],
    settings: dict[str, Any],
) -> None:
    try:
        from zonekg.encoder.net import TaggingNet, pretrained, tokenizer  # noqa: PLC0415
        from zonekg.encoder.pruning import keep_neurons, keep_pieces  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(
            f"{encoder}: learning on an encoder needs {error.name}; pip install 'zonekg[train]'"
        ) from error

    shim = encoder_shim(model)
    if shim.net is not None:
        return
    net = pretrained(encoder, cut["layers"], settings["dropout"])
    shim.segmenter = tokenizer(encoder, net.config.max_position_embeddings)
    if cut["pieces"]:
        shim.segmenter = keep_pieces(shim.segmenter, net, cut["pieces"])
    if cut["neurons"]:
        keep_neurons(net, cut["neurons"])
    model.attrs["longest"] = shim.segmenter.longest
    tagging_net = TaggingNet(
        net,
        characters=shim.segmenter.characters,
        tags=model.get_dim("nO"),
        **settings,
    )
    shim.learn(tagging_net)


def _forward(
    model: Model[list[Window], list[Floats2d]], found: list[Window], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Window]]]:
    shim = encoder_shim(model)
    texts = [shim.cut(window.text) for window in found]
    if not is_train:
        scores = shim.predict(texts)
        return _at_tokens(scores, found), lambda _: []
    scores, take = shim.begin_update(texts)

    def backprop(gradients: list[Floats2d]) -> list[Window]:
        wide = [np.zeros_like(rows) for rows in scores]
        for d_rows, gradient, window in zip(wide, gradients, found, strict=True):
            d_rows[window.at] = gradient
        take(wide)
        return []

    return _at_tokens(scores, found), backprop


def read_windows(
    model: Model[Any, Any], found: Sequence[Window]
) -> list[tuple[Floats, Floats]] | None:
    """Scores and vectors for each token, shapes (tokens, tags) and (tokens, width).

    The vectors are what the scores are made from. None where the model gives none: because it has
    no encoder, or no weights yet.
    """
    shim = find_encoder(model)
    if shim is None or not shim.reads:
        return None
    rows = shim.read([shim.cut(window.text) for window in found])
    return [
        (scores[window.at], vectors[window.at])
        for (scores, vectors), window in zip(rows, found, strict=True)
    ]


def lent_vectors(model: Model[Any, Any], docs: Sequence[Sequence[Window]]) -> list[Any] | None:
    """For each doc of the batch that is learnt the vectors of its tokens, shape (tokens, width).

    docs: the windows of each; all of them were the last to go to ``begin_update``. The vectors are
    torch tensors, whose gradient goes back into the encoder at the next step. None where the model
    has no encoder.
    """
    shim = find_encoder(model)
    if shim is None:
        return None
    import torch  # noqa: PLC0415

    rows = iter(shim.lent)
    parts = [[next(rows)[torch.from_numpy(window.at)] for window in found] for found in docs]
    return [torch.cat(found) if found else None for found in parts]


def find_encoder(model: Model[Any, Any]) -> EncoderShim | None:
    """The shim of a net on an encoder, None of another kind of net."""
    return next((shim for shim in model.shims if isinstance(shim, EncoderShim)), None)


def _at_tokens(scores: list[Floats], found: list[Window]) -> list[Floats2d]:
    """The rows of the characters that tokens begin with."""
    rows = [rows[window.at] for rows, window in zip(scores, found, strict=True)]
    return cast(list[Floats2d], rows)
