import json

import numpy as np
import obvious
import pytest
from drawing import LABELS, SCHEMA, doc_of, judged, several
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.docs import bare_copy, confidences
from zonekg.scoring import PRF, score_entities
from zonekg.scoring.breakdown import confidence
from zonekg.scoring.confidence import calibration, thresholds
from zonekg.scoring.counts import Item

NOTHING = {"count": 0, "ece": None, "brier": None, "bins": []}


def items(rows, gold=0):
    """Predictions from (confidence, right), and gold ones."""
    found = [Item("entities", "strict", True, "ORG", right, sure) for sure, right in rows]
    return found + [Item("entities", "strict", False, "ORG", False) for _ in range(gold)]


# -- calibration

thousandths = st.integers(0, 1000).map(lambda k: k / 1000)
predictions = st.lists(st.tuples(thousandths | st.floats(0, 1), st.booleans()), max_size=40)


def by_loop(rows):
    """The expected calibration error and the Brier score as they are defined."""
    error = 0.0
    for i in range(10):
        low, high = i / 10, (i + 1) / 10
        inside = [(c, r) for c, r in rows if low <= c < high or (i == 9 and c == 1)]
        if inside:
            sure = sum(c for c, _ in inside) / len(inside)
            right = sum(r for _, r in inside) / len(inside)
            error += abs(sure - right) * len(inside) / len(rows)
    return error, sum((c - r) ** 2 for c, r in rows) / len(rows)


@given(predictions.filter(bool))
def test_law_the_errors_of_calibration_are_those_of_a_plain_loop(rows):
    found = calibration(items(rows, gold=3))
    error, brier = by_loop(rows)
    assert found["ece"] == pytest.approx(error, abs=6e-5)
    assert found["brier"] == pytest.approx(brier, abs=6e-5)


@given(predictions)
def test_law_every_prediction_is_in_the_bin_of_its_confidence(rows):
    found = calibration(items(rows))
    assert sum(row["count"] for row in found["bins"]) == found["count"] == len(rows)
    assert [row["low"] for row in found["bins"]] == sorted({row["low"] for row in found["bins"]})
    for row in found["bins"]:
        low, high = row["low"], row["high"]
        assert high - low == pytest.approx(0.1)
        inside = [(c, r) for c, r in rows if low <= c < high or c == high == 1]
        assert row["count"] == len(inside) > 0
        assert row["confidence"] == pytest.approx(np.mean([c for c, _ in inside]), abs=6e-5)
        assert row["precision"] == pytest.approx(np.mean([r for _, r in inside]), abs=6e-5)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_by_hand():
    # bin 0.6 to 0.7: two, sure 0.65, half right; bin 0.9 to 1: two, sure 0.95, all right
    found = calibration(items([(0.6, True), (0.7 - 1e-9, False), (0.9, True), (1.0, True)]))
    assert found["ece"] == pytest.approx((0.15 * 2 + 0.05 * 2) / 4, abs=5e-5)
    assert found["brier"] == pytest.approx((0.16 + 0.49 + 0.01 + 0) / 4, abs=5e-5)
    assert [(row["low"], row["high"], row["count"]) for row in found["bins"]] == [
        (0.6, 0.7, 2), (0.9, 1.0, 2)
    ]  # fmt: skip


def test_none_and_full_confidence_fall_in_the_outer_bins():
    found = calibration(items([(0.0, False), (1.0, True), (1.0, True)]))
    assert [(row["low"], row["high"], row["count"]) for row in found["bins"]] == [
        (0.0, 0.1, 1), (0.9, 1.0, 2)
    ]  # fmt: skip
    assert (found["ece"], found["brier"]) == (0.0, 0.0)
    wrong = calibration(items([(0.0, True), (1.0, False)]))
    assert (wrong["ece"], wrong["brier"]) == (1.0, 1.0)


def test_without_predictions_there_is_no_calibration():
    assert calibration([]) == NOTHING
    assert calibration(items([], gold=2)) == NOTHING


