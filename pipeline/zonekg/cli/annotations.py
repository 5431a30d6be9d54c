"""``zonekg annotations``: check, convert and compare annotated documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from zonekg.annotate.checks import check_file, check_record
from zonekg.annotate.inline import format_records, parse_records
from zonekg.annotate.records import (
    EMPTY_COUNTS,
    count_file,
    read_records,
    record_lines,
)
from zonekg.cli.frame import PARTIAL, complain, out, table
from zonekg.errors import AnnotationError
from zonekg.files import open_atomic

app = typer.Typer(no_args_is_help=True, help="Check, convert and compare annotated documents.")


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
    second: Annotated[Path, typer.Argument(help="The other annotator's JSONL.")],
) -> None:
    """Agreement of two annotators on the same documents, and every difference.

    Example: zonekg annotations agree annotations/seeds/a.jsonl annotations/seeds/b.jsonl
    """
    from zonekg.annotate.agreement import compare

    result = compare(first, second)
    for difference in result.differences:
        out.print(str(difference), markup=False)
    for name, scores in (("entities", result.entities), ("relations", result.relations)):
        rows = [(k, f"{v['f']:.2f}", v["predicted"], v["gold"]) for k, v in scores.items()]
        table(f"agreement on {name} (F1, strict)", ("label", "F1", "first", "second"), rows)
    same = result.same_as
    out.print(f"same_as: F1 {same['f']:.2f} ({same['predicted']} and {same['gold']} pairs)")
