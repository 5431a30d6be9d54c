"""Tokens as the nets take them."""

import numpy as np

from zonekg.components.windows import Window


def window_of(tokens):
    """A doc or span as one window."""
    offsets = np.array([token.idx for token in tokens], dtype=np.int64)
    first = int(offsets[0]) if len(offsets) else 0
    start = tokens[0].i if len(offsets) else 0
    return Window(start, start + len(offsets), tokens.text, offsets - first)
