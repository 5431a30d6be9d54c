import random
from itertools import pairwise

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Span

from zonekg.annotate.corpus import read_docs
from zonekg.docs import Relation, groups, relations, set_groups, set_relations
from zonekg.schema import default_schema
from zonekg.scoring import PRF, evaluate, score_docs, score_entities, score_relations

LABELS = list(default_schema().entities)


@pytest.fixture
def pair(marked):
    """A function: (predicted, gold) marked text and relations -> the pair of Docs."""

    def make(predicted, gold):
        one, other = marked(*predicted), marked(*gold)
        assert one.text == other.text
        return one, other

    return make


def entity_counts(pair, label="ORG", *, strict=True):
    return tuple(score_entities([pair], LABELS, strict=strict).by_label[label])


def relation_counts(pair, label, *, strict=True):
    """(right, predicted, gold)"""
    counts = score_relations([pair], strict=strict).by_label[label]
    assert counts.matched_predicted == counts.matched_gold
    return counts.matched_gold, counts.predicted, counts.gold


# -- entities


def test_a_cut_name_is_wrong_in_strict_and_right_in_relaxed(pair):
    both = pair(["[[O1|康佳]]集团来了。"], ["[[O1|康佳集团]]来了。"])
    assert entity_counts(both) == (0, 1, 0, 1)
    assert entity_counts(both, strict=False) == (1, 1, 1, 1)


def test_a_wrong_label_is_wrong_in_both(pair):
    both = pair(["[[K1|康佳产业园]]来了。"], ["[[P1|康佳产业园]]来了。"])
    for strict in (True, False):
        assert entity_counts(both, "PARK", strict=strict) == (0, 1, 0, 0)
        assert entity_counts(both, "PROJECT", strict=strict) == (0, 0, 0, 1)


def test_one_long_mention_touches_two_gold_ones(pair):
    both = pair(["[[O1|甲公司和乙公司]]签约，[[O2|丙公司]]没有。"],
                ["[[O1|甲公司]]和[[O2|乙公司]]签约，丙公司没有。"])  # fmt: skip
    assert entity_counts(both, strict=False) == (1, 2, 2, 2)
    relaxed = score_entities([both], LABELS, strict=False).micro
    assert (relaxed.precision, relaxed.recall) == (0.5, 1.0)
    assert relaxed.f1 == pytest.approx(2 / 3)


def test_names_that_touch_do_not_overlap(pair):
    both = pair(["[[O1|甲公司]]乙公司"], ["甲公司[[O1|乙公司]]"])
    assert entity_counts(both, strict=False) == (0, 1, 0, 1)


def test_micro_adds_up_documents_and_labels(pair):
    first = pair(["[[O1|甲公司]]在[[K1|乙园]]"], ["[[O1|甲公司]]在[[K1|乙园]]"])
    second = pair(["丙公司[[K1|丁园]]"], ["[[O1|丙公司]]丁园"])
    table = score_entities([first, second], LABELS)
    assert table.micro == PRF(2, 3, 2, 3)
    assert table.by_label["ORG"] == PRF(1, 1, 1, 2)
    assert table.to_dict()["micro"] == {
        "p": 66.67,
        "r": 66.67,
        "f": 66.67,
        "predicted": 3,
        "gold": 3,
    }
    assert list(table.to_dict()) == ["micro", *LABELS]


# -- relations

PLACES = "[[P1|甲项目]]在[[K1|乙产业园]]，[[K1|乙产业园]]在[[K2|丙高新区]]。"


def test_located_in_reaches_through_parks(pair):
    gold = [PLACES, "P1 LOCATED_IN K1", "K1 LOCATED_IN K2"]
    told = [*gold, "P1 LOCATED_IN K2"]
    assert relation_counts(pair(told, gold), "LOCATED_IN") == (3, 3, 3)
    assert relation_counts(pair(gold, told), "LOCATED_IN") == (3, 3, 3)


def test_only_the_outer_park_finds_one_of_three(pair):
    both = pair([PLACES, "P1 LOCATED_IN K2"], [PLACES, "P1 LOCATED_IN K1", "K1 LOCATED_IN K2"])
    assert relation_counts(both, "LOCATED_IN") == (1, 1, 3)


def test_parks_in_a_ring_end(pair):
    ring = [PLACES, "P1 LOCATED_IN K1", "K1 LOCATED_IN K2", "K2 LOCATED_IN K1"]
    both = pair(ring, [PLACES, "P1 LOCATED_IN K1", "K1 LOCATED_IN K2"])
    assert relation_counts(both, "LOCATED_IN") == (3, 4, 3)


def test_other_relations_do_not_reach_through_parks(pair):
    text = "[[O1|甲公司]]投资[[K1|乙产业园]]，在[[K2|丙高新区]]。"
    both = pair([text, "O1 INVESTS_IN K1", "O1 INVESTS_IN K2"],
                [text, "O1 INVESTS_IN K1", "K1 LOCATED_IN K2"])  # fmt: skip
    assert relation_counts(both, "INVESTS_IN") == (1, 2, 1)


