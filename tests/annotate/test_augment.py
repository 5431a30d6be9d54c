"""Augmentation: other text, the same annotation."""

import random

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Span
from spacy.training import Example

from zonekg.annotate import augment
from zonekg.annotate.augment import Edit, rewrite
from zonekg.annotate.corpus import read_corpus, record_to_doc
from zonekg.annotate.gazetteers import read_gazetteers
from zonekg.annotate.inline import parse_records
from zonekg.annotate.records import record_lines
from zonekg.articles import Article
from zonekg.docs import (
    PREDICTED,
    article,
    groups,
    project_states,
    relations,
    set_article,
    set_project_states,
)
from zonekg.errors import InputError
from zonekg.states import ProjectState

TEXT = """=== d

[[K1|昆山高新区]]的早晨
3月12日，[[O1|昆山沪光汽车电器股份有限公司]]（简称“[[O1|沪光股份]]”）与[[K1|高新区]]签约，[[P1|年产200万套智能线束项目]]和[[P2|沪光股份二期项目]]总投资[[M1|3亿元]]，占地１20亩，昆山人高兴。
---
O1 INVESTS_IN P1
P1 LOCATED_IN K1
P1 TOTAL_INVESTMENT M1
"""
MAKERS = {
    "name_swap": lambda level, folder: augment.make_name_swap(level, str(folder), share=1.0),
    "layout_noise": lambda level, _: augment.make_layout_noise(level, rate=0.2),
    "width": lambda level, _: augment.make_width(level),
    "brackets": lambda level, _: augment.make_brackets(level),
    "numbers": lambda level, _: augment.make_numbers(level, share=1.0),
}


@pytest.fixture(scope="module")
def zh():
    return spacy.blank("zh")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "places.tsv").write_text("# source\n昆山\tcity\n太仓\tcity\n", encoding="utf-8")
    (tmp_path / "companies.tsv").write_text(
        "浙富控股\t浙富控股集团股份有限公司\n", encoding="utf-8"
    )
    (tmp_path / "products.tsv").write_text("交流电机\n", encoding="utf-8")
    return tmp_path


def example(nlp, text=TEXT):
    gold = record_to_doc(next(parse_records(text)), nlp)
    return Example(nlp.make_doc(gold.text), gold)


def changed(zh, augmenter, seed=0, text=TEXT):
    random.seed(seed)
    (new,) = augmenter(zh, example(zh, text))
    assert new.predicted.text == new.reference.text
    return new.reference


def same_annotation(old, new):
    assert [e.label_ for e in new.ents] == [e.label_ for e in old.ents]
    assert relations(new) == relations(old)
    assert groups(new) == groups(old)
    assert new.user_data["id"] == old.user_data["id"]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("seed", range(5))
def test_the_annotation_moves_along(name, seed, zh, folder):
    old = example(zh).reference
    new = changed(zh, MAKERS[name](1.0, folder), seed)
    same_annotation(old, new)
    assert new.text != old.text
    for ent in new.ents:
        assert "\n" not in ent.text
        assert ent.text == ent.text.strip()


@pytest.mark.parametrize("name", MAKERS)
def test_level_nought_changes_nothing(name, zh, folder):
    one = example(zh)
    assert list(MAKERS[name](0.0, folder)(zh, one)) == [one]


@pytest.mark.parametrize("name", MAKERS)
def test_one_seed_one_outcome(name, zh, folder):
    texts = {changed(zh, MAKERS[name](0.5, folder), 3).text for _ in range(3)}
    assert len(texts) == 1


def test_names_are_swapped_alike_in_the_whole_document(zh, folder):
    new = changed(zh, MAKERS["name_swap"](1.0, folder))
    assert [e.text for e in new.ents] == [
        "太仓高新区", "浙富控股集团股份有限公司", "浙富控股", "高新区",
        "年产200万套交流电机项目", "浙富控股二期项目", "3亿元",
    ]  # fmt: skip
    assert new.text.endswith("太仓人高兴。")


def test_print_keeps_the_characters(zh, folder):
    old = example(zh).reference
    spaced = changed(zh, MAKERS["layout_noise"](1.0, folder))
    assert [e.text for e in spaced.ents] == [e.text for e in old.ents]
    for name in ("width", "brackets"):
        assert len(changed(zh, MAKERS[name](1.0, folder)).text) == len(old.text)


def test_width_goes_both_ways(zh, folder):
    texts = {changed(zh, MAKERS["width"](1.0, folder), seed).text for seed in range(8)}
    assert any("３亿元" in text and "３月１２日" in text for text in texts)
    assert any("3亿元" in text for text in texts)


def test_numbers_keep_dates_and_lengths(zh, folder):
    for seed in range(20):
        text = changed(zh, MAKERS["numbers"](1.0, folder), seed).text
        assert "3月12日" in text
        assert len(text) == len(example(zh).reference.text)


def mentions(zh, augmenter, body, seed=0):
    return [e.text for e in changed(zh, augmenter, seed, f"=== d\n\n{body}\n---\n").ents]


def test_two_companies_do_not_become_one(zh, folder):
    both = "[[O1|甲源有限公司]]和[[O2|乙源有限公司]]签约"
    assert mentions(zh, MAKERS["name_swap"](1.0, folder), both) == [
        "浙富控股集团股份有限公司", "乙源有限公司",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "[[O1|省委改革办]]和[[O2|江苏省疾控中心]]",
        "[[O1|浙富控股]]",
        "[[P1|年产5万吨磷酸铁锂项目]]和[[P2|年产3万吨（一期）改造]]，[[P3|年产2万台整车扩能项目]]",
        "[[K1|昆山岩新材料产业园]]在昆山路",
    ],
)
def test_what_is_no_name_of_the_kind_stays(body, zh, folder):
    old = record_to_doc(next(parse_records(f"=== d\n\n{body}\n---\n")), zh)
    text = changed(zh, MAKERS["name_swap"](1.0, folder), 0, f"=== d\n\n{body}\n---\n").text
    assert text.replace("交流电机", "磷酸铁锂") == old.text


