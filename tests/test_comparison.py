"""Comparisons of two models: small ones by hand, and laws on random annotations."""

import json
from itertools import pairwise

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Span

from zonekg.annotate.corpus import read_docs
from zonekg.comparison import LEVEL, VERDICTS, compare, compare_models, holm
from zonekg.comparison.changes import (
    CLASSES,
    KINDS,
    changes,
    class_changes,
    fact_view,
    mention_view,
)
from zonekg.comparison.examples import AROUND, passage, spread
from zonekg.docs import (
    Relation,
    groups,
    relations,
    set_confidences,
    set_groups,
    set_relations,
)
from zonekg.errors import AnnotationError, InputError, SchemaError
from zonekg.evaluation import evaluate
from zonekg.profile import build_profile
from zonekg.schema import default_schema
from zonekg.scoring.breakdown import errors, scores
from zonekg.scoring.judgement import judge
from zonekg.scoring.resampling import FEWEST

SCHEMA = default_schema()
LABELS = list(SCHEMA.entities)
VIEWS = {"entities": mention_view, "relations": fact_view}


class Reader:
    """A component that reads what it was told to, by text; gold mentions stay."""

    def __init__(self):
        self.told = {}

    def __call__(self, doc):
        source = self.told.get(doc.text)
        if source is None:
            return doc
        if not doc.ents:
            spans = [(e.start_char, e.end_char, e.label_) for e in source.ents]
            doc.set_ents([doc.char_span(a, b, label=label) for a, b, label in spans])
            set_groups(doc, groups(source))
        index = {(e.start_char, e.end_char, e.label_): i for i, e in enumerate(doc.ents)}
        now = [index.get((e.start_char, e.end_char, e.label_)) for e in source.ents]
        rows = [row._replace(head=now[row.head], tail=now[row.tail]) for row in relations(source)]
        set_relations(doc, [row for row in rows if None not in (row.head, row.tail)])
        return doc


Language.factory("told_by_a_test", func=lambda nlp, name: Reader())


@pytest.fixture
def reading(marked):
    """A function: for each document its marked text and relations -> a pipeline that says so."""

    def make(*documents):
        nlp = spacy.blank("zh")
        docs = [marked(*([doc] if isinstance(doc, str) else doc)) for doc in documents]
        nlp.add_pipe("told_by_a_test").told = {doc.text: doc for doc in docs}
        return nlp

    return make


@pytest.fixture
def gold(marked):
    """A function: for each document its marked text and relations -> gold docs."""

    def make(*documents, **meta):
        docs = [marked(*([doc] if isinstance(doc, str) else doc)) for doc in documents]
        for number, doc in enumerate(docs, start=1):
            doc.user_data |= {"id": f"d{number}", "meta": meta, "place": ("gold.jsonl", number)}
        return docs

    return make


FULL = ["[[O1|康佳集团]]投资[[P1|甲项目]]。", "O1 INVESTS_IN P1"]
CUT = ["[[O1|康佳]]集团投资[[P1|甲项目]]。", "O1 INVESTS_IN P1"]
NONE = "康佳集团投资甲项目。"


# -- which is better


def test_what_is_above_0_speaks_for_b(reading, gold):
    numbers = compare(reading(CUT), reading(FULL), gold(FULL)).numbers
    row = numbers["entities"]["strict"]["ORG"]
    assert (row["a"]["f"], row["b"]["f"], row["difference"]) == (0.0, 100.0, 100.0)
    assert (row["ahead"], row["gold"], row["differ"]) == (1.0, 1, 1)
    assert row["a"] == {"p": 0.0, "r": 0.0, "f": 0.0, "predicted": 1}
    assert numbers["entities"]["relaxed"]["ORG"]["difference"] == 0.0
    assert numbers["relations"]["strict"]["micro"]["difference"] == 100.0
    assert numbers["relations"]["relaxed"]["micro"]["difference"] == 0.0
    assert list(numbers["relations"]) == ["strict", "relaxed", "gold entities"]
    assert list(numbers["entities"]["strict"]) == ["micro", *LABELS]


