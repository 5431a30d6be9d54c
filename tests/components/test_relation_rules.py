import pytest
import spacy
from spacy.training import Example

from zonekg.annotate.corpus import read_corpus, read_docs
from zonekg.components.aliases import make_aliases
from zonekg.components.relation_rules import RelationRules, claims
from zonekg.docs import relations, set_relations
from zonekg.evaluation import evaluate
from zonekg.schema import default_schema

HEADLINE = "[[K1|阳泉高新区]]发力提速\n连日来，[[K1|阳泉高新区]]一片忙碌。\n"


@pytest.fixture
def facts(marked):
    """A function: marked text -> the facts that the rules find, as (head, label, tail) by name."""

    def run(body, rules=None):
        doc = marked(body)
        set_relations(doc, [])
        found = (rules or RelationRules("relations", 0.4))(make_aliases(doc))
        return named(found)

    return run


def named(doc):
    return {(doc.ents[r.head].text, r.label, doc.ents[r.tail].text) for r in relations(doc)}


# -- whose amount


def test_the_sum_of_many_projects_is_the_parks(facts):
    """The sum trap: 65 projects cost 332亿元 together."""
    body = "今年，[[K1|阳泉高新区]]谋划项目65个，总投资[[M1|332亿元]]，年度计划投资[[M2|50亿元]]。"
    sums = {
        ("阳泉高新区", "TOTAL_INVESTMENT", "332亿元"),
        ("阳泉高新区", "ANNUAL_INVESTMENT", "50亿元"),
    }
    assert facts(body) == sums
    after_a_project = "[[P1|晋川锂电池项目]]开工。" + body
    amounts = {fact for fact in facts(after_a_project) if fact[2].endswith("亿元")}
    assert amounts == sums


def test_the_sum_goes_to_the_park_of_the_article_where_none_is_near(facts):
    found = facts(HEADLINE + "[[P1|甲路改造项目]]开工。今年谋划项目65个，总投资[[M1|332亿元]]。")
    assert ("阳泉高新区", "TOTAL_INVESTMENT", "332亿元") in found
    assert ("甲路改造项目", "TOTAL_INVESTMENT", "332亿元") not in found


@pytest.mark.parametrize("whose", ["全市", "全省", "阳泉市"])
def test_the_sum_of_a_city_belongs_to_no_park(facts, whose):
    body = HEADLINE + f"今年，{whose}签约项目65个，总投资[[M1|332亿元]]。"
    assert facts(body) == set()


def test_a_project_has_its_own_amounts(facts):
    body = (
        "[[P1|锂电池生产线项目]]总投资[[M1|10亿元]]，年内计划完成投资[[M2|2亿元]]，"
        "达产后年产值[[M3|20亿元]]，年税收[[M4|1亿元]]。"
    )
    assert facts(body) == {
        ("锂电池生产线项目", "TOTAL_INVESTMENT", "10亿元"),
        ("锂电池生产线项目", "ANNUAL_INVESTMENT", "2亿元"),
        ("锂电池生产线项目", "OUTPUT_VALUE", "20亿元"),
        ("锂电池生产线项目", "TAX", "1亿元"),
    }


def test_what_a_company_earns_and_pays(facts):
    body = "[[O1|康佳集团]]2023年实现营业收入[[M1|20亿元]]，纳税[[M2|1亿元]]。"
    assert facts(body) == {
        ("康佳集团", "OUTPUT_VALUE", "20亿元"),
        ("康佳集团", "TAX", "1亿元"),
    }


def test_an_amount_before_its_project(facts):
    body = "[[O1|康佳集团]]投资[[M1|3亿美元]]建设[[P1|显示器生产线项目]]。"
    assert facts(body) == {
        ("康佳集团", "INVESTS_IN", "显示器生产线项目"),
        ("显示器生产线项目", "TOTAL_INVESTMENT", "3亿美元"),
    }


@pytest.mark.parametrize(
    "words", ["累计完成投资", "累计投资", "获得补贴", "年租金", "注册资本", "中标价", "利润"]
)
def test_other_amounts_are_nobodys(facts, words):
    assert facts(f"[[P1|锂电池生产线项目]]{words}[[M1|10亿元]]。") == set()


def test_an_amount_has_one_owner(facts):
    body = "[[P1|甲项目]]由[[O1|康佳集团]]投资，总投资[[M1|10亿元]]，[[P2|乙项目]]随后开工。"
    owners = [fact for fact in facts(body) if fact[2] == "10亿元"]
    assert owners == [("甲项目", "TOTAL_INVESTMENT", "10亿元")]


