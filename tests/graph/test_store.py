import json
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from accounts import NAMES, accounts, content
from hypothesis import given, settings
from hypothesis import strategies as st

from zonekg.docs import Relation, set_unsure_relations
from zonekg.errors import InputError, OutputError
from zonekg.extraction import doc_to_row, rows_to_docs
from zonekg.graph.build import build
from zonekg.graph.store import Store, StoredPage, is_store
from zonekg.graph.store.database import VERSION, translated
from zonekg.states import Event, ProjectState


def page(source, digest="1", folder="/pages"):
    return StoredPage(source, f"{folder}/{source}", digest, "model", "0.1.0", 1000)


def row(key, text="甲", **more):
    return {"id": key, "text": text, "article": {}, "entities": [], "relations": []} | more


@pytest.fixture
def path(tmp_path):
    return tmp_path / "zonekg.duckdb"


def texts(store):
    return [one["text"] for one in store.rows()]


def python(code, *args, **options):
    """Another process."""
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **options
    )


# -- the law: the graph of a store is that of the docs that are in it

steps = st.lists(
    st.tuples(
        st.sampled_from(["a.txt", "b.txt", "c/a.txt", "页.txt"]),
        st.one_of(st.none(), st.lists(accounts, max_size=3)),
    ),
    max_size=8,
)
"""Pages added, and removed where nothing is given."""


def graph_of(store):
    return build(rows_to_docs(store.path, enumerate(store.rows(), start=1)))


def tables(store):
    """What an analyst sees."""
    names = ("articles", "mentions", "relations", "events")
    return {name: sorted(map(repr, store._rows(f"FROM {name}"))) for name in names}


@settings(max_examples=40)
@given(steps, st.randoms(use_true_random=False))
def test_law_a_store_holds_what_was_added_last(told, tmp_path_factory, steps, random):
    folder = tmp_path_factory.mktemp("stores")
    there = {}
    with Store(folder / "a.duckdb") as store:
        for source, told_of in steps:
            if told_of is not None:
                there[source] = [told(account | {"source": source}) for account in told_of]
                rows = [doc_to_row(doc) for doc in there[source]]
                store.add(page(source), rows)
                store.add(page(source), rows)
            elif there.pop(source, None) is not None:
                store.remove([source])
        whole = build(doc for docs in there.values() for doc in docs)
        assert content(graph_of(store)) == content(whole)
        sources = list(there)
        random.shuffle(sources)
        with Store(folder / "b.duckdb") as other:
            for source in sources:
                other.add(page(source), map(doc_to_row, there[source]))
            assert list(other.rows()) == list(store.rows())
            assert other.pages() == store.pages() == [page(source) for source in sorted(there)]
            assert tables(other) == tables(store)


def test_rows_come_back_as_they_were_by_page_and_place(path):
    odd = row("1", "𠮷\u2028\0'\"", number=0.1 + 0.2, nested=[{"乙": None}])
    with Store(path) as store:
        store.add(page("b.txt"), [row("3", "丙"), row("2", "乙")])
        store.add(page("a.txt"), [odd])
        store.add(page("𠮷.txt"), [])
        assert json.dumps(next(store.rows())) == json.dumps(odd)
        assert texts(store)[1:] == ["丙", "乙"]
        assert store.contents() == {
            "a.txt": (1, "", ""),
            "b.txt": (2, "", ""),
            "𠮷.txt": (0, "", ""),
        }
    with Store(path, read_only=True) as store:
        assert texts(store)[1:] == ["丙", "乙"]


def test_more_rows_than_are_taken_at_a_time(path):
    rows = [row(str(i), str(i)) for i in range(1234)]
    with Store(path) as store:
        store.add(page("a.txt"), rows)
        assert texts(store) == [str(i) for i in range(1234)]


def test_rows_are_those_of_the_moment_when_they_were_asked_for(path):
    with Store(path) as store:
        store.add(page("a.txt"), [row(str(i), str(i)) for i in range(3000)])
        found = []
        for one in store.rows():
            if not found:
                store.add(page("a.txt", "2"), [row("x")])
                store.add(page("b.txt"), [row("y")])
            found.append(one["text"])
        assert found == [str(i) for i in range(3000)]
        assert texts(store) == ["甲", "甲"]
        next(store.rows())  # and no more of them
    with duckdb.connect(path):  # so nothing holds it
        pass


