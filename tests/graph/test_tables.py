import csv
import io
import math

import pytest

from zonekg.errors import OutputError
from zonekg.graph.tables import write_tables


def rows(path):
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")  # Excel takes Chinese for another encoding without it
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_all_nodes_and_edges_arrive(flat, tmp_path):
    nodes, edges = write_tables(flat, tmp_path / "new" / "folder")
    assert [row["id"] for row in rows(nodes)] == sorted(flat)
    assert {row["id"]: row["label"] for row in rows(nodes)} == dict(flat.nodes(data="label"))
    found = {(r["source"], r["target"], r["id"], r["relation"]) for r in rows(edges)}
    assert found == {(u, v, k, d["relation"]) for u, v, k, d in flat.edges(keys=True, data=True)}
    first = rows(edges)[0]
    assert first["source_label"] == "山西华阳集团新能股份有限公司"
    assert first["evidence"] == "第0句。 || “引号”，第二句。"


def test_columns_stand_in_order_and_unknown_cells_are_empty(flat, tmp_path):
    flat.nodes["n:00"]["tax_cny"] = math.nan
    table = rows(write_tables(flat, tmp_path)[0])
    assert list(table[0])[:4] == ["id", "label", "entity_type", "kind"]
    assert list(table[0])[-4:] == [
        "tax_cny",
        "total_investment_cny",
        "total_investment_text",
        "sources",
    ]
    assert table[0]["tax_cny"] == table[0]["kind"] == ""
    assert table[4]["total_investment_cny"] == "1234567890.12"


def test_booleans_and_negative_numbers_are_plain(flat, tmp_path):
    flat.nodes["n:00"]["change_cny"] = -5.0
    nodes, edges = write_tables(flat, tmp_path)
    assert rows(nodes)[0]["change_cny"] == "-5.0"
    assert {row["symmetric"] for row in rows(edges)} == {"true", "false"}


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "\0="]
)
def test_a_formula_does_not_run(flat, tmp_path, start):
    flat.nodes["n:00"]["label"] = start + 'HYPERLINK("http://example.org")'
    cell = rows(write_tables(flat, tmp_path)[0])[0]["label"]
    assert cell == "'" + start.strip("\0") + 'HYPERLINK("http://example.org")'


def test_hostile_text_keeps_the_rows_apart(flat, tmp_path):
    flat.nodes["n:00"]["label"] = '甲","乙"\r\n丙\ud800\x0b,'
    table = rows(write_tables(flat, tmp_path)[0])
    assert len(table) == len(flat)
    assert table[0]["label"] == '甲","乙"\r\n丙,'


def test_long_cells_end_at_excels_limit(flat, tmp_path):
    flat.nodes["n:00"]["names"] = "甲" * 40_000
    cell = rows(write_tables(flat, tmp_path)[0])[0]["names"]
    assert len(cell) == 32_767
    assert cell.endswith("…")


def test_same_graph_same_bytes(flat, tmp_path):
    again = type(flat)()
    again.add_nodes_from(reversed(list(flat.nodes(data=True))))
    again.add_edges_from(reversed(list(flat.edges(keys=True, data=True))))
    for one, two in zip(
        write_tables(flat, tmp_path / "a"), write_tables(again, tmp_path / "b"), strict=True
    ):
        assert one.read_bytes() == two.read_bytes()


def test_a_folder_that_is_a_file(flat, tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(OutputError, match="the folder can't be made"):
        write_tables(flat, tmp_path / "f")