def numbered(marked_text, count):
    """So many texts that differ by a number at their end."""
    return [[f"{marked_text[0]}{i}", *marked_text[1:]] for i in range(count)]


def test_a_better_model_is_told_from_chance(reading, gold):
    worse, full = numbered(CUT, 8), numbered(FULL, 8)
    numbers = compare(reading(*worse), reading(*full), gold(*full)).numbers
    micro = numbers["entities"]["strict"]["micro"]
    assert micro["verdict"] == "B is better"
    assert micro["p"] < LEVEL
    assert micro["interval"] == [50.0, 50.0]
    back = compare(reading(*full), reading(*worse), gold(*full)).numbers
    assert back["entities"]["strict"]["micro"]["verdict"] == "A is better"


def test_what_few_documents_say_may_be_chance(reading, gold):
    worse, full = numbered(CUT, FEWEST - 1), numbered(FULL, FEWEST - 1)
    same = numbered(["[[O1|甲公司]]来了"], 9)
    numbers = compare(reading(*worse, *same), reading(*full, *same), gold(*full, *same)).numbers
    micro = numbers["entities"]["strict"]["micro"]
    assert (micro["interval"], micro["differ"]) == (None, FEWEST - 1)
    assert micro["p"] > LEVEL
    assert micro["verdict"] == "no difference that could be told from chance"


def test_an_interval_needs_a_few_documents_that_differ(reading, gold):
    for count, there in ((FEWEST - 1, False), (FEWEST, True)):
        worse, full = numbered(CUT, count), numbered(FULL, count)
        same = numbered(["[[O1|甲公司]]来了"], 9)
        found = compare(reading(*worse, *same), reading(*full, *same), gold(*full, *same))
        micro = found.numbers["entities"]["strict"]["micro"]
        assert micro["differ"] == count
        assert (micro["interval"] is not None) == there


def test_one_document_tells_nothing(reading, gold):
    numbers = compare(reading(CUT), reading(FULL), gold(FULL)).numbers
    for table in (*numbers["entities"].values(), *numbers["relations"].values()):
        for row in table.values():
            assert row["interval"] is None
            assert row["p"] in (None, 1.0)


def test_a_model_does_not_differ_from_itself(reading, gold):
    texts = numbered(CUT, 7)
    one, other = reading(*texts), reading(*texts)
    numbers = compare(one, other, gold(*numbered(FULL, 7))).numbers
    tables = [*numbers["entities"].values(), *numbers["relations"].values()]
    tables += [table for task in numbers["slices"].values() for table in task.values()]
    for row in (row for table in tables for row in table.values()):
        assert (row["difference"], row["differ"]) == (0.0, 0)
        assert row["a"] == row["b"]
        assert row["p"] == (1.0 if row["gold"] or row["a"]["predicted"] else None)
    for task in numbers["changes"].values():
        assert not any(any(row.values()) for row in task["counts"].values())
        assert not any(kind for label in task["examples"].values() for kind in label.values())
        assert task["documents"] == {
            "better": 0, "worse": 0, "as good": 7, "most better": [], "most worse": []
        }  # fmt: skip
    assert numbers["entities"]["strict"]["micro"]["verdict"] == VERDICTS[2]


def test_models_without_output(reading, gold):
    numbers = compare(reading(NONE), reading(NONE), gold(FULL)).numbers
    micro = numbers["entities"]["strict"]["micro"]
    assert (micro["a"]["f"], micro["b"]["f"], micro["difference"], micro["p"]) == (0, 0, 0, 1.0)
    assert micro["gold"] == 2
    worse = compare(reading(FULL), reading(NONE), gold(FULL)).numbers
    assert worse["entities"]["strict"]["micro"]["difference"] == -100.0
    assert worse["changes"]["relations"]["counts"]["micro"]["lost"] == 1


