"""Bytes to text: UTF-8, UTF-16 and GB18030, told apart without being told."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

from zonekg.errors import EncodingError, InputError

__all__ = ["decode", "read_text"]

_SAMPLE = 200_000  # characters that the plausibility of a decoding is judged on
_PLAUSIBLE = 0.7
_CONTROL_LIMIT = 0.05

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_text(path: Path) -> tuple[str, str]:
    """(text, encoding) of a file, its byte order mark removed, newlines left as they are.

    Raises EncodingError when the file is binary or in another encoding, and InputError when it
    can't be read or is empty.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(path, f"can't be read: {error.strerror or error}") from error
    if not data.strip(b"\0 \t\r\n"):
        raise InputError(path, "an empty file", todo="expected the text of a newspaper page")
    text, encoding = decode(data, path)
    if not text.strip():
        raise InputError(path, "nothing but white space", todo="expected the text of a page")
    return text, encoding


def decode(data: bytes, source: str | Path = "<bytes>") -> tuple[str, str]:
    """(text, encoding) of the bytes of a Chinese text file.

    A byte order mark decides; else strict UTF-8; else the likeliest of GB18030 and UTF-16, by
    the share of the characters that everyday Chinese text is made of.

    >>> decode("开发区建设".encode("gb18030"))
    ('开发区建设', 'gb18030')
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data, len(bom), encoding, source), encoding
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        first_bad = error.start
    else:
        if "\0" not in text:
            return _checked(text, source), "utf-8"
        first_bad = data.index(0)
    ranked = []
    gb_breaks = ""
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "gb18030":
                gb_breaks = f" (byte {error.start} is wrong)"
            continue
        ranked.append((_plausibility(text), encoding, text))
    score, encoding, text = max(ranked, default=(0.0, "", ""), key=lambda row: row[0])
    if score < _PLAUSIBLE:
        raise EncodingError(
            source,
            f"not text in UTF-8 (byte {first_bad} is wrong), GB18030{gb_breaks} or UTF-16",
            todo="save the page as UTF-8 text; scans, PDF and Word files need converting first",
        )
    return _checked(text, source), encoding


def _strict(data: bytes, mark: int, encoding: str, source: str | Path) -> str:
    """Decode what follows a byte order mark of `mark` bytes."""
    try:
        return _checked(data[mark:].decode(encoding), source)
    except UnicodeDecodeError as error:
        raise EncodingError(
            source,
            f"its byte order mark says {encoding}, but byte {error.start + mark} breaks it",
            todo="save the page again as UTF-8",
        ) from error


def _checked(text: str, source: str | Path) -> str:
    sample = text[:_SAMPLE]
    controls = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v\x85" for c in sample)
    if controls > _CONTROL_LIMIT * len(sample):
        raise EncodingError(
            source,
            f"{controls} control characters in the first {len(sample)}: a binary file",
            todo="expected the text of a page",
        )
    return text


def _plausibility(text: str) -> float:
    """Share of the non-ASCII characters that are everyday hanzi or Chinese punctuation, 0 to 1.

    Everyday hanzi are the 3,755 of GB 2312's first level (lead bytes B0 to D7), 99 % of running
    text; text read in the wrong encoding falls on rare characters.
    """
    sample = text[:_SAMPLE]
    if "\0" in sample:
        return 0.0
    foreign = [c for c in sample if ord(c) > 127]
    everyday = 0
    for char in foreign:
        try:
            lead = char.encode("gb2312")[0]
        except UnicodeEncodeError:
            everyday += char in "—·–　"
            continue
        everyday += lead <= 0xA3 or 0xB0 <= lead <= 0xD7
    # plain ASCII is UTF-8 already, so a decoding with hardly any Chinese is a wrong one
    return everyday / len(foreign) if len(foreign) > len(sample) * 0.2 else 0.0
