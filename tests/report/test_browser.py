import base64
import gzip
import json
import re
from collections import Counter

import pytest
from lxml import html

from zonekg.docs import bare_copy, confidences, groups, relations, set_groups, set_relations
from zonekg.evaluation import Evaluation
from zonekg.report import write_report
from zonekg.report.browser import CHUNK, browse
from zonekg.scoring.facts import match_facts
from zonekg.scoring.mentions import error_class, marks

ABOUT = {"date": "2024-05-01", "command": "zonekg evaluate models/a gold.jsonl --html a.html"}
SIDES = ("gold", "predicted")
TASKS = ("entities", "relations")


def unpacked(block):
    return json.loads(gzip.decompress(base64.b64decode(block)))


def bodies(browser):
    return [body for chunk in browser.chunks for body in unpacked(chunk)]


@pytest.fixture(scope="module")
def browser(evaluation):
    return browse(evaluation.documents)


@pytest.fixture(scope="module")
def pairs(evaluation, browser):
    """(Judged, what the page holds of it)"""
    by_id = {one.gold.user_data["id"]: one for one in evaluation.documents}
    found = [(by_id[entry["id"]]) for entry in browser.index["documents"]]
    assert len(by_id) == len(found) == 15
    return list(zip(found, bodies(browser), strict=True))


@pytest.fixture(scope="module")
def errors(browser):
    return unpacked(browser.errors)


# -- what it holds


def test_a_document_has_its_text_meta_and_mentions_with_their_classes(pairs):
    for one, body in pairs:
        assert body["text"] == one.gold.text
        assert body["meta"] == one.gold.user_data["meta"]
        assert [tuple(row[:3]) for row in body["gold"]["mentions"]] == marks(one.gold)
        assert [tuple(row[:3]) for row in body["predicted"]["mentions"]] == marks(one.predicted)
        sure = [row[3] for row in body["predicted"]["mentions"]]
        assert sure == pytest.approx(confidences(one.predicted), abs=1e-4)
        assert {row[3] for row in body["gold"]["mentions"]} <= {1.0}
        for side, place in (("predicted", 0), ("gold", 1)):
            held = sorted((tuple(row[:3]), row[4]) for row in body[side]["mentions"])
            assert held == sorted(
                (pair[place], error_class(*pair)) for pair in one.mentions if pair[place]
            )


def test_a_document_has_every_relation_and_those_that_follow_from_others(pairs):
    implied = 0
    for one, body in pairs:
        for side in SIDES:
            rows = body[side]["relations"]
            stated = [tuple(row[:3]) for row in rows if not row[5]]
            assert stated == [row[:3] for row in relations(getattr(one, side))]
            follows = [row for row in rows if row[5]]
            found = [getattr(error, side) for error in one.facts]
            assert len(follows) == sum(1 for fact in found if fact and fact.row is None)
            implied += len(follows)
    assert implied > 0


def alone(doc, row):
    """The document with one of its relations."""
    copy = bare_copy(doc)
    set_groups(copy, groups(doc))
    set_relations(copy, [row])
    return copy


def test_a_relation_is_wrong_where_the_other_side_lacks_its_fact(pairs):
    kinds = Counter()
    for one, body in pairs:
        facts = match_facts(one.predicted, one.gold)
        # what follows from other relations stands behind those that are stated
        mine, theirs = (body[side]["relations"] for side in ("predicted", "gold"))
        for row, (*_, kind, _) in zip(relations(one.predicted), mine, strict=False):
            own = match_facts(alone(one.predicted, row), one.gold).predicted
            assert (kind == "correct") == (own.keys() <= facts.gold.keys())
            kinds[kind] += 1
        for row, (*_, kind, _) in zip(relations(one.gold), theirs, strict=False):
            own = match_facts(one.predicted, alone(one.gold, row)).gold
            assert (kind == "correct") == (own.keys() <= facts.predicted.keys())
            kinds[kind] += 1
    assert kinds["correct"] > 50
    assert len(kinds) > 3


def test_the_list_has_the_errors_that_the_tables_count(evaluation, errors, browser):
    counted = Counter((row["task"], row["label"], row["class"]) for row in errors)
    for task in TASKS:
        for label, row in evaluation.numbers["errors"][task]["classes"].items():
            for kind, size in row.items():
                if label != "micro" and kind != "correct":
                    assert counted.pop((task, label, kind), 0) == size
    assert not counted
    for number, entry in enumerate(browser.index["documents"]):
        kinds = [
            browser.index["kinds"][kind] for kind, size in entry["errors"] for _ in range(size)
        ]
        own = [row for row in errors if row["doc"] == number]
        assert sorted(kinds) == sorted((row["task"], row["class"], row["label"]) for row in own)


def test_an_error_names_its_mentions_on_both_sides(errors, pairs):
    for row in errors:
        one, body = pairs[row["doc"]]
        for side in SIDES:
            for i, wording in row[side]:
                start, end = body[side]["mentions"][i][:2]
                assert wording == one.gold.text[start:end]
            if row["task"] == "relations" and row[side]:
                ends = [i for i, _ in row[side]]
                label = (side == "predicted" and row["other"]) or row["label"]
                held = [held for held in body[side]["relations"] if held[:3] == [*ends, label]]
                assert row["class"] in {kind for *_, kind, _ in held}
        missing = {"missed": "predicted", "spurious": "gold"}.get(row["class"].split(",")[0])
        assert [side for side in SIDES if not row[side]] == ([missing] if missing else [])
        assert (row["confidence"] is None) == (missing == "predicted")


