"""What a file must keep to, and why: what Gephi 0.10 and 0.11 and other readers do with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["GEXF_RULES", "RULES"]

_BOTH = {
    "xml": "The file is well-formed XML without forbidden characters; else nothing opens it.",
    "doctype": "No DOCTYPE: readers refuse it, and it can make a small file expand without end.",
    "encoding": "UTF-8 without a byte order mark.",
    "value": "A value parses as its type and is finite: else it is lost.",
    "float": "A float holds 7 digits: money is a double.",
    "reserved-name": "No column takes a name that Gephi or Gephi Lite keep for themselves.",
    "node-id": "A node id is there, trimmed and in one line.",
    "node-twice": "A node id stands once: Gephi Lite refuses the file.",
    "edge-id": "An edge id is there, trimmed and in one line.",
    "edge-twice": "An edge id stands once: Gephi drops the second edge.",
    "edge-end": "Source and target are nodes of the file: an empty one stops the import.",
    "edge-repeated": "A pair has one edge per relation: Gephi adds the others to the first.",
    "edge-kinds": "At most 65,534 relations: Gephi holds no more.",
    "weight": "A weight is above 0 and finite: Gephi removes edges of weight 0.",
    "position": "Places are finite and not all 0: Gephi would throw the nodes about.",
    "size": "At least one node has no size: else Gephi stretches all of them to 4..100.",
}

RULES: Mapping[str, str] = MappingProxyType(_BOTH | {
    "graph": "The root is <graphml> with one <graph>, edgedefault directed or undirected.",
    "nested-graph": "No graph inside a node or edge: Gephi loses its edges.",
    "hyperedge": "No hyperedge and no port: Gephi ignores them.",
    "desc": "No <desc> in a node or edge: Gephi takes it for the label.",
    "key-id": "Every key has an id, unique ignoring case: one of two overwrites the other.",
    "key-for": "A key is for node or edge; 'all' crashes Gephi Lite, 'graph' is dropped.",
    "key-type": "attr.type is boolean, int, long, float, double or string; others are dropped.",
    "key-name": "attr.name is there, trimmed and once per scope: igraph refuses two of a name.",
    "key-order": "Keys stand before the graph: values of later ones are lost.",
    "key-default": "No <default>: Gephi Lite takes it for text, whatever the type.",
    "key-undeclared": "Data names a key that is declared for its element; others are dropped.",
    "color": "A colour is #rrggbb, or r, g and b whole numbers to 255: others are ignored.",
    "edge-label": "An edge has the XML attribute label: without it relations run together.",
    "edge-relation": "Data of the edge repeats the label: all readers but Gephi ignore that.",
    "edge-direction": "No edge has a direction of its own: Gephi Lite ignores it.",
})  # fmt: skip
"""Rule -> what it asks of GraphML and why."""

GEXF_RULES: Mapping[str, str] = MappingProxyType(_BOTH | {
    "graph": "The root is <gexf> 1.3 with one <graph>, defaultedgetype directed or undirected.",
    "nested-graph": "No nodes inside a node: readers disagree on them.",
    "key-id": "An attribute has an id, trimmed, once per class ignoring case.",
    "key-for": "Attributes are of class node or edge: networkx refuses others.",
    "key-type": "An attribute has a type that Gephi, Gephi Lite and networkx know.",
    "key-name": "An attribute has a title, trimmed and once per class.",
    "key-order": "Attributes stand before nodes and edges: values of later ones are lost.",
    "key-default": "No <default>: readers disagree on whether the graph has it.",
    "key-undeclared": "A value names an attribute of its class: networkx refuses others.",
    "color": "A colour has r, g and b, whole numbers to 255, and no alpha: Gephi Lite fails on it.",
    "edge-label": "An edge has the XML attribute kind: without it relations run together.",
    "edge-relation": "A value of the edge repeats the kind: networkx ignores that.",
    "edge-direction": "No edge has another direction than the file: Gephi drops undirected ones.",
    "date": "start and end are whole days, in this order, in a file of timeformat date.",
    "dynamic": "A file with start or end has mode dynamic: else no timeline.",
})  # fmt: skip
"""Rule -> what it asks of GEXF and why."""
