import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from zonekg.components.aliases import make_aliases
from zonekg.docs import groups


@pytest.fixture
def grouped(marked):
    """A function: marked text -> the groups as sets of names, single names left out."""

    def run(body):
        doc = marked(body)
        bare = doc.copy()
        bare.user_data.clear()
        return names(make_aliases(bare))

    return run


def names(doc):
    found = {}
    for i, first in enumerate(groups(doc)):
        found.setdefault(first, set()).add(doc.ents[i].text)
    return sorted((group for group in found.values() if len(group) > 1), key=sorted)


def test_a_name_that_abbreviates_two_names_of_one_park(grouped):
    body = "[[K1|苏州宿迁工业园区]]签约。[[K2|苏宿工业园区]]开工。[[K3|苏宿园区]]投产。"
    assert grouped(body) == [{"苏州宿迁工业园区", "苏宿工业园区", "苏宿园区"}]


def test_the_paper_says_it_itself(grouped):
    assert grouped("[[O1|晋能控股装备制造集团]]（以下简称“[[O2|装备公司]]”）开工。") == [
        {"晋能控股装备制造集团", "装备公司"}
    ]
    assert grouped("[[K1|山西转型综合改革示范区]]（简称[[K2|示范区]]）开工。") == [
        {"山西转型综合改革示范区", "示范区"}
    ]


def test_a_definition_joins_only_names_of_one_kind(grouped):
    assert grouped("[[O1|太原钢铁集团]]（简称“[[P1|不锈钢项目]]”）开工。") == []


@pytest.mark.parametrize(
    ("tag", "full", "short"),
    [
        ("O", "太行世纪（阳泉）新能源有限公司", "太行世纪"),
        ("O", "山西大同大学", "大同大学"),
        ("K", "吕梁经济技术开发区", "吕梁经开区"),
        ("K", "阳泉高新区", "高新区"),
        ("P", "阳泉东区智慧物流产业园（一期）项目", "智慧物流产业园（一期）项目"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_short_name_joins_the_full_one(grouped, tag, full, short, turned):
    first, second = (short, full) if turned else (full, short)
    body = f"[[{tag}1|{first}]]开工。[[{tag}2|{second}]]投产。"
    assert grouped(body) == [{full, short}]


@pytest.mark.parametrize(
    ("tag", "one", "other"),
    [
        ("O", "浙江工业大学", "浙江大学"),
        ("O", "阳泉高新区管委会", "阳泉高新区投资公司"),
        ("K", "阳泉高新区", "经开区"),
        ("K", "吕梁经开区", "晋城经开区"),
        ("P", "星美锂电池一期项目", "星美锂电池二期项目"),
        ("P", "星美锂电池一期项目", "星美锂电池项目"),
        ("M", "3亿元", "3.0亿元"),
    ],
)
def test_two_things_stay_two(grouped, tag, one, other):
    assert grouped(f"[[{tag}1|{one}]]和[[{tag}2|{other}]]。") == []


def test_a_park_and_a_project_of_one_name_stay_two(grouped):
    assert grouped("[[K1|智慧物流产业园]]，[[P1|智慧物流产业园]]。") == []


def test_a_short_name_of_two_companies_is_neither(grouped):
    body = "[[O1|太行世纪能源有限公司]]与[[O2|太行世纪汽车有限公司]]签约。[[O3|太行世纪]]说。"
    assert grouped(body) == []


def test_bare_gaoxinqu_is_the_park_of_the_article(grouped):
    body = (
        "[[K1|阳泉高新区]]提速\n[[K1|阳泉高新区]]学习[[K2|太原高新区]]经验。"
        "[[K3|高新区]]表示，[[K3|高新区]]要加快。"
    )
    assert grouped(body) == [{"阳泉高新区", "高新区"}]


def test_at_a_tie_bare_gaoxinqu_is_the_park_named_last_before_it(grouped):
    body = "[[K1|阳泉高新区]]和[[K2|太原高新区]]。[[K3|高新区]]表示。"
    assert grouped(body) == [{"太原高新区", "高新区"}]


def test_repeats_are_one_thing_without_any_rule(marked):
    doc = make_aliases(marked("[[M1|3亿元]]，[[M2|5亿元]]，[[M3|3亿元]]。"))
    assert groups(doc) == [0, 1, 0]


NAMES = [
    "阳泉高新区",
    "高新区",
    "太原高新区",
    "太行世纪（阳泉）新能源有限公司",
    "太行世纪",
    "康佳集团",
    "康佳",
]


@given(
    rows=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["ORG", "PARK", "PROJECT"])))
)
def test_law_a_group_has_one_label_and_begins_with_its_first_mention(nlp, rows):
    words = [char for name, _ in rows for char in name]
    doc = Doc(nlp.vocab, words=words, spaces=[False] * len(words))
    spans, at = [], 0
    for name, label in rows:
        spans.append(Span(doc, at, at + len(name), label=label))
        at += len(name)
    doc.set_ents(spans)
    firsts = groups(make_aliases(doc))
    assert len(firsts) == len(rows)
    for i, first in enumerate(firsts):
        assert firsts[first] == first <= i
        assert rows[first][1] == rows[i][1]
    once = firsts
    assert groups(make_aliases(doc)) == once
