import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.errors import OutputError
from zonekg.graph.exports import order
from zonekg.graph.exports.order import in_order

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=30), st.integers(1, 8))
def test_rows_come_sorted_whatever_is_kept_in_memory(rows, run):
    assert list(in_order(rows, run)) == sorted(rows)


@given(st.lists(texts, max_size=30), st.integers(1, 8))
def test_texts_come_sorted_and_none_is_lost(rows, run):
    assert list(in_order(rows, run)) == sorted(rows)


def test_no_more_than_a_run_is_in_memory():
    taken = 0

    def source():
        nonlocal taken
        for i in range(10):
            taken += 1
            yield f"{9 - i}"

    found = in_order(source(), run=20)
    assert next(found) == "0"
    assert taken == 10
    assert list(found) == list("123456789")


def test_a_full_disk_is_told(monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(order, "TemporaryFile", full)
    with pytest.raises(OutputError, match=r"No space left.*TMPDIR"):
        list(in_order("abc", run=2))
