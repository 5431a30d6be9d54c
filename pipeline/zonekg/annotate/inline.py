"""The inline format: annotated text that a person can write without counting offsets.

    === js-001
    genre: brief
    year: 2021

    [[K1|昆山高新区]]消息，[[O1|沪光股份]]在[[K1|高新区]]投建[[P1|智能线束项目]]，总投资[[M1|3亿元]]。
    ---
    O1 INVESTS_IN P1
    P1 LOCATED_IN K1
    P1 TOTAL_INVESTMENT M1

A mark is ``[[tag|mention]]``; the tag is the letter of the entity type (``mark`` in the schema)
and a number. Mentions with one tag are the same thing, whatever they are called. A relation
line joins two tags; it is stored between the two nearest mentions, or between those picked by
``#k`` (``O1#2`` is the second mention tagged O1). A backslash before ``[``, ``]``, a backslash
or, at the start of a line, ``=`` or ``-`` makes the character plain text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from zonekg.annotate.records import Record
from zonekg.errors import AnnotationError
from zonekg.schema import Schema, default_schema

__all__ = ["format_records", "parse_records"]

_HEAD = re.compile(r"=== (\S+)\s*$")
_META = re.compile(r"([A-Za-z_]\w*):\s?(.*)$")
_RELATION = re.compile(r"([A-Z]\d+)(?:#(\d+))?\s+([A-Z_]+)\s+([A-Z]\d+)(?:#(\d+))?\s*$")
_TOKEN = re.compile(r"\\(.)|\[\[([A-Z])(\d+)\||(\]\])|(\[\[)", re.S)


def parse_records(
    text: str, source: str | Path = "<text>", schema: Schema | None = None
) -> Iterator[Record]:
    """Yield doccano records from inline text; raises AnnotationError with file and line."""
    schema = schema or default_schema()
    lines = text.removeprefix("\ufeff").split("\n")
    starts = [i for i, line in enumerate(lines) if _HEAD.match(line)]
    for i, line in enumerate(lines[: starts[0] if starts else None], start=1):
        if line.strip():
            raise AnnotationError(source, "text before the first '=== id' line", line=i)
    for start, end in pairwise([*starts, len(lines)]):
        yield _Parser(source, schema, lines, start, end).record()


class _Parser:
    """One document, lines[start:end] of the file."""

    def __init__(
        self, source: str | Path, schema: Schema, lines: list[str], start: int, end: int
    ) -> None:
        self.source, self.schema, self.lines = source, schema, lines
        self.start, self.end = start, end
        self.labels = {entity.mark: entity.label for entity in schema.entities.values()}
        self.mentions: dict[str, list[int]] = defaultdict(list)
        self.entities: list[dict[str, Any]] = []

    def fail(self, found: str, line: int, todo: str = "") -> AnnotationError:
        return AnnotationError(self.source, found, line=line + 1, todo=todo)

    def record(self) -> Record:
        head = _HEAD.match(self.lines[self.start])
        assert head is not None
        meta, body = self.read_meta()
        rule = next((i for i in range(body, self.end) if self.lines[i].rstrip() == "---"), self.end)
        text = self.read_text(body, rule)
        if not text:
            raise self.fail("a document without text", self.start)
        relations = list(self.read_relations(rule + 1))
        record: Record = {
            "id": head[1], "text": text, "entities": self.entities, "relations": relations
        }  # fmt: skip
        if groups := self.groups(text):
            record["same_as"] = groups
        if meta:
            record["meta"] = meta
        return record

    def read_meta(self) -> tuple[dict[str, str], int]:
        meta: dict[str, str] = {}
        for i in range(self.start + 1, self.end):
            if not self.lines[i].strip():
                return meta, i + 1
            match = _META.match(self.lines[i])
            if not match:
                raise self.fail(
                    f"{self.lines[i][:40]!r} in the head",
                    i,
                    "write 'key: value', then a blank line",
                )
            meta[match[1]] = match[2].rstrip()
        return meta, self.end

    def read_text(self, first: int, last: int) -> str:
        raw = "\n".join(self.lines[first:last])
        out: list[str] = []
        size, at, open_tag, opened = 0, 0, None, first
        for match in _TOKEN.finditer(raw):
            line = first + raw.count("\n", 0, match.start())
            plain = raw[at : match.start()] + (match[1] or "")
            out.append(plain)
            size += len(plain)
            at = match.end()
            if match[1]:
                continue
            if match[5]:
                raise self.fail(
                    f"'{raw[match.start() : match.end() + 8]}'", line, r"write [[O1|..]] or \[\["
                )
            if match[2]:
                if open_tag:
                    raise self.fail(f"a mark inside the mark {open_tag}", line)
                if match[2] not in self.labels:
                    raise self.fail(
                        f"mark letter {match[2]}", line, f"use one of {', '.join(self.labels)}"
                    )
                open_tag, begin, opened = match[2] + match[3], size, line
                continue
            if not open_tag:
                raise self.fail("']]' without '[['", line)
            if size == begin:
                raise self.fail(f"the mark {open_tag} is empty", line)
            self.add(open_tag, begin, size)
            open_tag = None
        if open_tag:
            raise self.fail(f"the mark {open_tag} is never closed", opened)
        # blank lines behind the text only set it apart; escaped ones are text
        return "".join([*out, raw[at:].rstrip("\n")])

    def add(self, tag: str, start: int, end: int) -> None:
        self.mentions[tag].append(len(self.entities))
        label = self.labels[tag[0]]
        self.entities.append(
            {
                "id": len(self.entities) + 1,
                "label": label,
                "start_offset": start,
                "end_offset": end,
            }
        )

    def read_relations(self, first: int) -> Iterator[dict[str, Any]]:
        number = 0
        for i in range(first, self.end):
            line = self.lines[i].strip()
            if not line or line.startswith("//"):
                continue
            match = _RELATION.match(line)
            if not match:
                raise self.fail(f"relation {line!r}", i, "write 'O1 INVESTS_IN P1'")
            for tag in (match[1], match[4]):
                if tag not in self.mentions:
                    raise self.fail(f"relation {line!r}: no mention is tagged {tag}", i)
            if match[3] not in self.schema.relations:
                names = ", ".join(self.schema.relations)
                raise self.fail(f"relation {line!r}: type {match[3]}", i, f"use one of {names}")
            try:
                head, tail = self.nearest(match[1], match[2], match[4], match[5])
            except LookupError:
                raise self.fail(f"relation {line!r}: no such mention", i) from None
            number += 1
            yield {"id": number, "from_id": head + 1, "to_id": tail + 1, "type": match[3]}

    def nearest(self, head: str, nth: str | None, tail: str, mth: str | None) -> tuple[int, int]:
        """The two mentions that a relation line means; LookupError if there are none."""

        def picked(tag: str, number: str | None) -> list[int]:
            found = self.mentions[tag]
            return found[int(number) - 1 : int(number)] if number else found

        pairs = [(h, t) for h in picked(head, nth) for t in picked(tail, mth) if h != t]
        if not pairs:
            raise LookupError
        return min(pairs, key=lambda pair: (gap(self.entities, *pair), pair))

    def groups(self, text: str) -> list[list[int]]:
        """The tags whose mentions differ in their wording; equal wordings need no entry."""
        return [
            [i + 1 for i in found]
            for found in self.mentions.values()
            if len({surface(text, self.entities[i]) for i in found}) > 1
        ]


def gap(entities: list[dict[str, Any]], a: int, b: int) -> int:
    """Characters between two mentions, 0 when they touch."""
    first, second = sorted((entities[a], entities[b]), key=lambda e: int(e["start_offset"]))
    return int(second["start_offset"]) - int(first["end_offset"])


def surface(text: str, entity: dict[str, Any]) -> str:
    return text[entity["start_offset"] : entity["end_offset"]]


def format_records(records: Iterable[Record], schema: Schema | None = None) -> Iterator[str]:
    """Yield each record as inline text; `parse_records` gives the same record back.

    Entities come back numbered in text order and relations in the order of the record;
    a record must be free of faults (see `check_record`).
    """
    schema = schema or default_schema()
    for record in records:
        yield _format(record, schema)


def _format(record: Record, schema: Schema) -> str:
    text: str = record["text"]
    entities = sorted(record.get("entities", []), key=lambda e: int(e["start_offset"]))
    position = {entity["id"]: i for i, entity in enumerate(entities)}
    tags = _tags(text, entities, record.get("same_as", []), schema)
    out = [f"=== {record['id']}\n"]
    out += [f"{key}: {value}\n" for key, value in record.get("meta", {}).items()]
    out.append("\n")
    at = 0
    for entity, tag in zip(entities, tags, strict=True):
        out.append(_escape(text[at : entity["start_offset"]], at == 0))
        out.append(f"[[{tag}|{_escape(surface(text, entity), False)}]]")
        at = entity["end_offset"]
    rest = text[at:].rstrip("\n")
    end = "\\\n" * (len(text) - at - len(rest))  # a line feed that is text
    out.append(_escape(rest, at == 0) + end + "\n---\n")
    mentions: dict[str, list[int]] = defaultdict(list)
    for i, tag in enumerate(tags):
        mentions[tag].append(i)
    for row in record.get("relations", []):
        head, tail = position[row["from_id"]], position[row["to_id"]]
        pairs = ((h, t) for h in mentions[tags[head]] for t in mentions[tags[tail]] if h != t)
        plain = min(pairs, key=lambda pair: (gap(entities, *pair), pair)) == (head, tail)
        ends = [
            tags[i] if plain else f"{tags[i]}#{mentions[tags[i]].index(i) + 1}"
            for i in (head, tail)
        ]
        out.append(f"{ends[0]} {row['type']} {ends[1]}\n")
    return "".join(out) + "\n"


def _tags(
    text: str, entities: list[dict[str, Any]], same_as: list[list[int]], schema: Schema
) -> list[str]:
    """A tag for each entity: those joined by same_as or of equal wording and label share one."""
    group_of = {key: group[0] for group in same_as for key in group}
    names: dict[object, object] = {}
    for entity in entities:
        key = (entity["label"], surface(text, entity))
        if entity["id"] in group_of:
            names.setdefault(key, ("group", group_of[entity["id"]]))
    numbers: dict[object, str] = {}
    counts: dict[str, int] = defaultdict(int)
    tags: list[str] = []
    for entity in entities:
        key = (entity["label"], surface(text, entity))
        thing = (
            ("group", group_of[entity["id"]]) if entity["id"] in group_of else names.get(key, key)
        )
        if thing not in numbers:
            mark = schema.entities[entity["label"]].mark
            counts[mark] += 1
            numbers[thing] = f"{mark}{counts[mark]}"
        tags.append(numbers[thing])
    return tags


def _escape(text: str, at_start: bool) -> str:
    text = re.sub(r"[\\\[\]]", r"\\\g<0>", text)
    start = r"(^|\n)(?=[=-])" if at_start else r"(\n)(?=[=-])"
    return re.sub(start, r"\1\\", text)
