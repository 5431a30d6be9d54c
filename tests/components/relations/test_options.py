import numpy as np
import pytest

from zonekg.components.relations.options import consistent, decide, few_negatives, options
from zonekg.components.relations.reading import read
from zonekg.docs import Relation
from zonekg.schema import default_schema

LABELS = list(default_schema().relations)


@pytest.fixture
def decided(seen):
    """A function: text, {(head, label, tail) by name: score} -> {(head, label, tail): share}."""

    def run(body, scores, other=-9.0):
        doc = seen(body)
        (reading,) = read(doc, [])
        texts = [doc.ents[i].text for i in reading.mentions]
        rows = np.full((len(reading.pairs), len(LABELS)), other, dtype=np.float32)
        for p, (a, b) in enumerate(reading.pairs):
            for r, label in enumerate(LABELS):
                rows[p, r] = scores.get((texts[a], label, texts[b]), other)
        said = decide(reading, options(reading), rows)
        return {(texts[r.head], r.label, texts[r.tail]): r.score for r in said}

    return run


def test_an_amount_has_one_owner_and_one_role(decided):
    scores = {("甲", "TAX", "3亿元"): 2.0, ("甲", "OUTPUT_VALUE", "3亿元"): 1.0,
              ("乙", "TAX", "3亿元"): 0.0}  # fmt: skip
    found = decided("[[P1|甲]]和[[P2|乙]]，[[M1|3亿元]]", scores, other=-np.inf)
    weights = np.exp([2.0, 1.0, 0.0, 0.0])  # the last one: that none holds
    assert found["甲", "TAX", "3亿元"] == pytest.approx(weights[0] / weights.sum())
    assert [fact for fact in found if fact[2] == "3亿元"] == [("甲", "TAX", "3亿元")]


def test_equal_amounts_may_have_owners_of_their_own(decided):
    scores = {("甲", "TAX", "3亿元"): 5.0}
    body = "[[P1|甲]]缴税[[M1|3亿元]]，[[P2|乙]]缴税[[M1|3亿元]]"
    assert decided(body, scores)["甲", "TAX", "3亿元"] > 0.9


def test_a_thing_lies_in_one_park_and_a_park_not_in_itself(decided):
    scores = {("甲", "LOCATED_IN", "丙区"): 3.0, ("甲", "LOCATED_IN", "丁区"): 4.0}
    found = decided("[[P1|甲]]在[[K1|丙区]][[K2|丁区]]", scores)
    assert {f[2] for f in found if f[:2] == ("甲", "LOCATED_IN")} == {"丁区"}


def test_between_a_firm_and_a_project_there_is_one_relation(decided):
    scores = {("戊", "INVESTS_IN", "甲"): 1.0, ("戊", "BUILDS", "甲"): 2.0}
    found = decided("[[O1|戊]]建[[P1|甲]]", scores)
    assert [label for _, label, _ in found] == ["BUILDS"]


def test_the_mentions_that_say_a_fact_best_stand_for_it(seen):
    doc = seen("[[O1|戊]]来了。[[P1|甲]]，[[O1|戊]]投资")
    (reading,) = read(doc, [])
    scores = np.full((len(reading.pairs), len(LABELS)), -9.0, dtype=np.float32)
    place = reading.pairs.tolist().index([2, 1])
    scores[place, LABELS.index("INVESTS_IN")] = 3.0
    best = max(decide(reading, options(reading), scores), key=lambda row: row.score)
    assert best[:3] == (2, 1, "INVESTS_IN")


def test_a_symmetric_relation_is_one_option_from_either_side(seen):
    doc = seen("[[O1|戊]]与[[O2|己]]签约")
    (reading,) = read(doc, [])
    found = options(reading)
    numbers = found.facts[:, 1].tolist()
    assert numbers.count(LABELS.index("COOPERATES_WITH")) == 1
    entries = found.entries[found.entries[:, 1] == LABELS.index("COOPERATES_WITH")]
    assert len(entries) == 2


def test_what_contradicts_a_surer_relation_goes():
    rows = [
        Relation(0, 3, "TAX", 0.9),
        Relation(1, 3, "OUTPUT_VALUE", 0.8),  # the same amount
        Relation(1, 4, "OUTPUT_VALUE", 0.8),
        Relation(5, 6, "LOCATED_IN", 0.7),
        Relation(6, 5, "LOCATED_IN", 0.6),  # in each other
        Relation(2, 0, "BUILDS", 0.6),
        Relation(2, 1, "INVESTS_IN", 0.5),  # 1 is 0 under another name
        Relation(8, 7, "COOPERATES_WITH", 0.5),
        Relation(7, 8, "COOPERATES_WITH", 0.4),
    ]
    first = [0, 0, 2, 3, 4, 5, 6, 7, 8]
    kept = consistent(rows, first)
    assert kept == [rows[i] for i in (0, 2, 3, 5, 7)]


def test_few_negatives_keep_what_is_right(seen):
    (reading,) = read(seen("[[P1|甲]][[P2|乙]][[O1|戊]]在[[K1|丙区]]，[[M1|3亿元]]"), [])
    found = options(reading)
    right = np.zeros(len(found.facts), dtype=bool)
    right[[1, 4]] = True
    fewer, kept, choices = few_negatives(found, right)
    assert len(kept) == 4
    assert {1, 4} <= set(kept.tolist())
    assert fewer.facts.tolist() == found.facts[kept].tolist()
    assert [choices[c] for c in fewer.choices] == found.choices[kept].tolist()
    for pair, relation, option in fewer.entries.tolist():
        old = kept[option]
        assert [pair, relation, old] in found.entries.tolist()
