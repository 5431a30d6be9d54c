"""Annotated documents as Docs and Examples, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.util import registry

from zonekg.annotate.checks import check_record
from zonekg.annotate.corpus import (
    doc_to_record,
    read_corpus,
    read_docs,
    record_files,
    record_to_doc,
)
from zonekg.annotate.inline import parse_records
from zonekg.annotate.records import record_lines
from zonekg.docs import Relation, groups, relations
from zonekg.errors import AnnotationError

BODY = (
    "[[K1|昆山高新区]]消息，[[O1|沪光股份]]在[[K1|高新区]]投建[[P1|𠮷线项目]]。"
    "[[O1|沪光股份]]供货。"
)
LINES = ["O1#1 INVESTS_IN P1", "P1 LOCATED_IN K1"]


def record(body=BODY, *lines, key="d"):
    (found,) = parse_records("\n".join([f"=== {key}", "", body, "---", *(lines or LINES), ""]))
    return found


def write(path, *records):
    path.write_text("".join(record_lines(records)), encoding="utf-8")
    return path


def test_mentions_relations_and_groups(nlp):
    doc = record_to_doc(record(), nlp)
    assert [(e.text, e.label_) for e in doc.ents] == [
        ("昆山高新区", "PARK"),
        ("沪光股份", "ORG"),
        ("高新区", "PARK"),
        ("𠮷线项目", "PROJECT"),
        ("沪光股份", "ORG"),
    ]
    assert relations(doc) == [Relation(1, 3, "INVESTS_IN"), Relation(3, 2, "LOCATED_IN")]
    assert groups(doc) == [0, 1, 0, 3, 1]
    assert doc.user_data["id"] == "d"
    assert doc.text == record()["text"]


def test_entities_need_not_be_in_order(nlp):
    row = record()
    row["entities"] = [{**e, "id": 90 - e["id"]} for e in reversed(row["entities"])]
    row["relations"] = [
        {**r, "from_id": 90 - r["from_id"], "to_id": 90 - r["to_id"]} for r in row["relations"]
    ]
    row["same_as"] = [[89, 87]]
    mirrored, plain = record_to_doc(row, nlp), record_to_doc(record(), nlp)
    assert [e.text for e in mirrored.ents] == [e.text for e in plain.ents]
    assert relations(mirrored) == relations(plain)
    assert groups(mirrored) == groups(plain)


def test_a_doc_gives_its_record_back(nlp):
    assert doc_to_record(record_to_doc(record(), nlp), "d") == record() | {"same_as": [[1, 3]]}


def test_groups_of_one_wording_are_not_written(nlp):
    row = record("[[O1|甲公司]]、[[O1|甲公司]]", "// none")
    assert "same_as" not in doc_to_record(record_to_doc(row, nlp), "d")


@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="[]\\\n"), max_size=6
            ),
            st.sampled_from(["ORG", "PARK", "PROJECT", "MONEY", None]),
        ),
        max_size=8,
    )
)
def test_any_record_without_a_fault_becomes_a_doc_and_comes_back(nlp, parts):
    entities, text = [], "文"
    for quote, label in parts:
        if label and quote:
            row = {"id": len(entities) + 1, "label": label, "start_offset": len(text)}
            entities.append(row | {"end_offset": len(text) + len(quote)})
        text += quote
    row = {"id": "d", "text": text, "entities": entities, "relations": []}
    faulty = {problem.split()[1] for problem, _ in check_record(row)}
    row["entities"] = [e for e in entities if str(e["id"]) not in faulty]
    for i, entity in enumerate(row["entities"], start=1):
        entity["id"] = i
    assert list(check_record(row)) == []
    assert doc_to_record(record_to_doc(row, nlp), "d") == row


@pytest.mark.parametrize("left_out", ["entities", "relations", "same_as"])
def test_a_field_that_may_be_left_out_counts_as_empty(left_out, nlp, tmp_path):
    row = {"id": 1, "text": "开发区", "entities": [], "relations": [], "same_as": []}
    del row[left_out]
    assert list(check_record(row)) == []
    (doc,) = read_docs(write(tmp_path / "a.jsonl", row), nlp)
    assert (doc.text, list(doc.ents), relations(doc)) == ("开发区", [], [])


def test_ids_become_text(nlp):
    assert record_to_doc({**record(), "id": 7}, nlp).user_data["id"] == "7"


def test_docs_of_a_folder_come_in_the_order_of_file_names(nlp, tmp_path):
    for name in ("b.jsonl", "a.jsonl", "c.txt"):
        write(tmp_path / name, record(key=name))
    assert [p.name for p in record_files(tmp_path)] == ["a.jsonl", "b.jsonl"]
    assert [d.user_data["id"] for d in read_docs(tmp_path, nlp)] == ["a.jsonl", "b.jsonl"]


def test_nothing_to_read(tmp_path):
    for path in (tmp_path, tmp_path / "gone.jsonl"):
        with pytest.raises(
            AnnotationError, match="no annotated documents; expected JSONL"
        ) as caught:
            record_files(path)
        assert caught.value.path == str(path)


def test_the_first_fault_stops_reading_with_its_line(nlp, tmp_path):
    bad = {**record(key="e"), "relations": [{"id": 1, "from_id": 4, "to_id": 2, "type": "BUILDS"}]}
    path = write(tmp_path / "a.jsonl", record(), bad, bad)
    docs = read_docs(path, nlp)
    assert next(docs).user_data["id"] == "d"
    with pytest.raises(AnnotationError, match="BUILDS can't run from PROJECT to ORG") as caught:
        next(docs)
    assert (caught.value.path, caught.value.line) == (str(path), 2)
    assert "zonekg annotations check" in str(caught.value)


def test_a_span_that_is_no_tokens_is_told(nlp):
    row = record()
    row["entities"][0]["end_offset"] = 99
    with pytest.raises(ValueError, match="entity 1 does not begin and end on tokens"):
        record_to_doc(row, nlp)


def test_the_reader_gives_examples_that_hide_the_answers(nlp, tmp_path):
    reader = read_corpus(str(write(tmp_path / "a.jsonl", record())))
    for _ in range(2):  # one epoch each
        (example,) = reader(nlp)
        assert example.predicted.text == example.reference.text == record()["text"]
        assert not example.predicted.ents
        assert relations(example.predicted) == []
        assert len(example.reference.ents) == 5
        assert len(relations(example.reference)) == 2


def test_the_reader_is_registered_for_configs():
    assert registry.readers.get("zonekg.AnnotatedCorpus.v1") is read_corpus
