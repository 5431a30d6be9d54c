"""What is wrong in annotated documents: offsets, overlaps, relation ends, ids, spans cut badly."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from zonekg.annotate.clusters import check_cluster, is_cluster
from zonekg.annotate.records import Record, read_records
from zonekg.annotate.states import check_states, is_states
from zonekg.errors import AnnotationError
from zonekg.schema import Schema, default_schema

__all__ = ["Finding", "check_file", "check_record"]

_EDGE_PUNCTUATION = set("，。、；：！？,.;:!?\"'…—·-")
_PAIRS = (
    ("（", "）"), ("(", ")"), ("“", "”"), ("‘", "’"),
    ("《", "》"), ("〈", "〉"), ("【", "】"), ("[", "]"),
)  # fmt: skip


class Finding(NamedTuple):
    """One thing that is wrong in an annotation file.

    path: the file; line: from 1; doc: the document's id; problem: what is wrong and what was
    expected; quote: the text it is about, empty where it is not about text.
    """

    path: str
    line: int
    doc: str
    problem: str
    quote: str

    def __str__(self) -> str:
        quote = f" 「{self.quote}」" if self.quote else ""
        return f"{self.path}:{self.line}: [{self.doc}] {self.problem}{quote}"


def check_file(path: Path, schema: Schema | None = None) -> list[Finding]:
    """Everything that is wrong in one JSONL file, in the file's order."""
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    try:
        for line, record in read_records(path):
            doc = str(record.get("id", record.get("cluster", "?")))
            findings += [
                Finding(str(path), line, doc, problem, quote)
                for problem, quote in _check_any(record, schema)
            ]
            if doc in seen:
                problem = f"document id already used in line {seen[doc]}"
                findings.append(Finding(str(path), line, doc, problem, ""))
            seen.setdefault(doc, line)
    except AnnotationError as error:
        findings.append(Finding(str(path), error.line or 0, "?", error.found, ""))
    return findings


def _check_any(record: Record, schema: Schema | None) -> Iterator[tuple[str, str]]:
    if is_states(record):
        return check_states(record)
    return check_cluster(record, schema) if is_cluster(record) else check_record(record, schema)


def check_record(
    record: Record, schema: Schema | None = None, *, style: bool = True
) -> Iterator[tuple[str, str]]:
    """Yield (problem, quoted text) for each fault of one record.

    style: also look at how spans begin, end and cut brackets, which people should get right and a
    model may get wrong; not done where ``meta`` tells that the document was ``marked_by`` a model.

    >>> bad = {"id": "d", "text": "甲公司 ", "entities": [
    ...     {"id": 1, "label": "ORG", "start_offset": 0, "end_offset": 4}], "relations": []}
    >>> list(check_record(bad))
    [('ORG 1 ends on a space', '甲公司 ')]
    """
    schema = schema or default_schema()
    text = record.get("text")
    if not isinstance(record.get("id"), (str, int)) or isinstance(record.get("id"), bool):
        yield "no id, expected a string or number", ""
    if not isinstance(text, str) or not text:
        yield "no text, expected a non-empty string", ""
        return
    if any("\ud800" <= char <= "\udfff" for char in f"{text}{record.get('id')}"):
        yield "half a surrogate pair in the text or id, expected whole characters", ""
        return
    meta = record.get("meta", {})
    if not isinstance(meta, dict):
        yield f"meta is a {type(meta).__name__}, expected an object", ""
    by_model = isinstance(meta, dict) and bool(meta.get("marked_by"))
    labels: dict[int, str] = {}
    spans: list[tuple[int, int, str]] = []
    for row in _rows(record, "entities"):
        if isinstance(row, str):
            yield row, ""
            continue
        yield from _check_entity(row, text, schema, labels, spans)
    if style and not by_model:
        for start, end, name in spans:
            yield from _check_style(text[start:end], name)
    yield from _check_overlaps(spans, text)
    yield from _check_relations(record, schema, labels)
    yield from _check_groups(record, labels)


