"""The committed annotations keep the format, keep apart, and are what their README says."""

import json
import re
from pathlib import Path

import pytest

from zonekg.annotate.agreement import compare
from zonekg.annotate.audit import audit, composition, read_reviewed, read_splits, seen_rates
from zonekg.annotate.checks import check_file
from zonekg.annotate.corpus import read_docs
from zonekg.annotate.inline import format_records, parse_records
from zonekg.annotate.records import read_records, record_lines
from zonekg.ingest import read_page
from zonekg.schema import default_schema

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "annotations"
FILES = sorted(FOLDER.rglob("*.jsonl"))
OTHERS = ("unlabelled", "attributes", "crossfit")
CLUSTERS = [path for path in FILES if path.name == "clusters.jsonl"]
ANNOTATED = [path for path in FILES if path.parent.name not in OTHERS and path not in CLUSTERS]
STATES = [path for path in FILES if path.parent.name == "attributes"]
README = (FOLDER / "README.md").read_text(encoding="utf-8")
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


def rows(name):
    return [record for _, record in read_records(FOLDER / name)]


@pytest.fixture(scope="module")
def entries():
    return read_splits(FOLDER)


@pytest.fixture(scope="module")
def train():
    return [*rows("train/train.jsonl"), *rows("train/train_2.jsonl")]


@pytest.fixture(scope="module")
def dev():
    return rows("dev/dev.jsonl")


@pytest.fixture(scope="module")
def test():
    return rows("test/test.jsonl")


@pytest.fixture(scope="module")
def gold():
    return rows("seeds/gold.jsonl")


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


def test_no_document_is_in_two_splits(train, dev, test, gold):
    ids = [record["id"] for record in [*train, *dev, *test, *gold]]
    texts = [record["text"] for record in [*train, *dev, *test, *gold]]
    assert len(set(ids)) == len(ids)
    assert len(set(texts)) == len(texts)


def stretches(record, size):
    text = re.sub(r"\s", "", record["text"])
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def test_nothing_of_the_seed_pages_is_in_another_split(train, dev, test, gold):
    seen = set().union(*(stretches(record, 16) for record in gold))
    for record in [*train, *dev, *test]:
        assert not stretches(record, 16) & seen, record["id"]


def test_text_without_annotation_shares_nothing_with_what_scores_are_made_on(dev, test, gold):
    found = [record for name in ("u1", "u2", "u3") for record in rows(f"unlabelled/{name}.jsonl")]
    count, size = re.search(r"holds (\d+) documents, ([\d,]+) characters", README).groups()
    assert len({record["id"] for record in found}) == len(found) == int(count)
    assert sum(len(record["text"]) for record in found) == int(size.replace(",", ""))
    regions = set(re.search(r"^\| train \| ([\u4e00-\u9fff ]+) \|$", README, re.M)[1].split())
    assert {record["meta"]["region"] for record in found} <= regions
    seen = set().union(*(stretches(record, 16) for record in [*dev, *test, *gold]))
    for record in found:
        assert not record.get("entities")
        assert not stretches(record, 16) & seen, record["id"]


def test_splits_share_no_sentence(train, dev, test):
    for part, others in ((dev, train), (test, [*train, *dev])):
        seen = set().union(*(stretches(record, 40) for record in others))
        for record in part:
            assert not stretches(record, 40) & seen, record["id"]


def test_splits_are_from_different_regions_as_the_readme_says(train, dev, test):
    told = dict(re.findall(r"^\| (train|dev|test|seeds) \| ([\u4e00-\u9fff ]+) \|$", README, re.M))
    assert told["seeds"] == "山西"
    regions = {"seeds": {"山西"}}
    for name, part in (("train", train), ("dev", dev), ("test", test)):
        regions[name] = {record["meta"]["region"] for record in part}
        assert regions[name] == set(told[name].split())
    assert sum(map(len, regions.values())) == len(set().union(*regions.values()))


def test_splits_rest_on_different_reports(train, dev, test):
    sources = [
        {s for r in part if "虚构" not in (s := r["meta"].get("source", "invented"))}
        for part in (train, dev, test)
    ]
    sources = [{s for s in part if not s.startswith("invented")} for part in sources]
    assert sum(map(len, sources)) == len(set().union(*sources))


def test_every_label_is_in_every_split(train, dev, test):
    schema = default_schema()
    for part in (train, dev, test):
        assert {e["label"] for r in part for e in r["entities"]} == set(schema.entities)
        assert {row["type"] for r in part for row in r["relations"]} == set(schema.relations)