def test_a_product_is_swapped_whole(zh, folder):
    body = "[[P1|年产5万吨磷酸铁项目]]和[[P2|磷酸铁锂生产基地]]，[[O1|磷酸铁锂研究院]]"
    assert mentions(zh, MAKERS["name_swap"](1.0, folder), body) == [
        "年产5万吨交流电机项目", "磷酸铁锂生产基地", "磷酸铁锂研究院",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "12:30",
        "1至9月",
        "2023-2025年",
        "2至3亿元",
        "10～20亿元",
        "５亿元",
        "１,０００万",
        "15%",
    ],
)
def test_times_ranges_and_full_width_numbers_stay(body, zh, folder):
    for seed in range(5):
        text = changed(zh, MAKERS["numbers"](1.0, folder), seed, f"=== d\n\n{body}\n---\n").text
        assert text == body


@pytest.mark.parametrize("level", [-0.1, 1.5])
@pytest.mark.parametrize("name", MAKERS)
def test_a_level_is_a_share(name, level, folder):
    with pytest.raises(ValueError, match="expected 0 to 1"):
        MAKERS[name](level, folder)


def test_a_chain_applies_all(zh, folder):
    steps = [MAKERS[name](1.0, folder) for name in ("name_swap", "width", "brackets")]
    seen = {changed(zh, augment.make_chain(*steps), seed).text for seed in range(40)}
    assert any("浙富控股" in text and "３亿元" in text and "“" not in text for text in seen)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 6), st.text("甲1（ \n", max_size=4))))
def test_any_edits_leave_whole_mentions(rows):
    nlp = spacy.blank("zh")
    old = example(nlp)
    size = len(old.reference.text)
    edits = [Edit(min(a, size), min(a + n, size), new) for a, n, new in rows]
    edits = [e if e.start == e.end else e._replace(new="".join(e.new.split())) for e in edits]
    # an edit may not blank out a mention: the makers never do
    spans = {(e.start_char, e.end_char) for e in old.reference.ents}
    edits = [e for e in edits if e.new or not any(s < e.end and e.start < t for s, t in spans)]
    new = rewrite(nlp, old, edits)
    same_annotation(old.reference, new.reference)


def test_edits_across_a_border_are_left_out(zh):
    old = example(zh)
    assert rewrite(zh, old, [Edit(3, 7, "x")]) is old
    both = rewrite(zh, old, [Edit(0, 5, "甲园"), Edit(0, 2, "乙")])
    assert both.reference.ents[0].text == "甲园"


def test_what_models_found_and_states_move_along(zh):
    old = example(zh)
    gold = old.reference
    project = next(i for i, e in enumerate(gold.ents) if e.label_ == "PROJECT")
    first = groups(gold)[project]
    set_project_states(gold, {first: ProjectState("started", 1, 2)})
    set_article(gold, Article("a", "", gold.text, "", date="2024"))
    mention = gold.ents[-1]
    spans = [Span(gold, 0, 3, label="PARK"), Span(gold, mention.start, mention.end, label="ORG")]
    gold.spans[PREDICTED] = spans
    new = rewrite(zh, old, [Edit(0, 2, "太仓港"), Edit(2, 5, "新城")]).reference
    assert [(e.text, e.label_) for e in new.spans[PREDICTED]] == [(mention.text, "ORG")]
    assert {i: state.status for i, state in project_states(new).items()} == {first: "started"}
    assert (article(new).date, article(new).text) == ("2024", new.text)


def test_a_reader_augments_anew_at_every_pass(zh, folder, tmp_path):
    path = tmp_path / "docs.jsonl"
    path.write_text("".join(record_lines(parse_records(TEXT))), encoding="utf-8")
    read = read_corpus(str(path), MAKERS["numbers"](1.0, folder))
    random.seed(0)
    assert len({next(iter(read(zh))).reference.text for _ in range(5)}) > 1


def test_a_reader_shuffles(zh, tmp_path):
    path = tmp_path / "docs.jsonl"
    many = "".join(f"=== d{i}\n\n甲{i}\n---\n" for i in range(9))
    path.write_text("".join(record_lines(parse_records(many))), encoding="utf-8")
    random.seed(0)
    order = [eg.reference.text for eg in read_corpus(str(path), shuffle=True)(zh)]
    plain = [eg.reference.text for eg in read_corpus(str(path))(zh)]
    assert order != plain == sorted(order)


def test_gazetteers_say_where_they_are_wrong(folder):
    (folder / "places.tsv").write_text("# source\n昆山\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"places\.tsv:2: 1 columns '昆山'; expected 2"):
        read_gazetteers(folder)
    (folder / "places.tsv").write_text("# source\n", encoding="utf-8")
    with pytest.raises(InputError, match="no names"):
        read_gazetteers(folder)
    (folder / "places.tsv").unlink()
    with pytest.raises(InputError, match="can't be read"):
        read_gazetteers(folder)


def test_places_of_two_kinds_are_not_swapped(folder):
    (folder / "places.tsv").write_text("西湖\tdistrict\n西湖\tcounty\n", encoding="utf-8")
    assert read_gazetteers(folder).kinds == {}
