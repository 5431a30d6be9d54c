import math
import random
import time

import networkx as nx
import pytest

from zonekg.graph.layout import BASE_SIZE, TOP_SIZE, layout, node_sizes


def tangle(nodes, edges, seed=1):
    dice = random.Random(seed)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(f"n:{i}" for i in range(nodes))
    for key in range(edges):
        head, tail = int(nodes * dice.random() ** 3), int(nodes * dice.random())
        graph.add_edge(f"n:{head}", f"n:{tail}", f"r:{key}")
    return graph


def overlaps(graph, places):
    sizes = node_sizes(graph)
    names = sorted(graph)
    return [
        (u, v)
        for i, u in enumerate(names)
        for v in names[i + 1 :]
        if math.dist(places[u], places[v]) < sizes[u] + sizes[v] - 0.01
    ]


def box(names, places, sizes):
    return (
        min(places[n][0] - sizes[n] for n in names), min(places[n][1] - sizes[n] for n in names),
        max(places[n][0] + sizes[n] for n in names), max(places[n][1] + sizes[n] for n in names),
    )  # fmt: skip


def apart(one, two):
    return one[2] < two[0] or two[2] < one[0] or one[3] < two[1] or two[3] < one[1]


def test_every_node_has_a_finite_place(flat):
    places = layout(flat)
    assert set(places) == set(flat)
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in places.values())


def test_empty_and_single():
    assert layout(nx.MultiDiGraph()) == {}
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "a", "r:1")  # an edge to itself joins nothing
    assert layout(graph)["a"] != (0.0, 0.0)  # Gephi throws a graph away that stands at 0, 0


def test_components_stand_apart_and_the_largest_first(flat):
    places, sizes = layout(flat), node_sizes(flat)
    parts = sorted(nx.weakly_connected_components(flat), key=len, reverse=True)
    boxes = [box(part, places, sizes) for part in parts]
    assert [len(part) for part in parts] == [12, 2, 1]
    assert all(apart(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    assert boxes[0][0] <= min(b[0] for b in boxes) + 40
    assert boxes[2][3] < boxes[0][1]  # the lone node below


@pytest.mark.parametrize(("nodes", "edges"), [(60, 100), (300, 200), (700, 1500)])
def test_circles_do_not_overlap(nodes, edges):
    graph = tangle(nodes, edges)
    assert overlaps(graph, layout(graph)) == []


@pytest.mark.parametrize(
    "graph",
    [nx.path_graph(40), nx.star_graph(80), nx.complete_graph(30), nx.balanced_tree(3, 4)],
    ids=["chain", "star", "clique", "tree"],
)
def test_shapes(graph):
    graph = nx.MultiDiGraph(nx.relabel_nodes(graph, str))
    assert len(overlaps(graph, layout(graph))) <= 1


def test_neighbours_are_nearer_than_strangers():
    graph = nx.MultiDiGraph(nx.relabel_nodes(nx.balanced_tree(3, 4), str))
    places = layout(graph)
    near = [math.dist(places[u], places[v]) for u, v in graph.edges()]
    names = sorted(graph)
    far = [math.dist(places[u], places[v]) for u in names for v in names if u < v]
    assert sum(near) / len(near) < 0.5 * sum(far) / len(far)


def test_lone_nodes_form_a_grid():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(f"n:{i:02}" for i in range(30))
    places = layout(graph)
    columns, rows = {x for x, _ in places.values()}, {y for _, y in places.values()}
    assert len(columns) * len(rows) <= 36
    assert len(set(places.values())) == 30
    assert overlaps(graph, places) == []


def test_order_does_not_matter_but_the_seed_does(flat):
    again = nx.MultiDiGraph()
    again.add_nodes_from(reversed(list(flat.nodes(data=True))))
    again.add_edges_from(reversed(list(flat.edges(keys=True, data=True))))
    assert layout(flat) == layout(again)
    assert layout(flat) != layout(flat, seed=2)


def test_pythons_random_is_left_alone(flat):
    random.seed(5)
    expected = random.random()
    random.seed(5)
    layout(flat)
    assert random.random() == expected


def test_sizes():
    graph = tangle(50, 90)
    graph.nodes["n:3"]["mentions"] = 500
    sizes = node_sizes(graph)
    assert max(sizes, key=sizes.__getitem__) == "n:3"
    assert (min(sizes.values()), max(sizes.values())) == (BASE_SIZE, TOP_SIZE)
    assert node_sizes(nx.MultiDiGraph()) == {}


def test_large_component_by_the_fast_method():
    graph = tangle(1800, 3000)
    start = time.perf_counter()
    places = layout(graph)
    assert time.perf_counter() - start < 60
    crossed = overlaps(graph, places)
    assert len(crossed) < 0.05 * len(graph)
    assert layout(graph) == places
