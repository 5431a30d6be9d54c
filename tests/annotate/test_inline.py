"""The inline format: there and back without a loss, and errors that name file and line."""

import pytest
import spacy
from hypothesis import assume, example, given
from hypothesis import strategies as st

from zonekg.annotate.checks import check_record
from zonekg.annotate.corpus import record_to_doc
from zonekg.annotate.inline import format_records, parse_records
from zonekg.docs import groups
from zonekg.errors import AnnotationError
from zonekg.schema import default_schema

NLP = spacy.blank("zh")
SAMPLE = """=== js-001
genre: brief
year: 2021

[[K1|昆山高新区]]消息，[[O1|沪光股份]]在[[K1|高新区]]投建[[P1|智能线束项目]]，总投资[[M1|3亿元]]。
---
O1 INVESTS_IN P1
P1 LOCATED_IN K1
P1 TOTAL_INVESTMENT M1

"""


def parse(text, source="a.txt"):
    return list(parse_records(text, source))


def document(body, *relations):
    return "\n".join(["=== d", "", body, "---", *relations, ""])


def one(body, *relations):
    (record,) = parse(document(body, *relations))
    return record


def quotes(record):
    rows = record["entities"]
    return [record["text"][r["start_offset"] : r["end_offset"]] for r in rows]


def test_the_sample():
    text = "昆山高新区消息，沪光股份在高新区投建智能线束项目，总投资3亿元。"
    spans = [
        ("PARK", 0, 5),
        ("ORG", 8, 12),
        ("PARK", 13, 16),
        ("PROJECT", 18, 24),
        ("MONEY", 28, 31),
    ]
    assert parse(SAMPLE) == [
        {
            "id": "js-001",
            "text": text,
            "entities": [
                {"id": i, "label": label, "start_offset": start, "end_offset": end}
                for i, (label, start, end) in enumerate(spans, start=1)
            ],
            "relations": [
                {"id": 1, "from_id": 2, "to_id": 4, "type": "INVESTS_IN"},
                {"id": 2, "from_id": 4, "to_id": 3, "type": "LOCATED_IN"},
                {"id": 3, "from_id": 4, "to_id": 5, "type": "TOTAL_INVESTMENT"},
            ],
            "same_as": [[1, 3]],
            "meta": {"genre": "brief", "year": "2021"},
        }
    ]
    assert list(check_record(parse(SAMPLE)[0])) == []
    assert "".join(format_records(parse(SAMPLE))) == SAMPLE


def test_a_file_without_documents_is_empty():
    assert parse("") == parse("\n\n") == parse("\ufeff") == []


def test_a_byte_order_mark_is_skipped():
    assert parse("\ufeff" + SAMPLE) == parse(SAMPLE)


def test_a_document_needs_neither_head_nor_relations():
    assert parse("=== d\n\n甲\n") == [{"id": "d", "text": "甲", "entities": [], "relations": []}]
    assert parse("=== d\n\n甲") == parse("=== d\n\n甲\n---\n")


def test_documents_follow_each_other():
    assert [r["id"] for r in parse(SAMPLE + "=== b\n\n甲\n\n=== c\n\n乙\n---\n")] == [
        "js-001",
        "b",
        "c",
    ]


def test_blank_lines_inside_the_text_stay():
    assert one("甲\n\n乙\n\n")["text"] == "甲\n\n乙"


def test_relation_lines_may_be_blank_or_comments():
    record = one("[[O1|甲]]建[[P1|乙]]", "", "// 工程总承包", "O1 BUILDS P1", "")
    assert [r["type"] for r in record["relations"]] == ["BUILDS"]


def test_a_relation_joins_the_nearest_mentions():
    record = one("[[O1|甲]]在此。[[P1|乙]]由[[O1|甲]]建，[[P1|乙]]大。", "O1 BUILDS P1")
    assert record["relations"][0] == {"id": 1, "from_id": 3, "to_id": 2, "type": "BUILDS"}


@pytest.mark.parametrize(
    ("ends", "pair"), [("O1#1 P1#2", (1, 4)), ("O1#2 P1", (3, 2)), ("O1 P1#2", (3, 4))]
)
def test_a_relation_may_pick_its_mentions(ends, pair):
    head, tail = ends.split()
    record = one("[[O1|甲]]在此。[[P1|乙]]由[[O1|甲]]建，[[P1|乙]]大。", f"{head} BUILDS {tail}")
    assert (record["relations"][0]["from_id"], record["relations"][0]["to_id"]) == pair


