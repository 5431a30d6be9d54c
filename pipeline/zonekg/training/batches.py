"""The batches of a training: the same in every process, and from any place on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import TypeVar

from spacy.language import Language
from spacy.training import Example

from zonekg.errors import InputError

__all__ = ["BatchSource", "Place"]

_Item = TypeVar("_Item")
Corpus = Callable[[Language], Iterable[Example]]
Batcher = Callable[[Iterable[Example]], Iterable[list[Example]]]
Place = tuple[int, int]
"""An epoch, from 0, and how many of its batches are done."""


@dataclass(frozen=True)
class BatchSource:
    """Batches of examples, epoch by epoch.

    max_epochs: -1 reads the corpus anew for each epoch, in the corpus's own order; otherwise it is
    read once and shuffled for each, and 0 means without end.
    grows: whether the batcher's sizes follow a schedule, which goes on from epoch to epoch.

    Every epoch begins with lots of its own, drawn from (seed, epoch): readers, augmenters and
    batchers may draw from Python's `random` alone.
    """

    corpus: Corpus
    batcher: Batcher
    seed: int
    max_epochs: int
    grows: bool = False

    def after(self, place: Place, steps: int, nlp: Language) -> Iterator[tuple[int, list[Example]]]:
        """The batches that come after a place, reached by `steps` batches, each with its epoch.

        The epoch is read again and what was done is skipped; with sizes that grow, all epochs are.
        """
        epoch, done = (0, steps) if self.grows else place
        return islice(_with_own_lots(self._from(epoch, nlp)), done, None)

    def _from(self, first: int, nlp: Language) -> Iterator[tuple[int, list[Example]]]:
        random.seed(f"{self.seed} corpus")
        held = None if self.max_epochs < 0 else list(self.corpus(nlp))
        for epoch in count(first) if self.max_epochs < 1 else range(first, self.max_epochs):
            random.seed(f"{self.seed} epoch {epoch}")
            examples = self.corpus(nlp) if held is None else random.sample(held, len(held))
            batch = None
            for batch in self.batcher(examples):
                yield epoch, batch
            if batch is None:
                raise InputError(
                    "training.train_corpus",
                    "it gives no batch",
                    todo="look at its documents and at training.batcher",
                )


def _with_own_lots(stream: Iterator[_Item]) -> Iterator[_Item]:
    """Pass on a stream whose lots depend on nothing that is drawn between its items."""
    own = random.getstate()
    while True:
        others = random.getstate()
        random.setstate(own)
        try:
            item = next(stream)
        except StopIteration:
            return
        finally:
            own = random.getstate()
            random.setstate(others)
        yield item
