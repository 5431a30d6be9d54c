"""The links of the error browser: to a document's annotation, and to the page it came from.

A link is made of a template that the user writes and of names that others wrote, so what is made
is checked too: it must be of http or https, or relative, and nothing that runs a script.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote, urlsplit

from spacy.tokens import Doc

from zonekg.errors import InputError

__all__ = ["LINK", "LinkRow", "Links", "check_link", "check_pages"]

LINK = "{file}#L{line}"
"""Where a document's link leads: the annotation file, at its line."""


class LinkRow(TypedDict):
    """``place``, file and line as text, ``link`` and ``page``; None for what is not known."""

    place: str | None
    link: str | None
    page: str | None


class Links:
    """Makes the links of a document.

    template: see `check_link`; a file's path is relative to `base`, the folder of the page (the
    working folder for None), unless the link names a host. pages: the folder of the pages that
    the documents came from, None for no links to them. Raises InputError as `check_link` and
    `check_pages` do.
    """

    def __init__(self, template: str, base: Path | None, pages: Path | None) -> None:
        check_link(template)
        self.template = template
        self.remote = _names_host(template)
        self.base = Path.cwd() if base is None else base
        self.pages: dict[str, Path] = {}
        if pages is not None:
            check_pages(pages)
            # only what is there can be linked to, whatever path a document claims
            found = (path for path in sorted(pages.rglob("*")) if path.is_file())
            self.pages = {path.relative_to(pages).as_posix(): path for path in found}

    def of(self, doc: Doc, identity: str, source: str = "") -> LinkRow:
        """The links of a document; `source`: its page's path inside the folder of the pages.

        Raises InputError when the document's names make a link that is not allowed.
        """
        page = self.pages.get(source)
        out: LinkRow = {"place": None, "link": None, "page": self._relative(page) if page else None}
        if place := doc.user_data.get("place"):
            file, line = place
            path = _quote(file, "/") if self.remote else self._relative(Path(file))
            link = _fill(self.template, {"file": path, "line": str(line), "id": _quote(identity)})
            # java{id}:alert(1) is harmless only until it is filled in; a path has no colon but in
            # the URI that `_relative` makes
            if not (":" in path and link.startswith(path)):
                _names_host(link)
            out |= {"place": f"{file}:{line}", "link": link}
        return out

    def _relative(self, path: Path) -> str:
        """The way from the page's folder to a file."""
        target = path.resolve()
        try:
            way = Path(os.path.relpath(target, self.base.resolve()))
        except ValueError:  # on another drive, to which no way leads
            return target.as_uri()
        return _quote(way.as_posix(), "/")


def check_link(template: str) -> None:
    """Raise InputError for a template of links that could not be used.

    It may hold ``{file}``, ``{line}`` and ``{id}``, and must be of http or https, or relative.

    >>> check_link("https://doccano.example/projects/3/annotation?page={line}")
    >>> check_link("javascript:alert(1)")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    zonekg.errors.InputError: link 'javascript:alert(1)': javascript: before the host or path...
    """
    if re.search(r"[{}]", re.sub(r"\{(file|line|id)\}", "", template)):
        raise _bad_link(template, "braces around something else than file, line and id")
    _names_host(template)


def check_pages(folder: Path) -> None:
    """Raise InputError where the folder of the pages is no folder."""
    if not folder.is_dir():
        raise InputError(folder, "no folder", todo="name the folder of the pages")


def _fill(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)


def _quote(text: str, safe: str = "") -> str:
    return quote(text, safe=safe, errors="surrogatepass")


def _names_host(link: str) -> bool:
    """Whether a link is of http or https, not relative; raises InputError when it is neither."""
    # browsers drop white space and control characters, and read a backslash as a slash
    if not link or re.search(r"[\x00-\x20\x7f-\xa0\\]", link):
        raise _bad_link(
            link, "white space, a control character or a backslash" if link else "nothing"
        )
    try:
        parts = urlsplit(link)
    except ValueError as error:
        raise _bad_link(link, str(error)) from error
    if parts.scheme in ("http", "https") and parts.netloc:
        return True
    if parts.scheme or parts.netloc:
        raise _bad_link(link, f"{parts.scheme or 'no scheme'}: before the host or path")
    return False


def _bad_link(link: str, found: str) -> InputError:
    return InputError(
        f"link {link!r}",
        found,
        todo=f"write a link of http or https, or a relative one, such as {LINK}",
    )
