import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from packed_toy import PIECES, Toy
from zonekg.encoder.conversion.packed import read_packed
from zonekg.encoder.conversion.vocabulary import (
    SPECIALS,
    build_tokenizer,
    choose_pieces,
    choose_rules,
)
from zonekg.errors import InputError

ODD = "开发区高新中１12，…⑩㎡ \t\r\n\u3000\xa0囧𠮷😀🇨\u0301\ufe0f\u1acf<s>/unk²ａ"
TEXTS = st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def packed():
    return read_packed(Toy().data, "toy.bin")


@pytest.fixture(scope="module")
def pieces(packed):
    return choose_pieces(packed)


@pytest.fixture(scope="module")
def tokenizer(packed, pieces):
    made = build_tokenizer(packed, pieces)
    made.encode_special_tokens = True
    return made


def cut(tokenizer, text):
    """The pieces and the text that each of them covers."""
    found = tokenizer.encode(text, add_special_tokens=False)
    return [
        (tokenizer.id_to_token(number), text[start:end])  # found.tokens shows <unk> as its text
        for number, (start, end) in zip(found.ids, found.offsets, strict=True)
    ]


def test_the_pieces_that_stay(pieces):
    assert [piece.text for piece in pieces] == [
        *SPECIALS, ",", ".", "▁", "s", "区", "开发区", "1", "开", "发", "高新区", "2", "12", "10",
        "⑩", "…", "⑴", "m", "<", ">", "(", ")", "中", "开发", "囧", "新", "/", "k", "n", "u", "ア",
        "a", "㍻", "平成", "℃",
    ]  # fmt: skip


def test_a_piece_keeps_its_row_and_score(pieces):
    old = list(PIECES)
    by_text = {piece.text: piece for piece in pieces}
    for text, row in (("开发区", "开发区"), ("⑩", "10"), ("囧", "▁囧"), ("⑴", "▁(1)")):
        assert by_text[text].row == old.index(row)
        assert by_text[text].score == pytest.approx(PIECES[row], rel=1e-6)


def test_the_characters_read_as_others(packed, pieces):
    spaces = " \t\n\v\r\x1c\x1d\x1e\x1f\x85\xa0\u3000"
    expected = dict.fromkeys(spaces, "▁")
    expected |= {
        "，": ",",
        "１": "1",
        "２": "2",
        "ａ": "a",
        "（": "(",
        "）": ")",
        "²": "2",
        "㎡": "m",
    }
    assert choose_rules(packed, pieces) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("开发区", ["开发区"]),
        ("高新开发区", ["<unk> 高", "新", "开发区"]),
        ("１２，12", ["12 １２", ", ，", "12"]),
        ("……", ["…", "…"]),
        ("3㎡⑩⑴", ["<unk> 3", "m ㎡", "⑩", "⑴"]),
        ("中\u3000\n 国", ["中", "▁ \u3000", "▁ \n", "▁  ", "<unk> 国"]),
        ("中\r\n中", ["中", "▁ \r", "▁ \n", "中"]),
        ("𠮷😀区", ["<unk> 𠮷😀", "区"]),
        ("ａ\u0301区", ["a ａ", "<unk> \u0301", "区"]),
        (" \u0301区", ["▁  ", "<unk> \u0301", "区"]),
        (" \u1acf区", ["▁  ", "<unk> \u1acf", "区"]),
        ("🇨🇳区", ["<unk> 🇨🇳", "区"]),
        ("hello", ["<unk> hello"]),
        ("<s></s>", ["<", "s", ">", "<", "/", "s", ">"]),
        ("<unk>", ["<", "u", "n", "k", ">"]),
        ("\x01中", ["<unk> \x01", "中"]),
        ("", []),
    ],
)
def test_the_cut_of_a_text(tokenizer, text, expected):
    found = [p if p == t else f"{p} {t}" for p, t in cut(tokenizer, text)]
    assert found == expected


@given(text=TEXTS)
def test_every_character_is_in_one_piece_and_in_order(tokenizer, text):
    assert "".join(covered for _, covered in cut(tokenizer, text)) == text


def test_a_run_of_flags_takes_no_longer_than_other_text(tokenizer):
    begin = time.process_time()
    tokenizer.encode("🇨" * 30_000)
    assert time.process_time() - begin < 5


@given(text=st.text("开发区高新中12１…国<s>", max_size=12))
def test_no_cut_scores_better(packed, pieces, tokenizer, text):
    scores = {piece.text: piece.score for piece in pieces if piece.text not in SPECIALS}
    rules = choose_rules(packed, pieces)
    best = [0.0]
    for end in range(1, len(text) + 1):
        read = [rules.get(character, character) for character in text[:end]]
        unknown = -1e4 if read[-1] not in scores else float("-inf")
        known = (
            best[start] + scores["".join(read[start:])]
            for start in range(end)
            if "".join(read[start:]) in scores
        )
        best.append(max([best[-1] + unknown, *known]))
    found = sum(scores.get(piece, -1e4 * len(covered)) for piece, covered in cut(tokenizer, text))
    assert found == pytest.approx(best[-1])


def test_a_sequence_is_framed_as_the_model_was_taught(tokenizer):
    found = tokenizer.encode("开发区")
    assert found.tokens == ["<s>", "▁", "开发区", "</s>"]
    assert found.special_tokens_mask == [1, 1, 0, 1]
    assert tokenizer.encode("").tokens == ["<s>", "▁", "</s>"]
    pair = tokenizer.encode("中", "区").tokens
    assert pair == ["<s>", "▁", "中", "</s>", "▁", "区", "</s>"]


def test_the_specials_keep_the_models_ids(tokenizer):
    assert [tokenizer.token_to_id(text) for text in SPECIALS] == [0, 1, 2, 3]


def test_its_json_makes_the_same_tokenizer_and_the_same_json(packed, pieces, tokenizer):
    text = tokenizer.to_str()
    assert Tokenizer.from_str(text).to_str() == text
    assert build_tokenizer(packed, pieces).to_str() == text


@pytest.mark.parametrize("missing", ["▁", "<unk>"])
def test_a_vocabulary_of_another_kind(missing):
    pieces = {piece: score for piece, score in PIECES.items() if piece != missing}
    packed = read_packed(Toy(pieces=pieces).data, "toy.bin")
    with pytest.raises(InputError, match=f"^toy.bin: has no piece {missing}; expected XLM"):
        choose_pieces(packed)
