import pytest

from zonekg.annotate.corpus import read_docs
from zonekg.articles import Article, Piece
from zonekg.components.aliases import make_aliases
from zonekg.components.amounts import make_amounts
from zonekg.docs import (
    relations,
    set_article,
    set_confidences,
    set_project_states,
    set_relations,
)
from zonekg.graph.build import build, merge
from zonekg.graph.check import check_graphml
from zonekg.graph.flat import flatten, summary
from zonekg.graph.gephi import write_graphml
from zonekg.graph.states import state_row, united
from zonekg.ingest import read_pages
from zonekg.states import Event, ProjectState

PLANT = "年产10万吨钠离子电池产业化项目"


@pytest.fixture
def docs_of(marked):
    """A function: (source, date, marked text, relations...) rows -> Docs."""

    def run(*rows):
        docs = []
        for source, date, body, *facts in rows:
            doc = marked(body, *facts, source=source, date=date, title=f"题{source}")
            docs.append(make_aliases(make_amounts(doc)))
        return docs

    return run


@pytest.fixture
def flat_of(docs_of):
    return lambda *rows, **options: flatten(build(docs_of(*rows)), **options)


def node(flat, label):
    (found,) = [data for _, data in flat.nodes(data=True) if data["label"] == label]
    return found


def money(data):
    kinds = ("total_investment", "annual_investment", "output_value", "tax")
    return {key: value for key, value in data.items() if key.startswith(kinds)}


def test_every_kind_of_amount_is_a_column_of_its_owner_in_yuan(flat_of):
    flat = flat_of(
        ("a.txt", "", f"[[P1|{PLANT}]]总投资约[[M1|12.5亿元]]，今年投资[[M2|2亿元]]，"
         "产值[[M3|20亿元]]，税收[[M4|8000万元]]。",
         "P1 TOTAL_INVESTMENT M1", "P1 ANNUAL_INVESTMENT M2",
         "P1 OUTPUT_VALUE M3", "P1 TAX M4"),
    )  # fmt: skip
    assert money(node(flat, PLANT)) == {
        "total_investment_cny": 1_250_000_000.0,
        "total_investment_text": "约12.5亿元",
        "annual_investment_cny": 200_000_000.0,
        "annual_investment_text": "2亿元",
        "output_value_cny": 2_000_000_000.0,
        "output_value_text": "20亿元",
        "tax_cny": 80_000_000.0,
        "tax_text": "8000万元",
    }


def test_dollars_stay_dollars(flat_of):
    flat = flat_of(
        ("a.txt", "", f"[[P1|{PLANT}]]总投资[[M1|3亿美元]]。", "P1 TOTAL_INVESTMENT M1"),
        ("b.txt", "", f"[[P1|{PLANT}]]总投资[[M1|21亿元]]。", "P1 TOTAL_INVESTMENT M1"),
    )
    data = money(node(flat, PLANT))
    assert data["total_investment_usd"] == 300_000_000.0
    assert data["total_investment_cny"] == 2_100_000_000.0
    assert set(data["total_investment_text"].split("; ")) == {"3亿美元", "21亿元"}


def test_a_range_has_both_ends(flat_of):
    flat = flat_of(
        ("a.txt", "", f"[[P1|{PLANT}]]总投资[[M1|5亿至8亿元]]。", "P1 TOTAL_INVESTMENT M1")
    )
    assert money(node(flat, PLANT)) == {
        "total_investment_cny": 500_000_000.0,
        "total_investment_cny_max": 800_000_000.0,
        "total_investment_text": "5亿至8亿元",
    }


OLD = ("a.txt", "2023-01-31", f"[[P1|{PLANT}]]总投资[[M1|5至8亿元]]。", "P1 TOTAL_INVESTMENT M1")
NEW = ("b.txt", "2024-05-10", f"[[P1|{PLANT}]]总投资超[[M1|9亿元]]。", "P1 TOTAL_INVESTMENT M1")


@pytest.mark.parametrize("rows", [(OLD, NEW), (NEW, OLD)])
def test_the_newest_article_gives_the_number_and_all_give_the_text(flat_of, rows):
    assert money(node(flat_of(*rows), PLANT)) == {
        "total_investment_cny": 900_000_000.0,
        "total_investment_text": "5至8亿元; 超9亿元",
    }


