import random

import networkx as nx
import pytest

from zonekg.errors import InputError
from zonekg.graph.check import RULES, Finding, check_graphml
from zonekg.graph.gephi import write_graphml

KEYS = """\
  <key id="n_label" for="node" attr.name="label" attr.type="string"/>
  <key id="n_mentions" for="node" attr.name="mentions" attr.type="long"/>
  <key id="n_x" for="node" attr.name="x" attr.type="double"/>
  <key id="n_y" for="node" attr.name="y" attr.type="double"/>
  <key id="n_size" for="node" attr.name="size" attr.type="double"/>
  <key id="n_color" for="node" attr.name="color" attr.type="string"/>
  <key id="e_weight" for="edge" attr.name="weight" attr.type="double"/>
  <key id="e_symmetric" for="edge" attr.name="symmetric" attr.type="boolean"/>\
<key id="e_relation" for="edge" attr.name="relation" attr.type="string"/>
"""
NODES = """\
    <node id="n:1"><data key="n_label">甲</data><data key="n_mentions">3</data>
      <data key="n_x">1.5</data><data key="n_y">-2e3</data><data key="n_size">20</data>
      <data key="n_color">#3B6fb6</data></node>
    <node id="n:2"><data key="n_x">0</data><data key="n_y">0</data></node>
"""
EDGES = """\
    <edge id="r:1" source="n:1" target="n:2" label="TAX">
      <data key="e_weight">2</data><data key="e_symmetric">false</data>\
<data key="e_relation">TAX</data></edge>
    <edge id="r:2" source="n:1" target="n:2" label="BUILDS">\
<data key="e_relation">BUILDS</data></edge>
"""
GOOD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
{KEYS}  <graph id="G" edgedefault="directed">
{NODES}{EDGES}  </graph>
</graphml>
"""
NODE = '<node id="n:1">'
OPEN = '<edge id="r:2" source="n:1" target="n:2" label="BUILDS">'
EDGE = f'{OPEN}<data key="e_relation">BUILDS</data></edge>'
Y_KEY = '<key id="n_y" for="node" attr.name="y" attr.type="double"/>'


def key(**change):
    of = {"id": "n_new", "for": "node", "attr.name": "new", "attr.type": "string"} | change
    return "  <key " + " ".join(f'{k}="{v}"' for k, v in of.items() if v is not None) + "/>\n"


def add_key(**change):
    return GOOD.replace("  <graph ", key(**change) + "  <graph ")


def swap(old, new):
    assert GOOD.count(old) == 1, f"{old} stands {GOOD.count(old)} times"
    return GOOD.replace(old, new)


def weight(text):
    return swap('weight">2<', f'weight">{text}<')


def label(text):
    return swap('label">甲<', f'label">{text}<')


# rule -> files that break it and no other; the line where it breaks, 0 for the whole file
BROKEN = {
    "xml": [
        ("", 1), ("{}", 1), (GOOD.replace("</graphml>", ""), 21), (swap("甲", "\x0b"), 12),
        (swap("甲", "&#11;"), 12), (swap("甲", "&#0;"), 12), (swap("甲", "&amp"), 12),
        (swap("甲", "&nbsp;"), 12), (swap("甲", "\ufffe"), 12), (swap("甲", "<b>"), 12),
        (swap("甲", "\udcb0\udca1"), 12), (swap("甲", "\udced\udca0\udc80"), 12),
        (swap(' label="TAX"', ' label="TAX" label="TAX"'), 16),
    ],
    "doctype": [
        (swap("<graphml ", '<!DOCTYPE graphml [<!ENTITY a "b">]>\n<graphml '), 2),
        (swap("<graphml ", '<!DOCTYPE graphml SYSTEM "http://example.org/g.dtd">\n<graphml '), 2),
    ],
    "encoding": [("\ufeff" + GOOD, 1), (swap('"UTF-8"', '"ISO-8859-1"'), 1)],
    "graph": [
        (swap("</graph>", "</graph><graph edgedefault='directed'/>"), 19),
        (swap(' edgedefault="directed"', ""), 11),
        (swap('"directed"', '"mixed"'), 11),
        (GOOD.replace("graphml ", "gexf ").replace("/graphml>", "/gexf>"), 2),
        ("<graphml></graphml>", 0),
    ],
    "nested-graph": [(swap(NODE, NODE + '<graph edgedefault="directed"/>'), 12)],
    "hyperedge": [
        (swap(EDGE, EDGE + '<hyperedge><endpoint node="n:1"/></hyperedge>'), 18),
        (swap(NODE, NODE + '<port name="a"/>'), 12),
    ],
    "key-id": [
        (add_key(id="N_LABEL"), 11), (add_key(id="n_label", **{"attr.name": "other"}), 11),
        (add_key(id=None), 11), (add_key(id=""), 11),
    ],
    "key-for": [
        (add_key(**{"for": "all"}), 11), (add_key(**{"for": "graph"}), 11),
        (add_key(**{"for": None}), 11),
    ],
    "key-type": [
        (add_key(**{"attr.type": of}), 11)
        for of in (None, "date", "integer", "liststring", "bigdecimal", "String")
    ] + [
        (swap('weight" attr.type="double"', 'weight" attr.type="string"'), 9),
        (swap('size" attr.type="double"', 'size" attr.type="boolean"')
         .replace('size">20<', 'size">true<'), 7),
    ],
    "key-name": [
        (add_key(**{"attr.name": "label"}), 11), (add_key(**{"attr.name": None}), 11),
        (add_key(**{"attr.name": " new"}), 11), (add_key(**{"attr.name": ""}), 11),
    ],
    "key-order": [
        (swap("  </graph>", "  </graph>\n" + key()), 20),
        (swap("    " + NODE, key() + "    " + NODE), 12),
        (swap(Y_KEY, "").replace("  </graph>", "  </graph>\n  " + Y_KEY), 20),
    ],
    "reserved-name": [
        (add_key(**{"attr.name": name}), 11)
        for name in ("type", "id", "timeset", "Label", "Weight", "Type", "ID")
    ] + [(add_key(id=name), 11) for name in ("id", "timeset")],
    "key-undeclared": [
        (swap("n_mentions\">3", "d7\">3"), 12), (swap("n_mentions\">3", "e_weight\">3"), 12),
        (swap(' key="n_mentions">3', ">3"), 12),
    ],
    "value": [
        (swap('mentions">3<', f'mentions">{text}<'), 12)
        for text in ("abc", "1.5", "", " ", "9223372036854775808", "1e3", "٣", "9" * 5000)
    ] + [
        (swap('symmetric">false<', f'symmetric">{text}<'), 17) for text in ("yes", "1", "")
    ] + [
        (swap('size">20<', f'size">{text}<'), 13)
        for text in ("", "big", "1,5", "0x1f", "1_0", "inf")
    ] + [
        (swap('mentions" attr.type="long"', 'mentions" attr.type="int"')
         .replace('mentions">3<', 'mentions">2147483648<'), 12),
        (weight("abc"), 17),
    ],
    "color": [
        (swap("#3B6fb6", text), 14) for text in ("red", "rgb(1,2,3)", "#3b6fb6ff", "", " #3b6fb6")
    ] + [
        (swap(Y_KEY, Y_KEY + key(id="n_r", **{"attr.name": "r", "attr.type": of}).strip())
         .replace(NODE, f'{NODE}<data key="n_r">{value}</data>'), 12)
        for of, value in (("double", "255.0"), ("int", "256"), ("int", "-1"))
    ],
    "node-id": [
        (swap(NODE, "<node/>" + NODE), 12), (swap(NODE, '<node id=""/>' + NODE), 12),
        (swap(NODE, '<node id=" n:3"/>' + NODE), 12),
        (swap(NODE, '<node id="a&#10;b"/>' + NODE), 12),
    ],
    "node-twice": [(swap("  </graph>", '    <node id="n:1"/>\n  </graph>'), 19)],
    "edge-id": [
        (swap(' id="r:2"', ""), 18), (swap('"r:2"', '""'), 18), (swap('"r:2"', '"r:2 "'), 18),
    ],
    "edge-twice": [(swap('"r:2"', '"r:1"'), 18)],
    "edge-end": [
        (swap(EDGE, EDGE.replace("n:2", "n:9")), 18), (swap(EDGE, EDGE.replace("n:1", "")), 18),
        (swap(EDGE, EDGE.replace(' target="n:2"', "")), 18),
    ],
    "edge-label": [(swap(' label="BUILDS"', ""), 18), (swap('"BUILDS"', '" "'), 18)],
    "edge-kinds": [(swap(EDGE, EDGE + "".join(
        f'\n<edge id="r:k{i}" source="n:1" target="n:2" label="K{i}">'
        f'<data key="e_relation">K{i}</data></edge>' for i in range(65_533))), 18 + 65_533)],
    "float": [
        (swap('size" attr.type="double"', 'size" attr.type="float"')
         .replace('size">20<', 'size">1234567890.12<'), 13),
    ],
    "desc": [(swap(NODE, NODE + "<desc>甲</desc>"), 12), (swap(OPEN, OPEN + "<desc/>"), 18)],
    "key-default": [
        (swap(Y_KEY, Y_KEY[:-2] + "><default>0</default></key>"), 6),
    ],
    "edge-repeated": [
        (GOOD.replace("BUILDS", "TAX"), 18),
        # an undirected pair has no order
        (GOOD.replace("BUILDS", "TAX").replace('"directed"', '"undirected"')
         .replace('"r:2" source="n:1" target="n:2"', '"r:2" source="n:2" target="n:1"'), 18),
    ],
    "edge-relation": [
        (swap(EDGE, OPEN + "</edge>"), 18), (swap(">BUILDS<", ">TAX<"), 18),
        (swap('<data key="e_relation">TAX', '<data key="e_relation">税'), 16),
    ],
    "edge-direction": [
        (swap(OPEN, OPEN.replace(">", f' directed="{value}">')), 18)
        for value in ("true", "false")
    ],
    "weight": [
        (weight(text), 17) for text in ("0", "-1", "0.0", "NaN", "inf", "1e999", "5e-324")
    ] + [
        (weight("0").replace('"weight"', '"Edge Weight"'), 17),
    ],
    "position": [
        (swap('x">1.5<', 'x">NaN<'), 13), (swap('y">-2e3<', 'y">-Infinity<'), 13),
        (GOOD.replace('x">1.5<', 'x">0<').replace('y">-2e3<', 'y">0.0<'), 0),
        (GOOD.replace("n_x", "n_u").replace('"x"', '"u"').replace("n_y", "n_v")
         .replace('"y"', '"v"'), 0),
    ],
    "size": [(swap('<node id="n:2">', '<node id="n:2"><data key="n_size">10</data>'), 0)],
}  # fmt: skip


def check(tmp_path, text):
    path = tmp_path / "a.graphml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return check_graphml(path)


def test_a_good_file_has_no_finding(tmp_path):
    assert check(tmp_path, GOOD) == []


def test_every_rule_has_a_broken_file():
    assert set(BROKEN) == set(RULES)


@pytest.mark.parametrize(
    ("rule", "text", "line"),
    [(rule, *case) for rule, cases in BROKEN.items() for case in cases],
    ids=[f"{rule}-{i}" for rule, cases in BROKEN.items() for i, _ in enumerate(cases)],
)
def test_a_broken_file_fires_its_rule_and_no_other(tmp_path, rule, text, line):
    findings = check(tmp_path, text)
    assert [(f.rule, f.line) for f in findings] == [(rule, line)], findings


@pytest.mark.parametrize(
    "text",
    [
        swap('mentions">3<', 'mentions">-9223372036854775808<'),
        swap('mentions">3<', 'mentions">+7<'),
        weight(".5"), weight("1."), weight("1E-3"), label(""), label("甲\n乙&#13;𠮷"),
        swap('symmetric">false<', 'symmetric">True<'),
        swap('"directed"', '"undirected"'),
        # an identity for Gephi's stretching
        swap('<node id="n:2">', '<node id="n:2"><data key="n_size">100</data>')
        .replace('size">20<', 'size">4<'),
        # nodes after the edges
        GOOD.replace(NODES, "").replace(EDGES, EDGES + NODES),
        # the opposite direction is another pair
        GOOD.replace("BUILDS", "TAX")
        .replace('"r:2" source="n:1" target="n:2"', '"r:2" source="n:2" target="n:1"'),
        # colours as numbers, digits that a float holds
        swap(Y_KEY, Y_KEY + key(id="n_r", **{"attr.name": "r", "attr.type": "int"}).strip())
        .replace(NODE, f'{NODE}<data key="n_r">255</data>'),
        swap('size" attr.type="double"', 'size" attr.type="float"')
        .replace('size">20<', 'size">0.1234567<'),
        # the label in a column of another name
        GOOD.replace("e_relation", "e_kind").replace('"relation"', '"kind"'),
    ],
)  # fmt: skip
def test_allowed(tmp_path, text):
    assert check(tmp_path, text) == []


def test_what_networkx_writes_for_parallel_relations(flat, tmp_path):
    graph = nx.MultiDiGraph()
    for u, v, data in flat.edges(data=True):
        graph.add_edge(u, v, relation=data["relation"])
    path = tmp_path / "nx.graphml"
    nx.write_graphml(graph, path)
    rules = {finding.rule for finding in check_graphml(path)}
    assert rules == {"edge-twice", "edge-label", "position"}


def test_what_networkx_writes_for_mixed_numbers(tmp_path):
    graph = nx.MultiDiGraph()
    graph.add_node("a", tax=1, x=1.0, y=2.0)
    graph.add_node("b", tax=1.5, x=1.0, y=2.0)
    nx.write_graphml(graph, tmp_path / "nx.graphml")
    assert [f.rule for f in check_graphml(tmp_path / "nx.graphml")] == ["key-name"]


def test_many_findings_are_counted(tmp_path):
    edges = "".join(EDGE.replace("r:2", f"r:{i}") + "\n" for i in range(3, 253))
    findings = check(tmp_path, swap(EDGE, EDGE + "\n" + edges))
    assert len(findings) == 101
    assert {f.rule for f in findings} == {"edge-repeated"}
    assert findings[-1] == Finding(0, "edge-repeated", "150 more of these")
    assert [f.line for f in findings[:-1]] == list(range(19, 119))


def test_a_billion_laughs_stay_one(tmp_path):
    bomb = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    text = swap("<graphml ", f'<!DOCTYPE g [<!ENTITY a0 "ha">{bomb}]>\n<graphml ')
    assert [f.rule for f in check(tmp_path, text.replace("甲", "&a11;"))] == ["doctype"]


@pytest.mark.parametrize("name", ["missing.graphml", "."])
def test_a_file_that_cannot_be_read(tmp_path, name):
    with pytest.raises(InputError, match=r"can't be read: .*; name a GraphML file"):
        check_graphml(tmp_path / name)


def test_any_damage_is_a_finding_or_none_but_no_crash(flat, tmp_path):
    path = tmp_path / "a.graphml"
    write_graphml(flat, path)
    raw, dice = path.read_bytes(), random.Random(7)
    found = 0
    for _ in range(300):
        at = dice.randrange(len(raw))
        damaged = raw[:at] + dice.randbytes(dice.randrange(1, 4)) + raw[at + dice.randrange(3) :]
        path.write_bytes(damaged)
        findings = check_graphml(path)
        assert all(f.rule in RULES and f.problem for f in findings)
        found += bool(findings)
    assert found > 150
