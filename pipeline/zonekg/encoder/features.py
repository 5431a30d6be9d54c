"""Features of characters beside the pieces: places in words, matches with lists of names.

Each is a column of small integers, one for each character. What a feature knows is bytes that
travel inside the model, so that a shipped pipeline needs no file of its own.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import srsly
from numpy.typing import NDArray

from zonekg.encoder.segment import PLACES
from zonekg.errors import InputError
from zonekg.head_nouns import KINDS, head_noun
from zonekg.lexicon import MAX_WORD, words

__all__ = ["Feature", "NameMatches", "WordPlaces", "columns", "read_features", "restore_features"]

Ints = NDArray[np.int64]


class Feature(Protocol):
    """A number for each character of a text.

    rows: the numbers are below it; data: what makes the same feature again, with its class.
    """

    rows: int
    data: bytes

    def __call__(self, text: str) -> Ints:
        """The numbers, shape (characters,)."""


class WordPlaces:
    """Where a character stands in its word, as a segmenter of spacy-pkuseg cuts the text.

    0 begins, 1 inside, 2 ends, 3 a word by itself; so is white space.
    """

    rows = PLACES
    _files = ("features.msgpack", "weights.npz")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._segmenter: Any = None

    @classmethod
    def read(cls, folder: str) -> WordPlaces:
        """From a folder that ``spacy_pkuseg.train`` wrote; raises InputError when it is none."""
        found = {}
        for name in cls._files:
            try:
                found[name] = Path(folder, name).read_bytes()
            except OSError as error:
                raise InputError(
                    Path(folder, name),
                    f"can't be read: {error.strerror}",
                    todo="expected a model of spacy-pkuseg, see tests/bench/word_segmenter.py",
                ) from error
        return cls(srsly.msgpack_dumps(found))

    def __call__(self, text: str) -> Ints:
        """The places of a text's characters."""
        if self._segmenter is None:
            self._segmenter = self._load()
        solid = np.array([not char.isspace() for char in text], dtype=bool)
        places: list[int] = []
        for word in self._segmenter.cut(text):  # white space is in no word
            places += [3] if len(word) == 1 else [0, *[1] * (len(word) - 2), 2]
        out = np.full(len(text), 3, dtype=np.int64)
        out[solid] = places
        return out

    def _load(self) -> Any:
        import spacy_pkuseg  # noqa: PLC0415  0.2 s that no --help should wait for

        with tempfile.TemporaryDirectory() as folder:
            for name, data in srsly.msgpack_loads(self.data).items():
                Path(folder, name).write_bytes(data)
            return spacy_pkuseg.pkuseg(folder, user_dict=None)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies load the segmenter anew; it is many times larger than its bytes."""
        return type(self), (self.data,)


_LENGTHS, _INSIDE = 6, 3


class NameMatches:
    """What begins, ends and runs on at a character: words of the lexicon, names, head nouns.

    Three numbers in one: the longest that begins here and that ends here (0 none, 1 to 4 a word of
    2 to 5 and more characters, 5 a name or a head noun), and what begins before and ends behind (0
    nothing, 1 a word, 2 a name). Matches overlap: 苏州工业园区 is a name, 工业 and 园区 are words.

    data: the names, a line each, in UTF-8.
    """

    rows = _LENGTHS * _LENGTHS * _INSIDE
    _name = _LENGTHS - 1

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._names = frozenset(data.decode().splitlines()) | KINDS
        sizes: dict[str, set[int]] = {}
        for name in self._names:
            sizes.setdefault(name[:2], set()).add(len(name))
        self._sizes = {front: sorted(found) for front, found in sizes.items()}

    @classmethod
    def read(cls, folder: str) -> NameMatches:
        """With the names of the TSV files of a folder, with none when it is ``""``.

        A cell is a name when it is not ASCII and has two characters or more; lines that begin with
        # are comments. A word that is the head noun of three names is taken like a name.

        Raises InputError when the folder has no names.
        """
        names: set[str] = set()
        for file in sorted(Path(folder).glob("*.tsv")) if folder else ():
            for line in file.read_text(encoding="utf-8-sig").splitlines():
                if not line.startswith("#"):
                    names.update(cell.strip() for cell in line.split("\t") if not cell.isascii())
        if folder and not names:
            raise InputError(folder, "no names", todo="expected TSV files of names")
        nouns = Counter(head_noun(name) for name in names)
        names |= {noun for noun, times in nouns.items() if times > 2} & words()
        return cls("\n".join(sorted(name for name in names if len(name) > 1)).encode())

    def __call__(self, text: str) -> Ints:
        """The numbers of a text's characters."""
        begins, ends, inside = ([0] * len(text) for _ in range(3))
        word_end = name_end = 0
        for i in range(len(text)):
            inside[i] = 2 if i < name_end else int(i < word_end)
            for size, value in self._matches(text, i):
                last = i + size - 1
                begins[i] = max(begins[i], value)
                ends[last] = max(ends[last], value)
                if value == self._name:
                    name_end = max(name_end, last)
                else:
                    word_end = max(word_end, last)
        table = np.array([begins, ends, inside], dtype=np.int64)
        return np.array([_LENGTHS * _INSIDE, _INSIDE, 1]) @ table

    def _matches(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """Length and number of each match that begins at a character."""
        known, room = words(), len(text) - start
        for size in range(2, min(MAX_WORD, room) + 1):
            if text[start : start + size] in known:
                yield size, min(size, 5) - 1
        for size in self._sizes.get(text[start : start + 2], ()):
            if size <= room and text[start : start + size] in self._names:
                yield size, self._name


_KINDS: dict[str, type[WordPlaces | NameMatches]] = {
    "words": WordPlaces,
    "gazetteer": NameMatches,
}


def read_features(folders: Mapping[str, str]) -> dict[str, Feature]:
    """The features of a config: where each by its name, ``words`` or ``gazetteer``, reads from.

    >>> found = read_features({"gazetteer": ""})
    >>> columns(found.values(), "某产业园").tolist()
    [[0], [90], [5], [15]]
    """
    for name in folders:
        if name not in _KINDS:
            raise ValueError(f"no feature {name!r}; expected {' or '.join(_KINDS)}")
    return {name: _KINDS[name].read(folder) for name, folder in folders.items()}


def restore_features(stored: Mapping[str, bytes]) -> dict[str, Feature]:
    """Features from their names and data, as a model stores them."""
    return {name: _KINDS[name](data) for name, data in stored.items()}


def columns(features: Iterable[Feature], text: str) -> Ints:
    """The numbers of one feature and more, shape (characters, features)."""
    return np.stack([feature(text) for feature in features], axis=1)
