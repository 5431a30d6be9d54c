"""``zonekg drift``: how far pages are from what a model was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zonekg.cli.frame import ERROR, PARTIAL, Data, Page, complain, made_by, out, progress, table
from zonekg.cli.run import Limit, Model
from zonekg.errors import InputError
from zonekg.ingest import MAX_CHARACTERS, find_files, read_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language
    from spacy.tokens import Doc

    from zonekg.drift import Drift

_TITLE = 32
_HEADS = 5


def drift_command(
    source: Annotated[Path, typer.Argument(help="A page (.txt, .md), or a folder of pages.")],
    model: Model = Path("models/zh_zone_news_trf"),
    page: Page = None,
    target: Data = None,
    max_characters: Limit = MAX_CHARACTERS,
) -> None:
    """Tell how far new pages are from a model's training text, and which to annotate next.

    Compares names, head nouns, confidences and characters with those of the development documents
    and says what chance alone would give for as many articles. It needs no annotations, and tells
    of other text, not of more errors: for those, annotate some and use zonekg evaluate.

    Example: zonekg drift seeds/ --html out/drift.html
    """
    from zonekg.drift import drift
    from zonekg.extraction import load_model
    from zonekg.files import write_json
    from zonekg.profile import read_profile

    find_files(source)
    nlp = load_model(model)
    failures: list[InputError] = []
    result = drift(_docs(source, nlp, max_characters, failures), read_profile(nlp))
    for failure in failures:
        complain(str(failure))
    if not result.here["articles"]:
        if failures:
            raise typer.Exit(ERROR)
        raise InputError(source, "no article to compare", todo="expected newspaper pages")
    about = made_by() | {"model": model.as_posix(), "source": source.as_posix()}
    if page:
        from zonekg.report.drift import write_drift

        write_drift(page, result, about)
    if target:
        write_json(target, about | result.to_dict())
    _print(result)
    for path in filter(None, (page, target)):
        out.print(f"wrote {path}", markup=False)
    if failures:
        raise typer.Exit(PARTIAL)


def _docs(
    source: Path, nlp: Language, max_characters: int, failures: list[InputError]
) -> Iterator[Doc]:
    """The tagged articles of the pages; those that can't be read go to `failures`."""
    from zonekg.extraction import extract

    total = len(find_files(source))
    with progress() as report:
        for i, page in enumerate(read_pages(source, max_characters=max_characters), start=1):
            if isinstance(page, InputError):
                failures.append(page)
            else:
                yield from extract(page, nlp)
            report("pages", i, total)


def _print(result: Drift) -> None:
    from zonekg.drift.words import verdict_sentence

    _print_measures(result)
    _print_heads(result)
    _print_articles(result)
    out.print(verdict_sentence(result))


def _print_measures(result: Drift) -> None:
    from zonekg.drift.words import shown

    for name, side in (("here", result.here), ("development documents", result.dev)):
        out.print(
            f"{name}: {side['articles']} articles, {side['characters']} characters, "
            f"{side['mentions']} mentions"
        )
    if result.here["trained_on"]:
        out.print(f"the model was trained on {result.here['trained_on']} of these articles")
    rows = [
        (f"{m.name} {m.label}".rstrip(), *shown(m), m.count, m.verdict) for m in result.measures
    ]
    columns = ("measure", "here", "dev", "chance gives", "p", "of", "verdict")
    table("distance from the training text", columns, rows)


def _print_heads(result: Drift) -> None:
    for title, found in (
        ("head nouns that are more frequent than in training", result.over),
        ("head nouns that training has not", result.unseen),
    ):
        heads = [
            (f"{_plain(h.head)} {label}", h.here, h.train, _plain(h.name)[:_TITLE])
            for label, row in found.items()
            for h in row[:_HEADS]
        ]
        table(title, ("head noun", "here", "training", "as in"), heads)


def _print_articles(result: Drift) -> None:
    from zonekg.drift.words import figure

    articles = [
        (
            _plain(a.title)[:_TITLE],
            f"{a.far:.2f}",
            a.unseen_names,
            figure(a.mean_confidence, "confidence"),
            figure(a.unknown_characters, "share"),
            _plain(a.source),
        )
        for a in result.articles
    ]
    names = ("article", "far", "unseen names", "confidence", "unknown characters", "file")
    table("furthest articles, to annotate next", names, articles)


def _plain(text: str) -> str:
    """Text of a page for a terminal: no control character, no mark that turns its direction."""
    return "".join(char if char.isprintable() else " " for char in text)
