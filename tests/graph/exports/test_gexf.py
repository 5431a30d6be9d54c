from xml.etree import ElementTree

import networkx as nx
import pytest

from zonekg.errors import OutputError
from zonekg.graph.check import check_gexf
from zonekg.graph.exports.gexf import gexf_lines, write_gexf
from zonekg.graph.exports.rows import items
from zonekg.graph.layout import layout

NS = {"g": "http://gexf.net/1.3", "viz": "http://gexf.net/1.3/viz"}
LISTS = ("names", "sources", "total_investment_text")
EDGE_LISTS = ("evidence", "titles", "sources")
GOLDEN = """\
<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
  <graph defaultedgetype="directed" mode="dynamic" timeformat="date">
    <attributes class="node" mode="static">
      <attribute id="names" title="names" type="liststring"/>
      <attribute id="mentions" title="mentions" type="long"/>
      <attribute id="first_date" title="first_date" type="string"/>
      <attribute id="last_date" title="last_date" type="string"/>
      <attribute id="tax_cny" title="tax_cny" type="double"/>
    </attributes>
    <attributes class="edge" mode="static">
      <attribute id="relation" title="relation" type="string"/>
      <attribute id="symmetric" title="symmetric" type="boolean"/>
    </attributes>
    <nodes>
      <node id="n:1" label="A&amp;B &lt;甲&gt;" start="2024-02-01" end="2024-02-29">
        <attvalues>
          <attvalue for="names" value='["甲", "A, B", "\\\\&#10;"]'/>
          <attvalue for="mentions" value="3"/>
          <attvalue for="first_date" value="2024-02"/>
          <attvalue for="last_date" value="2024-02"/>
          <attvalue for="tax_cny" value="300000000.0"/>
        </attvalues>
        <viz:size value="40.0"/>
        <viz:position x="1.5" y="0.0"/>
        <viz:color r="136" g="136" b="136"/>
      </node>
      <node id="n:2">
        <viz:position x="-2.25" y="7.0"/>
        <viz:color r="136" g="136" b="136"/>
      </node>
    </nodes>
    <edges>
      <edge id="r:1" source="n:1" target="n:2" kind="COOPERATES_WITH" label="合作" weight="2.0">
        <attvalues>
          <attvalue for="relation" value="COOPERATES_WITH"/>
          <attvalue for="symmetric" value="true"/>
        </attvalues>
        <viz:color r="59" g="111" b="182"/>
      </edge>
    </edges>
  </graph>
</gexf>
"""


def test_the_conventions_byte_for_byte():
    graph = nx.MultiDiGraph()
    graph.add_node("n:2")
    graph.add_node("n:1", label="A&B <甲>\ud800", names="甲; A, B; \\\n", tax_cny=300_000_000,
                   first_date="2024-02", last_date="2024-02", mentions=3, kind=None)  # fmt: skip
    graph.add_edge("n:1", "n:2", "r:1", relation="COOPERATES_WITH", label="合作", weight=2,
                   symmetric=True)  # fmt: skip
    positions = {"n:1": (1.5, -0.001), "n:2": (-2.25, 7)}
    assert "".join(gexf_lines(graph, positions)) == GOLDEN


def test_networkx_reads_it_back(flat, tmp_path):
    write_gexf(flat, tmp_path / "a.gexf")
    back = nx.read_gexf(tmp_path / "a.gexf")
    assert (type(back), back.graph["mode"]) == (nx.MultiDiGraph, "dynamic")
    assert set(back.edges(keys=True)) == set(flat.edges(keys=True))
    for node, data in flat.nodes(data=True):
        found = back.nodes[node]
        assert {k: v for k, v in data.items() if k not in LISTS}.items() <= found.items()
        assert (found["start"], found["end"]) == (data["first_date"], data["last_date"])
    for *edge, data in flat.edges(keys=True, data=True):
        found = back.edges[tuple(edge)]
        assert {k: v for k, v in data.items() if k not in EDGE_LISTS}.items() <= found.items()