def test_a_page_takes_the_place_of_its_name_and_of_its_file(path):
    a, b, c = page("a.txt"), page("b.txt"), page("c.txt")
    with Store(path) as store:
        for one in (a, b, c):
            assert store.add(one, [row(one.source, one.source)]) == []
        assert store.add(a._replace(digest="2"), [row("x", "new")]) == [a]
        assert texts(store) == ["new", "b.txt", "c.txt"]
        renamed = b._replace(source="c.txt")
        assert store.add(renamed, [row("y", "renamed")]) == [b, c]
        assert texts(store) == ["new", "renamed"]
        assert store.pages() == [a._replace(digest="2"), renamed]


def test_pages_that_are_not_there_are_not_removed_nor_any_other(path):
    with Store(path) as store:
        store.add(page("a.txt"), [row("1")])
        with pytest.raises(InputError, match=r"no page of the name b\.txt; 'zonekg pages' lists"):
            store.remove(["a.txt", "b.txt"])
        assert texts(store) == ["甲"]
        store.remove(["a.txt", "a.txt"])
        assert (store.pages(), texts(store)) == ([], [])


def test_a_page_is_added_wholly_or_not(path, monkeypatch):
    with Store(path) as store:
        store.add(page("a.txt"), [row("1", "old")])
        real = Store._fill

        def interrupted(self, table, rows):
            if table == "extractions":
                raise KeyboardInterrupt
            real(self, table, rows)

        monkeypatch.setattr(Store, "_fill", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.add(page("a.txt", digest="2"), [row("1", "new")])
        monkeypatch.undo()
        assert (texts(store), store.pages()) == (["old"], [page("a.txt")])
        store.add(page("b.txt"), [row("2", "more")])
        assert texts(store) == ["old", "more"]


# -- what an analyst asks

STATE = ProjectState("completed", 2, 3, (Event("completed", "2024"), Event("signed", "2023", True)))


@pytest.fixture
def asked(path, told):
    """A store of one article and of the graph of it, opened as an analyst does."""
    account = {
        "names": NAMES[1], "source": "页.txt", "date": "2024-05-10", "title": "标题",
        "rows": {"O1 INVESTS_IN P1", "P1 TOTAL_INVESTMENT M1"}, "score": 0.5, "state": STATE,
    }  # fmt: skip
    doc = told(account)
    labels = [ent.label_ for ent in doc.ents]
    set_unsure_relations(
        doc, [Relation(labels.index("ORG"), labels.index("PARK"), "LOCATED_IN", 0.2)]
    )
    with Store(path) as store:
        store.add(page("页.txt"), [doc_to_row(doc)])
        names = [
            {"entity": f"n:{ent.label_}", "article": doc_to_row(doc)["id"], "mentions": 1,
             "entity_type": ent.label_, "name": ent.text}
            for ent in {ent.text: ent for ent in doc.ents}.values() if ent.label_ != "MONEY"
        ]  # fmt: skip
        entities = [
            {"entity": one["entity"], "label": one["name"], "kind": "",
             "entity_type": one["entity_type"]}
            for one in names
        ]  # fmt: skip
        merge = {"kept": "n:ORG", "kept_name": "康佳集团", "gone": "n:x", "gone_name": "康佳",
                 "entity_type": "ORG", "rule": "alias", "reason": "…"}  # fmt: skip
        store.set_graph([], [], [merge])
        store.set_graph(entities, names, [merge])
    with duckdb.connect(path, read_only=True) as db:
        yield lambda query: db.execute(query).fetchall()


def test_plain_columns_for_sql(asked):
    org, park, project, money = NAMES[1]
    assert asked("SELECT source, page, date, title FROM articles") == [
        ("页.txt", 1, "2024-05-10", "标题")
    ]
    found = asked("FROM mentions ORDER BY mention")
    assert [(one[2], one[3], one[6], one[7]) for one in found] == [
        ("ORG", org, 0.5, "n:ORG"), ("PARK", park, 0.5, "n:PARK"),
        ("PROJECT", project, 0.5, "n:PROJECT"), ("MONEY", money, 0.5, None),
        ("PARK", park, 0.5, "n:PARK"),
    ]  # fmt: skip
    assert asked(
        "SELECT count(*) FROM mentions JOIN articles USING (article) "
        "WHERE articles.text[start + 1:stop] = mentions.text"
    ) == [(5,)]
    assert asked("SELECT low, high, currency, bound FROM mentions WHERE low IS NOT NULL") == [
        (Decimal(500_000_000), Decimal(800_000_000), "USD", "exact")
    ]
    assert asked("SELECT entity, status FROM mentions WHERE status IS NOT NULL") == [
        ("n:PROJECT", "completed")
    ]
    assert asked("SELECT * EXCLUDE article FROM events ORDER BY date") == [
        ("n:PROJECT", project, "signed", "2023", True),
        ("n:PROJECT", project, "completed", "2024", False),
    ]
    assert asked("SELECT * FROM entities ORDER BY label DESC LIMIT 1") == [
        ("n:PROJECT", project, "PROJECT", "")
    ]
    assert asked("SELECT kept, gone, gone_name FROM merges") == [("n:ORG", "n:x", "康佳")]


def test_relations_in_plain_columns(asked):
    org, park, project, money = NAMES[1]
    found = asked("SELECT * EXCLUDE (article, evidence) FROM relations ORDER BY ALL")
    nothing = (None,) * 4
    assert found == [
        ("INVESTS_IN", "n:ORG", org, "n:PROJECT", project, *nothing, 0.5, True),
        ("LOCATED_IN", "n:ORG", org, "n:PARK", park, *nothing, 0.2, False),
        ("TOTAL_INVESTMENT", "n:PROJECT", project, None, money, Decimal(500_000_000),
         Decimal(800_000_000), "USD", "exact", 0.5, True),
    ]  # fmt: skip
    (evidence,) = {text for (text,) in asked("SELECT evidence FROM relations WHERE sure")}
    assert evidence == f"{org}在{park}投资{project}，共{money}。"


def test_tables_as_parquet_files(asked, tmp_path):
    target = tmp_path / "relations.parquet"
    asked(f"COPY relations TO '{target}'")
    assert len(asked(f"FROM '{target}'")) == 3


# -- what can be wrong with the file


def test_what_is_no_store_is_told_and_left_alone(path):
    for data in (b"", "阳泉高新区".encode() * 1000):
        path.write_bytes(data)
        with pytest.raises(
            InputError, match="no DuckDB file, or a damaged one; move the file away"
        ):
            Store(path)
        assert path.read_bytes() == data
        assert not is_store(path)


def test_a_missing_store_is_made_only_when_asked_for(path):
    for options in ({"read_only": True}, {"new": False}):
        with pytest.raises(InputError, match=r"zonekg\.duckdb: no such store; name what"):
            Store(path, **options)
    assert not path.exists()
    assert not is_store(path)
    with Store(path):
        pass
    assert is_store(path)
    assert not is_store(path.parent)


def test_a_new_store_that_an_error_leaves_empty_goes(path):
    def fail(*pages):
        with Store(path) as store:
            for one in pages:
                store.add(one, [])
            raise InputError("b.txt", "an empty file")

    with pytest.raises(InputError):
        fail()
    assert not path.exists()
    with pytest.raises(InputError):
        fail(page("a.txt"))
    assert is_store(path)
    with Store(path) as store:
        store.remove(["a.txt"])
    with pytest.raises(InputError):
        fail()
    assert is_store(path)


def test_a_duckdb_file_of_something_else(path):
    with duckdb.connect(path) as db:
        db.execute("CREATE TABLE t AS SELECT 1")
    with pytest.raises(InputError, match="a DuckDB file, but no store of zonekg"):
        Store(path)


def test_a_store_of_another_version(path):
    Store(path).__exit__(None, None, None)
    with duckdb.connect(path) as db:
        db.execute("UPDATE store SET version = version + 1")
    with pytest.raises(
        InputError, match=rf"a store of version {VERSION + 1}, expected {VERSION}; use the release"
    ):
        Store(path)


def test_a_file_of_a_newer_duckdb(path):
    """In the words of DuckDB 1.4 about a file of 2.0."""
    told = (
        "IO Error: Trying to read a database file with version number 999, but we can only read "
        "versions between 64 and 67.\n"
        "The database file was created with an newer version of DuckDB."
    )
    with pytest.raises(InputError, match="written by a newer DuckDB; run: pip"), translated(path):
        raise duckdb.IOException(told)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5])
