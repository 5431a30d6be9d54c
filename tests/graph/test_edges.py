import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx import MultiDiGraph

from zonekg.graph.build import merge
from zonekg.graph.check import check_graphml
from zonekg.graph.edges import EDGES
from zonekg.graph.flat import flatten
from zonekg.graph.gephi import write_graphml

RELATIONS = ("INVESTS_IN", "BUILDS", "LOCATED_IN", "COOPERATES_WITH")


def union(*told):
    """A union graph of (head, tail, relation, article, sentence, confidence) rows."""
    graph = MultiDiGraph(articles={})
    for head, tail, relation, article, sentence, confidence in told:
        graph.graph["articles"][article] = {
            "title": f"题{article}", "source": f"{article}.txt", "date": f"2024-05-{article:>02}"
        }  # fmt: skip
        for node in (head, tail):
            seen = {"names": {node: 1}, "name": node, "confidence": 0.5, "places": [],
                    "amounts": []}  # fmt: skip
            if node not in graph:
                graph.add_node(node, entity_type="PARK", kind="", seen={})
            graph.nodes[node]["seen"][article] = seen
        if not graph.has_edge(head, tail, relation):
            graph.add_edge(head, tail, relation, seen={})
        rows = graph.edges[head, tail, relation]["seen"].setdefault(article, [])
        rows.append({"sentence": sentence, "places": [[0, 5]], "confidence": confidence})
    return graph


TOLD = [
    ("a", "b", "INVESTS_IN", "1", "甲投乙。", 0.5),
    ("a", "b", "INVESTS_IN", "1", "甲再投乙。", 0.75),
    ("a", "b", "INVESTS_IN", "2", "甲投乙。", 0.25),
    ("b", "a", "LOCATED_IN", "2", "乙在甲。", 0.5),
    ("a", "c", "COOPERATES_WITH", "3", "甲丙合作。", 0.5),
]


def rows(flat):
    return [(u, v, d["relation"], d["label"], d["evidence"]) for u, v, d in flat.edges(data=True)]


def test_a_relation_is_one_edge_with_all_its_evidence():
    flat = flatten(union(*TOLD))
    assert rows(flat) == [
        ("a", "b", "INVESTS_IN", "投资", "甲投乙。 || 甲再投乙。 || 甲投乙。"),
        ("a", "c", "COOPERATES_WITH", "合作", "甲丙合作。"),
        ("b", "a", "LOCATED_IN", "位于", "乙在甲。"),
    ]
    assert "repeated" not in flat.graph


def test_raw_is_one_edge_a_statement_with_its_own_sentence_and_source():
    flat = flatten(union(*TOLD), edges="evidence")
    assert flat.graph == {"repeated": True}
    assert len({key for *_, key in flat.edges(keys=True)}) == len(TOLD) == flat.number_of_edges()
    assert {
        (u, v, d["relation"], d["evidence"], d["confidence"], d["titles"], d["sources"])
        for u, v, d in flat.edges(data=True)
    } == {
        (u, v, relation, sentence, confidence, f"题{article}", f"{article}.txt:0-5")
        for u, v, relation, article, sentence, confidence in TOLD
    }
    for *_, data in flat.edges(data=True):
        assert (data["evidence_count"], data["weight"]) == (1, 1.0)
        assert data["first_date"] == data["last_date"] == f"2024-05-0{data['sources'][0]}"


def test_simple_is_one_edge_a_pair_in_the_direction_that_most_articles_tell():
    flat = flatten(union(*TOLD), edges="pair")
    evidence = "投资：甲投乙。 || 投资：甲再投乙。 || 投资：甲投乙。 || 位于：乙在甲。"
    assert rows(flat) == [
        ("a", "b", "INVESTS_IN / ←LOCATED_IN", "投资 / ←位于", evidence),
        ("a", "c", "COOPERATES_WITH", "合作", "合作：甲丙合作。"),
    ]
    pair, symmetric = (data for *_, data in flat.edges(data=True))
    assert (pair["weight"], pair["evidence_count"], pair["confidence"]) == (2.0, 4, 0.75)
    assert (pair["symmetric"], symmetric["symmetric"]) == (False, True)
    assert (pair["first_date"], pair["last_date"]) == ("2024-05-01", "2024-05-02")


