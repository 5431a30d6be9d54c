"""What looks wrong across a whole corpus: marks missed, labels at odds, owners missed, leaks.

A finding is a suspicion, unlike a fault of `checks`: a person looks at it and mends the document
or closes the finding, with the reason, in a file of reviewed findings. A finding is known by its
content, so it opens again when the sentence it rests on changes.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from zonekg.annotate.gazetteers import read_gazetteers
from zonekg.annotate.records import Record, read_records
from zonekg.errors import AnnotationError
from zonekg.names import is_generic_park, name_key, org_kind

__all__ = ["KINDS", "AuditFinding", "Entry", "audit", "read_reviewed", "read_splits"]


class Entry(NamedTuple):
    """One document of a corpus, with the split (folder) that it belongs to."""

    split: str
    record: Record


class AuditFinding(NamedTuple):
    """A suspicion: kind (see `KINDS`), document, what is suspected, the text that it rests on."""

    kind: str
    doc: str
    problem: str
    quote: str

    @property
    def key(self) -> str:
        """Twelve hexadecimal digits that stay the same while the finding does."""
        return hashlib.sha256("\x1f".join(self).encode()).hexdigest()[:12]


class Mark(NamedTuple):
    """A mention of a record, with its text."""

    id: int
    label: str
    start: int
    end: int
    text: str


def read_splits(folder: Path) -> list[Entry]:
    """The documents of each split, splits and documents in file order.

    A split is a folder that holds a file of its own name, or gold.jsonl; other annotations of the
    same documents are not part of the corpus.
    """
    folders = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    files = [path / name for path in folders for name in (f"{path.name}.jsonl", "gold.jsonl")]
    entries = [
        Entry(file.parent.name, record)
        for file in files
        if file.exists()
        for _, record in read_records(file)
    ]
    if not entries:
        raise AnnotationError(folder, "no split", todo="expected train/train.jsonl and the like")
    return entries


def read_reviewed(path: Path) -> dict[str, str]:
    """Keys of closed findings with the reason each was closed for; empty without the file."""
    if not path.exists():
        return {}
    reviewed = {}
    for line, row in read_records(path):
        if not isinstance(row.get("key"), str) or not str(row.get("reason") or "").strip():
            raise AnnotationError(path, "no key or no reason", line=line)
        reviewed[row["key"]] = str(row["reason"])
    return reviewed


def audit(entries: Sequence[Entry], gazetteers: Path | None = None) -> list[AuditFinding]:
    """All findings, by kind in the order of `KINDS`, then in the order of the documents."""
    found: list[AuditFinding] = []
    for check in KINDS.values():
        found += dict.fromkeys(check(entries))
    if gazetteers:
        found += _gazetteer_leaks(entries, gazetteers)
    return found


def marks(record: Record) -> list[Mark]:
    """The mentions of a record in text order."""
    text = record["text"]
    rows = [
        Mark(e["id"], e["label"], e["start_offset"], e["end_offset"],
             text[e["start_offset"] : e["end_offset"]])
        for e in record["entities"]
    ]  # fmt: skip
    return sorted(rows, key=lambda mark: mark.start)


def _quote(text: str, start: int, end: int, reach: int = 20) -> str:
    return text[max(0, start - reach) : end + reach].replace("\n", "⏎")


# -- marks


# 国家级高新区, 各开发区: a kind of zone, not one of them
_KIND_BEFORE = re.compile(r"(?:级|各|类|个|家|座|所有|多数|其他|全国|全省|全市|其它)$")


def _unmarked(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """A name that is marked in one place and bare in another of the same document."""
    for _, record in entries:
        text, found = record["text"], marks(record)
        for surface in sorted({m.text for m in found if m.label != "MONEY"}):
            for start in _bare(text, surface, found):
                if not _KIND_BEFORE.search(text[:start]):
                    yield AuditFinding(
                        "unmarked", str(record["id"]), f"{surface} is marked elsewhere in the text",
                        _quote(text, start, start + len(surface)),
                    )  # fmt: skip


def _bare(text: str, surface: str, found: Sequence[Mark]) -> Iterator[int]:
    """Where `surface` stands outside of every mark."""
    for match in re.finditer(re.escape(surface), text):
        if not any(m.start < match.end() and match.start() < m.end for m in found):
            yield match.start()


def _unmarked_across(entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A full name that is marked in one document and bare in another."""
    names = {
        m.text
        for _, record in entries
        for m in marks(record)
        if len(m.text) >= 4 and m.label in ("ORG", "PARK") and not is_generic_park(m.text)
    }
    by_front = defaultdict(list)
    for name in sorted(names):
        by_front[name[:2]].append(name)
    for _, record in entries:
        text, found = record["text"], marks(record)
        own = {m.text for m in found}
        for front in {text[i : i + 2] for i in range(len(text))} & by_front.keys():
            for name in by_front[front]:
                if name not in own:
                    for start in _bare(text, name, found):
                        yield AuditFinding(
                            "unmarked elsewhere", str(record["id"]),
                            f"{name} is marked in another document",
                            _quote(text, start, start + len(name)),
                        )  # fmt: skip