def test_documents_with_most_errors_come_first(browser):
    sizes = [sum(size for _, size in entry["errors"]) for entry in browser.index["documents"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_a_type_error_of_a_relation_tells_both_labels(judged):
    names = [("甲公司", "ORG"), ("乙项目", "PROJECT")]
    one = judged(
        "甲公司投资建设乙项目。", names, [(*name, 0.9) for name in names],
        relations=([(0, 1, "INVESTS_IN")], [(0, 1, "BUILDS", 0.7)]),
    )  # fmt: skip
    browser = browse([one])
    (row,) = unpacked(browser.errors)
    assert (row["class"], row["label"], row["other"]) == ("type", "INVESTS_IN", "BUILDS")
    assert (row["gold"], row["predicted"]) == ([[0, "甲公司"], [1, "乙项目"]],) * 2
    (body,) = bodies(browser)
    assert body["gold"]["relations"] == [[0, 1, "INVESTS_IN", 1.0, "type", 0]]
    assert body["predicted"]["relations"] == [[0, 1, "BUILDS", 0.7, "type", 0]]


def test_a_fact_that_is_stated_twice_is_wrong_twice(judged):
    names = [("甲公司", "ORG"), ("乙项目", "PROJECT"), ("甲公司", "ORG")]
    one = judged(
        "甲公司的乙项目，甲公司说。", names, [(*name, 0.9) for name in names],
        relations=([], [(0, 1, "BUILDS", 0.7), (2, 1, "BUILDS", 0.4)]),
    )  # fmt: skip
    assert len(one.facts) == 1
    (body,) = bodies(browse([one]))
    assert [row[4] for row in body["predicted"]["relations"]] == ["spurious", "spurious"]


def test_what_follows_from_park_in_park_joins_the_nearest_mentions(judged):
    names = [("甲园", "PARK"), ("乙区", "PARK"), ("丙区", "PARK"), ("甲园", "PARK")]
    rows = [(0, 1, "LOCATED_IN"), (1, 2, "LOCATED_IN")]
    one = judged(
        "甲园在乙区，乙区在丙区，甲园好。".replace("，乙区在", "属"), names, relations=(rows, [])
    )
    (body,) = bodies(browse([one]))
    assert [[*row[:2], row[5]] for row in body["gold"]["relations"]] == [
        [0, 1, 0],
        [1, 2, 0],
        [3, 2, 1],
    ]


def test_offsets_count_code_points(judged):
    text = "🏭𠮷利汽车🏭签约。"
    browser = browse([judged(text, [("𠮷利汽车", "ORG")])])
    (body,) = bodies(browser)
    (row,) = body["gold"]["mentions"]
    assert text[row[0] : row[1]] == "𠮷利汽车"
    assert unpacked(browser.errors)[0]["at"] == row[0] == 1


def test_meta_that_is_no_text_is_shown_as_json(judged):
    meta = {"n": 3, "list": ["甲", None], "genre": "news", "bad": float("nan"), "half": "\ud83d"}
    browser = browse([judged("甲", meta=meta)])
    (body,) = bodies(browser)
    shown = {"n": "3", "list": '["甲", null]', "genre": "news", "bad": "NaN", "half": "\ud83d"}
    assert body["meta"] == shown
    assert browser.index["documents"][0]["genre"] == "news"


# -- the page


def test_a_thousand_documents_stay_small_and_packed(thousand, evaluation, tmp_path):
    sizes = [len(one.gold.text) for one in thousand]
    assert sum(size >= 3000 for size in sizes) > 30
    path = tmp_path / "report.html"
    write_report(path, Evaluation(evaluation.numbers, thousand), ABOUT)
    page = path.read_bytes()
    assert 1_000_000 < len(page) < 15_000_000
    tree = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    chunks = tree.xpath("//script[@data-chunk]")
    assert [int(chunk.get("data-chunk")) for chunk in chunks] == list(range(1000 // CHUNK))
    packed = [*chunks, *tree.xpath("//script[@id='browser-errors']")]
    for block in packed:
        assert re.fullmatch(r"[A-Za-z0-9+/]+=*", block.text)
        block.text = ""
    rest = html.tostring(tree, encoding="unicode")
    assert len(rest) < 1_000_000
    pieces = {one.gold.text[size // 2 :][:12] for one, size in zip(thousand, sizes, strict=True)}
    assert not [piece for piece in pieces if piece in rest or json.dumps(piece)[1:-1] in rest]


def test_the_same_documents_give_the_same_bytes(evaluation, tmp_path):
    for name in ("a", "b"):
        write_report(tmp_path / name, evaluation, ABOUT)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    first = base64.b64decode(browse(evaluation.documents).chunks[0])
    assert first[4:8] == b"\0\0\0\0"  # no time of writing
