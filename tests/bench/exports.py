"""Every export of a large graph: the memory that it needs beside the graph, and its time.

    python tests/bench/exports.py OUT [edges ...]

writes OUT.json and OUT.md. Each writer works in a process of its own that shares the graph; its
extra memory is the peak of its resident set less what it had at first; its time is that of the
processor, as other work may share the machine. Edges: 100,000 and 1,000,000 when not given; three
nodes for ten edges. Positions are made beforehand.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
from results import write_results

from zonekg.graph.exports import FORMATS, export
from zonekg.schema import default_schema

RELATIONS = [*default_schema().relations.values()][:4]
MEASURED = [name for name in FORMATS if name != "html"]  # one page is for small graphs


def sample(edges: int) -> nx.MultiDiGraph:
    """A random flat graph with the attributes of a real one."""
    source = random.Random(1)
    graph = nx.MultiDiGraph()
    nodes = edges * 3 // 10
    names = [f"n:{source.getrandbits(64):016x}" for _ in range(nodes)]
    for i, node in enumerate(names):
        kind = ("ORG", "PARK", "PROJECT")[i % 3]
        graph.add_node(node, label=f"第{i}号新材料产业公司", entity_type=kind, articles=1 + i % 3,
                       names=f"第{i}号新材料产业公司; 新材{i}", mentions=1 + i % 9, confidence=0.9,
                       first_date="2024-05-10", last_date="2025-01-02", tax_cny=1e6 + i,
                       sources=f"page{i % 997}.txt:{i}-{i + 9}")  # fmt: skip
    i = 0
    while i < edges:
        head, tail = source.choice(names), source.choice(names)
        relation = RELATIONS[i % 4]
        if head == tail or any(
            data["relation"] == relation.label
            for data in graph.get_edge_data(head, tail, default={}).values()
        ):
            continue
        graph.add_edge(
            head, tail, f"r:{source.getrandbits(64):016x}", relation=relation.label,
            label=relation.name, weight=1.0 + i % 3, symmetric=relation.symmetric,
            evidence=f"第{i}号公司在开发区投资建设年产{i}吨新材料产业化项目，计划明年投产。" * 2,
            evidence_count=1, titles=f"开发区项目建设提速（{i % 997}）", confidence=0.8,
            sources=f"page{i % 997}.txt:{i}-{i + 60}", first_date="2024-05-10",
            last_date="2025-01-02",
        )  # fmt: skip
        i += 1
    return graph


def resident(name: str) -> float:
    """VmRSS or VmHWM of this process in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1000
    raise ValueError(name)


def measure(graph: nx.MultiDiGraph, places: dict[str, Any], name: str, queue: Any) -> None:
    """One export, in a process that has just been forked."""
    folder = tempfile.mkdtemp()
    export(nx.MultiDiGraph(), folder, [name], {})  # what it imports is no memory of the graph
    before, start = resident("VmRSS"), time.process_time()
    files = export(graph, folder, [name], places)
    seconds = time.process_time() - start
    size = sum(path.stat().st_size for path in files) / 1e6
    shutil.rmtree(folder)
    queue.put({"seconds": seconds, "extra_mb": resident("VmHWM") - before, "file_mb": size})


def measured(edges: int) -> dict[str, dict[str, float]]:
    """All exports of a graph of so many edges, one after the other."""
    graph = sample(edges)
    places = {node: (float(i % 1000), float(i // 1000)) for i, node in enumerate(graph)}
    gc.collect()
    gc.freeze()
    fork = multiprocessing.get_context("fork")
    found = {"graph": {"mb": resident("VmRSS"), "nodes": float(len(graph))}}
    for name in MEASURED:
        queue = fork.Queue()
        process = fork.Process(target=measure, args=(graph, places, name, queue))
        process.start()
        found[name] = queue.get()
        process.join()
        print(edges, name, found[name], flush=True)
    return found


def table(sizes: dict[str, dict[str, dict[str, float]]]) -> Iterator[str]:
    """Extra memory at each size; time and file of the largest, time over GraphML's."""
    last = sizes[list(sizes)[-1]]
    yield (
        "| format | "
        + " | ".join(f"extra memory, {int(n):,} edges" for n in sizes)
        + (" | time over GraphML's | file |")
    )
    yield "|---" * (3 + len(sizes)) + "|"
    for name in MEASURED:
        extra = " | ".join(f"{found[name]['extra_mb']:.0f} MB" for found in sizes.values())
        ratio = last[name]["seconds"] / last["graphml"]["seconds"]
        yield f"| {name} | {extra} | {ratio:.2f} | {last[name]['file_mb']:.0f} MB |"
    graph = " | ".join(f"{found['graph']['mb']:.0f} MB" for found in sizes.values())
    seconds = last["graphml"]["seconds"]
    yield f"| the process with the graph | {graph} | GraphML: {seconds:.0f} s | |"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("edges", type=int, nargs="*", default=[100_000, 1_000_000])
    args = parser.parse_args()
    sizes = {str(edges): measured(edges) for edges in args.edges}
    write_results(args.target, table(sizes), sizes=sizes)


if __name__ == "__main__":
    main()
