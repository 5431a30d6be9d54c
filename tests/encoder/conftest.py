"""Tiny encoders, and nets on them that have not learnt anything yet."""

import pytest

from tiny_encoder import POSITIONS, SHAPES, make_net, unigram, word_piece
from zonekg.encoder.net import tokenizer
from zonekg.encoder.shim import EncoderShim

LEARNING = {
    "rate": 1.0,
    "head_scale": 5.0,
    "layer_decay": 0.5,
    "average": 0.0,
    "mixed_precision": False,
}


@pytest.fixture(scope="session")
def word_piece_folder(tmp_path_factory):
    """A BERT with WordPiece."""
    return word_piece(tmp_path_factory.mktemp("word_piece"))


@pytest.fixture(scope="session")
def unigram_folder(tmp_path_factory):
    """An encoder in the shape of our converted one."""
    return unigram(tmp_path_factory.mktemp("unigram"))


@pytest.fixture(scope="session", params=SHAPES, ids=lambda shape: shape.__name__)
def folder(request):
    """Each of the two."""
    return request.getfixturevalue(f"{request.param.__name__}_folder")


@pytest.fixture(scope="session")
def segmenter(folder):
    """Its segmenter."""
    return tokenizer(folder, POSITIONS)


@pytest.fixture(scope="session")
def make_shim(unigram_folder):
    """A function: changes of the learning -> a shim with a net of the same weights each time."""

    def make(**changes):
        shim = EncoderShim(LEARNING | changes)
        shim.segmenter = tokenizer(unigram_folder, POSITIONS)
        shim.learn(make_net(unigram_folder, shim.segmenter.characters))
        return shim

    return make


@pytest.fixture
def net(folder, segmenter):
    """A net on it."""
    return make_net(folder, segmenter.characters)
