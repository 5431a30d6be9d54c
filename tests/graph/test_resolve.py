import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.components.aliases import make_aliases
from zonekg.components.amounts import make_amounts
from zonekg.errors import EncodingError, InputError
from zonekg.graph.build import build, merge
from zonekg.graph.flat import flatten
from zonekg.graph.resolve import Decision, Decisions, read_decisions, resolve
from zonekg.graph.resolve.logs import write_merges, write_same_review


@pytest.fixture(scope="session")
def docs_of(marked):
    """A function: articles as (marked text, relations...) -> their docs, one file each."""

    def run(*articles):
        docs = []
        for i, row in enumerate(articles):
            body, *rows = (row,) if isinstance(row, str) else row
            doc = marked(body, *rows, source=f"{i}.txt", date=f"2024-0{1 + i % 9}")
            docs.append(make_aliases(make_amounts(doc)))
        return docs

    return run


@pytest.fixture(scope="session")
def resolved(docs_of):
    """A function: articles and decisions -> their resolution."""

    def run(*articles, merges=(), never=()):
        rows = [
            tuple(Decision(*row, place=("file.csv", i)) for i, row in enumerate(part, start=2))
            for part in (merges, never)
        ]
        return resolve(build(docs_of(*articles)), Decisions(*rows))

    return run


def names(found, label=None):
    """For each node the names that it was called by."""
    return sorted(
        sorted({name for row in data["seen"].values() for name in row["names"]})
        for _, data in found.graph.nodes(data=True)
        if label in (None, data["entity_type"])
    )


def content(found):
    graph = found.graph
    edges = {(h, t, k): data for h, t, k, data in graph.edges(keys=True, data=True)}
    return copy.deepcopy(
        (graph.graph, dict(graph.nodes(data=True)), edges, found.merges, found.unsure)
    )


# -- what is one thing across articles

