"""Every fault of an annotated document is found, with its file and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.annotate.checks import Finding, check_file, check_record
from zonekg.annotate.records import record_lines
from zonekg.schema import Schema, default_schema

TEXT = "昆山高新区消息，沪光股份在（高新区）投建“线束”项目，总投资3亿元。\n年产值5亿元。"


def entity(key, label, quote, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(quote, start + 1)
    return {"id": key, "label": label, "start_offset": start, "end_offset": start + len(quote)}


def relation(key, head, kind, tail):
    return {"id": key, "from_id": head, "to_id": tail, "type": kind}


def good():
    """A record without a fault: two names of a park, a company, a project and two amounts."""
    return {
        "id": "d1",
        "text": TEXT,
        "entities": [
            entity(1, "PARK", "昆山高新区"),
            entity(2, "ORG", "沪光股份"),
            entity(3, "PARK", "高新区", 1),
            entity(4, "PROJECT", "“线束”项目"),
            entity(5, "MONEY", "3亿元"),
            entity(6, "MONEY", "5亿元"),
        ],
        "relations": [
            relation(1, 2, "INVESTS_IN", 4),
            relation(2, 4, "LOCATED_IN", 3),
            relation(3, 4, "TOTAL_INVESTMENT", 5),
        ],
        "same_as": [[1, 3]],
        "meta": {"genre": "brief"},
    }


def with_entity(row):
    return {**good(), "entities": [*good()["entities"], row]}


def with_relation(*row):
    return {**good(), "relations": [*good()["relations"], relation(*row)]}


def without(key):
    return {k: v for k, v in good().items() if k != key}


def spoilt(index, **changes):
    record = good()
    record["entities"][index] |= changes
    return record


FAULTS = {
    "no id": (without("id"), "no id, expected a string or number", ""),
    "id is a list": ({**good(), "id": [1]}, "no id, expected a string or number", ""),
    "id is a truth value": ({**good(), "id": True}, "no id, expected a string or number", ""),
    "no text": ({"id": "d1"}, "no text, expected a non-empty string", ""),
    "empty text": ({"id": "d1", "text": ""}, "no text, expected a non-empty string", ""),
    "text is a number": ({"id": "d1", "text": 7}, "no text, expected a non-empty string", ""),
    "entities is no list": (
        {"id": "d1", "text": TEXT, "entities": {"id": 1}},
        "entities is a dict, expected a list",
        "",
    ),
    "entity is no object": (with_entity([7]), "entities holds [7], expected an object", ""),
    "entity id is text": (
        with_entity(entity("7", "ORG", "消息")),
        "ORG 7: entity id '7', expected a whole number",
        "",
    ),
    "entity id is a truth value": (
        with_entity(entity(True, "ORG", "消息")),
        "ORG True: entity id True, expected a whole number",
        "",
    ),
    "entity id twice": (
        with_entity(entity(2, "ORG", "消息")),
        "ORG 2: entity id 2 is used twice",
        "",
    ),
    "unknown label": (
        with_entity(entity(7, "PERSON", "消息")),
        "PERSON 7: label 'PERSON', expected one of ORG, PARK, PROJECT, MONEY",
        "",
    ),
    "no label": (
        with_entity({"id": 7, "start_offset": 5, "end_offset": 7}),
        "None 7: label None, expected one of ORG, PARK, PROJECT, MONEY",
        "",
    ),
    "offset is text": (
        spoilt(1, start_offset="8"),
        "ORG 2: offsets '8' to 12, expected whole numbers",
        "",
    ),
    "no offset": (
        spoilt(1, end_offset=None),
        "ORG 2: offsets 8 to None, expected whole numbers",
        "",
    ),
    "offset is a fraction": (
        spoilt(1, start_offset=8.0),
        "ORG 2: offsets 8.0 to 12, expected whole numbers",
        "",
    ),
    "span before the text": (
        spoilt(1, start_offset=-4),
        f"ORG 2: offsets -4 to 12, expected within 0 to {len(TEXT)}",
        "",
    ),
    "span behind the text": (
        spoilt(5, end_offset=len(TEXT) + 1),
        f"MONEY 6: offsets 38 to {len(TEXT) + 1}, expected within 0 to {len(TEXT)}",
        "",
    ),
    "empty span": (
        spoilt(1, end_offset=8),
        f"ORG 2: offsets 8 to 8, expected within 0 to {len(TEXT)}",
        "",
    ),
    "span backwards": (
        spoilt(1, start_offset=12, end_offset=8),
        f"ORG 2: offsets 12 to 8, expected within 0 to {len(TEXT)}",
        "",
    ),
    "overlap": (
        with_entity(entity(7, "ORG", "股份在")),
        "ORG 2 and ORG 7 overlap",
        "沪光股份在",
    ),
    "one inside another": (
        with_entity(entity(7, "ORG", "沪光")),
        "ORG 7 and ORG 2 overlap",
        "沪光股份",
    ),
    "the same span twice": (
        with_entity(entity(7, "PARK", "沪光股份")),
        "ORG 2 and PARK 7 overlap",
        "沪光股份",
    ),
    "comma at the start": (
        with_entity(entity(7, "ORG", "，总")),
        "ORG 7 starts on the punctuation mark ，",
        "，总",
    ),
    "stop at the end": (
        with_entity(entity(7, "ORG", "息，")),
        "ORG 7 ends on the punctuation mark ，",
        "息，",
    ),
    "line break inside": (
        {
            "id": "d1",
            "text": "昆山\n高新区",
            "entities": [{"id": 1, "label": "PARK", "start_offset": 0, "end_offset": 6}],
        },
        "PARK 1 runs over a line break",
        "昆山\n高新区",
    ),
    "bracket cut": (
        {**good(), "entities": [entity(1, "PARK", "在（高新区")], "relations": [], "same_as": []},
        "PARK 1 cuts the brackets （）",
        "在（高新区",
    ),
    "brackets around": (
        {**good(), "entities": [entity(1, "PARK", "（高新区）")], "relations": [], "same_as": []},
        "PARK 1 takes in the marks （） around it",
        "（高新区）",
    ),
    "quotation marks around": (
        {**good(), "entities": [entity(1, "PROJECT", "“线束”")], "relations": [], "same_as": []},
        "PROJECT 1 takes in the marks “” around it",
        "“线束”",
    ),
    "money without a number": (
        with_entity(entity(7, "MONEY", "总投资")),
        "MONEY 7 has no number",
        "总投资",
    ),
    "relations is no list": (
        {**good(), "relations": "none"},
        "relations is a str, expected a list",
        "",
    ),
    "relation is no object": (
        {**good(), "relations": [None]},
        "relations holds None, expected an object",
        "",
    ),
    "relation id is missing": (
        with_relation(None, 2, "LOCATED_IN", 3),
        "relation None (2 LOCATED_IN 3): id None, expected a whole number",
        "",
    ),
    "relation id twice": (
        with_relation(3, 2, "LOCATED_IN", 3),
        "relation 3 (2 LOCATED_IN 3): relation id 3 is used twice",
        "",
    ),
    "relation from nowhere": (
        with_relation(4, 9, "LOCATED_IN", 3),
        "relation 4 (9 LOCATED_IN 3): no entity 9 in the document",
        "",
    ),
    "relation between nothing": (
        with_relation(4, 8, "LOCATED_IN", 9),
        "relation 4 (8 LOCATED_IN 9): no entity 8 or 9 in the document",
        "",
    ),
    "unknown relation": (
        with_relation(4, 2, "OWNS", 4),
        "relation 4 (2 OWNS 4): type 'OWNS', expected one of "
        + ", ".join(default_schema().relations),
        "",
    ),
    "relation without a type": (
        with_relation(4, 2, None, 4),
        "relation 4 (2 None 4): type None, expected one of "
        + ", ".join(default_schema().relations),
        "",
    ),
    "forbidden ends": (
        with_relation(4, 5, "TAX", 4),
        "relation 4 (5 TAX 4): TAX can't run from MONEY to PROJECT",
        "",
    ),
    "an entity with itself": (
        with_relation(4, 1, "LOCATED_IN", 1),
        "relation 4 (1 LOCATED_IN 1): an entity related to itself",
        "",
    ),
    "a fact twice": (
        with_relation(4, 2, "INVESTS_IN", 4),
        "relation 4 (2 INVESTS_IN 4): the same relation twice",
        "",
    ),
    "same_as is no list": (
        {**good(), "same_as": {"1": 3}},
        "same_as is not a list of lists of entity ids",
        "",
    ),
    "same_as is flat": (
        {**good(), "same_as": [1, 3]},
        "same_as is not a list of lists of entity ids",
        "",
    ),
    "same_as names nothing": (
        {**good(), "same_as": [[1, 9]]},
        "same_as [1, 9]: no entity [9] in the document",
        "",
    ),
    "same_as of one": (
        {**good(), "same_as": [[1, 1]]},
        "same_as [1, 1]: expected two entities or more",
        "",
    ),
    "same_as of two kinds": (
        {**good(), "same_as": [[1, 2]]},
        "same_as [1, 2]: joins ['ORG', 'PARK']",
        "",
    ),
    "same_as groups overlap": (
        {**good(), "same_as": [[5, 6], [6, 5]]},
        "same_as [6, 5]: shares an entity with another group",
        "",
    ),
}


def write(path, *records):
    path.write_text("".join(record_lines(records)), encoding="utf-8")
    return path


def test_a_good_record_has_no_fault():
    assert list(check_record(good())) == []
    assert list(check_record({"id": 7, "text": "甲"})) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_with_file_and_line(name, tmp_path):
    record, problem, quote = FAULTS[name]
    path = tmp_path / "a.jsonl"
    first = {**good(), "id": "d0"}
    path.write_text("\n".join(["", *record_lines([first]), *record_lines([record])]))
    (finding,) = check_file(path)
    doc = str(record.get("id", "?"))
    assert finding == Finding(str(path), 4, doc, problem, quote)
    shown = f"{path}:4: [{doc}] {problem}"
    assert str(finding) == (f"{shown} 「{quote}」" if quote else shown)


@pytest.mark.parametrize(
    ("quote", "problem"),
    [
        ("甲 ", "ORG 1 ends on a space"),
        ("\u3000甲", "ORG 1 starts on a space"),
        ("甲。", "ORG 1 ends on the punctuation mark 。"),
        ("·甲", "ORG 1 starts on the punctuation mark ·"),
        ("《甲》", "ORG 1 takes in the marks 《》 around it"),
        ("甲）", "ORG 1 cuts the brackets （）"),
        ("【甲", "ORG 1 cuts the brackets 【】"),
    ],
)
def test_style_of_a_span(quote, problem):
    row = {"id": 1, "label": "ORG", "start_offset": 1, "end_offset": 1 + len(quote)}
    record = {"id": "d", "text": f"一{quote}二", "entities": [row], "relations": []}
    assert list(check_record(record)) == [(problem, quote)]
    assert list(check_record(record, style=False)) == []


@pytest.mark.parametrize(
    "quote",
    ["汇江锦锂（深圳）", "（深圳）汇江（大同）", "“源网荷储”一体化示范（一期）", "A.B", "甲·乙"],
)
def test_marks_inside_a_name_are_right(quote):
    row = {"id": 1, "label": "ORG", "start_offset": 1, "end_offset": 1 + len(quote)}
    assert list(check_record({"id": "d", "text": f"一{quote}二", "entities": [row]})) == []


@pytest.mark.parametrize(
    "quote", ["3亿元", "三亿元", "两亿元", "数亿元", "几千万元", "１０余亿元", "百万元"]
)
def test_numbers_of_money(quote):
    row = {"id": 1, "label": "MONEY", "start_offset": 0, "end_offset": len(quote)}
    assert list(check_record({"id": "d", "text": quote, "entities": [row]})) == []


def test_one_record_may_have_many_faults():
    record = {**good(), "id": None, "same_as": [[1, 9], [2]]}
    record["entities"][4]["label"] = "SUM"
    problems = [problem for problem, _ in check_record(record)]
    assert [problem[:20] for problem in problems] == [
        "no id, expected a st",
        "SUM 5: label 'SUM', ",
        "relation 3 (4 TOTAL_",
        "same_as [1, 9]: no e",
        "same_as [2]: expecte",
    ]


def test_another_schema():
    schema = Schema.parse(
        'guidelines = 1\n[entities.FIRM]\nmark = "F"\nname = "甲"\ncolor = "#000000"\n[relations]\n'
    )
    record = {
        "id": "d",
        "text": "甲公司",
        "entities": [{"id": 1, "label": "FIRM", "start_offset": 0, "end_offset": 3}],
    }
    assert list(check_record(record, schema)) == []
    assert list(check_record(record)) != []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 40) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
SLOTS = [
    ("id",), ("text",), ("entities",), ("relations",), ("same_as",), ("meta",),
    ("entities", 0), ("entities", 0, "id"), ("entities", 0, "label"),
    ("entities", 0, "start_offset"), ("entities", 0, "end_offset"), ("relations", 0),
    ("relations", 0, "id"), ("relations", 0, "from_id"), ("relations", 0, "to_id"),
    ("relations", 0, "type"), ("same_as", 0), ("same_as", 0, 0),
]  # fmt: skip


@given(st.sampled_from(SLOTS), JSON)
def test_any_json_in_any_place_is_checked_and_never_raises(slot, value):
    record = good()
    place = record
    for key in slot[:-1]:
        place = place[key]
    place[slot[-1]] = value
    for problem, quote in check_record(record):
        assert problem
        assert isinstance(quote, str)


def test_half_a_surrogate_pair_is_no_text(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "text": "\\ud842\\udfb7利"}\n{"id": 2, "text": "甲\\ud842"}\n')
    assert [f.line for f in check_file(path)] == [2]


def test_what_was_found_before_a_bad_line_is_told(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 0, "text": ""}\n{"id": 1\n')
    assert [f.line for f in check_file(path)] == [1, 2]


def test_document_ids_are_unique(tmp_path):
    other = {**good(), "id": "d2"}
    path = write(tmp_path / "a.jsonl", good(), other, good(), {**good(), "id": 1}, {**other})
    assert [(f.line, f.doc, f.problem) for f in check_file(path)] == [
        (3, "d1", "document id already used in line 1"),
        (5, "d2", "document id already used in line 2"),
    ]
