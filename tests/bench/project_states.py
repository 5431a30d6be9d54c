"""How well the component tells the status and the dates of projects, on dev and on test.

    python tests/bench/project_states.py OUT --model models/zh_zone_news_trf

writes OUT.json and OUT.md: from gold mentions, and end to end, where a project of the model counts
for the gold one that it shares an exact mention with; how far two annotators agree beside them.
Without --model the rules are scored alone, from gold mentions.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from results import write_results
from spacy.language import Language
from spacy.tokens import Doc

from zonekg.annotate.corpus import record_to_doc
from zonekg.annotate.records import Record, read_records
from zonekg.annotate.states import gold_states, read_states
from zonekg.articles import Article
from zonekg.docs import groups, project_states, set_article, set_project_states
from zonekg.extraction import blank, load_model
from zonekg.scoring.counts import ALL, Key, Tally, add_up, tally
from zonekg.scoring.resampling import bootstrap
from zonekg.scoring.states import confusion, paired, state_items
from zonekg.states import STATUSES, ProjectState

FOLDER = Path("annotations")
SETS = ("dev", "test")
FACTORY = "zonekg_project_states"
MODES = {"status": "status", "strict": "events", "relaxed": "events without planned"}

States = Mapping[int, ProjectState]


def documents(name: str) -> dict[str, Record]:
    """The annotated documents of a split by id."""
    return {str(row["id"]): row for _, row in read_records(FOLDER / name / f"{name}.jsonl")}


def dated(doc: Doc, record: Record) -> Doc:
    """A doc with an article of which the year is known, as it was to the annotators."""
    year = str(record["meta"].get("year") or "")
    set_article(doc, Article(str(record["id"]), "", doc.text, "", date=year))
    return doc


def component(nlp: Language) -> Any:
    """The component of a pipeline, of one without it the rules alone."""
    factories = {nlp.get_pipe_meta(name).factory: pipe for name, pipe in nlp.pipeline}
    return factories.get(FACTORY) or nlp.create_pipe(FACTORY)


def from_gold(name: str, nlp: Language) -> Iterator[tuple[States, States]]:
    """The gold and the predicted states of each document, with gold mentions."""
    texts, tell = documents(name), component(nlp)
    for key, row in read_states(FOLDER / "attributes" / f"{name}.jsonl").items():
        doc = tell(dated(record_to_doc(texts[key], nlp), texts[key]))
        gold = gold_states(row, texts[key], groups(doc))
        yield gold, {i: state for i, state in project_states(doc).items() if i in gold}


def end_to_end(name: str, nlp: Language) -> Iterator[tuple[States, States]]:
    """The same with the mentions and groups of a model; see `paired`."""
    texts, tell = documents(name), component(nlp)
    for key, row in read_states(FOLDER / "attributes" / f"{name}.jsonl").items():
        right = record_to_doc(texts[key], nlp)
        set_project_states(right, gold_states(row, texts[key], groups(right)))
        mine = nlp(dated(nlp.make_doc(right.text), texts[key]))
        yield paired(right, mine if project_states(mine) else tell(mine))


def agreement(name: str, nlp: Language) -> Iterator[tuple[States, States]]:
    """The states of two annotators, before adjudication."""
    texts = documents(name)
    first, second = (read_states(FOLDER / f"attributes/{name}_{who}.jsonl") for who in "AB")
    for key, row in first.items():
        firsts = groups(record_to_doc(texts[key], nlp))
        yield gold_states(row, texts[key], firsts), gold_states(second[key], texts[key], firsts)


def figures(pairs: list[tuple[States, States]]) -> dict[str, Any]:
    """The scores of a set of documents, with 95% intervals over documents."""
    tallies = [tally(state_items(gold, mine)) for gold, mine in pairs]
    counts, sure = add_up(tallies), bootstrap(tallies)
    told: Counter[tuple[str, str]] = sum((confusion(*pair) for pair in pairs), Counter())
    return {
        "documents": len(pairs),
        "projects": sum(len(gold) for gold, _ in pairs),
        "confusion": {
            status: {other: n for (one, other), n in sorted(told.items()) if one == status}
            for status in STATUSES
        },
    } | {mode: dict(_rows(mode, counts, sure)) for mode in MODES}


def _rows(mode: str, counts: Tally, sure: Mapping[Key, Any]) -> Iterator[tuple[str, Any]]:
    for label in (ALL, *STATUSES):
        key = ("states", mode, label)
        if key in counts:
            interval = sure.get(key, {}).get("f")
            rounded = [round(100 * end, 1) for end in interval] if interval else None
            yield label, counts[key].to_dict() | {"interval": rounded}


def report(sets: Mapping[str, Any]) -> Iterator[str]:
    """The tables of a report."""
    yield from ("# Status and dates of projects", "")
    yield "F1 in per cent with its 95% interval over documents. With gold mentions micro F1 of the"
    yield from ("status is its accuracy.", "")
    head = [f"{name}, {one['projects']} projects" for name, one in sets.items()]
    yield "| | " + " | ".join(head) + " |"
    yield "|---|" + "---|" * len(head)
    for mode, title in MODES.items():
        for label in (ALL, *STATUSES):
            cells = [_cell(one[mode].get(label)) for one in sets.values()]
            if any(cells) and not (mode == "relaxed" and label != ALL):
                yield f"| {title}, {label} | " + " | ".join(cells) + " |"
    for name, one in sets.items():
        others = sorted({other for row in one["confusion"].values() for other in row}, key=_order)
        yield from ("", f"## {name}: gold status by row", "")
        yield "| | " + " | ".join(others) + " |"
        yield "|---|" + "---|" * len(others)
        for status, row in one["confusion"].items():
            if row:
                yield f"| {status} | " + " | ".join(str(row.get(o, "")) for o in others) + " |"


def _cell(row: Mapping[str, Any] | None) -> str:
    if not row:
        return ""
    low, high = row["interval"] or ("", "")
    return f"{row['f']:.1f}" + (f" ({low}–{high})" if row["interval"] else "")


def _order(status: str) -> int:
    return STATUSES.index(status) if status in STATUSES else len(STATUSES)


def main() -> None:
    """Score the component and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--model", type=Path, help="score end to end, too")
    parser.add_argument("--sets", nargs="+", default=SETS)
    args = parser.parse_args()
    nlp = load_model(args.model) if args.model else blank()
    sets = {f"{name}, gold mentions": figures(list(from_gold(name, nlp))) for name in args.sets}
    if args.model:
        sets |= {f"{name}, end to end": figures(list(end_to_end(name, nlp))) for name in args.sets}
    if "test" in args.sets:
        sets["test, two annotators"] = figures(list(agreement("test", nlp)))
    write_results(args.target, report(sets), sets=sets)


if __name__ == "__main__":
    main()
