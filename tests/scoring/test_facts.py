import random
from collections import Counter

import obvious
import pytest
from drawing import SCHEMA, annotated, cases, doc_of, several, two_annotated
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.annotate.corpus import read_docs
from zonekg.docs import Relation, relations, set_groups, set_relations
from zonekg.errors import SchemaError
from zonekg.scoring import match_facts, score_relations
from zonekg.scoring.facts import FACT_ERRORS, fact_errors, fact_items, thing_names
from zonekg.scoring.mentions import marks


def relation_counts(pair, label, *, strict=True):
    """(right, predicted, gold)"""
    counts = score_relations([pair], strict=strict).by_label[label]
    assert counts.matched_predicted == counts.matched_gold
    return counts.matched_gold, counts.predicted, counts.gold


def wrong(pair):
    """(class, label, predicted label of a type error) of each wrong fact."""
    return [(e.kind, e.label, e.other) for e in fact_errors(match_facts(*pair))]


# -- park in park

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


def test_a_chain_of_parks_reaches_to_its_end(pair):
    parks = "".join(f"[[K{i}|{name}园]]" for i, name in enumerate("甲乙丙丁戊"))
    rows = [f"K{i} LOCATED_IN K{i + 1}" for i in range(4)]
    assert relation_counts(pair([parks, *rows], [parks, *rows]), "LOCATED_IN") == (10, 10, 10)
    assert relation_counts(pair([parks, *rows[1:]], [parks, *rows]), "LOCATED_IN") == (6, 6, 10)


def test_other_relations_do_not_reach_through_parks(pair):
    text = "[[O1|甲公司]]投资[[K1|乙产业园]]，在[[K2|丙高新区]]。"
    both = pair([text, "O1 INVESTS_IN K1", "O1 INVESTS_IN K2"],
                [text, "O1 INVESTS_IN K1", "K1 LOCATED_IN K2"])  # fmt: skip
    assert relation_counts(both, "INVESTS_IN") == (1, 2, 1)


def test_an_implied_fact_is_as_sure_as_the_weakest_step_of_its_surest_way():
    doc = doc_of("甲乙丙丁", [(i, i + 1, "PARK") for i in range(4)])
    rows = [(0, 1, 0.9), (1, 3, 0.3), (0, 2, 0.6), (2, 3, 0.5)]
    set_relations(doc, (Relation(i, j, "LOCATED_IN", score) for i, j, score in rows))
    found = {
        (stated.head[0].start, stated.tail[0].start): stated
        for stated in match_facts(doc, doc).predicted.values()
    }
    assert {ends: stated.score for ends, stated in found.items()} == {
        (0, 1): 0.9, (1, 3): 0.3, (0, 2): 0.6, (2, 3): 0.5, (0, 3): 0.5
    }  # fmt: skip
    assert found[0, 3].row is None
    assert found[0, 2].row == Relation(0, 2, "LOCATED_IN", 0.6)


def test_the_weakest_step_may_lie_anywhere_on_a_long_way():
    steps = [0.9, 0.8, 0.7, 0.6]
    doc = doc_of("甲乙丙丁戊", [(i, i + 1, "PARK") for i in range(5)])
    for weak in range(4):
        scores = [*steps[:weak], 0.2, *steps[weak + 1 :]]
        set_relations(doc, (Relation(i, i + 1, "LOCATED_IN", s) for i, s in enumerate(scores)))
        found = {
            (stated.head[0].start, stated.tail[0].start): stated.score
            for stated in match_facts(doc, doc).predicted.values()
        }
        assert found == {(i, j): min(scores[i:j]) for i in range(5) for j in range(i + 1, 5)}


