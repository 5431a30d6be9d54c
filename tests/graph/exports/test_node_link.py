import json

import networkx as nx

from zonekg.graph.exports.node_link import write_node_link
from zonekg.graph.exports.rows import items
from zonekg.graph.layout import layout


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_networkx_reads_it_back_with_lists_as_lists(flat, tmp_path):
    flat.nodes["n:00"]["label"] = "</script>\"'\\\n\u2028𠮷"
    write_node_link(flat, tmp_path / "a.json")
    back = nx.node_link_graph(read(tmp_path / "a.json"), edges="edges")
    assert set(back.edges(keys=True)) == set(flat.edges(keys=True))
    lists = dict.fromkeys(("names", "sources", "total_investment_text"), "list")
    places = layout(flat)
    for node, data in flat.nodes(data=True):
        expected = items("node", data, dict.fromkeys(data, "string") | lists)
        found = back.nodes[node]
        assert expected.items() <= found.items()
        assert set(found) - set(expected) <= {"x", "y", "size", "color"}
        assert (found["x"], found["y"]) == tuple(round(x, 2) for x in places[node])
    lists = dict.fromkeys(("evidence", "titles", "sources"), "list")
    for *edge, data in flat.edges(keys=True, data=True):
        expected = items("edge", data, dict.fromkeys(data, "string") | lists)
        found = back.edges[tuple(edge)]
        assert found == expected | {"color": found["color"]}


def test_one_node_or_edge_a_line(flat, tmp_path):
    write_node_link(flat, tmp_path / "a.json")
    lines = (tmp_path / "a.json").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3 + len(flat) + flat.number_of_edges()


def test_an_empty_graph_and_what_the_graph_says_of_itself(tmp_path):
    write_node_link(nx.MultiDiGraph(repeated=True), tmp_path / "a.json")
    back = nx.node_link_graph(read(tmp_path / "a.json"), edges="edges")
    assert (len(back), back.graph) == (0, {"repeated": True})


def test_same_bytes_from_another_order(flat, shuffled, tmp_path):
    for name, graph in (("a", flat), ("b", shuffled)):
        write_node_link(graph, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
