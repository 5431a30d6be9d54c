"""The error browser of an evaluation: every document with its gold and predicted annotation.

A page must open at once however many documents it holds, so it carries three things: a small
index of the documents, the list of errors, and the documents themselves in chunks. List and
chunks are JSON, compressed (gzip, RFC 1952) and in base64; the page inflates a chunk when one of
its documents is opened, which ``browser_document.js`` does.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from zonekg.docs import Relation, confidences, relations
from zonekg.report.links import LINK, Links
from zonekg.schema import Schema, default_schema
from zonekg.scoring.facts import FACT_ERRORS, Stated, thing_names
from zonekg.scoring.judgement import Judged
from zonekg.scoring.mentions import MENTION_ERRORS, Mark, error_class, marks

__all__ = ["CHUNK", "Browser", "browse"]

CHUNK = 20
"""Documents of one chunk."""

Row = dict[str, Any]
Ends = list[tuple[int, str]]
"""Index and wording of an error's mentions on one side: none, one, or head and tail."""


@dataclass(frozen=True)
class Browser:
    """What ``browser.html.j2`` puts in the page, beside ``browser.css`` and the scripts.

    index: JSON data; ``schema`` and ``classes`` by task, and ``documents``, those with most errors
    first: ``id``, ``genre``, ``characters``, ``errors``, pairs of an index into ``kinds`` (task,
    class, label) and a count, and ``place``, ``link`` and ``page``, None for no link. errors: the
    list of errors, ``doc`` an index into ``documents``; chunks: the documents, `CHUNK` in each.
    Both are JSON, compressed, in base64.
    """

    index: Row
    errors: str
    chunks: list[str]


def browse(
    documents: Sequence[Judged],
    *,
    link: str = LINK,
    base: Path | None = None,
    pages: Path | None = None,
) -> Browser:
    """Make the data of the error browser; the same documents give the same bytes.

    link: where a document's link leads, with ``{file}``, ``{line}`` and ``{id}``, such as
    ``https://doccano.example/projects/3/annotation?page={line}``; a file's path is relative to
    `base`, the folder of the page, unless the link names a host. pages: the folder of the pages
    that the documents came from, for a link to the file that ``meta.source`` names. Raises
    InputError at a link that is neither of http or https nor relative.
    """
    schema = default_schema()
    links = Links(link, base, pages)
    found = [(one, _errors(one)) for one in documents]
    found.sort(key=lambda pair: -len(pair[1]))  # stable: else in the order of gold
    kinds = sorted({_kind(row) for _, rows in found for row in rows})
    entries, errors = [], []
    for number, (one, rows) in enumerate(found):
        counts = Counter(kinds.index(_kind(row)) for row in rows)
        identity = str(one.gold.user_data.get("id", number + 1))
        entry = {"id": identity, "errors": sorted(counts.items())}
        entries.append(
            entry
            | _entry(one.gold)
            | links.of(one.gold, identity, _meta(one.gold).get("source", ""))
        )
        errors += [{"doc": number} | row for row in rows]
    bodies = [_body(one, schema) for one, _ in found]
    index = {
        "schema": _schema(schema),
        "classes": {"entities": list(MENTION_ERRORS), "relations": list(FACT_ERRORS)},
        "kinds": kinds,
        "documents": entries,
        "chunk": CHUNK,
    }
    chunks = [_pack(bodies[start : start + CHUNK]) for start in range(0, len(bodies), CHUNK)]
    return Browser(index, _pack(errors), chunks)


def _pack(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("ascii"), mtime=0)).decode("ascii")


def _schema(schema: Schema) -> Row:
    return {
        "entities": {k: {"name": v.name, "color": v.color} for k, v in schema.entities.items()},
        "relations": {
            k: {"name": v.name, "color": v.color, "symmetric": v.symmetric}
            for k, v in schema.relations.items()
        },
    }


def _meta(doc: Doc) -> dict[str, str]:
    """The document's meta data, every value as a text."""
    meta: Mapping[str, Any] = doc.user_data.get("meta") or {}
    return {
        str(key): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in meta.items()
    }


def _entry(doc: Doc) -> Row:
    return {"genre": _meta(doc).get("genre", ""), "characters": len(doc.text)}


# -- errors


def _kind(row: Row) -> tuple[str, str, str]:
    return row["task"], row["class"], row["label"]


