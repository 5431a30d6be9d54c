"""Goes on teaching an encoder to guess hidden pieces, on texts of the domain.

    python tests/bench/mlm_adaptation.py training/encoders/e5-small-zh \\
        training/encoders/e5-small-zh-mlm --layers 6 --epochs 3

SOURCE is a Hugging Face folder such as `zonekg encoder` makes. Hidden are 15 % of the pieces, anew
in each epoch, those of several characters twice as often as others: 80 % blanked, 10 % replaced by
any piece, 10 % left, after Devlin et al. (2019), "BERT". The head that guesses is new: it learns
alone first, so that it can't spoil the encoder, and is left out at the end. The vectors of pieces
stay as they are; those of pieces that the texts lack would only be pushed away.

TARGET is such a folder of the layers taken, in float16, with adaptation.json: settings, digests,
and how many hidden pieces are guessed in documents held out by the hash of their text. After each
epoch TARGET.checkpoint is written, and --resume goes on there as if it had never stopped. Then:

    zonekg train configs/ner_trf.cfg --output MODEL \\
        --set paths.encoder=TARGET --set components.ner.model.layers=6
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mlm_task import GuessingNet, Task, batches, blank_piece, cut, held_out, hide, read_texts
from safetensors.torch import save
from torch import nn

from zonekg.annotate.corpus import file_digests
from zonekg.encoder.net import learning_groups, pretrained, tokenizer
from zonekg.errors import InputError, OutputError
from zonekg.files import make_folder, open_atomic, write_json
from zonekg.training.config import differences
from zonekg.training.folders import whole_folder

TEXTS = [Path("annotations/train"), Path("annotations/unlabelled")]
COPIED = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
HEAD_SCALE = 10.0  # how fast the new head learns against the encoder
RISE = 0.06  # the share of the steps in which the rate rises


class Adaptation:
    """The training: its net, its optimizer and how far it is.

    Epoch 0 is the head's alone. The lots of an epoch depend on the seed and its number alone.
    """

    def __init__(self, args: argparse.Namespace, texts: Sequence[str]) -> None:
        torch.set_num_threads(args.threads)
        torch.manual_seed(args.seed)
        self.args = args
        encoder = pretrained(str(args.source), args.layers, 0.0)  # what is hidden is noise enough
        segmenter = tokenizer(str(args.source), encoder.config.max_position_embeddings)
        self.learnt = cut([t for t in texts if not held_out(t)], segmenter, args.window)
        self.kept = cut([t for t in texts if held_out(t)], segmenter, args.window)
        if not self.learnt or not self.kept:
            raise InputError(args.text[0], f"{len(texts)} documents are too few", todo="add some")
        self.padding, self.pieces = segmenter.padding, encoder.config.vocab_size
        ids = np.concatenate([window.text.ids for window in self.learnt])
        counts = np.bincount(ids, minlength=self.pieces).astype(float)
        self.net = GuessingNet(encoder, blank_piece(segmenter.json), counts)
        groups = learning_groups(self.net, head=HEAD_SCALE, decay=1.0, weight_decay=0.01)
        self.optimizer = torch.optim.AdamW(groups, lr=0.0)
        self.steps = -(-len(self.learnt) // args.batch)
        self.history: list[dict[str, Any]] = []

    def run(self, checkpoint: Path, facts: dict[str, Any]) -> None:
        """All epochs that are still to come."""
        for epoch in range(len(self.history), self.args.epochs + 1):
            began = time.process_time()
            row = {"epoch": epoch, **self.learn(epoch), "held_out": self.accuracy()}
            self.history.append(row | {"cpu_seconds": round(time.process_time() - began, 1)})
            print(json.dumps(self.history[-1]), flush=True)
            state = {"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict()}
            with open_atomic(checkpoint, "wb") as file:
                torch.save(state | {"facts": facts, "history": self.history}, file)

    def resume(self, checkpoint: Path, facts: dict[str, Any]) -> None:
        """Go on after the last epoch of a checkpoint made from the same facts."""
        state = torch.load(checkpoint, weights_only=True)
        if changes := list(differences(state["facts"], facts)):
            todo = "resume with the settings and data of then, or leave out --resume"
            raise InputError(checkpoint, "; ".join(changes), todo=todo)
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.history = state["history"]

    def learn(self, epoch: int) -> dict[str, Any]:
        """One epoch: its mean loss, in nats, and its speed."""
        steps = self.steps if epoch else self.args.head_steps
        lots = np.random.default_rng([self.args.seed, epoch])
        self.net.train()
        began, losses, characters = time.process_time(), [], 0
        for n, batch in enumerate(islice(batches(self.learnt, self.args.batch, lots), steps), 1):
            rate = self.rate((epoch - 1) * steps + n) if epoch else self.args.rate
            losses.append(self.step(hide(batch, self.padding, self.pieces, lots), rate, not epoch))
            characters += sum(len(window.text.chars) for window in batch)
            speed = round(characters / (time.process_time() - began))
            if n % 20 == 0 or n == steps:
                loss = np.mean(losses[-20:])
                told = f"epoch {epoch} step {n}/{steps} loss {loss:.3f} {speed} characters/CPU s"
                print(told, flush=True)
        loss = round(float(np.mean(losses)), 4)
        return {"steps": steps, "loss": loss, "characters_per_cpu_second": speed}

    def step(self, task: Task, rate: float, head_alone: bool) -> float:
        """Learn from one batch; its loss in nats."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = self.net(task, head_alone=head_alone)
        loss = nn.functional.cross_entropy(scores.float(), task.wanted)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())

    def rate(self, step: int) -> float:
        """The rate of the encoder at a step, from 1: it rises, then falls to nothing."""
        done = (step - 1) / (self.args.epochs * self.steps)
        share = step / max(1, round(RISE * self.args.epochs * self.steps))
        return float(self.args.rate * min(share, (1 - done) / (1 - RISE)))

    def accuracy(self) -> float:
        """The per cent of hidden pieces guessed right in what is held out, the same each time."""
        lots = np.random.default_rng(0)
        self.net.eval()
        right = total = 0
        by_length = sorted(self.kept, key=lambda window: len(window.odds))
        for i in range(0, len(by_length), self.args.batch):
            task = hide(by_length[i : i + self.args.batch], self.padding, self.pieces, lots)
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
                right += int((self.net(task).argmax(-1) == task.wanted).sum())
            total += len(task.wanted)
        return round(100 * right / total, 2)

    def write(self, target: Path, facts: dict[str, Any]) -> None:
        """The folder of the encoder that has learnt."""
        source, encoder = self.args.source, self.net.encoder
        config = json.loads((source / "config.json").read_text(encoding="utf-8"))
        layers = {"num_hidden_layers": encoder.config.num_hidden_layers}
        with whole_folder(target) as folder:
            write_json(folder / "config.json", config | layers)
            weights = {name: value.half() for name, value in encoder.state_dict().items()}
            with open_atomic(folder / "model.safetensors", "wb") as file:
                file.write(save(weights, metadata={"format": "pt"}))
            for name in COPIED:
                if (source / name).exists():
                    shutil.copyfile(source / name, folder / name)
            if (source / "README.md").exists():  # with the licence; its digests are the source's
                shutil.copyfile(source / "README.md", folder / "SOURCE.md")
            write_json(folder / "adaptation.json", facts | self.outcome())

    def outcome(self) -> dict[str, Any]:
        """What the training came to."""
        first, last = self.history[0], self.history[-1]
        return {
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "command": shlex.join(["python", "tests/bench/mlm_adaptation.py", *sys.argv[1:]]),
            "stored_as": "float16",
            "measure": "hidden pieces guessed in held-out documents, per cent; before: by the head "
            "alone on the encoder as it came",
            "before": first["held_out"],
            "after": last["held_out"],
            "windows": {"learnt": len(self.learnt), "held_out": len(self.kept)},
            "epochs": self.history,
        }


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--layers", type=int, default=0, help="from below; 0 for all")
    parser.add_argument("--epochs", type=positive, required=True)
    parser.add_argument("--head-steps", type=positive, default=200, help="of the head alone")
    parser.add_argument("--text", type=Path, nargs="+", default=TEXTS, help="JSONL or folders")
    parser.add_argument("--window", type=positive, default=256, help="characters")
    parser.add_argument("--batch", type=positive, default=16, help="windows")
    parser.add_argument("--rate", type=float, default=0.00015)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument("--resume", action="store_true", help="go on where there is a checkpoint")
    return parser.parse_args()