@pytest.mark.parametrize(
    ("one", "other", "surest"),
    [((0.9, 0.2), (0.5, 0.8), 0.5), ((0.9, 0.8), (0.5, 0.2), 0.8), ((0.4, 0.9), (0.9, 0.3), 0.4)],
)
def test_of_two_ways_the_surer_counts_whichever_is_met_first(one, other, surest):
    doc = doc_of("甲乙丙丁戊己", [(i, i + 1, "PARK") for i in range(6)])
    for first, second in ((2, 3), (3, 2)):
        # from 0 through 1 to 4 by two ways, and on to 5
        rows = [(0, 1, 1.0), (1, first, one[0]), (first, 4, one[1]), (1, second, other[0]),
                (second, 4, other[1]), (4, 5, 1.0)]  # fmt: skip
        set_relations(doc, (Relation(i, j, "LOCATED_IN", score) for i, j, score in rows))
        found = {
            (stated.head[0].start, stated.tail[0].start): stated.score
            for stated in match_facts(doc, doc).predicted.values()
        }
        assert found == {row[:2]: row[2] for row in rows} | {
            (0, first): one[0], (0, second): other[0], (first, 5): one[1], (second, 5): other[1],
            **dict.fromkeys([(0, 4), (0, 5), (1, 4), (1, 5)], surest),
        }  # fmt: skip


def test_nothing_reaches_through_what_is_no_park(pair):
    text = "[[P1|甲项目]]在[[O1|乙公司]]，[[O1|乙公司]]在[[K1|丙高新区]]。"
    told = [text, "P1 LOCATED_IN O1", "O1 LOCATED_IN K1"]  # a pipeline may state the first
    assert relation_counts(pair(told, told), "LOCATED_IN") == (2, 2, 2)


def test_a_fact_that_is_stated_and_implied_is_as_sure_as_the_surer():
    doc = doc_of("甲乙丙", [(i, i + 1, "PARK") for i in range(3)])
    for outright, expected in ((0.2, 0.5), (0.7, 0.7)):
        rows = [(0, 1, 0.9), (1, 2, 0.5), (0, 2, outright)]
        set_relations(doc, (Relation(i, j, "LOCATED_IN", score) for i, j, score in rows))
        facts = match_facts(doc, doc).predicted
        (stated,) = (s for s in facts.values() if s.row == Relation(0, 2, "LOCATED_IN", outright))
        assert stated.score == expected


# -- directions


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


# -- groups

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
    assert wrong(both) == [("spurious", "COOPERATES_WITH", "")]


def test_a_relation_of_a_thing_to_itself_is_no_fact(pair):
    whole = NAMES.format("O1")
    both = pair([whole, "O1#1 COOPERATES_WITH O1#2"], [whole])
    assert relation_counts(both, "COOPERATES_WITH") == (0, 0, 0)


def test_a_group_that_is_split_stands_for_the_gold_one_with_each_part(pair):
    split, whole = NAMES.format("O2"), NAMES.format("O1")
    both = pair([split, "O1 INVESTS_IN P1#2", "O2 INVESTS_IN P1#1"], [whole, "O1 INVESTS_IN P1"])
    assert relation_counts(both, "INVESTS_IN") == (1, 1, 1)


TWO = "[[O1|康佳集团]]、[[O1|康佳集团]]与[[{}|太钢]]投资[[P1|甲项目]]和[[P2|乙项目]]。"


def test_two_things_run_together_are_the_one_with_more_mentions(pair):
    gold = [TWO.format("O2"), "O1 INVESTS_IN P1", "O2 INVESTS_IN P2"]
    run_together = TWO.format("O1")
    mine, theirs = (pair([run_together, f"O1 INVESTS_IN {p}"], gold) for p in ("P1", "P2"))
    assert relation_counts(mine, "INVESTS_IN") == (1, 1, 2)
    assert relation_counts(theirs, "INVESTS_IN") == (0, 1, 2)


def test_two_things_of_as_many_mentions_run_together_are_the_first_of_them(pair):
    text = "[[O1|太钢]]与[[{}|康佳]]投资[[P1|甲项目]]和[[P2|乙项目]]。"
    gold = [text.format("O2"), "O1 INVESTS_IN P1", "O2 INVESTS_IN P2"]
    for project, right in (("P1", 1), ("P2", 0)):
        both = pair([text.format("O1"), f"O1 INVESTS_IN {project}"], gold)
        assert relation_counts(both, "INVESTS_IN") == (right, 1, 2)