def _errors(one: Judged) -> list[Row]:
    """The document's errors in text order; label and class as the tables of errors count them."""
    rows = [*_mention_errors(one), *_fact_errors(one)]
    rows.sort(key=lambda row: (row["at"], row["to"], row["task"], row["label"], row["class"]))
    return rows


def _mention_errors(one: Judged) -> Iterator[Row]:
    mine, theirs = _places(one.predicted), _places(one.gold)
    sure, text = confidences(one.predicted), one.gold.text
    for found, wanted in one.mentions:
        kind = error_class(found, wanted)
        first = wanted or found
        if kind == "correct" or first is None:
            continue
        yield {
            "task": "entities", "class": kind, "label": first.label,
            "other": found.label if found and wanted and found.label != wanted.label else "",
            "gold": _ends(text, theirs, wanted), "predicted": _ends(text, mine, found),
            "confidence": round(sure[mine[found]], 4) if found else None,
            "at": first.start, "to": first.end,
        }  # fmt: skip


def _fact_errors(one: Judged) -> Iterator[Row]:
    mine, theirs, text = _places(one.predicted), _places(one.gold), one.gold.text
    for error in one.facts:
        found, wanted = _stated_ends(mine, error.predicted), _stated_ends(theirs, error.gold)
        head, tail = wanted or found
        yield {
            "task": "relations", "class": error.kind, "label": error.label, "other": error.other,
            "gold": _ends(text, theirs, *wanted),
            "predicted": _ends(text, mine, *found),
            "confidence": round(error.predicted.score, 4) if error.predicted else None,
            "at": head.start, "to": tail.start,
        }  # fmt: skip


def _places(doc: Doc) -> dict[Mark, int]:
    return {mark: i for i, mark in enumerate(marks(doc))}


def _ends(text: str, places: Mapping[Mark, int], *found: Mark | None) -> Ends:
    return [(places[mark], text[mark.start : mark.end]) for mark in found if mark]


def _stated_ends(places: Mapping[Mark, int], stated: Stated | None) -> tuple[Mark, ...]:
    """Head and tail of the relation that states a fact, or the nearest mentions of both things."""
    if stated is None:
        return ()
    if stated.row:
        mentions = list(places)
        return mentions[stated.row.head], mentions[stated.row.tail]
    every = product(stated.head, stated.tail)
    return min(every, key=lambda ends: abs(ends[0].start - ends[1].start))


# -- documents


def _body(one: Judged, schema: Schema) -> Row:
    """The text, and of each side the mentions and relations, each with its error class.

    mentions: start, end, label, confidence, class; relations: head, tail (indices of mentions),
    label, score, class, and whether the relation is not stated but follows from park in park.
    """
    kinds = [error_class(*pair) for pair in one.mentions]
    names = thing_names(one.predicted, one.gold)
    out: Row = {"text": one.gold.text, "meta": _meta(one.gold)}
    for i, side in enumerate(("predicted", "gold")):
        doc: Doc = getattr(one, side)
        known = {pair[i]: kind for pair, kind in zip(one.mentions, kinds, strict=True)}
        wrong = [
            (error.kind, (error.other if side == "predicted" else "") or error.label, stated)
            for error in one.facts
            if (stated := getattr(error, side)) is not None
        ]
        out[side] = {
            "mentions": [
                (*mark, round(sure, 4), known[mark])
                for mark, sure in zip(marks(doc), confidences(doc), strict=True)
            ],
            "relations": [*_relation_rows(doc, names[i], wrong, schema)],
        }
    return out


def _relation_rows(
    doc: Doc,
    names: Mapping[int, Hashable],
    wrong: Sequence[tuple[str, str, Stated]],
    schema: Schema,
) -> Iterator[tuple[int, int, str, float, str, int]]:
    """names: for each mention the thing that it names, so that a fact said twice is wrong twice."""

    def fact(row: Relation) -> Hashable:
        ends = [names[row.head], names[row.tail]]
        return row.label, *(
            sorted(ends, key=repr) if schema.relations[row.label].symmetric else ends
        )

    kinds = {fact(stated.row): kind for kind, _, stated in wrong if stated.row}
    for row in relations(doc):
        itself = names[row.head] == names[row.tail]
        kind = kinds.get(fact(row), "not counted" if itself else "correct")
        yield row.head, row.tail, row.label, round(row.score, 4), kind, 0
    places = _places(doc)
    for kind, label, stated in wrong:
        if stated.row is None:
            head, tail = (places[mark] for mark in _stated_ends(places, stated))
            yield head, tail, label, round(stated.score, 4), kind, 1
