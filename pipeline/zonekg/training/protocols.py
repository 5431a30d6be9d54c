"""What a net or a component may offer to training, beyond what spaCy asks of it.

A class need not inherit from these: having the methods is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray
from spacy.language import Language
from spacy.training import Example
from thinc.api import Model, Shim

__all__ = [
    "FinishesTraining",
    "HasWeights",
    "MovesToDevice",
    "ResumesTraining",
    "models",
    "shims",
]


@runtime_checkable
class ResumesTraining(Protocol):
    """A shim that keeps an optimizer of its own, as a net of another library does.

    A shim without these two methods can't be trained: nobody could tell what it would lose.
    """

    def training_state(self) -> bytes:
        """All that training goes on from, the weights aside, which ``to_bytes`` has."""

    def load_training_state(self, state: bytes) -> None:
        """Take up what `training_state` gave; called after ``from_disk``, on the same device."""


@runtime_checkable
class HasWeights(Protocol):
    """A shim whose weights can be averaged with those of other trainings."""

    def weights(self) -> dict[str, NDArray[Any]]:
        """A copy of each array of the net, by name."""

    def use_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take others in their place, of the same names and shapes."""


@runtime_checkable
class MovesToDevice(Protocol):
    """A shim whose net can be trained on another device than the CPU."""

    def use_device(self, device: str) -> None:
        """Go to a device, ``cuda:0`` say, and stay there when weights are loaded.

        Called once, before the first step and before a checkpoint is loaded.
        """


@runtime_checkable
class FinishesTraining(Protocol):
    """A pipeline component that makes something of the best weights before they are published."""

    def finish_training(self, nlp: Language, examples: Sequence[Example]) -> None:
        """Do it: export the net, say, or calibrate confidences.

        nlp: the best pipeline as it was loaded from disk, this component in it.
        examples: the development documents.
        What it changes is saved with the pipeline; it may be called again after a kill.
        """


def models(nlp: Language) -> Iterator[tuple[str, Model[Any, Any]]]:
    """The net of each component that has one, by the component's name."""
    for name, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        if isinstance(model, Model):
            yield name, model


def shims(nlp: Language) -> Iterator[tuple[str, Shim]]:
    """The shims in all nets, each with a name that is the same in every process."""
    for name, model in models(nlp):
        found = (shim for node in model.walk() for shim in node.shims)
        yield from ((f"{name}-{i}", shim) for i, shim in enumerate(found))
