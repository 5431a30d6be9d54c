"""The part of a multilingual vocabulary that Chinese newspapers use, and its tokenizer.

Kept are single characters of the scripts below, pieces of Chinese characters alone and pieces of
digits alone: of 250,002 pieces 19,428 stay. What the model writes differently is settled so
that every piece covers whole characters and no two pieces share one:

- white space is the piece "▁", each character of it, newlines and U+3000 too;
- a character that the model reads as another is mapped by the normaliser: "，" to ",", "１" to "1";
- one that it reads as a longer piece gets a row of its own, with that piece's vector: "…" has that
  of "...", "⑩" that of "10"; where no such piece exists it is read as the first character: "㎡"
  as "m".

So the tokenizer needs no preparation of the text, and its offsets count the text's own characters.
Neighbouring unknown characters (emoji, rare Chinese characters) make one <unk>.
"""

from __future__ import annotations

from typing import NamedTuple

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Normalizer, Precompiled, Replace, Sequence
from tokenizers.processors import TemplateProcessing

from zonekg.encoder.conversion.charsmap import pack_charsmap
from zonekg.encoder.conversion.packed import Packed
from zonekg.errors import InputError

__all__ = ["SPACE", "SPECIALS", "Piece", "build_tokenizer", "choose_pieces", "choose_rules"]

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
SPACE = "▁"

# ASCII, Latin; Greek and Cyrillic; punctuation to symbols; Chinese punctuation, kana, units;
# Chinese characters; vertical and wide forms; the rarer Chinese characters
_BLOCKS = (
    (0x21, 0x7E), (0xA0, 0x24F), (0x370, 0x4FF), (0x2000, 0x2BFF), (0x3000, 0x33FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x31FFF),
)  # fmt: skip

# in a text, "<s>" is three characters: as a piece it has to lose against them
_NEVER = -1000.0

# white space that the model would drop or not know, beside the space itself
_MORE_SPACES = "\v\x1c\x1d\x1e\x1f\x85"

_UNKNOWN = "\ue000"  # for private use: in no text and no vocabulary

# marks and scripts that are never kept; \Y misses the newest of them, and looks all the way back
# at each of many flags in a row
_UNREAD = (
    r"\x{1AB0}-\x{1AFF}\x{10000}-\x{1D3FF}\x{1D800}-\x{1F0FF}\x{1F1E6}-\x{1F1FF}"
    r"\x{1F300}-\x{1FFFF}"
)


class Piece(NamedTuple):
    """A piece of the pruned vocabulary: its text, its row in the model's, its log probability."""

    text: str
    row: int
    score: float


def choose_pieces(packed: Packed) -> list[Piece]:
    """The pieces to keep, in the order of their new ids: the specials, then by their old row.

    Raises InputError when the model has no special pieces or no "▁".
    """
    rows = {piece: row for row, piece in enumerate(packed.pieces)}
    if missing := sorted({*SPECIALS, SPACE} - rows.keys()):
        raise InputError(
            packed.name, f"has no piece {missing[0]}", todo="expected XLM-RoBERTa's vocabulary"
        )
    chosen = {text: row for text, row in rows.items() if text == SPACE or _kept(text)}
    for text, row in rows.items():
        if len(text) == 2 and text[0] == SPACE and _kept(text[1]):
            chosen.setdefault(text[1], row)  # a character known at the start of words alone
    for character, form in packed.forms.items():
        text = form.replace(" ", SPACE)
        known = rows.get(text, rows.get(SPACE + text))
        if len(form) > 1 and _kept(character) and known is not None:
            chosen[character] = known
    specials = [Piece(text, rows[text], _NEVER) for text in SPECIALS]
    ordered = sorted(chosen.items(), key=lambda item: (item[1], item[0]))
    # str: the shortest number that is the float32, so that it survives JSON
    scores = {row: float(str(packed.scores[row])) for row in chosen.values()}
    return specials + [Piece(text, row, scores[row]) for text, row in ordered]


def choose_rules(packed: Packed, pieces: list[Piece]) -> dict[str, str]:
    """Characters to be read as another one that is kept."""
    kept = {piece.text for piece in pieces}
    rules = dict.fromkeys(" " + _MORE_SPACES, SPACE)
    for character, form in packed.forms.items():
        target = form[:1].replace(" ", SPACE)
        if target in kept and character not in kept and (len(form) == 1 or _kept(character)):
            rules[character] = target
    return rules


def _kept(text: str) -> bool:
    if len(text) == 1:
        return any(first <= ord(text) <= last for first, last in _BLOCKS)
    return len(text) > 1 and (
        all("\u4e00" <= character <= "\u9fff" for character in text)
        or all("0" <= character <= "9" for character in text)
    )


def build_tokenizer(packed: Packed, pieces: list[Piece]) -> Tokenizer:
    """The tokenizer over the kept pieces; a sequence is <s> ▁ pieces </s>, as the model was taught.

    A text that holds "<s>" itself reads as the special piece unless the caller sets
    ``tokenizer.encode_special_tokens = True``.
    """
    ids = {piece.text: number for number, piece in enumerate(pieces)}
    model = Unigram([(p.text, p.score) for p in pieces], ids["<unk>"], byte_fallback=False)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = _normaliser(choose_rules(packed, pieces))
    tokenizer.post_processor = TemplateProcessing(
        single=f"<s> {SPACE} $A </s>",
        pair=f"<s> {SPACE} $A </s> {SPACE} $B </s>",
        special_tokens=[(text, ids[text]) for text in ("<s>", "</s>", SPACE)],
    )
    tokenizer.add_special_tokens([AddedToken(text, normalized=False) for text in SPECIALS])
    return tokenizer


def _normaliser(rules: dict[str, str]) -> Normalizer:
    r"""Replaces characters one by one.

    Precompiled takes a short grapheme for one character and would lose what follows its first
    one: the newline of a line end "\r\n", an accent after a wide letter. So no character may
    continue another: those that do are unknown, as they would be anyway.
    """
    apart = Replace(Regex(rf"(?m)[{_UNREAD}]|\Y."), _UNKNOWN)
    return Sequence([Replace("\r", "\n"), apart, Precompiled(pack_charsmap(rules))])
