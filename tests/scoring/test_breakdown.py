import json
from collections import Counter
from itertools import pairwise

import peers
import pytest
from drawing import LABELS, SCHEMA, annotated, blank, doc_of, judged, numbers, several
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.annotate.corpus import read_docs
from zonekg.docs import Relation, set_relations
from zonekg.scoring import PRF, score_entities, score_relations
from zonekg.scoring.breakdown import MODES, NONE, errors, scores
from zonekg.scoring.counts import ALL, add_up
from zonekg.scoring.facts import FACT_ERRORS, fact_errors, match_facts
from zonekg.scoring.judgement import judge
from zonekg.scoring.mentions import MENTION_ERRORS, SCHEMES, error_class, marks

RELATIONS = list(SCHEMA.relations)


def figures(row):
    """Precision, recall and F, without counts and intervals."""
    return row["p"], row["r"], row["f"]


def main_tables(found):
    """The tables of each task and mode of scores."""
    return {(task, mode): found[task][mode] for task, modes in MODES.items() for mode in modes}


# -- gold against itself, and nothing


def test_empty_docs_score_nothing_and_break_nothing():
    empty = doc_of("", [])
    found = numbers(judged([(empty, empty)], by=()))
    nothing = {"p": 0.0, "r": 0.0, "f": 0.0, "predicted": 0, "gold": 0, "documents": 0}
    nothing["interval"] = dict.fromkeys("prf")
    tables = main_tables(found)
    assert len(tables) == 5
    assert all(row == nothing for table in tables.values() for row in table.values())
    assert numbers([]) == found
    assert found["slices"] == {"entities": {}, "relations": {}}
    assert found["errors"]["gains"] == []


def test_a_doc_without_predictions_has_no_precision_and_no_recall(pair):
    both = pair(["甲公司投资乙项目"], ["[[O1|甲公司]]投资[[P1|乙项目]]", "O1 INVESTS_IN P1"])
    assert numbers(judged([both]))["relations"]["strict"]["micro"] == {
        "p": 0.0, "r": 0.0, "f": 0.0, "predicted": 0, "gold": 1, "documents": 1,
        "interval": dict.fromkeys("prf"),
    }  # fmt: skip


def test_gold_against_itself_is_100(root, nlp):
    gold = list(read_docs(root / "annotations" / "seeds" / "gold.jsonl", nlp))
    found = numbers(judged([(doc, doc, doc) for doc in gold]))
    rows = [row for table in main_tables(found).values() for row in table.values()]
    assert {row["f"] for row in rows if row["gold"]} == {100.0}
    assert sum(row["gold"] > 0 for row in rows) > 20
    assert all(row["predicted"] == row["gold"] for row in rows)
    assert found["errors"]["gains"] == []


@given(annotated)
def test_law_a_doc_agrees_with_itself(doc):
    found = numbers(judged([(doc, doc, doc)]))
    rows = [row for table in main_tables(found).values() for row in table.values()]
    assert all(row["p"] == row["r"] == (100.0 if row["gold"] else 0.0) for row in rows)
    for task, labels in (("entities", LABELS), ("relations", RELATIONS)):
        table = found["errors"][task]
        for label in labels:
            right = found[task]["strict"][label]["gold"]
            assert {k: n for k, n in table["classes"][label].items() if n} == (
                {"correct": right} if right else {}
            )
            assert {k: n for k, n in table["confusion"][label].items() if n} == (
                {label: right} if right else {}
            )


# -- scores


