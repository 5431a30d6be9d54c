from itertools import groupby

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tiny_encoder import POSITIONS, tokenizer_json
from zonekg.encoder.net import tokenizer
from zonekg.encoder.segment import PLACES, Segmenter

ZWJ = "\u200d"
ODD = [
    "",
    " ",
    "\u3000\n \r\n",
    "👨" + ZWJ + "👩" + ZWJ + "👧",
    "é",
    "e\u0301e\u0301",
    "𠮷𠮷利",
    "臺灣",
]
ODD += [
    "<s>甲</s>",
    "[CLS]高[SEP]",
    "<unk><p class='",
    "ＡＢ１２，",
    "㎡①½ﬁ㍿",
    "\0\ufeff\u200b乙",
    "한국İ",
]

# lone surrogates are in no text that was read from UTF-8, and spaCy takes none
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
zone_text = st.text("太行世纪高新区项目建设2024ab，,。（\u3000 \n\r𠮷👨" + ZWJ, max_size=120)
texts = st.one_of(any_text, zone_text, st.sampled_from(ODD))


@pytest.fixture(scope="module")
def pieces(word_piece_folder):
    return tokenizer(word_piece_folder, POSITIONS)


@pytest.fixture(scope="module")
def unigrams(unigram_folder):
    return tokenizer(unigram_folder, POSITIONS)


def runs(found):
    """(piece, the places of its characters), in the order of the text."""
    pairs = zip(found.piece.tolist(), found.place.tolist(), strict=True)
    return [(piece, [p for _, p in group]) for piece, group in groupby(pairs, lambda x: x[0])]


def whole(places):
    return places == ([3] if len(places) == 1 else [0, *[1] * (len(places) - 2), 2])


@given(texts)
@example("<s>" * 9)
def test_law_each_character_has_one_row_and_legal_numbers(pieces, unigrams, text):
    for segmenter in (pieces, unigrams):
        found = segmenter(text)
        assert len(found.chars) == len(found.piece) == len(found.place) == len(text)
        for numbers, limit in (
            (found.chars, segmenter.characters),
            (found.piece, len(found.ids)),
            (found.place, PLACES),
        ):
            assert numbers.dtype == np.int64
            assert ((numbers >= 0) & (numbers < limit)).all()


@given(texts)
def test_law_unigram_pieces_cover_the_text_in_order(unigrams, text):
    found = unigrams(text)
    # <s> and ▁ before, </s> behind
    assert [piece for piece, _ in runs(found)] == list(range(2, len(found.ids) - 1))
    assert all(whole(places) for _, places in runs(found))


@given(texts)
def test_law_word_pieces_cover_all_but_what_is_dropped(pieces, text):
    found = pieces(text)
    kept = [(piece, places) for piece, places in runs(found) if piece]
    assert [piece for piece, _ in kept] == sorted({piece for piece, _ in kept})
    dropped = [char for char, piece in zip(text, found.piece.tolist(), strict=True) if not piece]
    assert not any(char.isalnum() for char in dropped)


def as_read(char):
    return "▁" if char.isspace() else {"，": ",", "（": "("}.get(char, char)


@given(zone_text)
def test_law_a_piece_is_the_text_that_it_covers(unigrams, text):
    found = unigrams(text)
    names = {i: piece for piece, i in Tokenizer.from_str(unigrams.json).get_vocab().items()}
    for piece, places in runs(found):
        covered = text[found.piece.tolist().index(piece) :][: len(places)]
        name = names[int(found.ids[piece])]
        assert name == "<unk>" or name == "".join(map(as_read, covered))


def test_pieces_of_several_characters_and_their_places(unigrams):
    found = unigrams("在高新区建设")
    assert found.piece.tolist() == [2, 3, 3, 3, 4, 4]
    assert found.place.tolist() == [3, 0, 1, 2, 0, 2]
    assert len(found.ids) == 6


def test_word_pieces_and_dropped_white_space(pieces):
    found = pieces("高zonekg 区")
    assert found.piece.tolist() == [1, 2, 2, 2, 2, 3, 3, 0, 4]
    assert found.place.tolist() == [3, 0, 1, 1, 2, 0, 2, 3, 3]


def test_characters_beyond_the_bmp_count_as_one(unigrams):
    found = unigrams("𠮷利👨高新区")
    assert found.piece.tolist() == [2, 3, 4, 5, 5, 5]
    assert found.chars[0] == found.chars[2] == 0


@pytest.mark.parametrize("name", ["<s>", "</s>", "<unk>", "[CLS]", "[SEP]", "[MASK]"])
def test_a_special_piece_in_a_text_is_its_characters(segmenter, name):
    around = len(segmenter("").ids)
    inner = segmenter(name).ids[around - 1 : -1]
    assert len(inner) >= 3
    assert Tokenizer.from_str(segmenter.json).token_to_id(name) not in inner


def test_full_width_and_half_width_share_their_rows(segmenter):
    wide, narrow = segmenter("ＡＢ１２，（\u3000"), segmenter("AB12,( ")
    assert wide.chars.tolist() == narrow.chars.tolist()
    assert (wide.chars[:-1] > 0).all()


def test_white_space_has_the_row_of_a_space(unigrams):
    rows = unigrams(" \t\n\r\u3000\xa0").chars
    assert set(rows.tolist()) == {unigrams(" ").chars[0]}
    assert rows[0] > 0


def test_a_mark_keeps_the_piece_it_was_pretrained_with(pieces):
    assert pieces("，").ids.tolist() != pieces(",").ids.tolist()


def test_the_table_of_characters_follows_the_vocabulary(segmenter):
    vocabulary = Tokenizer.from_str(segmenter.json).get_vocab()
    single = sorted((i, piece) for piece, i in vocabulary.items() if len(piece) == 1)
    own = [(row, piece) for row, (_, piece) in enumerate(single, 1) if piece not in "▁，（）！："]
    assert len(own) > 80
    assert [int(segmenter(piece).chars[0]) for _, piece in own] == [row for row, _ in own]
    assert segmenter.characters > len(single)


def test_what_is_too_long_for_the_encoder_is_cut_off(segmenter):
    room = segmenter.longest
    assert room == POSITIONS - len(segmenter("").ids)
    text = "在" * (room + 5)
    found = segmenter(text)
    assert len(found.ids) == POSITIONS
    assert found.ids[-1] == segmenter("").ids[-1]
    assert (found.piece[:room] > 0).all()
    assert (found.piece[room:] == 0).all()


def test_a_tokenizer_without_a_limit_takes_any_length(word_piece_folder):
    segmenter = Segmenter(tokenizer_json(word_piece_folder))
    assert segmenter.longest is None
    assert len(segmenter("在" * 9999).ids) == 9999 + 2


def test_the_padding_is_the_vocabulary_s(pieces, unigrams):
    assert (pieces.padding, unigrams.padding) == (0, 1)
