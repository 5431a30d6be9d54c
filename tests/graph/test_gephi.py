import errno
import math
import os
import string
import sys
from xml.etree import ElementTree

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zonekg.graph.exports.rows as rows
import zonekg.graph.gephi as gephi
from zonekg.errors import OutputError
from zonekg.graph.check import check_graphml
from zonekg.graph.gephi import graphml_lines, write_graphml
from zonekg.graph.layout import layout
from zonekg.schema import default_schema

NS = "{http://graphml.graphdrawing.org/xmlns}"
GOLDEN = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="n_label" for="node" attr.name="label" attr.type="string"/>
  <key id="n_entity_type" for="node" attr.name="entity_type" attr.type="string"/>
  <key id="n_mentions" for="node" attr.name="mentions" attr.type="long"/>
  <key id="n_tax_cny" for="node" attr.name="tax_cny" attr.type="double"/>
  <key id="n_x" for="node" attr.name="x" attr.type="double"/>
  <key id="n_y" for="node" attr.name="y" attr.type="double"/>
  <key id="n_size" for="node" attr.name="size" attr.type="double"/>
  <key id="n_color" for="node" attr.name="color" attr.type="string"/>
  <key id="e_edge_id" for="edge" attr.name="edge_id" attr.type="string"/>
  <key id="e_relation" for="edge" attr.name="relation" attr.type="string"/>
  <key id="e_label" for="edge" attr.name="label" attr.type="string"/>
  <key id="e_weight" for="edge" attr.name="weight" attr.type="double"/>
  <key id="e_symmetric" for="edge" attr.name="symmetric" attr.type="boolean"/>
  <key id="e_color" for="edge" attr.name="color" attr.type="string"/>
  <graph id="G" edgedefault="directed">
    <node id="n:1">
      <data key="n_label">A&amp;B &lt;甲&gt;&#13;</data>
      <data key="n_entity_type">ORG</data>
      <data key="n_mentions">3</data>
      <data key="n_tax_cny">300000000.0</data>
      <data key="n_x">1.5</data>
      <data key="n_y">0.0</data>
      <data key="n_size">40.0</data>
      <data key="n_color">#3b6fb6</data>
    </node>
    <node id="n:2">
      <data key="n_label">乙园</data>
      <data key="n_entity_type">PARK</data>
      <data key="n_x">-2.25</data>
      <data key="n_y">7.0</data>
      <data key="n_color">#2e8b57</data>
    </node>
    <edge id="r:1" source="n:1" target="n:2" label="COOPERATES_WITH">
      <data key="e_edge_id">r:1</data>
      <data key="e_relation">COOPERATES_WITH</data>
      <data key="e_label">合作</data>
      <data key="e_weight">2.0</data>
      <data key="e_symmetric">true</data>
      <data key="e_color">#3b6fb6</data>
    </edge>
  </graph>
