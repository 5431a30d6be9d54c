"""The committed annotations keep the format, keep apart, and are what their README says."""

import re
from pathlib import Path

import pytest

from zonekg.annotate.agreement import compare
from zonekg.annotate.checks import check_file
from zonekg.annotate.corpus import read_docs
from zonekg.annotate.inline import format_records, parse_records
from zonekg.annotate.records import read_records, record_lines
from zonekg.ingest import read_page
from zonekg.schema import default_schema

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "annotations"
FILES = sorted(FOLDER.rglob("*.jsonl"))
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def rows(name):
    return [record for _, record in read_records(FOLDER / name)]


@pytest.fixture(scope="module")
def train():
    return rows("train/train.jsonl")


@pytest.fixture(scope="module")
def dev():
    return rows("dev/dev.jsonl")


@pytest.fixture(scope="module")
def gold():
    return rows("seeds/gold.jsonl")


def test_the_files():
    assert [path.relative_to(FOLDER).as_posix() for path in FILES] == [
        "dev/dev.jsonl",
        "seeds/annotator-a.jsonl",
        "seeds/annotator-b.jsonl",
        "seeds/annotator-c.jsonl",
        "seeds/gold.jsonl",
        "train/train.jsonl",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_file_has_a_fault(path):
    assert [str(finding) for finding in check_file(path)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_written_in_the_fixed_form(path):
    lines = record_lines(record for _, record in read_records(path))
    assert path.read_bytes().decode("utf-8") == "".join(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_becomes_docs(path, nlp):
    docs = list(read_docs(path, nlp))
    records = [record for _, record in read_records(path)]
    assert [doc.text for doc in docs] == [record["text"] for record in records]
    assert [len(doc.ents) for doc in docs] == [len(record["entities"]) for record in records]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_can_be_edited_inline(path):
    records = [record for _, record in read_records(path)]
    text = "".join(format_records(records))
    again = list(parse_records(text, path))
    assert [r["text"] for r in again] == [r["text"] for r in records]
    assert [spans(r) for r in again] == [spans(r) for r in records]
    assert [facts(r) for r in again] == [facts(r) for r in records]


def spans(record):
    return sorted((e["start_offset"], e["end_offset"], e["label"]) for e in record["entities"])


def facts(record):
    place = {e["id"]: e["start_offset"] for e in record["entities"]}
    return sorted((place[r["from_id"]], r["type"], place[r["to_id"]]) for r in record["relations"])


def test_no_document_is_in_two_splits(train, dev, gold):
    ids = [record["id"] for record in [*train, *dev, *gold]]
    texts = [record["text"] for record in [*train, *dev, *gold]]
    assert len(set(ids)) == len(ids)
    assert len(set(texts)) == len(texts)


def stretches(record, size):
    text = re.sub(r"\s", "", record["text"])
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def test_nothing_of_the_seed_pages_is_trained_on(train, dev, gold):
    seen = set().union(*(stretches(record, 16) for record in gold))
    for record in [*train, *dev]:
        assert not stretches(record, 16) & seen, record["id"]


def test_train_and_dev_share_no_sentence(train, dev):
    seen = set().union(*(stretches(record, 40) for record in train))
    for record in dev:
        assert not stretches(record, 40) & seen, record["id"]


def test_train_and_dev_are_from_different_regions(train, dev):
    regions = [{record["meta"]["region"] for record in part} for part in (train, dev)]
    assert not regions[0] & regions[1]
    for part, names in zip(("train", "dev"), regions, strict=True):
        told = re.search(rf"(?:^|；|: |; )([\u4e00-\u9fff ]+) in\s+`{part}/`", README, re.M)
        assert told, part
        assert names == set(told[1].split())
    assert "山西" not in regions[0] | regions[1]


def test_every_label_is_in_train_and_dev(train, dev):
    schema = default_schema()
    for part in (train, dev):
        assert {e["label"] for r in part for e in r["entities"]} == set(schema.entities)
        assert {row["type"] for r in part for row in r["relations"]} == set(schema.relations)


def test_gold_is_on_the_articles_that_the_pages_give(gold):
    articles = [
        (f"seed-{i:03}-{j}", article)
        for i, path in enumerate(sorted((ROOT / "seeds").glob("*.txt")))
        for j, article in enumerate(read_page(path), start=1)
    ]
    assert [record["id"] for record in gold] == [key for key, _ in articles]
    for record, (key, article) in zip(gold, articles, strict=True):
        assert record["text"] == article.text, key


@pytest.mark.parametrize("annotator", ["a", "b", "c"])
def test_all_annotators_had_the_documents_of_gold(annotator, gold):
    found = rows(f"seeds/annotator-{annotator}.jsonl")
    assert [(r["id"], r["text"]) for r in found] == [(r["id"], r["text"]) for r in gold]


@pytest.mark.parametrize(
    ("row", "part"), [("`train/`", "train"), ("`dev/`", "dev"), ("`seeds/gold.jsonl`", "gold")]
)
def test_the_readme_counts_right(row, part, request):
    records = request.getfixturevalue(part)
    line = next(line for line in README.splitlines() if line.startswith(f"| {row} "))
    told = [int(cell.replace(",", "")) for cell in line.split("|")[3:7]]
    assert told == [
        len(records),
        sum(len(record["text"]) for record in records),
        sum(len(record["entities"]) for record in records),
        sum(len(record["relations"]) for record in records),
    ]


@pytest.mark.parametrize("pair", ["ab", "ac", "bc"])
def test_the_readme_tells_the_measured_agreement(pair):
    found = compare(*(FOLDER / "seeds" / f"annotator-{x}.jsonl" for x in pair))
    head = next(line for line in README.splitlines() if line.startswith("| pair | ORG "))
    line = next(x for x in README.splitlines() if x.startswith(f"| {pair[0]}, {pair[1]} |"))
    told = dict(zip(head.strip("| ").split(" | "), line.strip("| ").split(" | "), strict=True))
    del told["pair"]
    measured = {label: found.entities[label]["f"] for label in ("ORG", "PARK", "PROJECT", "MONEY")}
    measured["all mentions"] = found.entities["micro"]["f"]
    measured["all relations"] = found.relations["micro"]["f"]
    measured["same_as"] = found.same_as["f"]
    assert {key: float(value) for key, value in told.items()} == {
        key: round(value, 1) for key, value in measured.items()
    }
