import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.components.amounts import make_amounts
from zonekg.errors import QuestionError
from zonekg.graph.build import build
from zonekg.graph.flat import flatten
from zonekg.graph.questions import MEASURES, diff, find, neighbors, paths, stats, top
from zonekg.graph.resolve import resolve

PAGES = (
    ("yq.txt", "2024-05-10",
     "[[K1|阳泉高新区]]总投资[[M1|332亿元]]。[[O1|康佳集团有限公司]]在[[K1|阳泉高新区]]投资"
     "[[P1|年产10万吨钠离子电池项目]]，总投资[[M2|12亿元]]。[[O2|乙科技有限公司]]在[[K1|阳泉高新区]]。",
     "K1#1 TOTAL_INVESTMENT M1", "O1 INVESTS_IN P1", "P1 LOCATED_IN K1#2",
     "P1 TOTAL_INVESTMENT M2", "O2 LOCATED_IN K1#3", "O1 LOCATED_IN K1#2"),
    ("jc.txt", "2024-06-01",
     "[[K1|高新区]]签约，[[O1|丙能源有限公司]]来[[K1|高新区]]。[[K2|晋城经开区]]总投资[[M1|3亿美元]]。",
     "O1 LOCATED_IN K1#1", "K2 TOTAL_INVESTMENT M1"),
    ("dt.txt", "2024-07-01",
     "[[K1|高新区]]签约，[[O1|丁材料有限公司]]来[[K1|高新区]]。"
     "[[O1|丁材料有限公司]]与[[O2|乙科技有限公司]]合作。"
     "[[P1|光伏玻璃生产基地建设项目]]总投资[[M1|12亿元]]。",
     "O1#1 LOCATED_IN K1#1", "O1#2 COOPERATES_WITH O2", "P1 TOTAL_INVESTMENT M1"),
)  # fmt: skip


@pytest.fixture(scope="session")
def flat_of(marked):
    def run(*rows, **options):
        docs = (
            marked(body, *facts, source=source, date=date) for source, date, body, *facts in rows
        )
        return flatten(resolve(build(map(make_amounts, docs))).graph, **options)

    return run


@pytest.fixture(scope="session")
def graph(flat_of):
    return flat_of(*PAGES)


def name(graph, node):
    return graph.nodes[node]["label"]


# -- names


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("康佳集团有限公司", "康佳集团有限公司"),
        ("康佳集团股份有限公司", "康佳集团有限公司"),
        ("康佳", "康佳集团有限公司"),
        ("阳泉高新技术产业开发区", "阳泉高新区"),
        ("年产１０万吨钠离子电池项目", "年产10万吨钠离子电池项目"),
        (" 晋城 ", "晋城经开区"),
    ],
)
def test_a_node_is_found_by_its_name_a_variant_or_a_part(graph, asked, meant):
    assert name(graph, find(graph, asked)) == meant


def test_two_parks_of_one_name_are_told_apart(graph):
    with pytest.raises(
        QuestionError, match="高新区: 2 nodes match; name one by its id: n:"
    ) as caught:
        find(graph, "高新区")
    assert {one.where for one in caught.value.candidates} == {"jc.txt", "dt.txt"}
    for one in caught.value.candidates:
        assert find(graph, one.id) == one.id
        assert str(one) in str(caught.value)


def test_a_label_goes_before_a_part_and_a_type_narrows(graph):
    with pytest.raises(QuestionError, match="4 nodes match"):
        find(graph, "有限公司")
    assert graph.nodes[find(graph, "电池", "PROJECT")]["entity_type"] == "PROJECT"
    with pytest.raises(QuestionError, match="nor one of type PARK"):
        find(graph, "康佳", "PARK")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("康嘉集团有限公司", "near it: 康佳集团有限公司"),
        ("Ωμέγα", "no node has this name"),
        (" ", "empty name"),
    ],
)
def test_an_unknown_name_gets_suggestions(graph, asked, found):
    with pytest.raises(QuestionError, match=found):
        find(graph, asked)


def test_candidates_say_in_which_park_they_lie(graph):
    with pytest.raises(QuestionError) as caught:
        find(graph, "有限公司")
    where = {one.name: one.where for one in caught.value.candidates}
    assert where["康佳集团有限公司"] == "in 阳泉高新区, yq.txt"


# -- stats and top


def values(graph):
    return {(row.about, row.name): row.value for row in stats(graph)}


def test_totals_of_parks_and_projects_are_never_added(graph):
    found = values(graph)
    sums = {key[1]: value for key, value in found.items() if key[0] == "total investment"}
    assert sums == {"PARK, CNY": 332e8, "PARK, USD": 3e8, "PROJECT, CNY": 24e8}
    notes = [row.note for row in stats(graph) if row.about == "total investment"]
    assert all("never add types together" in note for note in notes)


