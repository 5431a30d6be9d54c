"""The word list of spacy-pkuseg: evidence for where words begin and end, never for cuts."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

__all__ = ["MAX_WORD", "words"]

MAX_WORD = 7
"""Longer words are rare, and made of shorter ones."""


@cache
def words() -> frozenset[str]:
    """The words of 2 to 7 characters that spacy-pkuseg brings for its post-processing."""
    from spacy_pkuseg import Postprocesser  # noqa: PLC0415  0.2 s that no --help should wait for

    with as_file(files("spacy_pkuseg") / "dicts" / "default.pkl") as path:
        found = Postprocesser(str(path), None).common_words
    return frozenset(word for word in found if 2 <= len(word) <= MAX_WORD)