SAME = [
    ("same_parts", "[[K1|江苏东台高新区]]提速。", "[[K1|东台高新技术产业开发区]]增效。"),
    ("short_zone", "[[K1|武汉东湖高新区]]提速。", "[[K1|东湖新技术开发区]]增效。"),
    ("short_kind", "[[K1|南通开发区]]提速。", "[[K1|南通经济技术开发区]]增效。"),
    ("short_words", "[[K1|陵水黎安试验区]]提速。", "[[K1|陵水黎安国际教育创新试验区]]增效。"),
    ("zone_name", "[[K1|临港]]提速。", "[[K1|临港新片区]]增效。"),
    ("same_parts", "[[K1|阳泉市高新区]]提速。", "[[K1|阳泉高新技术产业开发区]]增效。"),
    ("zone_of_article", "阳泉项目开工\n阳泉的[[K1|高新区]]提速。", "[[K1|阳泉高新区]]增效。"),
    (
        "zone_of_body", "[[O1|阳泉高新区管委会]]说，[[K1|高新区]]提速。",
        "[[K1|阳泉高新区]]增效，[[O1|阳泉高新区管委会]]说。",
    ),
    ("same_brand", "阳泉\n[[O1|天启能源]]投产。", "[[O1|阳泉天启能源有限公司]]开工。"),
    ("short_name", "[[O1|立讯精密]]投产。", "[[O1|立讯精密工业股份有限公司]]开工。"),
    (
        "short_name", "阳泉\n[[O1|太行世纪]]投产。",
        "阳泉\n[[O1|太行世纪（阳泉）新能源有限公司]]开工。",
    ),
    ("same_parts", "[[O1|四平市巨元换热器有限公司]]。", "[[O1|四平巨元换热器有限公司]]。"),
    ("body_of_place", "阳泉开工\n阳泉的[[O1|市发改委]]说。", "[[O1|阳泉市发展和改革委员会]]讲。"),
    (
        "body_of_zone", "[[K1|阳泉高新区]]提速，[[O1|高新区管委会]]说。",
        "[[K1|阳泉高新区]]增效，[[O1|阳泉高新区管委会]]讲。",
    ),
    (
        "same_capacity",
        ("[[O1|康佳集团]]的[[P1|年产6万吨铜箔项目]]。", "O1 INVESTS_IN P1"),
        ("[[O1|康佳集团]]的[[P1|年产60000吨高性能电子铜箔项目]]。", "O1 INVESTS_IN P1"),
    ),
    (
        "same_product",
        ("[[O1|清陶能源]]的[[P1|固态电池产业化项目]]。", "O1 INVESTS_IN P1"),
        ("[[O1|清陶能源]]的[[P1|清陶固态电池产业化项目]]。", "O1 INVESTS_IN P1"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "one", "other"), SAME)
def test_rules_join_and_say_why(resolved, rule, one, other):
    found = resolved(one, other)
    assert rule in {row.rule for row in found.merges}
    (row,) = [row for row in found.merges if row.rule == rule]
    assert row.kept_id in found.graph
    assert row.gone_id not in found.graph
    assert found.nodes[row.gone_id] == row.kept_id
    assert row.reason
    assert len(row.articles) >= 1


APART = [
    ("[[K1|长沙高新区]]提速。", "[[K1|宁乡高新区]]增效。"),
    ("[[K1|吕梁高新区]]提速。", "[[K1|吕梁经开区]]增效。"),
    ("阳泉开工\n阳泉的[[K1|高新区]]提速。", "太原开工\n太原的[[K1|高新区]]增效。"),
    ("阳泉开工\n阳泉的[[K1|科技产业园]]。", "太原开工\n太原的[[K1|科技产业园]]。"),
    ("阳泉开工\n阳泉的[[O1|市发改委]]说。", "太原开工\n太原的[[O1|市发改委]]讲。"),
    ("[[O1|江西赣锋锂业集团股份有限公司]]。", "[[O1|宜春赣锋锂业有限公司]]。"),
    ("[[O1|吉林化纤集团有限责任公司]]。", "[[O1|吉林化纤股份有限公司]]。"),
    (
        "[[O1|康佳集团]]的[[P1|星美高性能锂电池一期项目]]。",
        "[[O1|康佳集团]]的[[P1|星美高性能锂电池二期项目]]。",
    ),
    (
        ("[[O1|康佳集团]]的[[P1|年产30GWh动力电池项目]]。", "O1 INVESTS_IN P1"),
        ("[[O1|楚能新能源]]的[[P1|年产30GWh动力电池项目]]。", "O1 INVESTS_IN P1"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_things_stay_two(resolved, one, other):
    labels = [data["entity_type"] for _, data in resolved(one).graph.nodes(data=True)]
    both = resolved(one, other).graph
    last = labels[-1]
    assert sum(data["entity_type"] == last for _, data in both.nodes(data=True)) == 2


def test_a_short_name_of_two_firms_is_left_to_people(resolved):
    firms = ("[[O1|阳泉天启能源有限公司]]。", "[[O1|大同天启能源有限公司]]。")
    found = resolved(*firms, "[[O1|天启能源]]签约。")
    assert len(names(found)) == 3
    assert {(row.name_a, row.name_b) for row in found.unsure} | {
        (row.name_b, row.name_a) for row in found.unsure
    } >= {("天启能源", "阳泉天启能源有限公司"), ("天启能源", "大同天启能源有限公司")}


def test_with_proof_it_is_the_firm_of_that_city(resolved):
    firms = ("[[O1|阳泉天启能源有限公司]]。", "[[O1|大同天启能源有限公司]]。")
    found = resolved(*firms, "阳泉签约\n在阳泉，[[O1|天启能源]]签约。")
    assert ["天启能源", "阳泉天启能源有限公司"] in names(found)


def test_what_one_article_tells_apart_is_never_joined(resolved):
    found = resolved("[[O1|立讯精密工业股份有限公司]]和[[O2|立讯技术]]。", "[[O1|立讯技术]]。")
    assert ["立讯技术"] in names(found)


def test_edges_and_evidence_follow(resolved):
    found = resolved(
        ("[[O1|立讯精密]]与[[K1|阳泉高新区]]签约。", "O1 COOPERATES_WITH K1"),
        ("[[O1|立讯精密工业股份有限公司]]与[[K1|阳泉市高新区]]签约。", "O1 COOPERATES_WITH K1"),
    )
    ((*_, data),) = found.graph.edges(data=True)
    assert len(data["seen"]) == 2
    assert flatten(found.graph).number_of_edges() == 1


# -- laws

NAMES = {
    "O": ["太行世纪", "太行世纪（阳泉）新能源有限公司", "太行世纪汽车有限公司", "市发改委",
          "阳泉市发改委", "高新区管委会", "阳泉高新区管委会"],
    "K": ["高新区", "阳泉高新区", "阳泉高新技术产业开发区", "太原高新区", "开发区科技园", "科技园"],
    "P": ["年产6万吨铜箔项目", "年产60000吨铜箔产业化项目", "铜箔项目二期", "标准厂房项目"],
}  # fmt: skip
accounts = st.tuples(
    st.sampled_from(["阳泉", "太原", ""]),
    *(st.sampled_from(NAMES[mark]) for mark in "OKP"),
    st.sets(st.sampled_from(["O1 INVESTS_IN P1", "P1 LOCATED_IN K1", "O1 LOCATED_IN K1"])),
)


def article_of(row):
    place, org, park, project, rows = row
    text = f"{place}开工\n{place}，[[O1|{org}]]在[[K1|{park}]]的[[P1|{project}]]。"
    return (text, *sorted(rows))


@settings(max_examples=60)
@given(st.lists(accounts, min_size=1, max_size=7), st.randoms(use_true_random=False), st.data())
def test_law_the_order_of_articles_never_matters(docs_of, rows, random, data):
    docs = docs_of(*map(article_of, rows))
    graph = build(docs)
    before = copy.deepcopy((dict(graph.nodes(data=True)), graph.graph))
    whole = content(resolve(graph))
    assert (dict(graph.nodes(data=True)), graph.graph) == before
    random.shuffle(docs)
    cut = data.draw(st.integers(0, len(docs)))
    assert content(resolve(merge(build(docs[cut:]), build(docs[:cut])))) == whole


@settings(max_examples=60)
@given(st.lists(accounts, min_size=1, max_size=7))
def test_law_every_merge_is_told_and_can_be_undone(docs_of, rows):
    graph = build(docs_of(*map(article_of, rows)))
    found = resolve(graph)
    assert len(graph) - len(found.graph) == len(found.merges)
    assert {row.gone_id for row in found.merges} == set(graph) - set(found.graph)
    never = [Decision(row.entity_type, row.kept_id, row.gone_id) for row in found.merges]
    apart = resolve(graph, Decisions(never=tuple(never)))
    for row in found.merges:
        assert apart.nodes[row.kept_id] != apart.nodes[row.gone_id]


# -- decisions

FIRMS = ("[[O1|甲新能源有限公司]]。", "[[O1|乙汽车有限公司]]。", "[[O1|丙医药有限公司]]。")
PAIR = ("ORG", "甲新能源有限公司", "乙汽车有限公司")


def test_people_join_what_no_rule_would(resolved):
    found = resolved(*FIRMS, merges=[(*PAIR, "known to be one")])
    assert ["乙汽车有限公司", "甲新能源有限公司"] in names(found)
    (row,) = found.merges
    assert (row.rule, row.reason) == ("merges", "known to be one")


def test_people_part_what_rules_join(resolved):
    both = ("[[K1|江苏东台高新区]]。", "[[K1|东台高新技术产业开发区]]。")
    assert len(names(resolved(*both))) == 1
    found = resolved(*both, never=[("PARK", "江苏东台高新区", "东台高新技术产业开发区")])
    assert len(names(found)) == 2
    assert found.unsure == []


def test_ids_decide_as_names_do(resolved):
    nodes = sorted(resolved(*FIRMS[:2]).graph)
    assert len(names(resolved(*FIRMS[:2], merges=[("ORG", *nodes)]))) == 1


def test_both_files_on_one_pair_are_refused(resolved):
    with pytest.raises(InputError, match=r"file\.csv:2: .* are one by the merges file"):
        resolved(*FIRMS, merges=[PAIR], never=[PAIR])
    chain = [PAIR, ("ORG", "乙汽车有限公司", "丙医药有限公司")]
    with pytest.raises(InputError, match="remove one of the two"):
        resolved(*FIRMS, merges=chain, never=[("ORG", "甲新能源有限公司", "丙医药有限公司")])


def test_a_name_that_fits_none_is_told(resolved):
    found = resolved(*FIRMS, merges=[("ORG", "甲新能源有限公司", "丁公司")])
    assert [text.startswith("file.csv:2: no ORG is called 丁公司") for text in found.warnings] == [
        True
    ]


def test_a_name_that_fits_several_is_refused(resolved):
    bodies = ("阳泉开工\n阳泉[[O1|市发改委]]。", "太原开工\n太原[[O1|市发改委]]。")
    with pytest.raises(InputError, match=r"file\.csv:2: 市发改委 fits 2 nodes; write one of their"):
        resolved(*bodies, FIRMS[0], merges=[("ORG", "市发改委", "甲新能源有限公司")])


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_decision_files(tmp_path, mark):
    path = tmp_path / "merges.csv"
    path.write_bytes(mark + "entity_type,a,b,note\r\nORG,甲,乙,同一家\r\n".encode())
    ((row,), never) = read_decisions(path)
    assert row == ("ORG", "甲", "乙", "同一家", (str(path), 2))
    assert never == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("type,a,b\n", "merges.csv:1: no column entity_type"),
        ("entity_type,a,b\nFIRM,甲,乙\n", "merges.csv:2: entity_type 'FIRM'; expected one of ORG"),
        ("entity_type,a,b\nORG,甲,\n", "merges.csv:2: an empty a or b"),
        ('entity_type,a,b\nORG,"甲,乙\n', "merges.csv:2: no CSV"),
    ],
)
def test_faults_of_decision_files(tmp_path, text, problem):
    path = tmp_path / "merges.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_decisions(path)
    assert problem in str(error.value)


def test_decision_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        read_decisions(tmp_path / "none.csv")
    path = tmp_path / "gbk.csv"
    path.write_bytes("entity_type,a,b\nORG,甲,乙\n".encode("gb18030"))
    with pytest.raises(EncodingError, match="not UTF-8"):
        read_decisions(path)


def test_the_tables_can_be_given_back_as_decisions(resolved, tmp_path):
    both = ("[[K1|江苏东台高新区]]。", "[[K1|东台高新技术产业开发区]]。")
    found = resolved(
        *both, "[[O1|阳泉天启能源有限公司]]。", "[[O1|大同天启能源有限公司]]。", "[[O1|天启能源]]。"
    )
    merges, review = tmp_path / "merges.csv", tmp_path / "same_review.csv"
    write_merges(found.merges, merges)
    write_same_review(found.unsure, review)
    undone = read_decisions(never_merge=merges)
    assert [(row.a, row.b) for row in undone.never] == [
        (row.kept_id, row.gone_id) for row in found.merges
    ]
    decided = read_decisions(merges=review)
    assert [(row.a, row.b) for row in decided.merges] == [(row.a, row.b) for row in found.unsure]
    assert decided.merges
