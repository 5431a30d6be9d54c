"""The splits of the committed annotations, each read once."""

import pytest
from committed import FOLDER, rows

from zonekg.annotate.audit import read_splits


@pytest.fixture(scope="session")
def entries():
    return read_splits(FOLDER)


@pytest.fixture(scope="session")
def train():
    return [row for path in sorted((FOLDER / "train").glob("*.jsonl")) for row in rows(path)]


@pytest.fixture(scope="session")
def dev():
    return rows("dev/dev.jsonl")


@pytest.fixture(scope="session")
def test():
    return rows("test/test.jsonl")


@pytest.fixture(scope="session")
def gold():
    return rows("seeds/gold.jsonl")