def test_without_a_relation_there_is_nothing_to_compare(reading, gold):
    text = "[[O1|康佳集团]]来了。"
    numbers = compare(reading(text), reading(text), gold(text)).numbers
    for mode in numbers["relations"].values():
        assert mode["micro"]["verdict"] == "nothing to compare"
        assert mode["micro"]["p"] is None
        assert mode["micro"]["ahead"] is None


def test_models_that_know_other_labels(reading, gold):
    text = "[[O1|康佳集团]]在[[K1|阳泉高新区]]建[[P1|甲项目]]。"
    org = text.replace("[[K1|阳泉高新区]]", "阳泉高新区").replace("[[P1|甲项目]]", "甲项目")
    park = text.replace("[[O1|康佳集团]]", "康佳集团").replace("[[P1|甲项目]]", "甲项目")
    table = compare(reading(org), reading(park), gold(text)).numbers["entities"]["strict"]
    assert [table[label]["difference"] for label in ("ORG", "PARK", "PROJECT")] == [-100, 100, 0]
    assert table["MONEY"]["p"] is None


def test_holm_is_over_the_labels_of_a_table(reading, gold):
    worse, full = numbered(CUT, 8), numbered(FULL, 8)
    table = compare(reading(*worse), reading(*full), gold(*full)).numbers["entities"]["strict"]
    assert table["micro"]["p_holm"] is None
    assert table["MONEY"]["p_holm"] is None  # with nothing to test it must not cost the others
    assert table["ORG"]["p_holm"] == pytest.approx(2 * table["ORG"]["p"])
    assert table["PROJECT"]["p_holm"] == 1.0


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8))
def test_holm_rejects_what_stepping_down_rejects(thousandths):
    adjusted = holm({str(i): p / 1000 for i, p in enumerate(thousandths)})
    rejected, left = set(), len(thousandths)
    for p, i in sorted((p, i) for i, p in enumerate(thousandths)):
        if p * left > 1000 * LEVEL:
            break
        rejected.add(str(i))
        left -= 1
    assert {name for name, p in adjusted.items() if p <= LEVEL} == rejected
    assert all(p / 1000 <= adjusted[str(i)] <= 1 for i, p in enumerate(thousandths))
    in_order = [adjusted[str(i)] for _, i in sorted((p, i) for i, p in enumerate(thousandths))]
    assert in_order == sorted(in_order)


def test_slices_tell_where_b_is_better(reading, gold):
    docs = gold(FULL, "[[O1|甲公司]]来了。")
    docs[1].user_data["meta"] = {"genre": "brief"}
    docs[0].user_data["meta"] = {"genre": "report"}
    other = "[[O1|甲公司]]来了。"
    slices = compare(reading(CUT, other), reading(FULL, other), docs).numbers["slices"]
    found = {name: row["difference"] for name, row in slices["entities"]["genre"].items()}
    assert found == {"report": 50.0, "brief": 0.0}
    assert slices["relations"]["genre"]["report"]["difference"] == 100.0
    none = compare(reading(CUT, other), reading(FULL, other), docs, by=()).numbers["slices"]
    assert "genre" not in none["entities"]


# -- what changed


def only(task, kind):
    """The examples of a kind, all labels."""
    return [example for label in task["examples"].values() for example in label[kind]]


def test_a_mention_that_b_reads_in_full(reading, gold):
    task = compare(reading(CUT), reading(FULL), gold(FULL)).numbers["changes"]["entities"]
    assert task["counts"]["ORG"] == {
        "gained": 1, "lost": 0, "spurious gone": 1, "spurious new": 0, "net": 2
    }  # fmt: skip
    assert task["counts"]["micro"] == task["counts"]["ORG"]
    assert task["classes"]["ORG"]["boundary"]["correct"] == 1
    assert task["classes"]["micro"]["correct"]["correct"] == 1
    (example,) = only(task, "gained")
    assert example == {
        "document": "d1", "place": "gold.jsonl:1", "label": "ORG", "before": "boundary",
        "after": "correct", "text": "康佳集团", "spans": [[0, 4]], "confidence": 1.0,
        "sentence": "康佳集团投资甲项目。", "highlights": [[0, 4]],
        "gold": [{"label": "ORG", "text": "康佳集团"}],
        "a": [{"label": "ORG", "text": "康佳", "confidence": 1.0}],
        "b": [{"label": "ORG", "text": "康佳集团", "confidence": 1.0}],
    }  # fmt: skip
    (gone,) = only(task, "spurious gone")
    assert (gone["text"], gone["before"], gone["after"]) == ("康佳", "boundary", "correct")


