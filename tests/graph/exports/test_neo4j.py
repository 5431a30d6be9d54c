import csv
import io
import re

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.graph.exports import neo4j
from zonekg.graph.exports.neo4j import IMPORT_COMMAND, cypher_lines, write_neo4j

TYPES = {"string", "long", "double", "boolean", "string[]"}
HOSTILE = 'O\'Neil \\ "甲";\n`乙`\t\\u0041\r// :begin\u2028𠮷'


@pytest.fixture
def hostile(flat):
    flat.nodes["n:00"]["label"] = HOSTILE
    flat.nodes["n:00"]["names"] = f"甲;乙; {HOSTILE}"
    flat.edges["n:01", "n:00", "r:00"]["evidence"] = f"{HOSTILE} || \\"
    return flat


# -- CSV


def table(path):
    """The rows as neo4j-admin reads them: a header of name:type, a line a row."""
    text = path.read_bytes().decode("utf-8")
    assert not text.startswith("\ufeff")
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    assert len(lines) == text.count("\n") - 1  # no row goes over several lines
    assert {len(line) for line in lines} == {len(head)}
    return head, [dict(zip(head, line, strict=True)) for line in lines]


def value(text, of):
    if text == "":
        return None
    kinds = {"long": int, "double": float, "boolean": {"true": True, "false": False}.get}
    return text.split("\t") if of == "string[]" else kinds.get(of, str)(text)


def spaced(found):
    if isinstance(found, list):
        return [spaced(one) for one in found]
    return re.sub(r"[\t\n\r]", " ", found) if isinstance(found, str) else found


def test_the_tables_have_neo4js_headers_and_all_values(hostile, tmp_path):
    nodes, relationships, _ = write_neo4j(hostile, tmp_path)
    ends = {"id:string", ":START_ID", ":END_ID", ":TYPE"}
    for path, special in ((nodes, {"id:ID", ":LABEL"}), (relationships, ends)):
        head, _ = table(path)
        assert special <= set(head)
        assert {name.partition(":")[2] for name in head if name not in special} <= TYPES
    for row in table(nodes)[1]:
        data = hostile.nodes[row["id:ID"]]
        assert row[":LABEL"].split("\t") == ["Entity", data["entity_type"]]
        assert read(row) == expected(data, {"names": "; ", "sources": "; "})
    for row in table(relationships)[1]:
        data = hostile.edges[row[":START_ID"], row[":END_ID"], row["id:string"]]
        assert row[":TYPE"] == data["relation"]
        joints = dict.fromkeys(("evidence", "titles", "sources"), " || ")
        assert read(row) == expected(data, joints)


def read(row):
    cells = ((*name.split(":", 1), text) for name, text in row.items())
    return {
        name: value(text, of)
        for name, of, text in cells
        if name not in ("", "id") and text != ""
    }  # fmt: skip


def expected(data, joints):
    lists = {name: data[name].split(joint) for name, joint in joints.items() if name in data}
    text = {"total_investment_text": [data["total_investment_text"]]} if (
        "total_investment_text" in data) else {}  # fmt: skip
    return {name: spaced(found) for name, found in (data | lists | text).items()}


def test_the_command_names_the_files_and_the_delimiter(flat, tmp_path):
    nodes, relationships, _ = write_neo4j(flat, tmp_path)
    assert f"--nodes={nodes.name} --relationships={relationships.name}" in IMPORT_COMMAND
    assert "--array-delimiter=TAB" in IMPORT_COMMAND
    assert {row[":LABEL"].count("\t") for row in table(nodes)[1]} == {1}


# -- Cypher

TOKEN = re.compile(
    r"\s*(?:'(?P<text>(?:[^'\\]|\\.)*)'|`(?P<quoted>(?:[^`]|``)*)`|(?P<number>-?\d+(?:\.\d+)?(?:e-?\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign>[{}\[\]:,()<>=+.;-]))", re.DOTALL
)  # fmt: skip
UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'"}


