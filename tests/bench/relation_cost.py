"""How long the relation stage takes by the number of entities of an article, on one core.

    python tests/bench/relation_cost.py models/zh_zone_news_trf OUT

Articles of so many entities are cut and joined from the documents of dev; the entities are theirs.
Measured are groups, reading, net and decision, and NER beside them. Writes a JSON file, a Markdown
table and a picture.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import matplotlib as mpl
from results import write_results
from spacy.language import Language
from spacy.tokens import Doc, Span

from zonekg.annotate.corpus import read_docs
from zonekg.docs import set_confidences
from zonekg.extraction import load_model

mpl.use("Agg")
from matplotlib import pyplot as plt

SIZES = (10, 25, 50, 100, 200, 400, 800, 1600)
LIMIT = 2.0


def article(nlp: Language, docs: Sequence[Doc], size: int) -> Doc:
    """A text with `size` marked mentions, of as many documents as it takes, one below the other."""
    texts, spans, at = [], [], 0
    while len(spans) < size:
        doc = docs[len(texts) % len(docs)]
        texts.append(doc.text)
        spans += [(at + e.start_char, at + e.end_char, e.label_) for e in doc.ents]
        at += len(doc.text) + 1
    spans = spans[:size]
    made = nlp.make_doc("\n".join(texts)[: spans[-1][1] + 20])
    found = [made.char_span(start, end, label=label) for start, end, label in spans]
    made.set_ents([span for span in found if span is not None])
    return made


def seconds(nlp: Language, doc: Doc) -> dict[str, float]:
    """CPU seconds of NER, and of the groups and relations of the mentions that the doc has."""
    gold = [(e.start, e.end, e.label_) for e in doc.ents]
    took: dict[str, float] = {}
    for name, pipe in nlp.pipeline:
        begin = process_time()
        doc = pipe(doc)
        took[name] = process_time() - begin
        if name == "ner":
            doc.set_ents([Span(doc, a, b, label=label) for a, b, label in gold])
            set_confidences(doc, [1.0] * len(gold))
    return {"ner": took["ner"], "relations": took["aliases"] + took["relations"]}


def table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The curve as a table."""
    yield "| entities | characters | relations, seconds | NER, seconds |"
    yield "|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row['entities']} | {row['characters']} | {row['relations']:.2f} "
            f"| {row['ner']:.2f} |"
        )


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """The curve, with the limit at 200 entities."""
    figure, axes = plt.subplots(figsize=(6, 4))
    sizes = [row["entities"] for row in rows]
    axes.plot(sizes, [row["relations"] for row in rows], "o-", label="groups and relations")
    axes.plot(sizes, [row["ner"] for row in rows], "s--", label="NER")
    axes.plot([200], [LIMIT], "x", color="#c0392b", label=f"limit: 200 entities in {LIMIT:.0f} s")
    axes.set(xscale="log", yscale="log", xlabel="entities", ylabel="CPU seconds, one core")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    nlp = load_model(args.model)
    docs = [doc for doc in read_docs(Path("annotations/dev"), nlp) if len(doc.ents) > 10]
    seconds(nlp, article(nlp, docs, SIZES[0]))  # graphs are loaded at first use
    rows = []
    for size in SIZES:
        made = [article(nlp, docs, size) for _ in range(args.repeats)]
        took = [seconds(nlp, doc) for doc in made]
        row = {part: statistics.median(one[part] for one in took) for part in took[0]}
        rows.append({"entities": size, "characters": len(made[0].text)} | row)
    write_results(args.target, table(rows), unit="CPU seconds, one core", rows=rows)
    draw(rows, args.target.with_suffix(".png"))


if __name__ == "__main__":
    main()
