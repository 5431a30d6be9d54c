"""Bytes to text: every encoding that papers come in, and every kind of file that is no text."""

import codecs
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.errors import EncodingError, InputError
from zonekg.ingest import read_page, read_pages
from zonekg.ingest.reading import decode, read_text

ROOT = Path(__file__).parents[2]
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
PLAIN = "阳泉高新区谋划实施项目65个，总投资332亿元。"
# the comma is no text in UTF-8 when it stands in UTF-16, nor in GB18030
START = "科学导报讯，"
EVERYDAY = [
    bytes([lead, trail]).decode("gb2312")
    for lead in range(0xB0, 0xD8)
    for trail in range(0xA1, 0xFF if lead < 0xD7 else 0xFA)
]
WITHOUT_MARK = ["utf-8", "utf-16-le", "utf-16-be", "gb18030"]
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def everyday_text():
    return st.text(st.sampled_from(EVERYDAY), min_size=20, max_size=80).map(START.__add__)


def test_everyday_hanzi_are_the_first_level_of_gb_2312():
    assert len(EVERYDAY) == 3755


@pytest.mark.parametrize("encoding", WITHOUT_MARK)
@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "开发区",
        "项目启动\r\n总投资3.2亿元\r\n",
        "浙江𬭁石、𠮷利、𮧵牌和童𬭁都在区里开工建设",
        "镕㙍䶮堃喆头衔之外，园区项目建设如火如荼推进",
        "项目€1200万，占地36㎡，CO₂捕集，温度±2℃，建设①期工程",
        "建设\ue5e5项目\ue7c7区",
    ],
    ids=["plain", "three", "crlf", "astral", "rare", "symbols", "private use"],
)
def test_text_without_a_mark(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("text", [PLAIN, "plain ASCII", "𠮷", "項目の建設"])
def test_a_byte_order_mark_decides_and_goes(text, encoding):
    assert decode(MARKS[encoding] + text.encode(encoding)) == (text, encoding)


def test_gbk_and_gb2312_are_read_as_gb18030():
    assert decode(PLAIN.encode("gb2312")) == (PLAIN, "gb18030")
    assert decode((PLAIN + "镕").encode("gbk")) == (PLAIN + "镕", "gb18030")


def test_gb18030_has_characters_of_four_bytes():
    text = PLAIN + "𠮷㐂﨎₂"
    data = text.encode("gb18030")
    assert any(len(c.encode("gb18030")) == 4 and ord(c) < 0x10000 for c in text)
    assert any(len(c.encode("gb18030")) == 4 and ord(c) > 0xFFFF for c in text)
    assert decode(data) == (text, "gb18030")


@given(everyday_text(), st.sampled_from(WITHOUT_MARK))
def test_any_everyday_chinese_is_read_in_its_encoding(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)


@given(
    st.lists(st.sampled_from(EVERYDAY), min_size=40, max_size=80),
    st.lists(st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF), max_size=8),
    st.sampled_from(WITHOUT_MARK),
    st.randoms(use_true_random=False),
)
def test_astral_names_among_everyday_chinese(everyday, astral, encoding, random):
    chars = everyday + astral
    random.shuffle(chars)
    text = START + "".join(chars)
    assert decode(text.encode(encoding)) == (text, encoding)


@given(st.text(min_size=1), st.sampled_from(sorted(MARKS)))
def test_with_a_mark_any_text_is_read_or_refused_as_binary(text, encoding):
    data = MARKS[encoding] + text.encode(encoding)
    try:
        found = decode(data)
    except EncodingError as error:
        found = error.found
    assert found == (text, encoding) or "control characters" in found


@given(st.binary(max_size=200))
def test_any_bytes_are_read_back_or_refused(data):
    try:
        text, encoding = decode(data, "page.txt")
    except EncodingError as error:
        message, again = str(error), [data]
    else:
        message, bare = "page.txt: ", text.encode(encoding)
        again = [bare, MARKS.get(encoding, b"") + bare]
    assert message.startswith("page.txt: ")
    assert data in again


