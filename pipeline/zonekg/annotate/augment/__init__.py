"""Augmentation at training time: other names, other print, other numbers, the same annotation.

Each maker is registered with spaCy (``@augmenters``) and returns an augmenter as spaCy knows it: a
callable from (nlp, Example) to Examples. Every change is a list of edits of the text that never
cross the border of a mention, so mentions, relations and groups are carried over. Chance comes
from `random`, which training seeds.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.language import Language
from spacy.training import Example
from spacy.util import registry

from zonekg.annotate.augment.edits import Augmenter, Edit, rewrite
from zonekg.annotate.augment.names import make_name_swap
from zonekg.annotate.augment.numbers import make_numbers
from zonekg.annotate.augment.typesetting import make_brackets, make_layout_noise, make_width

__all__ = [
    "Augmenter",
    "Edit",
    "make_brackets",
    "make_chain",
    "make_layout_noise",
    "make_name_swap",
    "make_numbers",
    "make_width",
    "rewrite",
]


@registry.augmenters("zonekg.augment_chain.v1")
def make_chain(*steps: Augmenter) -> Augmenter:
    """Apply augmenters one after the other, in the order of the config."""

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        examples = [example]
        for step in steps:
            examples = [new for old in examples for new in step(nlp, old)]
        yield from examples

    return augment
