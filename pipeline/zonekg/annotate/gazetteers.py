"""The small name lists that augmentation draws from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from zonekg.errors import InputError

__all__ = ["Gazetteers", "read_gazetteers"]


class Gazetteers(NamedTuple):
    """Names to put in the place of others.

    places: bare place names by kind (city, county, district); kinds: the kind of a bare place
    name, without those that are places of two kinds; companies: (short, full) names; products:
    what is produced.
    """

    places: dict[str, list[str]]
    kinds: dict[str, str]
    companies: list[tuple[str, str]]
    products: list[str]


def read_gazetteers(folder: Path) -> Gazetteers:
    """Read ``places.tsv``, ``companies.tsv`` and ``products.tsv`` of a folder.

    Lines that begin with # are comments and name the source. Raises InputError, naming file and
    line, where a line has not the columns expected.
    """
    places: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    for name, kind in _rows(folder / "places.tsv", 2):
        places.setdefault(kind, []).append(name)
        kinds[name] = "" if kinds.get(name, kind) != kind else kind
    companies = [(short, full) for short, full in _rows(folder / "companies.tsv", 2)]
    products = [name for (name,) in _rows(folder / "products.tsv", 1)]
    return Gazetteers(places, {k: v for k, v in kinds.items() if v}, companies, products)


def _rows(path: Path, columns: int) -> list[tuple[str, ...]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        cause = getattr(error, "strerror", None) or error
        raise InputError(
            path, f"can't be read: {cause}", todo="see annotations/README.md"
        ) from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        row = tuple(cell.strip() for cell in line.split("\t"))
        if len(row) != columns or not all(row):
            raise InputError(
                path, f"{len(row)} columns {line!r}", line=number, todo=f"expected {columns}"
            )
        rows.append(row)
    if not rows:
        raise InputError(path, "no names", todo="see annotations/README.md")
    return rows
