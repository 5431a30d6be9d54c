"""The component: tells the state of each project, and learns its status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import Config, Model, Optimizer
from thinc.types import Floats2d

from zonekg.components.project_states.features import Sample, samples
from zonekg.components.project_states.net import halve_tables
from zonekg.components.project_states.rules import Rules
from zonekg.docs import project_states, set_project_states
from zonekg.scoring.counts import ALL, PRF, add_up, tally
from zonekg.scoring.states import paired, state_items
from zonekg.states import STATUSES, ProjectState, rank

__all__ = ["ProjectStates", "make_project_states"]

_DEFAULT = """
[model]
@architectures = "zonekg.StateNet.v1"
"""
_CACHE = "zonekg_project_states"
_SMOOTHING = 0.05
"""The share of a target that goes to all statuses alike."""


@Language.factory(
    "zonekg_project_states",
    requires=["doc.ents"],
    default_config={"model": Config().from_str(_DEFAULT)["model"]},
    default_score_weights={"states_acc": 1.0, "events_f": 0.0},
)
def make_project_states(
    nlp: Language, name: str, model: Model[Sequence[Sample], Floats2d]
) -> ProjectStates:
    """Make the component."""
    return ProjectStates(nlp.vocab, model, name)


class ProjectStates(TrainablePipe):  # type: ignore[misc]
    """The trainable component ``zonekg_project_states``; takes mentions and groups.

    A net tells the status, rules tell the dated steps that go with it. Without a trained net the
    rules tell the status, too.

    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> nlp.add_pipe("zonekg_project_states").cfg
    {'trained': False}
    """

    def __init__(self, vocab: Vocab, model: Model[Sequence[Sample], Floats2d], name: str) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = _score
        self.cfg: dict[str, Any] = {"trained": False}

    # -- prediction

    def predict(self, docs: Iterable[Doc]) -> list[dict[int, ProjectState]]:
        """The states of each doc's projects by their first mention; changes nothing."""
        return [self._states(doc) for doc in docs]

    def _states(self, doc: Doc) -> dict[int, ProjectState]:
        rules = Rules(doc)
        states = {project: rules.state(claim) for project, claim in rules.claims.items()}
        if not (states and self.cfg["trained"]):
            return states
        scores = self.model.predict(list(samples(doc, rules).values()))
        for project, best in zip(rules.claims, scores.argmax(axis=1), strict=True):
            state = rules.state(rules.claims[project], STATUSES[best])
            if not state.end and state.status != "none":
                ent = doc.ents[project]
                state = state._replace(start=ent.start_char, end=ent.end_char)
            states[project] = state
        return states

    def set_annotations(self, docs: Iterable[Doc], found: list[dict[int, ProjectState]]) -> None:
        """Write the states."""
        for doc, states in zip(docs, found, strict=True):
            set_project_states(doc, states)

    # -- training

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Set up the net where any example has states."""
        if any(project_states(example.reference) for example in get_examples()):
            self.model.initialize()
            self.cfg["trained"] = True

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """One step of the surprise at the right statuses, the mean over projects.

        Documents without annotated states are skipped; `drop` is, too, as the net has its own.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        rows = [row for example in examples for row in _learnt(example.reference)]
        if rows:
            scores, backprop = self.model.begin_update([sample for sample, _ in rows])
            loss, gradient = _surprise(scores, [rank(status) for _, status in rows])
            backprop(gradient)
            losses[self.name] += loss
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def finish_training(self, nlp: Language, examples: Sequence[Example]) -> None:
        """Halve the tables, nearly all of the net, for the form that ships."""
        if self.cfg["trained"]:
            halve_tables(self.model)


def _learnt(gold: Doc) -> list[tuple[Sample, str]]:
    """The samples of a document with their statuses; made once and kept on it."""
    if _CACHE not in gold.user_data:
        gold.user_data[_CACHE] = list(_samples_of(gold))
    found: list[tuple[Sample, str]] = gold.user_data[_CACHE]
    return found


def _samples_of(gold: Doc) -> Iterator[tuple[Sample, str]]:
    if states := project_states(gold):
        found = samples(gold, Rules(gold))
        yield from ((found[project], state.status) for project, state in states.items())


def _surprise(scores: Any, right: Sequence[int]) -> tuple[float, Any]:
    """The mean surprise, in nats, and its gradient; scores: shape (projects, statuses)."""
    chance = np.exp(scores - scores.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    every = np.arange(len(right))
    loss = float(-np.log(chance[every, right] + 1e-9).mean())
    gradient = chance - _SMOOTHING / len(STATUSES)
    gradient[every, right] -= 1 - _SMOOTHING
    return loss, gradient / len(right)


def _score(examples: Iterable[Example], **_: Any) -> dict[str, Any]:
    """Accuracy of the status and F1 of events, 0 to 1, over the documents with gold states."""
    told = [example for example in examples if project_states(example.reference)]
    if not told:
        return {"states_acc": None, "events_f": None}
    counts = add_up(tally(state_items(*paired(e.reference, e.predicted))) for e in told)
    none = PRF()
    return {
        "states_acc": counts.get(("states", "status", ALL), none).recall,
        "events_f": counts.get(("states", "strict", ALL), none).f1,
    }