@given(several)
def test_law_the_tables_are_the_counts_of_all_documents(drawn):
    documents = judged(drawn)
    found = scores(documents, SCHEMA, resamples=1)
    pairs = [case[:2] for case in drawn]
    given_pairs = [(case.given, case.gold) for case in drawn]
    expected = {
        ("entities", "strict"): score_entities(pairs, LABELS),
        ("entities", "relaxed"): score_entities(pairs, LABELS, strict=False),
        ("relations", "strict"): score_relations(pairs),
        ("relations", "relaxed"): score_relations(pairs, strict=False),
        ("relations", "gold entities"): score_relations(given_pairs),
    }
    held = Counter(key for one in documents for key in one.tally)
    for (task, mode), table in main_tables(found).items():
        rows = expected[task, mode].to_dict()
        assert list(table) == [ALL, *(LABELS if task == "entities" else RELATIONS)] == list(rows)
        for label, row in table.items():
            kept = {key: row[key] for key in rows[label]}
            assert kept == rows[label]
            assert row["documents"] == held[task, mode, label]
            assert row["interval"] == dict.fromkeys("prf")  # too few documents


@given(several)
def test_law_the_slices_are_the_counts_of_all_documents(drawn):
    documents = judged(drawn, by=("genre", "page"))
    found = scores(documents, SCHEMA, resamples=1)["slices"]
    total = add_up(one.tally for one in documents)
    rows = {
        ("slices", task, dimension, bucket, mode, label): row
        for task, dimensions in found.items()
        for dimension, buckets in dimensions.items()
        for bucket, modes in buckets.items()
        for mode, table in modes.items()
        for label, row in table.items()
    }
    assert set(rows) == {key for key in total if key[0] == "slices"}
    for key, row in rows.items():
        kept = total[key].to_dict()
        assert {name: row[name] for name in kept} == kept


def test_labels_modes_and_buckets_stand_in_their_own_order(by_hand):
    found = scores(by_hand, SCHEMA, resamples=1)
    assert list(found) == ["entities", "relations", "slices"]
    assert {task: tuple(table) for task, table in found.items() if task in MODES} == MODES
    assert list(found["relations"]["strict"]) == [ALL, *RELATIONS]
    assert list(found["slices"]["relations"]["distance"]) == ["one sentence", "up to 200"]


def test_five_documents_are_enough_for_an_interval(by_hand):
    found = scores([*by_hand, *by_hand], SCHEMA, resamples=50)["entities"]["strict"]
    for key, (low, high) in found["micro"]["interval"].items():
        assert 0 <= low <= found["micro"][key] <= high <= 100
    assert found["micro"]["interval"]["f"][1] > 1  # in per cent
    assert found["MONEY"]["documents"] == 4
    assert found["MONEY"]["interval"] == dict.fromkeys("prf")


# -- errors


@settings(max_examples=60)
@given(several)
def test_law_semeval_is_that_of_nervaluate(drawn):
    found = errors(judged(drawn), SCHEMA)["entities"]["semeval"]
    expected = peers.semeval([case[:2] for case in drawn], LABELS)
    assert list(found) == list(SCHEMES)
    for scheme, table in found.items():
        assert list(table) == [ALL, *LABELS]
        for label, row in table.items():
            assert row == pytest.approx(expected[scheme][label], abs=0.0051)


@settings(max_examples=60)
@given(several)
def test_law_strict_scores_are_those_of_spacy(drawn):
    found = scores(judged(drawn), SCHEMA, resamples=1)["entities"]["strict"]
    theirs = peers.spacy_scores([case[:2] for case in drawn], LABELS)
    assert {label: figures(row) for label, row in found.items()} == {
        label: tuple(round(100 * row[key], 2) for key in "prf") for label, row in theirs.items()
    }


@given(several)
def test_law_classes_add_up_to_gold_and_predicted(drawn):
    documents = judged(drawn)
    whole, found = scores(documents, SCHEMA, resamples=1), errors(documents, SCHEMA)
    for task, labels in (("entities", LABELS), ("relations", RELATIONS)):
        table = found[task]["classes"]
        assert list(table) == [ALL, *labels]
        for label, row in table.items():
            assert list(row) == [
                "correct",
                *(MENTION_ERRORS if task == "entities" else FACT_ERRORS),
            ]
            main = whole[task]["strict"][label]
            spurious = sum(n for kind, n in row.items() if kind.startswith("spurious"))
            missed = sum(n for kind, n in row.items() if kind.startswith("missed"))
            assert sum(row.values()) - spurious == main["gold"]
            assert row["correct"] == round(main["r"] * main["gold"] / 100)
            if label == ALL:
                assert sum(row.values()) - missed == main["predicted"]


