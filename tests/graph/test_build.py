import re

import pytest
from accounts import FACTS, NAMES, accounts, content
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.annotate.corpus import read_docs
from zonekg.components.aliases import make_aliases
from zonekg.components.amounts import make_amounts
from zonekg.docs import relations, set_article, set_relations
from zonekg.errors import InputError
from zonekg.graph.build import build, doc_graph, merge
from zonekg.ingest import read_pages


@pytest.fixture(scope="session")
def graph_of(marked):
    """A function: articles as (marked text, relations...) -> their graph, one file each."""

    def run(*articles, **options):
        docs = []
        for i, row in enumerate(articles):
            body, *rows = (row,) if isinstance(row, str) else row
            doc = marked(body, *rows, **{"source": f"{i}.txt"} | options)
            docs.append(make_aliases(make_amounts(doc)))
        return build(docs)

    return run


def names(graph, label=None):
    """For each node the names that it was called by."""
    rows = [
        sorted({name for row in data["seen"].values() for name in row["names"]})
        for _, data in graph.nodes(data=True)
        if label in (None, data["entity_type"])
    ]
    return sorted(rows)


def edges(graph):
    """(head, relation, tail) by the fullest name."""

    def name(node):
        return max((row["name"] for row in graph.nodes[node]["seen"].values()), key=len)

    return {(name(head), key, name(tail)) for head, tail, key in graph.edges(keys=True)}


# -- the law of merging

some = st.lists(accounts, max_size=4)


def test_accounts_can_disagree_on_one_article(told):
    """Else the laws below would say little."""
    base = {"names": NAMES[0], "source": "a.txt", "date": ""}
    a = told(base | {"rows": {FACTS[0]}, "title": "标题", "score": 0.5})
    b = told(base | {"rows": {FACTS[1]}, "title": "另一个标题", "score": 1.0})
    one, other = doc_graph(a), doc_graph(b)
    assert set(one.graph["articles"]) == set(other.graph["articles"])
    assert content(one) != content(other)
    assert len(edges(merge(one, other))) == 2


@settings(max_examples=60)
@given(some, some, some)
def test_law_merging_is_a_union(told, first, second, third):
    docs = [[told(account) for account in part] for part in (first, second, third)]
    a, b, c = map(build, docs)
    before = [content(graph) for graph in (a, b, c)]
    ab = merge(a, b)
    assert content(ab) == content(merge(b, a))
    assert content(merge(ab, c)) == content(merge(a, merge(b, c)))
    assert content(merge(a, a)) == content(a)
    assert content(merge(ab, a)) == content(ab)
    assert content(merge(a, build([]))) == content(a)
    assert content(ab) == content(build(docs[0] + docs[1])) == content(build(docs[1] + docs[0]))
    assert [content(graph) for graph in (a, b, c)] == before


@settings(max_examples=30)
@given(some, some)
def test_law_a_merged_graph_does_not_hang_on_its_parts(told, first, second):
    a, b = (build([told(account) for account in part]) for part in (first, second))
    whole = merge(a, b)
    before = content(whole)
    merge(whole, build([told(account | {"score": 0.75}) for account in first]))
    for part in (a, b):
        part.graph["articles"].clear()
        for _, data in part.nodes(data=True):
            data["seen"].clear()
        part.clear()
    assert content(whole) == before


def test_an_article_that_comes_twice_counts_once(graph_of):
    row = ("[[O1|康佳集团]]投资[[P1|电池材料产业化示范项目]]。", "O1 INVESTS_IN P1")
    once, twice = graph_of(row, source="a.txt"), graph_of(row, row, source="a.txt")
    assert content(once) == content(twice)
    elsewhere = graph_of(row, row)
    (seen,) = [data["seen"] for *_, data in elsewhere.edges(data=True)]
    assert len(seen) == 2


def test_a_doc_without_its_article_is_refused(nlp):
    with pytest.raises(InputError, match=r"without its article; use zonekg\.extract"):
        build([nlp("甲")])


def test_no_docs_no_nodes():
    assert content(build([])) == ({"articles": {}}, {}, {})


# -- one real thing is one node

SAME = [
    ("K", "吕梁经济技术开发区", "吕梁经开区"),
    ("K", "阳泉高新技术产业开发区", "阳泉高新区"),
    ("K", "国家级阳泉高新区", "阳泉高新区"),
    ("K", "固废科技园（一期）", "固废科技园(一期)"),
    ("O", "华启天成（深圳）智能科技有限公司", "华启天成(深圳)智能科技有限公司"),
    ("O", "康佳集团股份有限公司", "康佳集团"),
    ("O", "阳泉高新技术产业开发区管理委员会", "阳泉高新区管委会"),
    ("O", "“双合成”食品公司", "双合成食品公司"),
    ("O", "ＴＣＬ集团", "TCL集团"),
    ("P", "年产10万吨高性能钠离子电池项目", "10万吨高性能钠离子电池项目"),
    ("P", "“源网荷储”一体化示范建设项目", "源网荷储一体化示范项目"),
    ("P", "源网荷储一体化示范工程项目", "源网荷储一体化示范工程"),
    ("P", "阳泉东区智慧物流产业园（一期）项目", "阳泉东区智慧物流产业园(一期)项目"),
]


