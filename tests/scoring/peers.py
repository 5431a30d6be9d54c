"""What nervaluate and spaCy count on the same docs, in the shape of zonekg's numbers."""

from nervaluate import Evaluator
from spacy.scorer import Scorer
from spacy.training import Example

SCHEMES = {"strict": "strict", "exact": "exact", "partial": "partial", "ent_type": "type"}
"""nervaluate's name for a scheme and ours."""
COUNTS = ("correct", "incorrect", "partial", "missed", "spurious")
SPACY = Scorer()  # slow to make


def semeval(pairs, labels):
    """nervaluate's counts and scores, as `errors["entities"]["semeval"]` has them."""
    predicted, gold = ([_rows(doc) for doc in docs] for docs in zip(*pairs, strict=True))
    found = Evaluator(gold, predicted, tags=list(labels), loader="dict").evaluate()
    tables = {"micro": found["overall"]} | {
        label: found["entities"].get(label, {}) for label in labels
    }
    return {
        ours: {label: _figures(table.get(theirs)) for label, table in tables.items()}
        for theirs, ours in SCHEMES.items()
    }


def _rows(doc):
    # nervaluate's ends are inclusive
    return [
        {"label": ent.label_, "start": ent.start_char, "end": ent.end_char - 1} for ent in doc.ents
    ]


def _figures(row):
    if row is None:  # a label that neither side has
        return dict.fromkeys((*COUNTS, "p", "r", "f"), 0)
    figures = zip("prf", (row.precision, row.recall, row.f1), strict=True)
    return {name: getattr(row, name) for name in COUNTS} | {k: 100 * v for k, v in figures}


def spacy_scores(pairs, labels):
    """spaCy's precision, recall and F of mentions by label and for all, 0 to 1."""
    found = SPACY.score([Example(predicted, gold) for predicted, gold in pairs])
    per_type = found["ents_per_type"] or {}
    nothing = dict.fromkeys("prf", 0.0)
    micro = {key: found[f"ents_{key}"] or 0.0 for key in "prf"}
    return {"micro": micro} | {label: per_type.get(label, nothing) for label in labels}
