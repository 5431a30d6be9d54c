"""The questions on the command line: tables, files, pipes and exit codes."""

import csv
import io
import json

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from zonekg.cli import app
from zonekg.cli.folding import excerpt, fold
from zonekg.components.amounts import make_amounts
from zonekg.graph.questions import Change, Link, Ranked
from zonekg.results import write_graph

PLANT = "年产10万吨钠离子电池产业化示范项目"
OLD = (
    "a.txt", "2024-05-10",
    f"[[O1|康佳集团有限公司]]在[[K1|阳泉高新区]]投资[[P1|{PLANT}]]，总投资[[M1|12亿元]]。"
    "[[O2|乙科技有限公司]]来[[K1|阳泉高新区]]。[[O3|孤立科技有限公司]]没来。",
    "O1 INVESTS_IN P1", "P1 LOCATED_IN K1#1", "P1 TOTAL_INVESTMENT M1", "O2 LOCATED_IN K1#2",
)  # fmt: skip
NEW = (
    "b.txt", "2024-08-10", f"[[P1|{PLANT}]]总投资[[M1|20亿元]]。[[K1|高新区]]大。",
    "P1 TOTAL_INVESTMENT M1",
)  # fmt: skip
OTHER = ("c.txt", "2024-08-11", "[[K1|高新区]]小。")


@pytest.fixture(scope="module")
def folders(marked, tmp_path_factory):
    """Two output folders: of the first page, and of all three."""
    top = tmp_path_factory.mktemp("questions")
    docs = [
        make_amounts(marked(body, *facts, source=source, date=date))
        for source, date, body, *facts in (OLD, NEW, OTHER)
    ]
    write_graph(docs[:1], top / "old")
    write_graph(docs, top / "new")
    return top


def call(*args):
    return CliRunner().invoke(app, ["graph", *map(str, args)])


def table(text):
    return list(csv.reader(io.StringIO(text)))


def test_stats(folders):
    done = call("stats", folders / "new" / "graph.graphml")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "PROJECT, CNY" in done.stdout
    assert "20亿" in done.stdout
    rows = json.loads(call("stats", folders / "new", "--json", "-").stdout)
    (found,) = [row["value"] for row in rows if row["name"] == "conflicts"]
    assert found == 1


def test_top_in_a_table_and_in_a_pipe(folders):
    done = call("top", folders / "new", "--by", "investment")
    assert done.exit_code == 0
    assert PLANT in done.stdout
    assert "20亿 CNY" in done.stdout
    piped = call("top", folders / "new", "--by", "weighted-degree", "-t", "park", "--csv", "-")
    head, row, *_ = table(piped.stdout)
    assert tuple(head) == Ranked._fields
    assert row[:3] == ["1", row[1], "阳泉高新区"]
    none = call("top", folders / "new", "--by", "tax", "--json", "-")
    assert (none.exit_code, json.loads(none.stdout)) == (1, [])
    assert none.stderr == "error: no node with tax\n"
    assert call("top", folders / "new", "--by", "beauty").exit_code == 2
    assert call("top", folders / "new", "--type", "CITY").exit_code == 2


def test_neighbors(folders, tmp_path):
    target = tmp_path / "links.csv"
    done = call("neighbors", "康佳", folders / "new", "--csv", target)
    assert done.exit_code == 0, done.output
    assert f"wrote {target}" in done.stdout
    assert "-> 投资" in done.stdout
    assert "总投资12亿元; 20亿元" in done.stdout
    head, *rows = table(target.read_text(encoding="utf-8-sig"))
    assert tuple(head) == Link._fields
    assert [row[head.index("relation")] for row in rows] == ["INVESTS_IN"]
    deep = call("neighbors", "康佳", folders / "new", "--depth", 3, "-r", "invests_in")
    assert deep.stdout.count("投资 ") >= 1
    assert "位于" not in deep.stdout
    alone = call("neighbors", "孤立科技", folders / "new")
    assert alone.exit_code == 1
    assert "has no such relation" in alone.stderr


def test_two_nodes_of_one_name_are_an_error_that_tells_them_apart(folders):
    done = call("neighbors", "高新区", folders / "new")
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: 高新区: 2 nodes match; name one by its id: n:")
    assert "b.txt" in line
    assert "c.txt" in line


def test_path(folders):
    done = call("path", "康佳", "乙科技", folders / "new", "-k", 2)
    assert done.exit_code == 0
    assert done.stdout.startswith("1: 康佳集团有限公司 … 乙科技有限公司, 3 steps\n")
    rows = json.loads(call("path", "康佳", "乙科技", folders / "new", "--json", "-").stdout)
    assert [(row["path"], row["step"], row["relation"]) for row in rows] == [
        (1, 1, "INVESTS_IN"), (1, 2, "LOCATED_IN"), (1, 3, "LOCATED_IN"),
    ]  # fmt: skip
    none = call("path", "康佳", "孤立科技", folders / "new")
    assert (none.exit_code, none.stdout) == (1, "")
    assert "no way from 康佳集团有限公司" in none.stderr
    assert call("path", "康佳", "康佳集团", folders / "new").exit_code == 1


def test_diff(folders):
    done = call("diff", folders / "old", folders / "new", "--limit", 1)
    assert done.exit_code == 0
    assert done.stdout.startswith("2 added, 0 removed, ")
    assert "more; --limit shows them" in done.stdout
    head, *rows = table(call("diff", folders / "old", folders / "new", "--csv", "-").stdout)
    assert tuple(head) == Change._fields
    assert ["1200000000.0", "2000000000.0"] in [row[-2:] for row in rows]
    everything = call("diff", folders / "old", folders / "new", "--all", "--json", "-")
    assert len(json.loads(everything.stdout)) > len(rows)
    same = call("diff", folders / "new", folders / "new")
    assert (same.exit_code, same.stdout) == (
        0,
        "0 added, 0 removed, 0 joined, 0 parted, 0 attributes changed\n",
    )


def test_conflicts(folders):
    done = call("conflicts", folders / "new")
    assert done.exit_code == 0
    for text in ("conflicts: 1", "12亿元", "2024-05-10", "1 article", "20亿元", "told last"):
        assert text in done.stdout
    (row,) = json.loads(call("conflicts", folders / "new" / "conflicts.csv", "--json", "-").stdout)
    assert (row["name"], row["value_a"], row["value_b"]) == (PLANT, "12亿元", "20亿元")
    none = call("conflicts", folders / "old" / "graph.graphml")
    assert (none.exit_code, none.stdout) == (0, "conflicts: 0\n")


@pytest.mark.parametrize("width", [60, 100])
def test_chinese_fills_its_lines_and_the_table_fits(folders, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = call("neighbors", "阳泉高新区", folders / "new").stdout.splitlines()[1:]
    assert len(lines) > 5
    assert {cell_len(line) for line in lines} == {cell_len(lines[0])}
    assert cell_len(lines[0]) <= width


@pytest.mark.parametrize("width", range(4, 40))
def test_folding_loses_nothing_and_starts_no_line_with_a_closing_mark(width):
    text = "签约 钠离子电池10GWh项目，总投资5亿元。𠮷利（晋中）公司\n第二行"
    lines = fold(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert not [line for line in lines if line[:1] in set("，。）")]
    if width > 10:
        assert max(map(cell_len, lines)) <= width


def test_an_excerpt_shows_the_name():
    text = "前" * 300 + "甲园区" + "后" * 300
    assert "甲园区" in excerpt(text, "甲园区")
    assert len(excerpt(text, "不在")) <= 102
    assert excerpt("短句", "甲") == "短句"
