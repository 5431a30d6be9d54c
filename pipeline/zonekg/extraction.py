"""Room 2 from outside: pages to Docs, and Docs as JSONL that annotators can correct."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from zonekg.annotate.checks import check_record
from zonekg.annotate.corpus import doc_to_record, record_to_doc
from zonekg.annotate.records import Record, read_records
from zonekg.articles import Article
from zonekg.docs import (
    Amount,
    Relation,
    amounts,
    article,
    confidences,
    evidence,
    project_states,
    relations,
    sentence_bounds,
    set_amounts,
    set_article,
    set_confidences,
    set_project_states,
    set_relations,
    set_unsure_relations,
    unsure_relations,
)
from zonekg.errors import AnnotationError, ModelError
from zonekg.schema import Schema, default_schema
from zonekg.states import ProjectState

__all__ = [
    "doc_to_row",
    "extract",
    "load_model",
    "read_rows",
    "row_line",
    "row_to_doc",
    "rows_to_docs",
]


def load_model(path: str | Path) -> Language:
    """Load a trained pipeline; raises ModelError when the folder holds none that zonekg can use."""
    folder = Path(path)
    if not (folder / "meta.json").is_file():
        raise ModelError(
            f"{path}: no trained pipeline; name a folder with meta.json, such as "
            "models/zh_zone_news_trf"
        )
    try:
        nlp = spacy.load(folder)
    except Exception as error:  # spaCy, thinc and srsly raise many kinds on damaged folders
        cause = " ".join(str(error).split())[:200]
        raise ModelError(f"{path}: can't be loaded ({cause}); train or fetch it again") from error
    if trained := nlp.meta.get("zonekg", {}).get("schema"):
        labels = _labels(Schema.parse(trained))
        if labels != _labels(default_schema()):
            raise ModelError(
                f"{path}: trained for other labels ({', '.join(labels)}) than this release's; "
                "use the release that it came with, or train it again"
            )
    nlp.max_length = 10**9  # articles of any length: the net sees windows
    return nlp


def _labels(schema: Schema) -> list[str]:
    return [*schema.entities, *schema.relations]


def extract(articles: Iterable[Article], nlp: Language, *, processes: int = 1) -> Iterator[Doc]:
    """Tag articles: Docs with mentions, amounts, groups, relations, states and their article.

    Use it as ``extract(read_page("page.txt"), load_model("models/zh_zone_news_trf"))``.
    """
    yield from nlp.pipe((_untagged(one, nlp) for one in articles), n_process=processes)


def _untagged(source: Article, nlp: Language) -> Doc:
    """The doc of an article; a component may want to know its date."""
    doc = nlp.make_doc(source.text)
    set_article(doc, source)
    return doc


def doc_to_row(doc: Doc) -> Record:
    """A Doc as one JSON row: an annotation record with confidences, amounts and places besides.

    The first mention of a project carries its ``state``, a relation the sentences that show it as
    ``evidence``, both with offsets into the text; ``unsure`` holds relations for review. The row is
    a superset of an annotation record, so that it can be corrected and trained on.
    """
    source = article(doc)
    assert source is not None
    row = doc_to_record(doc, source.id)
    worth = amounts(doc)
    states = project_states(doc)
    texts = [ent.text for ent in doc.ents]
    for i, (entity, sure) in enumerate(zip(row["entities"], confidences(doc), strict=True)):
        entity["text"] = texts[i]
        entity["confidence"] = sure
        entity["places"] = [
            list(place) for place in source.places(entity["start_offset"], entity["end_offset"])
        ]
        if i in worth:
            entity["amount"] = {key: str(value) for key, value in worth[i]._asdict().items()}
        if i in states:
            entity["state"] = states[i].to_dict()
    mentions, sentences = doc.ents, sentence_bounds(doc.text)
    for found, relation in zip(row["relations"], relations(doc), strict=True):
        found["score"] = relation.score
        found["evidence"] = [list(bound) for bound in evidence(relation, mentions, sentences)]
    row["unsure"] = [
        {"from_id": r.head + 1, "to_id": r.tail + 1, "type": r.label, "score": r.score}
        for r in unsure_relations(doc)
    ]
    row["article"] = {k: v for k, v in source.to_dict().items() if k != "text"}
    return row


def row_to_doc(row: Record, nlp: Language) -> Doc:
    """Read what `doc_to_row` wrote; `nlp` tokenizes, a blank one will do."""
    doc = record_to_doc(row, nlp)
    entities = sorted(row["entities"], key=lambda entity: int(entity["start_offset"]))
    index = {entity["id"]: i for i, entity in enumerate(entities)}
    set_confidences(doc, [entity.get("confidence", 1.0) for entity in entities])
    set_amounts(doc, {i: _amount(e["amount"]) for i, e in enumerate(entities) if "amount" in e})
    for setter, key in ((set_relations, "relations"), (set_unsure_relations, "unsure")):
        setter(
            doc,
            (
                Relation(index[r["from_id"]], index[r["to_id"]], r["type"], r.get("score", 1.0))
                for r in row.get(key, [])
            ),
        )
    states = {i: e["state"] for i, e in enumerate(entities) if "state" in e}
    set_project_states(doc, {i: ProjectState.from_dict(one) for i, one in states.items()})
    set_article(doc, Article.from_dict(row["article"] | {"text": row["text"]}))
    return doc


def _amount(data: dict[str, str]) -> Amount:
    return Amount(Decimal(data["low"]), Decimal(data["high"]), data["currency"], data["bound"])


def row_line(row: dict[str, Any]) -> str:
    """One line of JSONL."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def read_rows(path: Path) -> Iterator[Doc]:
    """The Docs of an extraction file; raises AnnotationError, naming file and line, at a fault."""
    return rows_to_docs(path, read_records(path))


def rows_to_docs(path: Path, rows: Iterable[tuple[int, Record]]) -> Iterator[Doc]:
    """The Docs of (line, row) that `path` holds, each row checked as `read_rows` does."""
    nlp = blank()
    for line, row in rows:
        for problem, quote in check_record(row, style=False):
            raise AnnotationError(path, f"{problem} 「{quote}」", line=line)
        if "article" not in row:
            raise AnnotationError(
                path,
                "a document without its article",
                line=line,
                todo="expected what 'zonekg extract' writes",
            )
        try:
            yield row_to_doc(row, nlp)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise AnnotationError(
                path,
                f"an article or amount that can't be read ({type(error).__name__}: {error})",
                line=line,
                todo="expected what 'zonekg extract' writes",
            ) from error


def blank() -> Language:
    """A pipeline that only cuts text into characters."""
    nlp = spacy.blank("zh")
    nlp.max_length = 10**9
    return nlp
