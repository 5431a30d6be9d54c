"""How much better one model is than another, and whether that is chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zonekg.schema import Schema
from zonekg.scoring.breakdown import MODES
from zonekg.scoring.counts import ALL, PRF, Key, Tally, add_up
from zonekg.scoring.resampling import FEWEST, Difference, compare_tallies
from zonekg.scoring.slices import BUCKETS

__all__ = ["LEVEL", "VERDICTS", "differences", "holm", "signed", "verdict_sentence"]

LEVEL = 0.05
"""A difference that chance makes less often than this is told from chance."""

VERDICTS = (
    "B is better",
    "A is better",
    "no difference that could be told from chance",
    "nothing to compare",
)
"""The last one where neither gold nor a model has anything."""

Rows = dict[str, dict[str, Any]]


def differences(
    a: Sequence[Tally], b: Sequence[Tally], schema: Schema, resamples: int, seed: int
) -> dict[str, Any]:
    """``entities``, ``relations`` and ``slices``, as `compare` tells; JSON data.

    a, b: the counts of each document with each model, in one order.
    """
    keys = _keys(schema, {key for tally in (*a, *b) for key in tally})
    a, b = ([{key: t[key] for key in keys if key in t} for t in side] for side in (a, b))
    # of B less A, so that what is above 0 speaks for B
    found = compare_tallies(b, a, resamples=resamples, seed=seed)
    total_a, total_b = add_up(a), add_up(b)
    differ = Counter(
        key
        for one, other in zip(a, b, strict=True)
        for key in one.keys() | other.keys()
        if one.get(key) != other.get(key)
    )
    tables: dict[Key, Rows] = {}
    for key in keys:
        table, name = key[:4][:-1], key[:4][-1]  # a slice without mode and micro
        row = _row(total_a.get(key, PRF()), total_b.get(key, PRF()), differ[key], found.get(key))
        tables.setdefault(table, {})[name] = row
    out: dict[str, Any] = {"entities": {}, "relations": {}, "slices": {}}
    for path, rows in tables.items():
        part = out
        for step in path[:-1]:
            part = part.setdefault(step, {})
        part[path[-1]] = _adjusted(rows)
    return out


def _keys(schema: Schema, seen: Iterable[Key]) -> list[Key]:
    """All tasks, modes and labels, and the slices that there are, strict over all labels."""
    labels = {"entities": schema.entities, "relations": schema.relations}
    keys = [
        (task, mode, label)
        for task, modes in MODES.items()
        for mode in modes
        for label in (ALL, *labels[task])
    ]
    order = [*BUCKETS, *(name for names in BUCKETS.values() for name in names)]
    slices = (key for key in seen if key[0] == "slices" and key[4:] == ("strict", ALL))
    return keys + sorted(
        slices, key=lambda key: [(order.index(x) if x in order else len(order), x) for x in key]
    )


def _row(a: PRF, b: PRF, differ: int, found: Difference | None) -> dict[str, Any]:
    """One line of a table; differ: in how many documents the counts of A and B do."""
    row = {"a": _figures(a), "b": _figures(b), "gold": a.gold, "differ": differ}
    if found is None:
        return row | {"difference": 0.0, "interval": None, "ahead": None, "p": None}
    # where few documents differ, resampling only says the same again
    interval = found.interval if differ >= FEWEST else None
    return row | {
        "difference": _points(found.difference),
        "interval": interval and [_points(end) for end in interval],
        "ahead": round(found.better, 4),
        "p": round(found.p, 6),
    }


def _figures(prf: PRF) -> dict[str, Any]:
    figures = prf.to_dict()
    return {key: figures[key] for key in ("p", "r", "f", "predicted")}


def _points(difference: float) -> float:
    return round(100 * difference, 2) + 0.0  # no -0.0


def _adjusted(table: Rows) -> Rows:
    """A table with p over all its labels at once, and the verdict on micro."""
    tested = {name: row["p"] for name, row in table.items() if name != ALL and row["p"] is not None}
    ps = holm(tested)
    out = {name: row | {"p_holm": ps.get(name)} for name, row in table.items()}
    if ALL in out:
        out[ALL]["verdict"] = _verdict(out[ALL])
    return out


def holm(ps: Mapping[str, float]) -> dict[str, float]:
    """What p must be held for when all are tested at once (Holm 1979), at most 1.

    The chance that one of them or more is below 0.05 although nothing differs is then 5%.

    >>> holm({"ORG": 0.01, "PARK": 0.04, "MONEY": 0.03})
    {'ORG': 0.03, 'PARK': 0.06, 'MONEY': 0.06}
    """
    out, least = {}, 0.0
    for i, (name, p) in enumerate(sorted(ps.items(), key=lambda row: (row[1], row[0]))):
        least = max(least, min((len(ps) - i) * p, 1.0))
        out[name] = round(least, 6)
    return {name: out[name] for name in ps}


def _verdict(row: Mapping[str, Any]) -> str:
    better, worse, neither, nothing = VERDICTS
    if row["p"] is None:
        return nothing
    if row["p"] >= LEVEL:
        return neither
    return better if row["difference"] > 0 else worse


def verdict_sentence(row: Mapping[str, Any]) -> str:
    """The verdict of a micro row in words, with its figures.

    >>> row = {"difference": -1.5, "interval": [-2.25, -0.75], "p": 0.002}
    >>> verdict_sentence(row | {"verdict": "A is better"})
    'A is better: B −1.50 points of F1 (95% interval −2.25 to −0.75, p = 0.002)'
    """
    if row["p"] is None:
        return str(row["verdict"])
    figures = [f"p = {row['p']:.3f}"]
    if row["interval"]:
        figures.insert(0, "95% interval " + " to ".join(map(signed, row["interval"])))
    return f"{row['verdict']}: B {signed(row['difference'])} points of F1 ({', '.join(figures)})"


def signed(points: float) -> str:
    """A difference in points with its sign and two decimals.

    >>> signed(1.5), signed(-0.25), signed(0.0)
    ('+1.50', '−0.25', '0.00')
    """
    text = f"{abs(points):.2f}"
    return ("−" if points < 0 else "+" if points > 0 else "") + text