def test_a_relation_within_one_tag_joins_two_mentions():
    record = one("[[K1|甲园]]与[[K1|乙园]]", "K1 LOCATED_IN K1")
    assert (record["relations"][0]["from_id"], record["relations"][0]["to_id"]) == (1, 2)


def test_equal_wordings_need_no_group():
    assert "same_as" not in one("[[O1|甲]]和[[O1|甲]]")
    assert one("[[O1|甲]]和[[O1|甲厂]]、[[O1|甲]]")["same_as"] == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\[\[O1|甲\]\]", "[[O1|甲]]"),
        (r"甲\\乙", "甲\\乙"),
        (r"\=== x", "=== x"),
        ("甲\n\\---\n乙", "甲\n---\n乙"),
        ("甲\n\\- 乙", "甲\n- 乙"),
        (r"\甲", "甲"),
        ("a[1] 乙", "a[1] 乙"),
        ("--- 乙", "--- 乙"),
        ("甲=== 乙", "甲=== 乙"),
    ],
)
def test_escapes(body, text):
    assert one(body)["text"] == text


def test_escapes_do_not_move_offsets():
    record = one(r"\[1\] 𠮷\\[[O1|甲\[乙\]丙]]、[[P1|丁]]")
    assert record["text"] == "[1] 𠮷\\甲[乙]丙、丁"
    assert quotes(record) == ["甲[乙]丙", "丁"]


# -- there and back

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "\n", "\n\n", "===", "=== x", "---", "-", "=", "\\", "\\\\", "[[", "]]", "[", "]",
                "|", "[[O1|", "\\[", "\\]", "\n---\n", "\n=== x\n", "\n\\---", "\n\\", "𠮷",
                "高新区", "（一期）", "O1 BUILDS P1", "// x", ":", "k: v", " ", "\u2028", "\x85",
                "\r", "\r\n", "\t", "甲公司",
            ]
        ),
        st.text(max_size=5),
    ),
    min_size=1,
    max_size=15,
)  # fmt: skip
LABELS = list(default_schema().entities)


@st.composite
def records(draw):
    """A record without a fault, ids in text order, as `parse_records` numbers them."""
    parts = draw(PIECES)
    text = "".join(parts)
    entities, at = [], 0
    for part in parts:
        start, at = at, at + len(part)
        label = draw(st.sampled_from([None, *LABELS]))
        if part and label:
            entities.append(
                {"id": len(entities) + 1, "label": label, "start_offset": start, "end_offset": at}
            )
    record = {"id": draw(st.sampled_from(["d", "sx-01", "=", "甲"])), "text": text}
    record |= {"entities": entities, "relations": []}
    faulty = {problem.split()[1] for problem, _ in check_record(record)}
    entities = [row for row in entities if str(row["id"]) not in faulty]
    for i, row in enumerate(entities, start=1):
        row["id"] = i
    record["entities"] = entities
    if len(entities) > 1:
        pairs = st.tuples(*[st.integers(1, len(entities))] * 2)
        for head, tail in draw(st.lists(pairs, max_size=4, unique=True)):
            ends = (entities[head - 1]["label"], entities[tail - 1]["label"])
            fits = [k for k in default_schema().relations if default_schema().allows(k, *ends)]
            if head != tail and fits:
                row = {"id": len(record["relations"]) + 1, "from_id": head, "to_id": tail}
                record["relations"].append(row | {"type": draw(st.sampled_from(fits))})
        label = draw(st.sampled_from(LABELS))
        group = [row["id"] for row in entities if row["label"] == label]
        if len(group) > 1 and draw(st.booleans()):
            record["same_as"] = [draw(st.permutations(group))]
    if meta := draw(
        st.dictionaries(
            st.sampled_from(["genre", "a_1"]), st.sampled_from(["", "甲 乙", "=== x", "[["])
        )
    ):
        record["meta"] = meta
    return record


def same_things(record):
    doc = record_to_doc(record, NLP)
    return groups(doc)


@given(records())
@example({"id": "d", "text": "甲\n\n乙", "entities": [], "relations": []})
@example({"id": "d", "text": "\n甲", "entities": [], "relations": []})
@example({"id": "d", "text": "甲\n", "entities": [], "relations": []})
def test_a_record_comes_back(record):
    assume(not list(check_record(record)))
    (again,) = parse("".join(format_records([record])))
    assert again | {"same_as": None} == record | {"same_as": None}
    assert same_things(again) == same_things(record)


