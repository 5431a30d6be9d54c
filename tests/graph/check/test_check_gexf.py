import random

import networkx as nx
import pytest

from zonekg.errors import InputError
from zonekg.graph.check import GEXF_RULES, check_gexf, check_graph
from zonekg.graph.exports.gexf import write_gexf

NODE = '<node id="n:1" label="甲" start="2024-01-01" end="2024-05-10">'
OPEN = '<edge id="r:2" source="n:1" target="n:2" kind="BUILDS" weight="2">'
GOOD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
  <graph defaultedgetype="directed" mode="dynamic" timeformat="date">
    <attributes class="node"><attribute id="names" title="names" type="liststring"/>
      <attribute id="mentions" title="mentions" type="long"/></attributes>
    <attributes class="edge"><attribute id="relation" title="relation" type="string"/></attributes>
    <nodes>
      {NODE}
        <attvalues><attvalue for="names" value="[甲]"/>\
<attvalue for="mentions" value="3"/></attvalues>
        <viz:size value="20"/><viz:position x="1.5" y="-2"/><viz:color r="1" g="2" b="255"/></node>
      <node id="n:2" label="乙"><viz:position x="0" y="0"/></node>
    </nodes>
    <edges>
      <edge id="r:1" source="n:1" target="n:2" kind="TAX">
        <attvalues><attvalue for="relation" value="TAX"/></attvalues></edge>
      {OPEN}
        <attvalues><attvalue for="relation" value="BUILDS"/></attvalues></edge>
    </edges>
  </graph>
