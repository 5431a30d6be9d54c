import hashlib
import json

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Span

from zonekg.annotate.corpus import doc_to_record, read_docs
from zonekg.docs import (
    Relation,
    bare_copy,
    confidences,
    groups,
    relations,
    set_confidences,
    set_groups,
    set_relations,
)
from zonekg.errors import AnnotationError, ModelError, SchemaError
from zonekg.evaluation import evaluate, evaluate_model, with_gold_entities
from zonekg.profile import build_profile
from zonekg.schema import default_schema
from zonekg.scoring.breakdown import confidence, errors, scores

SCHEMA = default_schema()


@Language.factory("prepared_answers")
class Answers:
    """A pipe that gives prepared annotations by text; mentions that are there stay as they are."""

    def __init__(self, nlp, name):
        self.docs = {}

    def __call__(self, doc):
        answer = self.docs.get(doc.text)
        if answer is None:
            return doc
        if not doc.ents:
            doc.set_ents([doc.char_span(e.start_char, e.end_char, e.label_) for e in answer.ents])
            set_confidences(doc, confidences(answer))
        places = {(ent.start_char, ent.end_char): i for i, ent in enumerate(doc.ents)}
        now = [places.get((ent.start_char, ent.end_char)) for ent in answer.ents]
        rows = [r._replace(head=now[r.head], tail=now[r.tail]) for r in relations(answer)]
        set_relations(doc, [row for row in rows if None not in row])
        if len(doc.ents) == len(answer.ents):
            set_groups(doc, groups(answer))
        return doc


def knows(*docs):
    """A pipeline that answers with these docs."""
    nlp = spacy.blank("zh")
    nlp.add_pipe("prepared_answers").docs = {doc.text: doc for doc in docs}
    return nlp


@pytest.fixture
def rules_only():
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_aliases")
    nlp.add_pipe("zonekg_relation_rules")
    return nlp


@pytest.fixture
def two(marked):
    """Two gold docs with one relation each."""
    return [
        marked("[[O1|康佳集团]]投资建设[[P1|甲项目]]。", "O1 INVESTS_IN P1"),
        marked("[[P1|乙项目]]位于[[K1|丙高新区]]。", "P1 LOCATED_IN K1"),
    ]


def lasting(found):
    """The numbers without what the machine's speed changes."""
    return {name: value for name, value in found.numbers.items() if name != "speed"}


def rows(numbers):
    """Every row of the main tables."""
    tables = [table for task in ("entities", "relations") for table in numbers[task].values()]
    return [row for table in tables for row in table.values()]


# -- end to end, and with gold entities


def test_evaluate_gives_gold_entities_to_the_rest_of_the_pipeline(rules_only, two):
    before = [doc.to_bytes() for doc in two]
    steps = []
    found = evaluate(rules_only, two, progress=steps.append)
    scores = found.numbers
    assert steps == [1, 2]
    assert (scores["documents"], scores["characters"]) == (2, sum(len(doc) for doc in two))
    assert scores["entities"]["strict"]["micro"]["predicted"] == 0
    assert scores["relations"]["strict"]["micro"]["f"] == 0.0
    assert scores["relations"]["gold entities"]["micro"]["f"] == 100.0
    assert [doc.to_bytes() for doc in two] == before
    assert [relations(doc)[0].label for doc in two] == ["INVESTS_IN", "LOCATED_IN"]
    assert [groups(doc) for doc in two] == [[0, 1], [0, 1]]


def test_gold_entities_are_no_work_for_a_tagger(two, rules_only):
    nlp = knows(two[0])
    nlp.add_pipe("zonekg_ner", first=True)  # not initialized: it would fail if it were asked
    doc = with_gold_entities(nlp, two[0])
    assert [(r.head, r.tail, r.label) for r in relations(doc)] == [(0, 1, "INVESTS_IN")]
    assert doc is not two[0]
    plain = spacy.blank("zh")
    plain.add_pipe("ner")
    assert [ent.text for ent in with_gold_entities(plain, two[0]).ents] == ["康佳集团", "甲项目"]


def test_a_pipeline_that_knows_all_is_right_in_all(root, nlp):
    gold = list(read_docs(root / "annotations" / "seeds" / "gold.jsonl", nlp))
    found = evaluate(knows(*gold), gold, resamples=20)
    assert {row["f"] for row in rows(found.numbers) if row["gold"]} == {100.0}
    assert all(row["predicted"] == row["gold"] for row in rows(found.numbers))
    assert found.numbers["errors"]["gains"] == []
    assert [one.gold for one in found.documents] == gold
    assert found.numbers["characters"] == sum(len(doc.text) for doc in gold)


