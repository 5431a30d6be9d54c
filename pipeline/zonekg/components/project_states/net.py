"""The net of the states of projects: attention over characters, and a table of facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.util import registry
from thinc.api import Dropout, Linear, Model, Ragged, Relu, add, chain, concatenate, reduce_mean
from thinc.types import Floats2d

from zonekg.components.project_states.features import FACTS, GRAMS, ROWS, Sample
from zonekg.states import STATUSES

__all__ = ["build_state_net", "halve_tables"]

Floats = NDArray[np.float32]
_FACT_WIDTH = 24
_SCALE = 0.5
"""Of the straight way from facts to scores, so that it learns at the pace of the rest."""


@registry.architectures("zonekg.StateNet.v1")
def build_state_net(
    *,
    width: int = 48,
    heads: int = 4,
    hidden: int = 96,
    dropout: float = 0.3,
    blank_rate: float = 0.15,
) -> Model[Sequence[Sample], Floats2d]:
    """Scores of each status: samples in, shape (projects, 6) out.

    width: of a character's vector; heads: how many means of them are taken, each with weights of
    its own; dropout: of layers; blank_rate: the share of n-grams and facts that training hides;
    both 0 to 1.
    """
    characters: Model[Any, Any] = chain(
        _take("characters", blank_rate), _embed(ROWS, width, 0.2), _rectify(), _attend(width, heads)
    )
    facts: Model[Any, Any] = chain(
        _take("facts", blank_rate), _embed(FACTS, _FACT_WIDTH, 0.3), reduce_mean()
    )
    straight: Model[Any, Any] = chain(
        _take("facts", blank_rate), _embed(FACTS, len(STATUSES), 0.0), _total(_SCALE)
    )
    body: Model[Any, Any] = chain(
        concatenate(characters, facts),
        Dropout(dropout),
        Relu(hidden, width * heads + _FACT_WIDTH),
        Dropout(dropout),
        Linear(len(STATUSES), hidden),
    )
    return add(body, straight)


def _take(field: str, blank_rate: float) -> Model[Any, Any]:
    """One field of samples as a Ragged of rows of a table, shape (all, columns)."""

    def forward(
        model: Model[Any, Any], rows: Sequence[Sample], is_train: bool
    ) -> tuple[Ragged, Callable[[Any], Any]]:
        parts = [getattr(row, field) for row in rows]
        ids: Any = np.concatenate(parts)
        if is_train and blank_rate:
            hideable = ids[:, -GRAMS:]
            hideable[np.random.random(hideable.shape) < blank_rate] = 0
        lengths: Any = np.array([len(part) for part in parts], dtype=np.int32)
        return Ragged(ids, lengths), lambda _: []

    return Model(f"take {field}", forward)


def _embed(rows: int, width: int, deviation: float) -> Model[Any, Any]:
    """The sum of the vectors of each row's columns: (all, columns) in, (all, width) out."""

    def init(model: Model[Any, Any], **_: Any) -> None:
        table: Any = np.random.normal(0, deviation, (rows, width)).astype(np.float32)
        model.set_param("E", table)

    def forward(
        model: Model[Any, Any], ids: Ragged, is_train: bool
    ) -> tuple[Ragged, Callable[[Ragged], Ragged]]:
        table: Any = model.get_param("E")
        columns = _data(ids).T
        found = table[columns[0]].astype(np.float32, copy=False)
        for column in columns[1:]:
            found += table[column]

        def backprop(dy: Ragged) -> Ragged:
            gradient: Any = model.ops.alloc2f(rows, width)
            for column in columns:
                model.ops.scatter_add(gradient, column, _data(dy))
            model.inc_grad("E", gradient)
            return ids

        return Ragged(found, ids.lengths), backprop

    return Model("embed", forward, init=init, params={"E": None})


def halve_tables(model: Model[Any, Any]) -> None:
    """Keep the vectors of n-grams and facts in half precision; they can't learn any more."""
    for node in model.walk():
        if node.name == "embed":
            table: Any = node.get_param("E")
            node.set_param("E", table.astype(np.float16))


def _rectify() -> Model[Any, Any]:
    def forward(
        model: Model[Any, Any], x: Ragged, is_train: bool
    ) -> tuple[Ragged, Callable[[Ragged], Ragged]]:
        y = np.maximum(_data(x), 0)
        return Ragged(y, x.lengths), lambda dy: Ragged(_data(dy) * (y > 0), x.lengths)

    return Model("rectify", forward)


def _total(scale: float) -> Model[Any, Any]:
    """The sum of each sample's rows, times a number."""

    def forward(
        model: Model[Any, Any], x: Ragged, is_train: bool
    ) -> tuple[Floats, Callable[[Floats], Ragged]]:
        def backprop(dy: Floats) -> Ragged:
            return Ragged(_spread(scale * dy, x), x.lengths)

        return np.float32(scale) * np.add.reduceat(_data(x), _starts(x)), backprop

    return Model("total", forward)


def _data(x: Ragged) -> Any:
    """The rows of all samples; thinc's types know less of arrays than numpy's."""
    return x.dataXd


def _spread(values: Floats, x: Ragged) -> Any:
    """One row for each row of `x`, from one for each sample."""
    lengths: Any = x.lengths
    return np.repeat(values, lengths, axis=0)


def _starts(x: Ragged) -> Any:
    """Where each sample's rows begin; none may be without rows."""
    lengths: Any = x.lengths
    return np.cumsum(lengths) - lengths


def _attend(width: int, heads: int) -> Model[Any, Any]:
    """Weighted means of each sample's rows: (all, width) in, (samples, heads * width) out."""

    def init(model: Model[Any, Any], **_: Any) -> None:
        weights: Any = np.random.normal(0, width**-0.5, (width, heads)).astype(np.float32)
        model.set_param("W", weights)

    def forward(
        model: Model[Any, Any], x: Ragged, is_train: bool
    ) -> tuple[Floats, Callable[[Floats], Ragged]]:
        rows, starts, ask = _data(x), _starts(x), model.get_param("W")
        scores = rows @ ask
        scores -= _spread(np.maximum.reduceat(scores, starts), x)
        share = np.exp(scores)
        share /= _spread(np.add.reduceat(share, starts), x)
        means = [np.add.reduceat(share[:, [head]] * rows, starts) for head in range(heads)]

        def backprop(dy: Floats) -> Ragged:
            wide = _spread(dy.reshape(-1, heads, width), x)
            d_share = np.einsum("nhw,nw->nh", wide, rows)
            d_rows = np.einsum("nhw,nh->nw", wide, share)
            d_scores = share * (d_share - _spread(np.add.reduceat(share * d_share, starts), x))
            model.inc_grad("W", rows.T @ d_scores)
            return Ragged(d_rows + d_scores @ ask.T, x.lengths)

        return np.concatenate(means, axis=1), backprop

    return Model("attend", forward, init=init, params={"W": None})