def test_a_file_that_was_cut(path, share):
    with Store(path) as store:
        for i in range(50):
            store.add(page(f"{i}.txt"), [row(str(i), os.urandom(5000).hex())])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(InputError, match="damaged"), Store(path) as store:
        texts(store)


HOLD = """
import sys
from zonekg.graph.store import Store
with Store(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_store_that_another_program_has_open(path):
    other = python(HOLD, path, stdin=subprocess.PIPE)
    assert other.stdout.readline() == "open\n"
    with pytest.raises(OutputError, match=rf"another program \(PID {other.pid}\) has it open"):
        Store(path)
    assert path.exists()
    other.communicate("")
    with Store(path):
        pass


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="a folder that root can't change")
def test_a_folder_that_may_not_be_changed():
    with pytest.raises(OutputError, match="Permission denied; write to a folder that you may"):
        Store("/sys/kernel/zonekg.duckdb")


def test_a_folder_of_that_name(path):
    path.mkdir()
    with pytest.raises(OutputError, match="Is a directory; name a file, not a folder"):
        Store(path)


FULL = """
import os, resource, sys
from zonekg.errors import OutputError
from zonekg.graph.store import Store, StoredPage
path, limit = sys.argv[1], int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
done = 0
try:
    with Store(path) as store:
        for i in range(1000):
            row = {"id": str(i), "text": os.urandom(20_000).hex()}
            store.add(StoredPage(str(i), str(i), "", "", "", 1), [row, row])
            done += 1
