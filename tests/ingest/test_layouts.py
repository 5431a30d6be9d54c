"""Pages composed for the purpose, each with what a careful reader makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zonekg.articles import Article
from zonekg.ingest import read_page

LAYOUTS = sorted((Path(__file__).parent / "layouts").glob("*.txt"))


def blocks(article: Article, *kinds: str) -> list[str]:
    return [article.text[b.start : b.end] for b in article.blocks if b.kind in kinds]


def as_expected(article: Article) -> dict[str, object]:
    return {
        "title": " ".join(blocks(article, "title")),
        "subtitle": " ".join(blocks(article, "subtitle")),
        "kicker": " ".join(blocks(article, "kicker")),
        "subheads": blocks(article, "subhead", "note"),
        "paragraphs": blocks(article, "body"),
        "captions": blocks(article, "caption"),
        "byline": article.byline,
        "continued_on": article.continued_on,
        "continued_from": article.continued_from,
    }


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_layout(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    page = read_page(path)
    assert [as_expected(article) for article in page] == expected["articles"]
    assert sorted(d.text for d in page.dropped) == sorted(expected["dropped"])


def test_enough_layouts() -> None:
    assert len(LAYOUTS) >= 12