def test_the_corpus_is_as_large_as_it_must_be(entries):
    counts = {row: sum(of.values()) for row, of in composition(entries).items()}
    least = {
        "documents": 600, "characters": 300_000, "mentions": 12_000, "relations": 7_000,
        "PROJECT over 20 characters": 800, "documents with layout noise": 120,
        "documents without relation": 60,
    }  # fmt: skip
    least |= dict.fromkeys(default_schema().relations, 250)
    assert {row: counts[row] for row in least if counts[row] < least[row]} == {}


def test_meta_keeps_to_its_words(train, dev, test):
    genres = set(re.search(r"Genres: ([a-z, \n-]+)\.", README)[1].replace("\n", " ").split(", "))
    noises = {"furniture", "turn", "caption", "wraps", "spaces", "byline", "width", "brackets"}
    for record in [*train, *dev, *test]:
        meta = record["meta"]
        assert meta["genre"] in genres, record["id"]
        assert set(meta.get("noise", "").split()) <= noises, record["id"]
        assert 2005 <= int(meta["year"]) <= 2025, record["id"]


def test_the_audit_has_no_open_finding(entries):
    found = audit(entries, FOLDER / "gazetteers")
    closed = read_reviewed(FOLDER / "reviewed.tsv")
    assert [f for f in found if f.key not in closed] == []
    assert closed.keys() <= {f.key for f in found}


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


def table_row(name):
    """The cells of a row of the README's tables behind its name."""
    (line,) = (x for x in README.splitlines() if x.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("| ").split("|")[1:]]


def test_the_readme_counts_right(entries):
    splits = ("train", "dev", "test", "seeds")
    for row, of in composition(entries).items():
        told = [int(cell.replace(",", "")) for cell in table_row(row)]
        assert told == [*(of[split] for split in splits), sum(of.values())], row


def test_the_readme_tells_the_rates_of_seen_names(entries):
    for split, rates in seen_rates(entries).items():
        pattern = rf"^\| {split} \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$"
        told = re.search(pattern, README, re.M).groups()
        assert [float(x) for x in told] == [
            round(100 * rates[label], 1) for label in ("ORG", "PARK", "PROJECT")
        ]


PAIRS = {
    **{part: (f"agreement/{part}-a", f"agreement/{part}-b") for part in ("dev", "test")},
    "train, a tenth": ("agreement/train-a", "agreement/train-b"),
    **{f"seeds, {x} and {y}": (f"seeds/annotator-{x}", f"seeds/annotator-{y}")
       for x, y in (("a", "b"), ("a", "c"), ("b", "c"))},
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_the_readme_tells_the_measured_agreement(name):
    found = compare(*(FOLDER / f"{part}.jsonl" for part in PAIRS[name]))
    rows = [x for x in README.splitlines() if x.startswith(f"| {name} |")]
    (first, second) = (
        [cell.strip() for cell in line.strip("| ").split("|")[1:]]
        for line in rows
        if line.count("|") == 10 and "." in line
    )
    labels = ("ORG", "PARK", "PROJECT", "MONEY", "micro")
    measured = [found.entities[label]["f"] for label in labels]
    measured += [found.relations["micro"]["f"], found.same_as["micro"]["f"]]
    assert [first[0], *map(float, first[1:])] == [
        str(found.documents), *(round(value, 1) for value in measured)
    ]  # fmt: skip
    for told, label in zip(second, default_schema().relations, strict=True):
        row = found.relations[label]
        assert told == (f"{row['f']:.1f}" if row["gold"] else "none"), label


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


def report(name):
    return json.loads((FOLDER / "reports" / name).read_text(encoding="utf-8"))


LABELS = ("micro", "ORG", "PARK", "PROJECT", "MONEY")


def test_the_readme_tells_the_learning_curve():
    for point in report("learning-curve.json")["points"]:
        told = table_row(f"{100 * point['share']:g}%")
        sizes = [point["documents"], point["characters"], point["entities"]]
        assert [int(cell.replace(",", "")) for cell in told[:3]] == sizes
        assert told[3:] == [f"{point['scores'][label]['f']:.1f}" for label in LABELS]


def test_the_readme_tells_what_augmentation_brings():
    earlier = {row["augmenters"]: row for row in report("augmentation-earlier.json")["results"]}
    for row in report("augmentation.json")["results"]:
        before = earlier[row["augmenters"]]
        measured = [*(row["dev"][label] for label in LABELS), row["noisy dev"]["micro"]]
        measured += [before["dev"]["micro"], before["noisy dev"]["micro"]]
        assert table_row(row["augmenters"]) == [f"{value:.1f}" for value in measured]
    long = {row["augmenters"]: row for row in report("augmentation-long.json")["results"]}
    for name, told in (("none", "without augmentation"), ("all", "with all augmenters")):
        measured = [long[name][part]["micro"] for part in ("dev", "noisy dev")]
        assert table_row(told) == [f"{value:.1f}" for value in measured]