def test_a_fact_that_b_loses(reading, gold):
    task = compare(reading(FULL), reading(NONE), gold(FULL)).numbers["changes"]["relations"]
    (example,) = only(task, "lost")
    assert (example["before"], example["after"]) == ("correct", "missed, no mention")
    assert example["text"] == "康佳集团 → 甲项目"
    assert example["spans"] == example["highlights"] == [[0, 4], [6, 9]]
    assert example["b"] == []
    assert example["a"] == [{"label": "INVESTS_IN", "text": "康佳集团 → 甲项目", "confidence": 1.0}]
    assert task["counts"]["INVESTS_IN"]["net"] == -1


def test_a_fact_is_shown_where_its_ends_are_nearest(reading, gold):
    text = "[[O1|康佳集团]]来了。今天，[[O1|康佳集团]]投资[[P1|甲项目]]。明天，[[O1|康佳集团]]好。"
    full = [text, "O1#1 INVESTS_IN P1"]
    task = compare(reading(text), reading(full), gold(full)).numbers["changes"]["relations"]
    (example,) = only(task, "gained")
    assert example["sentence"] == "今天，康佳集团投资甲项目。"
    assert example["highlights"] == [[3, 7], [9, 12]]


def test_a_relation_of_another_kind_or_direction_is_shown(reading, gold):
    text = "[[K1|甲园]]和[[K2|乙园]]签约。"
    right = [text, "K1 LOCATED_IN K2"]
    wrong = [text, "K2 LOCATED_IN K1"]
    task = compare(reading(wrong), reading(right), gold(right)).numbers["changes"]["relations"]
    (gained,) = only(task, "gained")
    assert (gained["before"], gained["after"]) == ("type", "correct")
    assert [row["text"] for row in gained["a"]] == ["乙园 → 甲园"]
    assert [row["text"] for row in gained["gold"]] == ["甲园 → 乙园"]
    (gone,) = only(task, "spurious gone")
    assert gone["text"] == "乙园 → 甲园"


@pytest.mark.parametrize(
    ("tail", "first", "second"),
    [
        ("投资[[P1|甲项目]]", "O1 INVESTS_IN P1", "O1 INVESTS_IN P1"),
        ("和[[O2|甲公司]]", "O1 COOPERATES_WITH O2", "O2 COOPERATES_WITH O1"),
    ],
)
def test_a_wrong_fact_is_the_same_by_whatever_mention_it_is_found(
    tail, first, second, reading, gold
):
    """Gold has no relation, and each model finds another mention of 康佳集团."""
    name, mark = "康佳集团", "[[O1|康佳集团]]"
    a = reading([f"{mark}来了。{name}{tail}。", first])
    b = reading([f"{name}来了。{mark}{tail}。", second])
    task = compare(a, b, gold(f"{mark}来了。{mark}{tail}。")).numbers["changes"]["relations"]
    assert not any(task["counts"]["micro"].values())
    assert task["classes"]["micro"]["spurious"]["spurious"] == 1


def test_a_wrong_relation_is_counted_under_its_own_label(reading, gold):
    text = "[[O1|甲公司]]和[[P1|乙项目]]。"
    right, wrong = [text, "O1 INVESTS_IN P1"], [text, "O1 BUILDS P1"]
    task = compare(reading(wrong), reading(right), gold(right)).numbers["changes"]["relations"]
    assert task["counts"]["BUILDS"]["spurious gone"] == 1
    assert task["counts"]["INVESTS_IN"]["gained"] == 1
    assert task["classes"]["INVESTS_IN"]["type"]["correct"] == 1
    assert not any(sum(row.values()) for row in task["classes"]["BUILDS"].values())


