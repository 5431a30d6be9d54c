"""The trained net as an ONNX graph with int8 weights, which runs without torch.

Needs the extra ``train``.
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from zonekg.encoder.net import Batch, TaggingNet
from zonekg.encoder.pruning import strongest

__all__ = ["onnx_graph", "to_onnx"]

_OPSET = 17


class _OneText(nn.Module):
    """The net for one text, which has nothing filled up to hide."""

    def __init__(self, net: TaggingNet) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, ids: Tensor, chars: Tensor, piece: Tensor, place: Tensor
    ) -> tuple[Tensor, Tensor]:
        hidden = self.net.encoder(input_ids=ids).last_hidden_state
        batch = Batch(ids, None, chars, piece, place, None)
        vectors = self.net.read(hidden[0][piece[0]].unsqueeze(0), batch)
        return self.net.output(vectors), vectors


class _Rows(nn.Module):
    """A table in int8 with a scale for each row; onnxruntime's own tool has one for all rows."""

    rows: Tensor
    scale: Tensor

    def __init__(self, table: nn.Embedding) -> None:
        super().__init__()
        weight = table.weight.detach()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        return self.rows[ids].float() * self.scale[ids]


def _shrink_tables(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Embedding):
            setattr(module, name, _Rows(child))
        else:
            _shrink_tables(child)


class _TwoWays(nn.Module):
    """The feed-forward part of a BERT's layer, its few strongest neurons on a way of their own.

    One of them may be ten times as active as any other, and int8 has one scale for all that go
    together: beside it the others would be rounded away. Dettmers et al. (2022), "LLM.int8()".
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.act = layer.intermediate.intermediate_act_fn
        into, out = layer.intermediate.dense, layer.output.dense
        order = strongest(layer)
        self.into, self.out = nn.ModuleList(), nn.ModuleList()
        for kept in (order[_STRONG:].sort().values, order[:_STRONG].sort().values):
            self.into.append(_linear(into.weight[kept], into.bias[kept]))
            self.out.append(_linear(out.weight[:, kept], out.bias if not self.out else None))

    def forward(self, x: Tensor) -> Tensor:
        most, few = (out(self.act(into(x))) for into, out in zip(self.into, self.out, strict=True))
        return most + few


_STRONG = 8


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    layer.weight = nn.Parameter(weight.detach().clone())
    if bias is not None:
        layer.bias = nn.Parameter(bias.detach().clone())
    return layer


def _part_neurons(net: TaggingNet) -> None:
    """Lead the strong neurons of each layer apart, if the encoder is built like a BERT."""
    for layer in getattr(getattr(net.encoder, "encoder", None), "layer", ()):
        if hasattr(layer, "intermediate") and hasattr(layer, "output"):
            layer.output.dense, layer.intermediate = _TwoWays(layer), nn.Identity()


class _NoTypes(nn.Module):
    def forward(self, ids: Tensor) -> float:
        return 0.0


def _fold_types(net: TaggingNet) -> None:
    """Add a BERT's vector of the first kind of text, the only one here, to those of positions."""
    found: Any = getattr(net.encoder, "embeddings", None)
    if hasattr(found, "token_type_embeddings") and hasattr(found, "position_embeddings"):
        with torch.no_grad():
            found.position_embeddings.weight += found.token_type_embeddings.weight[0]
        found.token_type_embeddings = _NoTypes()


def to_onnx(net: TaggingNet, *, int8: bool = True) -> bytes:
    """The graph as bytes, for one text at a time.

    In: ``ids``, shape (1, pieces); ``chars``, ``piece``, ``place``, shape (1, characters). Out:
    ``scores``, shape (1, characters, tags), and ``vectors``, what they are made from, shape
    (1, characters, width).

    int8: weights are kept as int8, a scale for each row of a table and each column of a matrix,
    and activations are quantised as they come; without it everything is float32.
    """
    net = copy.deepcopy(net).cpu().float().eval()
    net.encoder.set_attn_implementation("eager")
    _fold_types(net)
    if int8:
        _shrink_tables(net)
        _part_neurons(net)
    example = (torch.tensor([[0, 1, 2, 1]]), *(torch.tensor([row]) for row in _EXAMPLE))
    names = ["ids", "chars", "piece", "place"]
    outputs = ["scores", "vectors"]
    axes = {name: {1: "characters"} for name in (*names[1:], *outputs)} | {"ids": {1: "pieces"}}
    return onnx_graph(_OneText(net), example, (names, outputs, axes), int8=int8)


def onnx_graph(
    net: nn.Module,
    example: Sequence[Tensor],
    interface: tuple[Sequence[str], Sequence[str], Mapping[str, Mapping[int, str]]],
    *,
    int8: bool = True,
) -> bytes:
    """The graph of a net as bytes, with int8 its matrices in int8, a scale for each column.

    example: inputs to trace the net by; interface: names of inputs, of outputs, and the axes of
    both that have no fixed size.
    """
    inputs, outputs, axes = interface
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "int8.onnx"
        torch.onnx.export(
            net,
            tuple(example),
            plain,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        if not int8:
            return plain.read_bytes()
        quant_pre_process(str(plain), str(plain), skip_symbolic_shape=True)
        quantize_dynamic(
            plain,
            small,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
        )
        onnx.checker.check_model(str(small))
        return small.read_bytes()


_EXAMPLE = ([1, 2, 3], [1, 1, 2], [0, 2, 3])
