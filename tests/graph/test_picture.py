import errno
import importlib.util
import os
import random
from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from matplotlib import font_manager, pyplot
from matplotlib.image import imread

from zonekg.errors import OutputError
from zonekg.graph import picture
from zonekg.graph.labels import Box, Space, drawable, font_path, line_width, wrap
from zonekg.graph.picture import draw
from zonekg.schema import default_schema


def pixels(path):
    return (imread(path)[:, :, :3] * 255).round().astype(int)


def count(image, color):
    """Pixels of exactly this #rrggbb colour."""
    rgb = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(image - rgb).max(axis=2) <= 1).sum())


def town(nodes, edges, seed=1):
    dice = random.Random(seed)
    graph = nx.MultiDiGraph()
    for i in range(nodes):
        kind = dice.choice(["ORG", "PARK", "PROJECT"])
        graph.add_node(
            f"n:{i}", label=f"山西第{i}新材料产业化示范基地", entity_type=kind, mentions=1
        )
    for i in range(edges):
        head, tail = f"n:{int(nodes * dice.random() ** 2)}", f"n:{dice.randrange(nodes)}"
        graph.add_edge(head, tail, f"r:{i}", relation="INVESTS_IN", label="投资", weight=1.0)
    return graph


@pytest.fixture
def placed(monkeypatch):
    """The boxes of the labels of the next picture, in points."""
    found = []
    real = Space.place

    def place(self, *args, **kw):
        box = real(self, *args, **kw)
        if box is not None:
            found.append(box)
        return box

    monkeypatch.setattr(Space, "place", place)
    return found


def shared(one, two):
    wide = min(one.right, two.right) - max(one.left, two.left)
    high = min(one.top, two.top) - max(one.bottom, two.bottom)
    return max(0, wide) * max(0, high)


def test_the_colours_of_all_types_are_there(flat, tmp_path):
    draw(flat, tmp_path / "a.png", title="开发区知识图谱")
    image = pixels(tmp_path / "a.png")
    for kind in default_schema().entities.values():
        assert count(image, kind.color) > 50, kind.label
    assert count(image, "#ffffff") > image[..., 0].size / 2
    assert count(image, "#1a1a1a") > 1000  # labels


def test_every_node_has_a_label_and_labels_do_not_overlap(flat, tmp_path, placed):
    draw(flat, tmp_path / "a.png")
    assert len(placed) == len(flat)
    pairs = [(a, b) for i, a in enumerate(placed) for b in placed[i + 1 :]]
    assert sum(shared(a, b) for a, b in pairs) == 0


def test_sixty_nodes_stay_readable(tmp_path, placed):
    draw(town(60, 100), tmp_path / "a.png")
    assert len(placed) == 60
    area = sum((b.right - b.left) * (b.top - b.bottom) for b in placed)
    covered = sum(shared(a, b) for i, a in enumerate(placed) for b in placed[i + 1 :])
    assert covered < 0.02 * area


def test_a_large_graph_labels_its_hubs(tmp_path, placed):
    graph = town(400, 900)
    draw(graph, tmp_path / "a.png")
    assert 100 < len(placed) < 400
    assert max(pixels(tmp_path / "a.png").shape) <= 4500


def test_the_page_grows_with_the_graph(tmp_path):
    sizes = []
    for nodes in (5, 40, 150):
        draw(town(nodes, nodes), tmp_path / "a.png")
        sizes.append(pixels(tmp_path / "a.png")[..., 0].size)
    assert sizes == sorted(set(sizes))


def test_same_graph_same_bytes(flat, tmp_path):
    again = nx.MultiDiGraph()
    again.add_nodes_from(reversed(list(flat.nodes(data=True))))
    again.add_edges_from(reversed(list(flat.edges(keys=True, data=True))))
    draw(flat, tmp_path / "a.png")
    draw(again, tmp_path / "b.png")
    raw = (tmp_path / "a.png").read_bytes()
    assert raw == (tmp_path / "b.png").read_bytes()
    assert not any(word in raw for word in (b"Software", b"tIME", b"matplotlib", b"Creation"))


def test_same_bytes_under_another_hash_seed(under_hash_seeds):
    script = "from zonekg.graph.picture import draw; draw(sample(), folder / 'a.png')"
    one, two = under_hash_seeds(script)
    assert (one / "a.png").read_bytes() == (two / "a.png").read_bytes()


def test_given_positions_are_used(flat, tmp_path):
    names = sorted(flat)
    row = {name: (40.0 * i, 0.0) for i, name in enumerate(names)}
    draw(flat, tmp_path / "a.png", positions=row)
    high, wide, _ = pixels(tmp_path / "a.png").shape
    assert wide > 2 * high