def test_the_numbers_are_those_of_the_documents(marked, two):
    wrong = marked("[[K1|康佳]]集团投资建设[[P1|甲项目]]。", "K1 TOTAL_INVESTMENT P1")
    set_confidences(wrong, [0.25, 0.75])
    found = evaluate(knows(wrong, two[1]), two, resamples=20)
    assert found.numbers["errors"] == errors(found.documents, SCHEMA)
    assert found.numbers["confidence"] == confidence(found.documents, SCHEMA)
    tables = scores(found.documents, SCHEMA, 20)
    assert {name: found.numbers[name] for name in tables} == tables
    assert found.numbers["entities"]["strict"]["micro"]["p"] == 75.0
    assert found.numbers["confidence"]["entities"]["PARK"]["bins"][0]["confidence"] == 0.25
    assert found.numbers["errors"]["entities"]["classes"]["ORG"]["boundary and type"] == 1
    assert found.numbers["trained_on"] is None


def test_documents_keep_their_order_through_batches(marked):
    gold = [marked(f"[[O1|甲{'乙' * i}公司]]来了。") for i in range(70)]
    steps = []
    found = evaluate(knows(*gold[:40]), gold, resamples=20, progress=steps.append)
    assert steps == list(range(1, 71))
    assert [one.gold for one in found.documents] == gold
    assert [one.predicted.text for one in found.documents] == [doc.text for doc in gold]
    assert found.numbers["entities"]["strict"]["ORG"]["r"] == round(100 * 40 / 70, 2)
    low, high = found.numbers["entities"]["strict"]["ORG"]["interval"]["r"]
    assert 30 < low < 57.14 < high < 85


# -- breakdowns


def test_scores_break_down_by_the_keys_that_are_named(two):
    two[0].user_data["meta"] = {"genre": "brief", "region": "山西"}
    two[1].user_data["meta"] = {"genre": "notice"}
    named = evaluate(knows(*two), two, by=["region", "genre"], resamples=20).numbers["slices"]
    assert list(named["entities"]["region"]) == ["not given", "山西"]
    assert list(named["entities"]["genre"]) == ["brief", "notice"]
    assert named["relations"]["genre"]["brief"]["strict"]["micro"]["gold"] == 1
    assert "genre" in evaluate(knows(), two, resamples=20).numbers["slices"]["entities"]
    assert "genre" not in evaluate(knows(), two, by=(), resamples=20).numbers["slices"]["entities"]


def test_a_profile_tells_what_the_model_was_trained_on(two, marked):
    trained_on = [two[0], marked("[[K1|丙高新区]]签约。")]
    profile = build_profile(trained_on, [])
    found = evaluate(knows(*two), two, profile=profile, resamples=20).numbers
    assert found["trained_on"] == 1
    names = found["slices"]["entities"]["name"]
    # 康佳集团, 甲项目 and 丙高新区 were in the training text, 乙项目 was not
    assert names["seen in training"]["strict"]["micro"]["gold"] == 3
    assert names["unseen"]["strict"]["micro"]["gold"] == 1
    facts = found["slices"]["relations"]["name"]
    assert {bucket: table["strict"]["micro"]["gold"] for bucket, table in facts.items()} == {
        "seen in training": 1, "unseen": 1
    }  # fmt: skip


# -- edges


def no_relation(marked):
    gold = marked("[[O1|康佳集团]]投资建设[[P1|甲项目]]。")
    return [gold], [marked("[[O1|康佳集团]]投资建设[[P1|甲项目]]。", "O1 INVESTS_IN P1")]


def no_mention(marked):
    return [marked("康佳集团投资。")], [marked("[[O1|康佳集团]]投资。")]


def no_output(marked):
    return [marked("[[O1|康佳集团]]投资[[P1|甲项目]]。", "O1 INVESTS_IN P1")], []


def nothing_on_either_side(marked):
    return [marked("康佳集团投资。")], []


def no_documents(marked):
    return [], []


def next_to_no_text(marked):
    return [marked("[[O1|甲]]"), marked("。"), marked(" \u3000")], [marked("[[K1|。]]")]