def test_an_article_without_date_gives_way_to_one_with(flat_of):
    undated = ("z.txt", "", *NEW[2:])
    flat = flat_of(undated, OLD)
    assert node(flat, PLANT)["total_investment_cny"] == 500_000_000.0
    assert node(flat, PLANT)["total_investment_cny_max"] == 800_000_000.0


def test_a_year_alone_is_older_than_a_day_in_it(flat_of):
    year = ("z.txt", "2023", *NEW[2:])
    assert node(flat_of(year, OLD), PLANT)["total_investment_cny"] == 500_000_000.0


def test_amounts_carry_their_sentences(flat_of):
    sentences = node(flat_of(NEW, OLD), PLANT)["amounts_evidence"].split(" || ")
    assert sentences == [
        f"总投资5至8亿元：{PLANT}总投资5至8亿元。",
        f"总投资9亿元：{PLANT}总投资超9亿元。",
    ]
    plain = flat_of(("a.txt", "", f"[[P1|{PLANT}]]开工。"))
    assert "amounts_evidence" not in node(plain, PLANT)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_sums_in_one_article_the_whole_gives_the_number(flat_of, order):
    clauses = ("项目65个总投资[[M1|332亿元]]。", "市级项目16个总投资[[M2|86.27亿元]]。")
    body = "[[K1|阳泉高新区]]" + "[[K1|阳泉高新区]]".join(clauses[i] for i in order)
    row = ("a.txt", "", body, "K1 TOTAL_INVESTMENT M1", "K1 TOTAL_INVESTMENT M2")
    assert node(flat_of(row), "阳泉高新区")["total_investment_cny"] == 33_200_000_000.0


# -- money as nodes


def test_money_nodes_on_request_only(flat_of):
    without, with_money = flat_of(OLD), flat_of(OLD, money_nodes=True)
    assert {data["entity_type"] for _, data in without.nodes(data=True)} == {"PROJECT"}
    ((_, data),) = [row for row in with_money.nodes(data=True) if row[1]["entity_type"] == "MONEY"]
    assert (data["label"], data["amount_cny"], data["amount_cny_max"]) == ("5至8亿元", 5e8, 8e8)
    ((head, tail, edge),) = with_money.edges(data=True)
    assert with_money.nodes[head]["label"] == PLANT
    assert (edge["relation"], edge["label"]) == ("TOTAL_INVESTMENT", "总投资")
    assert edge["evidence"] == f"{PLANT}总投资5至8亿元。"
    assert money(node(with_money, PLANT)) == money(node(without, PLANT))
    assert tail in with_money


def test_one_sum_of_two_owners_is_two_nodes(flat_of):
    row = ("a.txt", "", "[[O1|康佳集团]]纳税[[M1|1亿元]]，[[O2|太钢集团]]纳税[[M2|1亿元]]。",
           "O1 TAX M1", "O2 TAX M2")  # fmt: skip
    flat = flat_of(row, money_nodes=True)
    assert summary(flat)["nodes"] == {"all": 4, "MONEY": 2, "ORG": 2}
    assert summary(flat)["components"] == {"all": 2, "largest": 2, "single nodes": 0}


def test_yuan_and_dollars_of_one_owner_are_two_nodes(flat_of):
    row = ("a.txt", "", "[[O1|康佳集团]]纳税[[M1|1亿元]]，纳税[[M2|1亿美元]]。",
           "O1 TAX M1", "O1 TAX M2")  # fmt: skip
    flat = flat_of(row, money_nodes=True)
    amounts = [data for _, data in flat.nodes(data=True) if data["entity_type"] == "MONEY"]
    assert sorted(data["label"] for data in amounts) == ["1亿元", "1亿美元"]


def test_one_amount_that_two_articles_tell_is_one_node_with_both_as_evidence(flat_of):
    second = ("c.txt", "2024-06-01", *OLD[2:])
    flat = flat_of(OLD, second, money_nodes=True)
    ((_, data),) = [row for row in flat.nodes(data=True) if row[1]["entity_type"] == "MONEY"]
    assert data["articles"] == 2
    ((*_, edge),) = flat.edges(data=True)
    assert (edge["evidence_count"], edge["weight"]) == (2, 2.0)
    assert (edge["first_date"], edge["last_date"]) == ("2023-01-31", "2024-06-01")


# -- nodes and edges

SIGNED = (
    "a.txt", "2024-05-10", "[[O1|康佳集团有限公司]]与[[K1|阳泉高新区]]签约。[[O1|康佳]]很大。",
    "O1#1 COOPERATES_WITH K1",
)  # fmt: skip
LATER = ("b.txt", "2024-05-12", "[[K1|阳泉高新区]]与[[O1|康佳集团]]签约。", "K1 COOPERATES_WITH O1")