def test_a_relation_with_a_direction_leads_one_without():
    told = [("a", "b", "COOPERATES_WITH", str(i), "合作。", 0.5) for i in range(5)]
    flat = flatten(union(*told, ("b", "a", "BUILDS", "9", "承建。", 0.5)), edges="pair")
    ((head, tail, data),) = flat.edges(data=True)
    assert (head, tail, data["relation"], data["label"]) == (
        "b", "a", "BUILDS / COOPERATES_WITH", "承建 / 合作"
    )  # fmt: skip


def test_of_equal_ways_the_schema_decides():
    told = [("b", "a", "INVESTS_IN", "1", "投。", 0.5), ("a", "b", "LOCATED_IN", "1", "在。", 0.5)]
    ((head, tail, data),) = flatten(union(*told), edges="pair").edges(data=True)
    assert (head, tail, data["label"]) == ("b", "a", "投资 / ←位于")


def test_both_ways_of_one_relation():
    told = [("b", "a", "BUILDS", "1", "建。", 0.5), ("a", "b", "BUILDS", "1", "建。", 0.5)]
    ((head, tail, data),) = flatten(union(*told), edges="pair").edges(data=True)
    assert (head, tail, data["label"]) == ("a", "b", "承建 / ←承建")


def test_amounts_as_nodes_in_every_mode():
    graph = union(*TOLD)
    amount = {"relation": "TAX", "text": "1亿元", "low": "1e8", "high": "1e8", "currency": "CNY",
              "bound": "", "sentence": "税。", "places": [[0, 5]], "confidence": 0.5}  # fmt: skip
    graph.nodes["a"]["seen"]["1"]["amounts"] = [amount, amount]
    count = {
        edges: sum(
            data["relation"] == "TAX"
            for *_, data in flatten(graph, edges=edges, money_nodes=True).edges(data=True)
        )
        for edges in EDGES
    }
    assert count == {"relation": 1, "evidence": 2, "pair": 1}


def test_an_unknown_mode():
    with pytest.raises(ValueError, match="edges 'raw', expected one of relation, evidence, pair"):
        flatten(union(), edges="raw")


facts = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from(RELATIONS),
        st.sampled_from("123"), st.sampled_from(["甲。", "乙。"]), st.sampled_from([0.25, 0.5]),
    ).filter(lambda row: row[0] != row[1]),
    max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(told=facts)
def test_every_mode_tells_the_same_facts_in_any_order(told):
    graph = union(*told)
    one, raw, simple = (flatten(graph, edges=edges) for edges in EDGES)
    assert raw.number_of_edges() == len(told)
    assert raw.number_of_edges() == sum(d["evidence_count"] for *_, d in one.edges(data=True))
    assert raw.number_of_edges() == sum(d["evidence_count"] for *_, d in simple.edges(data=True))
    pairs = {frozenset(row[:2]) for row in told}
    assert simple.number_of_edges() == len(pairs)
    for u, v, data in simple.edges(data=True):
        relations = data["relation"].split(" / ")
        ways = {(v, u) if name[0] == "←" else (u, v) for name in relations}
        assert {d for d in ways if d[0] == u}  # the leading relation runs as the edge does
        assert len(relations) == sum({u, v} == {a, b} for a, b in one.edges())
    again = merge(merge(graph, MultiDiGraph(articles={})), graph)
    for edges, flat in zip(EDGES, (one, raw, simple), strict=True):
        assert list(flatten(again, edges=edges).edges(keys=True, data=True)) == list(
            flat.edges(keys=True, data=True)
        )


@pytest.mark.parametrize("edges", EDGES)
def test_every_mode_opens_in_gephi(tmp_path, edges):
    told = [(a, b, r, "1", f"{a}{b}。", 0.5) for a, b in itertools.permutations("abc", 2)
            for r in RELATIONS[:3]]  # fmt: skip
    flat = flatten(union(*TOLD, *told), edges=edges)
    write_graphml(flat, tmp_path / "a.graphml")
    assert check_graphml(tmp_path / "a.graphml", repeated=edges == "evidence") == []
