"""What several rooms share: a blank pipeline, the trained one, Docs from marked text."""

import os
from pathlib import Path

import pytest
import spacy
from hypothesis import settings

from zonekg.annotate.corpus import record_to_doc
from zonekg.annotate.inline import parse_records
from zonekg.articles import Article, Piece, article_id
from zonekg.docs import set_article
from zonekg.extraction import load_model

ROOT = Path(__file__).resolve().parents[1]

# the same examples on every machine, and no failure because a machine is slow
settings.register_profile("zonekg", deadline=None, derandomize=True)
settings.load_profile("zonekg")


@pytest.fixture(scope="session")
def root():
    """The top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def config():
    """The training config of the shipped pipeline."""
    return ROOT / "configs" / "ner_cnn.cfg"


@pytest.fixture(scope="session")
def nlp():
    """A pipeline that only cuts text into characters."""
    return spacy.blank("zh")


@pytest.fixture(scope="session")
def model_path():
    """The trained pipeline: models/zh_zone_news_trf, or the folder that ZONEKG_TEST_MODEL names."""
    path = Path(os.environ.get("ZONEKG_TEST_MODEL") or ROOT / "models" / "zh_zone_news_trf")
    if not (path / "meta.json").is_file():
        pytest.fail(
            f"{path}: no trained pipeline; fetch or train it, or let the variable "
            "ZONEKG_TEST_MODEL name another folder"
        )
    return path


@pytest.fixture(scope="session")
def model(model_path):
    """The trained pipeline."""
    return load_model(model_path)


@pytest.fixture(scope="session")
def marked(nlp):
    """A function: text in the inline format, relation lines -> a Doc with its article.

    The article is the whole of the file, so that offsets of the text are offsets of the file.
    """

    def make(body, *relations, source="page.txt", date="", title=None):
        lines = ["=== doc", "", body, "---", *relations]
        (record,) = parse_records("\n".join(lines) + "\n")
        doc = record_to_doc(record, nlp)
        text = doc.text
        pieces = (Piece(0, 0, len(text)),)
        set_article(
            doc,
            Article(
                article_id(source, pieces, text),
                text.split("\n")[0] if title is None else title,
                text,
                source,
                date=date,
                pieces=pieces,
            ),
        )
        return doc

    return make
