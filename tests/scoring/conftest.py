"""What the tests of scores share: pairs of Docs from marked text, and a case worked out by hand."""

import pytest
from drawing import judged

from zonekg.docs import bare_copy, relations, set_confidences, set_relations
from zonekg.scoring.mentions import marks


@pytest.fixture
def pair(marked):
    """A function: (predicted, gold) marked text and relations -> the pair of Docs."""

    def make(predicted, gold):
        one, other = marked(*predicted), marked(*gold)
        assert one.text == other.text
        return one, other

    return make


@pytest.fixture
def by_hand(pair):
    """Three documents, whose figures are worked out in the tests that use them.

    1  康佳: boundary; 甲项目, 3亿元: correct; 辛产业: boundary and type.
       INVESTS_IN: its ORG is no gold mention, and gold's was not found; TOTAL_INVESTMENT: correct;
       LOCATED_IN: missed, its PARK was not found.
    2  乙项目, 丙产业园 twice: correct; 丁高新区: type.
       LOCATED_IN: 乙 in 丙 correct; 丙 in 丁 and so 乙 in 丁 missed, 丁 was not found as a PARK;
       COOPERATES_WITH: 丁 as an ORG is no gold mention.
    3  戊公司 twice, 己公司, 庚项目: correct; 建设: spurious; 5亿元, 1亿元: missed.
       BUILDS: type, predicted as INVESTS_IN; COOPERATES_WITH: missed; INVESTS_IN of 己: spurious;
       OUTPUT_VALUE, TAX: missed, the amounts were not found.

    Mentions: 14 gold, 13 predicted, 9 right. Facts: 10 gold, 6 predicted, 2 right.
    Right mentions are sure (1.0), wrong ones half (0.5).
    """
    first = pair(
        ["[[O1|康佳]]集团投资[[P1|甲项目]]，总投资[[M1|3亿元]]，在[[P2|辛产业]]园。",
         "O1 INVESTS_IN P1", "P1 TOTAL_INVESTMENT M1"],
        ["[[O1|康佳集团]]投资[[P1|甲项目]]，总投资[[M1|3亿元]]，在[[K1|辛产业园]]。",
         "O1 INVESTS_IN P1", "P1 TOTAL_INVESTMENT M1", "P1 LOCATED_IN K1"],
    )  # fmt: skip
    second = pair(
        ["[[P1|乙项目]]在[[K1|丙产业园]]，[[K1|丙产业园]]在[[O1|丁高新区]]。",
         "P1 LOCATED_IN K1", "O1 COOPERATES_WITH K1"],
        ["[[P1|乙项目]]在[[K1|丙产业园]]，[[K1|丙产业园]]在[[K2|丁高新区]]。",
         "P1 LOCATED_IN K1", "K1 LOCATED_IN K2"],
    )  # fmt: skip
    third = pair(
        ["[[O1|戊公司]]与[[O2|己公司]]签约。[[O1|戊公司]][[K1|建设]][[P1|庚项目]]，产值5亿元，税收1亿元。",
         "O1 INVESTS_IN P1", "O2 INVESTS_IN P1"],
        ["[[O1|戊公司]]与[[O2|己公司]]签约。[[O1|戊公司]]建设[[P1|庚项目]]，产值[[M1|5亿元]]，税收[[M2|1亿元]]。",
         "O1 COOPERATES_WITH O2", "O1 BUILDS P1", "P1 OUTPUT_VALUE M1", "P1 TAX M2"],
    )  # fmt: skip
    # between the mentions of gold: one fact of the first, all of the second, none of the third
    kept = [
        [row for row in relations(first[1]) if row.label == "INVESTS_IN"],
        relations(second[1]),
        [],
    ]
    rows = []
    for (predicted, gold), given_rows in zip((first, second, third), kept, strict=True):
        gold.user_data["meta"] = {"genre": "notice" if given_rows == [] else "brief"}
        known = set(marks(gold))
        set_confidences(predicted, [1.0 if m in known else 0.5 for m in marks(predicted)])
        given = bare_copy(gold)
        set_relations(given, given_rows)
        rows.append((predicted, gold, given))
    return judged(rows)