def test_parallel_edges_are_bent_apart(tmp_path):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(["a", "b"], entity_type="ORG", label="甲")
    relations = ["INVESTS_IN", "BUILDS", "LOCATED_IN", "COOPERATES_WITH"]
    for i, relation in enumerate(relations):
        ends = ("a", "b") if i % 2 else ("b", "a")
        graph.add_edge(*ends, f"r:{i}", relation=relation)
    page = picture._page(graph, {"a": (0, 0), "b": (100, 0)}, "")
    seen = Counter()
    middles = []
    for i in range(4):
        bend = picture._bend(i, forward=bool(i % 2))
        ends = ("a", "b") if i % 2 else ("b", "a")
        curve = picture._curve(page.discs[ends[0]], page.discs[ends[1]], bend)
        middles.append(curve[len(curve) // 2][1])
        seen[round(middles[-1], 1)] += 1
    assert max(seen.values()) == 1
    assert min(abs(a - b) for i, a in enumerate(middles) for b in middles[i + 1 :]) > 5


def test_odd_graphs(tmp_path):
    graph = nx.MultiDiGraph()
    draw(graph, tmp_path / "empty.png")
    graph.add_node("n:1", label="", entity_type="PERSON")
    draw(graph, tmp_path / "one.png")
    graph.add_edge("n:1", "n:1", "r:1", relation="KNOWS")
    draw(graph, tmp_path / "loop.png")
    one, loop = pixels(tmp_path / "one.png"), pixels(tmp_path / "loop.png")
    assert (one.shape != loop.shape) or (one != loop).any()


@pytest.mark.parametrize(
    "label",
    ["$\\frac{1}{2}$ $", "𠮷野🏭", "\ud800", "\x00\x1b[31m", "👨‍👩‍👧", "e\u0301", "\u202eabc", "ﷺ",
     "𐎀", "_" * 300, "\u0e01\u0e33", "\ue000", "\U000f0000", " ", "\n\n"],
)  # fmt: skip
def test_any_label_and_title_draws_without_a_warning(tmp_path, label):
    graph = nx.MultiDiGraph()
    graph.add_node("n:1", label=label, entity_type="ORG")
    draw(graph, tmp_path / "a.png", title=label)
    assert pixels(tmp_path / "a.png").shape[1] == 1200


def test_the_font_is_the_packaged_one_and_knows_the_characters():
    assert font_path().name == "NotoSansSC-Regular.otf"
    gb2312 = [
        bytes([a, b]).decode("gb2312", "ignore")
        for a in range(0xB0, 0xF8)
        for b in range(0xA1, 0xFF)
    ]
    known = font_manager.get_font(str(font_path())).get_charmap()
    assert [c for c in gb2312 if c and ord(c) not in known] == []
    assert drawable("䶮𬘭𬭎㛃喆堃赟龑") == "䶮𬘭𬭎㛃喆堃赟龑"  # rare characters of names


@pytest.fixture
def without_package(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    font_path.cache_clear()
    yield monkeypatch
    font_path.cache_clear()


def test_a_system_font_is_the_fallback(without_package):
    fonts = ["/f/Arial.ttf", "/f/wqy-zenhei.ttc", "/f/NotoSansCJK-Regular.ttc"]
    without_package.setattr(font_manager, "findSystemFonts", lambda: fonts)
    assert font_path() == Path("/f/NotoSansCJK-Regular.ttc")


def test_no_font_at_all_is_told(without_package, flat, tmp_path):
    without_package.setattr(font_manager, "findSystemFonts", lambda: ["/f/Arial.ttf"])
    with pytest.raises(OutputError, match=r"no font with Chinese.*pylopdf-fonts-zh-cn"):
        draw(flat, tmp_path / "a.png", title="甲")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("甲公司", ["甲公司"]),
        ("", [""]),
        ("年产10万吨高性能钠离子电池正极材料产业化示范项目",
         ["年产10万吨高性能钠离子", "电池正极材料产业化示范…"]),
        ("生物降解塑料PBAT一体化项目", ["生物降解塑料", "PBAT一体化项目"]),
        ("甲乙丙丁戊己庚辛壬癸子丑（一期）", ["甲乙丙丁戊己庚辛", "壬癸子丑（一期）"]),
    ],
)  # fmt: skip
def test_wrap(text, lines):
    assert wrap(text) == lines


@pytest.mark.parametrize("length", range(1, 60))
def test_lines_are_short_and_none_starts_with_a_closing_mark(length):
    text = ("某公司，（山西）ABC-12号。" * 5)[:length]
    lines = wrap(text)
    assert len(lines) <= 3
    assert max(map(line_width, lines)) <= 16
    assert sum(map(len, lines)) <= 24
    assert not any(line[0] in "，）。" for line in lines[1:])


def test_a_label_keeps_clear_of_nodes_edges_and_labels():
    discs = np.array([[100.0, 100, 5], [100, 80, 5]])  # a node stands below the first
    dots = np.array([[float(x), 112.0] for x in range(60, 140, 4)])  # an edge passes above
    space = Space(discs, dots, Box(0, 0, 200, 200))
    first = space.place((100, 100, 5), 40, 10, must=True)
    assert first.left > 100 or first.right < 100
    second = space.place((100, 100, 5), 40, 10, must=True)
    assert shared(first, second) == 0
    crowd = Space(np.array([[x, y, 9.0] for x in range(0, 200, 9) for y in range(0, 200, 9)]), dots,
                  Box(0, 0, 200, 200))  # fmt: skip
    assert crowd.place((100, 100, 9), 40, 10, must=False) is None
    assert crowd.place((100, 100, 9), 40, 10, must=True) is not None


def test_a_full_disk_leaves_no_picture(flat, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"a\.png: .*No space left"):
        draw(flat, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_pyplot_keeps_no_figure(flat, tmp_path):
    draw(flat, tmp_path / "a.png")
    assert pyplot.get_fignums() == []
