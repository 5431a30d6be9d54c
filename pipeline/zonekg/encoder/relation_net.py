"""The torch net of the relation stage: the encoder's vectors in, scores of pairs of mentions out.

Needs the extra ``train``; a shipped model runs without this file.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

__all__ = ["Inputs", "RelationNet", "choice_loss"]

_WORDS = 4  # what shared words tell, where a net that learnt before them is read
_NEAR = 8  # tokens on each side of a mention
_BRIDGE = 80  # tokens between two mentions that are read, at most


class Inputs(NamedTuple):
    """A stretch of an article, see `zonekg.components.relations.reading.Reading`."""

    vectors: Tensor
    spans: Tensor
    labels: Tensor
    places: Tensor
    pairs: Tensor
    between: Tensor
    rules: Tensor
    words: Tensor
    sentences: Tensor
    standings: Tensor
    scopes: Tensor


class RelationNet(nn.Module):
    """Scores of shape (pairs, relations).

    Two convolutions turn the encoder's vectors, which serve NER, too, to relations. A mention is
    what they say inside of it, at its ends and around it, of its sentence and the head of its
    section, and where it stands. A transformer lets the mentions and sentences of an article see
    each other: what a place is, a zone's own or a ceremony's, is often said in words between the
    names, or in a title without any. A pair is scored from its two
    mentions, how they stand to each other, what their names share, the words between them and the
    rules that claim a relation of the two.
    """

    center: Tensor
    spread: Tensor

    def __init__(
        self,
        *,
        vectors: int,
        labels: int,
        relations: int,
        places: int,
        between: int,
        buckets: int,
        rules: int,
        width: int,
        layers: int,
        dropout: float,
        words: int = _WORDS,
    ) -> None:
        super().__init__()
        self.shape = {
            "vectors": vectors, "labels": labels, "relations": relations, "places": places,
            "between": between, "words": words, "buckets": buckets, "rules": rules,
            "width": width, "layers": layers, "dropout": dropout,
        }  # fmt: skip
        self.buckets = buckets
        self.register_buffer("center", torch.zeros(vectors))
        self.register_buffer("spread", torch.ones(vectors))
        self.narrow = nn.Linear(vectors, width)
        self.cues = nn.Linear(width, _CUES)
        self.around = nn.ModuleList([_Around(width, reach, dropout / 2) for reach in _REACHES])
        self.sentence = nn.Linear(width + _CUES, width)
        self.mention = nn.Linear(7 * width, width)
        self.label = nn.Embedding(labels, width)
        self.place = nn.Embedding(places * buckets, width)
        self.layers = nn.ModuleList([_Layer(width, dropout / 2) for _ in range(layers)])
        self.inner = nn.Dropout(dropout / 2)
        self.dropout = nn.Dropout(dropout)
        pair = _PAIR
        self.head, self.tail = nn.Linear(width, pair), nn.Linear(width, pair)
        self.ends = nn.Embedding(labels * labels, pair)
        self.between = nn.Embedding(between * buckets, pair)
        self.words = nn.Embedding(words * buckets, pair)
        self.head_place = nn.Embedding(places * buckets, pair)
        self.tail_place = nn.Embedding(places * buckets, pair)
        self.bridge = nn.Linear(_CUES, pair)
        self.rules = nn.Linear(rules, pair, bias=False)
        self.hidden = nn.Linear(pair, pair)
        self.output = nn.Linear(pair, relations)
        self.from_head = nn.Linear(width, relations * _FACTORS)
        self.to_tail = nn.Linear(width, relations * _FACTORS)
        tables = (self.place, self.between, self.words, self.head_place, self.tail_place)
        for table in tables:
            nn.init.normal_(table.weight, std=0.1)
        self.register_load_state_dict_pre_hook(_without_words)

    def forward(self, *columns: Tensor) -> Tensor:
        """Scores of the pairs of one stretch; `columns` are those of `Inputs`."""
        x = Inputs(*columns)
        tokens = self.narrow(self.inner((x.vectors - self.center) / self.spread))
        for layer in self.around:
            tokens = layer(tokens)
        cues = _running(torch.relu(self.cues(tokens)))
        mentions = self._mentions(tokens, cues, x)
        places = self._rows(x.places)
        heads, tails = x.pairs.unbind(1)
        pair = (self.head(mentions) + self.head_place(places).sum(1))[heads]
        pair = pair + (self.tail(mentions) + self.tail_place(places).sum(1))[tails]
        pair = pair + self.ends(x.labels[heads] * self.shape["labels"] + x.labels[tails])
        pair = pair + self.between(self._rows(x.between)).sum(1)
        pair = pair + self.words(self._rows(x.words)).sum(1)
        pair = pair + self.bridge(_bridge(cues, x.spans[heads], x.spans[tails]))
        pair = pair + self.rules(self.dropout(x.rules))
        pair = nn.functional.gelu(pair)
        pair = nn.functional.gelu(self.hidden(self.dropout(pair)))
        return self.output(pair) + self._product(mentions)[heads * mentions.shape[0] + tails]

    def _product(self, mentions: Tensor) -> Tensor:
        """How each mention as a head suits each as a tail: (mentions * mentions, relations)."""
        shape = (mentions.shape[0], self.shape["relations"], _FACTORS)
        head = self.from_head(mentions).reshape(shape).transpose(0, 1)
        tail = self.to_tail(mentions).reshape(shape).permute(1, 2, 0)
        return (head @ tail / _FACTORS**0.5).permute(1, 2, 0).reshape(-1, self.shape["relations"])

    def _rows(self, columns: Tensor) -> Tensor:
        """Rows of one table for several columns of buckets."""
        return columns + torch.arange(columns.shape[1], device=columns.device) * self.buckets

    def _sentences(self, running: Tensor, cues: Tensor, x: Inputs) -> Tensor:
        starts, ends = x.sentences.unbind(1)
        said = torch.log1p((cues[ends] - cues[starts]).clamp(min=0))
        rows = self.sentence(self.dropout(torch.cat([_mean(running, starts, ends), said], 1)))
        return rows + self.place(self._rows(x.standings)).sum(1)

    def _mentions(self, tokens: Tensor, cues: Tensor, x: Inputs) -> Tensor:
        starts, ends = x.spans.unbind(1)
        running = _running(tokens)
        sentences = self._sentences(running, cues, x)
        before = (starts - _NEAR).clamp(min=0)
        after = torch.minimum(ends + _NEAR, torch.full_like(ends, 0) + tokens.shape[0])
        parts = [
            _mean(running, starts, ends),
            _mean(running, before, starts),
            _mean(running, ends, after),
            tokens[starts],
            tokens[ends - 1],
            sentences[x.scopes[:, 0]],
            sentences[x.scopes[:, 1]],
        ]
        rows = self.mention(self.dropout(torch.cat(parts, 1))) + self.label(x.labels)
        rows = rows + self.place(self._rows(x.places)).sum(1)
        count = rows.shape[0]
        rows = torch.cat([rows, sentences])
        for layer in self.layers:
            rows = layer(rows)
        return self.dropout(rows[:count])


_PAIR, _CUES, _FACTORS = 96, 64, 32
_TAPS, _REACHES = 5, (1, 4)
_HEADS = 4


def _without_words(net: RelationNet, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Let a net that learnt before names were compared learn on, at first as if they were not."""
    state.setdefault(f"{prefix}words.weight", torch.zeros_like(net.words.weight))


