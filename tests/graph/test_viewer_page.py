"""The viewer's page, opened from a file in a real browser without network."""

import io
import json
from collections import Counter
from urllib.parse import parse_qs, quote

import networkx as nx
import numpy as np
import pytest
from PIL import Image

from zonekg.graph.viewer import data, write_html
from zonekg.schema import default_schema

PARK, COMPANY, PROJECT = "n:00", "n:01", "n:02"
# the drawing's own canvases hold nothing where a browser has no WebGL
NO_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : real.call(this, kind, ...rest);
};
"""
# what stands on the canvas of names: rows of text with their middles
WRITTEN = """
window.written = [];
const context = CanvasRenderingContext2D.prototype;
const { fillText, clearRect } = context;
context.clearRect = function (...box) { window.written = []; return clearRect.apply(this, box); };
context.fillText = function (text, x, y) {
  window.written.push({ text, x, y, width: this.measureText(text).width });
  return fillText.call(this, text, x, y);
};
"""


@pytest.fixture
def graph(flat):
    """The sample graph with what filters and the panel tell apart."""
    flat.nodes[PARK]["names"] = "阳泉高新技术产业开发区; 阳泉高新区; 高新区"
    flat.nodes[COMPANY]["names"] = "山西华阳集团新能股份有限公司; 华阳股份"
    flat.nodes[COMPANY]["confidence"] = 0.95
    flat.nodes[PROJECT].update({
        "status": "started", "events": "signed 2024; started 2024-05-10",
        "status_evidence": "项目开工。", "total_investment_text": "约332亿元",
        "amounts_evidence": "总投资332亿元：总投资332亿元。 || 年度投资5亿元：总投资332亿元。",
    })  # fmt: skip
    flat.nodes["n:14"].update({"first_date": "2023", "last_date": "2023"})
    flat.edges[COMPANY, PARK, "r:00"].update({
        "evidence": "华阳股份在阳泉高新区投资建厂。 || 山西华阳集团新能股份有限公司再投高新区。",
        "titles": "甲文 || 乙文", "sources": "a.txt:1-9 || b.txt:3-12", "confidence": 0.97,
    })  # fmt: skip
    flat.edges[COMPANY, PARK, "r:01"]["confidence"] = 0.3
    return flat


@pytest.fixture
def page_of(opened, tmp_path):
    """A function: a graph -> its page, ready."""

    def make(graph, fragment="", script="", **options):
        path = tmp_path / "graph.html"
        write_html(graph, path, **options)
        page = opened(path, fragment, script)
        page.emulate_media(reduced_motion="reduce")
        page.wait_for_function("() => globalThis.zonekg?.counts")
        return page

    return make


@pytest.fixture
def page(page_of, graph):
    return page_of(graph)


def counts(page):
    return page.evaluate("zonekg.counts()")


def chosen(page):
    return page.evaluate("zonekg.chosen()")


def panel(page):
    return page.locator("[data-part=panel]")


def click_node(page, node, **options):
    place = page.evaluate("id => zonekg.placeOf(id)", node)
    page.mouse.click(place["x"], place["y"], **options)


def query(page):
    return {key: value for key, (value,) in parse_qs(page.url.partition("#")[2]).items()}


def pixels(page):
    place = page.locator("[data-part=drawing]").bounding_box()
    image = Image.open(io.BytesIO(page.screenshot(clip=place))).convert("RGB")
    return np.asarray(image).astype(int)


def count(image, color):
    rgb = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(image - rgb).max(axis=2) <= 2).sum())


def until(page, check):
    """Wait till a frame has been drawn for which check() holds; what it gave last."""
    for _ in range(100):
        if found := check():
            break
        page.wait_for_timeout(100)
    return found


def names(page):
    return int(page.get_attribute("[data-part=labels]", "data-labels"))


# -- the opening view


def test_the_page_opens_with_coloured_named_nodes(page, graph):
    page.wait_for_selector("[data-labels]")
    image = pixels(page)
    for kind in default_schema().entities.values():
        assert count(image, kind.color) > 30, kind.label
    assert names(page) >= len(graph) - 2
    assert counts(page) == {"nodes": 15, "edges": graph.number_of_edges(), "undated": 0}
    assert "15 / 15 个节点" in page.inner_text("[data-part=counts]")
    assert "阳泉高新技术产业开发区" in panel(page).inner_text()


def test_the_legend_counts_types_and_relations(page, graph):
    types = Counter(kind for _, kind in graph.nodes(data="entity_type"))
    expected = {kind.name: types[label] for label, kind in default_schema().entities.items()}
    rows = page.locator("[data-part=types] label").all_inner_texts()
    assert {row.split()[0]: int(row.split()[1]) for row in rows} == expected


def crowd(nodes):
    graph = nx.MultiDiGraph()
    kinds = ["PARK", "ORG", "PROJECT"]
    for i in range(nodes):
        graph.add_node(
            f"n:{i:04}",
            label=f"山西第{i}新材料产业化示范基地",
            entity_type=kinds[i % 3],
            mentions=1,
        )
        graph.add_edge(
            f"n:{i:04}", f"n:{i * i % (i // 2 + 1):04}", f"r:{i}", relation="LOCATED_IN", weight=1.0
        )
    return graph


@pytest.mark.parametrize(("nodes", "least"), [(50, 40), (600, 40)])
def test_names_do_not_cover_each_other(page_of, nodes, least):
    page = page_of(crowd(nodes), script=WRITTEN)
    page.wait_for_function("() => window.written.length > 0")
    rows = page.evaluate("window.written")
    boxes = [(r["x"] - r["width"] / 2, r["y"] - 5, r["x"] + r["width"] / 2, r["y"] + 5)
             for r in rows]  # fmt: skip
    assert len(boxes) >= least
    covered = [
        (a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]  # fmt: skip
    assert covered == []


# -- search


def test_search_finds_a_name_and_flies_to_it(page):
    page.keyboard.press("/")
    page.keyboard.type("钠离子")
    options = page.locator("#options li")
    assert options.count() == 1
    assert "年产10万吨高性能钠离子" in options.inner_text()
    page.keyboard.press("Enter")
    assert chosen(page) == PROJECT
    box = page.locator("[data-part=stage]").bounding_box()
    away = "([id, x, y]) => Math.hypot(zonekg.placeOf(id).x - x, zonekg.placeOf(id).y - y)"
    middle = [PROJECT, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert until(page, lambda: page.evaluate(away, middle) < box["height"] / 2)
    assert page.locator("#options").is_hidden()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("华阳股份", COMPANY),
        ("a&b", "n:09"),
        ("Ａ＆Ｂ", "n:09"),
        ("𠮷利", "n:03"),
        ("高新区", PARK),
    ],
)
def test_search_knows_aliases_widths_and_rare_characters(page, words, first):
    page.fill("[data-part=search]", words)
    page.keyboard.press("Enter")
    assert chosen(page) == first


def test_arrows_choose_among_the_results_and_escape_clears(page):
    page.focus("[data-part=search]")
    page.keyboard.type("公司")
    options = page.locator("#options li")
    found = options.all_inner_texts()
    assert len(found) >= 4
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("#options [aria-selected=true]").inner_text() == found[1]
    active = page.get_attribute("[data-part=search]", "aria-activedescendant")
    assert page.inner_text(f"#{active}") == found[1]
    page.keyboard.press("Escape")
    assert page.input_value("[data-part=search]") == ""
    assert page.locator("#options").is_hidden()
    assert chosen(page) is None


def test_a_search_without_result_says_so(page):
    page.fill("[data-part=search]", "没有这个名字")
    assert page.inner_text("#options") == "没有找到"


# -- filters


def shown(graph, node_passes, edge_passes=lambda _: True):
    nodes = {node for node, row in graph.nodes(data=True) if node_passes(row)}
    edges = [
        row for head, tail, row in graph.edges(data=True)
        if head in nodes and tail in nodes and edge_passes(row)
    ]  # fmt: skip
    return {"nodes": len(nodes), "edges": len(edges)}


def told(page):
    return {name: counts(page)[name] for name in ("nodes", "edges")}


def test_a_type_that_is_ticked_off_is_gone(page, graph):
    page.uncheck("[name=types][value=ORG]")
    assert told(page) == shown(graph, lambda row: row["entity_type"] != "ORG")
    assert query(page) == {"no-types": "ORG"}
    blue = default_schema().entities["ORG"].color
    assert until(page, lambda: count(pixels(page), blue) == 0)
    page.click("[data-part=reset]")
    assert told(page) == shown(graph, lambda _: True)


def test_a_relation_that_is_ticked_off_is_gone(page, graph):
    page.uncheck("[name=relations][value=LOCATED_IN]")
    assert told(page) == shown(graph, lambda _: True, lambda row: row["relation"] != "LOCATED_IN")
    row = page.locator("label", has=page.locator("[value=LOCATED_IN]")).inner_text()
    assert "0/" in row
    page.check("[name=lonely]")
    tied = {node for u, v, kind in graph.edges(data="relation") if kind != "LOCATED_IN"
            for node in (u, v)}  # fmt: skip
    assert told(page)["nodes"] == len(tied)


def test_confidence_holds_for_nodes_and_edges(page, graph):
    page.locator("[name=confidence]").fill("0.6")
    assert told(page) == shown(
        graph, lambda row: row["confidence"] >= 0.6, lambda row: row["confidence"] >= 0.6
    )


def test_dates_bound_what_is_shown_also_where_a_date_is_a_year(page, graph):
    page.fill("[name=from]", "2024-01-01")
    assert told(page) == shown(graph, lambda row: row["last_date"] >= "2024")
    page.fill("[name=from]", "2023-07-01")
    page.fill("[name=to]", "2023-12-31")
    assert counts(page)["nodes"] == 1


def test_an_amount_leaves_the_rich_and_what_is_tied_to_them(page, graph):
    page.fill("[name=amount]", "100")
    assert "100亿元" in page.inner_text("[data-part=amount-hint]")
    near = {PROJECT} | set(nx.all_neighbors(graph, PROJECT))
    near -= {node for node, worth in graph.nodes(data="total_investment_cny")
             if worth and worth < 1e10}  # fmt: skip
    assert counts(page)["nodes"] == len(near)
    assert query(page)["amount"] == "10000000000"


def test_a_state_that_is_ticked_off_is_gone(page, graph):
    assert "开工" in page.inner_text("[data-part=statuses]")
    page.uncheck("[name=statuses][value=none]")
    assert told(page) == shown(
        graph, lambda row: row["entity_type"] != "PROJECT" or "status" in row
    )


def test_filters_that_leave_nothing_say_so(page):
    page.fill("[name=to]", "1999-01-01")
    assert page.inner_text("[data-part=empty]") == "筛选后没有节点。"


# -- the panel


def test_a_click_on_a_node_shows_what_is_known_of_it(page):
    click_node(page, PROJECT)
    assert chosen(page) == PROJECT
    text = panel(page).inner_text()
    for part in (
        "332亿元",
        "总投资332亿元 · 年度投资5亿元",
        "开工",
        "签约 2024",
        "项目开工。",
        "a.txt",
    ):
        assert part in text, part
    assert panel(page).locator("mark").all_inner_texts() == ["332亿元"]


def test_a_click_on_an_edge_shows_its_sentences_with_both_names_marked(page):
    place = page.evaluate(
        """() => {
          const [a, b] = ["n:09", "n:10"].map(zonekg.placeOf);
          return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
        }"""
    )
    page.mouse.click(place["x"] + 2, place["y"] + 2)
    assert chosen(page) == "r:09"
    assert "第9句。" in panel(page).inner_text()
    page.evaluate("id => (location.hash = `edge=${id}`)", "r:00")
    page.wait_for_function("() => zonekg.chosen() === 'r:00'")
    quotes = panel(page).locator("blockquote")
    assert quotes.count() == 2
    assert quotes.nth(0).locator("mark").all_inner_texts() == ["华阳股份", "阳泉高新区"]
    assert quotes.nth(1).locator("mark").all_inner_texts() == [
        "山西华阳集团新能股份有限公司", "高新区"
    ]  # fmt: skip
    assert "《乙文》" in quotes.nth(1).inner_text()
    assert "b.txt:3-12" in quotes.nth(1).inner_text()
    assert "97%" in panel(page).inner_text()


def test_neighbours_stand_by_relation_and_lead_on(page, graph):
    click_node(page, PARK)
    ties = panel(page).locator(".ties .node")
    assert ties.count() == graph.degree(PARK)
    panel(page).locator(f".ties [data-node='{PROJECT}']").first.click()
    assert chosen(page) == PROJECT
    panel(page).locator(".proof").first.click()
    assert panel(page).locator("blockquote").count() == 2


def test_parallel_edges_are_drawn_apart(page, graph):
    bends = page.evaluate(
        """() => zonekg.viewer.edges.filter(({ beside }) => beside.length === 3)
             .map(({ source, target, curvature }) => (source < target ? 1 : -1) * curvature)"""
    )
    assert len({round(bend, 3) for bend in bends}) == 3
    click_node(page, COMPANY)
    # investment, place and cooperation of the same two each show their colour
    for relation in ("INVESTS_IN", "LOCATED_IN", "COOPERATES_WITH"):
        color = default_schema().relations[relation].color
        assert until(page, lambda color=color: count(pixels(page), color) >= 10), relation


# -- the surroundings


def test_a_double_click_leaves_the_surroundings(page, graph):
    click_node(page, "n:08", click_count=2)
    assert chosen(page) == "n:08"
    assert query(page) == {"node": "n:08", "only": "yes"}
    near = len(set(nx.all_neighbors(graph, "n:08")))
    assert until(page, lambda: names(page) == near)  # and its own
    page.get_by_text("2 步").click()
    assert query(page) == {"node": "n:08", "only": "yes", "steps": "2"}
    assert until(page, lambda: names(page) > near)
    page.keyboard.press("Escape")
    assert query(page) == {}


# -- the address


def test_an_address_opens_its_view_and_back_leads_back(page_of, graph):
    page = page_of(graph, f"#node={quote(PARK)}&no-relations=LOCATED_IN&steps=2&lang=en")
    assert chosen(page) == PARK
    assert not page.is_checked("[name=relations][value=LOCATED_IN]")
    assert "Other names" in panel(page).inner_text()
    panel(page).locator(".ties .node").first.click()
    assert chosen(page) == COMPANY
    page.locator("[data-part=back]").click()
    page.wait_for_function(f"() => zonekg.chosen() === '{PARK}'")


@pytest.mark.parametrize(
    "fragment",
    ["#node=none", "#steps=9&confidence=x&from=1&amount=-5&no-types=,", "#%E4%", "#=&=&"],
)
def test_an_address_of_something_else_opens_the_whole(page_of, graph, fragment):
    page = page_of(graph, fragment)
    assert counts(page)["nodes"] == 15
    assert chosen(page) is None


def test_the_link_is_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    click_node(page, PARK)
    page.click("[data-part=link]")
    page.wait_for_function(
        "() => document.querySelector('[data-part=link]').textContent === '已复制'"
    )
    assert f"node={quote(PARK, safe='')}" in page.evaluate("navigator.clipboard.readText()")


# -- without a mouse, without a drawing


def test_the_keyboard_alone_leads_from_search_to_a_sentence(page):
    page.keyboard.press("/")
    page.keyboard.type("华阳股份")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('proof')"):
            break
    page.keyboard.press("Enter")
    assert chosen(page).startswith("r:")
    assert panel(page).locator("blockquote").count() > 0
    page.keyboard.press("f")
    assert query(page)["only"] == "yes"
    page.keyboard.press("Escape")
    assert chosen(page) is None
    page.keyboard.press("l")
    assert page.locator("table").count() == 2


def test_every_control_has_a_name(page):
    click_node(page, PARK)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, [role=application], [role=listbox]")]
          .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() ||
            one.closest("label")?.textContent.trim())).map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_without_webgl_there_is_a_list_with_the_same_filters(page_of, graph):
    page = page_of(graph, script=NO_WEBGL)
    assert "WebGL" in page.inner_text("[data-part=no-webgl]")
    nodes = page.locator("table").first.locator("tbody tr")
    assert nodes.count() == 15
    page.fill("[data-part=list-search]", "华阳")
    assert nodes.count() == 1
    nodes.first.locator("button").click()
    assert chosen(page) == COMPANY
    page.fill("[data-part=list-search]", "")
    page.uncheck("[name=types][value=ORG]")
    assert nodes.count() == shown(graph, lambda row: row["entity_type"] != "ORG")["nodes"]


def test_the_language_can_be_changed(page):
    page.click("[data-part=language]")
    assert page.get_attribute("html", "lang") == "en"
    assert "15 of 15 nodes" in page.inner_text("[data-part=counts]")
    assert "organisation" in page.inner_text("[data-part=types]")


# -- what others wrote

HOSTILE = [
    "</script><script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>",
    "\u202e反转\u2028行\u2029段", "甲" * 3000, "${alert(1)} {{7*7}} \\ ' \" `", "(.*)[-/", " ", "",
    "\ud800𠮷\x00", "javascript:alert(1)", "__proto__", "constructor",
]  # fmt: skip


def test_hostile_text_is_shown_as_text(page_of):
    graph = nx.MultiDiGraph()
    for i, text in enumerate(HOSTILE):
        graph.add_node(
            f"n:{text[:40]}" if i < 3 else f"n:{i}", label=text, entity_type="ORG", names=text,
            mentions=1, articles=1, confidence=0.5, sources=text, kind=text, status=text,
            events=text, amounts_evidence=text, first_date=text, last_date=text, other=text,
        )  # fmt: skip
    nodes = list(graph)
    for i, text in enumerate(HOSTILE):
        graph.add_edge(
            nodes[i], nodes[(i + 1) % len(nodes)], f"r:{i}{text[:30]}", relation=text or "R",
            label=text, evidence=f"{text} || 一{HOSTILE[1]}二", titles=text, sources=text,
            confidence=0.5, weight=1.0, evidence_count=2,
        )  # fmt: skip
    page = page_of(graph, title=HOSTILE[0])
    for kind, ids in (("node", nodes), ("edge", [key for *_, key in graph.edges(keys=True)])):
        for one in ids:
            found = one.encode("utf-8", "replace").decode()
            page.evaluate("text => (location.hash = text)", f"{kind}={quote(found, safe='')}")
            page.wait_for_timeout(30)
            page.inner_text("[data-part=panel]")
    for text in HOSTILE:
        page.fill("[data-part=search]", text.encode("utf-8", "replace").decode())
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("l")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    shown = page.inner_text("[data-part=tables]")
    assert HOSTILE[1] in shown
    assert "⟨U+202E⟩反转⟨U+2028⟩行" in shown
    assert not set("\u202e\u2028") & set(page.content())


def test_odd_graphs(page_of):
    graph = nx.MultiDiGraph()
    page = page_of(graph)
    assert page.inner_text("[data-part=empty]") == "图中没有节点。"
    graph.add_node("n:1", label="甲", entity_type="PERSON")
    graph.add_edge("n:1", "n:1", "r:1", relation="KNOWS")
    page = page_of(graph)
    click_node(page, "n:1")
    assert chosen(page) == "n:1"
    assert "knows" in panel(page).inner_text()


def test_a_cut_graph_says_so(page_of, graph, monkeypatch):
    monkeypatch.setattr(data, "MOST_NODES", 4)
    page = page_of(graph)
    assert "全图有 15 个节点，本页只含连线最多的 4 个" in panel(page).inner_text()


def test_the_dark_page_is_dark(page_of, graph):
    page = page_of(graph)
    light = pixels(page).mean()
    page.emulate_media(color_scheme="dark")
    assert light > 200
    assert until(page, lambda: pixels(page).mean() < 80)
    assert json.loads(page.inner_html("script#graph"))["nodes"]["rows"]