def test_a_park_inside_a_counted_one_is_not_counted_again(flat_of):
    body = ("[[K1|西咸新区]]总投资[[M1|100亿元]]。[[K2|秦汉新城]]总投资[[M2|40亿元]]。"
            "[[K2|秦汉新城]]在[[K3|泾河园区]]，[[K3|泾河园区]]在[[K1|西咸新区]]。")  # fmt: skip
    facts = ("K1#1 TOTAL_INVESTMENT M1", "K2#1 TOTAL_INVESTMENT M2", "K2#2 LOCATED_IN K3#1",
             "K3#2 LOCATED_IN K1#2")  # fmt: skip
    assert values(flat_of(("a.txt", "", body, *facts)))["total investment", "PARK, CNY"] == 100e8


def test_the_counts(graph):
    found = values(graph)
    assert found["nodes", "all"] == len(graph) == 10
    assert found["relations", "all"] == graph.number_of_edges()
    assert (found["texts", "files"], found["texts", "conflicts"]) == (3, 0)
    assert found["texts", "first date"] == "2024-05-10"
    assert found["texts", "last date"] == "2024-07-01"
    assert found["shape", "isolated nodes"] == 2
    assert found["projects", "none"] == 2
    assert values(nx.MultiDiGraph())["nodes", "all"] == 0


def test_top_ranks_each_currency_apart_and_equal_values_share_a_rank(graph):
    rows = [(row.rank, row.name, row.value, row.unit) for row in top(graph)]
    assert rows == [
        (1, "阳泉高新区", 332e8, "CNY"),
        (2, "光伏玻璃生产基地建设项目", 12e8, "CNY"),
        (2, "年产10万吨钠离子电池项目", 12e8, "CNY"),
        (1, "晋城经开区", 3e8, "USD"),
    ]
    first = top(graph, entity_type="PROJECT", limit=1)
    assert [(row.name, row.told) for row in first] == [("光伏玻璃生产基地建设项目", "12亿元")]
    assert first[0].evidence.startswith("总投资12亿元：")


@pytest.mark.parametrize("by", MEASURES)
def test_every_measure_falls_from_the_first_to_the_last(graph, by):
    rows = [row for row in top(graph, by) if row.unit in ("", "CNY")]
    assert [row.value for row in rows] == sorted((row.value for row in rows), reverse=True)
    assert [row.rank for row in rows] == sorted(row.rank for row in rows)


def test_ties_are_counted_as_networkx_counts_them(graph):
    plain = nx.Graph(graph.edges())
    theirs = nx.betweenness_centrality(nx.compose(nx.empty_graph(list(graph)), plain))
    for row in top(graph, "betweenness"):
        assert row.value == pytest.approx(theirs[row.id])
    assert top(graph, "degree")[0].name == "阳泉高新区"
    with pytest.raises(QuestionError, match="expected one of total_investment"):
        top(graph, "beauty")


def test_amounts_as_nodes_are_no_entities(flat_of):
    flat = flat_of(*PAGES, money_nodes=True)
    assert {row.type for row in top(flat, "mentions")} == {"ORG", "PARK", "PROJECT"}
    assert {row.type for row in top(flat, "degree", entity_type="MONEY")} == {"MONEY"}
    with pytest.raises(QuestionError):
        find(flat, "332亿元")


# -- neighbours and paths


def test_neighbours_have_direction_amounts_and_evidence(graph):
    rows = neighbors(graph, find(graph, "康佳"))
    assert [(row.direction, row.label, row.name, row.amounts) for row in rows] == [
        ("->", "投资", "年产10万吨钠离子电池项目", "总投资12亿元"),
        ("->", "位于", "阳泉高新区", "总投资332亿元"),
    ]
    assert rows[0].evidence.startswith("康佳集团有限公司在阳泉高新区投资")
    assert (rows[0].first_date, rows[0].articles, rows[0].step) == ("2024-05-10", 1, 1)
    park = neighbors(graph, find(graph, "阳泉高新区"))
    assert {row.direction for row in park} == {"<-"}


def test_depth_reaches_further_and_each_relation_stands_once(graph):
    node = find(graph, "康佳")
    near, far = neighbors(graph, node), neighbors(graph, node, depth=9)
    assert far[: len(near)] == near
    assert ("--", "丁材料有限公司", 3) in [(row.direction, row.name, row.step) for row in far]
    reached = nx.node_connected_component(graph.to_undirected(), node)
    assert len(far) == graph.subgraph(reached).number_of_edges()
    only = neighbors(graph, node, depth=9, relations=["INVESTS_IN"])
    assert [row.relation for row in only] == ["INVESTS_IN"]


def test_a_path_has_all_relations_of_each_step(graph):
    a, b = find(graph, "康佳"), find(graph, "丁材料")
    (way,) = paths(graph, a, b)
    assert [(row.step, row.direction, row.name) for row in way] == [
        (1, "->", "阳泉高新区"), (2, "<-", "乙科技有限公司"), (3, "--", "丁材料有限公司"),
    ]  # fmt: skip
    assert all(row.evidence for row in way)
    assert [way[-1].step for way in paths(graph, a, b, k=9)] == [3, 4]
    assert paths(graph, a, b, directed=True) == []
    assert paths(graph, a, find(graph, "晋城")) == []
    with pytest.raises(QuestionError, match="one node"):
        paths(graph, a, a)