def test_a_node_tells_names_mentions_places_and_dates(docs_of):
    docs = docs_of(SIGNED, LATER)
    set_confidences(docs[0], [0.5, 0.25, 0.75])
    set_confidences(docs[1], [0.25, 0.25])
    flat = flatten(build(docs))
    (data,) = [row for _, row in flat.nodes(data=True) if row["entity_type"] == "ORG"]
    assert data == {
        "label": "康佳集团有限公司",
        "entity_type": "ORG",
        "kind": "company",
        "names": "康佳; 康佳集团; 康佳集团有限公司",
        "mentions": 3,
        "articles": 2,
        "confidence": 0.75,
        "first_date": "2024-05-10",
        "last_date": "2024-05-12",
        "sources": data["sources"],
    }
    places = ["a.txt:0-8", "a.txt:17-19", "b.txt:6-10"]
    assert sorted(data["sources"].split("; ")) == places


def test_an_edge_tells_its_evidence_in_the_order_of_dates(docs_of):
    docs = docs_of(LATER, SIGNED)
    for doc, score in zip(docs, (0.5, 0.75), strict=True):
        set_relations(doc, [row._replace(score=score) for row in relations(doc)])
    ((*_, data),) = flatten(build(docs)).edges(data=True)
    assert data == {
        "relation": "COOPERATES_WITH",
        "label": "合作",
        "weight": 2.0,
        "symmetric": True,
        "evidence": "康佳集团有限公司与阳泉高新区签约。 || 阳泉高新区与康佳集团签约。",
        "evidence_count": 2,
        "titles": "题a.txt || 题b.txt",
        "sources": "a.txt:0-17 || b.txt:0-13",
        "confidence": 0.75,
        "first_date": "2024-05-10",
        "last_date": "2024-05-12",
    }


def test_the_weight_is_the_number_of_articles(flat_of):
    row = ("a.txt", "",
           "[[O1|康佳集团]]在[[K1|阳泉高新区]]。[[O2|康佳集团有限公司]]在[[K1|阳泉高新区]]。",
           "O1 LOCATED_IN K1#1", "O2 LOCATED_IN K1#2")  # fmt: skip
    ((*_, data),) = flat_of(row).edges(data=True)
    assert (data["weight"], data["evidence_count"], data["symmetric"]) == (1.0, 2, False)
    assert "first_date" not in data


def test_flattening_changes_nothing_and_hangs_on_no_order(docs_of):
    docs = docs_of(OLD, NEW, SIGNED, LATER)
    graph = build(docs)
    before = str(list(graph.nodes(data=True))) + str(list(graph.edges(data=True)))
    one = flatten(graph, money_nodes=True)
    assert str(list(graph.nodes(data=True))) + str(list(graph.edges(data=True))) == before
    other = flatten(merge(build(docs[2:]), build(docs[1::-1])), money_nodes=True)
    assert list(one.nodes(data=True)) == list(other.nodes(data=True))
    assert list(one.edges(keys=True, data=True)) == list(other.edges(keys=True, data=True))


def test_nothing_in_nothing_out():
    flat = flatten(build([]), money_nodes=True)
    assert summary(flat) == {
        "nodes": {"all": 0},
        "edges": {"all": 0},
        "components": {"all": 0, "largest": 0, "single nodes": 0},
    }


# -- states of projects


@pytest.fixture
def project_of(marked):
    """A function: (date, state) of articles on one project -> its node, flat."""

    def run(*told):
        docs = []
        for i, (date, state) in enumerate(told):
            doc = marked(f"甲区消息。[[P1|{PLANT}]]有进展。", source=f"{i}.txt", date=date)
            set_project_states(doc, {0: state})
            docs.append(doc)
        flat = flatten(build(docs))
        assert list(flat.nodes(data=True)) == list(flatten(build(docs[::-1])).nodes(data=True))
        return node(flat, PLANT)

    return run


ARTICLE = Article("a", "题", "甲区消息。", "a.txt", pieces=(Piece(0, 0, 5),))
SIGNED_ONCE = ProjectState(
    "signed", 0, 4, (Event("signed", "2024-02"), Event("completed", "2025", True))
)
STARTED = ProjectState("started", 5, 7, (Event("started", "2024-06-01"),))
DONE = ProjectState("completed", 5, 7, (Event("completed", "2025-03"),))