def test_a_mention_that_stands_for_gold_with_one_model_only(reading, gold):
    """A has a nearer one for 康佳集团公司, so that 公司 is spurious; with B it is its boundary."""
    a = reading("[[O1|康佳集团]][[O2|公司]]来了。")
    b = reading("康佳集团[[O1|公司]]来了。")
    task = compare(a, b, gold("[[O1|康佳集团公司]]来了。")).numbers["changes"]["entities"]
    assert task["counts"]["ORG"] == {
        "gained": 0, "lost": 0, "spurious gone": 1, "spurious new": 0, "net": 1
    }  # fmt: skip
    counts = {(x, y): n for x, row in task["classes"]["ORG"].items() for y, n in row.items() if n}
    assert counts == {("boundary", "boundary"): 1, ("spurious", "none"): 1}


def test_a_fact_of_a_split_thing_is_the_same_once(reading, gold):
    """A takes 康佳集团 and 康佳 for two, B for one; gold has neither."""
    split = ["[[O1|康佳集团]]和[[O2|康佳]]看[[P1|甲项目]]。", "O1 BUILDS P1", "O2 BUILDS P1"]
    whole = ["[[O1|康佳集团]]和[[O1|康佳]]看[[P1|甲项目]]。", "O1 BUILDS P1"]
    docs = gold("康佳集团和康佳看[[P1|甲项目]]。")
    task = compare(reading(split), reading(whole), docs).numbers["changes"]["relations"]
    assert task["counts"]["BUILDS"] == {
        "gained": 0, "lost": 0, "spurious gone": 1, "spurious new": 0, "net": 1
    }  # fmt: skip


def test_wrong_facts_of_another_label_are_not_the_same(reading, gold):
    text = "[[O1|甲公司]]看[[P1|乙项目]]，甲公司又看乙项目。"
    later = "甲公司看乙项目，[[O1|甲公司]]又看[[P1|乙项目]]。"
    both = "[[O1|甲公司]]看[[P1|乙项目]]，[[O1|甲公司]]又看[[P1|乙项目]]。"
    first, second = [text, "O1 BUILDS P1"], [later, "O1 INVESTS_IN P1"]
    task = compare(reading(first), reading(second), gold(both)).numbers["changes"]["relations"]
    assert task["counts"]["BUILDS"]["spurious gone"] == 1
    assert task["counts"]["INVESTS_IN"]["spurious new"] == 1


def test_wrong_facts_of_other_things_are_not_the_same(reading, gold):
    text = "[[O1|甲公司]]和[[O2|乙公司]]看[[P1|甲项目]]。"
    first, second = ([text, f"{org} INVESTS_IN P1"] for org in ("O1", "O2"))
    task = compare(reading(first), reading(second), gold(text)).numbers["changes"]["relations"]
    assert task["counts"]["micro"] == {
        "gained": 0, "lost": 0, "spurious gone": 1, "spurious new": 1, "net": 0
    }  # fmt: skip


def test_examples_come_from_as_many_documents_as_can_be(reading, gold):
    many = "、".join(f"[[O{i}|第{i}公司]]" for i in range(1, 6))
    texts = [many, "[[O1|甲公司]]来了。", "[[O1|乙公司]]来了。"]
    docs = gold(*texts)
    found = compare(reading(), reading(*texts), docs, examples=4).numbers["changes"]
    rows = found["entities"]["examples"]["ORG"]["gained"]
    assert [row["document"] for row in rows] == ["d1", "d2", "d3", "d1"]
    assert [row["text"] for row in rows] == ["第1公司", "甲公司", "乙公司", "第2公司"]
    assert found["entities"]["counts"]["ORG"]["gained"] == 7


@given(st.lists(st.lists(st.integers(), max_size=4), max_size=5), st.integers(0, 12))
def test_spread_takes_no_second_row_before_all_first_ones(rows, most):
    taken = spread(rows, most)
    assert len(taken) == min(most, sum(map(len, rows)))
    counts = [[i for i, _ in taken].count(document) for document in range(len(rows))]
    for own, count in zip(rows, counts, strict=True):
        assert count in (max(counts, default=0), max(counts, default=0) - 1, len(own))
    for document, own in enumerate(rows):
        assert [row for i, row in taken if i == document] == own[: counts[document]]


