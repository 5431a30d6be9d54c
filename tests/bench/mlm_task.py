"""The task of guessing hidden pieces, and the net that learns it; for mlm_adaptation.py."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from zonekg.annotate.corpus import record_files
from zonekg.annotate.records import read_unique
from zonekg.components.windows import windows
from zonekg.encoder.net import collate
from zonekg.encoder.segment import Characters, Segmenter
from zonekg.errors import InputError
from zonekg.extraction import blank

KEPT_FOR_SCORES = {"dev", "test", "seeds", "agreement"}
# the regions of those, see annotations/README.md
KEPT_REGIONS = {"安徽", "天津", "吉林", "宁夏", "湖南", "海南", "青海", "山西"}
HIDDEN = 0.15  # the share of the pieces


class Window(NamedTuple):
    """A stretch of a document; `odds` are those of each piece to be hidden, of sum 1."""

    text: Characters
    odds: np.ndarray


class Task(NamedTuple):
    """Windows with hidden pieces, side by side.

    ids, mask: shape (windows, pieces), as in `zonekg.encoder.net.Batch`; rows, columns, wanted: the
    place and the id of each hidden piece, blanked: whether it is blanked; shape (hidden,).
    """

    ids: Tensor
    mask: Tensor
    rows: Tensor
    columns: Tensor
    blanked: Tensor
    wanted: Tensor


class GuessingNet(nn.Module):
    """An encoder and a head that guesses hidden pieces by the encoder's own vectors of pieces."""

    def __init__(self, encoder: Any, start: int, counts: np.ndarray) -> None:
        """start: the piece whose vector a blank begins with; counts: how frequent each piece is."""
        super().__init__()
        self.encoder = encoder
        table = encoder.get_input_embeddings().weight.requires_grad_(False)
        self.blank = nn.Parameter(table[start].clone())
        self.dense = nn.Linear(len(self.blank), len(self.blank))
        self.norm = nn.LayerNorm(len(self.blank))
        shares = (counts + 0.1) / (counts + 0.1).sum()
        self.bias = nn.Parameter(torch.from_numpy(np.log(shares)).float())

    def forward(self, task: Task, *, head_alone: bool = False) -> Tensor:
        """Scores of all pieces for each hidden one, shape (hidden, pieces)."""
        table = self.encoder.get_input_embeddings().weight
        with torch.set_grad_enabled(torch.is_grad_enabled() and not head_alone):
            blanks = (task.rows[task.blanked], task.columns[task.blanked])
            vectors = table[task.ids].index_put(blanks, self.blank)
            found = self.encoder(inputs_embeds=vectors, attention_mask=task.mask)
            hidden = found.last_hidden_state[task.rows, task.columns]
        guess = self.norm(nn.functional.gelu(self.dense(hidden)))
        return nn.functional.linear(guess, table, self.bias)


def read_texts(paths: Iterable[Path]) -> list[str]:
    """The texts of documents that may be learnt from; raises InputError for any other."""
    files = [file for path in paths for file in record_files(path)]
    for file in files:
        parts = {*file.parts[-2:], *file.resolve().parts[-2:]}
        if kept := sorted({Path(part).stem.split("-")[0] for part in parts} & KEPT_FOR_SCORES):
            raise InputError(file, f"{kept[0]} is kept for scores", todo="name texts of train")
    texts = []
    for file, line, record in read_unique(files):
        if not isinstance(record.get("text"), str):
            raise InputError(file, "a document without text", line=line, todo="give it a 'text'")
        region = (record.get("meta") or {}).get("region")
        if region in KEPT_REGIONS:
            found = f"a text on {region}, a region kept for scores"
            raise InputError(file, found, line=line, todo="leave it out")
        texts.append(record["text"])
    return texts


def held_out(text: str) -> bool:
    """Whether a text is one of the twentieth that is not learnt from."""
    return hashlib.sha256(text.encode()).digest()[0] * 20 < 256


def cut(texts: Iterable[str], segmenter: Segmenter, size: int) -> list[Window]:
    """Windows of at most `size` characters, as the NER cuts them."""
    nlp, found = blank(), []
    for text in texts:
        for span in windows(nlp.make_doc(text), size):
            pieces = segmenter(span.text)
            lengths = np.bincount(pieces.piece, minlength=len(pieces.ids))
            odds = np.minimum(lengths, 2.0)  # a special piece has no characters
            odds[0] = 0  # where dropped characters are
            if odds.any():
                found.append(Window(pieces, odds / odds.sum()))
    return found


def hide(batch: Sequence[Window], padding: int, pieces: int, lots: np.random.Generator) -> Task:
    """Draw what is hidden; `pieces` is the size of the vocabulary."""
    places, wanted, draws, changed = [], [], [], []
    for row, (text, odds) in enumerate(batch):
        count = max(1, round(HIDDEN * np.count_nonzero(odds)))
        chosen = lots.choice(len(odds), count, replace=False, p=odds)
        draw = lots.random(count)
        ids = text.ids.copy()
        ids[chosen] = np.where(draw > 0.9, lots.integers(pieces, size=count), ids[chosen])
        places += [(row, column) for column in chosen]
        wanted.append(text.ids[chosen])
        draws.append(draw)
        changed.append(text._replace(ids=ids))
    side_by_side = collate(changed, padding)
    rows, columns = torch.tensor(places).T
    blanked = torch.from_numpy(np.concatenate(draws) < 0.8)
    answers = torch.from_numpy(np.concatenate(wanted))
    return Task(side_by_side.ids, side_by_side.mask, rows, columns, blanked, answers)


def batches(
    found: Sequence[Window], size: int, lots: np.random.Generator
) -> Iterator[list[Window]]:
    """Batches without end, each pass over all windows in another order, like lengths together."""
    lengths = np.array([len(window.odds) for window in found])
    while True:
        order = np.argsort(lengths * lots.uniform(0.9, 1.1, len(found)))
        groups = [order[i : i + size] for i in range(0, len(found), size)]
        for i in lots.permutation(len(groups)):
            yield [found[n] for n in groups[i]]


def blank_piece(tokenizer_json: str) -> int:
    """The piece for hidden ones, or where a vocabulary has none, the one for the unknown."""
    made = Tokenizer.from_str(tokenizer_json)
    ids = map(made.token_to_id, ("[MASK]", "<mask>", "<unk>", "[UNK]"))
    return next((i for i in ids if i is not None), 0)