@pytest.mark.parametrize("encoding", [*WITHOUT_MARK, "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_a_page_is_the_same_in_every_encoding(seed, encoding, tmp_path):
    copy = tmp_path / seed.name
    copy.write_bytes(seed.read_text(encoding="utf-8").encode(encoding))
    first, again = read_page(seed, seed.parent), read_page(copy, tmp_path)
    assert again.articles == first.articles
    assert again.dropped == first.dropped


TRADITIONAL = "開發區建設項目總投資三百三十二億元，目前已開工項目四十四個。推動經濟高質量發展。" * 3
JAPANESE = "開発区の建設プロジェクトは総投資額が三百億円で、四十四件が着工しています。" * 3
FRENCH = "Le développement de la zone était déjà évalué à l'été, où l'activité s'élève. " * 3
RUSSIAN = "Общий объём инвестиций в экономическую зону растёт. " * 3
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDAT"
FOREIGN = {
    "big5": TRADITIONAL.encode("big5"),
    "shift_jis": JAPANESE.encode("shift_jis"),
    "euc_jp": JAPANESE.encode("euc_jp"),
    "latin_1": FRENCH.encode("latin_1"),
    "cp1252": (FRENCH + "“œuvre”").encode("cp1252"),
    "cp1251": RUSSIAN.encode("cp1251"),
    "koi8_r": RUSSIAN.encode("koi8_r"),
    "png": PNG,
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n",
    "every byte": bytes(range(256)),
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\5\0\0\0",
    "utf-32 without a mark": PLAIN.encode("utf-32-le"),
}


def refused(path):
    with pytest.raises(EncodingError) as caught:
        read_text(path)
    return caught.value


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_chinese_text_is_refused_with_file_and_byte(name, tmp_path):
    path = tmp_path / "page.txt"
    path.write_bytes(FOREIGN[name])
    error = refused(path)
    assert error.path == str(path)
    match = re.search(r"byte (\d+)", str(error))
    assert match, str(error)
    with pytest.raises(UnicodeDecodeError) as bad:
        FOREIGN[name].decode("utf-8")
    assert int(match[1]) == bad.value.start
    told = re.search(r"GB18030 \(byte (\d+)", str(error))
    try:
        FOREIGN[name].decode("gb18030")
    except UnicodeDecodeError as wrong:
        breaks = str(wrong.start)
    else:
        breaks = None
    assert (told and told[1]) == breaks
    assert "save the page as UTF-8" in str(error)


def test_a_zip_file_is_refused(tmp_path):
    path = tmp_path / "page.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", PLAIN * 200)
    error = refused(path)
    assert error.path == str(path)
    assert re.search(r"byte \d+", str(error))


def test_an_ascii_file_of_control_characters_is_binary(tmp_path):
    path = tmp_path / "page.txt"
    path.write_bytes(b"\x01\x02\x03abc\x1b" * 20)
    assert "control characters" in refused(path).found


@pytest.mark.parametrize("cut", [1, 2])
def test_truncated_utf8_is_refused_at_the_byte_where_it_breaks(cut, tmp_path):
    path = tmp_path / "page.txt"
    data = (PLAIN * 50).encode()[: -3 - cut]
    path.write_bytes(data)
    last = len(data) - (3 - cut)
    assert f"byte {last} " in str(refused(path))


def test_one_wrong_byte_in_the_middle_is_named(tmp_path):
    path = tmp_path / "page.txt"
    before = (PLAIN * 30).encode()
    path.write_bytes(before + b"\xff" + before)
    assert f"byte {len(before)} " in str(refused(path))


@pytest.mark.parametrize("encoding", MARKS)
def test_bytes_that_break_what_the_mark_promises(encoding, tmp_path):
    path = tmp_path / "page.txt"
    data = MARKS[encoding] + PLAIN.encode(encoding)
    bad = {"utf-8": b"\xff", "utf-16-le": b"\0\xdc\x41\0", "utf-16-be": b"\xdc\0\0\x41"}
    path.write_bytes(data + bad.get(encoding, b"\xff\xff\xff\xff") + b"\0\0\0\0")
    error = refused(path)
    assert f"mark says {encoding}" in str(error)
    assert f"byte {len(data)} " in str(error), "counted from the beginning of the file"


def test_a_nul_in_utf8_is_refused_and_named(tmp_path):
    path = tmp_path / "page.txt"
    before = PLAIN.encode()
    path.write_bytes(before + b"\0" + before)
    assert f"byte {len(before)} " in str(refused(path))


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 64, b" \t\r\n\n", "\u3000\n\u3000".encode(), *MARKS.values(), b"\xff\xfe \0\n\0"],
    ids=["none", "nul", "blank", "wide blank", *MARKS, "blank utf-16"],
)
def test_empty_and_blank_files(data, tmp_path):
    path = tmp_path / "page.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"page\.txt: (an empty file|nothing but white space)"):
        read_text(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"gone\.txt: can't be read: No such file"):
        read_text(tmp_path / "gone.txt")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        read_text(tmp_path)


def test_read_pages_goes_on_after_a_bad_file(tmp_path):
    (tmp_path / "b.txt").write_bytes(PNG)
    (tmp_path / "a.txt").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.MD").write_text(PLAIN, encoding="gb18030")
    (tmp_path / "d.png").write_bytes(PNG)
    first, second, third = read_pages(tmp_path)
    assert (first.source, first.encoding) == ("a.txt", "utf-8")
    assert isinstance(second, EncodingError)
    assert second.path == str(tmp_path / "b.txt")
    assert (third.source, third.encoding) == ("sub/c.MD", "gb18030")


def test_read_pages_says_when_there_is_nothing_to_read(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        next(read_pages(tmp_path / "gone"))
    with pytest.raises(InputError, match=r"no \.txt or \.md file"):
        next(read_pages(tmp_path))


def test_a_truncated_gb18030_page_is_refused_at_the_byte_where_it_breaks(tmp_path):
    path = tmp_path / "page.txt"
    data = (PLAIN * 50).encode("gb18030")[:-1]
    path.write_bytes(data)
    assert re.search(rf"byte {len(data) - 1}\b", str(refused(path)))