@given(several)
def test_law_confusions_add_up_to_gold_and_predicted(drawn):
    documents = judged(drawn)
    whole, found = scores(documents, SCHEMA, resamples=1), errors(documents, SCHEMA)
    for task, labels in (("entities", LABELS), ("relations", RELATIONS)):
        table = found[task]["confusion"]
        assert list(table) == [*labels, NONE]
        assert {tuple(row) for row in table.values()} == {(*labels, NONE)}
        assert table[NONE][NONE] == 0
        for label in labels:
            main, classes = whole[task]["strict"][label], found[task]["classes"][label]
            assert sum(table[label].values()) == main["gold"]
            assert sum(row[label] for row in table.values()) == main["predicted"]
            missed = sum(n for kind, n in classes.items() if kind.startswith("missed"))
            spurious = sum(n for kind, n in classes.items() if kind.startswith("spurious"))
            assert (table[label][NONE], table[NONE][label]) == (missed, spurious)


@given(several)
def test_law_the_cells_of_entities_are_the_pairs_of_labels(drawn):
    documents = judged(drawn)
    found = errors(documents, SCHEMA)["entities"]["confusion"]
    cells = Counter(
        (gold.label if gold else NONE, mine.label if mine else NONE)
        for one in documents
        for mine, gold in one.mentions
    )
    assert {(a, b): n for a, row in found.items() for b, n in row.items() if n} == cells


def test_a_relation_in_the_other_direction_is_not_correct(pair):
    parks = "[[K1|甲园]]在[[K2|乙园]]。"
    both = pair([parks, "K2 LOCATED_IN K1"], [parks, "K1 LOCATED_IN K2"])
    found = errors(judged([both]), SCHEMA)["relations"]
    row = found["classes"]["LOCATED_IN"]
    assert {kind: n for kind, n in row.items() if n} == {"type": 1}
    assert found["classes"]["micro"]["correct"] == 0


# -- gains


def mended(one, label, kind):
    """The predicted mentions of a document without the errors of one class and label."""
    kept = set(marks(one.predicted))
    for mine, gold in one.mentions:
        own = (gold or mine).label
        if own == label and error_class(mine, gold) == kind:
            kept -= {mine}
            kept |= {gold} - {None}
    return sorted(kept)


def f1(sides):
    """F1 in per cent of pairs of lists of marks."""
    right = sum(len(set(mine) & set(gold)) for mine, gold in sides)
    both = sum(len(mine) + len(gold) for mine, gold in sides)
    return 100 * 2 * right / both if both else 0.0


@given(several)
def test_law_mended_mentions_give_the_f_that_was_foretold(drawn):
    documents = judged(drawn)
    before = f1([(marks(one.predicted), marks(one.gold)) for one in documents])
    rows = [row for row in errors(documents, SCHEMA)["gains"] if row["task"] == "entities"]
    classes = errors(documents, SCHEMA)["entities"]["classes"]
    assert {(row["label"], row["class"]): row["count"] for row in rows} == {
        (label, kind): n
        for label in LABELS
        for kind, n in classes[label].items()
        if n and kind != "correct"
    }
    for row in rows:
        new = [mended(one, row["label"], row["class"]) for one in documents]
        sides = [(mine, marks(one.gold)) for mine, one in zip(new, documents, strict=True)]
        assert row["f"] == pytest.approx(f1(sides), abs=0.0051)
        assert row["gain"] == pytest.approx(f1(sides) - before, abs=0.0051)
        if all(a.end <= b.start for mine in new for a, b in pairwise(mine)):
            docs = [
                (edited(one.gold, mine), one.gold) for mine, one in zip(new, documents, strict=True)
            ]
            assert round(100 * score_entities(docs, LABELS).micro.f1, 2) == row["f"]


