"""Named entities on character tokens: a tag for each character, the best legal sequence of tags.

Tags are BILUO. The net scores a document window by window, so that memory does not grow with its
length; Viterbi decoding then keeps to legal sequences.
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
from spacy.util import load_model
from spacy.vocab import Vocab
from thinc.api import Config, Model, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from zonekg.components.calibration import calibrated, fit_curves
from zonekg.components.windows import windows
from zonekg.docs import set_confidences
from zonekg.encoder.shim import EncoderShim

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
    default_config={"model": Config().from_str(_DEFAULT)["model"], "window": 512, "loss": "tags"},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_ner(
    nlp: Language, name: str, model: Model[list[Span], list[Floats2d]], window: int, loss: str
) -> CharNer:
    """Make the component; `window` is the number of characters that the net sees at a time."""
    return CharNer(nlp.vocab, model, name, window=window, loss=loss)


class CharNer(TrainablePipe):  # type: ignore[misc]
    """The trainable component ``zonekg_ner``.

    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> ner = nlp.add_pipe("zonekg_ner")
    >>> ner.add_label("PARK"), ner.tags
    (1, ['O', 'B-PARK', 'I-PARK', 'L-PARK', 'U-PARK'])
    """

    def __init__(
        self, vocab: Vocab, model: Model[list[Span], list[Floats2d]], name: str, *, window: int, loss: str = "tags"
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = lambda examples, **kwargs: get_ner_prf(examples)
        self.cfg: dict[str, Any] = {"labels": [], "window": window, "calibration": {}, "loss": loss}
        self._teachers: list[CharNer] = []

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
        teachers: list[str] | None = None,
    ) -> None:
        """Take the labels from `labels` or the examples and set up the weights.

        teachers: folders of trained pipelines. With them the net learns the mean of their
        probabilities in the place of the gold tags, so that text without annotation will do: Hinton
        et al. (2015), "Distilling the Knowledge in a Neural Network".
        """
        self._teachers = [_teacher(folder) for folder in teachers or ()]
        labels = labels or (list(self._teachers[0].labels) if self._teachers else None)
        found = labels or sorted({e.label_ for eg in get_examples() for e in eg.reference.ents})
        for label in found:
            self.add_label(label)
        sample = [eg.predicted[:] for eg in islice(get_examples(), 10) if len(eg.predicted)]
        if not self.labels or not sample:
            raise ValueError(f"{self.name} needs annotated examples to initialise from")
        output = self.model.get_ref("output")
        output.set_dim("nO", len(self.tags))
        self.model.initialize(X=sample)
        longest = self.model.attrs.get("longest")
        if longest and self.cfg["window"] > longest:
            raise ValueError(
                f"{self.name}: a window of {self.cfg['window']} characters, but the encoder takes "
                f"{longest} at most; set window in its part of the config"
            )

    # -- prediction

    def predict(self, docs: Iterable[Doc]) -> list[list[Mention]]:
        """The mentions of each doc; changes nothing."""
        if not self.model.get_ref("output").has_dim("nO"):
            return [[] for _ in docs]
        return [self._mentions(doc) for doc in docs]

    def _mentions(self, doc: Doc) -> list[Mention]:
        found: list[Mention] = []
        for span, scores in self._score_windows(doc):
            found += decode(scores, span, self.tags)
        return [self._calibrated(mention) for mention in _whole_brackets(found, doc)]

    def _calibrated(self, mention: Mention) -> Mention:
        sure = calibrated(mention.confidence, mention.label, self.cfg["calibration"])
        return mention._replace(confidence=round(sure, 4))

    def _score_windows(self, doc: Doc) -> Iterator[tuple[Span, Floats]]:
        """The windows of a doc with their log probabilities."""
        spans = windows(doc, self.cfg["window"])
        size = max(1, _BATCH_TOKENS // self.cfg["window"])
        for start in range(0, len(spans), size):
            batch = spans[start : start + size]
            for span, scores in zip(batch, self.model.predict(batch), strict=True):
                yield span, _log_softmax(np.asarray(scores))

    def score_tags(self, docs: Sequence[Doc]) -> list[Floats]:
        """Log probabilities of the tags, an array of shape (tokens, tags) for each doc."""
        empty = np.zeros((0, len(self.tags)), dtype=np.float32)
        return [
            np.concatenate([empty, *(scores for _, scores in self._score_windows(doc))])
            for doc in docs
        ]

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
        spans: list[Span] = []
        targets: list[Floats] = []
        for example in examples:
            wanted = self._targets(example)
            for span in windows(example.predicted, self.cfg["window"]):
                spans.append(span)
                targets.append(wanted[span.start : span.end])
        if not spans:
            return losses
        scores, backprop = self.model.begin_update(spans)
        loss, grads = self._loss(scores, targets)
        losses[self.name] += loss
        backprop(grads)
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def _targets(self, example: Example) -> Floats:
        """The probability that each tag should get, shape (tokens, tags); 0 where not known."""
        if self._teachers:
            found = [
                np.exp(teacher.score_tags([example.predicted])[0]) for teacher in self._teachers
            ]
            mean: Floats = np.mean(found, axis=0, dtype=np.float32)
            return mean
        index = {tag: i for i, tag in enumerate(self.tags)}
        wanted = np.zeros((len(example.predicted), len(index)), dtype=np.float32)
        for i, tag in enumerate(example.get_aligned_ner()):
            if tag in index:
                wanted[i, index[tag]] = 1.0
        return wanted

    def _loss(
        self, scores: Sequence[Floats2d], targets: Sequence[Floats]
    ) -> tuple[float, list[Floats2d]]:
        loss, grads = 0.0, []
        if self.cfg["loss"] == "path":
            return path_loss(scores, targets, self.tags)
        for rows, wanted in zip(scores, targets, strict=True):
            log_probs = _log_softmax(np.asarray(rows))
            known = wanted.sum(axis=1, keepdims=True)
            loss -= float((wanted * log_probs).sum())
            grads.append(self.model.ops.asarray2f(known * np.exp(log_probs) - wanted))
        return loss, grads

    def get_loss(self, examples: Iterable[Example], scores: Any) -> tuple[float, Any]:
        """The loss and the gradient of scores for whole docs, as spaCy's interface wants them."""
        return self._loss(scores, [self._targets(example) for example in examples])

    def finish_training(self, nlp: Language, examples: Sequence[Example]) -> None:
        """What is left when the weights are final.

        The net takes the form that ships, and confidences are fitted on `examples`, dev documents:
        the mentions that the net finds there, each right when span and label are.
        """
        for node in self.model.walk():
            for shim in node.shims:
                if isinstance(shim, EncoderShim):
                    shim.freeze()
        self.cfg["calibration"] = {}
        judged: list[tuple[str, float, bool]] = []
        for example in examples:
            gold = {(e.start, e.end, e.label_) for e in example.reference.ents}
            judged += [
                (m.label, m.confidence, (m.start, m.end, m.label) in gold)
                for m in self._mentions(example.predicted)
            ]
        self.cfg["calibration"] = fit_curves(judged)


