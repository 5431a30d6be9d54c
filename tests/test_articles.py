"""Article: the map from its text back to the file, and its JSON form."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.articles import Article, Block, Dropped, Page, Piece, article_id
from zonekg.ingest import read_page

ROOT = Path(__file__).parents[1]
PAGES = [
    read_page(path)
    for path in [*(ROOT / "seeds").glob("*.txt"), *(ROOT / "tests" / "ingest").rglob("*.txt")]
]
ARTICLES = [article for page in PAGES for article in page]


@pytest.fixture
def article():
    """甲乙丙 from two places that stand in the other order in the file, a line feed, 丁戊."""
    return Article(
        id="a",
        title="甲",
        text="甲乙丙\n丁戊",
        source="f.txt",
        blocks=(Block("title", 0, 3), Block("body", 4, 6)),
        pieces=(Piece(0, 20, 2), Piece(2, 7, 1), Piece(4, 30, 2)),
    )


def test_place_of_every_offset(article):
    assert [article.place(i) for i in range(7)] == [20, 21, 7, 8, 30, 31, 32]


@pytest.mark.parametrize("offset", [-1, 7, 1000])
def test_place_outside_of_the_text(article, offset):
    with pytest.raises(IndexError, match=f"offset {offset}, expected 0 to 6"):
        article.place(offset)


def test_places_cut_at_pieces_and_leave_out_what_the_file_lacks(article):
    assert article.places(0, 6) == [(20, 22), (7, 8), (30, 32)]
    assert article.places(1, 3) == [(21, 22), (7, 8)]
    assert article.places(3, 4) == []
    assert article.places(3, 5) == [(30, 31)]
    assert article.places(5, 5) == []


def test_an_article_without_pieces_is_nowhere():
    bare = Article("a", "", "甲", "f.txt")
    assert bare.place(0) == 0
    assert bare.places(0, 1) == []


@given(st.data())
def test_places_are_the_places_of_the_characters(data):
    article = data.draw(st.sampled_from(ARTICLES))
    start = data.draw(st.integers(0, len(article.text)))
    end = data.draw(st.integers(start, min(len(article.text), start + 400)))
    spread = [i for a, b in article.places(start, end) for i in range(a, b)]
    inside = {i for p in article.pieces for i in range(p.start, p.start + p.length)}
    assert spread == [article.place(i) for i in range(start, end) if i in inside]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_json_gives_the_article_back(article):
    data = article.to_dict()
    assert Article.from_dict(data) == article
    assert Article.from_dict(json.loads(json.dumps(data))) == article


def test_json_is_plain(article):
    assert article.to_dict() == {
        "id": "a",
        "title": "甲",
        "text": "甲乙丙\n丁戊",
        "source": "f.txt",
        "page": 1,
        "date": "",
        "byline": "",
        "blocks": [["title", 0, 3], ["body", 4, 6]],
        "pieces": [[0, 20, 2], [2, 7, 1], [4, 30, 2]],
        "continued_on": "",
        "continued_from": "",
    }


def test_from_dict_takes_no_other_block_kinds(article):
    data = article.to_dict() | {"blocks": [["headline", 0, 3]]}
    with pytest.raises(ValueError, match="block kind 'headline', expected one of"):
        Article.from_dict(data)


def test_from_dict_takes_no_other_keys(article):
    with pytest.raises(TypeError, match="author"):
        Article.from_dict(article.to_dict() | {"author": "王旭"})


def test_from_dict_leaves_its_argument_alone(article):
    data = article.to_dict()
    Article.from_dict(data)
    assert data == article.to_dict()


def test_an_id_is_made_of_file_name_place_and_text():
    pieces = [Piece(0, 5, 2)]
    key = article_id("a.txt", pieces, "甲乙")
    assert key == "be69fbc602d3778c"  # the same on every machine
    assert key != article_id("b.txt", pieces, "甲乙")
    assert key != article_id("a.txt", [Piece(0, 6, 2)], "甲乙")
    assert key != article_id("a.txt", pieces, "甲丙")
    assert article_id("a.txt", [], "") != key


def test_articles_do_not_change(article):
    with pytest.raises(AttributeError):
        article.text = "乙"


def test_a_page_is_its_articles(article):
    page = Page("f.txt", "utf-8", (article, article), (Dropped(0, 2, "masthead", "专刊"),))
    assert list(page) == [article, article]
