"""Named entities on character tokens: a tag for each character, the best legal sequence of tags.

Tags are BILUO. The net scores a document window by window, so that memory does not grow with its
length; Viterbi decoding then keeps to legal sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, cast

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
from zonekg.components.decoding import Mention, decode, whole_brackets
from zonekg.components.encoder_net import find_encoder, lent_vectors, read_windows
from zonekg.components.losses import log_softmax, path_loss, tag_loss
from zonekg.components.windows import Window, windows
from zonekg.docs import set_confidences
from zonekg.errors import ModelError

__all__ = ["CharNer", "make_ner"]

Floats = NDArray[np.float32]

_DEFAULT = """
[model]
@architectures = "zonekg.CharCnn.v1"
width = 128
rows = 5000
dilations = [1, 2, 4, 8, 1, 2]
"""
_BATCH_TOKENS = 16_000


@Language.factory(
    "zonekg_ner",
    assigns=["doc.ents"],
    default_config={"model": Config().from_str(_DEFAULT)["model"], "window": 512, "loss": "tags"},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_ner(
    nlp: Language, name: str, model: Model[list[Window], list[Floats2d]], window: int, loss: str
) -> CharNer:
    """Make the component; `window` is the number of characters that the net sees at a time."""
    return CharNer(nlp.vocab, model, name, window=window, loss=loss)


class Found(NamedTuple):
    """The mentions of a doc and, if shared, a vector for each token, shape (tokens, width)."""

    mentions: list[Mention]
    vectors: NDArray[np.float16] | None = None


_NONE: Floats = np.zeros((0, 0), dtype=np.float32)


class CharNer(TrainablePipe):  # type: ignore[misc]
    """The trainable component ``zonekg_ner``.

    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> ner = nlp.add_pipe("zonekg_ner")
    >>> ner.add_label("PARK"), ner.tags
    (1, ['O', 'B-PARK', 'I-PARK', 'L-PARK', 'U-PARK'])
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Window], list[Floats2d]],
        name: str,
        *,
        window: int,
        loss: str = "tags",
    ) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = lambda examples, **kwargs: get_ner_prf(examples)
        self.cfg: dict[str, Any] = {
            "labels": [], "window": window, "calibration": {}, "loss": loss, "shares": False
        }  # fmt: skip
        self._teacher: CharNer | None = None
        self._lent: dict[int, Any] = {}

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
        teacher: str | None = None,
    ) -> None:
        """Take the labels from `labels` or the examples and set up the weights.

        teacher: the folder of a trained pipeline. With it the net learns the probabilities of that
        one's tags in the place of the gold tags, so that text without annotation will do: Hinton et
        al. (2015), "Distilling the Knowledge in a Neural Network".
        """
        self._teacher = _teacher(teacher) if teacher else None
        labels = labels or (list(self._teacher.labels) if self._teacher else None)
        found = labels or sorted({e.label_ for eg in get_examples() for e in eg.reference.ents})
        for label in found:
            self.add_label(label)
        docs = [eg.predicted for eg in islice(get_examples(), 10)]
        sample = [window for doc in docs for window in windows(doc, self.cfg["window"])]
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

    def predict(self, docs: Iterable[Doc]) -> list[Found]:
        """What the net finds in each doc; changes nothing."""
        if not self.model.get_ref("output").has_dim("nO"):
            return [Found([]) for _ in docs]
        return [self._found(doc) for doc in docs]

    def _found(self, doc: Doc) -> Found:
        mentions: list[Mention] = []
        vectors = []
        for window, scores, rows in self._score_windows(doc):
            mentions += decode(scores, window, self.tags)
            vectors.append(rows)
        sure = [self._calibrated(mention) for mention in whole_brackets(mentions, doc)]
        return Found(sure, np.concatenate(vectors) if self.cfg["shares"] and vectors else None)

    @property
    def learns(self) -> bool:
        """Whether it has an encoder that may still learn."""
        shim = find_encoder(self.model)
        return shim is not None and shim.learner is not None

    @property
    def shares(self) -> bool:
        """Whether it leaves the encoder's vectors in ``doc.tensor``."""
        return bool(self.cfg["shares"])

    def share_vectors(self) -> None:
        """From now on leave the encoder's vectors in ``doc.tensor`` for a later component.

        Raises ModelError when there are none.
        """
        if read_windows(self.model, []) is None:
            raise ModelError(f"{self.name}: only a net on an encoder has vectors to share")
        self.cfg["shares"] = True

    def _calibrated(self, mention: Mention) -> Mention:
        sure = calibrated(mention.confidence, mention.label, self.cfg["calibration"])
        return mention._replace(confidence=round(sure, 4))

    def _score_windows(self, doc: Doc) -> Iterator[tuple[Window, Floats, NDArray[np.float16]]]:
        """The windows of a doc with their log probabilities and, if shared, vectors."""
        found = windows(doc, self.cfg["window"])
        size = max(1, _BATCH_TOKENS // self.cfg["window"])
        for start in range(0, len(found), size):
            batch = found[start : start + size]
            shared = read_windows(self.model, batch) if self.cfg["shares"] else None
            read = shared or [(np.asarray(rows), _NONE) for rows in self.model.predict(batch)]
            for window, (scores, vectors) in zip(batch, read, strict=True):
                yield window, log_softmax(scores), vectors.astype(np.float16)

    def score_tags(self, docs: Sequence[Doc]) -> list[Floats]:
        """Log probabilities of the tags, an array of shape (tokens, tags) for each doc."""
        empty = np.zeros((0, len(self.tags)), dtype=np.float32)
        return [
            np.concatenate([empty, *(scores for _, scores, _ in self._score_windows(doc))])
            for doc in docs
        ]

    def set_annotations(self, docs: Iterable[Doc], found: list[Found]) -> None:
        """Write ``doc.ents`` and their confidences, and ``doc.tensor`` if vectors are shared."""
        for doc, (mentions, vectors) in zip(docs, found, strict=True):
            doc.set_ents([Span(doc, m.start, m.end, label=m.label) for m in mentions])
            set_confidences(doc, [m.confidence for m in mentions])
            if vectors is not None:
                doc.tensor = cast(Any, vectors)  # half precision, which spaCy's types don't know

    # -- training

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """One step of the loss that the config names, over the characters whose tag is known."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        set_dropout_rate(self.model, drop)
        examples = list(examples)
        found = [windows(example.predicted, self.cfg["window"]) for example in examples]
        targets: list[Floats] = []
        for example, parts in zip(examples, found, strict=True):
            wanted = self._targets(example)
            targets += [wanted[window.start : window.end] for window in parts]
        if not targets:
            return losses
        scores, backprop = self.model.begin_update([window for parts in found for window in parts])
        if self.cfg["shares"]:
            lent = lent_vectors(self.model, found) or []
            self._lent = dict(zip(map(id, examples), lent, strict=True))
        loss, grads = self._loss(scores, targets)
        losses[self.name] += loss
        backprop(grads)
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def lent_vectors(self, example: Example) -> Any | None:
        """The vectors of an example of the batch that is learnt, see `share_vectors`.

        A torch tensor of shape (tokens, width), to learn on before the next step; None when this
        component does not learn, or not on that example.
        """
        return self._lent.get(id(example))

    def _targets(self, example: Example) -> Floats:
        """The probability that each tag should get, shape (tokens, tags); 0 where not known."""
        if self._teacher:
            return np.exp(self._teacher.score_tags([example.predicted])[0])
        index = {tag: i for i, tag in enumerate(self.tags)}
        wanted = np.zeros((len(example.predicted), len(index)), dtype=np.float32)
        for i, tag in enumerate(example.get_aligned_ner()):
            if tag in index:
                wanted[i, index[tag]] = 1.0
        return wanted

    def _loss(
        self, scores: Sequence[Floats2d], targets: Sequence[Floats]
    ) -> tuple[float, list[Floats2d]]:
        rows = [np.asarray(one) for one in scores]
        if self.cfg["loss"] == "path":
            loss, grads = path_loss(rows, targets, self.tags)
        else:
            loss, grads = tag_loss(rows, targets)
        return loss, cast(list[Floats2d], grads)

    def get_loss(self, examples: Iterable[Example], scores: Any) -> tuple[float, Any]:
        """The loss and the gradient of scores for whole docs, as spaCy's interface wants them."""
        return self._loss(scores, [self._targets(example) for example in examples])

    def finish_training(self, nlp: Language, examples: Sequence[Example]) -> None:
        """What is left when the weights are final.

        The net takes the form that ships, and confidences are fitted on `examples`, dev documents:
        the mentions that the net finds there, each right when span and label are.
        """
        if shim := find_encoder(self.model):
            shim.freeze()
        self.cfg["calibration"] = {}
        judged: list[tuple[str, float, bool]] = []
        for example in examples:
            gold = {(e.start, e.end, e.label_) for e in example.reference.ents}
            judged += [
                (m.label, m.confidence, (m.start, m.end, m.label) in gold)
                for m in self._found(example.predicted).mentions
            ]
        self.cfg["calibration"] = fit_curves(judged)


def _teacher(folder: str) -> CharNer:
    """The NER component of a trained pipeline."""
    found = [pipe for _, pipe in load_model(folder).pipeline if isinstance(pipe, CharNer)]
    if not found:
        raise ValueError(f"{folder} has no component zonekg_ner to learn from")
    return found[0]