def test_the_documents_that_changed_most(reading, gold):
    better, worse, same = numbered(FULL, 3)
    bad = numbered(CUT, 2)
    two = "[[O1|甲公司]]和[[O2|乙公司]]在[[K1|丙高新区]]。"
    a = reading(bad[0], worse, same)
    b = reading(better, bad[1], same, two)
    docs = gold(better, worse, same, two)
    found = compare(a, b, docs).numbers["changes"]["entities"]["documents"]
    assert (found["better"], found["worse"], found["as good"]) == (2, 1, 1)
    assert [row["document"] for row in found["most better"]] == ["d4", "d1"]
    assert found["most better"][1] == {
        "document": "d1", "place": "gold.jsonl:1", "gained": 1, "lost": 0, "spurious gone": 1,
        "spurious new": 0, "net": 2, "errors": {"a": 2, "b": 0},
    }  # fmt: skip
    assert [row["document"] for row in found["most worse"]] == ["d2"]
    back = compare(b, a, docs).numbers["changes"]["entities"]["documents"]
    assert [row["document"] for row in back["most worse"]] == ["d4", "d1"]


# -- sentences of examples


def test_a_passage_ends_where_its_sentences_end():
    text = "甲公司来了。\n 乙公司投资𠮷项目。\n再会。"
    place = text.index("𠮷项目")
    sentence, (span,) = passage(text, [(place, place + 3)])
    assert sentence == "乙公司投资𠮷项目。"
    assert sentence[slice(*span)] == "𠮷项目"


def test_two_sentences_that_touch_are_not_parted():
    assert passage("甲公司来了。投资乙项目。", [(0, 3), (8, 11)]) == (
        "甲公司来了。投资乙项目。", [(0, 3), (8, 11)],
    )  # fmt: skip
    assert passage("投资乙项目。中。甲公司来了。", [(8, 11), (2, 5)])[1] == [(7, 10), (2, 5)]


def test_a_long_sentence_is_cut_on_both_sides():
    text = "前" * 500 + "甲公司" + "后" * 500
    sentence, ((start, end),) = passage(text, [(500, 503)])
    assert sentence == "…" + "前" * AROUND + "甲公司" + "后" * AROUND + "…"
    assert sentence[start:end] == "甲公司"


@given(st.text("甲乙𠮷。；\n ！a", max_size=300), st.data())
def test_a_passage_shows_what_its_spans_hold(text, data):
    places = st.integers(0, max(len(text) - 1, 0))
    if not text.strip():
        return
    starts = data.draw(st.lists(places, min_size=1, max_size=2))
    spans = [(a, data.draw(st.integers(a + 1, min(len(text), a + 9)))) for a in starts]
    sentence, found = passage(text, spans)
    assert [sentence[a:b] for a, b in found] == [text[a:b] for a, b in spans]


# -- laws

TEXT = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"  # no wording twice, so that groups alone join mentions
KINDS_OF_FACTS = [
    (row.label, head, tail)
    for row in SCHEMA.relations.values()
    for head in sorted(row.heads)
    for tail in sorted(row.tails)
]
blank = spacy.blank("zh")


