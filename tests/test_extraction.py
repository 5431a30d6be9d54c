import copy
import json
from decimal import Decimal

import pytest
import spacy
from spacy.language import Language

from zonekg.annotate.checks import check_record
from zonekg.components.aliases import make_aliases
from zonekg.components.amounts import make_amounts
from zonekg.docs import (
    amounts,
    article,
    confidences,
    groups,
    project_states,
    relations,
    set_confidences,
    set_project_states,
    set_relations,
)
from zonekg.errors import AnnotationError, ModelError
from zonekg.extraction import doc_to_row, extract, load_model, read_rows, row_line, row_to_doc
from zonekg.ingest import read_page, read_pages
from zonekg.schema import schema_text
from zonekg.states import Event, ProjectState


def state(doc):
    return (
        doc.text,
        [(e.start_char, e.end_char, e.label_) for e in doc.ents],
        relations(doc),
        amounts(doc),
        groups(doc),
        confidences(doc),
        project_states(doc),
        article(doc),
    )


@pytest.fixture
def full(marked):
    doc = marked(
        "𠮷标题\n[[O1|康佳集团]]投资[[P1|电池项目]]，总投资[[M1|3亿至5亿美元]]。[[O1|康佳]]说。",
        "O1 INVESTS_IN P1",
        "P1 TOTAL_INVESTMENT M1",
        date="2024-05-10",
    )
    make_aliases(make_amounts(doc))
    set_relations(doc, [row._replace(score=0.625) for row in relations(doc)])
    set_confidences(doc, [0.1, 0.2, 0.3, 0.4])
    event = Event("completed", "2025", True, 20, 24)
    set_project_states(doc, {1: ProjectState("signed", 9, 11, (event,))})
    return doc


@pytest.fixture
def row(full):
    return json.loads(row_line(doc_to_row(full)))


@pytest.fixture
def rows_file(tmp_path):
    """A function: rows -> the path of a JSONL file of them."""

    def write(*rows):
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(map(row_line, rows)), encoding="utf-8")
        return path

    return write


# -- rows


def test_a_doc_comes_back_from_its_row(full, nlp):
    text = row_line(doc_to_row(full))
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert "康佳集团" in text
    again = row_to_doc(json.loads(text), nlp)
    assert state(again) == state(full)
    assert amounts(again)[2].low == Decimal(300_000_000)
    assert groups(again) == [0, 1, 2, 0]


def test_a_row_is_an_annotation_with_more_besides(full, row):
    assert list(check_record(row)) == []
    first = row["entities"][0]
    assert (first["text"], first["confidence"]) == ("康佳集团", 0.1)
    assert first["places"] == [[4, 8]]
    assert row["relations"][0]["score"] == 0.625
    assert row["id"] == article(full).id
    assert "text" not in row["article"]


def test_a_project_carries_its_state_and_old_rows_have_none(row, nlp):
    assert [entity["text"] for entity in row["entities"] if "state" in entity] == ["电池项目"]
    assert row["entities"][1]["state"] == {
        "status": "signed",
        "start": 9,
        "end": 11,
        "events": [
            {"status": "completed", "date": "2025", "planned": True, "start": 20, "end": 24}
        ],
    }
    del row["entities"][1]["state"]
    assert project_states(row_to_doc(row, nlp)) == {}


@pytest.mark.parametrize("entity", [0, 2])
def test_a_state_of_what_is_no_project_is_told(row, rows_file, entity):
    row["entities"][entity]["state"] = row["entities"][1]["state"]
    with pytest.raises(AnnotationError, match="is not the first mention of a project"):
        list(read_rows(rows_file(row)))


def test_a_component_sees_the_article(marked):
    source = article(marked("[[P1|电池项目]]开工。", date="2024-05-10"))
    pipeline = spacy.blank("zh")
    seen = []

    @Language.component("seen_by_a_test")
    def look(doc):
        seen.append(article(doc))
        return doc

    pipeline.add_pipe("seen_by_a_test")
    (doc,) = extract([source], pipeline)
    assert seen == [source] == [article(doc)]


def test_a_doc_without_mentions_comes_back(marked, nlp):
    doc = marked("没有名字。")
    assert state(row_to_doc(doc_to_row(doc), nlp)) == state(doc)