def test_signing_has_no_direction_and_investing_has(pair):
    text = "[[O1|甲公司]]与[[K1|乙园]]签约。"
    both = pair([text, "K1 COOPERATES_WITH O1"], [text, "O1 COOPERATES_WITH K1"])
    assert relation_counts(both, "COOPERATES_WITH") == (1, 1, 1)
    parks = "[[K1|甲园]]在[[K2|乙园]]。"
    turned = pair([parks, "K2 LOCATED_IN K1"], [parks, "K1 LOCATED_IN K2"])
    assert relation_counts(turned, "LOCATED_IN") == (0, 1, 1)


def test_both_directions_of_one_signing_are_one_fact(pair):
    text = "[[O1|甲公司]]与[[K1|乙园]]签约。"
    rows = [text, "K1 COOPERATES_WITH O1", "O1 COOPERATES_WITH K1"]
    assert relation_counts(pair(rows, [text]), "COOPERATES_WITH") == (0, 1, 0)


NAMES = "[[O1|康佳集团]]投资。[[{}|康佳]]签下[[P1|甲项目]]，[[P1|甲项目]]开工。"


def test_any_mention_of_the_group_will_do(pair):
    text = NAMES.format("O1")
    gold = [text, "O1#2 INVESTS_IN P1#1"]
    assert relation_counts(pair([text, "O1#1 INVESTS_IN P1#2"], gold), "INVESTS_IN") == (1, 1, 1)


def test_equal_wordings_are_one_thing_whatever_the_groups_say(pair):
    text = NAMES.format("O1")
    predicted, gold = pair([text, "O1#2 INVESTS_IN P1#2"], [text, "O1#2 INVESTS_IN P1#1"])
    for doc in (predicted, gold):
        set_groups(doc, range(len(doc.ents)))
    assert relation_counts((predicted, gold), "INVESTS_IN") == (1, 1, 1)


def test_a_relation_inside_one_thing_of_gold_is_a_wrong_fact(pair):
    split, whole = NAMES.format("O2"), NAMES.format("O1")
    both = pair([split, "O1 COOPERATES_WITH O2"], [whole])
    assert relation_counts(both, "COOPERATES_WITH") == (0, 1, 0)


def test_a_relation_of_a_thing_to_itself_is_no_fact(pair):
    whole = NAMES.format("O1")
    both = pair([whole, "O1#1 COOPERATES_WITH O1#2"], [whole])
    assert relation_counts(both, "COOPERATES_WITH") == (0, 0, 0)


def test_a_group_that_is_split_stands_for_the_gold_one_with_each_part(pair):
    split, whole = NAMES.format("O2"), NAMES.format("O1")
    both = pair([split, "O1 INVESTS_IN P1#2", "O2 INVESTS_IN P1#1"], [whole, "O1 INVESTS_IN P1"])
    assert relation_counts(both, "INVESTS_IN") == (1, 1, 1)


def test_two_things_run_together_are_the_one_with_more_mentions(pair):
    text = "[[O1|康佳集团]]、[[O1|康佳集团]]与[[{}|太钢]]投资[[P1|甲项目]]和[[P2|乙项目]]。"
    gold = [text.format("O2"), "O1 INVESTS_IN P1", "O2 INVESTS_IN P2"]
    run_together = text.format("O1")
    mine, theirs = (pair([run_together, f"O1 INVESTS_IN {p}"], gold) for p in ("P1", "P2"))
    assert relation_counts(mine, "INVESTS_IN") == (1, 1, 2)
    assert relation_counts(theirs, "INVESTS_IN") == (0, 1, 2)


def test_an_end_that_is_no_gold_mention_is_wrong(pair):
    gold = ["[[O1|康佳集团]]投资[[P1|甲项目]]。", "O1 INVESTS_IN P1"]
    cut = ["[[O1|康佳]]集团投资[[P1|甲项目]]。", "O1 INVESTS_IN P1"]
    assert relation_counts(pair(cut, gold), "INVESTS_IN") == (0, 1, 1)
    assert relation_counts(pair(cut, gold), "INVESTS_IN", strict=False) == (1, 1, 1)


def test_two_wrong_ends_of_one_wording_are_one_fact(pair):
    text = "[[O1|甲]]投资[[P1|乙项目]]。[[O1|甲]]投资[[P1|乙项目]]。"
    both = pair(
        [text, "O1#1 INVESTS_IN P1#1", "O1#2 INVESTS_IN P1#2"], [text.replace("[[O1|甲]]", "甲")]
    )
    assert relation_counts(both, "INVESTS_IN") == (0, 1, 0)


# -- the whole


def test_empty_docs_score_nothing_and_break_nothing(nlp):
    empty = nlp("")
    scores = score_docs([(empty, empty)])
    nothing = {"p": 0.0, "r": 0.0, "f": 0.0, "predicted": 0, "gold": 0}
    tables = [*scores["entities"].values(), *scores["relations"].values()]
    assert len(tables) == 4
    assert all(row == nothing for table in tables for row in table.values())
    assert score_docs([]) == scores