def test_a_project_has_its_status_its_events_and_the_sentence(project_of):
    data = project_of(("2024-03-01", SIGNED_ONCE))
    assert data["status"] == "signed"
    assert data["events"] == "signed 2024-02; completed 2025 (planned)"
    assert data["status_evidence"] == "甲区消息。"


def test_the_newest_article_tells_the_status(project_of):
    assert project_of(("2024-03-01", DONE), ("2024-06-02", STARTED))["status"] == "started"
    assert project_of(("", DONE), ("2024", STARTED))["status"] == "started"


def test_of_one_day_the_more_advanced_status_counts(project_of):
    assert project_of(("2024-03-01", STARTED), ("2024-03-01", SIGNED_ONCE))["status"] == "started"


def test_an_article_that_tells_no_status_hides_none(project_of):
    assert (
        project_of(("2024-03-01", STARTED), ("2025-01-01", ProjectState()))["status"] == "started"
    )


def test_events_of_all_articles_stand_together_and_steps_taken_are_planned_no_more(project_of):
    data = project_of(("2024-03-01", SIGNED_ONCE), ("2024-06-02", STARTED), ("2025-04-01", DONE))
    assert data["events"] == "signed 2024-02; started 2024-06-01; completed 2025-03"


def test_a_project_without_status_has_no_column_for_it(project_of):
    assert not {"status", "events", "status_evidence"} & set(project_of(("", ProjectState())))


def test_of_two_states_of_one_thing_the_more_advanced_stands_with_the_events_of_both():
    rows = [
        state_row(state, "甲区消息。", ARTICLE, [(0, 5)]) for state in (SIGNED_ONCE, STARTED, DONE)
    ]
    assert united(None, rows[0]) == rows[0]
    both = united(rows[1], rows[0])
    assert both == united(rows[0], rows[1]) == united(both, rows[0])
    assert both["status"] == "started"
    assert [event["status"] for event in both["events"]] == ["signed", "started", "completed"]
    assert united(both, rows[2]) == united(rows[0], united(rows[1], rows[2]))


def test_states_open_in_gephi(project_of, marked, tmp_path):
    doc = marked(f"甲区消息。[[P1|{PLANT}]]有进展，[[O1|乙公司]]出力。", "O1 INVESTS_IN P1")
    set_project_states(doc, {0: SIGNED_ONCE})
    write_graphml(flatten(build([doc])), tmp_path / "graph.graphml")
    assert check_graphml(tmp_path / "graph.graphml") == []
    text = (tmp_path / "graph.graphml").read_text("utf-8")
    assert '<key id="n_status" for="node" attr.name="status" attr.type="string"/>' in text
    assert "signed 2024-02; completed 2025 (planned)" in text


# -- the seed pages


@pytest.fixture(scope="session")
def seed_docs(root, nlp):
    articles = {one.text: one for page in read_pages(root / "seeds") for one in page}
    docs = list(read_docs(root / "annotations" / "seeds" / "gold.jsonl", nlp))
    for doc in docs:
        set_article(make_amounts(doc), articles[doc.text])
    return docs


@pytest.mark.parametrize("money_nodes", [False, True])
def test_the_graph_of_the_seed_pages_is_plain_and_opens_in_gephi(seed_docs, tmp_path, money_nodes):
    flat = flatten(build(seed_docs), money_nodes=money_nodes)
    rows = [data for _, data in flat.nodes(data=True)] + [
        data for *_, data in flat.edges(data=True)
    ]
    assert {type(value) for data in rows for value in data.values()} == {str, float, int, bool}
    assert len({key for *_, key in flat.edges(keys=True)}) == flat.number_of_edges() > 50
    write_graphml(flat, tmp_path / "graph.graphml")
    assert check_graphml(tmp_path / "graph.graphml") == []


def test_the_summary_counts_what_is_there(seed_docs):
    flat = flatten(build(seed_docs), money_nodes=True)
    counts = summary(flat)
    for name, rows in (("nodes", flat.nodes), ("edges", flat.edges)):
        told = dict(counts[name])
        assert told.pop("all") == len(rows) == sum(told.values())
        assert list(told) == sorted(told)
    assert set(counts["nodes"]) == {"all", "ORG", "PARK", "PROJECT", "MONEY"}
    assert counts["components"]["largest"] <= len(flat)
