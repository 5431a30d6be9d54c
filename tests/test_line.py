import csv
import json
import os
import shutil
import subprocess
import sys

import networkx as nx
import pytest

import zonekg
from zonekg.errors import InputError, ModelError, OutputError
from zonekg.graph.check import check_graphml

run = zonekg.run
home = sys.modules[run.__module__]

FILES = [
    *("edges.csv", "extraction.jsonl", "graph.graphml", "graph.png", "merges.csv", "nodes.csv"),
    *("review.csv", "same_review.csv", "summary.json"),
]
PAGES = {
    "a.txt": (
        "阳泉高新区提速\n\n本报讯 康佳集团与阳泉高新区签约，投资建设智慧科技城项目，"
        "总投资12亿元。\n"
    ),
    "b.txt": (
        "吕梁经开区增效\n\n本报讯 吕梁经开区今年谋划项目65个，总投资332亿元，年度计划投资50亿元。\n"
    ),
    "c/d.md": (
        "# 晋城经开区\n\n富士康集团在晋城经济技术开发区建设光通讯产业园项目，年产值8亿美元。\n"
    ),
}


@pytest.fixture
def pages(tmp_path):
    """A folder with three short pages."""
    for name, text in PAGES.items():
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "pages"


def content(folder):
    """Every file of a folder by its name, hidden ones too."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def command_line(*args, before="", **environment):
    """Run a command line in a process of its own."""
    code = f"{before}\nfrom zonekg.cli import main\nmain()"
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environment
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=env)


# -- the seed pages


@pytest.fixture(scope="module")
def seed_out(root, model_path, tmp_path_factory):
    out = tmp_path_factory.mktemp("seeds") / "out"
    done = command_line(
        "run", root / "seeds", "--out", out, "--model", model_path, PYTHONHASHSEED="1"
    )
    assert done.returncode == 0, done.stderr
    return out


def test_the_seed_pages_give_all_files(seed_out):
    assert sorted(content(seed_out)) == FILES
    assert (seed_out / "graph.png").read_bytes().startswith(b"\x89PNG")


def test_gephi_opens_the_graph_of_the_seed_pages(seed_out):
    assert check_graphml(seed_out / "graph.graphml") == []


def test_the_files_tell_the_same(seed_out):
    graph = nx.read_graphml(seed_out / "graph.graphml", force_multigraph=True)
    told = json.loads((seed_out / "summary.json").read_text(encoding="utf-8"))
    rows = {}
    for kind in ("nodes", "edges"):
        with (seed_out / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as handle:
            rows[kind] = list(csv.DictReader(handle))
    assert told["nodes"]["all"] == len(graph) == len(rows["nodes"]) > 50
    assert told["edges"]["all"] == graph.number_of_edges() == len(rows["edges"]) > 30
    assert told["components"]["all"] == nx.number_weakly_connected_components(graph)
    assert {row["id"] for row in rows["nodes"]} == set(graph)
    for row in rows["edges"]:
        assert row["evidence"]
        assert row["sources"].startswith(("000_2083f7aa6022cc23.txt:", "001_da36617357f44c3c.txt:"))


def test_every_article_stands_in_the_extraction(seed_out):
    lines = (seed_out / "extraction.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 13
    assert all(json.loads(line)["article"]["title"] for line in lines)


def test_the_same_bytes_whatever_the_hash_seed_the_place_and_the_folders_name(
    root, model_path, seed_out, tmp_path
):
    shutil.copytree(root / "seeds", tmp_path / "copy")
    out = tmp_path / "another" / "place"
    done = command_line(
        "run",
        tmp_path / "copy",
        "-o",
        out,
        "-m",
        model_path,
        PYTHONHASHSEED="4242",
        TZ="Asia/Tokyo",
    )
    assert done.returncode == 0, done.stderr
    first, second = content(seed_out), content(out)
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


# -- folders and files


def test_pages_in_folders_and_the_counts(pages, model_path, tmp_path):
    steps = []
    result = run(pages, tmp_path / "out", model_path, progress=lambda *step: steps.append(step))
    assert (result.pages, result.articles, result.failures) == (3, 3, ())
    assert sorted(path.name for path in result.files) == FILES
    assert all(path.parent == tmp_path / "out" for path in result.files)
    assert sorted(content(tmp_path / "out")) == FILES
    assert result.summary == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert steps == [*(("pages", i, 3) for i in range(4)), ("graph", 0, 1), ("graph", 1, 1)]
    text = (tmp_path / "out" / "extraction.jsonl").read_text(encoding="utf-8")
    sources = [json.loads(line)["article"]["source"] for line in text.splitlines()]
    assert sources == ["a.txt", "b.txt", "c/d.md"]


def test_two_files_of_one_text_keep_their_names(pages, model_path, tmp_path):
    shutil.copy(pages / "a.txt", pages / "c" / "a.txt")
    result = run(pages, tmp_path / "out", model_path)
    assert (result.pages, result.articles) == (4, 4)
    text = (tmp_path / "out" / "extraction.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["article"]["source"] for row in rows] == ["a.txt", "b.txt", "c/a.txt", "c/d.md"]
    assert len({row["id"] for row in rows}) == 4


def test_one_file_is_enough(pages, model_path, tmp_path):
    result = run(pages / "a.txt", tmp_path / "out", model_path)
    assert (result.pages, result.articles) == (1, 1)
    assert b'"source": "a.txt"' in (tmp_path / "out" / "extraction.jsonl").read_bytes()


def test_money_nodes_on_request(pages, model_path, tmp_path):
    plain = run(pages, tmp_path / "a", model_path).summary["nodes"]
    money = run(pages, tmp_path / "b", model_path, money_nodes=True).summary["nodes"]
    assert "MONEY" not in plain
    assert money["MONEY"] >= 2
    assert check_graphml(tmp_path / "b" / "graph.graphml") == []


def test_a_page_without_names_gives_an_empty_graph(model_path, tmp_path):
    (tmp_path / "page.txt").write_text("今天天气很好，大家都很高兴。\n", encoding="utf-8")
    result = run(tmp_path / "page.txt", tmp_path / "out", model_path)
    assert result.summary["nodes"] == {"all": 0}
    assert sorted(content(tmp_path / "out")) == FILES
    assert check_graphml(tmp_path / "out" / "graph.graphml") == []


BAD = {
    "0.txt": b"",
    "a2.txt": bytes(range(256)) * 40,
    "b2.txt": b"\xff\xfe\x00",
    "c/big.txt": "阳泉高新区。".encode() * 1000,
}


def test_bad_files_among_good_ones_are_reported_and_the_others_done(pages, model_path, tmp_path):
    good = run(pages, tmp_path / "good", model_path, max_characters=1000)
    for name, data in BAD.items():
        (pages / name).write_bytes(data)
    mixed = run(pages, tmp_path / "mixed", model_path, max_characters=1000)
    assert mixed.pages == good.pages == 3
    assert [error.path for error in mixed.failures] == [str(pages / name) for name in BAD]
    assert "expected at most 1,000" in str(mixed.failures[-1])
    assert content(tmp_path / "mixed") == content(tmp_path / "good")


def test_only_bad_files_make_nothing(model_path, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "bad.txt").write_bytes(b"")
    with pytest.raises(InputError, match=r"bad\.txt: an empty file"):
        run(pages, tmp_path / "out", model_path)
    assert content(tmp_path) == {"pages/bad.txt": b""}


def test_wrong_arguments_make_nothing(pages, model_path, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no such file or folder"):
        run(tmp_path / "nothing", tmp_path / "out", model_path)
    with pytest.raises(InputError, match=r"no \.txt or \.md file"):
        run(tmp_path / "empty", tmp_path / "out", model_path)
    with pytest.raises(ModelError, match="no trained pipeline"):
        run(pages, tmp_path / "out", tmp_path / "nothing")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_an_output_folder_that_is_a_file(pages, model_path, tmp_path, out):
    (tmp_path / "file").write_text("keep me")
    with pytest.raises(OutputError, match=rf"{out}.*: the folder can't be made: .*name a folder"):
        run(pages, tmp_path / out, model_path)
    assert (tmp_path / "file").read_text() == "keep me"


def test_a_run_over_older_results_replaces_them(pages, model_path, tmp_path):
    run(pages / "a.txt", tmp_path / "out", model_path)
    run(pages, tmp_path / "out", model_path)
    run(pages, tmp_path / "fresh", model_path)
    assert content(tmp_path / "out") == content(tmp_path / "fresh")


# -- stopped and gone on with


def stop_after(count):
    """A progress report that is interrupted when `count` pages are done."""

    def progress(stage, done, total):
        if (stage, done) == ("pages", count):
            raise KeyboardInterrupt

    return progress


@pytest.fixture
def stopped(pages, model_path, tmp_path):
    """An output folder whose run was stopped after the first page, and the part that is there."""
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(pages, out, model_path, progress=stop_after(1))
    (part,) = (out / ".parts").iterdir()
    assert not (out / "graph.graphml").exists()
    return out, part


def test_a_stopped_run_goes_on_where_it_was(pages, model_path, stopped, tmp_path):
    out, part = stopped
    marker = '"confidence": 0.123456789'  # what only the first run can have made
    text = part.read_text(encoding="utf-8")
    head, _, tail = text.partition('"confidence": ')
    part.write_text(head + marker + tail[tail.index(",") :], encoding="utf-8")
    result = run(pages, out, model_path)
    assert result.pages == 3
    extraction = (out / "extraction.jsonl").read_text(encoding="utf-8")
    assert extraction.count(marker) == 1
    assert len(extraction.splitlines()) == 3
    assert sorted(content(out)) == FILES


def test_a_stopped_run_ends_with_the_same_bytes(pages, model_path, stopped, tmp_path):
    out, _ = stopped
    run(pages, out, model_path)
    run(pages, tmp_path / "fresh", model_path)
    assert content(out) == content(tmp_path / "fresh")


def test_a_page_that_changed_since_is_done_again(pages, model_path, stopped, tmp_path):
    out, _ = stopped
    (pages / "a.txt").write_text("大同经开区\n\n大同经开区招商。\n", encoding="utf-8")
    run(pages, out, model_path)
    run(pages, tmp_path / "fresh", model_path)
    assert content(out) == content(tmp_path / "fresh")
    assert "阳泉" not in (out / "extraction.jsonl").read_text(encoding="utf-8")


def test_another_model_does_not_go_on_with_the_parts_of_the_first(
    pages, model_path, stopped, tmp_path
):
    out, part = stopped
    other = tmp_path / "model"
    shutil.copytree(model_path, other)
    settings = other / "relations" / "cfg"
    cfg = json.loads(settings.read_text(encoding="utf-8"))
    cfg["thresholds"] = dict.fromkeys(cfg["thresholds"], 0.99)
    settings.write_text(json.dumps(cfg), encoding="utf-8")
    part.write_text("no JSON, and not to be read\n", encoding="utf-8")
    run(pages, out, other)
    run(pages, tmp_path / "fresh", other)
    assert content(out) == content(tmp_path / "fresh")


def test_a_stop_in_the_middle_of_a_page_leaves_no_half_page(
    pages, model_path, tmp_path, monkeypatch
):
    real, calls = home.row_line, []

    def interrupted(row):
        calls.append(row)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(row)

    monkeypatch.setattr(home, "row_line", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(pages, tmp_path / "out", model_path)
    assert len(list((tmp_path / "out" / ".parts").iterdir())) == 1
    monkeypatch.undo()
    run(pages, tmp_path / "out", model_path)
    run(pages, tmp_path / "fresh", model_path)
    assert content(tmp_path / "out") == content(tmp_path / "fresh")


# -- a full disk

FULL = """
import json, resource, sys
from zonekg.errors import OutputError
from zonekg.line import run
pages, model, *rest = sys.argv[1:]
for limit, out in zip(rest[::2], rest[1::2], strict=True):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        run(pages, out, model)
    except OutputError as error:
        print(json.dumps(str(error)))
"""


def test_a_full_disk_leaves_whole_files_only_and_the_run_goes_on_later(pages, model_path, tmp_path):
    run(pages, tmp_path / "whole", model_path)
    whole = content(tmp_path / "whole")
    names = ["extraction.jsonl", "graph.graphml", "graph.png"]
    limits = [(len(whole[name]) - 1, tmp_path / name) for name in names]
    args = [str(arg) for pair in [(100, tmp_path / "first page"), *limits] for arg in pair]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(pages), str(model_path), *args],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(text) for text in done.stdout.splitlines()]
    assert len(told) == 4
    assert all("can't be written: File too large; " in text for text in told)
    assert content(tmp_path / "first page") == {}
    for name in names:
        out = tmp_path / name
        made = content(out)
        results = {key: data for key, data in made.items() if not key.startswith(".parts/")}
        assert results.items() < whole.items()
        assert not [key for key in made if key.endswith(".part")]
        run(pages, out, model_path)
        assert content(out) == whole


def test_a_full_disk_is_one_line_and_exit_code_1(pages, model_path, tmp_path):
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    done = command_line(
        "run", pages, "--out", tmp_path / "out", "--model", model_path, before=limit
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert "can't be written: File too large; " in line
    assert content(tmp_path / "out") == {}
