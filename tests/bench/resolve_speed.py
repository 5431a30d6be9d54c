"""Time of resolve against the number of nodes: articles of many cities, zones, firms and projects.

    python tests/bench/resolve_speed.py [nodes ...]        1000 10000 100000 by default

Prints nodes, seconds of the processor and microseconds a node.
"""

from __future__ import annotations

import random
import sys
import time

import networkx as nx

from zonekg.graph.resolve import resolve
from zonekg.names.divisions import city_of, divisions, place_name

TRADES = [
    "新能源",
    "新材料",
    "生物科技",
    "光电科技",
    "智能装备",
    "医药",
    "汽车零部件",
    "电子",
    "精密制造",
    "环保科技",
]
PRODUCTS = [
    "锂电池",
    "负极材料",
    "光伏组件",
    "电解液",
    "碳纤维",
    "传感器",
    "变速箱",
    "疫苗",
    "显示模组",
    "铜箔",
    "芯片封装",
]
SYLLABLES = "华盛恒泰瑞丰天启鼎新中晟博远嘉禾金峰海纳东联科创明达德润宏图安信智汇优卓越诚"


def union_graph(size: int, seed: int = 1) -> nx.MultiDiGraph:
    """About `size` nodes: per article a zone or 高新区 alone, two firms, two projects."""
    draw = random.Random(seed)
    cities = [code for code in divisions() if len(code) == 4 and city_of(code) == code]
    graph = nx.MultiDiGraph(articles={})
    for i in range(size // 6):
        key, city = f"a{i:07}", draw.choice(cities)
        place = place_name(city).removesuffix("市")
        graph.graph["articles"][key] = {
            "title": f"{place}快讯", "source": f"{i}.txt", "place": city,
            "date": f"2024-{1 + i % 12:02}",
        }  # fmt: skip

        def node(label: str, name: str, scope: str = "", key: str = key) -> str:
            ident = f"n:{label} {name} {scope}"
            if ident not in graph:
                kind = "company" if label == "ORG" else ""
                graph.add_node(ident, entity_type=label, kind=kind, seen={})
            graph.nodes[ident]["seen"][key] = {
                "names": {name: 1}, "name": name, "confidence": 0.9, "places": [], "amounts": []
            }  # fmt: skip
            return ident

        zone = draw.choice(["高新区", "高新技术产业开发区", "经开区", "经济技术开发区"])
        park = node("PARK", place + zone) if i % 3 else node("PARK", zone[:2] + "区", key)
        for _ in range(2):
            brand = "".join(draw.sample(SYLLABLES, 2)) + draw.choice(SYLLABLES)
            trade = draw.choice(TRADES)
            firm = node("ORG", f"{place}{brand}{trade}有限公司") if draw.random() < 0.6 else node(
                "ORG", brand + trade, city)  # fmt: skip
            product = f"年产{draw.randrange(1, 90)}万吨{draw.choice(PRODUCTS)}项目"
            project = node("PROJECT", product, brand)
            for edge in ((firm, project, "INVESTS_IN"), (project, park, "LOCATED_IN")):
                if not graph.has_edge(*edge):
                    graph.add_edge(*edge, seen={})
                graph.edges[edge]["seen"][key] = []
    return graph


def main() -> None:
    """Time every size, each in a graph of its own."""
    for size in [int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        graph = union_graph(size)
        start = time.process_time()
        found = resolve(graph)
        took = time.process_time() - start
        print(
            f"{len(graph):>8} nodes {took:8.2f} s {1e6 * took / len(graph):8.0f} us a node "
            f"{len(found.merges)} merges {len(found.unsure)} unsure"
        )


if __name__ == "__main__":
    main()
