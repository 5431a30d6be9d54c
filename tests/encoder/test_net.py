import numpy as np
import pytest
import torch
from torch import nn

from tiny_encoder import TAGS, make_net
from zonekg.encoder.net import (
    Batch,
    Neighbours,
    TaggingNet,
    collate,
    learning_groups,
    pretrained,
    tokenizer,
)
from zonekg.errors import ModelError

TEXTS = ["太行世纪在阳泉高新区建设项目", "高新区", "昨日，吕梁经开区与汽车（中国）签约 2024"]


def cut(segmenter, texts=TEXTS):
    return [segmenter(text) for text in texts]


# -- batches


def test_texts_stand_side_by_side_and_the_shorter_are_filled_up(segmenter):
    batch = collate(cut(segmenter), padding=7)
    sizes = [len(segmenter(text).ids) for text in TEXTS]
    assert batch.ids.shape == batch.mask.shape == (3, max(sizes))
    assert batch.mask.sum(dim=1).tolist() == sizes
    assert batch.known.sum(dim=1).tolist() == [len(text) for text in TEXTS]
    assert (batch.ids[batch.mask == 0] == 7).all()
    for i, text in enumerate(TEXTS):
        one = segmenter(text)
        assert batch.ids[i, : sizes[i]].tolist() == one.ids.tolist()
        for column in ("chars", "piece", "place"):
            row = getattr(batch, column)[i]
            assert row[: len(text)].tolist() == getattr(one, column).tolist()
            assert (row[len(text) :] == 0).all()


def test_a_text_has_its_own_scores_in_any_batch(net, segmenter):
    net.eval()
    with torch.inference_mode():
        together = net(collate(cut(segmenter), segmenter.padding))
        for i, text in enumerate(TEXTS):
            (alone,) = net(collate([segmenter(text)], segmenter.padding))
            assert alone.shape == (len(text), TAGS)
            assert torch.allclose(together[i, : len(text)], alone, atol=1e-5)


def test_what_fills_up_teaches_nothing(net, segmenter):
    """The gradient of a short text is the same beside a long one."""
    gradients = []
    for texts in (TEXTS[1:2], TEXTS[1:]):
        net.zero_grad()
        net(collate(cut(segmenter, texts), segmenter.padding))[0, : len(TEXTS[1])].sum().backward()
        gradients.append({name: p.grad.clone() for name, p in net.named_parameters()})
    for name, gradient in gradients[0].items():
        assert torch.allclose(gradient, gradients[1][name], atol=1e-4), name


# -- the layers


def test_neighbours_are_a_convolution_of_three():
    torch.manual_seed(1)
    layer, x = Neighbours(4, 6), torch.randn(2, 9, 4)
    same = nn.functional.conv1d(
        x.transpose(1, 2),
        layer.linear.weight.view(6, 3, 4).transpose(1, 2),
        layer.linear.bias,
        padding=1,
    )
    assert torch.allclose(layer(x), same.transpose(1, 2), atol=1e-5)


def test_characters_of_one_piece_get_their_own_scores(unigram_folder):
    segmenter = tokenizer(unigram_folder, 99)
    net = make_net(unigram_folder, segmenter.characters).eval()
    found = segmenter("高新区")
    assert set(found.piece.tolist()) == {2}
    scores = net(collate([found], 1))[0]
    assert (scores[0] - scores[1]).abs().max() > 1e-3
    blind = found._replace(place=np.full(3, 3), chars=np.zeros(3, dtype=np.int64))
    assert not torch.allclose(net(collate([blind], 1))[0], scores, atol=1e-3)


def test_a_character_s_score_sees_the_whole_text(net, segmenter):
    net.eval()
    base, other = (net(collate([segmenter("太" + "在" * 30 + end)], 0))[0] for end in "区泉")
    assert (base[0] - other[0]).abs().max() > 1e-6


def test_the_dropout_is_of_training_alone(folder, segmenter):
    net = make_net(folder, segmenter.characters, dropout=0.5)
    batch = collate(cut(segmenter), segmenter.padding)
    net.train()
    assert not torch.equal(net(batch), net(batch))
    net.eval()
    assert torch.allclose(net(batch), net(batch), atol=1e-5)


def test_a_net_comes_back_from_its_config_and_shape(net, segmenter):
    again = TaggingNet.of_shape(net.encoder.config.to_dict(), net.shape)
    again.load_state_dict(net.state_dict())
    batch = collate(cut(segmenter), segmenter.padding)
    assert torch.allclose(again.eval()(batch), net.eval()(batch), atol=1e-5)


# -- what is pretrained


def test_the_pretrained_weights_are_taken(folder):
    one, two = pretrained(folder, 0, 0.0), pretrained(folder, 0, 0.3)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert (one.config.hidden_dropout_prob, two.config.hidden_dropout_prob) == (0.0, 0.3)


def test_layers_are_taken_from_below(folder):
    whole, half = pretrained(folder, 0, 0.0), pretrained(folder, 1, 0.0)
    assert (whole.config.num_hidden_layers, half.config.num_hidden_layers) == (2, 1)
    assert len(half.encoder.layer) == 1
    kept = half.state_dict()
    assert all(torch.equal(value, whole.state_dict()[name]) for name, value in kept.items())


def test_half_precision_weights_are_learnt_in_full(folder, tmp_path):
    pretrained(folder, 0, 0.0).half().save_pretrained(tmp_path)
    assert {p.dtype for p in pretrained(str(tmp_path), 0, 0.0).parameters()} == {torch.float32}


def test_a_folder_without_an_encoder_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none: no encoder can be read there .*zonekg encoder"):
        pretrained(str(tmp_path / "none"), 0, 0.0)


# -- learning rates


def test_each_parameter_is_in_one_group(net):
    groups = learning_groups(net, head=5.0, decay=0.5, weight_decay=0.01)
    ids = [id(p) for group in groups for p in group["params"]]
    assert sorted(ids) == sorted(id(p) for p in net.parameters())


def test_scales_fall_with_the_depth_and_vectors_are_not_shrunk(net):
    groups = learning_groups(net, head=5.0, decay=0.5, weight_decay=0.01)
    found = {id(p): (g["scale"], g["weight_decay"]) for g in groups for p in g["params"]}
    expected = {"encoder.layer.1": 1.0, "encoder.layer.0": 0.5, "embeddings": 0.25}
    for name, parameter in net.named_parameters():
        place = name.removeprefix("encoder.")
        inside = [scale for part, scale in expected.items() if place.startswith(part)]
        scale = inside[0] if name.startswith("encoder.") else 5.0
        assert found[id(parameter)] == (scale, 0.01 if parameter.dim() > 1 else 0.0), name


@pytest.mark.parametrize("device", ["cpu"])
def test_a_batch_is_made_on_its_device(segmenter, device):
    batch = collate(cut(segmenter), 0, device)
    assert isinstance(batch, Batch)
    assert {column.device.type for column in batch} == {device}
    assert {column.dtype for column in batch} == {torch.int64}
