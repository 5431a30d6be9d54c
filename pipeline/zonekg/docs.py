"""What zonekg keeps on a spaCy Doc beside ``doc.ents``, and the only place that knows how.

Everything is plain data under one key of ``doc.user_data``, so that it survives ``to_bytes``,
``n_process`` and a DocBin with ``store_user_data=True``. A mention is an index into ``doc.ents``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from zonekg.articles import Article
from zonekg.errors import ModelError
from zonekg.states import ProjectState

__all__ = [
    "PREDICTED",
    "Amount",
    "Relation",
    "amounts",
    "article",
    "bare_copy",
    "confidences",
    "evidence",
    "group_mentions",
    "groups",
    "join_equal",
    "load_docs",
    "project_states",
    "relations",
    "save_docs",
    "sentence_bounds",
    "set_amounts",
    "set_article",
    "set_confidences",
    "set_groups",
    "set_project_states",
    "set_relations",
    "set_unsure_relations",
    "unsure_relations",
]

_KEY = "zonekg"
PREDICTED = "predicted"
"""The name in ``doc.spans`` of mentions that a model found which never saw the document."""


class Relation(NamedTuple):
    """A relation between two mentions; `score` is the confidence, 0 to 1."""

    head: int
    tail: int
    label: str
    score: float = 1.0


class Amount(NamedTuple):
    """What a MONEY mention is worth.

    low, high: in whole units of `currency`, exact; equal unless a range is written.
    currency: ISO 4217, CNY where none is written.
    bound: ``exact``, ``about`` (约, 左右), ``over`` (超, 余, 以上), ``under`` (近, 不足) or
    ``upto`` (最高, 以内).

    >>> Amount(Decimal(300_000_000), Decimal(500_000_000), "CNY", "exact").middle
    Decimal('400000000')
    """

    low: Decimal
    high: Decimal
    currency: str = "CNY"
    bound: str = "exact"

    @property
    def middle(self) -> Decimal:
        """The mean of both ends: the one number for readers that take only one."""
        return self.low if self.low == self.high else (self.low + self.high) / 2


def _get(doc: Doc, name: str) -> Any:
    """What is kept under a name; reading leaves the doc as it is."""
    return doc.user_data.get(_KEY, {}).get(name)


def _set(doc: Doc, name: str, value: Any) -> None:
    doc.user_data.setdefault(_KEY, {})[name] = value


def bare_copy(doc: Doc) -> Doc:
    """The text and the mentions of a doc alone."""
    copy = Doc(doc.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
    copy.set_ents([Span(copy, e.start, e.end, label=e.label_) for e in doc.ents])
    return copy


def article(doc: Doc) -> Article | None:
    """The article that the doc's text came from."""
    row = _get(doc, "article")
    return Article.from_dict(row) if row else None


def set_article(doc: Doc, value: Article) -> None:
    _set(doc, "article", value.to_dict())


def relations(doc: Doc) -> list[Relation]:
    """The relations of a doc, sorted by head, tail and label."""
    return [Relation(*row) for row in _get(doc, "relations") or []]


def set_relations(doc: Doc, rows: Iterable[Relation]) -> None:
    """Replace the relations; mentions must be indices into ``doc.ents``."""
    _set_rows(doc, "relations", rows)


def unsure_relations(doc: Doc) -> list[Relation]:
    """What may be a relation, to be looked at by a person; sorted like `relations`."""
    return [Relation(*row) for row in _get(doc, "unsure") or []]


def set_unsure_relations(doc: Doc, rows: Iterable[Relation]) -> None:
    """Replace what `unsure_relations` gives."""
    _set_rows(doc, "unsure", rows)


def _set_rows(doc: Doc, name: str, rows: Iterable[Relation]) -> None:
    size = len(doc.ents)
    found = sorted(set(rows))
    for row in found:
        if not (0 <= row.head < size and 0 <= row.tail < size):
            raise IndexError(f"{row} in a doc of {size} mentions")
    _set(doc, name, [list(row) for row in found])


def amounts(doc: Doc) -> dict[int, Amount]:
    """The amounts by mention."""
    return {
        int(i): Amount(Decimal(low), Decimal(high), currency, bound)
        for i, low, high, currency, bound in _get(doc, "amounts") or []
    }


def set_amounts(doc: Doc, values: dict[int, Amount]) -> None:
    rows = [[i, str(a.low), str(a.high), a.currency, a.bound] for i, a in sorted(values.items())]
    _set(doc, "amounts", rows)


def groups(doc: Doc) -> list[int]:
    """For each mention the first mention of the same thing (itself when it is the first)."""
    return list(_get(doc, "groups") or range(len(doc.ents)))