def edited(gold, mentions):
    """The text of a doc with other mentions."""
    doc = blank(gold.text)
    doc.set_ents([doc.char_span(*mark) for mark in mentions])
    return doc


@given(several)
def test_law_mended_facts_give_the_f_that_was_foretold(drawn):
    matchings = [match_facts(*case[:2]) for case in drawn]
    for row in errors(judged(drawn), SCHEMA)["gains"]:
        if row["task"] != "relations":
            continue
        sides, count = [], 0
        for matching in matchings:
            mine, theirs, _ = matching
            kept = set(mine)
            for error in fact_errors(matching):
                if (error.label, error.kind) == (row["label"], row["class"]):
                    count += 1
                    kept -= {fact for fact in mine if mine[fact] is error.predicted}
                    kept |= {fact for fact in theirs if theirs[fact] is error.gold}
            sides.append((kept, theirs))
        assert count == row["count"]
        assert row["f"] == pytest.approx(f1(sides), abs=0.0051)
        before = f1([(mine, theirs) for mine, theirs, _ in matchings])
        assert row["gain"] == pytest.approx(f1(sides) - before, abs=0.0051)


@given(several)
def test_law_gains_come_in_order_of_what_they_bring(drawn):
    rows = errors(judged(drawn), SCHEMA)["gains"]
    keys = [(-row["gain"], row["task"], row["label"], row["class"]) for row in rows]
    assert keys == sorted(keys)
    assert all(row["count"] > 0 and 0 <= row["gain"] <= row["f"] <= 100 for row in rows)


# -- the whole


@settings(max_examples=40)
@given(several, st.randoms(use_true_random=False))
def test_law_the_order_of_documents_does_not_matter(drawn, rng):
    shuffled = rng.sample(drawn, k=len(drawn))
    assert steady(numbers(judged(shuffled))) == steady(numbers(judged(drawn)))


def steady(value):
    """The numbers without the last digit of calibration errors, which depends on the order."""
    if isinstance(value, dict):
        return {k: steady(v) if k not in ("ece", "brier") else approx(v) for k, v in value.items()}
    if isinstance(value, list):
        return [steady(row) for row in value]
    return value


def approx(value):
    return None if value is None else pytest.approx(value, abs=2e-4)


@settings(max_examples=40)
@given(several)
def test_law_all_is_json_without_nan(drawn):
    found = numbers(judged(drawn))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert numbers(judged(drawn)) == found


@settings(max_examples=40)
@given(several)
def test_law_judging_leaves_the_docs_as_they_are(drawn):
    before = [doc.to_bytes() for case in drawn for doc in case]
    numbers(judged(drawn))
    assert [doc.to_bytes() for case in drawn for doc in case] == before


def test_a_gold_doc_that_has_nothing_but_mentions_stays_so():
    gold = doc_of("甲乙", [(0, 1, "ORG")])
    before = gold.to_bytes()
    judge(doc_of("甲乙", []), gold)
    assert gold.to_bytes() == before


def test_relations_of_one_thing_are_counted_once(pair):
    text = "[[O1|甲公司]]投[[P1|乙项目]]，[[O1|甲公司]]建[[P1|乙项目]]。"
    predicted, gold = pair([text], [text, "O1 INVESTS_IN P1"])
    set_relations(predicted, [Relation(0, 1, "INVESTS_IN", 0.2), Relation(2, 3, "INVESTS_IN", 0.9)])
    found = numbers(judged([(predicted, gold)]))
    assert found["relations"]["strict"]["INVESTS_IN"]["predicted"] == 1
    assert found["confidence"]["relations"]["micro"]["bins"][0]["confidence"] == 0.9
    assert add_up(one.tally for one in judged([(predicted, gold)]))[
        "relations", "strict", ALL
    ] == PRF(1, 1, 1, 1)
