"""What a training tells while it runs."""

import io
import json

import pytest

from zonekg.errors import OutputError
from zonekg.training.log import TrainingLog
from zonekg.training.loop import Progress


def test_the_log_has_the_run_each_evaluation_and_the_end(trained, log_rows, corpus):
    first, *rows, end = log_rows(trained / "work")
    assert first["kind"] == "run"
    assert (first["seed"], first["device"]) == (7, "cpu")
    assert {"python", "zonekg", "spacy", "thinc", "numpy"} <= first["versions"].keys()
    assert first["date"].endswith("+00:00")
    assert first["threads"] >= 1
    assert len(first["config"]) == len(first["train_data"]["train.jsonl"]) == 64
    assert [row["kind"] for row in rows] == ["evaluation"] * 6
    for row in rows:
        assert row["score"] == row["scores"]["ents_f"]
        assert set(row["scores"]["ents_per_type"]) == {"ORG", "PARK", "PROJECT", "MONEY"}
        assert row["characters_per_second"] > 100
    assert sorted(row["seconds"] for row in rows) == [row["seconds"] for row in rows]
    assert (end["kind"], end["why"], end["step"]) == ("end", "max_steps", 30)
    best = max(rows, key=lambda row: row["score"])
    assert end["best"] == {key: value for key, value in best.items() if key != "kind"}


def test_the_table_has_a_line_an_evaluation(trained):
    head, *rows, end = (trained / "table.txt").read_text().splitlines()
    assert head.split() == [
        "STEP", "EPOCH", "LOSS", "CHARS/S", "ENTS_F", "ENTS_P", "ENTS_R", "SCORE"
    ]  # fmt: skip
    assert [row.split()[0] for row in rows] == ["5", "10", "15", "20", "25", "30"]
    assert rows[0].endswith(" best")
    assert end.startswith("ended by max_steps; the best is step ")


@pytest.fixture
def progress():
    row = {"step": 5, "epoch": 0, "score": 0.5, "scores": {"ents_f": 0.5}, "losses": {"ner": 2.0}}
    return Progress(step=5, evaluations=[row | {"characters_per_second": 10}])


def test_a_resumed_log_has_nothing_twice(progress, tmp_path, log_rows):
    lines = [{"kind": "run"}, {"kind": "evaluation", "step": 5}, {"kind": "evaluation", "step": 10},
             {"kind": "end", "step": 5}]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "log.jsonl").write_text(text + '{"kind": "evalu')  # as a kill leaves it
    table = io.StringIO()
    TrainingLog(tmp_path / "log.jsonl", table, ["ents_f"]).begin(progress, {}, "cuda:0")
    *kept, resumed = log_rows(tmp_path)
    assert kept == lines[:2]
    assert (resumed["kind"], resumed["step"], resumed["device"]) == ("resume", 5, "cuda:0")
    assert table.getvalue().splitlines()[0] == "going on after step 5"
    assert table.getvalue().splitlines()[-1].split() == ["5", "0", "2", "10", "50.00", "50.00"]


def test_a_log_that_is_gone_begins_anew_with_the_resumption(progress, tmp_path, log_rows):
    TrainingLog(tmp_path / "log.jsonl", io.StringIO(), []).begin(progress, {}, "cpu")
    assert [row["kind"] for row in log_rows(tmp_path)] == ["resume"]


def test_a_log_that_cannot_be_written_is_told(progress, tmp_path):
    (tmp_path / "log.jsonl").mkdir()
    log = TrainingLog(tmp_path / "log.jsonl", io.StringIO(), ["ents_f"])
    with pytest.raises(OutputError, match=r"log\.jsonl: can't be written: Is a directory"):
        log.evaluation(progress)
