"""The README of the annotations tells what was counted and measured."""

import json
import re

import pytest
from committed import FOLDER, README

from zonekg.annotate.agreement import compare
from zonekg.annotate.audit import composition, seen_rates
from zonekg.schema import default_schema


def table_row(name):
    """The cells of a row of the README's tables behind its name."""
    (line,) = (x for x in README.splitlines() if x.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("| ").split("|")[1:]]


def test_the_readme_counts_right(entries):
    splits = ("train", "dev", "test", "seeds")
    for row, of in composition(entries).items():
        told = [int(cell.replace(",", "")) for cell in table_row(row)]
        assert told == [*(of[split] for split in splits), sum(of.values())], row


def test_the_readme_tells_the_rates_of_seen_names(entries):
    for split, rates in seen_rates(entries).items():
        pattern = rf"^\| {split} \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$"
        told = re.search(pattern, README, re.M).groups()
        assert [float(x) for x in told] == [
            round(100 * rates[label], 1) for label in ("ORG", "PARK", "PROJECT")
        ]


PAIRS = {
    **{part: (f"agreement/{part}-a", f"agreement/{part}-b") for part in ("dev", "test")},
    "train, a tenth": ("agreement/train-a", "agreement/train-b"),
    **{f"seeds, {x} and {y}": (f"seeds/annotator-{x}", f"seeds/annotator-{y}")
       for x, y in (("a", "b"), ("a", "c"), ("b", "c"))},
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_the_readme_tells_the_measured_agreement(name):
    found = compare(*(FOLDER / f"{part}.jsonl" for part in PAIRS[name]))
    rows = [x for x in README.splitlines() if x.startswith(f"| {name} |")]
    (first, second) = (
        [cell.strip() for cell in line.strip("| ").split("|")[1:]]
        for line in rows
        if line.count("|") == 10 and "." in line
    )
    labels = ("ORG", "PARK", "PROJECT", "MONEY", "micro")
    measured = [found.entities[label]["f"] for label in labels]
    measured += [found.relations["micro"]["f"], found.same_as["micro"]["f"]]
    assert [first[0], *map(float, first[1:])] == [
        str(found.documents), *(round(value, 1) for value in measured)
    ]  # fmt: skip
    for told, label in zip(second, default_schema().relations, strict=True):
        row = found.relations[label]
        assert told == (f"{row['f']:.1f}" if row["gold"] else "none"), label


def report(name):
    return json.loads((FOLDER / "reports" / name).read_text(encoding="utf-8"))


LABELS = ("micro", "ORG", "PARK", "PROJECT", "MONEY")


def test_the_readme_tells_the_learning_curve():
    for point in report("learning-curve.json")["points"]:
        told = table_row(f"{100 * point['share']:g}%")
        sizes = [point["documents"], point["characters"], point["entities"]]
        assert [int(cell.replace(",", "")) for cell in told[:3]] == sizes
        assert told[3:] == [f"{point['scores'][label]['f']:.1f}" for label in LABELS]


def test_the_readme_tells_what_augmentation_brings():
    earlier = {row["augmenters"]: row for row in report("augmentation-earlier.json")["results"]}
    for row in report("augmentation.json")["results"]:
        before = earlier[row["augmenters"]]
        measured = [*(row["dev"][label] for label in LABELS), row["noisy dev"]["micro"]]
        measured += [before["dev"]["micro"], before["noisy dev"]["micro"]]
        assert table_row(row["augmenters"]) == [f"{value:.1f}" for value in measured]
    long = {row["augmenters"]: row for row in report("augmentation-long.json")["results"]}
    for name, told in (("none", "without augmentation"), ("all", "with all augmenters")):
        measured = [long[name][part]["micro"] for part in ("dev", "noisy dev")]
        assert table_row(told) == [f"{value:.1f}" for value in measured]
