from itertools import combinations, pairwise, permutations

import peers
import pytest
from drawing import LABELS, cases, several, two_annotated
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.docs import confidences
from zonekg.scoring import PRF, score_entities
from zonekg.scoring.mentions import (
    MENTION_ERRORS,
    SCHEMES,
    Mark,
    Matches,
    align,
    error_class,
    marks,
    match_marks,
    mention_items,
)


def entity_counts(pair, label="ORG", *, strict=True):
    return tuple(score_entities([pair], LABELS, strict=strict).by_label[label])


# -- strict and relaxed


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
    assert not Mark(0, 3, "ORG").overlaps(Mark(3, 6, "ORG"))
    assert Mark(0, 4, "ORG").overlaps(Mark(3, 6, "PARK"))


def test_a_mention_of_another_label_between_hides_nothing(pair):
    both = pair(["[[O1|甲公司乙园丙公司]]"], ["甲公[[K1|司乙园]][[O1|丙公司]]"])
    assert entity_counts(both, strict=False) == (1, 1, 1, 1)


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


def test_labels_that_are_not_asked_for_do_not_count(pair):
    both = pair(["[[O1|甲公司]]在[[K1|乙园]]"], ["[[O1|甲公司]]在[[K1|乙园]]"])
    assert score_entities([both], ["PARK"]).by_label == {"PARK": (1, 1, 1, 1)}


def overlap(a, b):
    return bool(set(range(*a[:2])) & set(range(*b[:2])))


@given(cases)
def test_law_strict_and_relaxed_count_as_the_definition_says(case):
    mine, theirs = marks(case.predicted), marks(case.gold)
    for strict in (True, False):
        table = score_entities([case[:2]], LABELS, strict=strict)
        for label in LABELS:
            a, b = ([m for m in side if m.label == label] for side in (mine, theirs))
            same = (lambda x, y: x == y) if strict else overlap
            assert table.by_label[label] == (
                sum(any(same(x, y) for y in b) for x in a), len(a),
                sum(any(same(x, y) for x in a) for y in b), len(b),
            )  # fmt: skip


@given(two_annotated)
def test_law_entity_scores_swap_and_relaxed_is_never_below_strict(two):
    a, b = two
    strict, swapped = (score_entities([pair], LABELS).micro for pair in ((a, b), (b, a)))
    relaxed = score_entities([(a, b)], LABELS, strict=False).micro
    assert (strict.precision, strict.recall) == (swapped.recall, swapped.precision)
    assert strict.matched_predicted <= relaxed.matched_predicted <= relaxed.predicted
    assert strict.matched_gold <= relaxed.matched_gold <= relaxed.gold


@given(cases)
def test_law_every_mention_is_an_item_with_its_confidence(case):
    items = list(mention_items(*case[:2], lambda mark: {"label": mark.label}))
    for mode in ("strict", "relaxed"):
        for side, doc in ((True, case.predicted), (False, case.gold)):
            own = [i for i in items if (i.mode, i.predicted) == (mode, side)]
            assert [i.label for i in own] == [ent.label_ for ent in doc.ents]
            assert [i.confidence for i in own] == (confidences(doc) if side else [1.0] * len(own))
            assert all(i.slices == {"label": i.label} and i.task == "entities" for i in own)


# -- spaCy and nervaluate


@settings(max_examples=60)
@given(several)
def test_law_strict_scores_are_those_of_spacy(drawn):
    pairs = [case[:2] for case in drawn]
    table = score_entities(pairs, LABELS)
    for label, theirs in peers.spacy_scores(pairs, LABELS).items():
        ours = table.micro if label == "micro" else table.by_label[label]
        assert (ours.precision, ours.recall, ours.f1) == pytest.approx(tuple(theirs.values()))


def semeval(pairs, label):
    """Our counts and scores under each scheme, of one label or of all."""
    total = dict.fromkeys(SCHEMES, Matches())
    for pair in pairs:
        sides = ([m for m in marks(doc) if label in ("micro", m.label)] for doc in pair)
        for scheme, found in match_marks(*sides).items():
            total[scheme] += found
    return total


@settings(max_examples=60)
@given(several)
def test_law_counts_are_those_of_nervaluate(drawn):
    pairs = [case[:2] for case in drawn]
    theirs = peers.semeval(pairs, LABELS)
    for label in ("micro", *LABELS):
        for scheme, found in semeval(pairs, label).items():
            row = theirs[scheme][label]
            assert found._asdict() == {name: row[name] for name in peers.COUNTS}
            assert found.prf() == pytest.approx([row[key] / 100 for key in "prf"])


def test_the_six_scenarios_of_semeval(pair):
    # Segura-Bedmar et al. 2013, as nervaluate's documentation numbers them: right, spurious,
    # missed, wrong type, moved, moved and wrong type
    both = pair(
        ["[[O1|甲]]乙[[O2|丙]]丁戊[[O3|己]]庚[[O4|辛壬]][[O5|癸子]]"],
        ["[[O1|甲]]乙丙丁[[O3|戊]][[K3|己]]庚[[O4|辛]]壬[[K5|癸]]子"],
    )
    found = match_marks(*map(marks, both))
    assert found == {
        "strict": Matches(1, 3, 0, 1, 1),
        "exact": Matches(2, 2, 0, 1, 1),
        "partial": Matches(2, 0, 2, 1, 1),
        "type": Matches(2, 2, 0, 1, 1),
    }
    assert {(m.possible, m.actual) for m in found.values()} == {(5, 5)}
    assert found["partial"].prf() == pytest.approx((0.6, 0.6, 0.6))


