"""Fewer pieces: what stays, and that text reads the same but for the words that are gone."""

import json

import pytest
import torch

from tiny_encoder import POSITIONS, pipeline
from zonekg.components.encoder_net import encoder_shim
from zonekg.encoder.net import pretrained, tokenizer
from zonekg.encoder.pruning import keep_neurons, keep_pieces

TEXT = "太行世纪在阳泉高新区建设汽车项目，2024年！𠮷"


@pytest.fixture
def full(unigram_folder):
    return tokenizer(unigram_folder, POSITIONS)


@pytest.fixture
def net(unigram_folder):
    return pretrained(unigram_folder, 0, 0.0).eval()


def vocabulary(segmenter):
    return {piece: i for i, (piece, _) in enumerate(json.loads(segmenter.json)["model"]["vocab"])}


def test_the_most_frequent_words_stay_and_all_characters(full, net):
    before = vocabulary(full)
    small = keep_pieces(full, net, len(before) - 3)
    after = vocabulary(small)
    # the tiny tokenizer thinks a word the rarer the longer it is; of equals the last goes
    assert before.keys() - after.keys() == {"2024", "高新区", "12"}
    assert list(after) == [piece for piece in before if piece in after]
    assert small.characters == full.characters
    assert net.config.vocab_size == len(after)


def test_vectors_go_with_their_pieces(full, net):
    table = net.get_input_embeddings().weight.detach().clone()
    before = vocabulary(full)
    small = keep_pieces(full, net, len(before) - 4)
    for piece, row in vocabulary(small).items():
        assert torch.equal(net.get_input_embeddings().weight[row], table[before[piece]])


def test_text_reads_the_same_where_its_words_are_left(full, net):
    before = vocabulary(full)
    small = keep_pieces(full, net, len(before) - 3)
    after = vocabulary(small)
    a, b = full("建设汽车项目！"), small("建设汽车项目！")
    names = {i: piece for piece, i in before.items()}
    assert [names[i] for i in a.ids] == [{i: p for p, i in after.items()}[i] for i in b.ids]
    whole, cut = full(TEXT), small(TEXT)
    assert len(cut.ids) > len(whole.ids)
    assert len(cut.chars) == len(whole.chars) == len(TEXT)
    assert small.padding == after["<pad>"]


def test_fewer_than_there_are_characters_is_all_characters(full, net):
    small = keep_pieces(full, net, 1)
    assert all(len(piece) == 1 for piece in vocabulary(small) if not piece.startswith("<"))
    assert small.characters == full.characters


def test_more_than_there_are_changes_nothing(full, net):
    assert vocabulary(keep_pieces(full, net, 10**6)) == vocabulary(full)


def test_only_unigram_knows_frequencies(word_piece_folder):
    segmenter = tokenizer(word_piece_folder, POSITIONS)
    with pytest.raises(ValueError, match="Unigram tokenizer, this is WordPiece"):
        keep_pieces(segmenter, pretrained(word_piece_folder, 0, 0.0), 100)


def test_the_architecture_prunes(unigram_folder, full, marked):
    from spacy.training import Example

    nlp = pipeline(unigram_folder, 64, pieces=len(vocabulary(full)) - 2)
    doc = marked("[[O1|太行世纪]]在[[K1|阳泉高新区]]建设。")
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc)])
    shim = encoder_shim(nlp.get_pipe("ner").model)
    assert len(vocabulary(shim.segmenter)) == len(vocabulary(full)) - 2
    assert shim.net.encoder.get_input_embeddings().num_embeddings == len(vocabulary(full)) - 2


def test_the_strongest_neurons_stay(net):
    before = [layer.intermediate.dense.weight.detach().clone() for layer in net.encoder.layer]
    for layer in net.encoder.layer:  # the odd ones are made strong
        layer.output.dense.weight.data[:, 1::2] *= 100
    keep_neurons(net, 24)
    for layer, weight in zip(net.encoder.layer, before, strict=True):
        assert torch.equal(layer.intermediate.dense.weight, weight[1::2])
        assert layer.output.dense.weight.shape == (24, 24)
    assert net(torch.tensor([[0, 5, 2]])).last_hidden_state.shape == (1, 3, 24)
    again = type(net)(net.config, add_pooling_layer=False)
    again.load_state_dict(net.state_dict())


def test_neurons_that_do_nothing_are_not_missed(net):
    for layer in net.encoder.layer:
        layer.output.dense.weight.data[:, ::2] = 0
    ids = torch.tensor([[0, 7, 9, 2]])
    expected = net(ids).last_hidden_state
    keep_neurons(net, 24)
    torch.testing.assert_close(net(ids).last_hidden_state, expected)
