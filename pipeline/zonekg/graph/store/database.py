"""A DuckDB file opened as a store, and DuckDB's errors in zonekg's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from zonekg.errors import InputError, OutputError, ZonekgError
from zonekg.files import write_error

__all__ = ["VERSION", "connect", "discard", "translated"]

VERSION = 1
"""Of the tables in ``schema.sql``; a store of another version is refused."""

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,  # more gain nothing at this size, and the model wants the cores
    # what an analyst's own DuckDB, not the newest, still opens
    "storage_compatibility_version": "v1.4.0",
}
_LOCKED = "Could not set lock"
_DAMAGED = ("not a valid DuckDB", "Could not read enough bytes", "Corrupt database")
_AGAIN = "move the file away and run the pages again"


def connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a store, made when missing.

    Raises InputError when the file is no store or one of another version, and OutputError when
    another program has it open or the disk says no.
    """
    new = not path.exists()
    with translated(path):
        try:
            db = duckdb.connect(path, read_only=read_only, config=_CONFIG)
        except duckdb.Error as error:
            if new and _LOCKED not in str(error):
                discard(path)  # half made
            raise
        try:
            _prepare(db, path, read_only=read_only)
        except BaseException:
            db.close()
            raise
    return db


def discard(path: Path) -> None:
    """Delete a store and its log, where they are."""
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)


def _prepare(db: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
    """Make the tables of a new file, check the version of an older one."""
    tables = {name for (name,) in db.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables and not read_only:
        schema = files("zonekg.graph.store").joinpath("schema.sql").read_text(encoding="utf-8")
        db.execute("BEGIN")
        db.execute(schema)
        db.execute("INSERT INTO store VALUES (?)", [VERSION])
        db.execute("COMMIT")
        return
    if "store" not in tables:
        raise InputError(path, "a DuckDB file, but no store of zonekg", todo=_AGAIN)
    found = db.execute("SELECT max(version) FROM store").fetchall()[0][0]
    if found != VERSION:
        raise InputError(
            path,
            f"a store of version {found}, expected {VERSION}",
            todo="use the release of zonekg that wrote it, or " + _AGAIN,
        )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what DuckDB raises in the block as InputError, OutputError or KeyboardInterrupt.

    Errors in SQL pass through.
    """
    try:
        yield
    except duckdb.ProgrammingError:
        raise
    except duckdb.Error as error:
        raise _translation(path, str(error)) from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # DuckDB's word for Ctrl-C
            raise KeyboardInterrupt from error
        raise


def _translation(path: Path, told: str) -> ZonekgError:
    if _LOCKED in told:
        holder = re.search(r"PID \d+", told)
        who = f"another program ({holder[0]})" if holder else "another program"
        return OutputError(f"{path}: {who} has it open; close it there, or wait until it is done")
    if "newer version of DuckDB" in told:
        return InputError(path, "written by a newer DuckDB", todo="run: pip install -U duckdb")
    if any(words in told for words in _DAMAGED):
        return InputError(path, "no DuckDB file, or a damaged one", todo=_AGAIN)
    # Failed to commit: Could not write file "…": No space left on device
    return write_error(path, told.partition("\n")[0].rpartition(": ")[2])
