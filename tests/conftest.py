"""What several rooms share: pipelines, Docs from marked text, a browser to open pages with."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import spacy
from hypothesis import settings
from playwright.sync_api import sync_playwright

from npm import Packages
from zonekg.annotate.corpus import record_to_doc
from zonekg.annotate.inline import parse_records
from zonekg.articles import Article, Piece, article_id
from zonekg.docs import set_article
from zonekg.extraction import load_model
from zonekg.graph.labels import font_path

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


# -- a browser


@pytest.fixture(scope="session")
def chromium_command():
    """Path of a Chromium and the variables that it needs.

    It is what ZONEKG_TEST_CHROMIUM names, one on PATH, or that of an npm package.
    """
    if named := os.environ.get("ZONEKG_TEST_CHROMIUM"):
        if shutil.which(named) is None:
            pytest.fail(f"ZONEKG_TEST_CHROMIUM names {named}, which is no program")
        return named, {}
    for name in ("chromium", "chromium-browser", "google-chrome"):
        # some systems have a script of this name that only tells how to install it
        if path := shutil.which(name):
            done = subprocess.run([path, "--version"], capture_output=True, check=False)
            if done.returncode == 0:
                return path, {}
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.fail("no Chromium on PATH; install one, or let ZONEKG_TEST_CHROMIUM name it")
    return _unpacked_chromium()


def _unpacked_chromium():
    packages = Packages(ROOT / "tests" / "report" / "node")
    modules = packages.folder / "node_modules"
    home = modules / ".chromium"
    if not home.is_dir():
        with tempfile.TemporaryDirectory(dir=modules) as part:
            # the libraries are unpacked only where the package believes to be in AWS Lambda
            packages.node("unpack.mjs", TMPDIR=part, AWS_EXECUTION_ENV="AWS_Lambda_nodejs22.x")
            Path(part).rename(home)  # so that a half unpacked one is never used
    return str(home / "chromium"), {"LD_LIBRARY_PATH": str(home / "al2023" / "lib")}


@pytest.fixture(scope="session")
def chromium(chromium_command, tmp_path_factory):
    """A running Chromium without network and with one font, that of the pictures."""
    folder = tmp_path_factory.mktemp("fonts")
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{font_path().parent}</dir><cachedir>{folder}</cachedir></fontconfig>"
    )
    path, variables = chromium_command
    env = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf"), **variables}
    with sync_playwright() as playwright:
        # root, as in a container, has no sandbox; a machine without a screen draws by SwiftShader
        args = ["--no-sandbox", "--enable-unsafe-swiftshader"]
        browser = playwright.chromium.launch(executable_path=path, args=args, env=env)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """A function: a file and what follows # -> its page; in the end the page must be without fault.

    A fault is an error on the console or of a script, and a request for anything but the file.
    """
    faults = []
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, offline=True)

    def make(path, fragment="", script=""):
        page = context.new_page()
        page.on("console", lambda one: one.type == "error" and faults.append(one.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda one: one.url.startswith(path.as_uri()) or faults.append(one.url))
        if script:
            page.add_init_script(script)
        page.goto(path.as_uri() + fragment)
        return page

    yield make
    context.close()
    assert faults == []