class _Around(nn.Module):
    """A convolution of five tokens, `reach` apart, as one matrix product, which quantises well."""

    def __init__(self, width: int, reach: int, dropout: float) -> None:
        super().__init__()
        self.reach = reach
        self.norm = nn.LayerNorm(width)
        self.mix = nn.Linear(_TAPS * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor) -> Tensor:
        side = _TAPS // 2 * self.reach
        wide = nn.functional.pad(self.norm(rows), (0, 0, side, side))
        starts = range(0, _TAPS * self.reach, self.reach)
        taps = [wide[start : start + rows.shape[0]] for start in starts]
        return rows + self.dropout(nn.functional.gelu(self.mix(torch.cat(taps, 1))))


class _Layer(nn.Module):
    """A layer of a transformer over the mentions and sentences of an article, norms first."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.project = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.wide, self.back = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor) -> Tensor:
        first, second = self.norms
        parts = self.project(first(rows)).reshape(rows.shape[0], 3, _HEADS, -1).permute(1, 2, 0, 3)
        query, key, value = parts.unbind(0)
        share = (query @ key.transpose(1, 2) / query.shape[-1] ** 0.5).softmax(-1)
        mixed = (self.dropout(share) @ value).transpose(0, 1).reshape(rows.shape)
        rows = rows + self.dropout(self.join(mixed))
        return rows + self.dropout(self.back(self.dropout(torch.relu(self.wide(second(rows))))))


def _running(rows: Tensor) -> Tensor:
    """Sums of the rows before each place, shape (rows + 1, width)."""
    return nn.functional.pad(rows.cumsum(0), (0, 0, 1, 0))


def _mean(running: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    return (running[ends] - running[starts]) / (ends - starts).clamp(min=1).unsqueeze(1)


def _bridge(cues: Tensor, heads: Tensor, tails: Tensor) -> Tensor:
    """How much of each cue stands between two mentions, 0 where they are far apart."""
    low = torch.minimum(heads[:, 1], tails[:, 1])
    high = torch.maximum(heads[:, 0], tails[:, 0])
    low = torch.minimum(low, high)
    near = (high - low <= _BRIDGE).to(cues.dtype).unsqueeze(1)
    return torch.log1p((cues[high] - cues[low]).clamp(min=0) * near)


def choice_loss(
    scores: Tensor,
    entries: Tensor,
    choices: Tensor,
    *,
    right: Tensor,
    unsure: Tensor,
) -> Tensor:
    """The surprise at the right options, summed over choices; that none is right counts 0.

    entries, choices: see `zonekg.components.relations.options.Options`; right: bool, shape
    (options,); unsure: bool, shape (choices,), where none may be right, too. Where several options
    are right their shares add up.
    """
    low = scores.new_full((len(choices),), -1e4)
    said = scores[entries[:, 0], entries[:, 1]]
    logits = low.scatter_reduce(0, entries[:, 2], said, "amax", include_self=False)
    whole = _log_sum(logits, choices, unsure, None)
    return (whole - _log_sum(logits, choices, unsure, right)).sum()


def _log_sum(logits: Tensor, choices: Tensor, unsure: Tensor, right: Tensor | None) -> Tensor:
    """Of each choice the logarithm of the sum over its options, or over the right ones."""
    none = logits.new_zeros(len(unsure))
    if right is not None:
        logits, choices = logits[right], choices[right]
        none = none.masked_fill(~unsure, -1e4)
    top = none.scatter_reduce(0, choices, logits.detach(), "amax")
    total = torch.exp(none - top).scatter_add(0, choices, torch.exp(logits - top[choices]))
    return top + torch.log(total)
