"""The torch net: a pretrained encoder on pieces, a small net on characters, a score for each tag.

Needs the extra ``train``; a shipped model runs without this file.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel
from transformers.utils import logging

from zonekg.encoder.segment import PLACES, Characters, Segmenter
from zonekg.errors import ModelError

__all__ = ["Batch", "TaggingNet", "collate", "learning_groups", "pretrained", "tokenizer"]


# OpenMP's threads don't outlive a fork: a child (n_process) that asked for them would wait for ever
os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


class Batch(NamedTuple):
    """Texts side by side, the shorter ones filled up.

    ids, mask: pieces, shape (texts, pieces), the mask 1 where there is one; chars, piece, place,
    known: shape (texts, characters), see `Characters`; known is 1 where there is a character.
    Without `mask` and `known` nothing is filled up.
    """

    ids: Tensor
    mask: Tensor | None
    chars: Tensor
    piece: Tensor
    place: Tensor
    known: Tensor | None


def collate(texts: Sequence[Characters], padding: int, device: str = "cpu") -> Batch:
    """One batch of texts; `padding` is the id of a piece that stands for none."""
    columns = (
        _side_by_side([t.ids for t in texts], padding),
        _side_by_side([np.ones_like(t.ids) for t in texts]),
        _side_by_side([t.chars for t in texts]),
        _side_by_side([t.piece for t in texts]),
        _side_by_side([t.place for t in texts]),
        _side_by_side([np.ones_like(t.chars) for t in texts]),
    )
    return Batch(*(column.to(device) for column in columns))


def _side_by_side(rows: Sequence[Any], fill: int = 0) -> Tensor:
    out = torch.full((len(rows), max(map(len, rows))), fill, dtype=torch.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = torch.from_numpy(row)
    return out


class TaggingNet(nn.Module):
    """Pieces and characters in, a score for each tag of each character out.

    The encoder's vector of a piece goes to each of its characters, beside an embedding of the
    character itself and of its place in the piece; two convolutions of three characters and the
    encoder's vector once more give the scores. So a name may begin or end inside a piece.
    """

    def __init__(
        self,
        encoder: PreTrainedModel,
        *,
        characters: int,
        tags: int,
        width: int,
        char_width: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.shape = {
            "characters": characters,
            "tags": tags,
            "width": width,
            "char_width": char_width,
            "dropout": dropout,
        }
        hidden = int(encoder.config.hidden_size)
        self.chars = nn.Embedding(characters, char_width)
        self.places = nn.Embedding(PLACES, 16)
        self.dropout = nn.Dropout(dropout)
        wide = hidden + char_width + 16
        self.mix = nn.ModuleList([Neighbours(wide, width), Neighbours(width, width)])
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.output = nn.Linear(width + hidden, tags)

    @classmethod
    def of_shape(cls, config: dict[str, Any], shape: dict[str, Any]) -> TaggingNet:
        """A net whose weights are still to come: the encoder's config as a dict, and `shape`."""
        settings = AutoConfig.for_model(**config)
        return cls(AutoModel.from_config(settings, add_pooling_layer=False), **shape)

    def forward(self, batch: Batch) -> Tensor:
        """Scores of shape (texts, characters, tags)."""
        return self.output(self.vectors(batch))

    def vectors(self, batch: Batch) -> Tensor:
        """What scores are made from: (texts, characters, width + hidden)."""
        hidden = self.encoder(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
        spread = batch.piece.unsqueeze(-1).expand(-1, -1, hidden.shape[-1])
        return self.read(hidden.gather(1, spread), batch)

    def read(self, wide: Tensor, batch: Batch) -> Tensor:
        """The `vectors` of characters whose pieces have been read.

        wide: each character's vector of its piece, shape (texts, characters, hidden).
        """
        known = 1.0 if batch.known is None else batch.known.unsqueeze(-1).to(wide.dtype)
        x = torch.cat([wide, self.chars(batch.chars), self.places(batch.place)], dim=-1)
        first, second = self.mix
        x = self.norms[0](nn.functional.gelu(first(self.dropout(x) * known)))
        x = self.norms[1](x + nn.functional.gelu(second(x * known)))
        return torch.cat([self.dropout(x), wide], dim=-1)


class Neighbours(nn.Module):
    """A convolution of three characters as one matrix product, which quantises well."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(3 * width, out)

    def forward(self, x: Tensor) -> Tensor:
        """(texts, characters, width) in, (texts, characters, out) out."""
        parts = torch.cat(self.linear.weight.chunk(3, dim=1))
        before, here, after = nn.functional.linear(x, parts).chunk(3, dim=-1)
        before = nn.functional.pad(before[:, :-1], (0, 0, 1, 0))
        after = nn.functional.pad(after[:, 1:], (0, 0, 0, 1))
        return before + here + after + self.linear.bias


def pretrained(name: str, layers: int, dropout: float) -> PreTrainedModel:
    """The encoder of a Hugging Face folder or name, cut to its first layers (0: all of them).

    Raises ModelError when there is none.
    """
    changes: dict[str, Any] = {"num_hidden_layers": layers} if layers else {}
    quiet()
    try:
        return AutoModel.from_pretrained(
            name,
            **changes,
            add_pooling_layer=False,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,  # any makes torch's attention twice as slow on a CPU
            dtype=torch.float32,
        )
    except OSError as error:
        cause = str(error).partition("\n")[0]
        raise ModelError(
            f"{name}: no encoder can be read there ({cause}); make one with `zonekg encoder`, or "
            "name another Hugging Face folder, or a model there when there is internet"
        ) from error


def quiet() -> None:
    """Leave out the library's own progress bars and its list of the layers that are not taken."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def tokenizer(name: str, positions: int) -> Segmenter:
    """The tokenizer of a Hugging Face folder or name; it gives so many pieces at most."""
    found = AutoTokenizer.from_pretrained(name, use_fast=True)
    backend = found.backend_tokenizer
    backend.enable_truncation(min(positions, found.model_max_length))
    return Segmenter(backend.to_str())


def learning_groups(
    net: TaggingNet, *, head: float, decay: float, weight_decay: float
) -> list[dict[str, Any]]:
    """Parameters by depth for the optimizer, each with its ``scale`` of the learning rate.

    The top layer of the encoder learns at 1, each one below at `decay` times the one above, the
    new layers at `head`. Biases and norms get no weight decay. After Howard and Ruder (2018),
    "Universal Language Model Fine-tuning for Text Classification".
    """
    layers = int(net.encoder.config.num_hidden_layers)
    found: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in net.named_parameters():
        if not name.startswith("encoder."):
            scale = head
        else:
            numbers = [int(part) for part in name.split(".") if part.isdigit()]
            scale = math.pow(decay, layers - 1 - numbers[0] if numbers else layers)
        shrink = weight_decay if parameter.dim() > 1 else 0.0
        found.setdefault((scale, shrink), []).append(parameter)
    return [
        {"params": parameters, "scale": scale, "weight_decay": shrink}
        for (scale, shrink), parameters in found.items()
    ]
