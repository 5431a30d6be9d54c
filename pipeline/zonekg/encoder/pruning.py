"""An encoder with fewer pieces and narrower layers, for small models.

Most of a small model's size is its table of pieces, most of its time its feed-forward layers.
"""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from zonekg.encoder.segment import Segmenter

__all__ = ["keep_neurons", "keep_pieces", "strongest"]


def keep_pieces(segmenter: Segmenter, net: PreTrainedModel, count: int) -> Segmenter:
    """Cut the net's table down to `count` pieces and give the segmenter that goes with it.

    Special pieces and single characters stay, whatever `count` is; of the longer ones those that
    the tokenizer thinks most frequent. A word that is left out is cut into shorter pieces.

    Raises ValueError for a tokenizer that is not of the Unigram kind, which alone knows
    frequencies.
    """
    tokenizer = json.loads(segmenter.json)
    model = tokenizer["model"]
    if model["type"] != "Unigram":
        raise ValueError(f"pieces can be left out of a Unigram tokenizer, this is {model['type']}")
    special = {row["id"] for row in tokenizer["added_tokens"]} | {model["unk_id"]}
    vocabulary = model["vocab"]
    needed = [i for i, (piece, _) in enumerate(vocabulary) if i in special or len(piece) == 1]
    longer = [i for i, (piece, _) in enumerate(vocabulary) if i not in special and len(piece) > 1]
    longer.sort(key=lambda i: (-vocabulary[i][1], i))
    kept = sorted([*needed, *longer[: max(0, count - len(needed))]])
    _renumber(tokenizer, {old: new for new, old in enumerate(kept)})
    model["vocab"] = [vocabulary[i] for i in kept]
    table = net.get_input_embeddings()
    assert isinstance(table, nn.Embedding)
    rows = table.weight.detach()[torch.tensor(kept)].clone()
    net.set_input_embeddings(nn.Embedding.from_pretrained(rows, freeze=False))
    net.config.vocab_size = len(kept)
    return Segmenter(json.dumps(tokenizer, ensure_ascii=False))


def _renumber(tokenizer: dict[str, Any], new: dict[int, int]) -> None:
    """Write the new ids wherever a tokenizer has ids."""
    tokenizer["model"]["unk_id"] = new[tokenizer["model"]["unk_id"]]
    for row in tokenizer["added_tokens"]:
        row["id"] = new[row["id"]]
    found = (tokenizer.get("post_processor") or {}).get("special_tokens") or {}
    for row in found.values():
        row["ids"] = [new[i] for i in row["ids"]]


def keep_neurons(net: Any, count: int) -> None:
    """Cut the feed-forward part of each layer of a BERT down to its `count` strongest neurons."""
    for layer in net.encoder.layer:
        into, out = layer.intermediate.dense, layer.output.dense
        kept = strongest(layer)[:count].sort().values
        into.weight = nn.Parameter(into.weight.detach()[kept])
        into.bias = nn.Parameter(into.bias.detach()[kept])
        out.weight = nn.Parameter(out.weight.detach()[:, kept])
        into.out_features = out.in_features = len(kept)
    net.config.intermediate_size = min(count, net.config.intermediate_size)


def strongest(layer: Any) -> Tensor:
    """The neurons of the feed-forward part of a BERT's layer, the strongest first.

    A neuron's strength is the norm of what leads to it times the norm of what it leads to.
    """
    into, out = layer.intermediate.dense.weight, layer.output.dense.weight
    return (into.norm(dim=1) * out.norm(dim=0)).argsort(descending=True, stable=True)
