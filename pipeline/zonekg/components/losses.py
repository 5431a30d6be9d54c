"""What NER learns by: the gradients of scores against wanted tags, or whole wanted paths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zonekg.components.decoding import transitions

__all__ = ["log_softmax", "path_loss", "tag_loss"]

Floats = NDArray[np.float32]


def log_softmax(rows: Floats) -> Floats:
    rows = rows - rows.max(axis=1, keepdims=True) if len(rows) else rows
    result: Floats = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    return result


def tag_loss(scores: Sequence[Floats], targets: Sequence[Floats]) -> tuple[float, list[Floats]]:
    """Cross entropy of each token by itself, and its gradient.

    scores, targets: for each text an array of shape (tokens, tags); the targets are probabilities,
    all 0 where nothing is known.
    """
    loss, grads = 0.0, []
    for rows, wanted in zip(scores, targets, strict=True):
        log_probs = log_softmax(rows)
        known = wanted.sum(axis=1, keepdims=True)
        loss -= float((wanted * log_probs).sum())
        grads.append(known * np.exp(log_probs) - wanted)
    return loss, grads


def path_loss(
    scores: Sequence[Floats], targets: Sequence[Floats], tags: Sequence[str]
) -> tuple[float, list[Floats]]:
    """Minus the log probability of the gold paths among all legal ones, and its gradient.

    scores, targets: as in `tag_loss`, the targets 0 or 1. A token whose tag is not known gets no
    gradient. The tags are those of a conditional random field (Lafferty et al. 2001) whose
    transitions are fixed: 0 where BILUO allows one, else minus infinity.
    """
    legal = np.exp(transitions(tuple(tags)).astype(np.float64)).round()
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
    grads = []
    for i, wanted in enumerate(targets):
        known = wanted.sum(axis=1, keepdims=True)
        grads.append((share[: len(wanted), i] * known - wanted).astype(np.float32))
    return loss, grads