@given(st.lists(records(), max_size=4))
def test_inline_text_comes_back(rows):
    assume(not any(list(check_record(record)) for record in rows))
    text = "".join(format_records(rows))
    again = parse(text)
    assert [record["id"] for record in again] == [record["id"] for record in rows]
    assert "".join(format_records(again)) == text


@given(records())
def test_entities_and_relations_may_stand_in_any_order(record):
    shuffled = {**record, "entities": record["entities"][::-1]}
    assert list(format_records([shuffled])) == list(format_records([record]))


@given(
    st.lists(
        st.sampled_from([*SAMPLE, "[[", "]]", "\n---\n", "\n=== x\n", "\\", "O1", "\n"]),
        max_size=40,
    )
)
def test_any_text_is_read_or_refused_with_its_line(parts):
    text = "=== d\n\n" + "".join(parts)
    try:
        found = parse(text)
    except AnnotationError as error:
        found, told = [], (error.path, error.line)
    else:
        told = ("a.txt", 1)
    assert told[0] == "a.txt"
    assert 1 <= told[1] <= text.count("\n") + 1
    for record in found:
        assert record["text"]
        assert "overlap" not in " ".join(p for p, _ in check_record(record, style=False))


# -- errors


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("甲\n" + SAMPLE, 1, "text before the first '=== id' line"),
        ("\n\n甲\n" + SAMPLE, 3, "text before the first '=== id' line"),
        ("=== \n\n甲\n", 1, "text before the first '=== id' line"),
        ("=== d\n甲\n\n乙\n", 2, "'甲' in the head; write 'key: value', then a blank line"),
        ("=== d\n1x: 甲\n\n乙\n", 2, "'1x: 甲' in the head"),
        ("=== d\n", 1, "a document without text"),
        ("=== d\na: b\n\n\n---\n", 1, "a document without text"),
        (document("甲\n[[甲"), 4, r"'\[\[甲'; write \[\[O1\|..\]\] or"),
        (document("[[O|甲]]"), 3, "write"),
        (document("[[o1|甲]]"), 3, "write"),
        (document("甲\n\n[[O1|甲[[P1|乙]]]]"), 5, "a mark inside the mark O1"),
        (document("[[Z1|甲]]"), 3, "mark letter Z; use one of O, K, P, M"),
        (document("甲]]"), 3, "'\\]\\]' without '\\[\\['"),
        (document("[[O1|]]"), 3, "the mark O1 is empty"),
        (document("[[O1|甲"), 3, "the mark O1 is never closed"),
        (document("甲\n[[O1|甲\n乙"), 4, "the mark O1 is never closed"),
        (document("[[O1|甲]]", "O1 BUILDS"), 5, "relation 'O1 BUILDS'; write 'O1 INVESTS_IN P1'"),
        (document("[[O1|甲]]", "", "O1 BUILDS P1"), 6, "no mention is tagged P1"),
        (document("[[O1|甲]][[P1|乙]]", "O1 OWNS P1"), 5, "type OWNS; use one of INVESTS_IN"),
        (document("[[O1|甲]][[P1|乙]]", "O1#2 BUILDS P1"), 5, "no such mention"),
        (document("[[O1|甲]][[P1|乙]]", "O1 BUILDS P1#2"), 5, "no such mention"),
        (document("[[O1|甲]][[P1|乙]]", "O1#0 BUILDS P1"), 5, "no such mention"),
        (document("[[K1|甲]]", "K1 LOCATED_IN K1"), 5, "relation 'K1 LOCATED_IN K1'"),
        (SAMPLE + "=== d\n\n[[O1|甲\n", 13, "never closed"),
    ],
)
def test_an_error_names_file_and_line(text, line, message):
    with pytest.raises(AnnotationError, match=message) as caught:
        parse(text)
    assert (caught.value.path, caught.value.line) == ("a.txt", line)
    assert str(caught.value).startswith(f"a.txt:{line}: ")


def test_documents_before_an_error_are_given():
    rows = parse_records(SAMPLE + "=== d\n", "a.txt")
    assert next(rows)["id"] == "js-001"
    with pytest.raises(AnnotationError):
        next(rows)
