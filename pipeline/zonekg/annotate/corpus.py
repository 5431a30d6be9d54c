"""Annotated documents as spaCy Docs and Examples, and Docs back as annotated documents."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import registry

from zonekg.annotate.augment import Augmenter
from zonekg.annotate.checks import check_record
from zonekg.annotate.records import Record, read_unique
from zonekg.annotate.states import gold_states, read_states
from zonekg.articles import Article
from zonekg.docs import (
    PREDICTED,
    Relation,
    article,
    group_mentions,
    groups,
    relations,
    set_article,
    set_groups,
    set_project_states,
    set_relations,
)
from zonekg.errors import AnnotationError

__all__ = [
    "checked_records",
    "doc_to_record",
    "file_digests",
    "read_corpus",
    "read_docs",
    "record_files",
    "record_to_doc",
]


@registry.readers("zonekg.AnnotatedCorpus.v1")
def read_corpus(
    path: str,
    augmenter: Augmenter | None = None,
    shuffle: bool = False,
    *,
    unlabelled: str | None = None,
    crossfit: str | None = None,
    states: str | None = None,
) -> Callable[[Language], Iterator[Example]]:
    """A corpus reader for spaCy's training: a JSONL file, or a folder of them.

    Each call of the reader yields Examples whose reference holds the gold mentions, relations
    and groups, and whose predicted doc holds the text alone. augmenter: changes each Example anew
    at every call; as spaCy calls a reader once unless ``training.max_epochs`` is -1, set that, and
    `shuffle`, which spaCy then leaves to the reader. unlabelled: documents without annotation
    besides, for a net that learns from another one. crossfit: documents of `path` once more, as
    models marked them that never saw them; these mentions are put into ``spans`` of the gold docs
    under the name `PREDICTED`. states: annotated states of the projects of `path`; the gold docs
    get them, and an article of the year that their ``meta`` has.
    """

    def read(nlp: Language) -> Iterator[Example]:
        paths = [path, unlabelled] if unlabelled else [path]
        golds = [doc for one in paths for doc in read_docs(Path(one), nlp)]
        if crossfit:
            _add_predicted(golds, Path(crossfit), nlp)
        if states:
            _add_states(golds, Path(states), checked_records(Path(path)))
        if shuffle:
            random.shuffle(golds)
        for gold in golds:
            plain = nlp.make_doc(gold.text)
            if source := article(gold):  # dates are read against its own
                set_article(plain, source)
            example = Example(plain, gold)
            yield from augmenter(nlp, example) if augmenter else (example,)

    return read


def _add_predicted(golds: Iterable[Doc], path: Path, nlp: Language) -> None:
    found = {doc.user_data["id"]: doc for doc in read_docs(path, nlp)}
    for gold in golds:
        other = found.get(gold.user_data["id"])
        if other is None:
            continue
        if other.text != gold.text:
            raise AnnotationError(
                path,
                f"document {gold.user_data['id']} has another text",
                todo="make it again with 'zonekg annotations crossfit' or 'mark'",
            )
        spans = [Span(gold, e.start, e.end, label=e.label_) for e in other.ents]
        gold.spans[PREDICTED] = spans


def _add_states(golds: Iterable[Doc], path: Path, records: Iterable[Record]) -> None:
    found = read_states(path)
    by_id = {str(record["id"]): record for record in records}
    for gold in golds:
        key = gold.user_data["id"]
        if key in found:
            set_project_states(gold, gold_states(found[key], by_id[key], groups(gold)))
            year = str(gold.user_data["meta"].get("year") or "")
            set_article(gold, Article(key, "", gold.text, "", date=year))


def record_files(path: Path) -> list[Path]:
    """The JSONL files of a folder, sorted, or the file itself."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise AnnotationError(path, "no annotated documents", todo="expected JSONL with relations")
    return files


def file_digests(path: Path) -> dict[str, str]:
    """SHA-256 of each JSONL file, by its name: what a model was trained on or chosen by."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in record_files(path)}


def checked_records(*paths: Path) -> Iterator[Record]:
    """The records of JSONL files or folders; raises AnnotationError at the first fault."""
    for _, _, record in _checked(paths):
        yield record


def _checked(paths: Iterable[Path]) -> Iterator[tuple[Path, int, Record]]:
    for file, line, record in read_unique(f for path in paths for f in record_files(path)):
        for problem, quote in check_record(record):
            raise AnnotationError(
                file,
                f"{problem} 「{quote}」",
                line=line,
                todo="'zonekg annotations check' lists every fault",
            )
        yield file, line, record


def read_docs(path: Path, nlp: Language) -> Iterator[Doc]:
    """The gold docs of a JSONL file or folder; raises AnnotationError at the first fault.

    ``doc.user_data["place"]`` is the file and the line, from 1.
    """
    for file, line, record in _checked([path]):
        doc = record_to_doc(record, nlp)
        doc.user_data["place"] = (file.as_posix(), line)
        yield doc


def record_to_doc(record: Record, nlp: Language) -> Doc:
    """A Doc with the mentions, relations and groups of a record that has no fault."""
    doc = nlp.make_doc(record["text"])
    doc.user_data |= {"id": str(record["id"]), "meta": record.get("meta") or {}}
    rows = sorted(record.get("entities", []), key=lambda row: int(row["start_offset"]))
    spans = []
    for row in rows:
        span = doc.char_span(row["start_offset"], row["end_offset"], label=row["label"])
        if span is None:
            raise ValueError(f"entity {row['id']} does not begin and end on tokens")
        spans.append(span)
    doc.set_ents(spans)
    index = {row["id"]: i for i, row in enumerate(rows)}
    set_relations(
        doc,
        (
            Relation(index[r["from_id"]], index[r["to_id"]], r["type"])
            for r in record.get("relations", [])
        ),
    )
    same = [[index[key] for key in group] for group in record.get("same_as", [])]
    set_groups(doc, group_mentions(doc, same))
    return doc


def doc_to_record(doc: Doc, identity: str) -> Record:
    """The mentions, relations and groups of a Doc as one record, ids from 1 in text order."""
    entities = [
        {"id": i, "label": e.label_, "start_offset": e.start_char, "end_offset": e.end_char}
        for i, e in enumerate(doc.ents, start=1)
    ]
    rows = [
        {"id": i, "from_id": r.head + 1, "to_id": r.tail + 1, "type": r.label}
        for i, r in enumerate(relations(doc), start=1)
    ]
    record: Record = {"id": identity, "text": doc.text, "entities": entities, "relations": rows}
    texts = [ent.text for ent in doc.ents]
    members: dict[int, list[int]] = {}
    for i, first in enumerate(groups(doc)):
        members.setdefault(first, []).append(i)
    same = [
        [i + 1 for i in group] for group in members.values() if len({texts[i] for i in group}) > 1
    ]
    if same:
        record["same_as"] = same
    return record
