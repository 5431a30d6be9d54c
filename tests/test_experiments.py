"""Points of an experiment and cross-validation, on trainings that take a second."""

import json
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from zonekg import experiments
from zonekg.annotate.checks import check_record
from zonekg.annotate.records import read_records, record_lines
from zonekg.cli import app
from zonekg.errors import InputError
from zonekg.experiments import Point, cross_validate, crossfit, sample, train_points

TINY = {
    "components.ner.model.width": 16,
    "components.ner.model.rows": 200,
    "components.ner.model.dilations": [1, 2],
    "training.max_steps": 6,
    "training.eval_frequency": 3,
    "training.batcher.size": 800,
}


@pytest.fixture(scope="module")
def records(root):
    return [row for _, row in read_records(root / "annotations" / "dev" / "dev.jsonl")][:6]


@pytest.fixture
def data(records, tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text("".join(record_lines(records)), encoding="utf-8")
    return path


@pytest.fixture
def trainings(monkeypatch):
    """The trainings that are really run, as the settings that they are run with."""
    runs = []
    train = experiments.train

    def counted(config, output, **options):
        runs.append(options["overrides"])
        return train(config, output, **options)

    monkeypatch.setattr(experiments, "train", counted)
    return runs


def test_samples_grow_and_do_not_follow_the_order_of_the_file():
    rows = [{"id": f"d{i}"} for i in range(40)]
    parts = [sample(rows, share) for share in (0.1, 0.25, 0.5, 1)]
    assert [len(part) for part in parts] == [4, 10, 20, 40]
    for small, large in pairwise(parts):
        assert small == large[: len(small)]
    assert parts[-1] != rows
    assert sample(rows[::-1], 0.5) == parts[2]


def test_a_point_is_trained_once(config, records, data, tmp_path, trainings):
    seen = []
    point = Point(tmp_path / "p", records, data, TINY)
    for _ in range(2):
        train_points(config, [point], progress=lambda *state: seen.append(state))
    assert len(trainings) == 1
    assert seen == [(0, 1), (1, 1), (1, 1)]
    assert "ENTS_F" in (tmp_path / "p" / "train.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("change", ["records", "settings", "dev"])
def test_a_point_is_trained_anew_when_what_it_rests_on_changes(
    change, config, records, data, tmp_path, trainings
):
    train_points(config, [Point(tmp_path / "p", records, data, TINY)])
    if change == "dev":
        data.write_text("".join(record_lines(records[:2])), encoding="utf-8")
    other = Point(
        tmp_path / "p",
        records[1:] if change == "records" else records,
        data,
        TINY | {"training.max_steps": 4} if change == "settings" else TINY,
    )
    train_points(config, [other])
    assert len(trainings) == 2


def test_a_failure_keeps_what_is_done(config, records, data, tmp_path, trainings):
    good = Point(tmp_path / "good", records, data, TINY)
    bad = Point(tmp_path / "bad", [], data, TINY)
    with pytest.raises(InputError):
        train_points(config, [good, bad])
    train_points(config, [good])
    assert len(trainings) == 2


def test_a_failure_beside_others_is_told_as_it_is(config, records, data, tmp_path):
    points = [
        Point(tmp_path / "bad", [], data, TINY),
        Point(tmp_path / "good", records, data, TINY),
    ]
    with pytest.raises(InputError, match=r"ner_cnn\.cfg: .*annotated examples"):
        train_points(config, points, jobs=2)


def test_a_change_while_training_is_no_training_of_the_change(
    config, records, data, tmp_path, monkeypatch
):
    train = experiments.train

    def meddling(*args, **options):
        data.write_text("".join(record_lines(records[:2])), encoding="utf-8")
        return train(*args, **options)

    monkeypatch.setattr(experiments, "train", meddling)
    point = Point(tmp_path / "p", records, data, TINY)
    train_points(config, [point])
    monkeypatch.setattr(experiments, "train", train)
    seen = []
    train_points(config, [point], progress=lambda *state: seen.append(state))
    assert seen == [(0, 1), (1, 1)]


def test_a_stamp_does_not_outlive_its_model(config, records, data, tmp_path, monkeypatch):
    point = Point(tmp_path / "p", records, data, TINY)
    train_points(config, [point])

    def killed(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiments, "train", killed)
    with pytest.raises(KeyboardInterrupt):
        train_points(config, [Point(point.folder, records[1:], data, TINY)])
    assert not (point.folder / "done").exists()


def test_several_at_a_time(config, records, data, tmp_path):
    points = [Point(tmp_path / f"p{i}", records, data, TINY | {"system.seed": i}) for i in (1, 2)]
    train_points(config, points, jobs=2)
    assert all((point.model / "meta.json").exists() for point in points)


def test_no_fold_is_judged_by_a_model_that_saw_it(config, data, records, tmp_path, trainings):
    cross_validate(config, [data], tmp_path / "work", folds=3, settings=TINY)
    held = []
    for run in trainings:
        seen = {row["id"] for _, row in read_records(experiments.Path(run["paths.train"]))}
        mine = {row["id"] for _, row in read_records(experiments.Path(run["paths.dev"]))}
        assert seen | mine == {row["id"] for row in records}
        assert not seen & mine
        held += mine
    assert sorted(held) == sorted(row["id"] for row in records)


def test_doubts_are_what_a_sure_model_and_the_annotation_differ_in(
    data, records, tmp_path, config, root, monkeypatch
):
    """A shipped model in the place of the folds' models, on annotations damaged by hand.

    The small one, which learnt probabilities of tags; the other learnt whole paths.
    """
    row = json.loads(json.dumps(records[0]))
    gone = next(e for e in row["entities"] if e["label"] == "MONEY")
    row["entities"].remove(gone)
    row["relations"] = [r for r in row["relations"] if r["to_id"] != gone["id"]]
    row["same_as"] = [g for g in row.get("same_as", []) if gone["id"] not in g]
    start = row["text"].index("。")
    row["entities"].append(
        {"id": 999, "label": "ORG", "start_offset": start - 2, "end_offset": start}
    )
    if any(e["start_offset"] < start <= e["end_offset"] for e in records[0]["entities"]):
        pytest.fail("choose another place for the false mention")
    data.write_text("".join(record_lines([row, *records[1:]])), encoding="utf-8")
    monkeypatch.setattr(experiments, "train_points", lambda *a, **k: None)
    monkeypatch.setattr(Point, "model", root / "models" / "zh_zone_news_sm")
    found = cross_validate(config, [data], tmp_path / "work", folds=2)
    mine = {(d.side, d.what) for d in found if d.doc == row["id"]}
    missed = row["text"][gone["start_offset"] : gone["end_offset"]]
    assert ("the model", f"MONEY {missed}") in mine
    assert ("the annotation", f"ORG {row['text'][start - 2 : start]}") in mine
    assert [d.confidence for d in found] == sorted((d.confidence for d in found), reverse=True)
    assert all(0.9 <= d.confidence <= 1 for d in found)


def test_crossfit_marks_each_document_by_the_model_that_did_not_see_it(
    data, records, tmp_path, config, model_path, monkeypatch
):
    """The shipped model in the place of the folds' models."""
    trained = []
    monkeypatch.setattr(experiments, "train_points", lambda _, points, **k: trained.extend(points))
    monkeypatch.setattr(Point, "model", model_path)
    found = crossfit(config, [data], tmp_path / "work", folds=2)
    assert [row["id"] for row in found] == [row["id"] for row in records]
    assert [row["text"] for row in found] == [row["text"] for row in records]
    assert any(row["entities"] for row in found)
    for row in found:
        assert not row["relations"]
        assert row["meta"]["marked_by"]
        assert list(check_record(row)) == []
    held = [{row["id"] for _, row in read_records(point.dev)} for point in trained]
    assert set.union(*held) == {row["id"] for row in records}
    for point, ids in zip(trained, held, strict=True):
        assert not ids & {row["id"] for row in point.train}


def test_mark_leaves_out_what_is_known(data, records, tmp_path, model_path):
    known, target = tmp_path / "known.jsonl", tmp_path / "new.jsonl"
    known.write_text("".join(record_lines(records[:1])), encoding="utf-8")
    args = ["annotations", "mark", str(model_path), str(data), "--known", str(known)]
    result = CliRunner().invoke(app, [*args, "-o", str(target)])
    assert result.exit_code == 0, result.output
    found = [row for _, row in read_records(target)]
    assert [(row["id"], row["text"]) for row in found] == [
        (row["id"], row["text"]) for row in records[1:]
    ]
    assert any(row["entities"] for row in found)
    assert all(row["meta"]["marked_by"] and not row["relations"] for row in found)


def test_mark_refuses_what_the_model_was_trained_on(root, tmp_path, model_path):
    data = root / "annotations" / "train"
    args = ["annotations", "mark", str(model_path), str(data), "-o", str(tmp_path / "new.jsonl")]
    result = CliRunner().invoke(app, args)
    assert result.exit_code != 0
    assert "was trained on" in result.output
    assert "--known" in result.output
    assert not (tmp_path / "new.jsonl").exists()
