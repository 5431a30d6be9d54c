"""Gold clusters: the format, and that the committed ones point at what they name."""

from pathlib import Path

import pytest

from zonekg.annotate.checks import check_file
from zonekg.annotate.clusters import check_cluster, is_cluster
from zonekg.annotate.records import read_records

FOLDER = Path(__file__).parents[2] / "annotations"
SPLITS = sorted(path.parent.name for path in FOLDER.glob("resolution/*/clusters.jsonl"))
GOOD = {
    "cluster": "d1",
    "type": "PARK",
    "name": "甲园",
    "members": [["a", 1], ["b", 2]],
    "note": "",
}


def wordings(record):
    """For each mention of a document: its type, its text and all texts of its group."""
    text = {
        e["id"]: (e["label"], record["text"][e["start_offset"] : e["end_offset"]])
        for e in record["entities"]
    }
    group = {key: key for key in text}
    for found in record.get("same_as", []):
        group |= dict.fromkeys(found, found[0])
    first = {}
    for key in text:  # equal wordings are one thing, listed or not
        first.setdefault(text[key], group[key])
    root = {key: first[text[group[key]]] for key in text}
    return {
        key: (*text[key], root[key], {text[k][1] for k in text if root[k] == root[key]})
        for key in text
    }


@pytest.fixture(scope="module", params=SPLITS)
def split(request):
    files = [FOLDER / request.param / f"{request.param}.jsonl"]
    files += [FOLDER / "resolution" / request.param / "articles.jsonl"]
    records = {r["id"]: wordings(r) for file in files for _, r in read_records(file)}
    path = FOLDER / "resolution" / request.param / "clusters.jsonl"
    return records, [record for _, record in read_records(path)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"cluster": ""}, "cluster ''"),
        ({"type": "MONEY"}, "type 'MONEY'"),
        ({"name": ""}, "no name"),
        ({"members": []}, "no members"),
        ({"members": [["a", True]]}, "member ['a', True]"),
        ({"members": [["a", 1], ["a", 2]]}, "two members in the document a"),
    ],
)
def test_a_fault_is_told(change, problem):
    assert is_cluster(GOOD)
    assert list(check_cluster(GOOD)) == []
    ((found, _),) = check_cluster(GOOD | change)
    assert found.startswith(problem)


def test_a_file_of_clusters_is_checked(tmp_path):
    path = tmp_path / "clusters.jsonl"
    row = '{"cluster": "d1", "type": "ORG", "name": "甲", "members": [["a", 1]]}\n'
    path.write_text(row + row, encoding="utf-8")
    (finding,) = check_file(path)
    assert (finding.line, finding.doc) == (2, "d1")


def test_members_are_mentions_of_the_type_that_the_cluster_names(split):
    records, clusters = split
    for cluster in clusters:
        found = [records[doc][entity] for doc, entity in cluster["members"]]
        assert {label for label, *_ in found} == {cluster["type"]}, cluster["cluster"]
        assert cluster["name"] in set().union(*(texts for *_, texts in found)), cluster["cluster"]


def test_no_thing_of_a_document_is_in_two_clusters(split):
    records, clusters = split
    seen = {}
    for cluster in clusters:
        for doc, entity in cluster["members"]:
            key = doc, records[doc][entity][2]
            assert key not in seen, (cluster["cluster"], seen[key])
            seen[key] = cluster["cluster"]


def test_a_second_annotator_made_the_same_clusters_of_the_test_articles():
    articles = FOLDER / "resolution" / "test" / "articles.jsonl"
    records = {record["id"]: wordings(record) for _, record in read_records(articles)}

    def found(path):
        clusters = [
            frozenset((doc, records[doc][key][2]) for doc, key in row["members"] if doc in records)
            for _, row in read_records(path)
        ]
        return {cluster for cluster in clusters if len(cluster) > 1}

    first = found(articles.with_name("clusters.jsonl"))
    assert len(first) == 271
    assert first == found(FOLDER / "agreement" / "resolution" / "clusters.jsonl")
