"""``zonekg annotations``: check, convert, compare and audit annotated documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zonekg.annotate.checks import check_file, check_record
from zonekg.annotate.inline import format_records, parse_records
from zonekg.annotate.records import EMPTY_COUNTS, count_file, read_records, record_lines
from zonekg.cli.frame import PARTIAL, complain, out, table
from zonekg.cli.unseen import crossfit_command, doubts_command, mark_command
from zonekg.errors import AnnotationError
from zonekg.files import open_atomic, write_json

if TYPE_CHECKING:
    from zonekg.annotate.audit import Entry

app = typer.Typer(
    no_args_is_help=True, help="Check, convert, compare and audit annotated documents."
)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            raise AnnotationError(path, "no .jsonl file in the folder")
        yield from found


@app.command("check")
def check_command(
    paths: Annotated[list[Path], typer.Argument(help="JSONL files, or folders of them.")],
) -> None:
    """Check annotated documents: offsets, overlaps, relation ends, ids, spaces, brackets.

    Every fault is listed with file, line and the quoted text (exit code 3).

    Example: zonekg annotations check annotations/
    """
    faults = 0
    rows = []
    for path in _files(paths):
        findings = check_file(path)
        for finding in findings:
            out.print(str(finding), markup=False)
        faults += len(findings)
        if not findings:
            rows.append((path.as_posix(), *count_file(path).values()))
    if faults:
        complain(f"{faults} faults")
        raise typer.Exit(PARTIAL)
    table("no fault", ("file", *EMPTY_COUNTS), rows)


@app.command("convert")
def convert_command(
    source: Annotated[Path, typer.Argument(help="A .jsonl file, or inline text (.txt).")],
    target: Annotated[Path, typer.Argument(help="The other kind: .txt or .jsonl.")],
) -> None:
    r"""Convert annotated documents between doccano's JSONL and the inline format, both ways.

    The inline format is for writing by hand: \[\[K1|昆山高新区]] in the text, relations below it.

    Example: zonekg annotations convert annotations/dev/dev.jsonl dev.txt
    """
    with open_atomic(target) as handle:
        if source.suffix == ".jsonl":
            records = [record for _, record in read_records(source)]
            for record in records:
                for problem, quote in check_record(record):
                    raise AnnotationError(source, f"[{record.get('id')}] {problem} 「{quote}」")
            handle.writelines(format_records(records))
        else:
            try:
                text = source.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise AnnotationError(source, f"can't be read: {error}") from error
            handle.writelines(record_lines(parse_records(text, source)))
    out.print(f"wrote {target}", markup=False)


@app.command("agree")
def agree_command(
    first: Annotated[Path, typer.Argument(help="One annotator's JSONL.")],
    second: Annotated[
        Path, typer.Argument(help="The other annotator's JSONL: all documents or a part of them.")
    ],
    target: Annotated[
        Path | None, typer.Option("--json", help="Write the tables to this file as JSON.")
    ] = None,
) -> None:
    """Agreement of two annotators on the same documents, and every difference.

    Relations are compared between things: between the second annotator's groups of mentions.

    Example: zonekg annotations agree annotations/seeds/a.jsonl annotations/seeds/b.jsonl
    """
    from zonekg.annotate.agreement import compare

    result = compare(first, second)
    for difference in result.differences:
        out.print(str(difference), markup=False)
    out.print(f"{result.documents} documents, {len(result.differences)} differences")
    scores = {name: getattr(result, name) for name in ("entities", "relations", "same_as")}
    for name, by_label in scores.items():
        rows = [(k, _f1(v), v["predicted"], v["gold"]) for k, v in by_label.items()]
        table(f"agreement on {name} (F1, strict)", ("label", "F1", "first", "second"), rows)
    if target:
        row = {"first": first.as_posix(), "second": second.as_posix()}
        write_json(target, row | {"documents": result.documents} | scores)


def _f1(row: Mapping[str, Any]) -> str:
    return f"{row['f']:.2f}" if row["predicted"] + row["gold"] else "none"


@app.command("audit")
def audit_command(
    folder: Annotated[Path, typer.Argument(help="Corpus: a folder with one folder a split.")],
    reviewed: Annotated[
        Path | None,
        typer.Option(help="Closed findings.", show_default="FOLDER/reviewed.tsv"),
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--open", help="Write the open findings here, to be reviewed.")
    ] = None,
) -> None:
    """Look for what is wrong across a whole corpus.

    Names marked here and bare there, wordings with two labels, names left at the front of projects,
    amounts without owner, projects without park, near-duplicates, names that two splits share.
    Faults of `check` count too. A finding that is no fault is closed by a line with its reason in
    the reviewed file; --open writes such lines to fill in (exit code 3 while any is open).

    Example: zonekg annotations audit annotations/
    """
    from zonekg.annotate.audit import KINDS, audit, read_reviewed, read_splits, table_lines

    if not folder.is_dir():
        raise AnnotationError(folder, "no folder", todo="expected one with train/, dev/ and so on")
    faults = [finding for path in _files([folder]) for finding in check_file(path)]
    for fault in faults:
        out.print(str(fault), markup=False)
    if faults:
        complain(f"{len(faults)} faults, mend them first")
        raise typer.Exit(PARTIAL)
    usual = folder / "reviewed.tsv"
    closed = read_reviewed(reviewed or usual) if reviewed or usual.exists() else {}
    gazetteers = folder / "gazetteers"
    entries = read_splits(folder)
    found = audit(entries, gazetteers if gazetteers.exists() else None)
    open_ = [finding for finding in found if finding.key not in closed]
    for finding in open_:
        out.print(f"{finding.key} {finding.kind}: [{finding.doc}] {finding.problem}", markup=False)
        if finding.quote:
            out.print("    " + finding.quote.strip().replace("\n", "⏎"), markup=False)
    if target:
        with open_atomic(target) as handle:
            handle.writelines(table_lines(open_))
    _describe(entries)
    rows = []
    for kind in KINDS:
        still, of_kind = ([f for f in some if f.kind == kind] for some in (open_, found))
        rows.append((kind, len(of_kind), len(of_kind) - len(still), len(still)))
    table("findings", ("kind", "found", "closed", "open"), rows)
    stale = closed.keys() - {finding.key for finding in found}
    if stale:
        out.print(f"{len(stale)} closed findings are found no more; they can leave the file")
    if open_:
        complain(f"{len(open_)} open findings")
        raise typer.Exit(PARTIAL)


def _describe(entries: Sequence[Entry]) -> None:
    """Tables of what the splits hold, and of how much of them train has seen."""
    from zonekg.annotate.audit import composition, seen_rates

    splits = list(dict.fromkeys(entry.split for entry in entries))
    out.print("splits: " + ", ".join(splits), markup=False)
    counts = [
        (row, *(of[split] for split in splits), sum(of.values()))
        for row, of in composition(entries).items()
    ]
    table("what the splits hold", ("", *splits, "all"), counts)
    rates = seen_rates(entries)
    labels = sorted({label for row in rates.values() for label in row})
    shares = [
        (split, *(f"{row[x]:.1%}" if x in row else "none" for x in labels))
        for split, row in rates.items()
    ]
    table("mentions whose wording occurs in train", ("split", *labels), shares)


app.command("doubts")(doubts_command)
app.command("crossfit")(crossfit_command)
app.command("mark")(mark_command)