def test_a_type_match_takes_the_mention_with_the_nearest_ends():
    gold = [Mark(0, 2, "ORG"), Mark(2, 9, "ORG")]
    predicted = [Mark(1, 9, "ORG"), Mark(9, 10, "PARK")]
    assert match_marks(predicted, gold)["type"] == Matches(1, 0, 0, 1, 1)
    # the long one is taken, so that the next finds nothing, as in nervaluate
    assert match_marks([Mark(1, 7, "ORG"), Mark(7, 9, "ORG")], gold)["type"] == Matches(
        1, 0, 0, 1, 1
    )


def test_one_character_is_an_overlap_however_long_the_mention(pair):
    # nervaluate asks for one per cent of the gold mention, SemEval for some overlap
    both = pair(["甲" * 200 + "[[O1|乙公司]]"], ["[[O1|" + "甲" * 200 + "乙]]公司"])
    assert match_marks(*map(marks, both))["partial"] == Matches(partial=1)
    assert peers.semeval([both], LABELS)["partial"]["micro"]["missed"] == 1


def test_nothing_against_nothing_has_no_scores():
    assert match_marks([], []) == dict.fromkeys(SCHEMES, Matches())
    assert Matches().prf() == (0.0, 0.0, 0.0)


# -- pairs and classes of errors


def best(predicted, gold):
    """The most that pairs of overlapping mentions can have: (pairs, equal labels, characters)."""
    found = [(0, 0, 0)]
    for size in range(1, min(len(predicted), len(gold)) + 1):
        for mine in combinations(predicted, size):
            for theirs in permutations(gold, size):
                ends = list(zip(mine, theirs, strict=True))
                if all(overlap(a, b) for a, b in ends):
                    found.append(worth(ends))
    return max(found)


def worth(ends):
    shared = (len(set(range(*a[:2])) & set(range(*b[:2]))) for a, b in ends)
    return len(ends), sum(a.label == b.label for a, b in ends), sum(shared)


@st.composite
def marked_sides(draw):
    """Two flat lists of up to five mentions of a short text."""
    sides = []
    for _ in range(2):
        cuts = sorted(draw(st.sets(st.integers(0, 12), min_size=2, max_size=6)))
        label = st.sampled_from(["ORG", "PARK", None])
        drawn = [(a, b, draw(label)) for a, b in pairwise(cuts)]
        sides.append([Mark(*row) for row in drawn if row[2]])
    return sides


@given(marked_sides())
def test_law_no_way_to_pair_mentions_is_better(sides):
    predicted, gold = sides
    rows = align(predicted, gold)
    assert sorted(i for i, _ in rows if i is not None) == list(range(len(predicted)))
    assert sorted(j for _, j in rows if j is not None) == list(range(len(gold)))
    ends = [(predicted[i], gold[j]) for i, j in rows if None not in (i, j)]
    assert all(overlap(a, b) for a, b in ends)
    assert worth(ends) == best(predicted, gold)


@given(marked_sides())
def test_law_pairs_come_in_text_order_and_swap_with_the_sides(sides):
    rows = align(*sides)
    for side in (0, 1):
        order = [row[side] for row in rows if row[side] is not None]
        assert order == sorted(order)
    swapped = align(*reversed(sides))
    assert worth_of(rows, *sides) == worth_of(swapped, *reversed(sides))


def worth_of(rows, predicted, gold):
    return worth([(predicted[i], gold[j]) for i, j in rows if None not in (i, j)])


def test_more_pairs_win_over_equal_labels_and_these_over_length():
    a, b = Mark(0, 4, "ORG"), Mark(4, 9, "PARK")
    # the long gold mention is of b's label, yet with it a would go without
    assert align([a, b], [Mark(0, 1, "PARK"), Mark(1, 9, "PARK")]) == [(0, 0), (1, 1)]
    assert align([Mark(0, 9, "ORG")], [Mark(0, 8, "PARK"), Mark(8, 9, "ORG")]) == [
        (None, 0),
        (0, 1),
    ]
    assert align([Mark(0, 9, "ORG")], [Mark(0, 4, "ORG"), Mark(4, 9, "ORG")]) == [
        (None, 0),
        (0, 1),
    ]


def test_the_class_of_each_kind_of_pair():
    gold = Mark(2, 6, "ORG")
    rows = [
        (gold, gold, "correct"),
        (Mark(2, 5, "ORG"), gold, "boundary"),
        (Mark(1, 6, "ORG"), gold, "boundary"),
        (Mark(2, 6, "PARK"), gold, "type"),
        (Mark(3, 6, "PARK"), gold, "boundary and type"),
        (None, gold, "missed"),
        (gold, None, "spurious"),
    ]
    assert [error_class(mine, theirs) for mine, theirs, _ in rows] == [kind for *_, kind in rows]
    assert {kind for *_, kind in rows} == {"correct", *MENTION_ERRORS}


@given(cases)
def test_law_what_is_equal_on_both_sides_is_paired(case):
    predicted, gold = marks(case.predicted), marks(case.gold)
    found = [
        error_class(
            None if i is None else predicted[i],
            None if j is None else gold[j],
        )
        for i, j in align(predicted, gold)
    ]
    assert found.count("correct") == len(set(predicted) & set(gold))
    spans = {mark[:2] for mark in predicted} & {mark[:2] for mark in gold}
    assert found.count("correct") + found.count("type") == len(spans)
