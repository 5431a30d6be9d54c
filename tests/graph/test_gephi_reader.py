import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.errors import InputError
from zonekg.graph.gephi import graphml_lines, write_graphml
from zonekg.graph.gephi_reader import read_graphml

HEAD = """<graphml><key id="n_label" for="node" attr.name="label" attr.type="string"/>
<key id="n_entity_type" for="node" attr.name="entity_type" attr.type="string"/>
<key id="n_tax_cny" for="node" attr.name="tax_cny" attr.type="double"/><graph>
"""
NODE = '<node id="n:1"><data key="n_label">甲</data><data key="n_entity_type">ORG</data>{}</node>\n'


def rows(graph):
    return sorted(graph.nodes(data=True)), sorted(graph.edges(keys=True, data=True))


def test_what_was_written_is_read_back(flat, tmp_path):
    flat.nodes["n:00"]["conflicts"] = 2
    write_graphml(flat, tmp_path / "graph.graphml")
    assert rows(read_graphml(tmp_path)) == rows(flat)
    assert list(read_graphml(tmp_path / "graph.graphml")) == sorted(flat)


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1
).filter(str.strip)
# line ends of all kinds are part of a text
LINES = st.lists(TEXT, min_size=1, max_size=3).map("\r\n".join)
VALUES = {
    "names": LINES,
    "mentions": st.integers(-(2**63), 2**63 - 1),
    "tax_cny": st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    "fresh": st.booleans(),
}


@st.composite
def graphs(draw):
    graph = nx.MultiDiGraph()
    some = st.fixed_dictionaries({}, optional=VALUES)
    size = draw(st.integers(1, 5))
    for i in range(size):
        graph.add_node(f"n:{i}", label=draw(LINES), entity_type="ORG", **draw(some))
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    for i, (a, b) in enumerate(draw(st.lists(ends, unique=True, max_size=5))):
        weight = draw(st.floats(0.5, 1e9))
        graph.add_edge(
            f"n:{a}", f"n:{b}", f"r:{i}", relation="TAX", weight=weight, **draw(some)
        )  # fmt: skip
    return graph


@given(graphs())
def test_any_graph_comes_back_and_is_written_the_same_again(tmp_path_factory, graph):
    path = tmp_path_factory.mktemp("graph") / "graph.graphml"
    write_graphml(graph, path)
    back = read_graphml(path)
    assert rows(back) == rows(graph)
    assert "".join(graphml_lines(back)) == path.read_bytes().decode()


WRONG = {
    "<gexf/>": ":1: the root is <gexf>",
    "": ":1: not XML",
    "<graphml>\n<graph>": ":2: not XML",
    "<!DOCTYPE a [<!ENTITY b 'c'>]><graphml/>": ":1: a DOCTYPE a",
    HEAD + "<node id='n:1'></node>": ":4: node n:1 has no label",
    HEAD + NODE.format('<data key="n_tax_cny">much</data>'): ":4: tax_cny 'much'",
    HEAD + NODE.format('<data key="d9">1</data>'): ":4: data of key 'd9'",
    HEAD + NODE.format("") * 2: ":5: node n:1 stands twice",
    HEAD + NODE.format("") + "<edge id='r:1' source='n:1' target='n:1'/>": ":5: edge r:1 has no",
    HEAD + "<node/>": ":4: <node> with 'id' missing",
    "<graphml><key id='a' for='node' attr.name='a' attr.type='date'/>": ":1: <key> with 'date'",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_file_of_others_or_a_damaged_one_is_told_with_its_line(text, tmp_path):
    path = tmp_path / "a.graphml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_graphml(path)
    assert str(caught.value).startswith(f"{path}{WRONG[text]}")
    assert "zonekg" in caught.value.todo


def test_an_edge_needs_its_ends_and_an_id_of_its_own(flat, tmp_path):
    path = tmp_path / "graph.graphml"
    write_graphml(flat, path)
    text = path.read_text("utf-8")
    for old, new, found in (
        ('target="n:00"', 'target="n:99"', "names node n:99"),
        ('<edge id="r:01"', '<edge id="r:00"', "edge r:00 stands twice"),
    ):
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(InputError, match=found):
            read_graphml(path)


def test_a_folder_without_a_graph_says_which_file_is_missing(tmp_path):
    with pytest.raises(InputError, match=r"graph\.graphml: can't be read"):
        read_graphml(tmp_path)


def test_what_networkx_writes_is_not_taken_for_ours(tmp_path):
    graph = nx.MultiDiGraph([("a", "b")])
    nx.write_graphml(graph, tmp_path / "a.graphml")
    with pytest.raises(InputError, match="node a has no label"):
        read_graphml(tmp_path / "a.graphml")