@st.composite
def annotated(draw, pool):
    """A doc with some of the mentions of a pool, relations between them, groups, confidences."""
    doc = blank(TEXT)
    end, spans = 0, []
    for start, stop, label in sorted(draw(st.sets(st.sampled_from(pool), min_size=len(pool) // 2))):
        if start >= end:
            spans.append(Span(doc, start, stop, label=label))
            end = stop
    doc.set_ents(spans)
    kinds = [ent.label_ for ent in doc.ents]
    legal = [
        Relation(i, j, label)
        for label, head, tail in KINDS_OF_FACTS
        for i, a in enumerate(kinds)
        for j, b in enumerate(kinds)
        if i != j and (a, b) == (head, tail)
    ]
    if legal:
        rows = draw(st.sets(st.sampled_from(legal), min_size=min(3, len(legal)), max_size=8))
        set_relations(doc, [row._replace(score=draw(st.floats(0, 1))) for row in sorted(rows)])
    firsts = []
    for i, label in enumerate(kinds):
        firsts.append(draw(st.sampled_from([i, *(f for f in firsts if kinds[f] == label)])))
    set_groups(doc, firsts)
    set_confidences(doc, draw(st.lists(st.floats(0, 1), min_size=len(kinds), max_size=len(kinds))))
    return doc


@st.composite
def three(draw):
    """What A, B and gold mark in one text: much of it the same, or nearly so."""
    cuts = sorted(draw(st.sets(st.integers(0, len(TEXT)), min_size=5, max_size=9)))
    labels = st.sampled_from(draw(st.sampled_from([["ORG", "PROJECT"], ["PARK", "ORG"], LABELS])))
    pool = [(start, end, draw(labels)) for start, end in pairwise(cuts)]
    near = [(a, b + 1, draw(labels)) for a, b, _ in pool if b < len(TEXT) and draw(st.booleans())]
    return tuple(draw(annotated(pool + near)) for _ in range(3))


def labels_of(task):
    return SCHEMA.entities if task == "entities" else SCHEMA.relations


@given(three())
def test_law_changes_add_up_to_the_difference_of_the_counts(docs):
    one, other, gold = docs
    a, b = judge(one, gold), judge(other, gold)
    tables = [scores([judged], SCHEMA, resamples=1) for judged in (a, b)]
    for task, view in VIEWS.items():
        found = changes(view(a), view(b))
        for label in labels_of(task):
            gained, lost, gone, new = (
                sum((c.kind, c.statement.label) == (kind, label) for c in found) for kind in KINDS
            )
            first, second = (table[task]["strict"][label] for table in tables)
            right = [a.tally.get((task, "strict", label)), b.tally.get((task, "strict", label))]
            right = [prf.matched_gold if prf else 0 for prf in right]
            assert gained - lost == right[1] - right[0]
            wrong = [first["predicted"] - right[0], second["predicted"] - right[1]]
            assert new - gone == wrong[1] - wrong[0]


@given(three())
def test_law_class_changes_add_up_to_the_classes_of_each_model(docs):
    one, other, gold = docs
    a, b = judge(one, gold), judge(other, gold)
    tables = [errors([judged], SCHEMA) for judged in (a, b)]
    for task, view in VIEWS.items():
        counts = class_changes(view(a), view(b))
        assert all(count > 0 for count in counts.values())
        for label in labels_of(task):
            for kind in CLASSES[task][:-1]:
                before = sum(n for (x, y, _), n in counts.items() if (x, y) == (label, kind))
                after = sum(n for (x, _, y), n in counts.items() if (x, y) == (label, kind))
                assert before == tables[0][task]["classes"][label][kind]
                assert after == tables[1][task]["classes"][label][kind]


OPPOSITE = dict(zip(KINDS, ("lost", "gained", "spurious new", "spurious gone"), strict=True))


@given(three())
def test_law_the_other_way_round_what_was_gained_is_lost(docs):
    one, other, gold = docs
    a, b = judge(one, gold), judge(other, gold)
    for view in VIEWS.values():
        first, second = view(a), view(b)
        forth, back = changes(first, second), changes(second, first)
        assert {
            c._replace(kind=OPPOSITE[c.kind], before=c.after, after=c.before) for c in forth
        } == set(back)
        mirrored = {(label, y, x): n for (label, x, y), n in class_changes(first, second).items()}
        assert mirrored == class_changes(second, first)


@given(three())
def test_law_nothing_changes_from_a_model_to_itself(docs):
    one, _, gold = docs
    a, b = judge(one, gold), judge(one, gold)
    for view in VIEWS.values():
        assert changes(view(a), view(b)) == []
        assert all(x == y for _, x, y in class_changes(view(a), view(b)))


@given(three())
def test_law_gold_as_b_leaves_no_error(docs):
    one, _, gold = docs
    a, b = judge(one, gold), judge(gold, gold)
    for view in VIEWS.values():
        found = changes(view(a), view(b))
        assert {c.kind for c in found} <= {"gained", "spurious gone"}
        assert all(c.after in ("correct", "none") for c in found)


# -- the whole


def test_the_numbers_of_each_model_are_those_of_evaluate(root, model):
    """B has other tokens and another vocabulary than the gold docs, which A read."""
    path = root / "annotations" / "seeds" / "gold.jsonl"
    first = spacy.blank("zh")
    docs = list(read_docs(path, first))[:3]
    before = [doc.to_bytes() for doc in docs]
    found = compare(first, model, docs).numbers
    alone = evaluate(model, list(read_docs(path, model))[:3]).numbers
    for task in ("entities", "relations"):
        for mode, table in alone[task].items():
            for label, row in table.items():
                mine = found[task][mode][label]["b"]
                assert {key: row[key] for key in mine} == mine
    for genre, modes in alone["slices"]["entities"]["genre"].items():
        assert (
            found["slices"]["entities"]["genre"][genre]["b"]["f"] == modes["strict"]["micro"]["f"]
        )
    assert [doc.to_bytes() for doc in docs] == before


def test_the_same_models_give_the_same_json(reading, gold):
    def call(**options):
        one = compare(reading(*numbered(CUT, 9)), reading(*numbered(FULL, 9)),
                      gold(*numbered(FULL, 9)), **options)  # fmt: skip
        return json.dumps(one.numbers, ensure_ascii=False, allow_nan=False)

    assert call() == call()
    assert call(seed=1) != call()


def test_progress_tells_the_model_and_the_documents(reading, gold):
    steps = []
    docs = gold(*numbered(FULL, 2))
    compare(reading(), reading(), docs, progress=lambda *step: steps.append(step))
    assert steps == [("A", 1, 2), ("A", 2, 2), ("B", 1, 2), ("B", 2, 2)]


def test_what_a_model_was_trained_on_is_counted(reading, gold, marked):
    docs = gold(*numbered(FULL, 2))
    profile = build_profile([marked("[[O1|康佳集团]]投资[[P1|甲项目]]。0")], [])
    numbers = compare(reading(), reading(), docs, profiles=(profile, None)).numbers
    assert numbers["trained_on"] == {"a": 1, "b": None}


def test_no_documents_are_an_error(reading):
    with pytest.raises(InputError, match="no documents"):
        compare(reading(), reading(), [])


def test_a_label_of_no_schema_names_the_model(reading, gold, nlp):
    other = reading()
    strange = nlp("康佳集团来了。")
    strange.set_ents([Span(strange, 0, 4, label="FIRM")])
    other.get_pipe("told_by_a_test").told = {strange.text: strange}
    with pytest.raises(SchemaError, match=r"model B .*marks FIRM"):
        compare(reading(), other, gold("[[O1|康佳集团]]来了。"))


def test_gold_that_a_model_cuts_in_two_is_an_error(reading, gold):
    words = spacy.blank("en")
    with pytest.raises(InputError, match=r"gold\.jsonl:1: .*tokens"):
        compare(reading(), words, gold(FULL))


def test_compare_models(root, model_path, tmp_path):
    path = root / "annotations" / "seeds" / "gold.jsonl"
    small = tmp_path / "small.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    small.write_text("".join(lines[:2]), encoding="utf-8")
    found = compare_models(model_path, model_path, small)
    assert found.numbers["models"] == {"a": model_path.as_posix(), "b": model_path.as_posix()}
    assert found.numbers["gold"] == small.as_posix()
    assert found.numbers["chose_the_model"] == {"a": False, "b": False}
    assert found.numbers["documents"] == len(found.a) == len(found.b) == 2
    small.write_text("", encoding="utf-8")
    with pytest.raises(AnnotationError, match="no documents"):
        compare_models(model_path, model_path, small)