@st.composite
def graphs(draw):
    graph = nx.MultiDiGraph()
    size = draw(st.integers(2, 6))
    for i in draw(st.permutations(range(size))):
        graph.add_node(f"n:{i}", label=draw(st.sampled_from("甲乙丙")), entity_type="ORG",
                       names=draw(st.sampled_from(["甲; 乙", "乙", "乙; 甲"])))  # fmt: skip
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.sampled_from("ab"))
    for a, b, key in draw(st.lists(ends.filter(lambda one: one[0] != one[1]), unique=True)):
        graph.add_edge(f"n:{a}", f"n:{b}", f"r:{a}{key}{b}", relation="INVESTS_IN",
                       confidence=draw(st.sampled_from([0.5, 0.75])),
                       evidence=draw(st.sampled_from(["一。", "一。 || 二。"])))  # fmt: skip
    return graph


@given(graphs(), st.integers(1, 4))
def test_undirected_paths_are_the_same_from_both_ends(graph, k):
    there, back = paths(graph, "n:0", "n:1", k=k), paths(graph, "n:1", "n:0", k=k)
    ways = [[way[0].near_id, *dict.fromkeys(row.id for row in way)] for way in there]
    assert [way[::-1] for way in ways] == [
        [way[0].near_id, *dict.fromkeys(row.id for row in way)] for way in back
    ]
    assert len(there) <= k
    plain = nx.Graph(graph.edges())
    plain.add_nodes_from(graph)
    assert bool(there) == nx.has_path(plain, "n:0", "n:1")
    if there:
        assert there[0][-1].step == nx.shortest_path_length(plain, "n:0", "n:1")


# -- diff


def test_a_new_issue_adds_nodes_edges_amounts_and_names(flat_of):
    later = (
        "z.txt", "2025-01-01",
        "[[O1|康佳集团]]在[[K1|阳泉高新区]]。[[P1|年产10万吨钠离子电池项目]]总投资超[[M1|15亿元]]。",
        "O1 LOCATED_IN K1", "P1 TOTAL_INVESTMENT M1",
    )  # fmt: skip
    old, new = flat_of(*PAGES[:1]), flat_of(PAGES[0], PAGES[1], later)
    rows = diff(old, new, counts=False)
    added = [row.name for row in rows if row.change == "added"]
    assert "晋城经开区" in added
    assert "丙能源有限公司 -> 高新区" in added
    changed = {(row.name, row.attribute): (row.old, row.new) for row in rows if row.attribute}
    plant = "年产10万吨钠离子电池项目"
    assert changed[plant, "total_investment_cny"] == ("1200000000.0", "1500000000.0")
    assert changed[plant, "total_investment_text"] == ("", "超15亿元")
    assert changed[plant, "conflicts"] == ("", "1")
    assert changed["康佳集团有限公司", "names"] == ("", "康佳集团")
    edge = "康佳集团有限公司 -> 阳泉高新区"
    assert changed[edge, "evidence"] == ("", "康佳集团在阳泉高新区。")
    assert not any(row.attribute == "mentions" for row in rows)
    assert any(row.attribute == "mentions" for row in diff(old, new))


def test_a_node_that_went_into_another_is_joined_not_removed(flat_of):
    old = flat_of(PAGES[0])
    (zone,) = (node for node, label in old.nodes(data="label") if label == "阳泉高新区")
    new = nx.relabel_nodes(old, {zone: "park:1"})
    new.nodes["park:1"].update(label="山西阳泉高新区", names="山西阳泉高新区; 阳泉高新区")
    rows = diff(old, new)
    assert [row[:] for row in rows if row.change != "changed"] == [
        ("joined", "node", zone, "PARK", "阳泉高新区", "", "阳泉高新区", "山西阳泉高新区")
    ]
    assert [(row.id, row.attribute) for row in rows if row.change == "changed"] == [
        ("park:1", "label"),
        ("park:1", "names"),
    ]


def test_two_nodes_that_became_one_leave_their_edges(flat_of):
    apart = flat_of(PAGES[0])
    kept, gone = sorted(node for node, kind in apart.nodes(data="entity_type") if kind == "ORG")
    one = nx.contracted_nodes(apart, kept, gone, copy=True)
    del one.nodes[kept]["contraction"]
    one.nodes[kept]["sources"] += "; " + apart.nodes[gone]["sources"]
    rows = {(row.change, row.what, row.id) for row in diff(apart, one)}
    assert rows == {("joined", "node", gone), ("changed", "node", kept)}
    back = {(row.change, row.what, row.id) for row in diff(one, apart)}
    assert back == {("parted", "node", gone), ("changed", "node", kept)}


@given(graphs(), graphs())
def test_diffs_mirror_each_other_and_nothing_differs_from_itself(a, b):
    assert diff(a, a) == []
    turned = {
        "added": "removed", "removed": "added", "joined": "parted", "parted": "joined",
        "changed": "changed",
    }  # fmt: skip
    there = {(turned[row.change], row.id, row.attribute, row.new, row.old) for row in diff(a, b)}
    back = [(row.change, row.id, row.attribute, row.old, row.new) for row in diff(b, a)]
    assert there == set(back)
    assert len(back) == len(set(back))
