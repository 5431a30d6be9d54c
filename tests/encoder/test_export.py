import logging

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from tiny_encoder import POSITIONS, TAGS, make_net
from zonekg.encoder import export
from zonekg.encoder.export import to_onnx
from zonekg.encoder.net import collate

LINE = "昨日，吕梁经开区与𠮷利汽车（中国）签约 2024，\n现场热烈。太行世纪在阳泉高新区建设电池项目。"
TEXTS = ["高", "高新区", "省商务厅指导晋城经开区招商。", LINE, (LINE * 3)[: POSITIONS - 5]]


@pytest.fixture(scope="module")
def graphs(folder, segmenter):
    """Of an equal net, in float and in int8."""
    net = make_net(folder, segmenter.characters)
    return to_onnx(net, int8=False), to_onnx(net)


def run(graph, text):
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    inputs = {name: getattr(text, name)[None] for name in ("ids", "chars", "piece", "place")}
    (scores,) = session.run(["scores"], inputs)
    return scores[0]


def of_torch(net, text):
    with torch.inference_mode():
        return net.eval()(collate([text], 0))[0].numpy()


def test_the_graph_in_float_scores_as_the_net(net, segmenter, graphs):
    for text in map(segmenter, TEXTS):
        assert np.allclose(run(graphs[0], text), of_torch(net, text), atol=1e-4)


def test_the_graph_in_int8_is_close_and_small(net, segmenter, graphs):
    whole, small = graphs
    assert len(small) < len(whole)
    for text in map(segmenter, TEXTS):
        expected = of_torch(net, text)
        apart = np.abs(run(small, text) - expected)
        assert apart.mean() < 0.05 * np.abs(expected).mean()
        assert apart.max() > 0


def test_the_strongest_neurons_go_apart_and_nothing_else_changes(net):
    layer = net.encoder.encoder.layer[0]
    with torch.no_grad():
        layer.intermediate.dense.weight[3] *= 30.0
    parted, x = export._TwoWays(layer), torch.randn(2, 5, net.encoder.config.hidden_size)
    most, few = (into.weight for into in parted.into)
    assert (len(most), len(few)) == (net.encoder.config.intermediate_size - 8, 8)
    assert any(torch.equal(row, layer.intermediate.dense.weight[3]) for row in few)
    expected = layer.output.dense(layer.intermediate(x))
    assert torch.allclose(parted(x), expected, atol=1e-5)


def test_weights_are_int8(net, graphs):
    graph = onnx.load_from_string(graphs[1]).graph
    kinds = {}
    for tensor in graph.initializer:
        kinds[tensor.data_type] = kinds.get(tensor.data_type, 0) + int(np.prod(tensor.dims))
    words = net.encoder.config.vocab_size * net.encoder.config.hidden_size
    assert kinds[onnx.TensorProto.INT8] > words
    assert kinds[onnx.TensorProto.FLOAT] < kinds[onnx.TensorProto.INT8] / 2
    assert [put.name for put in graph.input] == ["ids", "chars", "piece", "place"]
    assert [put.name for put in graph.output] == ["scores", "vectors"]


def test_equal_nets_give_equal_bytes(net, graphs):
    assert to_onnx(net) == graphs[1]


def test_the_net_is_left_as_it_is(net, segmenter):
    net.train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    attention, level = net.encoder.config._attn_implementation, logging.getLogger().level
    graph = to_onnx(net)
    assert net.training
    assert net.encoder.config._attn_implementation == attention
    assert logging.getLogger().level == level
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert run(graph, segmenter("高新区")).shape == (3, TAGS)