def hostile_text(marked):
    body = "[[O1|</script>甲]]\u202e与[[K1|𠮷\u0000园]]\r\n签约\ufeff。"
    return [marked(body, "O1 COOPERATES_WITH K1")], [marked(body, "K1 COOPERATES_WITH O1")]


def illegal_ends(marked):
    answer = marked("[[M1|3亿元]]来自[[O1|甲公司]]。")
    set_relations(answer, [Relation(0, 1, "INVESTS_IN"), Relation(1, 0, "LOCATED_IN", 0.0)])
    return [marked("[[M1|3亿元]]来自[[O1|甲公司]]。")], [answer]


def the_same_text_twice(marked):
    gold = marked("[[O1|甲公司]]签约。")
    return [gold, marked("[[O1|甲公司]]签约。")], [gold]


@pytest.mark.parametrize(
    "case",
    [no_relation, no_mention, no_output, nothing_on_either_side, no_documents, next_to_no_text,
     hostile_text, illegal_ends, the_same_text_twice],
    ids=lambda case: case.__name__,
)  # fmt: skip
def test_every_case_has_all_numbers_twice_the_same_and_leaves_gold_alone(case, marked):
    gold, answers = case(marked)
    before = [doc.to_bytes() for doc in gold]
    nlp = knows(*answers)
    found = evaluate(nlp, gold, resamples=20)
    text = json.dumps(found.numbers, allow_nan=False)
    assert json.loads(text) == found.numbers
    assert json.dumps(lasting(evaluate(nlp, gold, resamples=20))) == json.dumps(lasting(found))
    assert [doc.to_bytes() for doc in gold] == before
    assert len(found.documents) == len(gold) == found.numbers["documents"]
    assert len(rows(found.numbers)) == 2 * 5 + 3 * 9
    names = ["tokenizer", "prepared_answers"] if gold else []
    assert list(found.numbers["speed"]["components"]) == names


def test_gold_without_relations_makes_every_fact_spurious(marked):
    gold, answers = no_relation(marked)
    found = evaluate(knows(*answers), gold, resamples=20).numbers
    row = found["relations"]["strict"]["micro"]
    assert (row["p"], row["r"], row["predicted"], row["gold"]) == (0.0, 0.0, 1, 0)
    assert found["errors"]["relations"]["classes"]["INVESTS_IN"]["spurious"] == 1
    # to leave out what is spurious leaves nothing to score
    assert found["errors"]["gains"] == [
        {"task": "relations", "label": "INVESTS_IN", "class": "spurious", "count": 1,
         "f": 0.0, "gain": 0.0}
    ]  # fmt: skip


def test_a_model_without_output_misses_everything(marked):
    gold, _ = no_output(marked)
    found = evaluate(spacy.blank("zh"), gold, resamples=20).numbers
    for row in rows(found):
        assert (row["p"], row["r"], row["f"], row["predicted"]) == (0.0, 0.0, 0.0, 0)
    assert found["errors"]["entities"]["classes"]["micro"]["missed"] == 2
    assert found["errors"]["relations"]["classes"]["micro"]["missed, no mention"] == 1
    assert found["confidence"]["entities"]["micro"]["ece"] is None
    assert list(found["speed"]["components"]) == ["tokenizer"]


def test_evaluate_without_documents(rules_only):
    found = evaluate(rules_only, [])
    numbers = found.numbers
    assert found.documents == []
    assert (numbers["documents"], numbers["characters"]) == (0, 0)
    assert numbers["relations"]["gold entities"]["micro"]["gold"] == 0
    assert all(row["f"] == 0.0 for row in rows(numbers))
    assert numbers["slices"] == {"entities": {}, "relations": {}}


def test_one_document_has_no_interval(two):
    found = evaluate(knows(*two), two[:1]).numbers
    assert all(row["interval"] == dict.fromkeys("prf") for row in rows(found))
    assert found["entities"]["strict"]["micro"]["f"] == 100.0


def test_gold_docs_that_come_from_elsewhere_stay_as_they_are():
    nlp = spacy.blank("zh")
    gold = nlp("甲公司签约。")
    gold.set_ents([Span(gold, 0, 3, label="ORG")])
    before = gold.to_bytes()
    found = evaluate(nlp, [gold], resamples=20).numbers
    assert found["entities"]["strict"]["ORG"]["gold"] == 1
    assert gold.to_bytes() == before


LONG = (
    "[[O1|康佳集团]]投资建设[[P1|甲项目]]，位于[[K1|丙高新区]]。" + "全年生产经营平稳有序。" * 300
)


