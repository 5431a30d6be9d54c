"""Text in the pieces that the encoder was pretrained on, with their places in the text.

Every character belongs to one piece; where a piece holds several, the net gives each of them the
piece's vector and knows its place in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

__all__ = ["PLACES", "Characters", "Segmenter"]

Ints = NDArray[np.int64]

PLACES = 4
"""A character begins, continues or ends a piece, or is one by itself: 0 to 3."""


class Characters(NamedTuple):
    """A text as the net takes it.

    ids: pieces with the special ones around them, shape (pieces,).
    chars, piece, place: for each character its own row in the table of characters (0 is unknown),
    the number of its piece in `ids`, and its place in the piece; shape (characters,).
    """

    ids: Ints
    chars: Ints
    piece: Ints
    place: Ints


class Segmenter:
    """A tokenizer of the `tokenizers` library, and the table of characters made from it.

    tokenizer: its JSON; what is behind the place where it cuts a text off has the piece 0. The
    table's rows are the one-character pieces in the order of their ids, from 1.
    """

    def __init__(self, tokenizer: str) -> None:
        self.json = tokenizer
        self._tokenizer: Tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True  # "<s>" in a text is three characters
        vocabulary = sorted(self._tokenizer.get_vocab().items(), key=lambda item: item[1])
        single = [piece for piece, _ in vocabulary if len(piece) == 1]
        rows = {ord(piece): i for i, piece in enumerate(single, start=1)}
        rows.setdefault(ord(" "), rows.get(ord("▁"), 0))
        self.characters = len(rows) + 1
        """The number of rows in the table of characters, the unknown one included."""
        self._rows = _by_code(rows)

    @property
    def longest(self) -> int | None:
        """How many characters always fit in, when each is one piece; None for any number."""
        if self._tokenizer.truncation is None:
            return None
        special = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        return int(self._tokenizer.truncation["max_length"]) - int(special)

    @property
    def padding(self) -> int:
        """The id of a piece that stands for none."""
        for name in ("<pad>", "[PAD]"):
            if (found := self._tokenizer.token_to_id(name)) is not None:
                return int(found)
        return 0

    def __call__(self, text: str) -> Characters:
        """Cut a text. A character that the tokenizer drops has the piece 0, the one before all."""
        found = self._tokenizer.encode(text)
        starts, ends = np.array(found.offsets, dtype=np.int64).reshape(-1, 2).T
        sizes = ends - starts
        numbers = np.repeat(np.arange(len(sizes)), sizes)
        at = np.arange(len(numbers)) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        piece = np.zeros(len(text), dtype=np.int64)
        place = np.full(len(text), 3, dtype=np.int64)
        piece[at] = numbers
        long = sizes > 1
        place[at[long[numbers]]] = 1
        place[starts[long]] = 0
        place[ends[long] - 1] = 2
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        chars = self._rows[np.minimum(codes, len(self._rows) - 1)]
        return Characters(np.array(found.ids, dtype=np.int64), chars, piece, place)


def _by_code(rows: Mapping[int, int]) -> Ints:
    """Rows of code points as an array; its last element stands for all that are not in it.

    Full-width letters, digits and marks have the row of the half-width ones, white space that of
    the space.
    """
    same = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    same |= dict.fromkeys(map(ord, "\t\n\v\f\r\x85\xa0\u2028\u2029\u3000"), ord(" "))
    found = np.zeros(max(*rows, *same) + 2, dtype=np.int64)
    for code, row in rows.items():
        found[code] = row
    for code, other in same.items():
        found[code] = rows.get(other, 0)
    return found
