from decimal import Decimal

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin, Span

from zonekg import docs
from zonekg.articles import Article, Block, Piece
from zonekg.docs import (
    Amount,
    Relation,
    amounts,
    article,
    confidences,
    group_mentions,
    groups,
    load_docs,
    project_states,
    relations,
    save_docs,
    sentence_bounds,
    set_amounts,
    set_article,
    set_confidences,
    set_groups,
    set_project_states,
    set_relations,
)
from zonekg.errors import ModelError
from zonekg.states import Event, ProjectState

BODY = (
    "[[O1|𠮷利汽车有限公司]]（以下简称[[O1|𠮷利]]）在[[K1|甲高新区]]"
    "投资[[P1|电池项目]]，总投资[[M1|3至5亿美元]]。"
)


@pytest.fixture
def full(marked):
    """A Doc with something in every field that zonekg keeps."""
    doc = marked(BODY, "O1 INVESTS_IN P1", "P1 LOCATED_IN K1", "P1 TOTAL_INVESTMENT M1")
    set_amounts(doc, {4: Amount(Decimal(3 * 10**8), Decimal("500000000.5"), "USD", "about")})
    set_confidences(doc, [0.25, 0.5, 0.75, 0.9, 1.0])
    event = Event("completed", "2025-Q3", True, 3, 9)
    set_project_states(doc, {3: ProjectState("started", 5, 7, (event,))})
    return doc


def state(doc):
    return (
        doc.text,
        [(e.start_char, e.end_char, e.label_) for e in doc.ents],
        relations(doc),
        amounts(doc),
        groups(doc),
        confidences(doc),
        project_states(doc),
        article(doc),
    )


def test_the_sample_fills_every_field(full):
    text, ents, rows, worth, firsts, sure, states, source = state(full)
    assert len(ents) == 5
    assert rows == [
        Relation(1, 3, "INVESTS_IN"),
        Relation(3, 2, "LOCATED_IN"),
        Relation(3, 4, "TOTAL_INVESTMENT"),
    ]
    assert worth[4].high == Decimal("500000000.5")
    assert firsts == [0, 0, 2, 3, 4]
    assert sure[0] == 0.25
    assert states[3].events[0].date == "2025-Q3"
    assert source.text == text


def test_everything_survives_a_docbin(full, nlp, tmp_path):
    save_docs([full, nlp("空")], tmp_path / "docs.spacy")
    again, empty = load_docs(tmp_path / "docs.spacy", spacy.blank("zh"))
    assert state(again) == state(full)
    assert state(empty)[1:] == ([], [], {}, [], [], {}, None)


def test_everything_survives_to_bytes(full):
    again = Doc(spacy.blank("zh").vocab).from_bytes(full.to_bytes())
    assert state(again) == state(full)


# Python 3.12 and later warn when a process with threads forks; those of numpy are idle
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_everything_survives_several_processes(full, marked):
    other = marked("[[K1|乙经开区]]总投资[[M1|2亿元]]。", "K1 TOTAL_INVESTMENT M1")
    pipeline = spacy.blank("zh")
    pipeline.add_pipe("zonekg_aliases")
    there = list(pipeline.pipe([full.copy(), other.copy(), full.copy()], n_process=2, batch_size=1))
    assert [state(doc) for doc in there] == [state(full), state(other), state(full)]


@pytest.mark.parametrize("content", [b"", b"no DocBin", DocBin().to_bytes()[:-3]])
def test_a_damaged_docbin_is_told_with_its_path(nlp, tmp_path, content):
    path = tmp_path / "docs.spacy"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"docs\.spacy: not a DocBin .*make it again"):
        load_docs(path, nlp)


def test_a_fresh_doc_has_the_defaults(nlp):
    doc = nlp("甲公司")
    doc.set_ents([Span(doc, 0, 3, label="ORG")])
    assert state(doc)[2:] == ([], {}, [0], [1.0], {}, None)


def test_getters_give_copies(full):
    before = state(full)
    relations(full).clear()
    amounts(full).clear()
    groups(full).clear()
    confidences(full).clear()
    assert state(full) == before


def test_relations_are_sorted_and_single(full):
    rows = [Relation(3, 2, "LOCATED_IN", 0.5), Relation(0, 3, "INVESTS_IN", 0.5)]
    set_relations(full, [*rows, *rows])
    assert relations(full) == rows[::-1]


