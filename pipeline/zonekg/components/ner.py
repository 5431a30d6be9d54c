"""Named entities on character tokens: a tag for each character, the best legal sequence of tags.

Tags are BILUO. The net scores windows of a document that overlap by its reach, so that a document
of any length is tagged as if in one piece; Viterbi decoding then keeps to legal sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import Config, Model, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from zonekg.docs import set_confidences

__all__ = ["CharNer", "Mention", "make_ner"]

Floats = NDArray[np.float32]

_DEFAULT = """
[model]
@architectures = "zonekg.CharCnn.v1"
width = 128
rows = 5000
dilations = [1, 2, 4, 8, 1, 2]
"""
_FORBIDDEN = -1e4
_BATCH_TOKENS = 16_000


class Mention(NamedTuple):
    """Tokens start (inclusive) to end (exclusive) under a label, with a confidence of 0 to 1."""

    start: int
    end: int
    label: str
    confidence: float


@Language.factory(
    "zonekg_ner",
    assigns=["doc.ents"],
    default_config={"model": Config().from_str(_DEFAULT)["model"], "window": 512},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_ner(
    nlp: Language, name: str, model: Model[list[Span], list[Floats2d]], window: int
) -> CharNer:
    """Make the component; `window` is the number of characters that the net sees at a time."""
    return CharNer(nlp.vocab, model, name, window=window)


class CharNer(TrainablePipe):  # type: ignore[misc]
    """The trainable component ``zonekg_ner``.

    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> ner = nlp.add_pipe("zonekg_ner")
    >>> ner.add_label("PARK"), ner.tags
    (1, ['O', 'B-PARK', 'I-PARK', 'L-PARK', 'U-PARK'])
    """

    def __init__(
        self, vocab: Vocab, model: Model[list[Span], list[Floats2d]], name: str, *, window: int
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = lambda examples, **kwargs: get_ner_prf(examples)
        self.cfg: dict[str, Any] = {"labels": [], "window": window}

    # -- labels

    @property
    def labels(self) -> tuple[str, ...]:
        """The entity labels, in the order of the schema or of first sight."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> list[str]:
        """What ``spacy init labels`` stores."""
        return list(self.cfg["labels"])

    @property
    def tags(self) -> list[str]:
        """The tags in the order of the net's outputs."""
        return ["O", *(f"{kind}-{label}" for label in self.labels for kind in "BILU")]

    def add_label(self, label: str) -> int:
        """Add an entity label before initialisation; 1 when it is new, else 0."""
        if label in self.labels:
            return 0
        self._require_labels_open()
        self.cfg["labels"].append(label)
        return 1

    def _require_labels_open(self) -> None:
        if self.model.get_ref("output").has_dim("nO"):
            raise ValueError(
                f"{self.name} is trained for {', '.join(self.labels)}; train anew for more labels"
            )

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: list[str] | None = None,
    ) -> None:
        """Take the labels from `labels` or the examples and set up the weights."""
        found = labels or sorted({e.label_ for eg in get_examples() for e in eg.reference.ents})
        for label in found:
            self.add_label(label)
        sample = [eg.predicted[:] for eg in islice(get_examples(), 10) if len(eg.predicted)]
        if not self.labels or not sample:
            raise ValueError(f"{self.name} needs annotated examples to initialise from")
        output = self.model.get_ref("output")
        output.set_dim("nO", len(self.tags))
        self.model.initialize(X=sample)

    # -- prediction

    def predict(self, docs: Iterable[Doc]) -> list[list[Mention]]:
        """The mentions of each doc; changes nothing."""
        docs = list(docs)
        if not self.model.get_ref("output").has_dim("nO"):
            return [[] for _ in docs]
        return [
            decode(scores, doc, self.tags)
            for doc, scores in zip(docs, self.score_tags(docs), strict=True)
        ]

    def score_tags(self, docs: Sequence[Doc]) -> list[Floats]:
        """Log probabilities of the tags, an array of shape (tokens, tags) for each doc."""
        reach = int(self.model.attrs["reach"])
        jobs = [
            (number, start, min(start + self.cfg["window"], len(doc)))
            for number, doc in enumerate(docs)
            for start in range(0, len(doc), self.cfg["window"])
        ]
        out = [np.zeros((len(doc), len(self.tags)), dtype=np.float32) for doc in docs]
        for batch in _batches(jobs, reach):
            spans = [
                docs[n][max(0, start - reach) : min(len(docs[n]), end + reach)]
                for n, start, end in batch
            ]
            for (n, start, end), span, scores in zip(
                batch, spans, self.model.predict(spans), strict=True
            ):
                part = np.asarray(scores)[start - span.start : end - span.start]
                out[n][start:end] = _log_softmax(part)
        return out

    def set_annotations(self, docs: Iterable[Doc], mentions: list[list[Mention]]) -> None:
        """Write ``doc.ents`` and their confidences."""
        for doc, found in zip(docs, mentions, strict=True):
            doc.set_ents([Span(doc, m.start, m.end, label=m.label) for m in found])
            set_confidences(doc, [m.confidence for m in found])

    # -- training

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """One step of cross entropy over the characters whose tag is known."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        set_dropout_rate(self.model, drop)
        spans, gold = [], []
        for eg in examples:
            tags = eg.get_aligned_ner()
            for start in range(0, len(eg.predicted), self.cfg["window"]):
                end = min(start + self.cfg["window"], len(eg.predicted))
                spans.append(eg.predicted[start:end])
                gold.append(tags[start:end])
        if not spans:
            return losses
        scores, backprop = self.model.begin_update(spans)
        loss, grads = self._loss(scores, gold)
        losses[self.name] += loss
        backprop(grads)
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def _loss(
        self, scores: Sequence[Floats2d], gold: Sequence[Sequence[str | None]]
    ) -> tuple[float, list[Floats2d]]:
        index = {tag: i for i, tag in enumerate(self.tags)}
        loss, grads = 0.0, []
        for rows, tags in zip(scores, gold, strict=True):
            log_probs = _log_softmax(np.asarray(rows))
            known = [i for i, tag in enumerate(tags) if tag in index]
            target = [index[tag] for tag in tags if tag in index]
            grad = np.zeros_like(log_probs)
            grad[known] = np.exp(log_probs[known])
            grad[known, target] -= 1.0
            loss -= float(log_probs[known, target].sum())
            grads.append(self.model.ops.asarray2f(grad))  # type: ignore[arg-type]
        return loss, grads

    def get_loss(self, examples: Iterable[Example], scores: Any) -> tuple[float, Any]:
        """The loss and the gradient of scores for whole docs, as spaCy's interface wants them."""
        return self._loss(scores, [eg.get_aligned_ner() for eg in examples])


