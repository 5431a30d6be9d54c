"""The committed annotations are all there, in one form, and stand on the same texts."""

import pytest
from committed import FOLDER, ROOT, rows

from zonekg.annotate.checks import check_file
from zonekg.annotate.corpus import read_docs
from zonekg.annotate.inline import format_records, parse_records
from zonekg.annotate.records import read_records, record_lines
from zonekg.ingest import read_page

FILES = sorted(FOLDER.rglob("*.jsonl"))

OTHERS = ("unlabelled", "attributes", "crossfit")

CLUSTERS = [path for path in FILES if path.name == "clusters.jsonl"]

ANNOTATED = [path for path in FILES if path.parent.name not in OTHERS and path not in CLUSTERS]

LOTS = (
    "0001-0480",
    "0481-1164",
    "1165-1484",
    "1485-1604",
    "1605-1920",
    "1921-2004",
    "2005-2283",
    "2284-2381",
    "2382-2395",
    "2396-2507",
    "2508-2619",
    "2620-2739",
    "2740-2829",
    "2830-2949",
    "2950-3069",
    "3070-3174",
    "3175-3294",
)


def test_every_training_document_has_mentions_by_a_model(train):
    marked = [row["id"] for lot in LOTS for row in rows(f"crossfit/{lot}.jsonl")]
    assert marked == [row["id"] for row in train]


def test_the_files():
    assert [path.relative_to(FOLDER).as_posix() for path in FILES] == [
        *(f"agreement/dev-{x}.jsonl" for x in "ab"),
        "agreement/resolution/clusters.jsonl",
        *(f"agreement/{part}-{x}.jsonl" for part in ("test", "train") for x in "ab"),
        *(f"attributes/{name}.jsonl" for name in ("dev", "test", "test_A", "test_B", "train")),
        *(f"crossfit/{name}.jsonl" for name in LOTS),
        "dev/dev.jsonl",
        *(
            f"resolution/{part}/{name}.jsonl"
            for part in ("dev", "test")
            for name in ("articles", "clusters")
        ),
        "seeds/annotator-a.jsonl",
        "seeds/annotator-b.jsonl",
        "seeds/annotator-c.jsonl",
        "seeds/gold.jsonl",
        "test/test.jsonl",
        "train/train.jsonl",
        "train/train_2.jsonl",
        *(f"unlabelled/u{number}.jsonl" for number in (1, 2, 3)),
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_file_has_a_fault(path):
    assert [str(finding) for finding in check_file(path)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_written_in_the_fixed_form(path):
    lines = record_lines(record for _, record in read_records(path))
    assert path.read_bytes().decode("utf-8") == "".join(lines)


@pytest.mark.parametrize("path", ANNOTATED, ids=lambda path: path.stem)
def test_every_file_becomes_docs(path, nlp):
    docs = list(read_docs(path, nlp))
    records = [record for _, record in read_records(path)]
    assert [doc.text for doc in docs] == [record["text"] for record in records]
    assert [len(doc.ents) for doc in docs] == [len(record["entities"]) for record in records]


@pytest.mark.parametrize("path", ANNOTATED, ids=lambda path: path.stem)
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


@pytest.mark.parametrize("part", ["dev", "test", "train"])
def test_both_annotators_had_the_documents_of_gold(part, request):
    gold = {record["id"]: record["text"] for record in request.getfixturevalue(part)}
    first, second = (
        {record["id"]: record["text"] for record in rows(f"agreement/{part}-{annotator}.jsonl")}
        for annotator in "ab"
    )
    assert first == second
    assert first.items() <= gold.items()
    assert len(first) >= len(gold) * (0.1 if part == "train" else 1)
