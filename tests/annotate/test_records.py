"""doccano's JSONL, read and written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.annotate.checks import check_file
from zonekg.annotate.records import count_file, read_records, record_lines
from zonekg.errors import AnnotationError

RECORD = {
    "id": "d1",
    "text": "昆山高新区消息，沪光股份签约。",
    "entities": [
        {"id": 1, "label": "PARK", "start_offset": 0, "end_offset": 5},
        {"id": 2, "label": "ORG", "start_offset": 8, "end_offset": 12},
    ],
    "relations": [{"id": 1, "from_id": 2, "to_id": 1, "type": "LOCATED_IN"}],
    "meta": {"genre": "brief"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 40) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def write(path, *records):
    path.write_text("".join(record_lines(records)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": 1,', "not JSON"),
        ("甲", "not JSON"),
        ("{'id': 1}", "not JSON"),
        ('{"id": 1} {"id": 2}', "not JSON"),
        ("[1]", "a JSON list, expected an object"),
        ('"text"', "a JSON str, expected an object"),
        ("null", "a JSON NoneType, expected an object"),
        ("[" * 100_000, "not JSON"),
        ('{"id": ' + "1" * 5000 + "}", "not JSON"),
    ],
    ids=["cut", "text", "quotes", "two", "list", "str", "null", "deep", "long number"],
)
def test_a_line_that_is_no_object(line, problem, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 0, "text": "甲"}\n\n' + line + '\n{"id": 1, "text": "乙"}\n')
    with pytest.raises(AnnotationError, match=problem) as caught:
        list(read_records(path))
    assert (caught.value.path, caught.value.line) == (str(path), 3)
    (finding,) = check_file(path)
    assert (finding.path, finding.line) == (str(path), 3)
    assert problem in finding.problem


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = write(tmp_path / "a.jsonl", RECORD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_file(path) == []
    assert list(read_records(path)) == [(1, RECORD)]


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85", "\f", "\v", "\x1c"], ids=ascii)
def test_a_string_may_hold_any_line_end_but_lf(char, tmp_path):
    text = f"甲{char}乙"
    path = write(tmp_path / "a.jsonl", {"id": 1, "text": text}, {"id": 2, "text": text})
    assert [(n, r["text"]) for n, r in read_records(path)] == [(1, text), (2, text)]
    raw = "".join(f'{{"id": {i}, "text": "甲\u2028乙"}}\n' for i in (1, 2))
    path.write_text(raw, encoding="utf-8", newline="")
    assert [n for n, _ in read_records(path)] == [1, 2]


def test_crlf_and_blank_lines_are_counted(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\r\n{"id": 1, "text": "a"}\r\n   \r\n{"id": 2, "text": ""}\r\n')
    assert [n for n, _ in read_records(path)] == [2, 4]
    assert [f.line for f in check_file(path)] == [4]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_another_encoding(encoding, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id": 1, "text": "开发区"}\n'.encode(encoding))
    with pytest.raises(AnnotationError, match="not UTF-8 at byte") as caught:
        list(read_records(path))
    assert caught.value.path == str(path)
    assert check_file(path)[0].path == str(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(AnnotationError, match=r"gone\.jsonl: No such file"):
        list(read_records(tmp_path / "gone.jsonl"))


def test_an_empty_file_has_no_documents(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n\n")
    assert list(read_records(path)) == []


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["meta", "text", "id", "extra", "same_as", "entities", "a"]), JSON
        ),
        max_size=4,
    )
)
def test_lines_give_the_records_back(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    lines = list(record_lines(records))
    assert all(line.count("\n") == 1 and line.endswith("\n") for line in lines)
    path.write_text("".join(lines), encoding="utf-8", newline="")
    again = [record for _, record in read_records(path)]
    assert json.dumps(again) == json.dumps([json.loads(line) for line in lines])
    assert [sorted(record) for record in again] == [sorted(record) for record in records]


def test_lines_have_a_fixed_order_of_keys_and_readable_chinese():
    record = {"z": 1, "meta": {}, "text": "开发区", "id": 1, "relations": [], "entities": []}
    assert list(record_lines([record])) == [
        '{"id": 1, "text": "开发区", "entities": [], "relations": [], "meta": {}, "z": 1}\n'
    ]


def test_counts(tmp_path):
    path = write(tmp_path / "a.jsonl", RECORD, {"id": 2, "text": "开发区"}, {**RECORD, "id": "d3"})
    assert count_file(path) == {"documents": 3, "characters": 33, "entities": 4, "relations": 2}
