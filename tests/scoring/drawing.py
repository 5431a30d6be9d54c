"""Random annotations, and random pairs of which the predicted one is often a near miss.

A case is made from one drawn seed: a hundred draws for each would take most of the time. They are
small, and their repr shows all, for nothing shrinks.
"""

from itertools import pairwise
from random import Random
from typing import NamedTuple

import spacy
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

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
from zonekg.schema import default_schema
from zonekg.scoring.breakdown import confidence, errors, scores
from zonekg.scoring.judgement import judge

SCHEMA = default_schema()
LABELS = list(SCHEMA.entities)
KINDS = sorted(
    (row.label, head, tail)
    for row in SCHEMA.relations.values()
    for head in row.heads
    for tail in row.tails
)
# few characters, so that wordings repeat; one of them lies outside the BMP
LETTERS = "甲乙甲乙𠮷公司园，。 \n"
APART = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
# parks often, for chains; None for text between
SOME = (*LABELS, "PARK", "PARK", None)
CROWD = ("PARK", "PARK", "PARK", "ORG", None)
CHANGES = ("move", "label", "label and move", "split", "merge", "drop", "next")
SURE = (0.0, 0.05, 0.3, 0.5, 0.55, 0.8, 0.95, 1.0)

blank = spacy.blank("zh")


class Case(NamedTuple):
    """Annotations of one text; given: predicted relations between the gold mentions."""

    predicted: Doc
    gold: Doc
    given: Doc

    def __repr__(self):
        rows = [f"{name}: {told(doc)}" for name, doc in self._asdict().items()]
        return "\n".join([repr(self.gold.text), *rows])


def told(doc):
    """All that is annotated, to read."""
    ents = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
    rows = [tuple(row) for row in relations(doc)]
    return f"{ents} groups {groups(doc)} relations {rows} confidences {confidences(doc)}"


def some_text(rng):
    size = rng.randint(0, 6) if rng.random() < 0.15 else rng.randint(12, 28)
    return "".join(rng.choices(LETTERS, k=size))


def free_spans(rng, size, labels=SOME):
    """Mentions anywhere as (first token, last token + 1, label); many touch."""
    count = rng.randint(0, 5) if rng.random() < 0.2 else rng.randint(6, 12)
    cuts = sorted(rng.sample(range(size + 1), k=min(size + 1, count)))
    drawn = [(start, end, rng.choice(labels)) for start, end in pairwise(cuts)]
    return [span for span in drawn if span[2]]


def near_spans(rng, spans, size, labels=SOME):
    """What a model might make of the spans."""
    keep = rng.choice([0.4, 0.8, 1.0])
    out = []
    for start, end, label in spans:
        change = "keep" if rng.random() < keep else rng.choice(CHANGES)
        new = rng.choice(labels) if "label" in change else label
        if "move" in change:
            out.append((start + rng.randint(-2, 2), end + rng.randint(-2, 2), new))
        elif change == "split" and end - start > 1:
            cut = rng.randint(start + 1, end - 1)
            out += [(start, cut, new), (cut, end, rng.choice(labels))]
        elif change == "merge" and out:
            out[-1] = (out[-1][0], end, out[-1][2])
        elif change == "next":
            out.append((end, end + 2, new))
        elif change != "drop":
            out.append((start, end, new))
    return flat(out, size)


def flat(spans, size):
    """Those of the spans, in text order, that lie in the text and overlap none before them."""
    last, out = 0, []
    for start, end, label in sorted(spans, key=lambda span: span[:2]):
        if label and last <= start < end <= size:
            out.append((start, end, label))
            last = end
    return out


def doc_of(text, spans):
    doc = blank(text)
    doc.set_ents([Span(doc, start, end, label=label) for start, end, label in spans])
    return doc


