"""Exit codes, error lines, Ctrl-C and readers that go away."""

import re
import signal
import subprocess
import time

import pytest
from command_line import ENTRY, call, zonekg

WRONG = {
    "run": ["run", "NOTHING", "--out", "OUT", "--model", "MODEL"],
    "run without a model": ["run", "PAGE", "--out", "OUT", "--model", "NOTHING"],
    "run into a file": ["run", "PAGE", "--out", "PAGE", "--model", "MODEL"],
    "run into text": ["run", "PAGE", "--out", "DAMAGED", "--model", "MODEL"],
    "pages": ["pages", "NOTHING"],
    "pages of text": ["pages", "DAMAGED"],
    "remove": ["remove", "NOTHING", "a.txt"],
    "remove nothing": ["remove", "EMPTY", "a.txt"],
    "articles": ["articles", "NOTHING"],
    "extract": ["extract", "NOTHING", "--out", "OUT", "--model", "MODEL"],
    "extract without a model": ["extract", "PAGE", "--model", "NOTHING"],
    "extract into no folder": ["extract", "PAGE", "-o", "NOTHING/a", "--model", "MODEL"],
    "graph build": ["graph", "build", "NOTHING", "--out", "OUT"],
    "graph build of text": ["graph", "build", "PAGE", "--out", "OUT"],
    "graph check": ["graph", "check", "NOTHING"],
    "graph stats": ["graph", "stats", "NOTHING"],
    "graph stats of no graph": ["graph", "stats", "EMPTY"],
    "graph top of text": ["graph", "top", "PAGE"],
    "graph neighbors": ["graph", "neighbors", "康佳", "NOTHING"],
    "graph path": ["graph", "path", "康佳", "高新区", "NOTHING"],
    "graph diff": ["graph", "diff", "NOTHING", "PAGE"],
    "graph conflicts of no graph": ["graph", "conflicts", "EMPTY"],
    "graph conflicts of text": ["graph", "conflicts", "PAGE"],
    "graph export": ["graph", "export", "NOTHING", "--out", "OUT"],
    "graph export of text": ["graph", "export", "PAGE", "--out", "OUT"],
    "annotations convert": ["annotations", "convert", "NOTHING", "OUT"],
    "annotations convert of text": ["annotations", "convert", "PAGE", "OUT"],
    "annotations agree": ["annotations", "agree", "NOTHING", "NOTHING"],
    "annotations audit": ["annotations", "audit", "NOTHING"],
    "annotations audit of no corpus": ["annotations", "audit", "EMPTY"],
    "annotations doubts": ["annotations", "doubts", "NOTHING", "GOLD", "--output", "OUT"],
    "annotations doubts of text": ["annotations", "doubts", "CONFIG", "PAGE", "--output", "OUT"],
    "curve": ["curve", "NOTHING", "--output", "OUT"],
    "curve by text": ["curve", "PAGE", "--output", "OUT"],
    "curve of text": ["curve", "CONFIG", "--train", "PAGE", "--output", "OUT"],
    "annotations check of no folder": ["annotations", "check", "EMPTY"],
    "train": ["train", "NOTHING", "--output", "OUT"],
    "average": ["average", "CONFIG", "EMPTY", "NOTHING", "--output", "OUT"],
    "average by text": ["average", "PAGE", "EMPTY", "NOTHING", "--output", "OUT"],
    "train with text": ["train", "PAGE", "--output", "OUT"],
    "evaluate": ["evaluate", "NOTHING", "PAGE"],
    "evaluate on nothing": ["evaluate", "MODEL", "NOTHING"],
    "evaluate on text": ["evaluate", "MODEL", "PAGE"],
    "evaluate into no folder": ["evaluate", "MODEL", "GOLD", "--html", "NOTHING/a.html"],
    "evaluate with no pages": ["evaluate", "MODEL", "GOLD", "--html", "OUT", "--pages", "NOTHING"],
    "card": ["card", "NOTHING", "PAGE"],
    "drift into no folder": ["drift", "PAGE", "--json", "NOTHING/a", "--model", "MODEL"],
    "compare": ["compare", "MODEL", "NOTHING", "GOLD"],
    "compare on nothing": ["compare", "MODEL", "MODEL", "NOTHING"],
    "compare on text": ["compare", "MODEL", "MODEL", "PAGE"],
    "compare into no folder": ["compare", "MODEL", "MODEL", "GOLD", "--json", "NOTHING/a.json"],
    "drift": ["drift", "NOTHING", "--model", "MODEL"],
    "drift without a model": ["drift", "PAGE", "--model", "NOTHING"],
}


