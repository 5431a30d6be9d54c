"""The net of the NER component: character features, dilated convolutions, a score for each tag.

The layout is the iterated dilated convolution of Strubell et al. (2017), "Fast and Accurate Entity
Recognition with Iterated Dilated Convolutions", on hashed features as in spaCy's own HashEmbedCNN.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.util import registry
from thinc.api import (
    Dropout,
    HashEmbed,
    Linear,
    Maxout,
    Model,
    chain,
    concatenate,
    residual,
    with_array,
)
from thinc.types import Floats2d, Ints2d

from zonekg.components.windows import Window
from zonekg.lexicon import MAX_WORD, words

__all__ = ["build_char_cnn", "char_features"]

Ints = NDArray[np.uint64]

_COLUMNS = ("char", "left bigram", "right bigram", "class", "lexicon")
_CLASSES = {
    "Nd": 1,
    "Lu": 2,
    "Ll": 3,
    "Ps": 4,
    "Pe": 5,
    "Pi": 4,
    "Pf": 5,
    "Po": 6,
    "Zs": 7,
    "Cc": 8,
}
_NUMERALS = "一二三四五六七八九十百千万亿两零〇余多"


@registry.architectures("zonekg.CharCnn.v1")
def build_char_cnn(
    width: int, rows: int, dilations: list[int], maxout_pieces: int = 3, blank_rate: float = 0.0
) -> Model[list[Window], list[Floats2d]]:
    """Scores for each tag of each character: windows in, arrays of shape (tokens, tags) out.

    width: of every layer; rows: of the embedding table of characters, the bigrams get twice as
    many; dilations: one convolution of three characters for each, that far apart; blank_rate: the
    share of characters (0 to 1) that training hides, so that the net learns from what is around.
    The number of tags is set at initialisation.
    """
    sizes = [rows, 2 * rows, 2 * rows, 50, 400]
    tables: list[Model[Any, Any]] = [
        HashEmbed(width, size, column=i, seed=10 + i, dropout=0.0) for i, size in enumerate(sizes)
    ]
    embed: Model[Any, Any] = chain(
        concatenate(*tables),
        Maxout(nO=width, nI=width * len(sizes), nP=maxout_pieces, normalize=True, dropout=0.0),
    )
    layers: list[Model[Any, Any]] = [
        residual(
            chain(
                dilated_window(step),
                Maxout(nO=width, nI=3 * width, nP=maxout_pieces, normalize=True, dropout=0.0),
            )
        )
        for step in dilations
    ]
    output: Model[Any, Any] = Linear(nO=None, nI=width)
    encoder: Model[Any, Any] = chain(embed, *layers)
    model: Model[list[Window], list[Floats2d]] = chain(
        _extractor(blank_rate), with_array(chain(encoder, Dropout(0.0), output), pad=sum(dilations))
    )
    model.set_ref("output", output)
    return model


def _extractor(blank_rate: float) -> Model[list[Window], list[Ints2d]]:
    def forward(
        model: Model[list[Window], list[Ints2d]], texts: list[Window], is_train: bool
    ) -> tuple[list[Ints2d], Callable[[object], list[Window]]]:
        rows = []
        for window in texts:
            features = char_features(window)
            if is_train and blank_rate:
                hidden = model.ops.xp.random.random(len(features)) < blank_rate
                features[hidden, :3] = 0
            rows.append(model.ops.asarray2i(features, dtype="uint64"))  # type: ignore[arg-type]
        return rows, lambda _: []

    return Model("char_features", forward)


def char_features(window: Window) -> Ints:
    """The features of a window's characters, shape (tokens, 5): see `_COLUMNS`.

    Full-width letters and digits count as their half-width twins.
    """
    chars = window.text.translate(_half_width())
    codes = np.frombuffer(f" {chars} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    at = window.at + 1
    here, left, right = codes[at], codes[at - 1], codes[at + 1]
    shift = np.uint64(21)
    columns = [
        here,
        (left << shift) | here,
        (here << shift) | right | np.uint64(1 << 60),
        np.array([_class_of(chars[i]) for i in window.at.tolist()], dtype=np.uint64),
        _lexicon_feature(chars)[window.at],
    ]
    return np.stack(columns, axis=1)


@cache
def _half_width() -> dict[int, int]:
    return {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


@cache
def _class_of(char: str) -> int:
    if char in _NUMERALS:
        return 10
    return _CLASSES.get(unicodedata.category(char), 9)


def _lexicon_feature(text: str) -> Ints:
    """For each character how long a word may begin (0-5) and end (0-5) on it, and run over it.

    A light form of the lexicon feature of Ma et al. (2020), "Simplify the Usage of Lexicon in
    Chinese NER"; the words are those that spacy-pkuseg brings.
    """
    known = words()
    begins, ends = [0] * len(text), [0] * len(text)
    inside = [0] * len(text)
    for i in range(len(text)):
        for size in range(2, min(MAX_WORD, len(text) - i) + 1):
            if text[i : i + size] in known:
                short = min(size, 5)
                begins[i] = short
                ends[i + size - 1] = max(ends[i + size - 1], short)
                for j in range(i + 1, i + size - 1):
                    inside[j] = 1
    rows = [b * 12 + e * 2 + m for b, e, m in zip(begins, ends, inside, strict=True)]
    return np.array(rows, dtype=np.uint64)


def dilated_window(step: int) -> Model[Floats2d, Floats2d]:
    """Each row beside the rows `step` before and after it: (n, w) in, (n, 3 w) out.

    >>> from thinc.api import get_current_ops
    >>> x = get_current_ops().asarray2f([[1.0], [2.0], [3.0]])
    >>> dilated_window(2).predict(x).tolist()
    [[0.0, 1.0, 3.0], [0.0, 2.0, 0.0], [1.0, 3.0, 0.0]]
    """

    def forward(
        model: Model[Floats2d, Floats2d], x: Floats2d, is_train: bool
    ) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
        rows, width = x.shape
        y = model.ops.alloc2f(rows, 3 * width)
        y[:, width : 2 * width] = x
        if rows > step:
            y[step:, :width] = x[:-step]
            y[:-step, 2 * width :] = x[step:]

        def backprop(dy: Floats2d) -> Floats2d:
            dx: Floats2d = dy[:, width : 2 * width].copy()
            if rows > step:
                dx[:-step] += dy[step:, :width]
                dx[step:] += dy[:-step, 2 * width :]
            return dx

        return y, backprop

    return Model(f"dilated_window({step})", forward)
