"""Our GraphML writer and reader beside networkx's, in one run: times as ratios.

    python tests/bench/graphml_writer.py [nodes]

Positions are computed beforehand for ours, since networkx writes none.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx

from zonekg.graph.gephi import write_graphml
from zonekg.graph.gephi_reader import read_graphml


def sample(size: int) -> nx.MultiDiGraph:
    """A random flat graph with three edges a node."""
    source = random.Random(1)
    graph = nx.MultiDiGraph()
    for i in range(size):
        graph.add_node(f"n:{i}", label=f"第{i}号新材料公司", entity_type="ORG", mentions=1 + i % 9,
                       confidence=0.9, names="甲; 乙", sources="a.txt:1-9")  # fmt: skip
    for i in range(3 * size):
        head, tail = source.randrange(size), source.randrange(size)
        if head != tail and not graph.has_edge(head := f"n:{head}", tail := f"n:{tail}"):
            graph.add_edge(head, tail, f"r:{i}", relation="INVESTS_IN", label="投资", weight=1.0,
                           evidence="公司投资建设项目。" * 5, confidence=0.8)  # fmt: skip
    return graph


def main() -> None:
    """Print the times and their ratios."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    graph = sample(size)
    places = {node: (float(i % 100), float(i // 100)) for i, node in enumerate(graph)}
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_graphml(graph, Path(folder, "ours.graphml"), places)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        nx.write_graphml(graph, Path(folder, "theirs.graphml"))
        theirs = time.perf_counter() - start
        start = time.perf_counter()
        read_graphml(Path(folder, "ours.graphml"))
        reading = time.perf_counter() - start
        start = time.perf_counter()
        nx.read_graphml(Path(folder, "ours.graphml"), edge_key_type=str, force_multigraph=True)
        their_reading = time.perf_counter() - start
    print(f"{size} nodes, {graph.number_of_edges()} edges: zonekg {ours:.2f} s, "
          f"networkx {theirs:.2f} s, ratio {theirs / ours:.2f}")  # fmt: skip
    print(f"reading: zonekg {reading:.2f} s, networkx {their_reading:.2f} s, "
          f"ratio {their_reading / reading:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
