"""The recipe of the shipped NER on ResumeNER, beside published scores.

    python tests/bench/resume_ner.py DATA --out FOLDER --seed 1 --seed 2 --seed 3

DATA holds train.char.bmes, dev.char.bmes and test.char.bmes as Zhang and Yang (2018) published
them. Trains once for each seed, chooses by dev, and scores test with the pipeline as it ships:
strict spans, all labels. Writes resume_ner.json and resume_ner.md into FOLDER, anew after each
seed. A seed that is done, with the same settings and data, is not trained again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any, cast

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.annotate.tagged import tagged_docs
from zonekg.cli.frame import overrides
from zonekg.components.ner import CharNer
from zonekg.encoder.shim import EncoderShim
from zonekg.extraction import blank, load_model
from zonekg.files import make_folder, open_atomic, write_json
from zonekg.scoring import score_entities
from zonekg.training import read_config, train

LATTICE = "Zhang and Yang (2018), Chinese NER Using Lattice LSTM, ACL"
LEXICON = "Ma et al. (2020), Simplify the Usage of Lexicon in Chinese NER, ACL"
FLAT = "Li et al. (2020), FLAT: Chinese NER Using Flat-Lattice Transformer, ACL"
PUBLISHED = (
    ("Lattice-LSTM", 94.46, LATTICE),
    ("BERT", 95.53, FLAT),
    ("SoftLexicon (LSTM)", 95.59, LEXICON),
    ("FLAT + BERT", 95.86, FLAT),
)


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seed", type=int, action="append", required=True, dest="seeds")
    parser.add_argument("--config", type=Path, default=Path("configs/resume_ner.cfg"))
    parser.add_argument("--work", type=Path, default=Path("training/resume_ner"))
    parser.add_argument("--set", action="append", default=[], dest="settings")
    parser.add_argument("--gpu", type=int)
    return parser.parse_args()


def command(args: argparse.Namespace) -> str:
    """The command line without the names of folders, which mean nothing elsewhere."""
    words = ["python", "tests/bench/resume_ner.py", "DATA", "--out", "FOLDER"]
    words += [word for seed in args.seeds for word in ("--seed", str(seed))]
    words += [word for setting in args.settings for word in ("--set", setting)]
    return shlex.join([*words, "--config", args.config.as_posix()])


def trained(args: argparse.Namespace, seed: int) -> tuple[Language, list[dict[str, Any]]]:
    """The pipeline of a seed and the log of its training, trained now if it is not there."""
    folder = args.work / f"seed-{seed}"
    model, work, stamp = folder / "model", folder / "work", folder / "done.json"
    changed = overrides(args.settings) | {
        "system.seed": seed,
        "paths.train": str(part(args, "train")),
        "paths.dev": str(part(args, "dev")),
    }
    wanted = {"config": read_config(args.config, changed).interpolate(), "data": digests(args)}
    if not stamp.exists() or json.loads(stamp.read_text(encoding="utf-8")) != wanted:
        stamp.unlink(missing_ok=True)
        train(args.config, model, work=work, overrides=changed, gpu=args.gpu)
        write_json(stamp, wanted)
    log = (work / "log.jsonl").read_text(encoding="utf-8")
    return load_model(model), [json.loads(line) for line in log.splitlines()]


def outcome(seed: int, nlp: Language, log: Sequence[Any], gold: Sequence[Doc]) -> dict[str, Any]:
    """Scores in per cent, and what the training took."""
    pairs = list(zip(nlp.pipe([doc.text for doc in gold]), gold, strict=True))
    ner = cast(CharNer, nlp.get_pipe("ner"))
    labels = sorted({*ner.labels, *(ent.label_ for doc in gold for ent in doc.ents)})
    run, end = log[0], log[-1]
    epochs = [row["epoch"] for row in log if row["kind"] == "evaluation"]
    graphs = [shim.graph for shim in ner.model.shims if isinstance(shim, EncoderShim)]
    return {
        "seed": seed,
        "test": score_entities(pairs, labels).to_dict(),
        "dev_f": round(100 * end["best"]["scores"]["ents_f"], 2),
        "best_step": end["best"]["step"],
        "steps": end["step"],
        "epochs_begun": max(epochs) + 1,
        "minutes": round(end["seconds"] / 60, 1),
        "scored_as": "ONNX graph" if any(graphs) else "net as trained",
        **{key: run[key] for key in ("date", "device", "threads", "versions")},
    }


def summary(args: argparse.Namespace, rows: Sequence[Any], gold: Sequence[Doc]) -> dict[str, Any]:
    """All that is known after these seeds."""
    scores = [row["test"]["micro"]["f"] for row in rows]
    seen = {doc.text for doc in tagged_docs(part(args, "train"), blank(), lenient=True)}
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "command": command(args),
        "measure": "strict F1 of all mentions of test, per cent",
        "data": digests(args),
        "test": {"sentences": len(gold), "also_in_train": sum(doc.text in seen for doc in gold)},
        "mean": round(mean(scores), 2),
        "sd": round(stdev(scores), 2) if len(scores) > 1 else None,
        "seeds": rows,
        "published": [{"model": name, "f": f, "source": source} for name, f, source in PUBLISHED],
    }


def page(found: dict[str, Any]) -> str:
    """The summary as Markdown."""
    rows, sizes = found["seeds"], found["test"]
    spread = "" if found["sd"] is None else f" ± {found['sd']:.2f}"
    which = ", ".join(str(row["seed"]) for row in rows)
    ours = [("zonekg", f"{found['mean']:.2f}{spread}", f"here, seeds {which}")]
    theirs = [(row["model"], f"{row['f']:.2f}", row["source"]) for row in found["published"]]
    trainings = [training(row) for row in rows]
    labels = [
        (label, score["gold"], *(f"{row['test'][label]['f']:.2f}" for row in rows))
        for label, score in rows[0]["test"].items()
    ]
    return "\n\n".join(
        [
            "# NER on ResumeNER",
            f"{found['measure']}; mean ± standard deviation over seeds. The published scores are "
            f"quoted, not run here. Of {sizes['sentences']} test sentences "
            f"{sizes['also_in_train']} are in train, too.",
            grid(("model", "F1", "source"), [*theirs, *ours]),
            "The trainings, chosen by the F1 on dev:",
            grid(tuple(trainings[0]), [tuple(row.values()) for row in trainings]),
            "F1 by label and seed:",
            grid(("label", "mentions", *(str(row["seed"]) for row in rows)), labels),
            f"{found['date']}: `{found['command']}`, where DATA holds:",
            grid(("file", "SHA-256"), list(found["data"].items())),
        ]
    )


def training(row: dict[str, Any]) -> dict[str, object]:
    """A seed as a row of the page."""
    scores = {key.upper(): f"{row['test']['micro'][key]:.2f}" for key in "prf"}
    steps = {"dev F": f"{row['dev_f']:.2f}", "best step": f"{row['best_step']} of {row['steps']}"}
    names = ("epochs_begun", "minutes", "threads", "device", "scored_as")
    rest = {name.replace("_", " "): row[name] for name in names}
    return {"seed": row["seed"]} | scores | steps | rest


def grid(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def part(args: argparse.Namespace, name: str) -> Path:
    """The file of ``train``, ``dev`` or ``test``."""
    found: Path = args.data / f"{name}.char.bmes"
    return found


def digests(args: argparse.Namespace) -> dict[str, str]:
    """SHA-256 of the three files by their names."""
    files = [part(args, name) for name in ("train", "dev", "test")]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def main() -> None:
    """Train, score, write both files."""
    args = options()
    gold = list(tagged_docs(part(args, "test"), blank()))
    out = make_folder(args.out)
    rows: list[dict[str, Any]] = []
    for seed in args.seeds:
        rows.append(outcome(seed, *trained(args, seed), gold))
        found = summary(args, rows, gold)
        write_json(out / "resume_ner.json", found)
        with open_atomic(out / "resume_ner.md") as handle:
            handle.write(page(found) + "\n")
        print(f"seed {seed}: F1 {rows[-1]['test']['micro']['f']:.2f}, mean {found['mean']:.2f}")


if __name__ == "__main__":
    main()