def test_the_seed_pages_come_back(root, model, rows_file):
    docs = [d for page in read_pages(root / "seeds") for d in extract(page, model)]
    again = list(read_rows(rows_file(*map(doc_to_row, docs))))
    assert [state(doc) for doc in again] == [state(doc) for doc in docs]
    assert len(docs) == 13
    assert sum(len(doc.ents) for doc in docs) > 100


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ('{"id": 1, "text": "甲", "entities": [], "relations": []}', "without its article"),
        ('{"id": 1, "text": ""}', "no text"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(full, tmp_path, line, problem):
    path = tmp_path / "rows.jsonl"
    path.write_text(row_line(doc_to_row(full)) + line + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=rf"rows\.jsonl:2: .*{problem}"):
        list(read_rows(path))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(AnnotationError, match=r"no\.jsonl: No such file"):
        list(read_rows(tmp_path / "no.jsonl"))


BROKEN = {
    "an entity of unknown label": lambda row: row["entities"][0].update(label="X"),
    "an entity outside the text": lambda row: row["entities"][0].update(end_offset=999),
    "two entities that overlap": lambda row: row["entities"][1].update(start_offset=4),
    "a relation to nothing": lambda row: row["relations"][0].update(to_id=99),
    "an article without a title": lambda row: row["article"].pop("title"),
    "an article that is a text": lambda row: row.update(article="甲"),
    "pieces of two numbers": lambda row: row["article"].update(pieces=[[0, 1]]),
    "an unknown kind of block": lambda row: row["article"].update(blocks=[["x", 0, 1]]),
    "an amount without a number": lambda row: row["entities"][2]["amount"].update(low="x"),
    "an amount without currency": lambda row: row["entities"][2]["amount"].pop("currency"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_row_is_told_with_its_line(row, rows_file, what):
    broken = copy.deepcopy(row)
    BROKEN[what](broken)
    with pytest.raises(AnnotationError, match=r"rows\.jsonl:2: "):
        list(read_rows(rows_file(row, broken)))


def test_a_row_that_a_person_corrected_is_read(row, rows_file):
    """doccano knows nothing of confidences, amounts and groups."""
    start = row["text"].index("说")
    added = {"id": 9, "label": "ORG", "start_offset": start, "end_offset": start + 1}
    row["entities"].append(added)
    (doc,) = read_rows(rows_file(row))
    assert len(doc.ents) == 5
    assert confidences(doc)[-1] == 1.0
    assert groups(doc)[-1] == 4


# -- tagging


def test_extract_keeps_each_article_with_its_doc(root, model):
    page = read_page(root / "seeds" / "001_da36617357f44c3c.txt")
    docs = list(extract(page, model))
    assert [article(doc) for doc in docs] == list(page)
    assert all(doc.text == article(doc).text for doc in docs)
    assert list(extract([], model)) == []


# Python 3.12 and later warn when a process with threads forks; those of numpy are idle
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_processes_find_what_one_finds(root, model):
    page = read_page(root / "seeds" / "001_da36617357f44c3c.txt")

    def rounded(docs):
        return [
            (state(doc)[:5], [round(value, 2) for value in confidences(doc)], article(doc))
            for doc in docs
        ]

    assert rounded(extract(page, model, processes=2)) == rounded(extract(page, model))


# -- models


def test_an_article_may_be_longer_than_spacys_limit(saved):
    fresh = spacy.load(saved)
    loaded = load_model(saved)
    for nlp in (fresh, loaded):  # the limits without the wait for a text of that length
        nlp.max_length //= 100_000
    text = "甲" * 11
    with pytest.raises(ValueError, match="exceeds maximum"):
        fresh(text)
    assert len(loaded(text)) == 11


def test_a_missing_model_is_told_with_what_to_do(tmp_path):
    with pytest.raises(ModelError, match=r"nothing: no trained pipeline; name a folder with meta"):
        load_model(tmp_path / "nothing")
    with pytest.raises(ModelError, match="no trained pipeline"):
        load_model(tmp_path)


@pytest.fixture
def saved(tmp_path):
    """A small untrained pipeline on disk."""
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_ner", config={"model": {"width": 8, "rows": 20, "dilations": [1]}})
    nlp.add_pipe("zonekg_relation_rules")
    nlp.to_disk(tmp_path / "model")
    return tmp_path / "model"


def test_the_undamaged_model_loads(saved):
    assert load_model(saved).pipe_names == ["zonekg_ner", "zonekg_relation_rules"]


def test_a_model_of_the_same_labels_loads_and_one_of_others_is_refused(saved):
    path = saved / "meta.json"
    meta = json.loads(path.read_text(encoding="utf-8"))
    other_colour = schema_text().replace("#3b6fb6", "#000000")
    path.write_text(json.dumps(meta | {"zonekg": {"schema": other_colour}}), encoding="utf-8")
    assert load_model(saved).pipe_names
    other_label = schema_text().replace("[relations.TAX]", "[relations.DUTY]")
    path.write_text(json.dumps(meta | {"zonekg": {"schema": other_label}}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"trained for other labels \(.*DUTY.*; use the release"):
        load_model(saved)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("meta.json", b"{"),
        ("config.cfg", b"[nlp"),
        ("config.cfg", b'[nlp]\nlang = "zh"\npipeline = ["x"]\n[components.x]\nfactory = "no"\n'),
        ("zonekg_ner/model", b"\x80"),
        ("zonekg_ner/cfg", b"["),
        ("zonekg_relation_rules/precision.json", b"nothing"),
        ("vocab/strings.json", b"\xff"),
        ("zonekg_ner/model", None),
        ("config.cfg", None),
    ],
)
def test_a_damaged_model_is_told_in_one_line(saved, file, content):
    if content is None:
        (saved / file).unlink()
    else:
        (saved / file).write_bytes(content)
    with pytest.raises(ModelError, match=r"can't be loaded \(.*train or fetch it again") as caught:
        load_model(saved)
    assert str(caught.value).startswith(str(saved))
    assert "\n" not in str(caught.value)
