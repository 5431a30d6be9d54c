"""Marked texts with vectors, as the net reads them."""

import numpy as np
import pytest

from zonekg.components.aliases import make_aliases

WIDTH = 6


@pytest.fixture
def seen(marked):
    """A function: marked text, relation lines -> a Doc with groups and vectors."""

    def make(body, *relations):
        doc = make_aliases(marked(body, *relations))
        doc.tensor = np.random.default_rng(3).normal(size=(len(doc), WIDTH)).astype(np.float16)
        return doc

    return make
