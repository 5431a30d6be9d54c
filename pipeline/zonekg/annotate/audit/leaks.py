"""What splits share that should be apart: documents alike, names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

from zonekg.annotate.audit.findings import AuditFinding, Entry
from zonekg.annotate.gazetteers import read_gazetteers
from zonekg.names import is_generic_park, name_key, org_kind

__all__ = ["gazetteer_leaks", "leaks", "near_duplicates", "seen_rates"]


def near_duplicates(
    entries: Sequence[Entry], size: int = 8, limit: float = 0.2, common: int = 50
) -> Iterator[AuditFinding]:
    """Two documents that share more than `limit` of the `size`-character pieces of the shorter.

    Pieces that more than `common` documents hold are a manner of speaking, and do not count.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for i, entry in enumerate(entries):
        text = entry.text
        for piece in {text[k : k + size] for k in range(max(1, len(text) - size + 1))}:
            holders[piece].append(i)
    sizes: Counter[int] = Counter()
    shared: Counter[tuple[int, int]] = Counter()
    for rows in holders.values():
        if len(rows) <= common:
            sizes.update(rows)
            shared.update(combinations(rows, 2))
    for (a, b), count in sorted(shared.items()):
        if count > limit * min(sizes[a], sizes[b]):
            one, other = (entries[i].id for i in (a, b))
            yield AuditFinding("near-duplicate", other, f"shares {count} pieces with {one}", "")


def distinct_names(entries: Iterable[Entry], split: str) -> dict[tuple[str, str], str]:
    """Names of parks and companies of a split, by (label, key); each with a document's id."""
    names: dict[tuple[str, str], str] = {}
    for entry in entries:
        if entry.split != split:
            continue
        for m in entry.marks:
            park = m.label == "PARK" and not is_generic_park(m.text)
            if park or (m.label == "ORG" and org_kind(m.text) == "company"):
                names.setdefault((m.label, name_key(m.text, m.label)), entry.id)
    return names


def seen_rates(entries: Sequence[Entry], train: str = "train") -> dict[str, dict[str, float]]:
    """For each split but `train`: share of its mentions, by label, whose wording train has too.

    Shares are 0 to 1; MONEY is left out, a label without mentions too.
    """
    known = {(m.label, m.text) for e in entries if e.split == train for m in e.marks}
    rates: dict[str, dict[str, float]] = {}
    for split in dict.fromkeys(e.split for e in entries if e.split != train):
        seen: dict[str, list[bool]] = defaultdict(list)
        for m in (m for e in entries if e.split == split for m in e.marks):
            seen[m.label].append((m.label, m.text) in known)
        rates[split] = {x: sum(seen[x]) / len(seen[x]) for x in sorted(seen) if x != "MONEY"}
    return rates


def leaks(entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A park or a company that is named in two splits."""
    splits = list(dict.fromkeys(entry.split for entry in entries))
    names = {split: distinct_names(entries, split) for split in splits}
    for i, split in enumerate(splits):
        for other in splits[i + 1 :]:
            for label, key in sorted(names[split].keys() & names[other].keys()):
                one, two = names[split][label, key], names[other][label, key]
                problem = f"{label} {key} in {split} ({one}) and in {other} ({two})"
                yield AuditFinding("leak", one, problem, "")


def gazetteer_leaks(entries: Sequence[Entry], folder: Path) -> Iterator[AuditFinding]:
    """A company of the training gazetteers that a document outside of train names."""
    companies = {
        name_key(name, "ORG") for pair in read_gazetteers(folder).companies for name in pair
    }
    for split in dict.fromkeys(entry.split for entry in entries if entry.split != "train"):
        for (label, key), doc in sorted(distinct_names(entries, split).items()):
            if label == "ORG" and key in companies:
                yield AuditFinding("leak", doc, f"{key} is in a training gazetteer", "")