</gexf>
"""
MENTIONS = '<attribute id="mentions" title="mentions" type="long"/>'
OTHER_ROOT = GOOD.replace("<gexf ", "<graphml ").replace("</gexf>", "</graphml>")
N2 = '<node id="n:2" label="乙">'


def swap(old, new):
    assert GOOD.count(old) == 1, f"{old} stands {GOOD.count(old)} times"
    return GOOD.replace(old, new)


def add(attribute):
    return swap(MENTIONS, MENTIONS + attribute)


def kinds(count):
    return "".join(
        f'\n<edge id="r:k{i}" source="n:1" target="n:2" kind="K{i}">'
        f'<attvalues><attvalue for="relation" value="K{i}"/></attvalues></edge>'
        for i in range(count)
    )


# rule -> files that break it and no other; the line where it breaks, 0 for the whole file
BROKEN = {
    "xml": [("", 1), (swap('"甲"', '"\x0b"'), 8), (swap("</gexf>", ""), 21)],
    "doctype": [(swap("<gexf ", "<!DOCTYPE gexf>\n<gexf "), 2)],
    "encoding": [("\ufeff" + GOOD, 1), (swap('"UTF-8"', '"ISO-8859-1"'), 1)],
    "graph": [
        (swap('version="1.3"', 'version="1.2"'), 2), (swap('"directed"', '"mutual"'), 3),
        (swap(' defaultedgetype="directed"', ""), 3), (swap('"http://gexf.net/1.3"', '"x"'), 2),
        (swap("  </graph>", "  </graph><graph defaultedgetype='directed'/>"), 19),
        ('<gexf xmlns="http://gexf.net/1.3" version="1.3"/>', 0), (OTHER_ROOT, 2),
    ],
    "nested-graph": [(swap(NODE, NODE + "<nodes/>"), 8)],
    "key-id": [
        (add('<attribute id="MENTIONS" title="m" type="long"/>'), 5),
        (add('<attribute title="m" type="long"/>'), 5),
        (add('<attribute id=" m" title="m" type="long"/>'), 5),
    ],
    "key-for": [(swap("    <nodes>", '<attributes class="graph"/>\n    <nodes>'), 7)],
    "key-type": [
        (add(f'<attribute id="m" title="m" type="{of}"/>'), 5)
        for of in ("date", "int", "listinteger", "")
    ],
    "key-name": [
        (add('<attribute id="m" title="mentions" type="long"/>'), 5),
        (add('<attribute id="m" title=" m" type="long"/>'), 5),
        (add('<attribute id="m" type="long"/>'), 5),
    ],
    "key-order": [(swap("    </edges>", '    </edges><attributes class="node"/>'), 18)],
    "key-default": [(swap(MENTIONS, MENTIONS[:-2] + "><default>1</default></attribute>"), 5)],
    "reserved-name": [
        (add(f'<attribute id="m" title="{name}" type="long"/>'), 5)
        for name in ("type", "Label", "timeset", "ID")
    ] + [(add('<attribute id="id" title="m" type="long"/>'), 5)],
    "key-undeclared": [
        (swap('for="mentions"', 'for="relation"'), 9), (swap('for="mentions"', 'id="mentions"'), 9),
    ],
    "value": [
        (swap('value="3"', f'value="{text}"'), 9) for text in ("3.5", "", "9223372036854775808")
    ] + [
        (swap('"[甲]"', f'"{text}"'), 9) for text in ("甲", "甲|乙", "", "[甲")
    ] + [(swap('size value="20"', f'size value="{text}"'), 10) for text in ("", "1,5", "inf")],
    "float": [(GOOD.replace('"long"', '"float"').replace('"3"', '"1234567890.12"'), 9)],
    "color": [
        (swap('b="255"', f'b="{text}"'), 10) for text in ("256", "255.0", "")
    ] + [(swap('b="255"', 'b="255" a="1.0"'), 10), (swap(' b="255"', ""), 10)],
    "node-id": [(swap(NODE, f"<node/>{NODE}"), 8), (swap(NODE, f'<node id=" a"/>{NODE}'), 8)],
    "node-twice": [(swap(N2, f'<node id="n:1"/>{N2}'), 11)],
    "edge-id": [(swap(' id="r:2"', ""), 16), (swap('"r:2"', '"r:2 "'), 16)],
    "edge-twice": [(swap('"r:2"', '"r:1"'), 16)],
    "edge-end": [
        (swap(OPEN, OPEN.replace("n:2", "n:9")), 16), (swap(OPEN, OPEN.replace("n:1", "")), 16),
    ],
    "edge-label": [(swap(' kind="BUILDS"', ""), 16)],
    "edge-relation": [(swap('value="BUILDS"', 'value="承建"'), 16)],
    "edge-repeated": [(GOOD.replace("BUILDS", "TAX"), 16)],
    "edge-kinds": [(swap("    </edges>", kinds(65_533) + "</edges>"), 18 + 65_533)],
    "edge-direction": [
        (swap(OPEN, OPEN.replace("<edge ", f'<edge type="{of}" ')), 16)
        for of in ("undirected", "mutual")
    ],
    "weight": [
        (swap('weight="2"', f'weight="{text}"'), 16) for text in ("0", "-1", "NaN", "x", "1,5")
    ],
    "position": [
        (swap('x="1.5"', 'x="NaN"'), 10), (swap('x="1.5"', 'x="a"'), 10),
        (swap('x="1.5" y="-2"', 'x="0" y="0"'), 0),
    ],
    "size": [(swap(N2, N2 + '<viz:size value="10"/>'), 0)],
    "date": [
        (swap('start="2024-01-01"', f'start="{text}"'), 8)
        for text in ("2024", "2024-05", "2024-02-30", "20240101", "2024-05-11", "2024-1-1")
    ] + [
        (swap(' timeformat="date"', ""), 8),
        (swap(N2, N2 + '<spells><spell start="2024-06"/></spells>'), 11),
    ],
    "dynamic": [(swap('"dynamic"', '"static"'), 0)],
}  # fmt: skip


def check(tmp_path, text, **options):
    path = tmp_path / "a.gexf"
    path.write_bytes(text.encode("utf-8"))
    return check_graph(path, **options)


def test_a_good_file_has_no_finding(tmp_path):
    assert check(tmp_path, GOOD) == []


def test_every_rule_has_a_broken_file():
    assert set(BROKEN) == set(GEXF_RULES)


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
        swap(OPEN, OPEN.replace("<edge ", '<edge type="directed" ')),
        swap(' weight="2"', ""),
        swap(' end="2024-05-10"', ""),
        GOOD.replace('"dynamic" timeformat="date"', '"static"').replace(
            ' start="2024-01-01" end="2024-05-10"', ""
        ),
        swap('"[甲]"', '"[&quot;甲, 乙&quot;,&#10;丙]"'),
    ],
)
def test_allowed_in_gexf(tmp_path, text):
    assert check(tmp_path, text) == []


def test_statements_may_repeat_when_asked(tmp_path):
    assert check(tmp_path, GOOD.replace("BUILDS", "TAX"), repeated=True) == []


def test_what_networkx_writes(flat, tmp_path):
    graph = nx.MultiDiGraph()
    for u, v, key, data in flat.edges(keys=True, data=True):
        graph.add_edge(u, v, key, relation=data["relation"], viz={"color": dict.fromkeys("rgb", 1)})
    nx.write_gexf(graph, tmp_path / "nx.gexf", version="1.2draft")
    rules = {finding.rule for finding in check_gexf(tmp_path / "nx.gexf")}
    assert {"graph", "edge-label", "position"} <= rules


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match=r"can't be read: .*; name a GEXF file"):
        check_gexf(tmp_path / "missing.gexf")


def test_any_damage_is_a_finding_or_none_but_no_crash(flat, tmp_path):
    path = tmp_path / "a.gexf"
    write_gexf(flat, path)
    raw, dice = path.read_bytes(), random.Random(7)
    found = 0
    for _ in range(200):
        at = dice.randrange(len(raw))
        damaged = raw[:at] + dice.randbytes(dice.randrange(1, 4)) + raw[at + dice.randrange(3) :]
        path.write_bytes(damaged)
        findings = check_gexf(path)
        assert all(f.rule in GEXF_RULES and f.problem for f in findings)
        found += bool(findings)
    assert found > 100