def some_relations(rng, doc, wanted=()):
    """Legal relations with scores: most of `wanted`, or others of their ends, and any."""
    kinds = [ent.label_ for ent in doc.ents]
    pairs = [(i, j) for i in range(len(kinds)) for j in range(len(kinds)) if i != j]
    legal = [(i, j, k) for i, j in pairs for k, a, b in KINDS if (kinds[i], kinds[j]) == (a, b)]
    chains = [(i, j, k) for i, j, k in legal if k == "LOCATED_IN" and kinds[i] == "PARK"]
    picked = []
    for row in wanted:
        change = rng.choice(["keep", "keep", "keep", "drop", "turn", "other"])
        turned = (row[1], row[0], row[2])
        if change == "other":
            picked.append(rng.choice([kind for kind in legal if set(kind[:2]) == set(row[:2])]))
        elif change != "drop":
            picked.append(turned if change == "turn" and turned in legal else row)
    if legal:
        picked += rng.choices([*legal, *chains * 3], k=rng.choice([0, 2, 5, 8]))
    return [Relation(*row, some_confidence(rng)) for row in picked]


def some_confidence(rng):
    return rng.choice([rng.choice(SURE), rng.random()])


def some_groups(rng, doc, alone=0.6, like=None):
    """Groups of mentions of one label; like: a group for some of the mentions to follow."""
    out = []
    for i, ent in enumerate(doc.ents):
        same = sorted({out[k] for k in range(i) if doc.ents[k].label_ == ent.label_})
        if like and i in like:
            same = sorted({out[k] for k in range(i) if like.get(k) == like[i]})
            out.append(same[0] if same else i)
        else:
            out.append(rng.choice(same) if same and rng.random() > alone else i)
    return out


def annotate(rng, text, labels=SOME, alone=0.6):
    """A doc with mentions, legal relations of score 1, and groups."""
    doc = doc_of(text, free_spans(rng, len(blank(text)), labels))
    set_relations(doc, {row._replace(score=1.0) for row in some_relations(rng, doc)})
    set_groups(doc, some_groups(rng, doc, alone))
    return doc


def some_case(rng):
    """A random `Case`; a third is crowded: mostly parks, of different wordings, in groups."""
    text, labels, alone = rng.choice([(None, SOME, 0.6), (None, SOME, 0.9), (APART, CROWD, 0.3)])
    gold = annotate(rng, some_text(rng) if text is None else text, labels, alone)
    gold.user_data["meta"] = {"genre": rng.choice(["brief", "notice", ""])}
    spans = [(ent.start, ent.end, ent.label_) for ent in gold.ents]
    near = near_spans(rng, spans, len(gold), labels)
    free = free_spans(rng, len(gold), labels)
    predicted = doc_of(gold.text, rng.choice([near, near, near, free]))
    places = {(ent.start, ent.end, ent.label_): i for i, ent in enumerate(predicted.ents)}
    now = [places.get(span) for span in spans]
    facts = [(now[row.head], now[row.tail], row.label) for row in relations(gold)]
    wanted = [row for row in facts if None not in row]
    set_relations(predicted, some_relations(rng, predicted, wanted))
    like = {i: first for i, first in zip(now, groups(gold), strict=True) if i is not None}
    set_groups(predicted, some_groups(rng, predicted, alone, rng.choice([None, like])))
    set_confidences(predicted, [some_confidence(rng) for _ in predicted.ents])
    given = bare_copy(gold)
    set_relations(given, some_relations(rng, given, [row[:3] for row in relations(gold)]))
    return Case(predicted, gold, given)


seeds = st.integers(0, 2**64 - 1)
annotated = seeds.map(lambda seed: annotate(rng := Random(seed), some_text(rng)))
two_annotated = seeds.map(
    lambda seed: [annotate(rng := Random(seed), text := rng.choice([APART, "甲乙" * 12])),
                  annotate(rng, text)]
)  # fmt: skip
cases = seeds.map(lambda seed: some_case(Random(seed)))
several = st.lists(cases, min_size=1, max_size=3)


def judged(drawn, by=("genre",), **options):
    return [judge(*case, by=by, **options) for case in drawn]


def numbers(documents):
    """All that is counted over judged documents, with next to no resampling."""
    return {
        **scores(documents, SCHEMA, resamples=1),
        "errors": errors(documents, SCHEMA),
        "confidence": confidence(documents, SCHEMA),
    }
