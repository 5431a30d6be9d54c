from collections import defaultdict

import pytest
from drawing import LABELS, judged, several
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.scoring.counts import ALL, PRF, add_up
from zonekg.scoring.facts import Stated
from zonekg.scoring.mentions import Mark, marks
from zonekg.scoring.slices import Slicer


def stated(head, tail):
    return Stated(None, 1.0, tuple(head), tuple(tail))


# -- buckets


@pytest.mark.parametrize(
    ("size", "bucket"),
    [(1, "1 to 4"), (4, "1 to 4"), (5, "5 to 8"), (8, "5 to 8"), (9, "9 to 12"), (12, "9 to 12"),
     (13, "13 to 20"), (20, "13 to 20"), (21, "over 20"), (300, "over 20")],
)  # fmt: skip
def test_a_mention_is_as_long_as_its_characters(size, bucket):
    found = Slicer("𠮷" * 400, {}).mention(Mark(7, 7 + size, "ORG"))
    assert found["span length"] == bucket


@pytest.mark.parametrize(
    ("size", "bucket"),
    [(0, "up to 300"), (300, "up to 300"), (301, "301 to 600"), (600, "301 to 600"),
     (601, "601 to 1000"), (1000, "601 to 1000"), (1001, "1001 to 2000"), (2000, "1001 to 2000"),
     (2001, "over 2000")],
)  # fmt: skip
def test_a_document_is_as_long_as_its_text(size, bucket):
    slicer = Slicer("𠮷" * size, {})
    assert slicer.mention(Mark(0, 1, "ORG"))["document length"] == bucket
    assert (
        slicer.fact(stated([Mark(0, 1, "ORG")], [Mark(1, 2, "PARK")]))["document length"] == bucket
    )


@pytest.mark.parametrize(
    ("gap", "bucket"),
    [(1, "up to 200"), (200, "up to 200"), (201, "201 to 500"), (500, "201 to 500"),
     (501, "over 500")],
)  # fmt: skip
def test_the_ends_of_a_fact_are_as_far_as_the_text_between_them(gap, bucket):
    text = "甲公司" + "。" * gap + "乙园"
    ends = [Mark(0, 3, "ORG")], [Mark(3 + gap, 5 + gap, "PARK")]
    for head, tail in (ends, reversed(ends)):
        assert Slicer(text, {}).fact(stated(head, tail))["distance"] == bucket
    plain = Slicer(text.replace("。", "在"), {})
    assert plain.fact(stated(*ends))["distance"] == "one sentence"


def test_a_sentence_ends_with_its_mark():
    text = "甲公司在乙园。丙公司，\n丁园"
    places = {name: Mark(text.index(name), text.index(name) + len(name), "ORG")
              for name in ("甲公司", "乙园", "丙公司", "丁园")}  # fmt: skip
    found = {
        (a, b): Slicer(text, {}).fact(stated([places[a]], [places[b]]))["distance"]
        for a in places
        for b in places
        if a < b
    }
    assert {ends for ends, bucket in found.items() if bucket == "one sentence"} == {
        ends for ends in found if set(ends) == {"甲公司", "乙园"}
    }
    assert set(found.values()) == {"one sentence", "up to 200"}


def test_a_fact_is_as_far_as_its_nearest_mentions():
    text = "甲" + "。" * 600 + "甲在乙。" + "。" * 300 + "乙"
    head = [Mark(i, i + 1, "ORG") for i in (0, 601)]
    tail = [Mark(i, i + 1, "PARK") for i in (603, 905)]
    assert [text[m.start] for m in head + tail] == ["甲", "甲", "乙", "乙"]
    slicer = Slicer(text, {})
    assert slicer.fact(stated(head, tail))["distance"] == "one sentence"
    assert slicer.fact(stated(head, tail[1:]))["distance"] == "201 to 500"
    assert slicer.fact(stated(head[:1], tail))["distance"] == "over 500"


def known(label, name):
    assert label != "MONEY"
    return (label, name) in {("ORG", "甲"), ("PARK", "乙")}


