"""What every HTML page of zonekg needs to open from a file, offline and safe.

The texts on a page come from files that others wrote, so a page defends itself three times: all
text is escaped, a Content-Security-Policy lets no script run but those of this package, by their
hashes (https://www.w3.org/TR/CSP3/), and characters that can't be seen or that turn the reading
direction are shown by their number.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from markupsafe import Markup

__all__ = ["json_block", "package_text", "plain", "policy"]

_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def json_block(name: str, data: Any, *, ascii_only: bool = True) -> Markup:
    r"""Data for a script of the page: a ``script`` element of no scripting type.

    ascii_only: False leaves characters that can be seen as they are, which halves Chinese text.
    Raises ValueError for NaN and infinity, which JSON lacks.

    >>> print(json_block("texts", ["</script>"]))
    <script type="application/json" id="texts">["\u003c/script\u003e"]</script>
    """
    text = json.dumps(data, ensure_ascii=ascii_only, allow_nan=False, separators=(",", ":"))
    # without <, > and & no text ends the element; the others are no text in UTF-8 or can't be seen
    text = re.sub(r"[<>&\u007f-\u009f\u2028\u2029\ud800-\udfff]", _escaped, text)
    block = Markup('<script type="application/json" id="{}">{}</script>')
    return block.format(name, Markup(text))  # noqa: S704


def _escaped(mark: re.Match[str]) -> str:
    return f"\\u{ord(mark[0]):04x}"


def plain(text: str) -> str:
    r"""`text` with each control, format and surrogate character shown by its number.

    >>> plain("a\u202eb")
    'a⟨U+202E⟩b'
    """
    if text.isprintable():
        return text
    return "".join(
        f"⟨U+{ord(mark):04X}⟩"
        if mark not in "\t\n" and unicodedata.category(mark) in _HIDDEN
        else mark
        for mark in text
    )


def package_text(package: str, name: str) -> Markup:
    """A style or script of a package, to stand in an element of the page.

    Raises ValueError where it would end the element.
    """
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    if re.search(r"</(script|style)|<!--", text, re.I):  # would end the element, or not end it
        raise ValueError(f"{package}: {name} holds an HTML tag or comment; build it from parts")
    return Markup(text)  # noqa: S704 - of this package


def policy(scripts: Sequence[str]) -> str:
    """The Content-Security-Policy of a page that runs these scripts and loads nothing."""
    digests = (hashlib.sha256(text.encode()).digest() for text in scripts)
    known = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests)
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {known}; base-uri 'none'; form-action 'none'"
    )