# -- where


@pytest.mark.parametrize(
    "body",
    [
        "[[K1|阳泉高新区]]重点推进[[P1|甲路改造]]、[[P2|乙桥]]和[[P3|丙厂房]]等项目。",
        "[[P1|甲路改造]]、[[P2|乙桥]]、[[P3|丙厂房]]等项目落户[[K1|阳泉高新区]]。",
    ],
)
def test_every_item_of_a_list_that_dengxiangmu_closes(facts, body):
    items = ("甲路改造", "乙桥", "丙厂房")
    assert facts(body) == {(item, "LOCATED_IN", "阳泉高新区") for item in items}


def test_the_split_rule_for_parks(facts):
    assert facts("[[K1|中北高新区]][[P1|硅片生产基地项目]]开工。") == {
        ("硅片生产基地项目", "LOCATED_IN", "中北高新区")
    }
    assert facts("[[K1|西咸新区]][[K2|秦汉新城]]开工。") == {("秦汉新城", "LOCATED_IN", "西咸新区")}


def test_a_project_lies_in_the_park_of_the_article(facts):
    assert facts(HEADLINE + "[[P1|锂电池生产线项目]]现场，工人安装设备。") == {
        ("锂电池生产线项目", "LOCATED_IN", "阳泉高新区")
    }
    assert facts("本报讯\n[[P1|锂电池生产线项目]]现场，工人安装设备。") == set()


@pytest.mark.parametrize("words", ["落户", "位于", "入驻"])
def test_who_settles_in_a_park(facts, words):
    assert facts(f"[[O1|康佳集团]]{words}[[K1|阳泉高新区]]。") == {
        ("康佳集团", "LOCATED_IN", "阳泉高新区")
    }


def test_the_body_of_a_zone_lies_in_it(facts):
    assert facts("[[K1|阳泉高新区]]提速。[[O1|阳泉高新区管委会]]表示。") == {
        ("阳泉高新区管委会", "LOCATED_IN", "阳泉高新区")
    }


def test_two_parks_do_not_lie_in_each_other(facts):
    found = facts("[[K1|甲高新区]][[K2|乙产业园]]开工。[[K2|乙产业园]][[K1|甲高新区]]。")
    assert len([fact for fact in found if fact[1] == "LOCATED_IN"]) == 1


# -- who


def test_the_split_rule_for_investors(facts):
    assert facts("[[O1|领卓医药集团]][[P1|全球联动综合体项目]]签约。") == {
        ("领卓医药集团", "INVESTS_IN", "全球联动综合体项目")
    }


@pytest.mark.parametrize(
    "body",
    [
        "[[O1|康佳集团]]投资建设[[P1|显示器项目]]。",
        "[[P1|显示器项目]]由[[O1|康佳集团]]投资建设。",
        "[[P1|显示器项目]]招标公告\n建设单位：[[O1|康佳集团]]",
        "[[O1|康佳集团]]表示支持。[[P1|显示器项目]]今年由[[O1|康佳]]实施。",
    ],
)
def test_who_invests(facts, body):
    found = {(head[:2], label, tail) for head, label, tail in facts(body)}
    assert found == {("康佳", "INVESTS_IN", "显示器项目")}


def test_a_brand_in_the_name_of_a_project(facts):
    body = "[[O1|太行世纪]]是链主企业。\n今年，[[P1|太行世纪固态电池生产线项目]]开工。"
    assert facts(body) == {("太行世纪", "INVESTS_IN", "太行世纪固态电池生产线项目")}


def test_all_projects_of_an_investors_list(facts):
    body = "[[O1|山西建投]]实施的[[P1|甲路改造]]、[[P2|乙桥]]和[[P3|丙厂房]]等项目开工。"
    items = ("甲路改造", "乙桥", "丙厂房")
    assert facts(body) == {("山西建投", "INVESTS_IN", item) for item in items}


@pytest.mark.parametrize(
    "body",
    [
        "[[P1|锂电池项目]]由[[O1|中建八局]]承建。",
        "[[O1|中建八局公司]]承建[[P1|锂电池项目]]。",
        "[[O1|中建八局]]承建[[P1|锂电池项目]]。",
        "[[P1|锂电池项目]]开工，施工单位：[[O1|中建八局]]。",
    ],
)
def test_who_builds_does_not_invest(facts, body):
    found = {(head.removesuffix("公司"), label, tail) for head, label, tail in facts(body)}
    assert found == {("中建八局", "BUILDS", "锂电池项目")}


