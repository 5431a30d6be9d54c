"""A word segmenter of the domain: spacy-pkuseg learns from jieba's words and from our own names.

    pip install jieba==0.42.1
    python tests/bench/word_segmenter.py training/words

For the feature ``words`` of the NER net. Text of the training regions alone is taken: train and
unlabelled. jieba's words are cut wherever a mention of train or a name of the gazetteers begins or
ends. Beside spacy-pkuseg's two files the folder gets ``report.json``: sizes, word F1 on a tenth of
the documents that was held out, how many ends of dev's mentions are ends of words, speed. Takes
some minutes of one core.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import random
import re
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import spacy_pkuseg
import srsly

from zonekg.annotate.corpus import record_files
from zonekg.annotate.gazetteers import read_gazetteers
from zonekg.annotate.records import Record, read_unique
from zonekg.cli.frame import made_by
from zonekg.files import make_folder, open_atomic, write_json

Sentence = list[str]
Cut = Callable[[str], Sequence[str]]

FILES = ("features.msgpack", "weights.npz")


# -- words to learn from


def long_names(folder: Path) -> list[str]:
    """The gazetteers' names of three characters and more; shorter ones are parts of other words."""
    found = read_gazetteers(folder)
    names = {*found.products, *(name for pair in found.companies for name in pair)}
    names.update(*found.places.values())
    return sorted(name for name in names if len(name) > 2)


def sentences(record: Record, names: Iterable[str]) -> Iterator[Sentence]:
    """The words of a document, sentence by sentence, without white space."""
    text = record["text"]
    marks = {0, len(text)}
    for entity in record.get("entities", ()):
        marks |= {entity["start_offset"], entity["end_offset"]}
    for name in names:
        for match in re.finditer(re.escape(name), text):
            marks |= set(match.span())
    words = [word for a, b in pairwise(sorted(marks)) for word in jieba.cut(text[a:b])]
    before = accumulate((word.isspace() or word in "。！？；" for word in words), initial=0)
    for _, group in groupby(zip(before, words, strict=False), key=lambda pair: pair[0]):
        sentence = [word for _, word in group if not word.isspace()]
        if sentence:
            yield sentence