@pytest.mark.parametrize(("mark", "one", "other"), SAME)
def test_variants_are_one_node_in_an_article_and_across_articles(graph_of, mark, one, other):
    both = [sorted({one, other})]
    assert names(graph_of(f"[[{mark}1|{one}]]开工。[[{mark}2|{other}]]投产。")) == both
    assert names(graph_of(f"[[{mark}1|{one}]]开工。", f"[[{mark}1|{other}]]投产。")) == both


@pytest.mark.parametrize(
    ("mark", "one", "other"),
    [
        ("K", "吕梁经开区", "吕梁高新区"),
        ("K", "吕梁经开区", "晋城经开区"),
        ("O", "浙江大学", "浙江工业大学"),
        ("O", "阳泉高新区管委会", "阳泉高新区党工委"),
        ("P", "星美高性能锂电池一期项目", "星美高性能锂电池二期项目"),
        ("P", "年产10万吨高性能钠离子电池项目", "年产20万吨高性能钠离子电池项目"),
    ],
)
def test_other_names_are_other_nodes(graph_of, mark, one, other):
    apart = sorted([[one], [other]])
    assert names(graph_of(f"[[{mark}1|{one}]]开工。[[{mark}2|{other}]]投产。")) == apart
    assert names(graph_of(f"[[{mark}1|{one}]]开工。", f"[[{mark}1|{other}]]投产。")) == apart


def test_a_park_and_a_project_of_one_name_are_two_nodes(graph_of):
    graph = graph_of("[[K1|阳泉东区智慧物流产业园]]，[[P1|阳泉东区智慧物流产业园]]。")
    assert sorted(kind for _, kind in graph.nodes(data="entity_type")) == ["PARK", "PROJECT"]


def test_the_articles_own_gaoxinqu_is_its_park(graph_of):
    graph = graph_of(
        ("[[K1|阳泉高新区]]提速。[[K2|高新区]]与[[O1|康佳集团]]签约。", "O1 COOPERATES_WITH K2"),
        ("[[K1|太原高新区]]提速。[[K2|高新区]]与[[O1|康佳集团]]签约。", "O1 COOPERATES_WITH K2"),
        "[[K1|阳泉高新技术产业开发区]]招商。",
    )
    assert names(graph, "PARK") == [
        ["太原高新区", "高新区"],
        ["阳泉高新区", "阳泉高新技术产业开发区", "高新区"],
    ]
    assert names(graph, "ORG") == [["康佳集团"]]
    assert len(edges(graph)) == 2


def test_bare_gaoxinqu_of_two_articles_is_two_nodes(graph_of):
    assert names(graph_of("[[K1|高新区]]提速。", "[[K1|高新区]]增效。")) == [["高新区"], ["高新区"]]


def test_a_local_body_is_one_in_its_paper_only(graph_of):
    rows = ("[[O1|市发改委]]说。", "[[O1|市发改委]]讲。")
    assert names(graph_of(*rows)) == [["市发改委"], ["市发改委"]]
    assert names(graph_of(*rows, source="a.txt")) == [["市发改委"]]
    full = ("[[O1|阳泉市发改委]]说。", "[[O1|阳泉市发改委]]讲。")
    assert names(graph_of(*full)) == [["阳泉市发改委"]]


def test_a_short_project_is_told_by_its_park(graph_of):
    def row(park, verb):
        return (f"[[K1|{park}]]的[[P1|污水处理厂]]{verb}。", "P1 LOCATED_IN K1")

    same = graph_of(row("阳泉高新区", "开工"), row("阳泉高新技术产业开发区", "投产"))
    assert names(same, "PROJECT") == [["污水处理厂"]]
    assert len(edges(same)) == 1
    other = graph_of(row("阳泉高新区", "开工"), row("晋城经开区", "开工"))
    assert names(other, "PROJECT") == [["污水处理厂"], ["污水处理厂"]]
    alone = graph_of("[[P1|污水处理厂]]开工。", "[[P1|污水处理厂]]投产。")
    assert names(alone) == [["污水处理厂"], ["污水处理厂"]]


def test_amounts_are_no_nodes(graph_of):
    graph = graph_of(("[[K1|阳泉高新区]]税收[[M1|3亿元]]，[[M2|5亿元]]。", "K1 TAX M1"))
    ((_, data),) = graph.nodes(data=True)
    ((row,),) = [seen["amounts"] for seen in data["seen"].values()]
    assert (row["relation"], row["text"], row["low"], row["currency"]) == (
        "TAX", "3亿元", "300000000", "CNY"
    )  # fmt: skip
    assert row["sentence"] == "阳泉高新区税收3亿元，5亿元。"