def test_who_signs(facts):
    assert facts("[[O1|康佳集团]]与[[K1|阳泉高新区]]签约。") == {
        ("康佳集团", "COOPERATES_WITH", "阳泉高新区")
    }
    assert facts("[[O1|阳泉城投公司]]与[[O2|康佳集团]]签订战略合作协议。") == {
        ("阳泉城投公司", "COOPERATES_WITH", "康佳集团")
    }
    assert facts("[[O1|阳泉城投公司]]与[[O2|康佳集团]]都在名单上。") == set()


def test_one_fact_stands_once_however_often_it_is_told(facts, marked):
    body = "[[O1|康佳集团]]与[[K1|阳泉高新区]]签约。[[K1|阳泉高新区]]与[[O1|康佳集团]]签约。"
    doc = make_aliases(marked(body))
    assert len(relations(RelationRules("relations", 0.0)(doc))) == 1


def test_words_inside_names_trigger_no_rule(facts):
    assert facts("[[O1|签约投资公司]]来到[[O2|合作建设银行]]。") == set()


def test_a_text_without_mentions(facts, nlp):
    assert relations(RelationRules("relations", 0.4)(nlp(""))) == []
    assert facts("没有名字。") == set()


# -- legal, sure and learnt


def test_only_claims_that_the_schema_allows(root, nlp):
    schema = default_schema()
    count = 0
    for doc in read_docs(root / "annotations" / "seeds" / "gold.jsonl", nlp):
        for claim in claims(doc):
            head, tail = doc.ents[claim.head].label_, doc.ents[claim.tail].label_
            assert schema.allows(claim.label, head, tail)
            count += 1
    assert count > 50


SPLIT = "[[O1|领卓医药集团]][[P1|综合体项目]]亮相。"


@pytest.fixture
def examples(marked, nlp):
    """The rule of the name in front of a name, right twice and wrong once."""
    rows = [("O1 INVESTS_IN P1",), ("O1 INVESTS_IN P1",), ("O1 BUILDS P1",)]
    docs = [marked(SPLIT, *row) for row in rows]
    return [Example(nlp.make_doc(doc.text), doc) for doc in docs]


def test_the_confidence_of_a_rule_is_its_smoothed_precision(examples, marked):
    rules = RelationRules("relations", 0.4)
    rules.initialize(lambda: examples)
    doc = make_aliases(marked(SPLIT))
    names = {claim.rule for claim in claims(doc)}
    assert names
    assert {rules.precision[name] for name in names} == {0.6}  # (2 + 1) / (3 + 2)
    assert {row.score for row in relations(rules(doc))} == {0.6}


def test_learning_leaves_the_examples_alone(examples):
    before = [example.reference.to_bytes() for example in examples]
    RelationRules("relations", 0.4).initialize(lambda: examples)
    assert [example.reference.to_bytes() for example in examples] == before


def test_unsure_rules_are_left_out(examples, facts):
    strict = RelationRules("relations", 0.7)
    assert facts(SPLIT, strict) == set()  # 0.5 before anything is learnt
    strict.initialize(lambda: examples)
    assert facts(SPLIT, strict) == set()
    strict.threshold = 0.6
    assert facts(SPLIT, strict) == {("领卓医药集团", "INVESTS_IN", "综合体项目")}


def test_what_was_learnt_comes_back_from_disk_and_bytes(examples, tmp_path):
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_relation_rules", name="relations", config={"threshold": 0.55})
    rules = nlp.get_pipe("relations")
    rules.initialize(lambda: examples)
    assert rules.precision
    nlp.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model").get_pipe("relations")
    assert (loaded.precision, loaded.threshold) == (rules.precision, 0.55)
    again = RelationRules("relations", 0.55).from_bytes(rules.to_bytes())
    assert again.precision == rules.precision


def test_the_floor_on_the_development_documents(root):
    """Rules that get worse than this should not be shipped."""
    nlp = spacy.blank("zh")
    nlp.add_pipe("zonekg_aliases")
    rules = nlp.add_pipe("zonekg_relation_rules")
    annotations = root / "annotations"
    rules.initialize(lambda: read_corpus(str(annotations / "train"))(nlp))
    gold = list(read_docs(annotations / "dev", nlp))
    micro = evaluate(nlp, gold).numbers["relations"]["gold entities"]["micro"]
    assert micro["gold"] > 500
    assert micro["f"] > 65