def _two_labels(entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """One wording under two labels, in one document or over the corpus."""
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for _, record in entries:
        for m in marks(record):
            labels[m.text][m.label] += 1
    for _, record in entries:
        for m in marks(record):
            usual, _ = min(labels[m.text].items(), key=lambda row: (-row[1], row[0]))
            if m.label != usual:
                yield AuditFinding(
                    "two labels", str(record["id"]), f"{m.text} is {m.label} here, else {usual}",
                    _quote(record["text"], m.start, m.end),
                )  # fmt: skip


_TYPE_WORD = re.compile(
    r"(?:有限公司|股份公司|集团公司|分公司|公司|集团|研究院|研究所|大学|学院|管委会|管理委员会"
    r"|高新技术产业开发区|经济技术开发区|经济开发区|高新区|经开区|开发区|综合保税区|综保区|保税区"
    r"|工业园区|工业园|产业园区|产业园|科技园|物流园|化工园区|示范区|集中区|新城)(?=[^（(]|$)"
)
_BARE_TAIL = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d]+期[)）]?)?(?:建设|扩建|改造|配套)?(?:项目|工程)$"
)


def _split_rule(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """A complete ORG or PARK name left at the front of a PROJECT, or cut off where it may not."""
    for _, record in entries:
        found = marks(record)
        known = {m.text for m in found if m.label in ("ORG", "PARK")}
        for before, m in zip([None, *found], found, strict=False):
            if m.label != "PROJECT" or "至" in m.text:  # a road from a park to somewhere
                continue
            quote = _quote(record["text"], m.start, m.end)
            for front in _TYPE_WORD.finditer(m.text):
                name, rest = m.text[: front.end()], m.text[front.end() :]
                if rest and not _BARE_TAIL.match(rest) and (len(name) >= 5 or name in known):
                    problem = f"{m.text} begins with the complete name {name}"
                    yield AuditFinding("split rule", str(record["id"]), problem, quote)
                    break
            if before and before.end == m.start and _BARE_TAIL.match(m.text):
                problem = f"only {m.text} is left behind {before.text}"
                yield AuditFinding("split rule", str(record["id"]), problem, quote)


# -- relations


_OWNED = {
    "TOTAL_INVESTMENT": "总投资|计划投资|投资额|签约额|协议投资|投资总额|签约金额|协议引资",
    "ANNUAL_INVESTMENT": "年度计划投资|年计划投资|年度投资|固定资产投资|完成投资",
    "OUTPUT_VALUE": "产值|营业收入|销售收入|营收|主营业务收入|销售额",
    "TAX": "税收|纳税|利税|税金|缴税|入库税",
}
# shares, thresholds, and sums of cities and counties, by the guidelines
_NOT_OWNED = re.compile(
    r"累计|新增|增加|其中|占|利润|补贴|到位|外资|每亩|亩均|人均|突破|不足|不低于|凡|由"
    r"|[全本各](?:市|县|州|省|自治区)"
)
_THRESHOLD = re.compile(r"以上的?[^，。；、\n]{0,8}(?:项目|企业|楼宇|比)")
_CUE = re.compile(f"(?:{'|'.join(_OWNED.values())})[^，。；、：\n]{{0,8}}$")


def _amounts_without_owner(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """An amount behind a cue (总投资, 产值, 税收...) that nobody owns, nor one worded alike."""
    for _, record in entries:
        text, found = record["text"], marks(record)
        first = _first_of_group(record, found)
        owned = {first[row["to_id"]] for row in record["relations"]}
        for m in found:
            clause = re.split(r"[，。；\n]", text[: m.start])[-1]
            if m.label != "MONEY" or first[m.id] in owned or _NOT_OWNED.search(clause):
                continue
            if _CUE.search(clause) and not _THRESHOLD.match(text, m.end):
                yield AuditFinding(
                    "amount without owner", str(record["id"]), f"nobody owns {m.text}",
                    _quote(text, m.start, m.end),
                )  # fmt: skip


def _projects_without_park(entries: Iterable[Entry]) -> Iterator[AuditFinding]:
    """A PROJECT in no park, in an article whose title or most frequent name is a park."""
    for _, record in entries:
        found, text = marks(record), record["text"]
        first = _first_of_group(record, found)
        located = {first[r["from_id"]] for r in record["relations"] if r["type"] == "LOCATED_IN"}
        park = _article_park(found, text)
        if not park:
            continue
        lost: dict[int, Mark] = {}
        for m in found:
            if m.label == "PROJECT" and first[m.id] not in located:
                lost.setdefault(first[m.id], m)
        for m in lost.values():
            yield AuditFinding(
                "project without park", str(record["id"]),
                f"{m.text} lies in no park, the article is on {park}",
                _quote(text, m.start, m.end),
            )  # fmt: skip


def _first_of_group(record: Record, found: Sequence[Mark]) -> dict[int, int]:
    """For each mention one id for all that are the same thing, by same_as or by equal wording."""
    groups = [set(group) for group in record.get("same_as", [])]
    by_text = defaultdict(set)
    for m in found:
        by_text[m.label, m.text].add(m.id)
    for ids in by_text.values():
        touched = [group for group in groups if group & ids]
        groups = [group for group in groups if not group & ids]
        groups.append(ids.union(*touched))
    return {key: min(group) for group in groups for key in group}


def _article_park(found: Sequence[Mark], text: str) -> str:
    title = text.find("\n")
    parks = [m for m in found if m.label == "PARK"]
    in_title = [m.text for m in parks if m.start < title]
    if in_title:
        return in_title[0]
    if len(parks) >= 2 and len({name_key(m.text, "PARK") for m in parks}) == 1:
        return parks[0].text
    return ""


# -- documents and splits


def _near_duplicates(
    entries: Sequence[Entry], size: int = 8, limit: float = 0.2
) -> Iterator[AuditFinding]:
    """Two documents that share more than `limit` of the `size`-character pieces of the shorter."""
    pieces = [
        {text[i : i + size] for i in range(max(1, len(text) - size + 1))}
        for text in (entry.record["text"] for entry in entries)
    ]
    holders: dict[str, list[int]] = defaultdict(list)
    for i, own in enumerate(pieces):
        for piece in own:
            holders[piece].append(i)
    shared: Counter[tuple[int, int]] = Counter()
    for rows in holders.values():
        for i, a in enumerate(rows):
            shared.update((a, b) for b in rows[i + 1 :])
    for (a, b), count in sorted(shared.items()):
        if count > limit * min(len(pieces[a]), len(pieces[b])):
            one, other = (str(entries[i].record["id"]) for i in (a, b))
            yield AuditFinding("near-duplicate", other, f"shares {count} pieces with {one}", "")


def distinct_names(entries: Iterable[Entry], split: str) -> dict[tuple[str, str], str]:
    """Names of parks and companies of a split, by (label, key); each with a document's id."""
    names: dict[tuple[str, str], str] = {}
    for entry in entries:
        if entry.split != split:
            continue
        for m in marks(entry.record):
            park = m.label == "PARK" and not is_generic_park(m.text)
            if park or (m.label == "ORG" and org_kind(m.text) == "company"):
                names.setdefault((m.label, name_key(m.text, m.label)), str(entry.record["id"]))
    return names


def _leaks(entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """A park or a company that is named in two splits."""
    splits = list(dict.fromkeys(entry.split for entry in entries))
    names = {split: distinct_names(entries, split) for split in splits}
    for i, split in enumerate(splits):
        for other in splits[i + 1 :]:
            for label, key in sorted(names[split].keys() & names[other].keys()):
                one, two = names[split][label, key], names[other][label, key]
                problem = f"{label} {key} in {split} ({one}) and in {other} ({two})"
                yield AuditFinding("leak", one, problem, "")


def _gazetteer_leaks(entries: Sequence[Entry], folder: Path) -> Iterator[AuditFinding]:
    """A company of the training gazetteers that a document outside of train names."""
    companies = {
        name_key(name, "ORG") for pair in read_gazetteers(folder).companies for name in pair
    }
    for split in dict.fromkeys(entry.split for entry in entries if entry.split != "train"):
        for (label, key), doc in sorted(distinct_names(entries, split).items()):
            if label == "ORG" and key in companies:
                yield AuditFinding("leak", doc, f"{key} is in a training gazetteer", "")


KINDS: Mapping[str, Callable[[Sequence[Entry]], Iterator[AuditFinding]]] = {
    "unmarked": _unmarked,
    "unmarked elsewhere": _unmarked_across,
    "two labels": _two_labels,
    "split rule": _split_rule,
    "amount without owner": _amounts_without_owner,
    "project without park": _projects_without_park,
    "near-duplicate": _near_duplicates,
    "leak": _leaks,
}
"""The checks by the kind of finding they make."""
