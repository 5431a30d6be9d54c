import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers.normalizers import Precompiled

from zonekg.encoder.conversion import charsmap
from zonekg.encoder.conversion.charsmap import pack_charsmap

CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@given(
    st.dictionaries(CHARACTERS, st.text(CHARACTERS, min_size=1, max_size=3), max_size=50),
    st.lists(CHARACTERS),
)
def test_the_normaliser_does_what_the_table_says(forms, others):
    normaliser = Precompiled(pack_charsmap(forms))
    for character in [*forms, *others]:
        assert normaliser.normalize_str(character) == forms.get(character, character)


def test_no_other_character_changes():
    forms = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    forms |= {"…": "...", "\xa0": "▁", " ": "▁", "𝐀": "A", "丽": "丽"}
    normaliser = Precompiled(pack_charsmap(forms))
    for code in [*range(1, 0xD800), *range(0xE000, 0x11000), *range(0x1D3F0, 0x1D500)]:
        assert normaliser.normalize_str(chr(code)) == forms.get(chr(code), chr(code))


def test_the_order_of_the_table_does_not_show():
    forms = {"，": ",", "１": "1", "…": "..."}
    assert pack_charsmap(forms) == pack_charsmap(dict(reversed(forms.items())))


def test_every_process_packs_the_same_bytes():
    """Sets of strings have another order in each."""
    code = (
        "from zonekg.encoder.conversion.charsmap import pack_charsmap\n"
        "print(pack_charsmap({chr(0xFEE0 + i): chr(i) for i in range(33, 127)}).hex())"
    )
    packed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in "123"
    }
    assert len(packed) == 1


def test_a_table_too_large(monkeypatch):
    monkeypatch.setattr(charsmap, "_OFFSETS", 64)
    with pytest.raises(ValueError, match="64 units"):
        pack_charsmap({"，": ","})
