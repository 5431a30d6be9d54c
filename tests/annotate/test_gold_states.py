import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.annotate.checks import check_file
from zonekg.annotate.corpus import record_to_doc
from zonekg.annotate.states import check_states, gold_states, read_states
from zonekg.docs import groups
from zonekg.errors import AnnotationError
from zonekg.states import Event, ProjectState

EVENT = {"status": "started", "date": "2025-03", "planned": False, "text": "3月"}
RECORD = {
    "id": "d1",
    "projects": [
        {"entity": 8, "name": "甲项目", "status": "started", "cue": "动工", "events": [EVENT]},
        {"entity": 5, "name": "乙项目", "status": "none", "cue": "", "events": []},
    ],
}
DOCUMENT = {
    "id": "d1",
    "text": "乙项目、甲项目和甲厂。甲项目动工。",
    "entities": [
        {"id": 8, "label": "PROJECT", "start_offset": 11, "end_offset": 14},
        {"id": 3, "label": "PROJECT", "start_offset": 4, "end_offset": 7},
        {"id": 5, "label": "PROJECT", "start_offset": 0, "end_offset": 3},
    ],
    "relations": [],
}


@pytest.fixture
def write(tmp_path):
    def run(*records):
        path = tmp_path / "states.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
        return path

    return run


def broken(where, key, value):
    record = copy.deepcopy(RECORD)
    row = record["projects"][0]
    (row if where == "project" else row["events"][0])[key] = value
    return record


def test_states_are_read_by_document(write):
    assert read_states(write(RECORD, RECORD | {"id": "d2"})).keys() == {"d1", "d2"}


def test_a_project_is_known_by_the_first_mention_of_its_group(nlp):
    doc = record_to_doc(DOCUMENT, nlp)
    assert gold_states(RECORD, DOCUMENT, groups(doc)) == {
        0: ProjectState(),
        1: ProjectState("started", events=(Event("started", "2025-03"),)),
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["events", "status", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)
FAULTS = [
    (broken("project", "status", "begun"), "project 8 has the status 'begun'"),
    (broken("project", "entity", "8"), "project '8', expected the id of a mention"),
    (broken("project", "entity", 5), "project 5, expected the id of a mention, each once"),
    (broken("event", "status", "none"), "project 8 has an event 'none'"),
    (broken("event", "date", "2025-13"), "project 8 has the date '2025-13'"),
    (broken("event", "date", "2025-Q5"), "project 8 has the date '2025-Q5'"),
    (broken("event", "planned", "yes"), "project 8 has an event planned 'yes'"),
]


@pytest.mark.parametrize(("record", "problem"), FAULTS)
def test_a_fault_is_told(write, record, problem):
    assert any(found.startswith(problem) for found, _ in check_states(record))
    with pytest.raises(AnnotationError, match=r"states\.jsonl:2"):
        read_states(write(RECORD, record))
    (finding, *_) = check_file(write(RECORD | {"id": "d0"}, record))
    assert finding.line == 2
    assert finding.problem.startswith(problem)


@given(st.sampled_from(["id", "projects", "entity", "status", "events", "date"]), JSON)
def test_any_json_in_any_place_is_checked_and_never_raises(key, value):
    record = copy.deepcopy(RECORD)
    for row in (record, record["projects"][0], record["projects"][0]["events"][0]):
        if key in row:
            row[key] = value
    for problem, quote in check_states(record):
        assert isinstance(problem, str)
        assert isinstance(quote, str)


def test_a_record_without_fault_has_none(write):
    assert list(check_states(RECORD)) == []
    assert check_file(write(RECORD)) == []


def test_a_document_is_no_record_of_states(write):
    with pytest.raises(AnnotationError, match="no states of projects"):
        read_states(write(DOCUMENT))
