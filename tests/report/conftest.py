"""Small evaluations for the report's tests, and documents by hand."""

import numpy as np
import pytest
import spacy
from spacy.tokens import Span

from zonekg.annotate.corpus import read_docs, record_files, record_to_doc
from zonekg.annotate.records import read_records
from zonekg.docs import (
    Relation,
    group_mentions,
    relations,
    set_confidences,
    set_groups,
    set_relations,
)
from zonekg.evaluation import evaluate
from zonekg.scoring.judgement import judge

SEEDS = "annotations/seeds/gold.jsonl"


@pytest.fixture(scope="session")
def evaluation(model, root):
    """The trained pipeline on fifteen documents of several genres."""
    docs = list(read_docs(root / "annotations" / "dev", model))[:15]
    return evaluate(model, docs, resamples=100)


@pytest.fixture(scope="session")
def without_predictions(root):
    """A pipeline that marks nothing, on three documents."""
    nlp = spacy.blank("zh")
    docs = list(read_docs(root / "annotations" / "dev", nlp))[:3]
    return evaluate(nlp, docs, resamples=20)


# -- documents for the error browser


@pytest.fixture(scope="session")
def judged(nlp):
    """A function: text, gold and predicted mentions and relations -> the Judged document.

    A mention is (wording, label), found from left to right, predicted ones with a confidence;
    a relation is (head, tail, label), with a score where it is predicted.
    """

    def annotated(text, mentions, rows):
        doc = nlp.make_doc(text)
        spans, at = [], 0
        for wording, label, *_ in mentions:
            start = text.index(wording, at)
            at = start + len(wording)
            spans.append(doc.char_span(start, at, label=label))
        doc.set_ents(spans)
        set_relations(doc, [Relation(*row) for row in rows])
        set_groups(doc, group_mentions(doc, []))
        return doc

    def make(text, gold=(), predicted=(), *, relations=((), ()), **user_data):
        theirs, mine = annotated(text, gold, relations[0]), annotated(text, predicted, relations[1])
        set_confidences(mine, [sure for *_, sure in predicted])
        theirs.user_data |= {"id": "d1", "meta": {}, **user_data}
        return judge(mine, theirs)

    return make


@pytest.fixture(scope="session")
def thousand(root, nlp):
    """1,000 Judged documents: 860 of the corpus, and some again, one alone or five joined.

    Predicted is gold with names missed, cut and added by lot.
    """
    paths = [*(root / "annotations" / part for part in ("train", "test", "dev")), root / SEEDS]
    records = [
        row for path in paths for file in record_files(path) for _, row in read_records(file)
    ]
    rng = np.random.default_rng(7)
    del records[860:]
    while len(records) < 1000:
        parts = rng.integers(700, size=1 if len(records) % 3 else 5)
        records.append(_joined([records[i] for i in parts], len(records)))
    golds = [record_to_doc(record, nlp) for record in records]
    return [judge(_guessed(gold, rng, nlp), gold) for gold in golds]


def _joined(records, number):
    """One document that holds several, one after the other."""
    whole = {"id": f"joined-{number}", "text": f"第{number}篇\n", "entities": [], "relations": []}
    for i, record in enumerate(records):
        start = len(whole["text"])
        for row in record["entities"]:
            moved = {key: row[key] + start for key in ("start_offset", "end_offset")}
            whole["entities"].append(row | moved | {"id": f"{i}-{row['id']}"})
        for row in record["relations"]:
            ends = {key: f"{i}-{row[key]}" for key in ("from_id", "to_id")}
            whole["relations"].append(row | ends)
        whole["text"] += record["text"] + "\n"
    return whole


def _guessed(gold, rng, nlp):
    doc = nlp.make_doc(gold.text)
    kept, spans = {}, []
    for i, ent in enumerate(gold.ents):
        luck = rng.random()
        if luck > 0.08:
            kept[i] = len(spans)
            spans.append(Span(doc, ent.start + (luck < 0.15 and len(ent) > 1), ent.end, ent.label))
    doc.set_ents(spans)
    set_confidences(doc, rng.random(len(spans)))
    rows = (row for row in relations(gold) if row.head in kept and row.tail in kept)
    found = [Relation(kept[row.head], kept[row.tail], row.label, rng.random()) for row in rows]
    set_relations(doc, [row for row in found if row.score > 0.1])
    set_groups(doc, group_mentions(doc, []))
    return doc
