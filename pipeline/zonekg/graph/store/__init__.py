"""The store: what was read from all pages so far, in one DuckDB file.

The truth is the extraction row of each article, kept as it stands in ``extraction.jsonl``. The
graph is always built from these rows, and the analyst's tables (``articles``, ``mentions``,
``relations``, ``events``) are views of them, so nothing can disagree. Beside them stands what the
graph that was written last made of them: ``entities``, ``names`` and ``merges``. See
``schema.sql``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import duckdb

from zonekg.errors import InputError
from zonekg.graph.store.database import connect, discard, translated

__all__ = ["STORE", "Store", "StoredPage", "is_store"]

STORE = "zonekg.duckdb"
"""The name of the store in a folder of results."""

Row = Mapping[str, Any]


class StoredPage(NamedTuple):
    """A page and what read it.

    source: the name that stands in the graph. path: where the file lay. digest: SHA-256 of its
    bytes. model: digest of the model; release: of zonekg; max_characters: the limit of the run.
    """

    source: str
    path: str
    digest: str
    model: str
    release: str
    max_characters: int


class Store:
    """A store, made when missing if `new` and not `read_only`; use it in a ``with`` block.

    Each method that writes is one transaction: it is done wholly or, when it raises or the process
    is killed, not at all. Raises InputError for a file that is no store, and OutputError when
    another program has it open or the disk says no; so do the methods.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "zonekg.duckdb")
    >>> page = StoredPage("a.txt", "/pages/a.txt", "c0ffee", "m", "0.1.0", 2_000_000)
    >>> with Store(path) as store:
    ...     gone = store.add(page, [{"id": "1", "text": "甲", "article": {}, "entities": []}])
    ...     [row["text"] for row in store.rows()]
    ['甲']
    """

    def __init__(self, path: str | Path, *, new: bool = True, read_only: bool = False) -> None:
        self.path = Path(path)
        self._unused = not self.path.exists()
        if self._unused and (read_only or not new):
            raise InputError(path, "no such store", todo="name what 'zonekg run' wrote into")
        self._db = connect(self.path, read_only=read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; a new one that an error left without a page goes."""
        self._db.close()
        if self._unused and error is not None:
            discard(self.path)

    def pages(self) -> list[StoredPage]:
        """The pages by name."""
        return self._pages()

    def contents(self) -> dict[str, tuple[int, str, str]]:
        """For each page, by name, the number of its articles, their first and their last date."""
        rows = self._rows("""
            SELECT source, count(article), coalesce(min(date), ''), coalesce(max(date), '')
            FROM pages LEFT JOIN (SELECT * REPLACE (nullif(date, '') AS date) FROM articles)
            USING (source) GROUP BY source ORDER BY source
        """)
        return {source: (articles, first, last) for source, articles, first, last in rows}

    def rows(self) -> Iterator[dict[str, Any]]:
        """The extraction rows of all articles, by page and place in it, as they were added."""
        with translated(self.path), self._db.cursor() as cursor:
            cursor.execute("SELECT extraction FROM extractions ORDER BY source, position")
            while chunk := cursor.fetchmany(500):
                for (text,) in chunk:
                    yield json.loads(text)

    def add(self, page: StoredPage, rows: Iterable[Row]) -> list[StoredPage]:
        """Put a page's extraction rows in the place of what its name or its path held before.

        Returns the pages that went, at most two.
        """
        found = [
            {
                "source": page.source,
                "position": i,
                "article": row["id"],
                "extraction": json.dumps(row, ensure_ascii=False),
            }
            for i, row in enumerate(rows)
        ]
        with self._transaction():
            gone = self._pages("WHERE source = ? OR path = ?", page.source, page.path)
            if gone:
                self._remove([old.source for old in gone])
            self._fill("pages", [page._asdict()])
            self._fill("extractions", found)
        self._unused = False
        return gone

    def remove(self, sources: Iterable[str]) -> None:
        """Take pages out; raises InputError, and takes out none, when one is not there."""
        sources = list(sources)
        known = {page.source for page in self.pages()}
        for source in sources:
            if source not in known:
                raise InputError(
                    self.path,
                    f"no page of the name {source}",
                    todo="'zonekg pages' lists those that are there",
                )
        with self._transaction():
            self._remove(sources)

    def set_graph(
        self, entities: Iterable[Row], names: Iterable[Row], merges: Iterable[Row] = ()
    ) -> None:
        """Replace what the last graph made of the rows.

        entities: rows of entity (the node), label, entity_type, kind. names: entity, article,
        entity_type, name, mentions. merges: kept and
        gone (nodes) with kept_name and gone_name, entity_type, rule, reason.
        """
        with self._transaction():
            for table, rows in (("entities", entities), ("names", names), ("merges", merges)):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608
                self._fill(table, rows)

    def _pages(self, where: str = "", *values: object) -> list[StoredPage]:
        query = f"SELECT {', '.join(StoredPage._fields)} FROM pages {where} ORDER BY source"  # noqa: S608
        return [StoredPage(*row) for row in self._rows(query, *values)]

    def _rows(self, query: str, *values: object) -> list[Any]:
        with translated(self.path):
            return self._db.execute(query, values).fetchall()

    def _remove(self, sources: list[str]) -> None:
        for table in ("pages", "extractions"):
            self._db.execute(f"DELETE FROM {table} WHERE list_contains(?, source)", [sources])  # noqa: S608

    def _fill(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows of plain values; as one JSON text, which DuckDB takes 20 times faster."""
        described = self._db.execute(f"DESCRIBE {table}").fetchall()
        shape = {name: "VARCHAR" if of == "JSON" else of for name, of, *_ in described}
        self._db.execute(
            f"INSERT INTO {table} BY NAME SELECT unnest(from_json_strict(?, ?), recursive := true)",
            [json.dumps([dict(row) for row in rows]), json.dumps([shape])],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self.path):
            self._db.execute("BEGIN")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # a commit that failed has rolled back
                    self._db.execute("ROLLBACK")
                raise


def is_store(path: str | Path) -> bool:
    """Whether a file is a DuckDB file, by its first bytes."""
    try:
        with Path(path).open("rb") as handle:
            return handle.read(12)[8:] == b"DUCK"
    except OSError:
        return False