def positive(text: str) -> int:
    """A whole number above 0."""
    if (number := int(text)) < 1:
        raise ValueError
    return number


def facts_of(args: argparse.Namespace) -> dict[str, Any]:
    """What the outcome rests on: settings, digests of the texts and of the source."""
    names = ("layers", "epochs", "head_steps", "window", "batch", "rate", "seed", "threads")
    files = sorted(file for file in args.source.iterdir() if file.is_file())
    return {
        "settings": {name: getattr(args, name) for name in names},
        "texts": {path.as_posix(): file_digests(path) for path in args.text},
        "source": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    }


def main() -> None:
    """Read, learn, write the folder."""
    args = options()
    if args.target.exists():
        raise OutputError(f"{args.target}: exists already; name a new folder")
    if not (args.source / "config.json").is_file():
        raise InputError(args.source, "no encoder's folder", todo="make it with 'zonekg encoder'")
    texts, facts = read_texts(args.text), facts_of(args)
    checkpoint = args.target.with_name(args.target.name + ".checkpoint")
    adaptation = Adaptation(args, texts)
    if args.resume and checkpoint.exists():
        adaptation.resume(checkpoint, facts)
    make_folder(args.target.parent)
    adaptation.run(checkpoint, facts)
    adaptation.write(args.target, facts)
    checkpoint.unlink()
    print(f"{args.target}: {adaptation.history[-1]['held_out']} % of hidden pieces guessed")


if __name__ == "__main__":
    main()
