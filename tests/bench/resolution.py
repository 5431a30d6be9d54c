"""How well mentions of one thing come out as one node, within and across documents: B-cubed.

    python tests/bench/resolution.py SPLIT OUT [--relations none] [--errors 40]

SPLIT: dev, test, or train, which has groups within documents alone. Takes the gold mentions of the
split's corpus and of its resolution set and, as proof, the gold relations; groups, graph and
resolution are zonekg's. Writes OUT.json and OUT.md: scores within each document (aliases), across
documents by node ids alone, and resolved. ORG stands for all organisations, company for firms.
Errors are listed with --errors, for dev only: whoever mends code must not see those of test.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from results import write_results
from spacy.tokens import Doc

from zonekg.annotate.corpus import record_to_doc
from zonekg.annotate.records import Record, read_records
from zonekg.articles import Article, Piece
from zonekg.components.aliases import make_aliases
from zonekg.components.amounts import make_amounts
from zonekg.docs import article, groups, join_equal, set_article, set_relations
from zonekg.extraction import blank
from zonekg.graph.build import build
from zonekg.graph.entities import entities
from zonekg.graph.resolve import resolve
from zonekg.names import org_kind
from zonekg.scoring.clusters import b_cubed

TYPES = ("PARK", "ORG", "company", "PROJECT")

Mention = tuple[str, int]
"""A document's id and the id of an entity in it."""


class Case(NamedTuple):
    """A mention: its name, its types in the report, and its cluster by each side."""

    name: str
    types: tuple[str, ...]
    gold: str
    within: str
    before: str
    after: str


def documents(folder: Path, split: str) -> dict[str, Record]:
    """The annotated documents of a split and of its resolution set, by id."""
    files = [*sorted((folder / split).glob("*.jsonl"))]
    files += [f for f in [folder / "resolution" / split / "articles.jsonl"] if f.is_file()]
    return {str(row["id"]): row for file in files for _, row in read_records(file)}


def gold_clusters(folder: Path, split: str, texts: Mapping[str, Record]) -> dict[Mention, str]:
    """The gold cluster of every mention; what no cluster lists is one thing in its document."""
    mentions: list[Mention] = []
    names: list[tuple[str, str, str]] = []
    same: list[list[int]] = []
    at: dict[Mention, int] = {}
    for key, record in texts.items():
        for row in record["entities"]:
            at[key, row["id"]] = len(mentions)
            mentions.append((key, row["id"]))
            name = record["text"][row["start_offset"] : row["end_offset"]]
            names.append((key, row["label"], name))
        same += [[at[key, one] for one in group] for group in record.get("same_as", [])]
    path = folder / "resolution" / split / "clusters.jsonl"
    for _, row in read_records(path) if path.is_file() else ():
        same.append([at[str(doc), entity] for doc, entity in row["members"]])
    firsts = join_equal(names, same)
    return {mention: str(first) for mention, first in zip(mentions, firsts, strict=True)}


def docs(texts: Mapping[str, Record], *, relations: bool) -> Iterator[Doc]:
    """Docs with gold mentions, an article each, and the groups that zonekg finds."""
    nlp = blank()
    for key, record in texts.items():
        doc = record_to_doc(record, nlp)
        if not relations:
            set_relations(doc, [])
        text, year = doc.text, str((record.get("meta") or {}).get("year") or "")
        whole = (Piece(0, 0, len(text)),)
        title = text.partition("\n")[0]
        set_article(doc, Article(key, title, text, f"{key}.txt", date=year, pieces=whole))
        yield make_aliases(make_amounts(doc))


