import duckdb
import networkx as nx
import pytest

from zonekg.errors import OutputError
from zonekg.graph.exports import parquet
from zonekg.graph.exports.parquet import write_parquet
from zonekg.graph.exports.rows import Rows, items

ODD = "甲'\"\\\n\t\u2028𠮷\0"


def read(path):
    with duckdb.connect() as base:
        found = base.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description]
        types = {column[0]: str(column[1]) for column in found.description}
        return types, [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def known(row):
    return {name: value for name, value in row.items() if value is not None}


def test_all_rows_arrive_in_order_with_their_types(flat, tmp_path):
    flat.nodes["n:00"]["label"] = ODD
    flat.nodes["n:03"]["tax_cny"] = 3_000_000_000
    flat.nodes["n:05"]["note's"[:4]] = "null"
    nodes, edges = write_parquet(flat, tmp_path / "new")
    rows = Rows(flat)
    types, found = read(nodes)
    assert [known(row) for row in found] == [
        {"id": node} | items("node", row, rows.columns["node"]) for node, row in rows.nodes()
    ]
    assert types["total_investment_cny"] == types["tax_cny"] == "DOUBLE"
    assert (types["mentions"], types["names"]) == ("BIGINT", "VARCHAR[]")
    assert found[0]["label"] == ODD.replace("\0", "")
    types, found = read(edges)
    assert [known(row) for row in found] == [
        {"id": edge, "source": u, "target": v} | items("edge", row, rows.columns["edge"])
        for edge, u, v, row in rows.edges()
    ]
    assert (types["symmetric"], types["evidence"]) == ("BOOLEAN", "VARCHAR[]")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "edges.parquet", "nodes.parquet"
    ]  # fmt: skip


@pytest.mark.parametrize("value", [-(2**63), 2**63 - 1, 1e300, 0.1, 5e-324, True, "1e5", "[1]"])
def test_a_value_comes_back_as_it_is(tmp_path, value):
    graph = nx.MultiDiGraph()
    graph.add_node("n:1", odd=value)
    (row,) = read(write_parquet(graph, tmp_path)[0])[1]
    assert row == {"id": "n:1", "odd": 0.0 if value == 5e-324 else value}
    assert type(row["odd"]) is type(value)


def test_a_row_of_any_length(tmp_path):
    graph = nx.MultiDiGraph()
    graph.add_node("n:1", names="; ".join(f"第{i}号" for i in range(300_000)))
    (row,) = read(write_parquet(graph, tmp_path)[0])[1]
    assert len(row["names"]) == 300_000


def test_same_graph_same_bytes(flat, tmp_path):
    again = nx.MultiDiGraph()
    again.add_nodes_from(reversed(list(flat.nodes(data=True))))
    again.add_edges_from(reversed(list(flat.edges(keys=True, data=True))))
    written = [
        [path.read_bytes() for path in write_parquet(graph, tmp_path / name)]
        for name, graph in (("a", flat), ("another_folder", again), ("a", flat))
    ]
    assert written[0] == written[1] == written[2]


def test_an_empty_graph_has_tables_without_rows(tmp_path):
    for path in write_parquet(nx.MultiDiGraph(), tmp_path):
        types, rows = read(path)
        assert (rows, "id" in types) == ([], True)


def test_what_duckdb_cannot_do_is_told_and_leaves_nothing(flat, tmp_path, monkeypatch):
    def fail(**_):
        raise duckdb.IOException("no space\nleft")

    monkeypatch.setattr(parquet.duckdb, "connect", fail)
    with pytest.raises(OutputError, match=r"nodes\.parquet: can't be written: no space left"):
        write_parquet(flat, tmp_path)
    assert list(tmp_path.iterdir()) == []