def test_long_documents_are_scored_to_their_end(marked, rules_only, model):
    facts = ("O1 INVESTS_IN P1", "P1 LOCATED_IN K1")
    gold = marked(LONG + "[[K2|丁经开区]]", *facts)
    assert len(gold.text) > 3_000
    found = evaluate(rules_only, [gold], resamples=20).numbers
    assert found["relations"]["gold entities"]["micro"]["r"] == 100.0
    assert list(found["slices"]["entities"]["document length"]) == ["over 2000"]
    trained = evaluate(model, [gold, gold], resamples=20)
    json.dumps(trained.numbers, allow_nan=False)
    assert trained.numbers["entities"]["relaxed"]["PARK"]["r"] == 100.0
    again = evaluate(model, [gold, gold], resamples=20)
    assert lasting(again) == lasting(trained)


# -- labels that the schema lacks


def test_mentions_that_the_schema_lacks_are_named(two):
    answer = bare_copy(two[0])
    answer.set_ents([Span(answer, 0, 2, label="PERSON"), Span(answer, 2, 4, label="DATE")])
    with pytest.raises(SchemaError, match=r"^the pipeline marks DATE, PERSON, expected ORG, PARK"):
        evaluate(knows(answer), two)


@pytest.mark.parametrize("side", ["predicted", "gold"])
def test_relations_that_the_schema_lacks_are_named(two, side):
    other = bare_copy(two[0])
    set_relations(other, [Relation(0, 1, "OWNS")])
    gold, answer = (two[0], other) if side == "predicted" else (other, two[0])
    with pytest.raises(SchemaError, match="OWNS, expected INVESTS_IN, BUILDS"):
        evaluate(knows(answer), [gold])


def test_gold_mentions_that_the_schema_lacks_are_named(two):
    gold = bare_copy(two[0])
    gold.set_ents([Span(gold, 0, 2, label="PERSON")])
    with pytest.raises(SchemaError, match="PERSON"):
        evaluate(knows(), [gold])


# -- from the disk


@pytest.fixture
def on_disk(two, tmp_path):
    """A function: what training notes in a model -> the paths of a model and of gold."""

    def write(**notes):
        gold = tmp_path / "gold.jsonl"
        records = [doc_to_record(doc, str(i)) for i, doc in enumerate(two)]
        gold.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
        nlp = spacy.blank("zh")
        nlp.add_pipe("zonekg_aliases")
        nlp.add_pipe("zonekg_relation_rules")
        nlp.meta["zonekg"] = notes
        nlp.to_disk(tmp_path / "model")
        return tmp_path / "model", gold

    return write


def test_a_model_on_disk_is_evaluated_on_a_file_or_a_folder(on_disk, two):
    model, gold = on_disk()
    steps = []
    found = evaluate_model(model, gold, progress=lambda *step: steps.append(step))
    assert steps == [(1, 2), (2, 2)]
    assert list(found.numbers)[:3] == ["model", "gold", "chose_the_model"]
    assert (found.numbers["model"], found.numbers["gold"]) == (model.as_posix(), gold.as_posix())
    assert [one.gold.text for one in found.documents] == [doc.text for doc in two]
    assert found.documents[1].gold.user_data["place"] == (gold.as_posix(), 2)
    folder = gold.parent / "folder"
    folder.mkdir()
    gold.rename(folder / gold.name)
    whole = evaluate_model(model, folder)
    assert {k: v for k, v in lasting(whole).items() if k != "gold"} == {
        k: v for k, v in lasting(found).items() if k != "gold"
    }


def test_documents_that_chose_the_model_are_known_again(on_disk):
    _, gold = on_disk()
    digest = hashlib.sha256(gold.read_bytes()).hexdigest()
    notes = [({"gold.jsonl": digest}, True), ({"gold.jsonl": "0"}, False), (None, None)]
    for dev_data, chose in notes:
        model, gold = on_disk(dev_data=dev_data)
        assert evaluate_model(model, gold).numbers["chose_the_model"] is chose


def test_nothing_to_evaluate_is_an_error(on_disk, tmp_path):
    model, gold = on_disk()
    gold.write_text("", encoding="utf-8")
    with pytest.raises(AnnotationError, match="no documents"):
        evaluate_model(model, gold)
    with pytest.raises(ModelError, match="no trained pipeline"):
        evaluate_model(tmp_path / "nowhere", gold)