def set_groups(doc: Doc, firsts: Sequence[int]) -> None:
    """Replace the groups; `firsts` has one index for each mention, as `groups` gives them."""
    if len(firsts) != len(doc.ents):
        raise ValueError(f"{len(firsts)} groups for {len(doc.ents)} mentions")
    _set(doc, "groups", list(firsts))


def confidences(doc: Doc) -> list[float]:
    """For each mention the model's confidence, 0 to 1; 1 where the mentions were given."""
    return list(_get(doc, "confidences") or [1.0] * len(doc.ents))


def set_confidences(doc: Doc, values: Sequence[float]) -> None:
    if len(values) != len(doc.ents):
        raise ValueError(f"{len(values)} confidences for {len(doc.ents)} mentions")
    _set(doc, "confidences", [float(value) for value in values])


def project_states(doc: Doc) -> dict[int, ProjectState]:
    """The states of projects by the first mention of their group; empty where none were set."""
    return {int(i): ProjectState.from_dict(row) for i, row in _get(doc, "states") or []}


def set_project_states(doc: Doc, values: dict[int, ProjectState]) -> None:
    """Replace the states; a key is the first mention of a group of PROJECT, as `groups` tells."""
    first = groups(doc)
    for i in values:
        if not (0 <= i < len(first) and first[i] == i and doc.ents[i].label_ == "PROJECT"):
            raise IndexError(f"{i} is not the first mention of a project")
    _set(doc, "states", [[i, state.to_dict()] for i, state in sorted(values.items())])


def group_mentions(doc: Doc, same_as: Iterable[Iterable[int]]) -> list[int]:
    """For each mention the first of its group: joined by `same_as` or by equal label and text."""
    return join_equal([(ent.label_, ent.text) for ent in doc.ents], same_as)


def join_equal(names: Sequence[Hashable], same_as: Iterable[Iterable[int]]) -> list[int]:
    """For each name the index of the first of its group: equal names, and those of `same_as`.

    >>> join_equal(["甲公司", "乙公司", "甲公司", "甲"], [[0, 3]])
    [0, 1, 0, 0]
    """
    first = list(range(len(names)))

    def root(i: int) -> int:
        while first[i] != i:
            i = first[i]
        return i

    def join(a: int, b: int) -> None:
        low, high = sorted((root(a), root(b)))
        first[high] = low

    seen: dict[Hashable, int] = {}
    for i, name in enumerate(names):
        join(seen.setdefault(name, i), i)
    for group in same_as:
        members = list(group)
        for member in members[1:]:
            join(members[0], member)
    return [root(i) for i in range(len(first))]


_SENTENCE_END = re.compile(
    r"[。！？!?；;]+[”’」』）)】》]*|(?<=[\u4e00-\u9fff\"”])\.(?=[\u4e00-\u9fff\"“])|\n+"
)


def sentence_bounds(text: str) -> list[tuple[int, int]]:
    """(start, end) of the sentences of a text, covering it without gaps.

    A sentence ends after 。！？； with the closing marks that follow, and at a line feed.

    >>> sentence_bounds("甲签约。乙说：“好！”丙")
    [(0, 4), (4, 11), (11, 12)]
    """
    out: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        out.append((start, match.end()))
        start = match.end()
    if start < len(text):
        out.append((start, len(text)))
    return out


def evidence(
    row: Relation, mentions: Sequence[Span], sentences: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """(start, end) of the sentences that show a relation: those that its two mentions stand in.

    The mentions are the ones that state it most plainly, so this is one sentence or two. mentions:
    ``doc.ents``; sentences: the `sentence_bounds` of the text.
    """
    found: set[int] = set()
    for mention in (mentions[row.head], mentions[row.tail]):
        first, last = (
            bisect_right(sentences, offset, key=lambda bound: bound[0]) - 1
            for offset in (mention.start_char, mention.end_char - 1)
        )
        found.update(range(first, last + 1))
    return [sentences[i] for i in sorted(found)]


def save_docs(docs: Iterable[Doc], path: Path) -> None:
    """Write docs with all that zonekg keeps on them as a DocBin."""
    DocBin(docs=docs, store_user_data=True).to_disk(path)


def load_docs(path: Path, nlp: Language) -> list[Doc]:
    """Read what `save_docs` wrote."""
    try:
        return list(DocBin().from_disk(path).get_docs(nlp.vocab))
    except Exception as error:  # srsly and zlib raise many kinds on damaged bytes
        raise ModelError(f"{path}: not a DocBin ({error}); make it again") from error