@pytest.mark.parametrize("ends", [(0, 5), (5, 0), (-1, 0), (0, -1)])
def test_a_relation_must_join_mentions_of_the_doc(full, ends):
    before = relations(full)
    with pytest.raises(IndexError, match="doc of 5 mentions"):
        set_relations(full, [Relation(0, 3, "BUILDS"), Relation(*ends, "BUILDS")])
    assert relations(full) == before


@pytest.mark.parametrize("count", [0, 4, 6])
@pytest.mark.parametrize("setter", [set_groups, set_confidences])
def test_one_value_for_each_mention(full, setter, count):
    before = state(full)
    with pytest.raises(ValueError, match=f"{count} .* for 5 mentions"):
        setter(full, [0] * count)
    assert state(full) == before


def test_amounts_are_exact_and_in_order_of_mentions(full):
    exact = Decimal("0.1") + Decimal("1234567890123456789.01")
    set_amounts(full, {4: Amount(exact, exact), 0: Amount(Decimal(1), Decimal(2), "JPY", "upto")})
    assert list(amounts(full)) == [0, 4]
    assert amounts(full)[4].low == exact
    assert amounts(full)[0] == (Decimal(1), Decimal(2), "JPY", "upto")
    assert amounts(full)[0].middle == Decimal("1.5")


def test_an_article_with_its_pieces_and_blocks_comes_back(nlp):
    doc = nlp("甲乙\n丙")
    blocks, pieces = (Block("title", 0, 2), Block("body", 3, 4)), (Piece(0, 7, 2), Piece(3, 20, 1))
    value = Article("a", "甲", doc.text, "f.txt", 2, "2024-05-10", "记者", blocks, pieces, "D3版")
    set_article(doc, value)
    assert article(doc) == value
    assert article(doc).blocks[1].kind == "body"
    assert article(doc).place(3) == 20


def test_groups_join_equal_wordings_of_one_label(nlp):
    doc = nlp("甲园甲园甲园乙园")
    labels = ("PARK", "PROJECT", "PARK", "PARK")
    doc.set_ents([Span(doc, 2 * i, 2 * i + 2, label=label) for i, label in enumerate(labels)])
    assert group_mentions(doc, []) == [0, 1, 0, 3]
    assert group_mentions(doc, [[3, 2]]) == [0, 1, 0, 0]


@given(same_as=st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=4), max_size=6))
def test_a_group_is_named_by_its_first_mention(nlp, same_as):
    doc = nlp("甲乙丙丁戊己庚辛")
    doc.set_ents([Span(doc, i, i + 1, label="ORG") for i in range(8)])
    firsts = group_mentions(doc, same_as)
    assert all(first <= i and firsts[first] == first for i, first in enumerate(firsts))
    assert all(len({firsts[i] for i in group}) == 1 for group in same_as)
    again = [[i for i in range(8) if firsts[i] == first] for first in set(firsts)]
    assert group_mentions(doc, again) == firsts


@given(st.text(alphabet="甲乙3.a。！？!；;”）》\n \r\u3000𠮷“", max_size=40))
def test_sentences_cover_the_text_without_gaps(text):
    bounds = sentence_bounds(text)
    assert "".join(text[start:end] for start, end in bounds) == text
    edges = [0, *(end for _, end in bounds)]
    assert [start for start, _ in bounds] == edges[:-1]
    assert edges[-1] == len(text)
    assert all(start < end for start, end in bounds)


@given(st.text(alphabet="甲乙。！\n，", max_size=40))
def test_a_sentence_has_its_end_mark_only_at_its_end(text):
    for start, end in sentence_bounds(text):
        assert not set(text[start:end].rstrip("。！\n")) & set("。！\n")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("标题\n正文。尾", ["标题\n", "正文。", "尾"]),
        ("“行！”他说。", ["“行！”", "他说。"]),
        ("（见图。）又", ["（见图。）", "又"]),
        ("真的？！好；行", ["真的？！", "好；", "行"]),
        ("投资3.5亿元，A.B", ["投资3.5亿元，A.B"]),
        ("半角句号.下一句", ["半角句号.", "下一句"]),
        ("甲\n\n乙", ["甲\n\n", "乙"]),
    ],
)
def test_where_sentences_end(text, sentences):
    assert [text[start:end] for start, end in sentence_bounds(text)] == sentences


def test_the_list_of_names_is_complete():
    public = {n for n, v in vars(docs).items() if getattr(v, "__module__", "") == docs.__name__}
    assert {name for name in public if not name.startswith("_")} == set(docs.__all__) - {
        "PREDICTED"
    }
