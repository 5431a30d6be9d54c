"""Reports: one HTML page that opens from a file, offline, with every number of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from zonekg.evaluation import Evaluation
from zonekg.files import open_atomic
from zonekg.report.browser import Browser, browse
from zonekg.report.links import LINK
from zonekg.report.page import render
from zonekg.report.pictures import draw_pictures
from zonekg.scoring.counts import ALL
from zonekg.scoring.resampling import FEWEST

__all__ = ["evaluation_page", "write_report"]

Numbers = Mapping[str, Any]

_TOP = 10
_SECTIONS = {
    "mend": "Mend first",
    "entities": "Entities",
    "relations": "Relations",
    "errors": "Errors",
    "slices": "Slices",
    "confidence": "Confidence",
    "speed": "Speed",
    "documents": "Documents",
    "read": "How to read this",
}


# each builds on those before it
_BROWSER = ("browser_document.js", "browser_curves.js", "browser_list.js", "browser.js")


class _Advice(NamedTuple):
    """What is wrong with errors of one class, and the section that tells more."""

    wrong: str
    look: str
    section: str


_ADVICE = {
    ("entities", "boundary"): _Advice(
        "the name is found, but begins or ends at the wrong character",
        "is it long names? see the slices by span length",
        "slices",
    ),
    ("entities", "type"): _Advice(
        "the name is found under another label", "which one? see the confusion", "errors"
    ),
    ("entities", "boundary and type"): _Advice(
        "only a part is found, under another label", "which one? see the confusion", "errors"
    ),
    ("entities", "missed"): _Advice(
        "the name is not found", "in which texts? see the slices", "slices"
    ),
    ("entities", "spurious"): _Advice(
        "marked where gold has no name",
        "is the model unsure there? see the thresholds",
        "confidence",
    ),
    ("relations", "type"): _Advice(
        "found as another relation, or in the other direction",
        "which one? see the confusion",
        "errors",
    ),
    ("relations", "missed"): _Advice(
        "both ends are found, the relation is not",
        "are the ends far apart? see the slices by distance",
        "slices",
    ),
    ("relations", "missed, no mention"): _Advice(
        "not found because an end was not found as a mention",
        "mend the entities; the relation had no chance",
        "entities",
    ),
    ("relations", "spurious"): _Advice(
        "stated between the right things, but not so in gold",
        "is the model unsure there? see the thresholds",
        "confidence",
    ),
    ("relations", "spurious, wrong mention"): _Advice(
        "stated of something that is no mention of gold",
        "mend the entities; the relation follows them",
        "entities",
    ),
}
_MEANINGS = {
    "span length": "Characters of the mention.",
    "name": "Whether the name stood in the training text; of a relation, both names.",
    "document length": "Characters of the document.",
    "distance": "Characters between the two ends where they are nearest.",
}
_UNKNOWN = _Advice("", "", "errors")


def write_report(
    path: str | Path,
    evaluation: Evaluation,
    about: Mapping[str, Any],
    *,
    link: str = LINK,
    pages: Path | None = None,
) -> None:
    """Write the page of an evaluation, whole or not at all.

    about: ``date`` and ``command``; also ``model``, ``gold`` and ``version`` where they are not
    those of the evaluation and of this package. link, pages: see `zonekg.report.browser.browse`.
    The same evaluation gives the same bytes. Raises OutputError when the disk says no, InputError
    at a link that would leave the reader's machine open to a script.
    """
    documents = evaluation.documents
    browser = (
        browse(documents, link=link, base=Path(path).parent, pages=pages) if documents else None
    )
    text = evaluation_page(evaluation.numbers, about, browser)
    with open_atomic(path) as handle:
        handle.write(text)


def evaluation_page(
    numbers: Numbers, about: Mapping[str, Any], browser: Browser | None = None
) -> str:
    """The page's text; numbers: of `zonekg.evaluation.evaluate`; browser: None for no documents."""
    about = {
        "model": numbers.get("model", "a model"),
        "gold": numbers.get("gold", "gold documents"),
    } | dict(about)
    nav = [section for section in _SECTIONS.items() if browser or section[0] != "documents"]
    semeval = numbers["errors"]["entities"]["semeval"]
    return render(
        "evaluation.html.j2",
        styles=["browser.css"] if browser else [],
        scripts=_BROWSER if browser else [],
        title="Evaluation",
        subtitle=f"{about['model']} on {about['gold']}",
        facts=list(_facts(numbers, about)),
        nav=nav,
        warning=_warning(numbers),
        about=about,
        numbers=numbers,
        pictures=draw_pictures(numbers),
        mend=list(_mend(numbers)),
        best=_best_thresholds(numbers),
        schemes={scheme: by_label[ALL] for scheme, by_label in semeval.items()},
        meanings=_MEANINGS,
        fewest=FEWEST,
        browser=browser,
    )


def _facts(numbers: Numbers, about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Documents", f"{numbers['documents']:,}"
    yield "Characters", f"{numbers['characters']:,}"
    yield "Gold mentions", f"{numbers['entities']['strict'][ALL]['gold']:,}"
    yield "Gold facts", f"{numbers['relations']['strict'][ALL]['gold']:,}"
    known = numbers["trained_on"]
    yield "Seen in training", "not known" if known is None else f"{known:,} documents"
    if numbers.get("chose_the_model"):
        yield "Note", "these documents chose the model's checkpoint, so their scores flatter it"
    yield "Date", str(about["date"])
    yield "Command", str(about["command"])


def _warning(numbers: Numbers) -> str:
    if not numbers["trained_on"]:
        return ""
    return (
        f"The model was trained on {numbers['trained_on']:,} of these {numbers['documents']:,} "
        "documents: the scores are higher than on new text. Take those documents out and evaluate "
        "again."
    )


def _mend(numbers: Numbers) -> Iterator[dict[str, Any]]:
    """The kinds of errors that cost most, with what to do; lengths of bars are in per cent."""
    rows = [row for row in numbers["errors"]["gains"] if row["gain"] > 0][:_TOP]
    for row in rows:
        now = numbers[row["task"]]["strict"][ALL]["f"]
        advice = _ADVICE.get((row["task"], row["class"]), _UNKNOWN)
        width = round(100 * row["gain"] / rows[0]["gain"], 1)
        yield {**row, "kind": row["class"], "now": now, "width": width, "advice": advice}


def _best_thresholds(numbers: Numbers) -> dict[str, dict[str, dict[str, Any] | None]]:
    """By task and label the threshold with the best F1, the lowest of those, and its gain."""
    out: dict[str, dict[str, dict[str, Any] | None]] = {}
    for task in ("entities", "relations"):
        out[task] = {}
        for label, sure in numbers["confidence"][task].items():
            rows = sure["thresholds"]
            if not sure["count"] or not rows or not rows[0]["gold"]:
                out[task][label] = None
                continue
            best = max(rows, key=lambda row: (row["f"], -row["threshold"]))
            out[task][label] = {**best, "gain": round(best["f"] - rows[0]["f"], 2)}
    return out