def _rows(record: Record, key: str) -> Iterator[Mapping[str, Any] | str]:
    """The objects of a list field; a string in place of an object is a problem to report."""
    rows = record.get(key, [])
    if not isinstance(rows, list):
        yield f"{key} is a {type(rows).__name__}, expected a list"
        return
    for row in rows:
        yield row if isinstance(row, Mapping) else f"{key} holds {row!r}, expected an object"


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_entity(
    row: Mapping[str, Any],
    text: str,
    schema: Schema,
    labels: dict[int, str],
    spans: list[tuple[int, int, str]],
) -> Iterator[tuple[str, str]]:
    key: Any = row.get("id")
    label: Any = row.get("label")
    start: Any = row.get("start_offset")
    end: Any = row.get("end_offset")
    name = f"{label} {key}"
    if not _is_int(key):
        yield f"{name}: entity id {key!r}, expected a whole number", ""
    elif key in labels:
        yield f"{name}: entity id {key} is used twice", ""
    else:
        labels[key] = str(label)
    if not isinstance(label, str) or label not in schema.entities:
        yield f"{name}: label {label!r}, expected one of {', '.join(schema.entities)}", ""
    if not _is_int(start) or not _is_int(end):
        yield f"{name}: offsets {start!r} to {end!r}, expected whole numbers", ""
        return
    if not 0 <= start < end <= len(text):
        yield f"{name}: offsets {start} to {end}, expected within 0 to {len(text)}", ""
        return
    spans.append((start, end, name))


def _check_style(quote: str, name: str) -> Iterator[tuple[str, str]]:
    for side, char in (("starts", quote[0]), ("ends", quote[-1])):
        if char.isspace():
            yield f"{name} {side} on a space", quote
        elif char in _EDGE_PUNCTUATION:
            yield f"{name} {side} on the punctuation mark {char}", quote
    if "\n" in quote:
        yield f"{name} runs over a line break", quote
    for opening, closing in _PAIRS:
        if quote.count(opening) != quote.count(closing):
            yield f"{name} cuts the brackets {opening}{closing}", quote
        elif quote[0] == opening and quote[1:].find(closing) == len(quote) - 2:
            yield f"{name} takes in the marks {opening}{closing} around it", quote
    if name.startswith("MONEY") and not any(
        unicodedata.numeric(c, None) is not None for c in quote
    ):
        yield f"{name} has no number", quote


def _check_overlaps(spans: list[tuple[int, int, str]], text: str) -> Iterator[tuple[str, str]]:
    spans = sorted(spans)
    for (start, end, name), (after, stop, other) in pairwise(spans):
        if after < end:
            yield f"{name} and {other} overlap", text[start : max(end, stop)]


def _check_relations(
    record: Record, schema: Schema, labels: dict[int, str]
) -> Iterator[tuple[str, str]]:
    ids: set[object] = set()
    facts: set[tuple[object, object, object]] = set()
    for row in _rows(record, "relations"):
        if isinstance(row, str):
            yield row, ""
            continue
        key, kind = row.get("id"), row.get("type")
        head: Any = row.get("from_id")
        tail: Any = row.get("to_id")
        name = f"relation {key} ({head} {kind} {tail})"
        if not _is_int(key):
            yield f"{name}: id {key!r}, expected a whole number", ""
        elif key in ids:
            yield f"{name}: relation id {key} is used twice", ""
        else:
            ids.add(key)
        missing = [end for end in (head, tail) if not (_is_int(end) and end in labels)]
        if missing:
            yield f"{name}: no entity {' or '.join(map(repr, missing))} in the document", ""
            continue
        if not isinstance(kind, str) or kind not in schema.relations:
            yield f"{name}: type {kind!r}, expected one of {', '.join(schema.relations)}", ""
        elif not schema.allows(kind, labels[head], labels[tail]):
            yield f"{name}: {kind} can't run from {labels[head]} to {labels[tail]}", ""
        if head == tail:
            yield f"{name}: an entity related to itself", ""
        if (head, str(kind), tail) in facts:
            yield f"{name}: the same relation twice", ""
        facts.add((head, str(kind), tail))


def _check_groups(record: Record, labels: dict[int, str]) -> Iterator[tuple[str, str]]:
    groups = record.get("same_as", [])
    if not isinstance(groups, list) or not all(isinstance(g, list) for g in groups):
        yield "same_as is not a list of lists of entity ids", ""
        return
    used: set[int] = set()
    for group in groups:
        missing = [key for key in group if not (_is_int(key) and key in labels)]
        if missing:
            yield f"same_as {group}: no entity {missing} in the document", ""
            continue
        if len(set(group)) < 2:
            yield f"same_as {group}: expected two entities or more", ""
        if len({labels[key] for key in group}) > 1:
            yield f"same_as {group}: joins {sorted({labels[key] for key in group})}", ""
        if used & set(group):
            yield f"same_as {group}: shares an entity with another group", ""
        used |= set(group)
