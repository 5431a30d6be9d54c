"""``zonekg train``: train a pipeline from a config."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zonekg.cli.frame import INTERRUPTED, Settings, complain, out, overrides, table, tell_trained

if TYPE_CHECKING:
    from zonekg.training import Tick


def train_command(
    config: Annotated[Path, typer.Argument(help="A spaCy training config, see configs/.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the trained pipeline.")],
    work: Annotated[
        Path | None,
        typer.Option(help="Folder for the checkpoint and log.jsonl.", show_default="training/NAME"),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option("--from", help="Work folder of a training of this config to learn on from."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on exactly where the training was stopped.")
    ] = False,
    seed: Annotated[
        list[int] | None, typer.Option(help="Seed, one training each; the best is written.")
    ] = None,
    gpu: Annotated[
        int | None, typer.Option(help="Number of the GPU to train on.", min=0, show_default="CPU")
    ] = None,
    setting: Settings = None,
) -> None:
    """Train a pipeline and put the best one, by its scores on dev, into --output.

    A training that was stopped in any way goes on with --resume from its last evaluation, and ends
    with the same weights as if it had not been stopped. --from is for documents that came later: a
    new training begins with the last weights of an earlier one.

    Example: zonekg train configs/ner_cnn.cfg --output out/zh_cnn --seed 1 --seed 2 --seed 3
    """
    from zonekg.training import train, train_seeds

    options: dict[str, Any] = {"work": work, "start": start, "resume": resume}
    options["overrides"] = overrides(setting)
    try:
        with _bar() as watch:
            options |= {"gpu": gpu, "log": sys.stderr, "watch": watch}
            if seed:
                summary = train_seeds(config, output, seed, **options)
            else:
                train(config, output, **options)
    except KeyboardInterrupt as error:
        complain("stopped; the last checkpoint is kept, --resume goes on from there")
        raise typer.Exit(INTERRUPTED) from error
    if seed:
        _seed_table(summary)
    tell_trained(output)


@contextmanager
def _bar() -> Iterator[Callable[[Tick], None]]:
    """A progress bar for each training on a terminal; the lines of the log pass above it."""
    console = Console(stderr=True)
    columns = (
        TextColumn("seed {task.fields[seed]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4g}  best {task.fields[best]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[int, Any] = {}

        def watch(tick: Tick) -> None:
            state: dict[str, Any] = {
                "seed": tick.seed,
                "loss": sum(tick.losses.values()),
                "best": "-" if tick.best is None else f"{100 * tick.best:.2f}",
            }
            if tick.seed not in tasks:
                tasks[tick.seed] = bar.add_task("", total=tick.total, **state)
            bar.update(tasks[tick.seed], completed=tick.step, **state)

        yield watch


def _seed_table(summary: dict[str, Any]) -> None:
    """Scores on dev of each seed, their mean and standard deviation, in per cent."""
    names = list(summary["mean"])
    rows = [(r["seed"], r["step"], *_cells(r["scores"], names)) for r in summary["seeds"]]
    rows.append(("mean", "", *_cells(summary["mean"], names)))
    rows.append(("std", "", *_cells(summary["deviation"], names)))
    table("dev, %", ("seed", "step", *names), rows)
    out.print(f"the best is seed {summary['best']}")


def _cells(scores: dict[str, Any], names: list[str]) -> list[str]:
    values = [scores.get(name) for name in names]
    return ["" if value is None else f"{100 * value:.2f}" for value in values]
