"""``zonekg pages``: what a store holds."""

from __future__ import annotations

from zonekg.cli.frame import Results, out


def pages_command(results: Results) -> None:
    """List the pages that a graph is made of: name, articles, dates, model, release of zonekg.

    Example: zonekg pages out/
    """
    from zonekg.graph.store import STORE, Store

    with Store(results / STORE, read_only=True) as store:
        told = store.contents()
        pages = store.pages()
    for page in pages:
        articles, first, last = told[page.source]
        dates = " to ".join(dict.fromkeys(date for date in (first, last) if date)) or "no date"
        out.print(
            f"{page.source}: {articles} articles, {dates}, "
            f"model {page.model[:8]}, release {page.release}",
            markup=False,
        )
    out.print(f"{len(pages)} pages, {sum(count for count, *_ in told.values())} articles")