except OutputError as error:
    print(done, error)
"""


@pytest.mark.parametrize("limit", [100, 30_000, 1_000_000, 3_000_000])
def test_a_full_disk(path, limit):
    out, err = python(FULL, path, limit).communicate()
    assert err == ""
    done, told = out.split(" ", 1)
    assert told.startswith(f"{path}: can't be written: File too large; write to a disk that")
    if done == "0":
        assert list(path.parent.iterdir()) == []
    with Store(path) as store:
        assert len(store.pages()) == int(done)
        assert len(texts(store)) == 2 * int(done)
        store.add(page("a.txt"), [row("1")])


KILLED = """
import itertools, sys
from zonekg.graph.store import Store, StoredPage
with Store(sys.argv[1]) as store:
    for i in itertools.count():
        page = StoredPage(f"{i % 7}", f"{i % 7}", str(i), "", "", 1)
        store.add(page, [{"id": f"{i} {k}", "text": str(i) * 3000} for k in range(20)])
        print(i, flush=True)
"""


@pytest.mark.parametrize("count", [1, 40, 400])
def test_a_killed_process_leaves_whole_pages(path, count):
    other = python(KILLED, path)
    while int(other.stdout.readline()) < count:
        pass
    time.sleep(0.003)
    other.kill()
    other.communicate()
    for read_only in (True, False):
        with Store(path, read_only=read_only) as store:
            rows = list(store.rows())
            pages = store.pages()
            assert len(rows) == 20 * len(pages)
            for i, one in enumerate(pages):
                mine = rows[20 * i : 20 * i + 20]
                assert [r["id"] for r in mine] == [f"{one.digest} {k}" for k in range(20)]
            assert max(int(one.digest) for one in pages) >= count


def test_ctrl_c_in_a_query_is_ctrl_c(path):
    with Store(path) as store:
        store.add(page("a.txt"), [row("1")])
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            store._rows(
                "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range < b.range"
            )
        timer.join()
        assert texts(store) == ["甲"]
