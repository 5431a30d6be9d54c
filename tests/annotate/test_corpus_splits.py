"""The splits of the committed annotations keep apart, and each is what it must be."""

import re

from committed import FOLDER, README, rows

from zonekg.annotate.audit import audit, composition, read_reviewed
from zonekg.schema import default_schema


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
