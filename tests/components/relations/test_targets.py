import pytest
from spacy.tokens import Span

from zonekg.components.aliases import make_aliases
from zonekg.components.relations.options import options
from zonekg.components.relations.reading import read
from zonekg.components.relations.targets import target
from zonekg.docs import bare_copy
from zonekg.schema import default_schema

LABELS = list(default_schema().relations)


@pytest.fixture
def learnt(seen):
    """A function: marked text, relation lines -> right facts by name, and open choices of them.

    `without`: names that were not found.
    """

    def run(body, *relations, without=()):
        gold = seen(body, *relations)
        doc = bare_copy(gold)
        kept = [e for e in gold.ents if e.text not in without]
        doc.set_ents([Span(doc, e.start, e.end, label=e.label_) for e in kept])
        doc.tensor = gold.tensor
        (reading,) = read(make_aliases(doc), [])
        found = options(reading)
        right, loose = target(reading, found, doc, gold)
        texts = [doc.ents[i].text for i in reading.mentions]
        facts = [(texts[h], LABELS[r], texts[t]) for h, r, t in found.facts]
        return (
            sorted(fact for fact, good in zip(facts, right, strict=True) if good),
            {facts[o] for o in range(len(facts)) if right[o] and loose[found.choices[o]]},
        )

    return run


def test_the_annotated_facts_are_right(learnt):
    right, loose = learnt(
        "[[O1|戊]]投资[[P1|甲]]，[[P1|甲]]在[[K1|丙区]]，总投资[[M1|3亿元]]",
        "O1 INVESTS_IN P1", "P1 LOCATED_IN K1", "P1 TOTAL_INVESTMENT M1",
    )  # fmt: skip
    assert right == [
        ("戊", "INVESTS_IN", "甲"),
        ("甲", "LOCATED_IN", "丙区"),
        ("甲", "TOTAL_INVESTMENT", "3亿元"),
    ]
    assert not loose


def test_where_the_innermost_park_was_not_found_the_next_one_stands_for_it(learnt):
    body = "[[P1|甲]]在[[K1|丙园]]，[[K1|丙园]]在[[K2|丁区]]"
    facts = ("P1 LOCATED_IN K1", "K1 LOCATED_IN K2")
    assert ("甲", "LOCATED_IN", "丁区") not in learnt(body, *facts)[0]
    assert learnt(body, *facts, without=["丙园"])[0] == [("甲", "LOCATED_IN", "丁区")]


def test_a_repeated_amount_may_but_need_not_be_told(learnt):
    right, loose = learnt(
        "[[P1|甲]]总投资[[M1|3亿元]]！[[P1|甲]]就值[[M1|3亿元]]", "P1 TOTAL_INVESTMENT M1"
    )
    assert right == [("甲", "TOTAL_INVESTMENT", "3亿元")] * 2
    assert loose == {("甲", "TOTAL_INVESTMENT", "3亿元")}


def test_symmetric_facts_hold_either_way(learnt):
    right, _ = learnt("[[O2|己]]与[[O1|戊]]签约", "O1 COOPERATES_WITH O2")
    assert right == [("己", "COOPERATES_WITH", "戊")]