def cases(
    folder: Path, split: str, *, relations: bool
) -> tuple[list[Case], dict[str, Any], list[Any]]:
    """All mentions but amounts, what it cost, and the pairs left for review."""
    texts = documents(folder, split)
    gold = gold_clusters(folder, split, texts)
    made = list(docs(texts, relations=relations))
    start = time.perf_counter()
    graph = build(made)
    built = time.perf_counter()
    resolved = resolve(graph)
    done = time.perf_counter()
    found: list[Case] = []
    for doc in made:
        source = article(doc)
        assert source is not None
        rows = sorted(texts[source.id]["entities"], key=lambda row: int(row["start_offset"]))
        firsts = groups(doc)
        nodes = {i: one.node for one in entities(doc, source).values() for i in one.mentions}
        for i, row in enumerate(rows):
            if i not in nodes:
                continue
            name, label = doc.ents[i].text, row["label"]
            company = label == "ORG" and org_kind(name) == "company"
            types = (label, "company") if company else (label,)
            node = nodes[i]
            found.append(
                Case(name, types, gold[source.id, row["id"]], f"{source.id} {firsts[i]}",
                     node, resolved.nodes[node])
            )  # fmt: skip
    cost = {
        "documents": len(made), "mentions": len(found), "nodes before": len(graph),
        "nodes after": len(resolved.graph), "merges": len(resolved.merges),
        "unsure": len(resolved.unsure), "build s": round(built - start, 2),
        "resolve s": round(done - built, 2),
    }  # fmt: skip
    return found, cost, resolved.unsure


def scores(found: list[Case]) -> dict[str, dict[str, Any]]:
    """B-cubed by type and by layer; within: gold clusters cut at the bounds of documents."""
    out: dict[str, dict[str, Any]] = {}
    for kind in TYPES:
        mine = [i for i, case in enumerate(found) if kind in case.types]
        gold = {i: found[i].gold for i in range(len(found))}
        inside = {i: f"{found[i].within.split()[0]} {gold[i]}" for i in gold}
        out[kind] = {
            layer: b_cubed(
                inside if layer == "within" else gold,
                {i: getattr(found[i], layer) for i in gold},
                mine,
            ).to_dict()
            for layer in ("within", "before", "after")
        }
    return out


def errors(found: list[Case], limit: int) -> Iterator[str]:
    """The worst clusters: those joined wrongly, and those left apart, by mentions touched."""
    for title, one, other in (("Joined wrongly", "after", "gold"), ("Left apart", "gold", "after")):
        parts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for case in found:
            doc = case.within.split()[0]
            parts[getattr(case, one)][getattr(case, other)][f"{case.name} ({doc})"] += 1
        split = [rows for rows in parts.values() if len(rows) > 1]

        def cost(rows: Mapping[str, Counter[str]]) -> int:
            sizes = [sum(row.values()) for row in rows.values()]
            return sum(sizes) - max(sizes)

        yield from ("", f"## {title}: {len(split)}", "")
        for rows in sorted(split, key=lambda rows: (-cost(rows), str(rows)))[:limit]:
            yield "- " + " ≠ ".join(", ".join(sorted(row)[:5]) for row in rows.values())


def main() -> None:
    """Score and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split")
    parser.add_argument("out", type=Path)
    parser.add_argument("--annotations", type=Path, default=Path("annotations"))
    parser.add_argument("--relations", choices=("gold", "none"), default="gold")
    parser.add_argument("--errors", type=int, default=0)
    asked = parser.parse_args()
    if asked.errors and asked.split == "test":
        parser.error("errors of test stay unseen")
    found, cost, unsure = cases(asked.annotations, asked.split, relations=asked.relations == "gold")
    table = scores(found)
    result = {"split": asked.split, "relations": asked.relations, "cost": cost, "scores": table}
    lines = [f"# Resolution, {asked.split}", "", json.dumps(cost), ""]
    lines += ["B-cubed in per cent, P / R / F1; relations: " + asked.relations, ""]
    lines += [
        "| | mentions | within documents | node ids alone | resolved |",
        "|---|---|---|---|---|",
    ]
    for kind, row in table.items():
        cells = [f"{r['p']:.2f} / {r['r']:.2f} / {r['f']:.2f}" for r in row.values()]
        lines.append(f"| {kind} | {row['after']['mentions']} | " + " | ".join(cells) + " |")
    if asked.errors:
        lines += errors(found, asked.errors)
        lines += ["", "## Left for review", ""]
        lines += [f"- {row.name_a} ? {row.name_b}: {row.reason}" for row in unsure]
    write_results(asked.out, lines, **result)
    print("\n".join(lines[: 8 + len(table)]))


if __name__ == "__main__":
    main()