def test_a_doc_without_predictions_has_no_precision_and_no_recall(pair):
    both = pair(["甲公司投资乙项目"], ["[[O1|甲公司]]投资[[P1|乙项目]]", "O1 INVESTS_IN P1"])
    assert score_docs([both])["relations"]["strict"]["micro"] == {
        "p": 0.0, "r": 0.0, "f": 0.0, "predicted": 0, "gold": 1
    }  # fmt: skip


def test_gold_against_itself_is_100(root, nlp):
    gold = list(read_docs(root / "annotations" / "seeds" / "gold.jsonl", nlp))
    scores = score_docs([(doc, doc) for doc in gold])
    rows = [row for kind in scores.values() for table in kind.values() for row in table.values()]
    assert {row["f"] for row in rows if row["gold"]} == {100.0}
    assert sum(row["gold"] > 0 for row in rows) > 20
    assert all(row["predicted"] == row["gold"] for row in rows)


SIZE = 24
KINDS = [
    (r.label, h, t) for r in default_schema().relations.values() for h in r.heads for t in r.tails
]


@st.composite
def annotated(draw):
    """A doc of SIZE characters with mentions, legal relations and groups."""
    nlp = annotated_nlp
    cuts = sorted(draw(st.sets(st.integers(0, SIZE), min_size=2, max_size=9)))
    doc = nlp("甲乙" * (SIZE // 2))
    spans = pairwise(cuts)
    doc.set_ents([Span(doc, a, b, label=draw(st.sampled_from(LABELS))) for a, b in spans])
    labels = [ent.label_ for ent in doc.ents]
    legal = [
        Relation(i, j, label)
        for label, head, tail in sorted(KINDS)
        for i, a in enumerate(labels)
        for j, b in enumerate(labels)
        if i != j and (a, b) == (head, tail)
    ]
    if legal:
        set_relations(doc, draw(st.sets(st.sampled_from(legal), max_size=6)))
    firsts = []
    for i, label in enumerate(labels):
        firsts.append(draw(st.sampled_from([i, *(f for f in firsts if labels[f] == label)])))
    set_groups(doc, firsts)
    return doc


annotated_nlp = spacy.blank("zh")


@given(annotated())
def test_law_a_doc_agrees_with_itself(doc):
    scores = score_docs([(doc, doc)])
    rows = [row for kind in scores.values() for table in kind.values() for row in table.values()]
    assert all(row["p"] == row["r"] == (100.0 if row["gold"] else 0.0) for row in rows)


@given(annotated(), annotated())
def test_law_entity_scores_swap_and_relaxed_is_never_below_strict(a, b):
    strict, swapped = (score_entities([pair], LABELS).micro for pair in ((a, b), (b, a)))
    relaxed = score_entities([(a, b)], LABELS, strict=False).micro
    assert (strict.precision, strict.recall) == (swapped.recall, swapped.precision)
    assert strict.matched_predicted <= relaxed.matched_predicted <= relaxed.predicted
    assert strict.matched_gold <= relaxed.matched_gold <= relaxed.gold


@given(annotated(), annotated(), st.randoms(use_true_random=False))
def test_law_relation_scores_do_not_hang_on_the_order_of_documents(a, b, rng: random.Random):
    pairs = [(a, b), (b, a), (a, a)]
    shuffled = rng.sample(pairs, k=3)
    assert score_docs(pairs) == score_docs(shuffled)
    found = score_relations(pairs).micro
    assert 0 <= found.matched_gold <= min(found.predicted, found.gold)


# -- evaluate


@pytest.fixture
def rules_only():
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_aliases")
    nlp.add_pipe("zonekg_relation_rules")
    return nlp


def test_evaluate_gives_gold_entities_to_the_rest_of_the_pipeline(rules_only, marked):
    gold = [
        marked("[[O1|康佳集团]]投资建设[[P1|甲项目]]。", "O1 INVESTS_IN P1"),
        marked("[[P1|乙项目]]位于[[K1|丙高新区]]。", "P1 LOCATED_IN K1"),
    ]
    before = [doc.to_bytes() for doc in gold]
    steps = []
    scores = evaluate(rules_only, gold, progress=steps.append)
    assert steps == [1, 2]
    assert (scores["documents"], scores["characters"]) == (2, sum(len(doc) for doc in gold))
    assert scores["entities"]["strict"]["micro"]["predicted"] == 0
    assert scores["relations"]["strict"]["micro"]["f"] == 0.0
    assert scores["relations_gold_entities"]["micro"]["f"] == 100.0
    assert [doc.to_bytes() for doc in gold] == before
    assert [relations(doc)[0].label for doc in gold] == ["INVESTS_IN", "LOCATED_IN"]
    assert [groups(doc) for doc in gold] == [[0, 1], [0, 1]]


def test_evaluate_without_documents(rules_only):
    scores = evaluate(rules_only, [])
    assert (scores["documents"], scores["characters"]) == (0, 0)
    assert scores["relations_gold_entities"]["micro"]["gold"] == 0
