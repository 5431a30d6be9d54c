"""Agreement of two annotators."""

import copy

import pytest

from zonekg.annotate.agreement import Difference, compare
from zonekg.annotate.inline import parse_records
from zonekg.annotate.records import record_lines
from zonekg.errors import AnnotationError

TEXT = """=== d

[[K1|昆山高新区]]消息。[[O1|沪光股份]]在[[K1|高新区]]投建[[P1|线束项目]]，总投资[[M1|3亿元]]。
---
O1 INVESTS_IN P1
P1 LOCATED_IN K1
P1 TOTAL_INVESTMENT M1

=== e

[[O1|乙公司]]签约。
---
"""


@pytest.fixture
def records():
    return list(parse_records(TEXT))


def write(path, records):
    path.write_text("".join(record_lines(records)), encoding="utf-8")
    return path


@pytest.fixture
def agreement(records, tmp_path):
    """A function: what the second annotator changes -> the agreement with the first."""

    def run(change):
        other = copy.deepcopy(records)
        change(other)
        return compare(write(tmp_path / "a.jsonl", records), write(tmp_path / "b.jsonl", other))

    return run


def test_with_oneself(agreement):
    same = agreement(lambda rows: rows.reverse())
    assert same.differences == []
    for scores in (same.entities["micro"], same.relations["micro"], same.same_as["micro"]):
        assert (scores["p"], scores["r"], scores["f"]) == (100, 100, 100)
    assert same.entities["micro"]["gold"] == 6
    assert same.relations["micro"]["gold"] == 3
    assert same.same_as["micro"]["gold"] == 1


def test_a_mention_that_only_one_has(agreement):
    def change(rows):
        del rows[1]["entities"][0]

    found = agreement(change)
    assert found.differences == [Difference("e", "the first", "ORG 乙公司", "乙公司签约。", (0, 3))]
    assert str(found.differences[0]) == "[e] only the first: ORG 乙公司 「乙公司签约。」"
    assert found.entities["ORG"] == {"p": 50.0, "r": 100.0, "f": 66.67, "predicted": 2, "gold": 1}
    assert found.entities["PARK"]["f"] == 100


def test_another_span_is_a_difference_on_both_sides(agreement):
    def change(rows):
        rows[1]["entities"][0]["start_offset"] = 1

    found = agreement(change)
    assert [(d.side, d.what) for d in found.differences] == [
        ("the first", "ORG 乙公司"),
        ("the second", "ORG 公司"),
    ]
    assert found.entities["ORG"]["f"] == 50


def test_another_label_is_a_difference_on_both_sides(agreement):
    def change(rows):
        rows[1]["entities"][0]["label"] = "PARK"

    found = agreement(change)
    assert [d.what for d in found.differences] == ["ORG 乙公司", "PARK 乙公司"]


def test_another_relation(agreement):
    def change(rows):
        rows[0]["relations"][0]["type"] = "BUILDS"

    found = agreement(change)
    sentence = "沪光股份在高新区投建线束项目，总投资3亿元。"
    assert found.differences == [
        Difference("d", "the first", "沪光股份 INVESTS_IN 线束项目", sentence),
        Difference("d", "the second", "沪光股份 BUILDS 线束项目", sentence),
    ]
    assert found.relations["micro"]["f"] == 66.67
    assert found.entities["micro"]["f"] == 100


def test_a_relation_to_another_mention_of_the_group_is_the_same_fact(agreement):
    def change(rows):
        rows[0]["relations"][1]["to_id"] = 1

    found = agreement(change)
    assert found.differences == []
    assert found.relations["micro"]["f"] == 100


def test_a_group_that_only_one_has(agreement):
    def change(rows):
        del rows[0]["same_as"]

    found = agreement(change)
    assert Difference("d", "the first", "same_as PARK 昆山高新区 = 高新区", "") in found.differences
    for label in ("micro", "PARK"):
        assert (found.same_as[label]["predicted"], found.same_as[label]["gold"]) == (1, 0)
    assert found.same_as["ORG"]["gold"] == 0


def test_nothing_marked_is_full_agreement_on_nothing(tmp_path):
    row = {"id": "d", "text": "开发区", "entities": [], "relations": []}
    path = write(tmp_path / "a.jsonl", [row])
    found = compare(path, path)
    assert found.differences == []
    assert found.entities["micro"]["gold"] == 0


def test_the_second_may_hold_a_part_but_no_others(records, tmp_path):
    a, b = write(tmp_path / "a.jsonl", records), write(tmp_path / "b.jsonl", records[:1])
    assert compare(a, b).documents == 1
    with pytest.raises(
        AnnotationError, match=r"1 documents that .*b\.jsonl has not \(e\)"
    ) as caught:
        compare(b, a)
    assert caught.value.path == str(a)


def test_another_text(records, tmp_path):
    a = write(tmp_path / "a.jsonl", records)
    records[1]["text"] = "乙公司签约！"
    b = write(tmp_path / "b.jsonl", records)
    with pytest.raises(AnnotationError, match="document e has another text"):
        compare(a, b)


def test_a_document_id_used_twice_is_no_silent_loss(records, tmp_path):
    a = write(tmp_path / "a.jsonl", [*records, {**records[1], "id": "d"}])
    with pytest.raises(AnnotationError, match="d"):
        compare(a, a)