def held_out(records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """The documents to learn from and, by the hash of their ids, a tenth to judge by."""
    order = sorted(records, key=lambda r: hashlib.sha256(str(r["id"]).encode()).hexdigest())
    tenth = len(order) // 10
    return order[tenth:], order[:tenth]


# -- learning


def learn(
    folder: Path, train: Sequence[Sentence], test: Sequence[Sentence], iterations: int, seen: int
) -> None:
    """Train a model in a folder; features that occur less than `seen` times are left out."""
    files = []
    for name, rows in (("train", train), ("test", test)):
        files.append(folder / f"{name}.txt")
        files[-1].write_text("".join(" ".join(row) + "\n" for row in rows), encoding="utf-8")
    spacy_pkuseg.config.featureTrim = seen - 1
    random.seed(1)
    with redirect_stdout(sys.stderr):
        spacy_pkuseg.train(str(files[0]), str(files[1]), str(folder), train_iter=iterations)


def slim(source: Path, target: Path, least: float) -> None:
    """Write the model without what prediction does not need, weights in half precision.

    least: a feature all of whose weights are smaller is left out.
    """
    extracted = srsly.read_msgpack(source / FILES[0])
    with np.load(source / FILES[1]) as stored:
        (tags, count), weights = stored["sizes"].tolist(), stored["w"]
    rows = weights[: tags * count].reshape(count, tags)
    kept = np.flatnonzero((np.abs(rows).max(axis=1) >= least) | (np.arange(count) == 0))
    new = {int(old): i for i, old in enumerate(kept)}
    index = extracted["feature_to_idx"]
    extracted["feature_to_idx"] = {key: new[i] for key, i in index.items() if i in new}
    # prediction builds features of words from `unigram`, and never asks `bigram`
    used = {word for key in extracted["feature_to_idx"] for word in words_in(key)}
    extracted["unigram"] = [word for word in extracted["unigram"] if word in used]
    extracted["bigram"] = []
    halves = np.concatenate([rows[kept].ravel(), weights[tags * count :]]).astype(np.float16)
    buffer = io.BytesIO()
    sizes = np.array([tags, len(kept)])
    np.savez_compressed(buffer, sizes=sizes, w=halves.astype(np.float64))
    make_folder(target)
    for name, data in zip(FILES, (srsly.msgpack_dumps(extracted), buffer.getvalue()), strict=True):
        with open_atomic(target / name, "wb") as handle:
            handle.write(data)


def words_in(key: str) -> list[str]:
    """The words that one of spacy-pkuseg's features is made of."""
    kind, _, rest = key.partition(".")
    if kind in ("w1", "w-1"):
        return [rest]
    return rest[2:].split("*") if kind == "ww" else []


# -- judging


def spans(words: Iterable[str]) -> set[tuple[int, int]]:
    """Where words begin and end in their text."""
    return set(pairwise(accumulate(map(len, words), initial=0)))


def word_f1(cut: Cut, gold: Sequence[Sentence]) -> float:
    """F1 over words, per cent."""
    hits = mine = theirs = 0
    for sentence in gold:
        found, right = spans(cut("".join(sentence))), spans(sentence)
        hits, mine, theirs = hits + len(found & right), mine + len(found), theirs + len(right)
    return round(200 * hits / (mine + theirs), 2)


def ends_found(cut: Cut, records: Iterable[Record]) -> float:
    """How many of the places where mentions begin or end are ends of words, per cent."""
    hits = total = 0
    for record in records:
        text = record["text"]
        places = np.flatnonzero([not char.isspace() for char in text])
        words = [word for word in cut(text) if not word.isspace()]
        starts = {int(places[a]) for a, _ in spans(words)}
        ends = {int(places[b - 1]) + 1 for _, b in spans(words)}
        for entity in record["entities"]:
            hits += (entity["start_offset"] in starts) + (entity["end_offset"] in ends)
            total += 2
    return round(100 * hits / total, 2)


def speed(cut: Cut, texts: Sequence[str]) -> int:
    """Characters a CPU second."""
    start = time.process_time()
    for text in texts:
        cut(text)
    return round(sum(map(len, texts)) / (time.process_time() - start))


def report(folder: Path, test: Sequence[Sentence], dev: Sequence[Record]) -> dict[str, Any]:
    """What the model in a folder is worth."""
    cut = spacy_pkuseg.pkuseg(str(folder), user_dict=None).cut
    return {
        "bytes": {name: (folder / name).stat().st_size for name in FILES},
        "word F1, per cent": word_f1(cut, test),
        "ends of dev's mentions that are ends of words, per cent": ends_found(cut, dev),
        "the same, jieba": ends_found(jieba.lcut, dev),
        "characters a CPU second": speed(cut, [record["text"] for record in dev]),
    }


def main() -> None:
    """Learn, write, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--annotations", type=Path, default=Path("annotations"))
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--share", type=float, default=1.0, help="of the documents, 0 to 1")
    parser.add_argument("--seen", type=int, default=2, help="how often a feature must occur")
    parser.add_argument("--least", type=float, default=0.02, help="weight of a feature that counts")
    args = parser.parse_args()

    jieba.setLogLevel(logging.WARNING)
    folders = [args.annotations / name for name in ("train", "unlabelled")]
    records = [row for _, _, row in read_unique(f for p in folders for f in record_files(p))]
    dev = [row for _, _, row in read_unique(record_files(args.annotations / "dev"))]
    names = long_names(args.annotations / "gazetteers")
    learnt, judged = held_out(records)
    learnt = learnt[: round(args.share * len(learnt))]
    train, test = ([s for r in part for s in sentences(r, names)] for part in (learnt, judged))
    facts: dict[str, Any] = {
        "command": f"python {shlex.join(sys.argv)}",
        "documents": {"learnt": len(learnt), "held out": len(judged)},
        "words": {"learnt": sum(map(len, train)), "held out": sum(map(len, test))},
        "settings": {key: getattr(args, key) for key in ("iterations", "seen", "least")},
    }
    with tempfile.TemporaryDirectory() as work:
        start = time.process_time()
        learn(Path(work), train, test, args.iterations, args.seen)
        facts["CPU seconds of training"] = round(time.process_time() - start)
        slim(Path(work), args.target, args.least)
        facts["as trained"] = report(Path(work), test, dev)
    facts["as written"] = report(args.target, test, dev)
    write_json(args.target / "report.json", made_by() | facts)
    print(args.target / "report.json")


if __name__ == "__main__":
    main()
