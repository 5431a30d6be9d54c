"""Room 1: files to articles.

``reading`` bytes to text, ``lines`` text to paragraphs, ``kinds`` and ``bylines`` what each of them
is, ``furniture`` what belongs to no article, ``seams`` whether two of them are one, ``pages``
and ``drafts`` paragraphs to articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zonekg.articles import Page
from zonekg.errors import InputError
from zonekg.ingest.pages import page_to_articles
from zonekg.ingest.reading import read_text

__all__ = ["MAX_CHARACTERS", "find_files", "page_to_articles", "read_page", "read_pages"]

MAX_CHARACTERS = 2_000_000
"""A page holds about 10,000 characters; a file far larger is no page, or should be cut."""


def read_page(
    path: str | Path, root: str | Path | None = None, *, max_characters: int = MAX_CHARACTERS
) -> Page:
    """The articles of one file; `source` of each is the path relative to `root` if given.

    Raises InputError (EncodingError for a file that is not text) naming the file.
    """
    path = Path(path)
    text, encoding = read_text(path)
    if len(text) > max_characters:
        raise InputError(
            path,
            f"{len(text):,} characters, expected at most {max_characters:,}",
            todo="cut the file, or raise the limit with --max-characters",
        )
    source = path.relative_to(root) if root and path.is_relative_to(root) else path
    return page_to_articles(text, source.as_posix(), encoding)


def read_pages(
    path: str | Path, *, max_characters: int = MAX_CHARACTERS
) -> Iterator[Page | InputError]:
    """The pages of a file or a folder, sorted by name; a bad file is yielded as its error."""
    path = Path(path)
    root = path if path.is_dir() else path.parent
    for file in find_files(path):
        try:
            yield read_page(file, root, max_characters=max_characters)
        except InputError as error:
            yield error


def find_files(path: Path) -> list[Path]:
    """The ``.txt`` and ``.md`` files of a folder and its sub-folders, sorted; a file itself.

    Raises InputError when there is nothing to read.
    """
    if not path.exists():
        raise InputError(path, "no such file or folder")
    if not path.is_dir():
        return [path]
    files = sorted(
        p for p in path.rglob("*") if p.suffix.lower() in (".txt", ".md") and p.is_file()
    )
    if not files:
        raise InputError(path, "no .txt or .md file in the folder", todo="expected newspaper pages")
    return files
