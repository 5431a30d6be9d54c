"""What Gephi and other readers were measured to do, and what keeps a file clear of it."""

import pytest

from zonekg.graph.check import RULES

# fact -> rules that find a file that it would spoil; a dash and why, where none has to
FACTS = {
    # Gephi's importer of GraphML
    "a colour that is neither #rrggbb nor a name is ignored": "color",
    "r, g and b that are no whole numbers are ignored": "color",
    "Label and Weight are no label and no weight": "reserved-name",
    "a property of a key for all is none": "key-for",
    "attributes of the graph are dropped": "key-for",
    "the relation is the XML attribute label of the edge, no data makes it": "edge-label",
    "edges of one pair and relation are added into one": "edge-repeated",
    "a second edge of an id is dropped": "edge-twice",
    "directed and undirected edges of a pair run together": "edge-direction edge-repeated",
    "an edge of weight 0 is removed, a negative one kept with a warning": "weight",
    "a decimal comma is read in weights alone": "value",
    "a column of an unknown type is dropped, a missing type is text": "key-type",
    "lists are read by Gephi alone": "key-type",
    "other text than true is false without a word": "value",
    "a number out of range, or 1.5 in an int, is lost": "value",
    "a float has 32 bits, so money changes": "float",
    "an empty number is missing": "value",
    "blank text is missing": "- other readers show it empty; the writer leaves it out",
    "the default of a key takes the place of missing values": "key-default",
    "ids of columns differ by more than case, or one overwrites the other": "key-id",
    "an id or timeset as key id hits Gephi's own column": "reserved-name",
    "columns of appended files match by key id": "- one file can't show it; ids are n_NAME, e_NAME",
    "values of keys after the graph are lost": "key-order",
    "data of an undeclared key is dropped": "key-undeclared",
    "dates make no timeline in GraphML": "- they are columns; GEXF has them",
    "edges inside a nested graph are lost": "nested-graph",
    "hyperedges and ports are ignored": "hyperedge",
    "a desc becomes the label": "desc",
    "an end that is no node becomes one": "edge-end",
    "an empty end stops the import": "edge-end",
    "characters that XML forbids stop the import": "xml",
    "ids with line ends or outer spaces get a warning": "node-id edge-id",
    "sizes are stretched to 4..100 when all nodes have one": "size",
    "without places nodes fall into a random square": "position",
    "more than 65,534 relations do not fit": "edge-kinds",
    # networkx's writer
    "networkx numbers the edges of each pair from 0": "edge-twice",
    "networkx writes no label of the edge": "edge-label",
    "networkx writes two keys of a name for mixed numbers": "key-name",
    "networkx's named keys of nodes and edges can be the same": "key-id",
    "networkx writes numpy's doubles as float and its integers as int": "float value",
    "networkx writes control characters": "xml",
    # other readers
    "Gephi Lite knows six types": "key-type",
    "Gephi Lite fails on keys for all": "key-for",
    "Gephi Lite ignores the direction of an edge": "edge-direction",
    "Gephi Lite takes defaults for text": "key-default",
    "Gephi Lite refuses ids that stand twice": "node-twice edge-twice",
    "Gephi Lite crashes on nodes with an attribute type": "reserved-name",
    "Gephi Lite reads the first graph only": "graph",
    "all readers but Gephi ignore the label of the edge": "edge-relation",
    "igraph refuses two keys of a name and types that it lacks": "key-name key-type",
    "igraph refuses numbers too small for a double": "value",
    "igraph loses the ids of edges": "- the writer has a column edge_id",
    "networkx refuses undeclared keys and hyperedges": "key-undeclared hyperedge",
    "networkx refuses undirected edges among directed ones": "edge-direction",
    "readers refuse a DOCTYPE, or grow with it": "doctype",
    "some readers stumble over a byte order mark": "encoding",
    "graph-tool leaves out columns without a value": "- none is written without one",
    "yEd needs unique ids of edges": "edge-twice",
}  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_has_its_rule_or_a_reason(fact):
    found = FACTS[fact]
    assert found.startswith("- ") or set(found.split()) <= set(RULES)


def test_every_rule_stands_on_a_fact():
    told = {rule for found in FACTS.values() if not found.startswith("- ")
            for rule in found.split()}  # fmt: skip
    assert set(RULES) == told