@pytest.mark.parametrize("what", WRONG)
def test_an_error_is_one_line_on_stderr_and_exit_code_1(what, page, model_path, root, tmp_path):
    (tmp_path / "empty").mkdir()
    places = {
        "NOTHING": tmp_path / "nothing",
        "OUT": tmp_path / "out",
        "PAGE": page,
        "MODEL": model_path,
        "EMPTY": tmp_path / "empty",
        "DAMAGED": tmp_path / "damaged",
        "GOLD": root / "annotations" / "seeds" / "gold.jsonl",
        "CONFIG": root / "configs" / "ner_cnn.cfg",
    }
    (tmp_path / "damaged").mkdir()
    damaged = tmp_path / "damaged" / "zonekg.duckdb"
    damaged.write_bytes(page.read_bytes())
    before = page.read_bytes()
    args = [re.sub("^[A-Z]{3,}", lambda m: str(places[m[0]]), arg) for arg in WRONG[what]]
    done = call(*args)
    assert done.exit_code == 1, done.output
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert str(tmp_path) in line
    assert page.read_bytes() == damaged.read_bytes() == before
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {page, damaged}


@pytest.mark.parametrize(
    "args",
    [
        ["nothing"],
        ["run"],
        ["run", "a", "--nothing"],
        ["extract", "a", "--processes", "0"],
        ["run", "a", "--max-characters", "x"],
        ["graph", "nothing"],
        ["graph", "export", "a", "--format", "dot"],
        ["graph", "export", "a", "--raw", "--simple"],
        ["annotations", "convert", "a"],
        ["train", "a.cfg"],
    ],
)
def test_wrong_usage_is_exit_code_2(args):
    done = call(*args)
    assert done.exit_code == 2
    assert "Usage: " in done.stderr
    assert done.stdout == ""


def test_a_wrong_setting_is_wrong_usage(root, tmp_path):
    config = root / "configs" / "ner_cnn.cfg"
    done = call("train", config, "--output", tmp_path / "out", "--set", "max_epochs")
    assert done.exit_code == 2
    assert "section.name=value" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_codes_of_a_real_process(page, tmp_path):
    done = zonekg("articles", tmp_path / "nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {tmp_path / 'nothing'}: no such file or folder\n"
    assert zonekg("articles").returncode == 2
    (tmp_path / "bad.txt").write_bytes(b"")
    mixed = zonekg("articles", tmp_path)
    assert mixed.returncode == 3
    assert "康佳集团" in mixed.stdout
    assert re.fullmatch(r"error: .*bad\.txt: an empty file; .*\n", mixed.stderr)


def test_done_in_part_is_exit_code_3(page, model_path, tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"")
    for args in (
        ["run", tmp_path, "--out", tmp_path / "out", "--model", model_path],
        ["extract", tmp_path, "--out", tmp_path / "rows.jsonl", "--model", model_path],
    ):
        done = call(*args)
        assert done.exit_code == 3
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"error: {tmp_path / 'bad.txt'}: an empty file")
    assert (tmp_path / "out" / "graph.graphml").exists()
    assert (tmp_path / "rows.jsonl").read_text(encoding="utf-8").count("\n") == 1


def test_ctrl_c_is_exit_code_130_and_one_line(page, model_path, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    for i in range(3000):
        (pages / f"{i}.txt").write_bytes(page.read_bytes())
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*ENTRY, "run", str(pages), "--out", str(out), "--model", str(model_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    log = out / "zonekg.duckdb.wal"  # what pages are written to first
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (log.exists() and log.stat().st_size > 30_000):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines() == [
        "error: stopped; what was finished is kept, the same command goes on from there"
    ]
    shown = call("pages", out)
    assert shown.exit_code == 0
    *lines, total = shown.stdout.splitlines()
    assert 0 < len(lines) < 3000
    assert total == f"{len(lines)} pages, {len(lines)} articles"
    assert [path.name for path in out.iterdir()] == ["zonekg.duckdb"]


def test_a_reader_that_goes_away_is_no_error(root):
    process = subprocess.Popen(
        [*ENTRY, "articles", "--json", str(root / "seeds")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) in (0, 1)
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