def _batches(jobs: list[tuple[int, int, int]], reach: int) -> Iterator[list[tuple[int, int, int]]]:
    batch: list[tuple[int, int, int]] = []
    size = 0
    for job in jobs:
        length = job[2] - job[1] + 2 * reach
        if batch and size + length > _BATCH_TOKENS:
            yield batch
            batch, size = [], 0
        batch.append(job)
        size += length
    if batch:
        yield batch


def _log_softmax(rows: Floats) -> Floats:
    rows = rows - rows.max(axis=1, keepdims=True) if len(rows) else rows
    result: Floats = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    return result


def decode(scores: Floats, doc: Doc, tags: Sequence[str]) -> list[Mention]:
    """The mentions on the best legal path through log probabilities of shape (tokens, tags).

    No mention runs over a line break or begins or ends on white space.
    """
    scores = scores.copy()
    edges = [i for i, tag in enumerate(tags) if tag[0] in "BLU"]
    breaks = []
    for token in doc:
        if token.is_space:
            scores[token.i, edges] = _FORBIDDEN
            if "\n" in token.text:
                scores[token.i, 1:] = _FORBIDDEN
                breaks.append(token.i)
    mentions: list[Mention] = []
    start = 0
    for end in [*breaks, len(doc)]:
        line = scores[start:end]
        path = viterbi(line, tags)
        mentions += _mentions(path, line, tags, start)
        start = end + 1
    return _whole_brackets(mentions, doc)


_PAIRS = {"”": "“", "’": "‘", "）": "（", ")": "(", "》": "《", "】": "【"}


def _whole_brackets(mentions: list[Mention], doc: Doc) -> list[Mention]:
    """Mentions that take in the other half of a pair of marks they would cut, if it is next."""
    out: list[Mention] = []
    for i, mention in enumerate(mentions):
        start, end = mention.start, mention.end
        text = [token.text for token in doc[start:end]]
        floor = out[-1].end if out else 0
        ceiling = mentions[i + 1].start if i + 1 < len(mentions) else len(doc)
        for closing, opening in _PAIRS.items():
            missing = text.count(closing) - text.count(opening)
            if missing > 0 and start > floor and doc[start - 1].text == opening:
                start -= 1
            elif missing < 0 and end < ceiling and doc[end].text == closing:
                end += 1
        out.append(mention._replace(start=start, end=end))
    return out


def viterbi(scores: Floats, tags: Sequence[str]) -> list[int]:
    """The best path through scores of shape (n, tags) that is a legal BILUO sequence."""
    if not len(scores):
        return []
    step = _transitions(tuple(tags))
    best = np.where([tag[0] in "OBU" for tag in tags], scores[0], _FORBIDDEN + scores[0])
    back = np.zeros(scores.shape, dtype=np.int16)
    for i in range(1, len(scores)):
        paths = best[:, None] + step
        back[i] = paths.argmax(axis=0)
        best = paths.max(axis=0) + scores[i]
    best = best + np.where([tag[0] in "OLU" for tag in tags], 0.0, _FORBIDDEN)
    path = [int(best.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return path[::-1]


@cache
def _transitions(tags: tuple[str, ...]) -> Floats:
    """0 where one tag may follow another, else a large cost; shape (from, to)."""
    step = np.full((len(tags), len(tags)), _FORBIDDEN, dtype=np.float32)
    for i, a in enumerate(tags):
        for j, b in enumerate(tags):
            inside = a[0] in "BI" and b[0] in "IL" and a[2:] == b[2:]
            outside = a[0] in "OLU" and b[0] in "OBU"
            if inside or outside:
                step[i, j] = 0.0
    return step


def _mentions(
    path: list[int], scores: Floats, tags: Sequence[str], offset: int
) -> Iterator[Mention]:
    start = 0
    for i, tag in enumerate(path):
        kind = tags[tag][0]
        if kind in "BU":
            start = i
        if kind in "LU":
            chosen = scores[np.arange(start, i + 1), path[start : i + 1]]
            # the geometric mean of the characters' probabilities
            confidence = round(float(np.exp(chosen.mean())), 4)
            yield Mention(offset + start, offset + i + 1, tags[tag][2:], confidence)