def tokens(text):
    """The tokens of Cypher, by its grammar of literals; fails where none stands."""
    at, out = 0, []
    while text[at:].strip():
        match = TOKEN.match(text, at)
        assert match, text[at : at + 80]
        kind, found = match.lastgroup, match[match.lastgroup]
        if kind == "text":
            found = re.sub(
                r"\\(u[0-9A-Fa-f]{4}|.)",
                lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else UNESCAPED[m[1]],
                found,
                flags=re.DOTALL,
            )
        out.append((kind, found.replace("``", "`") if kind == "quoted" else found))
        at = match.end()
    return out


def literal(stream):
    """One value: a map, a list, text, a number or a boolean."""
    kind, found = stream.pop(0)
    if found == "{" and kind == "sign":
        out = {}
        while stream[0] != ("sign", "}"):
            name = stream.pop(0)[1]
            assert stream.pop(0) == ("sign", ":")
            out[name] = literal(stream)
            if stream[0] == ("sign", ","):
                stream.pop(0)
        stream.pop(0)
        return out
    if found == "[" and kind == "sign":
        out = []
        while stream[0] != ("sign", "]"):
            out.append(literal(stream))
            if stream[0] == ("sign", ","):
                stream.pop(0)
        stream.pop(0)
        return out
    if kind == "number":
        return float(found) if re.search("[.e]", found) else int(found)
    return {"true": True, "false": False}[found] if kind == "word" else found


def statements(graph):
    """(rows of UNWIND, what follows in tokens) of each statement."""
    out = []
    for statement in "".join(cypher_lines(graph)).split(";\n")[:-1]:
        stream = tokens(statement)
        rows = None
        if stream[0] == ("word", "UNWIND"):
            stream.pop(0)
            rows = literal(stream)
        out.append((rows, [found for _, found in stream]))
    return out


def test_the_script_holds_every_node_and_relation_and_can_run_twice(hostile):
    constraint, *rest = statements(hostile)
    assert constraint[1][:2] == ["CREATE", "CONSTRAINT"]
    assert constraint[1][3:6] == ["IF", "NOT", "EXISTS"]
    nodes, edges = {}, {}
    for rows, words in rest:
        assert "MERGE" in words
        assert "CREATE" not in words  # else a second run would double everything
        for row in rows:
            if "row" in row:
                edges[row["head"], row["tail"], row["row"]["id"]] = row["row"]
                assert words[words.index("edge") + 2] == row["row"]["relation"]
            else:
                nodes[row["id"]] = row
                assert words[-1] == row["entity_type"]
    assert set(nodes) == set(hostile)
    assert set(edges) == set(hostile.edges(keys=True))
    assert nodes["n:00"]["label"] == HOSTILE
    assert nodes["n:00"]["names"] == ["甲;乙", HOSTILE]
    assert edges["n:01", "n:00", "r:00"]["evidence"] == [HOSTILE, "\\"]
    for node, data in hostile.nodes(data=True):
        lists = {"names", "sources", "total_investment_text"}
        assert {k: v for k, v in data.items() if k not in lists}.items() <= nodes[node].items()


def test_batches_are_small_and_nodes_come_before_edges(flat, monkeypatch):
    monkeypatch.setattr(neo4j, "_BATCH", 2)
    _, *rest = statements(flat)
    assert {len(rows) for rows, _ in rest} == {1, 2}
    kinds = ["row" in rows[0] for rows, _ in rest]
    assert kinds == sorted(kinds)
    assert sum(len(rows) for rows, _ in rest) == len(flat) + flat.number_of_edges()


def test_relations_of_a_pair_are_a_type_in_backticks():
    graph = nx.MultiDiGraph()
    graph.add_edge("n:1", "n:2", "r:1", relation="BUILDS / ←`TAX`")
    text = "".join(cypher_lines(graph))
    assert "[edge:`BUILDS / ←``TAX``` {id: row.row.id}]" in text
    assert "node:Entity;" in text  # without a type of its own


legal = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.one_of(legal, st.booleans(), st.integers(-(2**63), 2**63 - 1),
                  st.floats(allow_nan=False, allow_infinity=False)),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(legal.filter(bool), inner, max_size=3),
    )
)  # fmt: skip
def test_any_value_is_a_literal_of_cypher(one):
    stream = tokens(neo4j._literal(one))
    assert literal(stream) == one
    assert stream == []