def test_predictions_that_are_as_right_as_they_are_sure_have_next_to_no_error():
    rng = np.random.default_rng(0)
    sure = rng.random(20_000)
    right = rng.random(20_000) < sure
    found = calibration(items(zip(sure.tolist(), right.tolist(), strict=True)))
    assert found["ece"] < 0.01
    assert found["brier"] == pytest.approx(1 / 6, abs=0.005)  # the mean of c (1 - c)
    over = calibration(items(zip(np.sqrt(sure).tolist(), right.tolist(), strict=True)))
    assert over["ece"] == pytest.approx(1 / 6, abs=0.01)  # the mean of sqrt(c) - c


# -- thresholds


def row_of(prf, threshold):
    return {"threshold": threshold} | prf.to_dict()


@given(predictions, st.integers(0, 5))
def test_law_a_row_counts_what_has_at_least_the_threshold(rows, more):
    gold = sum(right for _, right in rows) + more
    found = thresholds(items(rows, gold))
    assert [row["threshold"] for row in found] == [k / 20 for k in range(21)]
    for row in found:
        kept = [right for sure, right in rows if sure >= row["threshold"]]
        assert row == row_of(PRF(sum(kept), len(kept), sum(kept), gold), row["threshold"])


def test_a_threshold_keeps_what_is_just_as_sure():
    found = thresholds(items([(0.15, True), (0.7, True), (1.0, False)], gold=2))
    kept = {row["threshold"]: row["predicted"] for row in found}
    assert (kept[0.0], kept[0.15], kept[0.2], kept[0.7], kept[0.75], kept[1.0]) == (
        3,
        3,
        2,
        2,
        1,
        1,
    )


@settings(max_examples=60)
@given(several)
def test_law_thresholds_are_scores_without_the_mentions_below(drawn):
    found = confidence(judged(drawn), SCHEMA)["entities"]
    for step in (0, 1, 6, 10, 11, 16, 19, 20):
        pairs = [(surest(case.predicted, step / 20), case.gold) for case in drawn]
        table = score_entities(pairs, LABELS)
        for label, prf in {"micro": table.micro, **table.by_label}.items():
            assert found[label]["thresholds"][step] == row_of(prf, step / 20)


def surest(doc, least):
    copy = bare_copy(doc)
    copy.set_ents([e for e, c in zip(copy.ents, confidences(doc), strict=True) if c >= least])
    return copy


@settings(max_examples=60)
@given(several)
def test_law_thresholds_are_scores_without_the_relations_below(drawn):
    found = confidence(judged(drawn), SCHEMA)["relations"]
    for step in (0, 1, 6, 10, 11, 16, 19, 20):
        expected = obvious.counts([case[:2] for case in drawn], least=step / 20)
        # the gold relations are all of score 1
        for label, (right, predicted, gold) in expected.items():
            prf = PRF(right, predicted, right, gold)
            assert found[label]["thresholds"][step] == row_of(prf, step / 20)


@settings(max_examples=60)
@given(several)
def test_law_confidences_are_calibrated_by_label_and_for_all(drawn):
    documents = judged(drawn)
    found = confidence(documents, SCHEMA)
    for task, names in (("entities", SCHEMA.entities), ("relations", SCHEMA.relations)):
        assert list(found[task]) == ["micro", *names]
        own = [i for one in documents for i in one.items if (i.task, i.mode) == (task, "strict")]
        for label, row in found[task].items():
            part = [i for i in own if label in ("micro", i.label)]
            assert row == calibration(part) | {"thresholds": thresholds(part)}


def test_mentions_without_a_confidence_are_sure():
    doc = doc_of("甲乙", [(0, 1, "ORG")])
    found = confidence(judged([(doc, doc)]), SCHEMA)["entities"]["ORG"]
    assert (found["ece"], found["count"], found["bins"][0]["confidence"]) == (0.0, 1, 1.0)
    assert {row["f"] for row in found["thresholds"]} == {100.0}
    assert confidence([], SCHEMA)["relations"]["TAX"] == NOTHING | {"thresholds": thresholds([])}
