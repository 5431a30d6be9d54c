"""Small evaluations for the report's tests, documents by hand, and a browser to open pages with."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import spacy
from playwright.sync_api import sync_playwright
from spacy.tokens import Span

from npm import Packages
from zonekg.annotate.corpus import read_docs, record_files, record_to_doc
from zonekg.annotate.records import read_records
from zonekg.docs import (
    Relation,
    group_mentions,
    relations,
    set_confidences,
    set_groups,
    set_relations,
)
from zonekg.evaluation import evaluate
from zonekg.graph.labels import font_path
from zonekg.scoring.judgement import judge

SEEDS = "annotations/seeds/gold.jsonl"


@pytest.fixture(scope="session")
def evaluation(model, root):
    """The trained pipeline on fifteen documents of several genres."""
    docs = list(read_docs(root / "annotations" / "dev", model))[:15]
    return evaluate(model, docs, resamples=100)


@pytest.fixture(scope="session")
def without_predictions(root):
    """A pipeline that marks nothing, on three documents."""
    nlp = spacy.blank("zh")
    docs = list(read_docs(root / "annotations" / "dev", nlp))[:3]
    return evaluate(nlp, docs, resamples=20)


# -- documents for the error browser


@pytest.fixture(scope="session")
def judged(nlp):
    """A function: text, gold and predicted mentions and relations -> the Judged document.

    A mention is (wording, label), found from left to right, predicted ones with a confidence;
    a relation is (head, tail, label), with a score where it is predicted.
    """

    def annotated(text, mentions, rows):
        doc = nlp.make_doc(text)
        spans, at = [], 0
        for wording, label, *_ in mentions:
            start = text.index(wording, at)
            at = start + len(wording)
            spans.append(doc.char_span(start, at, label=label))
        doc.set_ents(spans)
        set_relations(doc, [Relation(*row) for row in rows])
        set_groups(doc, group_mentions(doc, []))
        return doc

    def make(text, gold=(), predicted=(), *, relations=((), ()), **user_data):
        theirs, mine = annotated(text, gold, relations[0]), annotated(text, predicted, relations[1])
        set_confidences(mine, [sure for *_, sure in predicted])
        theirs.user_data |= {"id": "d1", "meta": {}, **user_data}
        return judge(mine, theirs)

    return make


@pytest.fixture(scope="session")
def thousand(root, nlp):
    """1,000 Judged documents: the corpus, and some of it again, one alone or five joined.

    Predicted is gold with names missed, cut and added by lot.
    """
    paths = [*(root / "annotations" / part for part in ("train", "test", "dev")), root / SEEDS]
    records = [
        row for path in paths for file in record_files(path) for _, row in read_records(file)
    ]
    rng = np.random.default_rng(7)
    while len(records) < 1000:
        parts = rng.integers(700, size=1 if len(records) % 5 else 5)
        records.append(_joined([records[i] for i in parts], len(records)))
    golds = [record_to_doc(record, nlp) for record in records]
    return [judge(_guessed(gold, rng, nlp), gold) for gold in golds]


def _joined(records, number):
    """One document that holds several, one after the other."""
    whole = {"id": f"joined-{number}", "text": f"第{number}篇\n", "entities": [], "relations": []}
    for i, record in enumerate(records):
        start = len(whole["text"])
        for row in record["entities"]:
            moved = {key: row[key] + start for key in ("start_offset", "end_offset")}
            whole["entities"].append(row | moved | {"id": f"{i}-{row['id']}"})
        for row in record["relations"]:
            ends = {key: f"{i}-{row[key]}" for key in ("from_id", "to_id")}
            whole["relations"].append(row | ends)
        whole["text"] += record["text"] + "\n"
    return whole


def _guessed(gold, rng, nlp):
    doc = nlp.make_doc(gold.text)
    kept, spans = {}, []
    for i, ent in enumerate(gold.ents):
        luck = rng.random()
        if luck > 0.08:
            kept[i] = len(spans)
            spans.append(Span(doc, ent.start + (luck < 0.15 and len(ent) > 1), ent.end, ent.label))
    doc.set_ents(spans)
    set_confidences(doc, rng.random(len(spans)))
    rows = (row for row in relations(gold) if row.head in kept and row.tail in kept)
    found = [Relation(kept[row.head], kept[row.tail], row.label, rng.random()) for row in rows]
    set_relations(doc, [row for row in found if row.score > 0.1])
    set_groups(doc, group_mentions(doc, []))
    return doc


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
    packages = Packages(Path(__file__).parent / "node")
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
        # root, as in a container, has no sandbox
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], env=env)
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
