"""What a store costs: adding a page to a small and to a large one, and loading its graph.

    python tests/bench/store.py EXTRACTION [articles] [threads]

The articles of an extraction file, of the seed pages say, are taken again and again under other
names, ten a page. Beside it the cost of the same rows in an extraction file, as a ratio.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from zonekg.extraction import read_rows, row_line, rows_to_docs
from zonekg.graph.build import build
from zonekg.graph.store import Store, StoredPage, database

A_PAGE = 10
VIEWS = ("articles", "mentions", "relations", "events")


def pages(path: Path, articles: int) -> Iterator[list[dict[str, object]]]:
    """The rows of ever other articles, a page at a time."""
    rows = cycle(map(json.loads, path.read_text(encoding="utf-8").splitlines()))
    for i in range(articles // A_PAGE):
        found = []
        for k, row in enumerate(islice(rows, A_PAGE)):
            key = f"{i:08x}{k:08x}"
            article = row["article"] | {"id": key, "source": f"{i}.txt"}
            found.append(row | {"id": key, "article": article})
        yield found


def main() -> None:
    """Print the times, of the processor, and the sizes."""
    path = Path(sys.argv[1])
    articles = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    if len(sys.argv) > 3:
        database._CONFIG["threads"] = int(sys.argv[3])
    given = list(pages(path, articles))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows.jsonl")
        file.write_text("".join(row_line(row) for page in given for row in page), encoding="utf-8")
        with Store(Path(folder, "zonekg.duckdb")) as store:
            times = []
            for i, rows in enumerate(given):
                start = time.process_time()
                store.add(StoredPage(f"{i}.txt", f"/{i}.txt", "", "", "", 1), rows)
                times.append(time.process_time() - start)
            tenth = max(1, len(times) // 10)
            first, last = (1000 * sum(part) / tenth for part in (times[:tenth], times[-tenth:]))
            print(f"adding a page: {first:.1f} ms in the first tenth, {last:.1f} ms in the last")
            start = time.process_time()
            count = sum(1 for _ in store.rows())
            print(f"rows alone: {time.process_time() - start:.1f} s of {count} articles")
            start = time.process_time()
            mine = build(rows_to_docs(store.path, enumerate(store.rows(), start=1)))
            loaded = time.process_time() - start
            start = time.process_time()
            theirs = build(read_rows(file))
            read = time.process_time() - start
            assert mine.nodes == theirs.nodes
            print(f"graph of the store {loaded:.1f} s, of the extraction file {read:.1f} s, "
                  f"ratio {loaded / read:.2f}")  # fmt: skip
            for view in VIEWS:
                start = time.process_time()
                ((of_view, *_),) = store._rows(f"SELECT count(COLUMNS(*)) FROM {view}")
                print(f"SQL over {view}: {time.process_time() - start:.1f} s, {of_view} rows")
        size = Path(folder, "zonekg.duckdb").stat().st_size
        print(f"store {size / 1e6:.0f} MB, extraction file {file.stat().st_size / 1e6:.0f} MB")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
