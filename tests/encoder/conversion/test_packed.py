import struct

import numpy as np
import pytest

from packed_toy import FORMS, Toy
from zonekg.encoder.conversion.packed import read_packed
from zonekg.errors import InputError


@pytest.fixture(scope="module")
def toy():
    return Toy()


def test_it_reads_what_was_packed(toy):
    packed = read_packed(toy.data, "toy.bin")
    assert packed.shape == (32, 2, 4, 64, len(toy.pieces) + 3, 24, 2, np.float32(1e-12))
    assert packed.pieces == list(toy.pieces)
    np.testing.assert_allclose(packed.scores, list(toy.pieces.values()), rtol=1e-6)
    assert packed.forms == FORMS
    for name, values in toy.values.items():
        found = packed.vector(name) if values.ndim == 1 else packed.tensor(name, values.shape[1])
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, values, err_msg=name)


def test_it_reads_single_rows_in_the_order_asked_for(toy):
    rows = [7, 0, 7, 3]
    found = read_packed(toy.data, "toy.bin").tensor("emb.word", 32, rows)
    np.testing.assert_array_equal(found, toy.values["emb.word"][rows])


@pytest.mark.parametrize("data", [b"", b"E5", b"E5S2" + bytes(100), b"PK\3\4" + bytes(100)])
def test_a_file_of_another_kind(data):
    with pytest.raises(InputError, match=r"^toy\.bin: begins with b'.*', expected b'E5S1'; "):
        read_packed(data, "toy.bin")


def test_another_version(toy):
    data = toy.data[:4] + struct.pack("<I", 2) + toy.data[8:]
    with pytest.raises(InputError, match="version 2 with blocks of 32, expected 1 and 32"):
        read_packed(data, "toy.bin")


def test_a_file_cut_off_anywhere(toy):
    """Either the head is missing or the last tensor is; no cut passes for a whole file."""
    whole = read_packed(toy.data, "toy.bin")
    last = max(whole.tensors, key=lambda name: whole.tensors[name].start)
    for size in [*range(4, 3000, 7), *range(3000, len(toy.data), 997), len(toy.data) - 1]:
        with pytest.raises(InputError, match=f"^toy.bin: ends at byte {size}, within "):
            read_packed(toy.data[:size], "toy.bin").vector(last)


def test_a_negative_count(toy):
    data = toy.data[:44] + struct.pack("<i", -5) + toy.data[48:]
    with pytest.raises(InputError, match="within its head"):
        read_packed(data, "toy.bin")


def test_tensors_of_another_form(toy):
    packed = read_packed(toy.data, "toy.bin")
    with pytest.raises(InputError, match=r"tensor l0\.q\.w has 1024 values, no rows of 48"):
        packed.tensor("l0.q.w", 48)
    with pytest.raises(InputError, match="has no tensor l9"):
        packed.vector("l9")