</graphml>
"""


def pair(**edge):
    graph = nx.MultiDiGraph()
    graph.add_node("n:1", label="甲", entity_type="ORG")
    graph.add_node("n:2", label="乙", entity_type="PARK")
    graph.add_edge("n:1", "n:2", "r:1", **{"relation": "INVESTS_IN", **edge})
    return graph


def text_of(graph, **kw):
    return "".join(graphml_lines(graph, **kw))


def read(path):
    return nx.read_graphml(path, edge_key_type=str, force_multigraph=True)


def test_the_conventions_byte_for_byte():
    graph = nx.MultiDiGraph()
    graph.add_node("n:2", label="乙园", entity_type="PARK", names="", kind=None)
    graph.add_node(
        "n:1",
        label="A&B <甲>\r\x0b\ud800",
        entity_type="ORG",
        mentions=np.int64(3),
        tax_cny=300_000_000,
    )
    graph.nodes["n:2"]["tax_cny"] = math.nan  # makes no value, and must not make a column a string
    graph.nodes["n:1"]["tax_cny"] = 3e8
    graph.add_edge(
        "n:1", "n:2", "r:1", relation="COOPERATES_WITH", label="合作", weight=2, symmetric=True
    )
    assert text_of(graph, positions={"n:1": (1.5, -0.001), "n:2": (-2.25, 7)}) == GOLDEN


def test_networkx_reads_it_back(flat, tmp_path):
    write_graphml(flat, tmp_path / "a.graphml")
    back = read(tmp_path / "a.graphml")
    assert set(back) == set(flat)
    assert set(back.edges(keys=True)) == set(flat.edges(keys=True))
    for node, data in flat.nodes(data=True):
        assert data.items() <= back.nodes[node].items()
    for *edge, data in flat.edges(keys=True, data=True):
        assert data.items() <= back.edges[tuple(edge)].items()


def test_igraph_reads_it(flat, tmp_path):
    write_graphml(flat, tmp_path / "a.graphml")
    back = igraph.Graph.Read_GraphML(str(tmp_path / "a.graphml"))
    assert back.is_directed()
    assert dict(zip(back.vs["id"], back.vs["label"], strict=True)) == dict(flat.nodes(data="label"))
    # igraph's own edge ids are those of nodes, so edges are told by ends and relation
    ids = back.vs["id"]
    assert {(ids[e.source], ids[e.target], e["relation"], e["edge_id"]) for e in back.es} == {
        (u, v, d["relation"], k) for u, v, k, d in flat.edges(keys=True, data=True)
    }


def test_gephi_lite_reads_it(flat, tmp_path, graphology):
    flat.add_node("n:90", label='甲\n乙\t"<丙>"&amp;\r𠮷🏭 ]]>', entity_type="ORG", share=0.25)
    write_graphml(flat, tmp_path / "a.graphml")
    back = graphology(tmp_path / "a.graphml")
    assert (back["type"], back["multi"]) == ("directed", True)
    assert [node["id"] for node in back["nodes"]] == sorted(flat)
    for node in back["nodes"]:
        assert flat.nodes[node["id"]].items() <= node["attributes"].items()
        assert "type" not in node["attributes"]
    assert {e["id"]: (e["source"], e["target"]) for e in back["edges"]} == {
        k: (u, v) for u, v, k in flat.edges(keys=True)
    }
    for edge in back["edges"]:
        data = flat.edges[edge["source"], edge["target"], edge["id"]]
        assert data.items() <= edge["attributes"].items()


def test_cytoscape_reads_it(flat, tmp_path, cytoscape):
    write_graphml(flat, tmp_path / "a.graphml")
    back = cytoscape(tmp_path / "a.graphml")
    assert {node["id"]: node["n_label"] for node in back["nodes"]} == dict(flat.nodes(data="label"))
    found = {(e["source"], e["target"], e["id"], e["e_relation"]) for e in back["edges"]}
    assert found == {(u, v, k, d["relation"]) for u, v, k, d in flat.edges(keys=True, data=True)}


def test_statements_of_a_relation_stand_side_by_side_when_the_graph_says_so(tmp_path):
    graph = pair()
    graph.add_edge("n:1", "n:2", "r:2", relation="INVESTS_IN")
    graph.graph["repeated"] = True
    write_graphml(graph, tmp_path / "a.graphml")
    assert [f.rule for f in check_graphml(tmp_path / "a.graphml")] == ["edge-repeated"]
    assert check_graphml(tmp_path / "a.graphml", repeated=True) == []


def test_the_checker_finds_nothing(flat, tmp_path):
    write_graphml(flat, tmp_path / "a.graphml")
    assert check_graphml(tmp_path / "a.graphml") == []


def test_the_relation_is_the_xml_label_and_colours_come_from_the_schema(flat):
    root = ElementTree.fromstring(text_of(flat))
    edges = {edge.get("id"): edge for edge in root.iter(f"{NS}edge")}
    schema = default_schema()
    for *_, key, data in flat.edges(keys=True, data=True):
        edge = edges[key]
        assert edge.get("label") == data["relation"]
        colors = [d.text for d in edge if d.get("key") == "e_color"]
        assert colors == [schema.relations[data["relation"]].color]
        assert "directed" not in edge.attrib


def test_sizes_leave_out_the_base(flat):
    root = ElementTree.fromstring(text_of(flat))
    sizes = [float(d.text) for d in root.iter(f"{NS}data") if d.get("key") == "n_size"]
    assert 0 < len(sizes) < len(flat)
    assert all(10 < size <= 40 for size in sizes)


def test_unknown_types_are_grey():
    graph = pair()
    graph.nodes["n:1"]["entity_type"] = "PERSON"
    graph.edges["n:1", "n:2", "r:1"]["relation"] = "KNOWS"
    assert text_of(graph).count("#888888") == 2


def test_positions_are_the_layouts(flat, tmp_path):
    write_graphml(flat, tmp_path / "a.graphml")
    back = read(tmp_path / "a.graphml")
    for node, (x, y) in layout(flat).items():
        assert (back.nodes[node]["x"], back.nodes[node]["y"]) == (round(x, 2), round(y, 2))


@pytest.mark.parametrize(
    ("one", "two", "kind", "read_as"),
    [
        (1, 2.5, "double", (1.0, 2.5)),
        (1, 2**63, "double", (1.0, 2.0**63)),
        (1, "约", "string", ("1", "约")),
        (True, 1, "string", ("true", "1")),
        (True, np.bool_(False), "boolean", (True, False)),
        (-(2**63), 2**63 - 1, "long", (-(2**63), 2**63 - 1)),
        (np.float32(0.5), np.float64(1e300), "double", (0.5, 1e300)),
        (5e-324, -5e-324, "double", (0.0, 0.0)),  # igraph refuses a file with such numbers
        pytest.param(
            10**400, -(10**400), "double", (sys.float_info.max, -sys.float_info.max), id="huge"
        ),
    ],
)
def test_a_column_has_one_type(tmp_path, one, two, kind, read_as):
    graph = pair()
    graph.nodes["n:1"]["tax"], graph.nodes["n:2"]["tax"] = one, two
    write_graphml(graph, tmp_path / "a.graphml")
    assert f'attr.name="tax" attr.type="{kind}"' in (tmp_path / "a.graphml").read_text("utf-8")
    back = read(tmp_path / "a.graphml")
    assert (back.nodes["n:1"]["tax"], back.nodes["n:2"]["tax"]) == read_as
    assert check_graphml(tmp_path / "a.graphml") == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "", " \n", "\x00", np.nan])
def test_values_that_say_nothing_are_left_out(value):
    graph = pair(note=value)
    graph.nodes["n:1"]["tax"] = value
    assert "note" not in text_of(graph)
    assert "tax" not in text_of(graph)


def test_evidence_is_cut_at_a_joint():
    sentence = "甲公司投资乙项目，" + "很" * 180 + "。"
    text = text_of(pair(evidence=" || ".join([sentence] * 5)))
    assert f'<data key="e_evidence">{sentence} || {sentence} || …</data>' in text
    long = "先说。" + "长" * 600
    assert ">先说。…</data>" in text_of(pair(evidence=long))
    assert f">{'长' * 499}…</data>" in text_of(pair(evidence="长" * 600))
    assert f">{'长' * 500}</data>" in text_of(pair(evidence="长" * 500))


def broken(change):
    graph = pair()
    change(graph)
    return graph


BROKEN = {
    "stands twice, and Gephi would drop": lambda g: g.add_edge("n:2", "n:1", "r:1", relation="TAX"),
    "would add both": lambda g: g.add_edge("n:1", "n:2", "r:2", relation="INVESTS_IN"),
    "weight 0, expected": lambda g: g["n:1"]["n:2"]["r:1"].update(weight=0),
    "weight nan, expected": lambda g: g["n:1"]["n:2"]["r:1"].update(weight=math.nan),
    "weight '1', expected": lambda g: g["n:1"]["n:2"]["r:1"].update(weight="1"),
    "the relation of edge r:1 None": lambda g: g["n:1"]["n:2"]["r:1"].pop("relation"),
    "the relation of edge r:1 ''": lambda g: g["n:1"]["n:2"]["r:1"].update(relation=""),
    "node id ' a'": lambda g: g.add_node(" a"),
    "node id ''": lambda g: g.add_node(""),
    "node id 7": lambda g: g.add_node(7),
    r"node id 'a\\nb'": lambda g: g.add_node("a\nb"),
    r"node id 'a\\x0bb'": lambda g: g.add_node("a\x0bb"),
    "edge key 0": lambda g: g.add_edge("n:2", "n:1", relation="TAX"),
    "attribute 'type' can't": lambda g: g.add_node("n:1", type="ORG"),
    "attribute 'Label' can't": lambda g: g.add_node("n:1", Label="x"),
    "attribute 'a b' can't": lambda g: g.add_node("n:1", **{"a b": 1}),
    "attribute 'source' is made": lambda g: g["n:1"]["n:2"]["r:1"].update(source="x"),
    "attribute 'color' is made": lambda g: g.add_node("n:1", color="red"),
    "is a list, expected": lambda g: g.add_node("n:1", names=["甲"]),
    "'Tax' and 'tax' are one column": lambda g: g.add_node("n:1", tax=1, Tax=2),
}


@pytest.mark.parametrize("words", BROKEN)
def test_what_gephi_would_spoil_is_refused(tmp_path, words):
    with pytest.raises(OutputError, match=words):
        write_graphml(broken(BROKEN[words]), tmp_path / "a.graphml")
    assert list(tmp_path.iterdir()) == []


def test_the_graph_is_not_changed(flat, tmp_path):
    before = nx.node_link_data(flat.copy(), edges="edges")
    write_graphml(flat, tmp_path / "a.graphml")
    assert nx.node_link_data(flat, edges="edges") == before


def test_empty_graph(tmp_path):
    write_graphml(nx.MultiDiGraph(), tmp_path / "a.graphml")
    assert len(read(tmp_path / "a.graphml")) == 0
    assert check_graphml(tmp_path / "a.graphml") == []


legal = st.characters(
    exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))) + "\ufffe\uffff"
)
words = st.text(st.one_of(legal, st.sampled_from("\t\n\r\"'&<>]")), max_size=30)
names = st.text(string.ascii_lowercase + "_甲", min_size=3, max_size=8).filter(
    lambda name: (
        name[0] != "_"
        and not any(rows._fault(on, name) for on in ("node", "edge"))
        and name not in {"label", "weight", "relation", "evidence", "mentions"}
    )
)
values = st.one_of(words, st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans())


def expected(data):
    """What a reader gets: blank text, NaN and infinite values are missing, tiny ones 0."""
    return {
        name: 0.0 if isinstance(value, float) and abs(value) < sys.float_info.min else value
        for name, value in data.items()
        if not (isinstance(value, str) and not value.strip())
        and not (isinstance(value, float) and not math.isfinite(value))
    }


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    node=st.dictionaries(names, values, max_size=5), edge=st.dictionaries(names, values, max_size=5)
)
def test_any_attributes_come_back(tmp_path, node, edge):
    graph = pair(**edge)
    graph.nodes["n:1"].update(node)
    path = tmp_path / "a.graphml"
    write_graphml(graph, path)
    assert check_graphml(path) == []
    back = read(path)
    assert expected(node).items() <= back.nodes["n:1"].items()
    assert expected(edge).items() <= back.edges["n:1", "n:2", "r:1"].items()
    assert igraph.Graph.Read_GraphML(str(path)).ecount() == 1


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_any_characters_make_well_formed_xml(text):
    root = ElementTree.fromstring(text_of(pair(evidence=text, titles=text + "。")).encode("utf-8"))
    kept = "".join(c for c in text if legal_xml(c))
    found = {d.get("key"): d.text for d in root.iter(f"{NS}data")}
    assert found["e_titles"] == kept + "。"


def legal_xml(char):
    code = ord(char)
    return code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code > 0xFFFF


def test_same_bytes_under_another_hash_seed(flat, under_hash_seeds):
    script = (
        "from zonekg.graph.gephi import graphml_lines\n"
        "(folder / 'a').write_bytes(''.join(graphml_lines(sample())).encode('utf-8'))"
    )
    one, two = under_hash_seeds(script)
    assert (one / "a").read_bytes() == (two / "a").read_bytes() == text_of(flat).encode("utf-8")


def test_same_bytes_from_another_order(flat, shuffled):
    assert text_of(shuffled) == text_of(flat)


class Full:
    """A file that takes some writes and then has no space."""

    def __init__(self, real, writes):
        self.real, self.left = real, writes

    def __getattr__(self, name):
        return getattr(self.real, name)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return self.real.__exit__(*args)

    def write(self, text):
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.real.write(text)


@pytest.mark.parametrize("writes", [0, 1, 40])
def test_a_full_disk_leaves_the_old_file(flat, tmp_path, monkeypatch, writes):
    path = tmp_path / "a.graphml"
    path.write_text("old")
    real = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *a, **kw: Full(real(*a, **kw), writes))
    with pytest.raises(OutputError, match=r"a\.graphml: .*No space left.*free some space"):
        write_graphml(flat, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.graphml"]


def test_control_c_leaves_no_file(flat, tmp_path, monkeypatch):
    def stopped(*_):
        yield "<graphml>"
        raise KeyboardInterrupt

    monkeypatch.setattr(gephi, "graphml_lines", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_graphml(flat, tmp_path / "a.graphml")
    assert list(tmp_path.iterdir()) == []