def test_a_name_is_seen_under_its_label_and_an_amount_is_no_name():
    slicer = Slicer("甲乙丙", {}, seen=known)
    assert slicer.mention(Mark(0, 1, "ORG"))["name"] == "seen in training"
    assert slicer.mention(Mark(0, 1, "PARK"))["name"] == "unseen"
    assert slicer.mention(Mark(2, 3, "ORG"))["name"] == "unseen"
    assert "name" not in slicer.mention(Mark(0, 1, "MONEY"))
    assert "name" not in Slicer("甲乙丙", {}).mention(Mark(0, 1, "ORG"))


def test_a_fact_is_seen_when_each_end_has_a_name_that_was():
    slicer = Slicer("甲乙丙丁", {}, seen=known)
    a, b = Mark(0, 1, "ORG"), Mark(1, 2, "PARK")
    other, money = Mark(2, 3, "ORG"), Mark(3, 4, "MONEY")
    rows = [([a], [b], True), ([a, other], [b], True), ([other], [b], False),
            ([a], [money], True), ([other], [money], False)]  # fmt: skip
    for head, tail, seen in rows:
        bucket = "seen in training" if seen else "unseen"
        assert slicer.fact(stated(head, tail))["name"] == bucket
    assert "name" not in Slicer("甲乙丙丁", {}).fact(stated([a], [b]))


def test_the_document_gives_the_buckets_that_are_asked_for():
    meta = {"genre": "brief", "region": None, "year": 2021, "source": "x"}
    found = Slicer("甲", meta, ["genre", "region", "year", "page"]).mention(Mark(0, 1, "ORG"))
    assert found == {
        "span length": "1 to 4", "document length": "up to 300", "genre": "brief",
        "region": "not given", "year": "2021", "page": "not given",
    }  # fmt: skip


# -- laws


def begins_well(label, name):
    assert label != "MONEY"
    return name[0] in "甲丙公"


@given(several, st.sampled_from([None, begins_well]))
def test_law_the_slices_of_a_dimension_add_up_to_the_whole(drawn, seen):
    found = add_up(one.tally for one in judged(drawn, by=("genre", "page"), seen=seen))
    sums = defaultdict(PRF)
    for (first, *rest), prf in found.items():
        if first == "slices":
            task, dimension, _, mode, label = rest
            sums[dimension, task, mode, label] += prf
    dimensions = {"entities": {"span length"}, "relations": {"distance"}}
    for (task, mode, label, *rest), prf in found.items():
        if task == "slices" or (label != ALL and mode != "strict"):
            continue
        assert rest == []
        for dimension in {"document length", "genre", "page"} | dimensions[task]:
            assert sums.pop((dimension, task, mode, label)) == prf
        if seen:  # an amount has no name
            own = found.get((task, mode, "MONEY"), PRF()) if label in (ALL, "MONEY") else PRF()
            named = [a - b for a, b in zip(prf, own, strict=True)]
            assert list(sums.pop(("name", task, mode, label), PRF())) == named
    assert not sums


@settings(max_examples=60)
@given(several)
def test_law_a_bucket_holds_what_the_documents_and_mentions_in_it_give(drawn):
    found = add_up(one.tally for one in judged(drawn))
    for genre in ("brief", "notice", "not given"):
        own = [
            case for case in drawn if (case.gold.user_data["meta"]["genre"] or "not given") == genre
        ]
        part = add_up(one.tally for one in judged(own))
        for (task, mode, label, *rest), prf in part.items():
            if not rest and (label == ALL or mode == "strict"):
                assert found["slices", task, "genre", genre, mode, label] == prf
    for low, high, bucket in ((1, 4, "1 to 4"), (5, 8, "5 to 8"), (9, 12, "9 to 12")):
        for label in LABELS:
            sides = [
                {
                    (i, *mark)
                    for i, case in enumerate(drawn)
                    for mark in marks(case[side])
                    if mark.label == label and low <= mark.end - mark.start <= high
                }
                for side in (0, 1)
            ]
            right = len(sides[0] & sides[1])
            row = found.get(("slices", "entities", "span length", bucket, "strict", label), PRF())
            assert row == (right, len(sides[0]), right, len(sides[1]))


def test_ends_in_one_sentence_are_nearer_than_any_others():
    slicer = Slicer("甲" * 40 + "。乙", {})
    fact = stated([Mark(0, 1, "ORG"), Mark(41, 42, "ORG")], [Mark(39, 40, "PARK")])
    assert slicer.fact(fact)["distance"] == "one sentence"
