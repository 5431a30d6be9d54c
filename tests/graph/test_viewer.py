"""The viewer's file and what stands in it; test_viewer_page opens it in a browser."""

import base64
import errno
import hashlib
import json
import os
import re
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from npm import Packages
from zonekg.errors import OutputError
from zonekg.graph import viewer
from zonekg.graph.layout import layout
from zonekg.graph.viewer import data, write_html
from zonekg.graph.viewer.data import page_data

VENDOR = Path(viewer.__file__).parent / "vendor"


@pytest.fixture
def page(flat, tmp_path):
    write_html(flat, tmp_path / "a.html")
    return (tmp_path / "a.html").read_text(encoding="utf-8")


def parse(text):
    return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


def rows(table):
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


# -- the data


def test_the_page_knows_every_node_and_edge(flat):
    found = page_data(flat)
    nodes, edges = rows(found["nodes"]), rows(found["edges"])
    assert [node["id"] for node in nodes] == sorted(flat)
    assert found["all"] == {"nodes": len(flat), "edges": flat.number_of_edges()}
    for node in nodes:
        for name, value in flat.nodes[node["id"]].items():
            told = node[name]
            if name == "sources":
                told = " || ".join(found["texts"][i] for i in told)
            assert told == value
    for edge in edges:
        ends = (nodes[edge["source"]]["id"], nodes[edge["target"]]["id"], edge["id"])
        attributes = flat.edges[ends]
        for name in ("evidence", "titles", "sources"):
            assert " || ".join(found["texts"][i] for i in edge[name]) == attributes[name]
        assert edge["relation"] == attributes["relation"]


def test_nodes_stand_where_the_layout_puts_them(flat):
    places = layout(flat)
    for node in rows(page_data(flat)["nodes"]):
        assert (node["x"], node["y"]) == pytest.approx(places[node["id"]], abs=0.06)
    given = {node: (float(i), -2.0) for i, node in enumerate(flat)}
    assert rows(page_data(flat, given)["nodes"])[3]["y"] == -2


def test_a_text_that_many_edges_share_stands_once(flat):
    texts = page_data(flat)["texts"]
    assert len(texts) == len(set(texts))
    assert texts.count("“引号”，第二句。") == 1


def test_values_that_json_lacks_are_left_out(flat):
    flat.nodes["n:00"]["total_investment_cny"] = float("inf")
    flat.nodes["n:01"]["total_investment_cny"] = float("nan")
    found = rows(page_data(flat)["nodes"])
    assert [found[0]["total_investment_cny"], found[1]["total_investment_cny"]] == [None, None]
    assert found[2]["total_investment_cny"] == 33_200_000_000


def test_too_large_a_graph_is_cut_to_what_has_most_edges(flat, monkeypatch):
    monkeypatch.setattr(data, "MOST_NODES", 4)
    found = page_data(flat)
    ids = [node["id"] for node in rows(found["nodes"])]
    assert len(ids) == 4
    assert "n:00" in ids
    assert found["all"]["nodes"] == len(flat)
    for edge in rows(found["edges"]):
        assert max(edge["source"], edge["target"]) < 4


# -- the file


def test_the_file_reaches_for_nothing_outside_and_its_scripts_are_in_the_policy(page):
    tree = parse(page)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    scripts = [script.text for script in tree.iter("script") if script.get("type") is None]
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    rules = dict(part.split(" ", 1) for part in policy.split("; "))
    assert rules["script-src"] == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert rules["default-src"] == "'none'"
    assert tree.xpath("//@src") == []
    assert {link for link in tree.xpath("//@href") if not link.startswith("data:")} == set()
    assert "url(" not in "".join(style.text for style in tree.iter("style"))


def test_the_licences_of_what_the_file_holds_are_in_it(page):
    for name in ("Alexis Jacomy", "Guillaume Plique", "Joyent"):
        assert name in page
    assert page.count("Permission is hereby granted") >= 4


HOSTILE = "</script><img src=x onerror=alert(1)>&amp;\u2028\u202e甲\ud800\x00<!--"


def test_hostile_text_stays_inside_the_data(flat, tmp_path):
    flat.nodes["n:00"]["label"] = flat.nodes["n:00"]["names"] = HOSTILE
    for *_, attributes in flat.edges(data=True):
        attributes |= {"evidence": HOSTILE, "titles": HOSTILE, "relation": HOSTILE}
    write_html(flat, tmp_path / "a.html", title=HOSTILE)
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    tree = parse(text)
    assert list(tree.iter("img")) == []
    assert not set("\u2028\u202e\ud800\x00") & set(text)
    (block,) = tree.xpath("//script[@id='graph']/text()")
    assert json.loads(block)["nodes"]["rows"][0][4].startswith("</script><img")


@given(st.text())
def test_any_text_survives_the_data(text):
    graph = nx.MultiDiGraph()
    graph.add_node("n:1", label=text, entity_type="ORG", mentions=1)
    (node,) = rows(page_data(graph)["nodes"])
    assert node["label"] == text or "⟨U+" in node["label"]


def test_same_graph_same_bytes(flat, tmp_path):
    again = nx.MultiDiGraph()
    again.add_nodes_from(reversed(list(flat.nodes(data=True))))
    again.add_edges_from(reversed(list(flat.edges(keys=True, data=True))))
    write_html(flat, tmp_path / "a.html")
    write_html(again, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_same_bytes_under_another_hash_seed(under_hash_seeds):
    script = "from zonekg.graph.viewer import write_html; write_html(sample(), folder / 'a.html')"
    one, two = under_hash_seeds(script)
    assert (one / "a.html").read_bytes() == (two / "a.html").read_bytes()


def test_a_full_disk_leaves_no_page(flat, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"a\.html: .*No space left"):
        write_html(flat, tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


# -- what is not ours


def test_the_drawing_library_is_the_bundle_that_its_packages_give():
    packages = Packages(Path(__file__).parent / "viewer_node")
    bundle = (VENDOR / "drawing.min.js").read_text(encoding="utf-8")
    assert packages.node("bundle.mjs") == bundle
    told = (VENDOR / "README.md").read_text(encoding="utf-8")
    assert f"`{hashlib.sha256(bundle.encode()).hexdigest()}`" in told
    licences = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    for line in packages.node("bundle.mjs", "licences").splitlines():
        name, version, licence, digest = line.split()
        assert licence == "MIT"
        assert f"| {name} | {version} | `{digest}` |" in told
        assert f"---- {name} {version}\n" in licences


def test_every_text_of_the_page_is_there_in_both_languages():
    folder = VENDOR.parent
    table = (folder / "texts.js").read_text(encoding="utf-8")
    known = set(re.findall(r'^ {4}"?([\w.]+)"?: \[', table, re.M))
    template = (folder / "viewer.html.j2").read_text(encoding="utf-8")
    used = set(re.findall(r'data-t(?:-label|-hint)?="(\w+)"', template))
    for path in folder.glob("*.js"):
        used |= set(re.findall(r'\b(?:t|section)\("([\w.]+)"', path.read_text(encoding="utf-8")))
    assert len(used) > 40
    assert used - known == set()