def test_an_end_that_is_no_gold_mention_is_wrong(pair):
    gold = ["[[O1|康佳集团]]投资[[P1|甲项目]]。", "O1 INVESTS_IN P1"]
    cut = ["[[O1|康佳]]集团投资[[P1|甲项目]]。", "O1 INVESTS_IN P1"]
    assert relation_counts(pair(cut, gold), "INVESTS_IN") == (0, 1, 1)
    assert relation_counts(pair(cut, gold), "INVESTS_IN", strict=False) == (1, 1, 1)


def test_an_end_with_another_label_stands_for_nothing(pair):
    gold = ["[[O1|康佳集团]]投资[[P1|甲项目]]。", "O1 INVESTS_IN P1"]
    other = ["[[O1|康佳集团]]投资[[K1|甲项目]]。", "O1 INVESTS_IN K1"]
    for strict in (True, False):
        assert relation_counts(pair(other, gold), "INVESTS_IN", strict=strict) == (0, 1, 1)


def test_two_wrong_ends_of_one_wording_are_one_fact(pair):
    text = "[[O1|甲]]投资[[P1|乙项目]]。[[O1|甲]]投资[[P1|乙项目]]。"
    both = pair(
        [text, "O1#1 INVESTS_IN P1#1", "O1#2 INVESTS_IN P1#2"], [text.replace("[[O1|甲]]", "甲")]
    )
    assert relation_counts(both, "INVESTS_IN") == (0, 1, 0)


def test_a_relation_that_the_schema_lacks_is_named(nlp):
    doc = doc_of("甲乙", [(0, 1, "ORG"), (1, 2, "PARK")])
    plain = doc_of("甲乙", [(0, 1, "ORG"), (1, 2, "PARK")])
    set_relations(doc, [Relation(0, 1, "OWNS")])
    for both in ((doc, plain), (plain, doc)):
        with pytest.raises(SchemaError, match="OWNS, expected INVESTS_IN, BUILDS"):
            match_facts(*both)


# -- laws of the scores


@settings(max_examples=150)
@given(several)
def test_law_scores_are_those_of_the_slow_reference(drawn):
    pairs = [case[:2] for case in drawn]
    for strict in (True, False):
        table = score_relations(pairs, strict=strict)
        expected = obvious.counts(pairs, strict)
        for label, prf in {"micro": table.micro, **table.by_label}.items():
            right, predicted, gold = expected[label]
            assert prf == (right, predicted, right, gold)


@given(cases)
def test_law_things_have_one_name_where_the_slow_reference_has_one(case):
    own = {i: ("gold", thing) for thing in obvious.things(case.gold) for i in thing}
    for strict in (True, False):
        ours = []
        for names in thing_names(*case[:2], strict=strict):
            ours += [names[i] for i in range(len(names))]
        mine = obvious.stands_for(*case[:2], strict)
        expected = [side[i] for side in (mine, own) for i in range(len(side))]
        assert [[a == b for b in ours] for a in ours] == [
            [a == b for b in expected] for a in expected
        ]


def test_gold_against_itself_is_right_in_the_slow_reference_too(root, nlp):
    gold = list(read_docs(root / "annotations" / "seeds" / "gold.jsonl", nlp))
    table = score_relations([(doc, doc) for doc in gold])
    expected = obvious.counts([(doc, doc) for doc in gold])
    assert {label: tuple(prf)[1:] for label, prf in table.by_label.items()} == {
        label: row for label, row in expected.items() if label != "micro"
    }
    assert table.micro.f1 == 1.0
    assert table.micro.gold > 80


@given(annotated)
def test_law_a_doc_agrees_with_itself(doc):
    for strict in (True, False):
        table = score_relations([(doc, doc)], strict=strict)
        assert all(p.matched_gold == p.gold == p.predicted for p in table.by_label.values())
    assert fact_errors(match_facts(doc, doc)) == []


@given(two_annotated, st.randoms(use_true_random=False))
def test_law_relation_scores_do_not_hang_on_the_order_of_documents(two, rng: random.Random):
    a, b = two
    pairs = [(a, b), (b, a), (a, a)]
    shuffled = rng.sample(pairs, k=3)
    for strict in (True, False):
        first, second = (score_relations(rows, strict=strict) for rows in (pairs, shuffled))
        assert first == second
    found = score_relations(pairs).micro
    assert 0 <= found.matched_gold <= min(found.predicted, found.gold)