def test_gephi_lite_reads_it_with_lists_as_lists(flat, tmp_path, graphology):
    flat.nodes["n:00"]["names"] = '甲, 乙; "丙"; \\丁\\; [戊|己]'
    write_gexf(flat, tmp_path / "a.gexf")
    back = graphology(tmp_path / "a.gexf")
    assert back["type"] == "directed"
    places = layout(flat)
    columns = dict.fromkeys(LISTS, "list")
    for node in back["nodes"]:
        data, found = flat.nodes[node["id"]], node["attributes"]
        expected = items("node", data, dict.fromkeys(data, "string") | columns)
        assert expected.items() <= found.items()
        assert (found["x"], found["y"]) == tuple(round(x, 2) for x in places[node["id"]])
        assert found["color"].startswith("rgb(")
    assert back["nodes"][0]["attributes"]["names"] == ["甲, 乙", '"丙"', "\\丁\\", "[戊|己]"]
    assert len(back["edges"]) == flat.number_of_edges()
    for edge in back["edges"]:
        data, found = flat.edges[edge["source"], edge["target"], edge["id"]], edge["attributes"]
        expected = items("edge", data, dict.fromkeys(data, "string") | dict.fromkeys(
            EDGE_LISTS, "list"))  # fmt: skip
        assert expected.items() <= found.items()
        assert found["kind"] == data["relation"]


def test_the_checker_finds_nothing(flat, tmp_path):
    write_gexf(flat, tmp_path / "a.gexf")
    assert check_gexf(tmp_path / "a.gexf") == []


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2024-05-10", "2024-06", ("2024-05-10", "2024-06-30")),
        ("2024", "2024", ("2024-01-01", "2024-12-31")),
        ("2023-02", "2023-02", ("2023-02-01", "2023-02-28")),
        ("去年", "2024-02-30", (None, None)),
        ("0000", "2024-13", (None, None)),
    ],
)
def test_dates_become_whole_days(first, last, days):
    graph = nx.MultiDiGraph()
    graph.add_node("n:1", first_date=first, last_date=last)
    root = ElementTree.fromstring("".join(gexf_lines(graph)))
    node = root.find(".//g:node", NS)
    assert (node.get("start"), node.get("end")) == days


def test_without_dates_the_file_is_static():
    graph = nx.MultiDiGraph()
    graph.add_node("n:1", label="甲")
    text = "".join(gexf_lines(graph))
    assert 'mode="static">' in text
    assert "start" not in text


def test_statements_say_how_gephi_takes_them(flat, tmp_path):
    assert "<meta>" not in "".join(gexf_lines(flat))
    flat.graph["repeated"] = True
    flat.add_edge("n:01", "n:00", "r:99", relation="INVESTS_IN")
    write_gexf(flat, tmp_path / "a.gexf")
    assert "Edges merge strategy: Don't merge" in (tmp_path / "a.gexf").read_text("utf-8")
    assert check_gexf(tmp_path / "a.gexf", repeated=True) == []


def test_evidence_is_cut_as_in_graphml(flat):
    sentence = "很" * 200 + "。"
    flat.edges["n:01", "n:00", "r:00"]["evidence"] = " || ".join([sentence] * 5)
    assert f'["{sentence}", "{sentence}", "…"]' in "".join(gexf_lines(flat))


def test_same_bytes_from_another_order(flat, shuffled):
    assert "".join(gexf_lines(shuffled)) == "".join(gexf_lines(flat))


def test_what_gephi_would_spoil_is_refused(flat, tmp_path):
    flat.add_edge("n:05", "n:06", "r:00", relation="TAX")
    with pytest.raises(OutputError, match="stands twice"):
        write_gexf(flat, tmp_path / "a.gexf")
    assert list(tmp_path.iterdir()) == []
