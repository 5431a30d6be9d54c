from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.components.amounts import make_amounts
from zonekg.docs import set_project_states
from zonekg.errors import InputError
from zonekg.graph.amounts import agree
from zonekg.graph.build import build, merge
from zonekg.graph.conflicts import conflicts, read_conflicts, write_conflicts
from zonekg.graph.flat import flatten
from zonekg.states import STATUSES, ProjectState

PLANT = "年产10万吨钠离子电池产业化项目"


@pytest.fixture
def union_of(marked):
    """A function: (date, text with [[M1|amount]] of an owner) of articles -> union graph."""

    def run(*rows, relation="TOTAL_INVESTMENT", owner=f"P1|{PLANT}"):
        docs = []
        for i, (date, body) in enumerate(rows):
            key = owner.split("|")[0]
            text = body.replace("@", f"[[{owner}]]")
            facts = [f"{key} {relation} M{n}" for n in range(1, 4) if f"[[M{n}|" in body]
            docs.append(make_amounts(marked(text, *facts, source=f"{i}.txt", date=date)))
        return build(docs)

    return run


def told(found):
    return [(row.what, row.value_a, row.value_b, row.kept) for row in found]


def total(amount, before="总投资", after=""):
    return f"@{before}[[M1|{amount}]]{after}。"


def test_two_totals_of_one_project_stand_with_dates_places_and_sentences(union_of):
    graph = union_of(("2023-01-31", total("5亿元")), ("2024-05-10", total("8亿元", "总投资超")))
    (row,) = conflicts(graph)
    assert row._asdict() == {
        "id": next(iter(graph)), "name": PLANT, "type": "PROJECT", "what": "total_investment",
        "value_a": "5亿元", "date_a": "2023-01-31", "source_a": "0.txt:0-23",
        "title_a": f"{PLANT}总投资5亿元。", "sentence_a": f"{PLANT}总投资5亿元。", "articles_a": 1,
        "value_b": "超8亿元", "date_b": "2024-05-10", "source_b": "1.txt:0-24",
        "title_b": f"{PLANT}总投资超8亿元。", "sentence_b": f"{PLANT}总投资超8亿元。",
        "articles_b": 1, "kept": "超8亿元", "why": "told last, on 2024-05-10",
    }  # fmt: skip
    ((_, data),) = flatten(graph).nodes(data=True)
    assert data["conflicts"] == 1
    assert data["total_investment_cny"] == 8e8


AGREE = [
    (total("5亿元", "总投资约"), total("5.02亿元")),
    (total("5亿元", "总投资超"), total("6亿元")),
    (total("5亿元"), total("50000万元")),
    (total("5亿至8亿元"), total("6亿元")),
    (total("10亿元", "总投资近"), total("9.6亿元")),
    (total("10余亿元"), total("12亿元")),
    (total("3亿美元"), total("21亿元")),
    (total("5亿元"), f"{total('5亿元')}@一期投资[[M2|2亿元]]。"),
    (total("8亿元"), total("6亿元", "其中固定资产投资")),
]
DISAGREE = [
    (total("5亿元"), total("8亿元")),
    (total("5亿元", "总投资约"), total("6亿元")),
    (total("5亿元", "总投资超"), total("4亿元")),
    (total("5亿元", "总投资超"), total("50亿元")),
    (total("5亿至8亿元"), total("9亿元")),
    (total("3亿美元"), total("4亿美元")),
    (total("５亿元"), total("８亿元")),
]


@pytest.mark.parametrize("rows", AGREE)
def test_amounts_that_can_be_one_are_no_conflict(union_of, rows):
    graph = union_of(*(("2024", row) for row in rows))
    assert conflicts(graph) == []
    assert all("conflicts" not in data for _, data in flatten(graph).nodes(data=True))


@pytest.mark.parametrize("rows", DISAGREE)
def test_amounts_that_cannot_be_one_are_a_conflict(union_of, rows):
    assert len(conflicts(union_of(*(("2024", row) for row in rows)))) == 1


def test_one_article_can_contradict_itself_but_the_ends_of_a_range_do_not(union_of):
    body = "@总投资[[M1|5亿元]]。@总投资[[M2|8亿元]]。"
    (row,) = conflicts(union_of(("2024", body)))
    assert (row.kept, row.why) == ("8亿元", "told last, on 2024; the largest told then")
    assert conflicts(union_of(("2024", "@总投资[[M1|5亿元]]至[[M2|6亿元]]。"))) == []


def test_without_dates_the_largest_is_kept(union_of):
    (row,) = conflicts(union_of(("", total("5亿元")), ("", total("8亿元"))))
    assert (row.kept, row.why) == ("8亿元", "no article has a date; the largest told then")


def test_a_value_told_by_many_is_one_value(union_of):
    rows = [("2023", total("5亿元")), ("2024", total("5亿元")), ("2024", total("8亿元"))]
    (row,) = conflicts(union_of(*rows))
    assert (row.articles_a, row.date_a, row.articles_b) == (2, "2024", 1)


PARK = {"owner": "K1|阳泉高新区"}


def test_sums_of_a_park_over_different_projects_are_no_conflict(union_of):
    a, b = "@实施项目65个，总投资[[M1|332亿元]]。", "@签约项目16个，总投资[[M1|86亿元]]。"
    assert conflicts(union_of(("2024", a), ("2024", b), **PARK)) == []
    both = "@实施项目9个，总投资[[M1|33亿元]]，其他项目9个，总投资[[M2|8亿元]]。"
    assert conflicts(union_of(("2024", both), **PARK)) == []
    plain = ("@总投资[[M1|33亿元]]。", "@总投资[[M1|86亿元]]。")
    assert conflicts(union_of(*(("2024", row) for row in plain), **PARK)) == []