def _teacher(folder: str) -> CharNer:
    """The NER component of a trained pipeline."""
    found = [pipe for _, pipe in load_model(folder).pipeline if isinstance(pipe, CharNer)]
    if not found:
        raise ValueError(f"{folder} has no component zonekg_ner to learn from")
    return found[0]


def _log_softmax(rows: Floats) -> Floats:
    rows = rows - rows.max(axis=1, keepdims=True) if len(rows) else rows
    result: Floats = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    return result


def decode(scores: Floats, tokens: Doc | Span, tags: Sequence[str]) -> list[Mention]:
    """The mentions on the best legal path through log probabilities of shape (tokens, tags).

    No mention runs over a line break or begins or ends on white space.
    """
    scores = scores.copy()
    spaces = [i for i, token in enumerate(tokens) if token.is_space]
    breaks = [i for i in spaces if "\n" in tokens[i].text]
    for i, tag in enumerate(tags):
        if tag[0] in "BLU":
            scores[spaces, i] = _FORBIDDEN
    scores[breaks, 1:] = _FORBIDDEN
    offset = tokens.start if isinstance(tokens, Span) else 0
    mentions: list[Mention] = []
    start = 0
    for end in [*breaks, len(tokens)]:
        line = scores[start:end]
        mentions += _mentions(viterbi(line, tags), line, tags, offset + start)
        start = end + 1
    return mentions


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
    greedy = scores.argmax(axis=1)
    ends = tags[greedy[0]][0] in "OBU" and tags[greedy[-1]][0] in "OLU"
    if ends and not step[greedy[:-1], greedy[1:]].any():
        return [int(i) for i in greedy]  # nothing legal can be better
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


def path_loss(
    scores: Sequence[Floats2d], targets: Sequence[Floats], tags: Sequence[str]
) -> tuple[float, list[Floats2d]]:
    """Minus the log probability of the gold paths among all legal ones, and its gradient."""
    legal = np.exp(_transitions(tuple(tags)).astype(np.float64)).round()
    size = max(map(len, scores)) + 1
    odds = np.zeros((size, len(scores), len(tags)))
    odds[:, :, 0] = 1.0  # nothing but O behind the end, so that no mention is open there
    loss = 0.0
    for i, rows in enumerate(scores):
        top = np.asarray(rows, dtype=np.float64)
        top = top - top.max(axis=1, keepdims=True)
        odds[: len(rows), i] = np.exp(top)
        loss -= float((top * targets[i]).sum())
    ahead = np.ones_like(odds)
    for t in range(size - 2, -1, -1):
        ahead[t] = (odds[t + 1] * ahead[t + 1]) @ legal.T
        ahead[t] /= ahead[t].sum(axis=1, keepdims=True)
    so_far = np.zeros_like(odds)
    before = np.tile([float(tag[0] in "OBU") for tag in tags], (len(scores), 1))
    for t in range(size):
        so_far[t] = odds[t] * before
        total = so_far[t].sum(axis=1, keepdims=True)
        loss += float(np.log(total).sum())
        so_far[t] /= total
        before = so_far[t] @ legal
    share = so_far * ahead
    share /= share.sum(axis=2, keepdims=True)
    grads = [
        (share[: len(rows), i] - targets[i]).astype(np.float32) for i, rows in enumerate(scores)
    ]
    return loss, grads


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
    for i in np.flatnonzero(path).tolist():
        tag = path[i]
        kind = tags[tag][0]
        if kind in "BU":
            start = i
        if kind in "LU":
            chosen = scores[np.arange(start, i + 1), path[start : i + 1]]
            # the geometric mean of the characters' probabilities
            confidence = float(np.exp(chosen.mean()))
            yield Mention(offset + start, offset + i + 1, tags[tag][2:], confidence)
