"""Pages of files into a store: which are to be read, and the reading."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language

from zonekg.errors import InputError
from zonekg.extraction import doc_to_row, extract
from zonekg.graph.store import Store, StoredPage
from zonekg.ingest import MAX_CHARACTERS, read_page

__all__ = ["Intake", "Progress", "add_pages"]

Progress = Callable[[str, int, int], None]
"""Called with a stage, how many steps of it are done, and of how many."""


class Intake(NamedTuple):
    """What went into a store.

    read: how many pages were read, the others had not changed. replaced: the names of pages whose
    former articles went. failures: the files that could not be read.
    """

    read: int
    replaced: tuple[str, ...]
    failures: tuple[InputError, ...]


def add_pages(
    store: Store,
    files: Sequence[Path],
    root: Path,
    nlp: Language,
    reader: tuple[str, str],
    *,
    max_characters: int = MAX_CHARACTERS,
    replace: bool = False,
    progress: Progress,
) -> Intake:
    """Read files into a store, each kept when it is done.

    A page's name is its path in `root`, and reader the digest of the model and the release of
    zonekg. A page that the store has, with the same bytes and from the same reader, is passed
    over. A file that has changed takes the place of what it was, and so does a file that now comes
    under another name. Another file under the name of a stored page is refused unless `replace`:
    it may be the ``001.txt`` of another day.
    """
    known = {page.source: page for page in store.pages()}
    given = {_path(file, root) for file in files}
    read = 0
    replaced: list[str] = []
    failures: list[InputError] = []
    for i, file in enumerate(files):
        progress("pages", i, len(files))
        try:
            page = StoredPage(*_identity(file, root), *reader, max_characters)
            old = known.get(page.source)
            if old and old.path != page.path and old.path in given:
                old = None  # that file comes under a name of its own
            if not _is_new(page, old, replace=replace):
                continue
            found = extract(read_page(file, root, max_characters=max_characters), nlp)
            gone = store.add(page, [doc_to_row(doc) for doc in found])
            replaced += [
                one.source for one in gone if (one.source, one.digest) != (page.source, page.digest)
            ]
            read += 1
        except InputError as error:
            failures.append(error)
    progress("pages", len(files), len(files))
    return Intake(read, tuple(replaced), tuple(failures))


def _identity(file: Path, root: Path) -> tuple[str, str, str]:
    """(name, path, digest of the bytes) of a file."""
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(file, f"can't be read: {error.strerror or error}") from error
    return file.relative_to(root).as_posix(), _path(file, root), digest


def _path(file: Path, root: Path) -> str:
    """Where a file lies; a link to a file, not to its folder, is a file of its own."""
    return str(root.resolve() / file.relative_to(root))


def _is_new(page: StoredPage, old: StoredPage | None, *, replace: bool) -> bool:
    """Whether a page is to be read; raises InputError when it would push out another file's."""
    if old is None:
        return True
    if page.path != old.path and page.digest != old.digest and not replace:
        raise InputError(
            page.path,
            f"the store has another file under the name {page.source} ({old.path})",
            todo="run a folder that holds both, or add --replace if this one takes its place",
        )
    return page != old._replace(path=page.path)
