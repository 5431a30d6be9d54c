"""A flat graph to write, parsers under Node to read it with, Docs from accounts."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

import zonekg
from zonekg.components.aliases import make_aliases
from zonekg.components.amounts import make_amounts
from zonekg.docs import groups, relations, set_confidences, set_project_states, set_relations

READER = Path(__file__).parent / "node"


@pytest.fixture
def flat():
    """The sample graph: a component of 12 and one of 2, parallel relations, a lone node."""
    return sample()


def sample():
    graph = nx.MultiDiGraph()
    names = [
        ("PARK", "阳泉高新技术产业开发区"), ("ORG", "山西华阳集团新能股份有限公司"),
        ("PROJECT", "年产10万吨高性能钠离子电池正极材料产业化示范项目（一期）"),
        ("ORG", "𠮷利汽车（晋中）有限公司"), ("PROJECT", "CO₂捕集🏭项目"), ("MONEY", "332亿元"),
        ("ORG", "山西省商务厅"), ("PROJECT", "光伏组件"), ("PARK", "晋城经开区"),
        ("ORG", "A&B <Holdings> \"中国\""), ("PROJECT", "5G+工业互联网平台"), ("ORG", "太钢"),
        ("ORG", "甲公司"), ("ORG", "乙公司"), ("ORG", "无关公司"),
    ]  # fmt: skip
    for i, (kind, label) in enumerate(names):
        graph.add_node(
            f"n:{i:02}", label=label, entity_type=kind, names=label, mentions=1 + i % 4,
            articles=1, confidence=0.5 + i / 100, first_date="2024-05-10",
            last_date="2024-05-12", sources=f"a.txt:{i}-{i + 9}",
        )  # fmt: skip
    graph.nodes["n:01"]["kind"] = "company"
    graph.nodes["n:02"]["total_investment_cny"] = 33_200_000_000.0
    graph.nodes["n:04"]["total_investment_cny"] = 1_234_567_890.12
    graph.nodes["n:04"]["total_investment_text"] = "约12.3亿元"
    rows = [(1, 0, "INVESTS_IN"), (1, 0, "LOCATED_IN"), (0, 1, "COOPERATES_WITH")]
    rows += [(i, 0, "LOCATED_IN") for i in range(2, 5)] + [(2, 5, "TOTAL_INVESTMENT")]
    rows += [(6, 8, "COOPERATES_WITH"), (7, 8, "LOCATED_IN"), (9, 10, "INVESTS_IN")]
    rows += [(10, 0, "LOCATED_IN"), (11, 7, "BUILDS"), (8, 0, "COOPERATES_WITH")]
    rows += [(12, 13, "INVESTS_IN"), (13, 12, "INVESTS_IN")]
    for i, (head, tail, relation) in enumerate(rows):
        graph.add_edge(
            f"n:{head:02}", f"n:{tail:02}", f"r:{i:02}", relation=relation, label="投资",
            weight=1.0 + i % 3, symmetric=relation == "COOPERATES_WITH",
            evidence=f"第{i}句。 || “引号”，第二句。", evidence_count=2, titles="标题",
            sources="a.txt:1-9", confidence=0.9, first_date="2024-05-10", last_date="2024-05-10",
        )  # fmt: skip
    return graph


@pytest.fixture(scope="session")
def node_packages():
    from npm import Packages  # here, as a test imports this file alone

    return Packages(READER)


@pytest.fixture(scope="session")
def graphology(node_packages):
    """A function: path of a GraphML or GEXF file -> what Gephi Lite's parser reads from it."""
    return lambda path: json.loads(node_packages.node("read.mjs", str(path)))


@pytest.fixture(scope="session")
def cytoscape(node_packages):
    """A function: path of a GraphML file -> what cytoscape-graphml reads from it."""
    return lambda path: json.loads(node_packages.node("cytoscape.mjs", str(path)))


@pytest.fixture(scope="session")
def told(marked):
    """A function: an account -> its Doc."""

    def make(account):
        org, park, project, money = account["names"]
        body = (
            f"[[O1|{org}]]在[[K1|{park}]]投资[[P1|{project}]]，共[[M1|{money}]]。[[K1|{park}]]好。"
        )
        chosen = {key: account[key] for key in ("source", "date", "title")}
        doc = marked(body, *sorted(account["rows"]), **chosen)
        set_relations(doc, [row._replace(score=account["score"]) for row in relations(doc)])
        set_confidences(doc, [account["score"]] * len(doc.ents))
        doc = make_aliases(make_amounts(doc))
        if account.get("state"):
            labels = [ent.label_ for ent in doc.ents]
            set_project_states(doc, {groups(doc)[labels.index("PROJECT")]: account["state"]})
        return doc

    return make


@pytest.fixture
def under_hash_seeds(tmp_path):
    """Run a script, which has `sample` and `folder`, by two hash seeds; the folders it wrote to."""
    head = (
        "import sys\nfrom pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from conftest import sample\nfolder = Path(sys.argv[1])\n"
    )
    paths = [str(Path(zonekg.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]

    def run(script):
        folders = [tmp_path / f"hash-{seed}" for seed in ("0", "4711")]
        for folder in folders:
            folder.mkdir()
            seed = folder.name.removeprefix("hash-")
            env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(paths)}
            subprocess.run([sys.executable, "-c", head + script, str(folder)], env=env, check=True)
        return folders

    return run


@pytest.fixture
def shuffled(flat):
    """The flat graph with its nodes and edges put in by another order."""
    nodes, edges = list(flat.nodes(data=True)), list(flat.edges(keys=True, data=True))
    random.Random(3).shuffle(nodes)
    random.Random(4).shuffle(edges)
    again = nx.MultiDiGraph()
    again.add_nodes_from(nodes)
    again.add_edges_from(edges)
    return again
