"""The viewer at 50, 500 and 5,000 nodes: how large the page is, how soon it opens, and pictures.

    python tests/bench/viewer_pictures.py FOLDER [--chromium PATH]

The graphs are made of the annotated training documents. Without a graphics card Chromium draws by
SwiftShader on the processor, so the times of opening are those of the slowest machine.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import networkx as nx
import spacy
from playwright.sync_api import Browser, sync_playwright

from zonekg.annotate.corpus import record_to_doc
from zonekg.annotate.records import read_records
from zonekg.articles import Article, Piece, article_id
from zonekg.components.amounts import make_amounts
from zonekg.docs import set_article
from zonekg.graph.build import build
from zonekg.graph.flat import flatten
from zonekg.graph.layout import layout
from zonekg.graph.viewer import write_html

TRAIN = Path(__file__).parents[2] / "annotations" / "train" / "train.jsonl"
SIZES = (50, 500, 5000)


def documents() -> list[spacy.tokens.Doc]:
    """The first training documents, each with an article."""
    nlp = spacy.blank("zh")
    docs = []
    for _, record in read_records(TRAIN):
        doc = record_to_doc(record, nlp)
        source, pieces = f"{record['id']}.txt", (Piece(0, 0, len(doc.text)),)
        identity = article_id(source, pieces, doc.text)
        date = str(record["meta"].get("year", ""))
        title = doc.text.split("\n")[0]
        set_article(doc, Article(identity, title, doc.text, source, date=date, pieces=pieces))
        docs.append(make_amounts(doc))
    return docs


def graph_of(docs: list[spacy.tokens.Doc], size: int) -> nx.MultiDiGraph:
    """The flat graph of as few docs as have `size` nodes, those with most edges."""
    low, high = 1, len(docs)
    while low < high:
        middle = (low + high) // 2
        enough = build(docs[:middle]).number_of_nodes() >= size
        low, high = (low, middle) if enough else (middle + 1, high)
    flat = flatten(build(docs[:low]))
    kept = sorted(flat, key=lambda node: (-flat.degree(node), node))[:size]
    return nx.MultiDiGraph(flat.subgraph(kept))


def picture(browser: Browser, page: Path, scheme: str) -> float:
    """Seconds until the page answers; saves its picture beside it."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=scheme, offline=True
    )
    tab = context.new_page()
    start = time.perf_counter()
    tab.goto(page.as_uri())
    tab.wait_for_function("globalThis.zonekg?.counts")
    seconds = time.perf_counter() - start
    tab.wait_for_selector("[data-labels]")
    tab.screenshot(path=page.with_name(f"{page.stem}-{scheme}.png"))
    context.close()
    return seconds


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    docs = documents()
    flags = ["--no-sandbox", "--enable-unsafe-swiftshader"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=args.chromium, args=flags)
        for size in SIZES:
            graph = graph_of(docs, size)
            places = layout(graph)
            path = (args.folder / f"graph{size}.html").resolve()
            start = time.perf_counter()
            write_html(graph, path, places)
            written = time.perf_counter() - start
            opened = [picture(browser, path, scheme) for scheme in ("light", "dark")]
            print(
                f"{len(graph)} nodes, {graph.number_of_edges()} edges: "
                f"{path.stat().st_size / 1000:.0f} kB, written in {written:.2f} s, "
                f"open in {min(opened):.1f} s"
            )
        browser.close()


if __name__ == "__main__":
    main()