def test_mentions_that_overlap_do_not_outvote_one_that_is_equal(pair):
    text = "[[O1|太钢]]、{}和{}投资[[P1|甲项目]]。"
    gold = [text.format("[[O2|康佳集团]]", "[[O2|康佳股份]]"), "O1 INVESTS_IN P1"]
    mine = [text.format("[[O1|康佳]]集团", "康佳[[O1|股份]]"), "O1 INVESTS_IN P1"]
    for strict in (True, False):
        assert relation_counts(pair(mine, gold), "INVESTS_IN", strict=strict) == (1, 1, 1)


@given(cases)
def test_law_relaxed_finds_every_fact_that_strict_finds(case):
    strict, relaxed = (score_relations([case[:2]], strict=s) for s in (True, False))
    for label in SCHEMA.relations:
        assert relaxed.by_label[label].matched_gold >= strict.by_label[label].matched_gold


@given(cases)
def test_law_what_is_implied_may_be_written_out(case):
    told = list(relations(case.gold))
    first = {mark: i for i, mark in reversed(list(enumerate(marks(case.gold))))}
    before = score_relations([case[:2]])
    for (_, label, _), stated in match_facts(case.gold, case.gold).gold.items():
        told.append(Relation(first[stated.head[0]], first[stated.tail[0]], label))
    set_relations(case.gold, told)
    assert score_relations([case[:2]]) == before


@given(cases)
def test_law_every_fact_is_an_item_with_its_score(case):
    matching = match_facts(*case[:2])
    items = list(fact_items(matching, "strict", lambda stated: {"known": str(stated.known)}))
    for side, facts, others in ((True, *matching[:2]), (False, matching.gold, matching.predicted)):
        assert [i[1:] for i in items if i.predicted == side] == [
            ("strict", side, fact[1], fact in others, stated.score, {"known": str(stated.known)})
            for fact, stated in facts.items()
        ]


@given(cases)
def test_law_a_fact_names_its_row_and_all_mentions_of_its_ends(case):
    predicted = case.predicted
    parts = {i: thing for thing in obvious.things(predicted) for i in thing}
    told = relations(predicted)
    for (_, label, _), stated in match_facts(*case[:2]).predicted.items():
        for end in (stated.head, stated.tail):
            indices = [marks(predicted).index(mark) for mark in end]
            assert set(indices) == parts[indices[0]]
            assert indices == sorted(indices)
        if stated.row:
            assert stated.row in told
            assert stated.row.label == label
            assert stated.row.score <= stated.score
        else:
            assert label == "LOCATED_IN"


@given(cases)
def test_law_a_fact_is_stated_by_the_surest_row_and_way(case):
    at = sorted({row.score for row in relations(case.predicted)})
    found = Counter()
    for (_, label, _), stated in match_facts(*case[:2]).predicted.items():
        assert stated.score in at
        found[stated.score, label] += 1
    for least in at:
        facts, _ = obvious.both_sides(*case[:2], least=least)
        above = Counter(fact[0] for fact in facts)
        kept = Counter()
        for (score, label), count in found.items():
            kept[label] += count if score >= least else 0
        assert +kept == above


# -- classes of errors


def test_the_class_of_each_wrong_fact(pair):
    text = "[[O1|甲公司]]与[[O2|乙公司]]签约，在[[K1|丙园]]投[[P1|丁项目]]{}。"
    mine, theirs = text.format("3亿元"), text.format("[[M1|3亿元]]")
    cases = [
        (["O1 BUILDS P1"], ["O1 INVESTS_IN P1"], [("type", "INVESTS_IN", "BUILDS")]),
        ([], ["O1 INVESTS_IN P1"], [("missed", "INVESTS_IN", "")]),
        ([], ["P1 TAX M1"], [("missed, no mention", "TAX", "")]),
        (["O1 INVESTS_IN P1"], ["O2 INVESTS_IN P1"],
         [("missed", "INVESTS_IN", ""), ("spurious", "INVESTS_IN", "")]),
        (["O1 BUILDS P1", "O1 INVESTS_IN P1"], ["O1 INVESTS_IN P1"], [("spurious", "BUILDS", "")]),
        (["O1 BUILDS P1"], ["O1 BUILDS P1", "O1 INVESTS_IN P1"], [("missed", "INVESTS_IN", "")]),
    ]  # fmt: skip
    for predicted, gold, expected in cases:
        assert wrong(pair([mine, *predicted], [theirs, *gold])) == expected
    both = pair([theirs, "P1 TAX M1"], [mine])
    assert wrong(both) == [("spurious, wrong mention", "TAX", "")]


