"""The schema: the labels of the guidelines and which ends a relation may join."""

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest

from zonekg.errors import SchemaError
from zonekg.schema import Schema, default_schema

TEXT = (Path(__file__).parents[1] / "configs" / "schema.toml").read_text(encoding="utf-8")
SMALL = """
guidelines = 1
[entities.ORG]
mark = "O"
name = "组织"
color = "#3b6fb6"
[entities.PARK]
mark = "K"
name = "园区"
color = "#2e8b57"
[relations.LOCATED_IN]
name = "位于"
heads = ["ORG"]
tails = ["PARK"]
color = "#2e8b57"
"""
MONEY = ["TOTAL_INVESTMENT", "ANNUAL_INVESTMENT", "OUTPUT_VALUE", "TAX"]
ALLOWED = (
    {("INVESTS_IN", "ORG", tail) for tail in ("PROJECT", "PARK")}
    | {("BUILDS", "ORG", tail) for tail in ("PROJECT", "PARK")}
    | {("LOCATED_IN", head, "PARK") for head in ("PROJECT", "ORG", "PARK")}
    | {("COOPERATES_WITH", *pair) for pair in product(("ORG", "PARK"), repeat=2)}
    | {(label, head, "MONEY") for label in MONEY for head in ("PROJECT", "ORG", "PARK")}
)


def test_the_labels_of_the_guidelines():
    schema = default_schema()
    assert schema.guidelines == 4
    assert list(schema.entities) == ["ORG", "PARK", "PROJECT", "MONEY"]
    assert list(schema.relations) == [
        "INVESTS_IN",
        "BUILDS",
        "LOCATED_IN",
        "COOPERATES_WITH",
        *MONEY,
    ]


def test_every_end_that_a_relation_may_join_and_no_other():
    schema = default_schema()
    every = product(schema.relations, schema.entities, schema.entities)
    assert {row for row in every if schema.allows(*row)} == ALLOWED
    assert not schema.allows("OWNS", "ORG", "PARK")
    assert not schema.allows("BUILDS", "PERSON", "PARK")


def test_only_cooperation_has_no_direction():
    relations = default_schema().relations.values()
    assert [r.label for r in relations if r.symmetric] == ["COOPERATES_WITH"]


def test_a_symmetric_relation_may_run_either_way():
    for relation in default_schema().relations.values():
        if relation.symmetric:
            assert relation.heads == relation.tails


def test_marks_are_single_capitals_and_unique():
    marks = [entity.mark for entity in default_schema().entities.values()]
    assert all(re.fullmatch("[A-Z]", mark) for mark in marks)
    assert len(set(marks)) == len(marks)


def test_every_type_has_a_chinese_name_and_a_colour():
    schema = default_schema()
    for row in [*schema.entities.values(), *schema.relations.values()]:
        assert re.fullmatch(r"[\u4e00-\u9fff]+", row.name)
        assert re.fullmatch("#[0-9a-f]{6}", row.color)


def test_the_default_is_the_file():
    assert Schema.parse(TEXT) == default_schema()


def test_a_small_schema():
    schema = Schema.parse(SMALL)
    assert schema.allows("LOCATED_IN", "ORG", "PARK")
    assert schema.relations["LOCATED_IN"].symmetric is False
    assert schema.entities["ORG"].mark == "O"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('heads = ["ORG"]', 'heads = ["FIRM"]', r"LOCATED_IN joins \['FIRM'\]"),
        ('tails = ["PARK"]', 'tails = ["PARK", "B", "A"]', r"LOCATED_IN joins \['A', 'B'\]"),
        ('heads = ["ORG"]\n', "", "heads"),
        ('mark = "O"\n', "", "mark"),
        ('mark = "O"', 'mark = "O"\nsign = "O"', "sign"),
        ("guidelines = 1", "", "guidelines"),
        ("guidelines = 1", 'guidelines = "four"', "four"),
        ("[entities.ORG]", "[entities.ORG", "can't be read"),
        ('heads = ["ORG"]', "heads = 3", "can't be read"),
        ("[entities.ORG]", "entities = 3\n[other]", "can't be read"),
        ("[relations.LOCATED_IN]", "relations = 3\n[other]", "can't be read"),
    ],
)
def test_a_damaged_schema_is_refused(old, new, message):
    assert old in SMALL
    with pytest.raises(SchemaError, match=message):
        Schema.parse(SMALL.replace(old, new))


def test_the_file_is_plain_toml():
    assert set(tomllib.loads(TEXT)) == {"guidelines", "entities", "relations"}
