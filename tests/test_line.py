import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from itertools import permutations

import duckdb
import networkx as nx
import pytest

import zonekg
from zonekg import intake
from zonekg.errors import InputError, ModelError, OutputError
from zonekg.graph.check import check_graphml

run = zonekg.run
home = sys.modules[run.__module__]
remove = home.remove

FILES = [
    *("conflicts.csv", "edges.csv", "extraction.jsonl", "graph.graphml", "graph.html", "graph.png"),
    *("merges.csv", "nodes.csv", "review.csv", "same_review.csv", "summary.json"),
]
STORE = "zonekg.duckdb"
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
    """Every file of a folder by its name, hidden ones too, but for the store."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(STORE)
    }


def sources(out):
    """The sources of the articles in the extraction."""
    text = (out / "extraction.jsonl").read_text(encoding="utf-8")
    return [json.loads(line)["article"]["source"] for line in text.splitlines()]


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
    assert (result.pages, result.written.articles, result.failures) == (3, 3, ())
    assert sorted(path.name for path in result.written.files) == FILES
    assert all(path.parent == tmp_path / "out" for path in result.written.files)
    assert sorted(content(tmp_path / "out")) == FILES
    assert result.written.summary == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert steps == [*(("pages", i, 3) for i in range(4)), ("graph", 0, 1), ("graph", 1, 1)]
    assert sources(tmp_path / "out") == ["a.txt", "b.txt", "c/d.md"]


def test_two_files_of_one_text_keep_their_names(pages, model_path, tmp_path):
    shutil.copy(pages / "a.txt", pages / "c" / "a.txt")
    result = run(pages, tmp_path / "out", model_path)
    assert (result.pages, result.written.articles) == (4, 4)
    text = (tmp_path / "out" / "extraction.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["article"]["source"] for row in rows] == ["a.txt", "b.txt", "c/a.txt", "c/d.md"]
    assert len({row["id"] for row in rows}) == 4


def test_one_file_is_enough(pages, model_path, tmp_path):
    result = run(pages / "a.txt", tmp_path / "out", model_path)
    assert (result.pages, result.written.articles) == (1, 1)
    assert b'"source": "a.txt"' in (tmp_path / "out" / "extraction.jsonl").read_bytes()


def test_money_nodes_on_request(pages, model_path, tmp_path):
    plain = run(pages, tmp_path / "a", model_path).written.summary["nodes"]
    money = run(pages, tmp_path / "b", model_path, money_nodes=True).written.summary["nodes"]
    assert "MONEY" not in plain
    assert money["MONEY"] >= 2
    assert check_graphml(tmp_path / "b" / "graph.graphml") == []


def test_a_page_without_names_gives_an_empty_graph(model_path, tmp_path):
    (tmp_path / "page.txt").write_text("今天天气很好，大家都很高兴。\n", encoding="utf-8")
    result = run(tmp_path / "page.txt", tmp_path / "out", model_path)
    assert result.written.summary["nodes"] == {"all": 0}
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


# -- pages come together in the store


def test_the_same_page_twice_changes_nothing(pages, model_path, tmp_path):
    out = tmp_path / "out"
    run(pages, out, model_path)
    before = content(out)
    again = run(pages, out, model_path)
    assert (again.pages, again.read, again.replaced, again.others) == (3, 0, (), 0)
    assert content(out) == before
    for path in out.iterdir():
        if path.name != STORE:
            path.unlink()
    run(pages / "a.txt", out, model_path)
    assert content(out) == before


def test_pages_in_any_order_and_in_several_runs_give_the_same_bytes(pages, model_path, tmp_path):
    run(pages, tmp_path / "whole", model_path)
    whole = content(tmp_path / "whole")
    for i, names in enumerate(permutations(PAGES)):
        for count, name in enumerate(names, start=1):
            given = tmp_path / str(i) / "pages"  # grows by a page
            (given / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pages / name, given / name)
            done = run(given, tmp_path / str(i) / "out", model_path)
            assert (done.pages, done.read) == (count, 1)
        assert content(tmp_path / str(i) / "out") == whole


def test_pages_of_former_runs_stay(pages, model_path, tmp_path):
    out = tmp_path / "out"
    assert run(pages / "a.txt", out, model_path).pages == 1
    (pages / "a.txt").rename(tmp_path / "a.txt")
    done = run(pages, out, model_path)
    assert (done.pages, done.read) == (3, 2)
    assert sources(out) == ["a.txt", "b.txt", "c/d.md"]


def test_a_page_that_changed_takes_the_place_of_what_it_was(pages, model_path, tmp_path):
    out = tmp_path / "out"
    run(pages, out, model_path)
    (pages / "a.txt").write_text("大同经开区\n\n大同经开区招商。\n", encoding="utf-8")
    done = run(pages, out, model_path)
    assert (done.pages, done.read, done.replaced) == (3, 1, ("a.txt",))
    run(pages, tmp_path / "fresh", model_path)
    assert content(out) == content(tmp_path / "fresh")
    assert "阳泉" not in (out / "extraction.jsonl").read_text(encoding="utf-8")


def test_a_page_that_can_be_read_no_more_keeps_its_articles(pages, model_path, tmp_path):
    out = tmp_path / "out"
    run(pages, out, model_path)
    before = content(out)
    (pages / "a.txt").write_bytes(b"")
    done = run(pages, out, model_path)
    assert (done.pages, done.read, len(done.failures)) == (3, 0, 1)
    assert content(out) == before
    with pytest.raises(InputError, match="an empty file"):
        run(pages / "a.txt", out, model_path)
    assert content(out) == before


def test_two_days_whose_pages_have_one_name_do_not_push_each_other_out(pages, model_path, tmp_path):
    out, may, june = tmp_path / "out", tmp_path / "p" / "may", tmp_path / "p" / "june"
    for folder, name in ((may, "a.txt"), (june, "b.txt")):
        folder.mkdir(parents=True)
        shutil.copy(pages / name, folder / "001.txt")
    shutil.copy(pages / "c" / "d.md", june / "002.txt")
    run(may, out, model_path)
    done = run(june, out, model_path)
    (failure,) = done.failures
    assert str(failure).startswith(
        f"{june / '001.txt'}: the store has another file under the name 001.txt ({may / '001.txt'})"
    )
    assert "run a folder that holds both, or add --replace" in str(failure)
    assert sources(out) == ["001.txt", "002.txt"]
    assert "阳泉" in (out / "extraction.jsonl").read_text(encoding="utf-8")
    both = run(tmp_path / "p", out, model_path)  # as the message says
    assert (both.pages, both.replaced, both.failures) == (3, ("002.txt", "001.txt"), ())
    assert sources(out) == ["june/001.txt", "june/002.txt", "may/001.txt"]
    run(tmp_path / "p", tmp_path / "fresh", model_path)
    assert content(out) == content(tmp_path / "fresh")


def test_a_file_may_replace_another_files_page_when_told_so(pages, model_path, tmp_path):
    out, other = tmp_path / "out", tmp_path / "corrected"
    run(pages, out, model_path)
    other.mkdir()
    shutil.copy(pages / "b.txt", other / "a.txt")
    shutil.copy(pages / "b.txt", other / "b.txt")
    done = run(other, out, model_path, replace=True)
    assert (done.pages, done.read, done.replaced) == (3, 1, ("a.txt",))
    assert "康佳" not in (out / "extraction.jsonl").read_text(encoding="utf-8")


def test_a_name_that_another_file_of_the_run_had_before_is_free(pages, model_path, tmp_path):
    for name in ("a.txt", "c/d.md"):  # of other bytes, and of the same
        out = tmp_path / name / "out"
        run(pages / "c" / "d.md", out, model_path)
        assert sources(out) == ["d.md"]
        shutil.copy(pages / name, pages / "d.md")
        assert not run(pages, out, model_path).failures
        assert sources(out) == ["a.txt", "b.txt", "c/d.md", "d.md"]
        run(pages, tmp_path / name / "fresh", model_path)
        assert content(out) == content(tmp_path / name / "fresh")


def test_a_link_is_a_page_of_its_own(pages, model_path, tmp_path):
    (pages / "link.txt").symlink_to(pages / "a.txt")
    assert run(pages, tmp_path / "out", model_path).pages == 4
    again = run(pages, tmp_path / "out", model_path)
    assert (again.pages, again.read) == (4, 0)


def test_pages_are_removed_again(pages, model_path, tmp_path):
    out = tmp_path / "out"
    run(pages / "b.txt", tmp_path / "fresh", model_path)
    run(pages, out, model_path)
    with pytest.raises(InputError, match=r"no page of the name x\.txt"):
        remove(out, ["a.txt", "x.txt"])
    assert sources(out) == ["a.txt", "b.txt", "c/d.md"]
    written = remove(out, ["a.txt", "c/d.md"])
    assert written.articles == 1
    assert content(out) == content(tmp_path / "fresh")
    assert remove(out, ["b.txt"]).summary["nodes"] == {"all": 0}
    run(pages, out, model_path)
    run(pages, tmp_path / "whole", model_path)
    assert content(out) == content(tmp_path / "whole")
    with pytest.raises(InputError, match="no such store"):
        remove(tmp_path / "nothing", ["a.txt"])


@pytest.fixture
def other_model(model_path, tmp_path):
    """A model that leaves out most relations."""
    other = tmp_path / "model"
    shutil.copytree(model_path, other)
    config = other / "relations" / "cfg"
    cfg = json.loads(config.read_text(encoding="utf-8"))
    cfg["thresholds"] = dict.fromkeys(cfg["thresholds"], 0.99)
    config.write_text(json.dumps(cfg), encoding="utf-8")
    return other


def test_another_model_reads_the_pages_that_it_is_given(pages, model_path, other_model, tmp_path):
    out = tmp_path / "out"
    run(pages, out, model_path)
    done = run(pages / "a.txt", out, other_model)
    assert (done.pages, done.read, done.replaced, done.others) == (3, 1, (), 2)
    assert run(pages / "a.txt", out, other_model).read == 0
    done = run(pages, out, other_model)
    assert (done.read, done.others) == (2, 0)
    run(pages, tmp_path / "fresh", other_model)
    assert content(out) == content(tmp_path / "fresh")


def test_another_release_reads_the_pages_that_it_is_given(pages, model_path, tmp_path, monkeypatch):
    run(pages, tmp_path / "out", model_path)
    monkeypatch.setattr(home, "__version__", "99.0.0")
    done = run(pages / "a.txt", tmp_path / "out", model_path)
    assert (done.read, done.others) == (1, 2)


def test_the_store_holds_what_the_graph_made_of_its_rows(pages, model_path, tmp_path):
    out = tmp_path / "out"
    run(pages, out, model_path)
    with (out / "nodes.csv").open(encoding="utf-8-sig", newline="") as handle:
        nodes = [(row["id"], row["label"], row["entity_type"]) for row in csv.DictReader(handle)]
    with (out / "edges.csv").open(encoding="utf-8-sig", newline="") as handle:
        edges = {(row["source"], row["target"], row["relation"]) for row in csv.DictReader(handle)}
    with duckdb.connect(out / STORE, read_only=True) as db:

        def ask(query):
            return db.execute(query).fetchall()

        assert ask("SELECT entity, label, entity_type FROM entities ORDER BY 1") == nodes
        assert ask(
            "SELECT count(*) FROM mentions WHERE (entity IS NULL) != (entity_type = 'MONEY')"
        ) == [(0,)]
        told = ask("SELECT head, tail, relation FROM relations WHERE sure AND tail IS NOT NULL")
        assert ask("SELECT sum(mentions) FROM names") == ask("SELECT count(entity) FROM mentions")
    symmetric = {"COOPERATES_WITH"}
    ends = {(*(sorted(e[:2]) if e[2] in symmetric else e[:2]), e[2]) for e in told if e[0] != e[1]}
    assert ends == edges
    run(pages, out, model_path, money_nodes=True)
    with duckdb.connect(out / STORE, read_only=True) as db:
        again = db.execute("SELECT entity FROM entities ORDER BY 1").fetchall()
    assert again == [(node,) for node, *_ in nodes]


# -- stopped and gone on with


def stop_after(count):
    """A progress report that is interrupted when `count` pages are done."""

    def progress(stage, done, total):
        if (stage, done) == ("pages", count):
            raise KeyboardInterrupt

    return progress


@pytest.fixture
def stopped(pages, model_path, tmp_path):
    """An output folder whose run was stopped after the first page."""
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(pages, out, model_path, progress=stop_after(1))
    assert content(out) == {}
    return out


def test_a_stopped_run_goes_on_where_it_was_and_ends_with_the_same_bytes(
    pages, model_path, stopped, tmp_path
):
    done = run(pages, stopped, model_path)
    assert (done.pages, done.read) == (3, 2)
    run(pages, tmp_path / "fresh", model_path)
    assert content(stopped) == content(tmp_path / "fresh")


def test_a_stop_in_the_middle_of_a_page_leaves_no_half_page(
    pages, model_path, tmp_path, monkeypatch
):
    real, calls = intake.doc_to_row, []

    def interrupted(doc):
        calls.append(doc)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(doc)

    monkeypatch.setattr(intake, "doc_to_row", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(pages, tmp_path / "out", model_path)
    monkeypatch.undo()
    assert run(pages, tmp_path / "out", model_path).read == 2
    run(pages, tmp_path / "fresh", model_path)
    assert content(tmp_path / "out") == content(tmp_path / "fresh")


KILL = """
import os
from zonekg import intake
real, count = intake.Store.add, 0
def add(self, page, rows):
    global count
    count += 1
    if count == 3:
        self._db.execute("BEGIN")
        self._remove([page.source])
        self._fill("pages", [page._asdict()])
        os.kill(os.getpid(), 9)
    return real(self, page, rows)
intake.Store.add = add
"""


def test_a_killed_run_goes_on_where_it_was(pages, model_path, tmp_path):
    out = tmp_path / "out"
    done = command_line("run", pages, "--out", out, "--model", model_path, before=KILL)
    assert done.returncode == -signal.SIGKILL
    result = run(pages, out, model_path)
    assert (result.pages, result.read) == (3, 1)
    run(pages, tmp_path / "fresh", model_path)
    assert content(out) == content(tmp_path / "fresh")
    assert sorted(path.name for path in out.iterdir()) == [*FILES, STORE]


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
    sizes = [100, 20_000, *(len(whole[name]) - 1 for name in ("graph.graphml", "graph.png"))]
    args = [str(arg) for size in sizes for arg in (size, tmp_path / str(size))]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(pages), str(model_path), *args],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(text) for text in done.stdout.splitlines()]
    assert len(told) == len(sizes)
    assert all("can't be written: File too large; " in text for text in told)
    assert list((tmp_path / "100").iterdir()) == []
    for size in sizes:
        out = tmp_path / str(size)
        made = content(out)
        assert made.items() < whole.items()
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
    assert list((tmp_path / "out").iterdir()) == []