def test_the_other_direction_is_an_error_of_type(pair):
    parks = "[[K1|甲园]]在[[K2|乙园]]。"
    both = pair([parks, "K2 LOCATED_IN K1"], [parks, "K1 LOCATED_IN K2"])
    assert wrong(both) == [("type", "LOCATED_IN", "LOCATED_IN")]


def test_a_mention_in_a_group_that_stands_for_another_thing_was_found(pair):
    gold = [TWO.format("O2"), "O2 INVESTS_IN P2"]
    # 太钢 was predicted, exactly; its relation is what is missing
    assert wrong(pair([TWO.format("O1")], gold)) == [("missed", "INVESTS_IN", "")]


def test_a_fact_between_things_of_gold_has_no_wrong_mention_whatever_lies_between(pair):
    text = "[[P1|甲项目]]在{}，{}在[[K2|丙高新区]]。"
    park = "[[K1|乙产业园]]"
    both = pair(
        [text.format(park, park), "P1 LOCATED_IN K1", "K1 LOCATED_IN K2"],
        [text.format(park.replace("K1", "O1"), park.replace("K1", "O1"))],
    )
    kinds = {
        (e.predicted.head[0].start, e.predicted.tail[0].start): e.kind
        for e in fact_errors(match_facts(*both))
    }
    project, park, _, outer = (ent.start_char for ent in both[0].ents)
    assert kinds == {
        (project, park): "spurious, wrong mention",
        (park, outer): "spurious, wrong mention",
        (project, outer): "spurious",
    }


@given(cases)
def test_law_each_fact_that_one_side_lacks_is_one_error(case):
    matching = match_facts(*case[:2])
    found = fact_errors(matching)
    for side, own, others in ((2, *matching[:2]), (3, matching.gold, matching.predicted)):
        lacking = [(fact[1], own[fact]) for fact in own if fact not in others]
        named = [
            (e.label if side == 3 or e.kind != "type" else e.other, e[side])
            for e in found
            if e[side] is not None
        ]
        assert sorted(named, key=repr) == sorted(lacking, key=repr)
    assert {e.kind for e in found} <= set(FACT_ERRORS)
    for error in found:
        sides = {"type": (True, True), "missed": (False, True), "spurious": (True, False)}
        assert (error.predicted is not None, error.gold is not None) == sides[
            error.kind.partition(",")[0]
        ]
        assert bool(error.other) == (error.kind == "type")


@given(cases)
def test_law_a_missed_fact_has_no_mention_where_an_end_was_not_found(case):
    there = set(marks(case.predicted))
    for error in fact_errors(match_facts(*case[:2])):
        if error.kind.startswith("missed"):
            found = all(there & set(end) for end in (error.gold.head, error.gold.tail))
            assert error.kind == ("missed" if found else "missed, no mention")


@given(cases)
def test_law_a_spurious_fact_has_a_wrong_mention_where_an_end_is_none_of_gold(case):
    there = set(marks(case.gold))
    for error in fact_errors(match_facts(*case[:2])):
        if error.kind.startswith("spurious"):
            found = all(there & set(end) for end in (error.predicted.head, error.predicted.tail))
            assert error.kind == ("spurious" if found else "spurious, wrong mention")


@given(cases)
def test_law_a_fact_is_only_missed_where_nothing_else_is_told_of_its_ends(case):
    matching = match_facts(*case[:2])
    waiting = Counter(
        frozenset((fact[0], fact[2])) for fact in matching.predicted.keys() - matching.gold.keys()
    )
    lacking = Counter(
        frozenset((fact[0], fact[2])) for fact in matching.gold.keys() - matching.predicted.keys()
    )
    types = sum(e.kind == "type" for e in fact_errors(matching))
    assert types == sum((waiting & lacking).values())
