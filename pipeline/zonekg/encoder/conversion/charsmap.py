"""The table of normal forms as the Precompiled normaliser of `tokenizers` reads it.

SentencePiece's ``precompiled_charsmap``: u32 size in bytes of a trie, the trie, and the normal
forms, each ended by a zero byte. The trie is a double array over the UTF-8 bytes of the characters
(the layout of darts-clone, https://github.com/s-yata/darts-clone): units of u32, where the unit at
place p leads by the byte b to the unit at p ^ offset ^ b, which bears the label b.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

__all__ = ["pack_charsmap"]

_HAS_VALUE, _IS_VALUE = 1 << 8, 1 << 31
_OFFSET_SHIFT, _OFFSETS = 10, 1 << 21
_BYTES = 256


def pack_charsmap(forms: Mapping[str, str]) -> bytes:
    """Pack a table of character -> normal form for ``tokenizers.normalizers.Precompiled``.

    Keys are single characters, U+0000 excluded. Equal tables give equal bytes.

    >>> from tokenizers.normalizers import Precompiled
    >>> Precompiled(pack_charsmap({"，": ",", "１": "1"})).normalize_str("２０１１，")
    '２０11,'
    """
    text, places = bytearray(), {}
    for form in sorted(set(forms.values())):
        places[form] = len(text)
        text += form.encode() + b"\0"
    units = _double_array({key.encode(): places[form] for key, form in forms.items()})
    trie = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(trie)) + trie + bytes(text)


def _double_array(values: Mapping[bytes, int]) -> list[int]:
    """The units of the trie; no key may begin another, as holds for the bytes of one character."""
    units: dict[int, int] = {0: 0}
    bases: set[int] = set()
    lowest: dict[tuple[int, ...], int] = {}  # where labels didn't fit they never will
    waiting = [(0, b"", sorted(values))]
    for at, prefix, keys in waiting:
        nexts = sorted({key[len(prefix)] for key in keys if len(key) > len(prefix)})
        labels = tuple(nexts or [0])
        base = _free_base(labels, lowest.get(labels, 1), units, bases)
        bases.add(base)
        lowest[labels] = base + 1
        units[at] |= _offset(at, base)
        if prefix in values:
            units[at] |= _HAS_VALUE
            units[base] = _IS_VALUE | values[prefix]
        for byte in nexts:
            units[base ^ byte] = byte
            longer = prefix + bytes([byte])
            waiting.append((base ^ byte, longer, [key for key in keys if key.startswith(longer)]))
    # a reader looks at every byte's place in a base's stretch of 256, also where no key goes on
    length = (max(units) // _BYTES + 1) * _BYTES
    return [units.get(place, 0) for place in range(length)]


def _free_base(
    labels: tuple[int, ...], base: int, units: Mapping[int, int], bases: set[int]
) -> int:
    """The next base whose places are free; two nodes with one base would share children."""
    while base in bases or any(base ^ label in units for label in labels):
        base += 1
    return base


def _offset(at: int, base: int) -> int:
    if (offset := at ^ base) >= _OFFSETS:
        raise ValueError(f"a table of normal forms may take {_OFFSETS} units, this one takes more")
    return offset << _OFFSET_SHIFT
