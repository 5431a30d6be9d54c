"""How well `zonekg_project_states` learns: five folds of train, then all of train on other sets.

    python tests/bench/project_states_folds.py dev

From gold mentions. Trained by the optimizer of configs/relations_trf.cfg.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from itertools import count

from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from zonekg.annotate.corpus import read_corpus
from zonekg.components.project_states import ProjectStates
from zonekg.docs import project_states
from zonekg.extraction import blank
from zonekg.scoring.counts import ALL, Tally, add_up, tally
from zonekg.scoring.states import confusion, state_items
from zonekg.states import STATUSES

FOLDS, EPOCHS, SIZE, RATE, WARMUP, SEED = 5, 18, 4, 0.001, 60, 7


def corpus(name: str) -> list[Example]:
    """The documents of a set with gold states, in a mixed order that is always the same."""
    states = f"annotations/attributes/{name}.jsonl"
    found = list(read_corpus(f"annotations/{name}", states=states)(blank()))
    found = [example for example in found if project_states(example.reference)]
    random.Random(SEED).shuffle(found)
    return found


def rates(total: int) -> Iterator[float]:
    """The learning rate of each step: up to `RATE`, then down to 0."""
    for step in count():
        yield RATE * min(1.0, step / WARMUP, max(0.0, (total - step) / (total - WARMUP)))


def fit(examples: Sequence[Example]) -> ProjectStates:
    """A component trained on some documents."""
    fix_random_seed(SEED)
    pipe: ProjectStates = blank().add_pipe("zonekg_project_states")
    pipe.initialize(lambda: examples)
    starts = range(0, len(examples), SIZE)
    sgd = Adam(rates(EPOCHS * len(starts)), L2=0.05, L2_is_weight_decay=True, grad_clip=1.0)
    for _ in range(EPOCHS):
        order = random.sample(examples, len(examples))
        for start in starts:
            pipe.update(order[start : start + SIZE], sgd=sgd)
            sgd.step_schedules()
    return pipe


def judge(pipe: ProjectStates, examples: Sequence[Example]) -> Iterator[tuple[Tally, dict]]:
    """The counts and the confusion of each document."""
    for example in examples:
        gold = project_states(example.reference)
        (found,) = pipe.predict([example.reference])
        mine = {project: found[project] for project in gold}
        yield tally(state_items(gold, mine)), confusion(gold, mine)


def tell(title: str, judged: Sequence[tuple[Tally, dict]]) -> None:
    """Print the scores of documents."""
    counts = add_up(one for one, _ in judged)
    status, strict, relaxed = (counts["states", m, ALL] for m in ("status", "strict", "relaxed"))
    print(f"{title}: status {100 * status.f1:.1f}, events {100 * strict.f1:.1f}", end=" ")
    print(f"(P {100 * strict.precision:.1f}, R {100 * strict.recall:.1f})", end=" ")
    print(f"without planned {100 * relaxed.f1:.1f}")
    for gold in STATUSES:
        row = [sum(found[gold, mine] for _, found in judged) for mine in STATUSES]
        print(f"  {gold:20}", *(f"{n:4}" for n in row), flush=True)


def main() -> None:
    """Train and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--no-folds", action="store_true")
    args = parser.parse_args()
    train, judged = corpus("train"), []
    for fold in range(0 if args.no_folds else FOLDS):
        pipe = fit([one for i, one in enumerate(train) if i % FOLDS != fold])
        judged += judge(pipe, train[fold::FOLDS])
        print("fold", fold, flush=True)
    if judged:
        tell("train, five folds", judged)
    pipe = fit(train)
    print(f"model of {len(pipe.to_bytes()) / 1e6:.2f} MB")
    for name in args.sets:
        tell(name, list(judge(pipe, corpus(name))))


if __name__ == "__main__":
    main()
