"""How often a listed company's short name finds its full name among those of all companies.

    python tests/bench/short_names.py FILE [OUT.json]

FILE: tab-separated with the columns short and full, one company a line. No place, no article and
no neighbour helps here: a short name that fits several firms, none of them better, is refused.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from zonekg.cli.frame import made_by
from zonekg.files import write_json
from zonekg.names import company_name, is_short_for
from zonekg.names.parts import plain


def found(short: str, fulls: list[str]) -> list[str]:
    """The firms that a short name may be, the better ones alone: those of just this brand."""
    fit = [full for full in fulls if is_short_for(short, full, "ORG")]
    mine = company_name(short)
    same = [full for full in fit if company_name(full).brand == mine.brand]
    exact = [full for full in same if company_name(full).trade.startswith(mine.trade)]
    return exact or same or fit


def main() -> None:
    """Score and print."""
    with Path(sys.argv[1]).open(encoding="utf-8") as handle:
        rows = [(row["short"], row["full"]) for row in csv.DictReader(handle, delimiter="\t")]
    # marks of the exchange: ST, share class
    pairs = [(s.lstrip("*").removeprefix("ST").rstrip("AB"), f) for s, f in rows if s and f]
    fulls = sorted({full for _, full in pairs})
    by_character: dict[str, list[str]] = defaultdict(list)
    for full in fulls:
        for character in set(plain(full)):
            by_character[character].append(full)
    counts = {"right": 0, "wrong": 0, "several": 0, "none": 0}
    wrong = []
    for short, full in pairs:
        rare = min((by_character.get(c, []) for c in plain(short)), key=len, default=[])
        names = found(short, rare)
        kind = "none" if not names else "several" if len(names) > 1 else "wrong"
        kind = "right" if names == [full] else kind
        counts[kind] += 1
        if kind == "wrong":
            wrong.append([short, full, names[0]])
    answered = counts["right"] + counts["wrong"]
    shares = {
        "precision": round(100 * counts["right"] / max(1, answered), 2),
        "recall": round(100 * counts["right"] / max(1, len(pairs)), 2),
    }
    result = {"pairs": len(pairs)} | counts | shares
    print(result)
    if len(sys.argv) > 2:
        write_json(sys.argv[2], result | {"wrong": wrong, "made": made_by()})


if __name__ == "__main__":
    main()