def test_a_thing_has_no_edge_to_itself(graph_of):
    row = ("[[K1|阳泉高新区]]与[[K2|阳泉高新技术产业开发区]]。", "K1 COOPERATES_WITH K2")
    assert edges(graph_of(row)) == set()


def test_signing_is_one_edge_whichever_way_it_is_told(graph_of):
    graph = graph_of(
        ("[[O1|康佳集团]]与[[K1|阳泉高新区]]签约。", "O1 COOPERATES_WITH K1"),
        ("[[K1|阳泉高新区]]与[[O1|康佳集团]]签约。", "K1 COOPERATES_WITH O1"),
    )
    ((*_, data),) = graph.edges(data=True)
    assert len(data["seen"]) == 2


def test_relations_of_one_pair_stay_apart(graph_of):
    graph = graph_of(
        (
            "[[O1|康佳集团]]在[[K1|阳泉高新区]]投资、签约。",
            "O1 INVESTS_IN K1",
            "O1 COOPERATES_WITH K1",
            "O1 LOCATED_IN K1",
        )
    )
    assert {key for *_, key in graph.edges(keys=True)} == {
        "INVESTS_IN", "COOPERATES_WITH", "LOCATED_IN"
    }  # fmt: skip


# -- evidence


def test_an_edge_has_sentence_place_confidence_and_its_article_title_and_date(marked):
    doc = marked(
        "标题\n前一句。[[O1|康佳集团]]投资[[P1|电池材料产业化项目]]。后一句。",
        "O1 INVESTS_IN P1",
        date="2024-05-10",
        title="标题",
    )
    set_relations(doc, [relations(doc)[0]._replace(score=0.75)])
    graph = build([doc])
    ((*_, data),) = graph.edges(data=True)
    ((key, (evidence,)),) = data["seen"].items()
    sentence = "康佳集团投资电池材料产业化项目。"
    start = doc.text.index(sentence)
    assert evidence == {
        "sentence": sentence,
        "places": [[start, start + len(sentence)]],
        "confidence": 0.75,
    }
    assert graph.graph["articles"] == {
        key: {"title": "标题", "source": "page.txt", "date": "2024-05-10", "place": ""}
    }


def test_ends_in_two_sentences_give_both(marked):
    doc = marked(
        "[[O1|康佳集团]]来了。中间一句。[[P1|电池材料产业化项目]]开工。", "O1 INVESTS_IN P1"
    )
    ((*_, data),) = build([doc]).edges(data=True)
    (((evidence,),),) = [data["seen"].values()]
    assert evidence["sentence"] == "康佳集团来了。 … 电池材料产业化项目开工。"
    assert (
        "".join(doc.text[a:b] for a, b in evidence["places"])
        == "康佳集团来了。电池材料产业化项目开工。"
    )


def squeezed(text):
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="session")
def seed_graph(root, nlp):
    """The graph of the seed pages with the mentions and relations that people marked."""
    articles = {one.text: one for page in read_pages(root / "seeds") for one in page}
    docs = list(read_docs(root / "annotations" / "seeds" / "gold.jsonl", nlp))
    for doc in docs:
        set_article(make_amounts(doc), articles[doc.text])
    return build(docs)


def slices(root, graph, article, places):
    text = (
        (root / "seeds" / graph.graph["articles"][article]["source"]).read_bytes().decode("utf-8")
    )
    return [text[start:end] for start, end in places]


def test_evidence_of_the_seed_pages_points_at_its_sentence_in_the_file(root, seed_graph):
    cut = 0
    owned = [
        (key, row)
        for _, data in seed_graph.nodes(data=True)
        for key, seen in data["seen"].items()
        for row in seen["amounts"]
    ]
    stated = [
        (key, row)
        for *_, data in seed_graph.edges(data=True)
        for key, rows in data["seen"].items()
        for row in rows
    ]
    assert len(owned) > 10
    assert len(stated) > 50
    for key, row in owned + stated:
        parts = slices(root, seed_graph, key, row["places"])
        assert squeezed("".join(parts)) == squeezed(row["sentence"].replace(" … ", ""))
        cut += len(parts) > 1
    assert cut > 0


def test_every_mention_of_the_seed_pages_points_at_its_name_in_the_file(root, seed_graph):
    for _, data in seed_graph.nodes(data=True):
        for key, seen in data["seen"].items():
            found = ["".join(slices(root, seed_graph, key, place)) for place in seen["places"]]
            told = [name for name, count in seen["names"].items() for _ in range(count)]
            assert sorted(map(squeezed, found)) == sorted(map(squeezed, told))


def test_the_seed_pages_have_one_node_for_yangquan(seed_graph):
    found = [row for row in names(seed_graph, "PARK") if any("阳泉高新" in name for name in row)]
    assert len(found) == 1
    assert "高新区" in found[0]