def test_sums_of_a_park_over_as_many_projects_of_one_year_are_a_conflict(union_of):
    a, b = (f"@谋划项目65个，总投资[[M1|{amount}]]。" for amount in ("332亿元", "400亿元"))
    (row,) = conflicts(union_of(("2024-01-05", a), ("2024-03-05", b), **PARK))
    assert told([row]) == [("total_investment", "332亿元", "400亿元", "400亿元")]
    assert conflicts(union_of(("2023-01-05", a), ("2024-03-05", b), **PARK)) == []


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        (("2024-02", "@2024年产值[[M1|5亿元]]。"), ("2025-02", "@2025年产值[[M1|8亿元]]。"), 0),
        (("2025-02", "@2024年产值[[M1|5亿元]]。"), ("2025-03", "@去年产值[[M1|8亿元]]。"), 1),
        (("2025-02", "@今年产值[[M1|5亿元]]。"), ("2025-08", "@今年上半年产值[[M1|2亿元]]。"), 0),
        (("2025-02", "@产值[[M1|5亿元]]。"), ("2025-08", "@产值[[M1|2亿元]]。"), 0),
        (("", "@今年产值[[M1|5亿元]]。"), ("", "@今年产值[[M1|2亿元]]。"), 0),
        (("2024", "@达产后年产值[[M1|5亿元]]。"), ("2025", "@全部达产后产值[[M1|9亿元]]。"), 1),
    ],
)
def test_amounts_of_a_year_are_compared_within_it(union_of, a, b, count):
    assert len(conflicts(union_of(a, b, relation="OUTPUT_VALUE"))) == count


# -- states


@pytest.fixture
def states_of(marked):
    def run(*rows):
        docs = []
        for i, (date, status) in enumerate(rows):
            doc = marked(f"[[P1|{PLANT}]]有进展。", source=f"{i}.txt", date=date)
            set_project_states(doc, {0: ProjectState(status, 0, 5)})
            docs.append(doc)
        return build(docs)

    return run


def test_a_completed_project_under_construction_later_is_a_conflict(states_of):
    rows = [("2024-03-01", "completed"), ("2024-06", "under_construction")]
    (row,) = conflicts(states_of(*rows))
    assert told([row]) == [("status", "completed", "under_construction", "under_construction")]
    assert (row.date_a, row.date_b, row.why) == ("2024-03-01", "2024-06", "told last, on 2024-06")
    assert row.sentence_a == f"{PLANT}有进展。"


@pytest.mark.parametrize(
    "rows",
    [
        [("2024-03", "signed"), ("2024-06", "started"), ("2025", "completed")],
        [("2024-03", "under_construction"), ("2024-06", "started")],
        [("2024", "completed"), ("2024-06", "started")],
        [("", "completed"), ("2024-06", "started")],
        [("2024-06", "completed"), ("2024-06", "started")],
        [("2024-03", "completed"), ("2024-06", "none")],
    ],
)
def test_progress_and_what_no_date_orders_is_no_conflict(states_of, rows):
    assert conflicts(states_of(*rows)) == []


# -- laws


AMOUNTS = st.fixed_dictionaries({
    "low": st.decimals(1, 1000, places=1).map(str),
    "high": st.decimals(1000, 2000, places=1).map(str),
    "currency": st.sampled_from(["CNY", "USD"]),
    "bound": st.sampled_from(["exact", "about", "over", "under", "upto"]),
})  # fmt: skip


@given(AMOUNTS, AMOUNTS, st.decimals(0, 1))
def test_agreement_has_no_side_and_a_range_agrees_with_what_it_holds(a, b, share):
    assert agree(a, b) == agree(b, a)
    low, high = Decimal(a["low"]), Decimal(a["high"])
    inside = str(low + (high - low) * share)
    assert agree(a, a | {"low": inside, "high": inside})


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "2023", "2024", "2024-05-10"]),
            st.sampled_from(["5亿元", "6亿元", "8亿元", "3亿美元", "4至5亿元"]),
            st.sampled_from(STATUSES),
        ),
        max_size=5,
    )
)
def test_conflicts_hang_on_no_order_and_survive_merging(marked, rows):
    docs = []
    for i, (date, amount, status) in enumerate(rows):
        doc = make_amounts(
            marked(f"[[P1|{PLANT}]]总投资[[M1|{amount}]]。", "P1 TOTAL_INVESTMENT M1",
                   source=f"{i}.txt", date=date)
        )  # fmt: skip
        set_project_states(doc, {0: ProjectState(status, 0, 5)})
        docs.append(doc)
    found = conflicts(build(docs))
    assert found == conflicts(build(docs[::-1]))
    assert found == conflicts(merge(build(docs), build(docs[1:])))
    for row in found:
        assert row.value_a != row.value_b
    counts = [data.get("conflicts", 0) for _, data in flatten(build(docs)).nodes(data=True)]
    assert sum(counts) == len(found)
    assert all(len(conflicts(build(part))) <= len(found) for part in permutations(docs, 1))


def test_the_table_is_read_back(union_of, tmp_path):
    found = conflicts(union_of(("2024", total("5亿元", "=总投资")), ("", total("8亿元"))))
    assert len(found) == 1
    write_conflicts(found, tmp_path / "conflicts.csv")
    assert read_conflicts(tmp_path) == found
    write_conflicts([], tmp_path / "conflicts.csv")
    assert read_conflicts(tmp_path / "conflicts.csv") == []


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "id\n", "\x00"])
def test_another_file_is_no_table_of_conflicts(text, tmp_path):
    path = tmp_path / "conflicts.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"conflicts\.csv: no table of conflicts"):
        read_conflicts(path)
