"""Every number of three documents, worked out by hand; conftest.by_hand tells what is in them."""

from drawing import SCHEMA, numbers

from zonekg.scoring.breakdown import NONE, errors, scores
from zonekg.scoring.facts import FACT_ERRORS
from zonekg.scoring.mentions import MENTION_ERRORS


def figures(row):
    """Precision, recall and F, without counts and intervals."""
    return row["p"], row["r"], row["f"]


def test_scores_by_hand(by_hand):
    found = scores(by_hand, SCHEMA, resamples=10)
    strict = found["entities"]["strict"]
    # 9 of 13 predicted, 9 of 14 gold: F = 18/27
    assert figures(strict["micro"]) == (69.23, 64.29, 66.67)
    assert (strict["micro"]["predicted"], strict["micro"]["gold"]) == (13, 14)
    assert strict["micro"]["documents"] == 3
    assert figures(strict["ORG"]) == (60.0, 75.0, 66.67)  # 3 of 5, 3 of 4
    assert figures(strict["PARK"]) == (66.67, 50.0, 57.14)  # 2 of 3, 2 of 4: 4/7
    assert figures(strict["PROJECT"]) == (75.0, 100.0, 85.71)  # 3 of 4, 3 of 3: 6/7
    assert figures(strict["MONEY"]) == (100.0, 33.33, 50.0)  # 1 of 1, 1 of 3: 2/4
    # 康佳 overlaps 康佳集团; 辛产业 and 丁高新区 have other labels
    relaxed = found["entities"]["relaxed"]
    assert figures(relaxed["micro"]) == (76.92, 71.43, 74.07)  # 10 of 13, 10 of 14: 20/27
    assert figures(relaxed["ORG"]) == (80.0, 100.0, 88.89)  # 4 of 5, 4 of 4: 8/9
    assert figures(relaxed["PARK"]) == figures(strict["PARK"])
    strict, relaxed, alone = found["relations"].values()
    assert figures(strict["micro"]) == (33.33, 20.0, 25.0)  # 2 of 6, 2 of 10: 4/16
    assert figures(strict["LOCATED_IN"]) == (100.0, 25.0, 40.0)  # 1 of 1, 1 of 4: 2/5
    assert figures(strict["INVESTS_IN"]) == (0.0, 0.0, 0.0)
    assert (strict["INVESTS_IN"]["predicted"], strict["INVESTS_IN"]["gold"]) == (3, 1)
    assert figures(relaxed["micro"]) == (50.0, 30.0, 37.5)  # 3 of 6, 3 of 10: 6/16
    assert figures(relaxed["INVESTS_IN"]) == (33.33, 100.0, 50.0)  # 1 of 3, 1 of 1: 2/4
    assert figures(alone["micro"]) == (100.0, 40.0, 57.14)  # 4 of 4, 4 of 10: 8/14
    assert figures(alone["LOCATED_IN"]) == (100.0, 75.0, 85.71)  # 3 of 3, 3 of 4: 6/7
    assert found["entities"]["strict"]["MONEY"]["documents"] == 2
    assert strict["TAX"]["documents"] == 1


def test_slices_by_hand(by_hand):
    found = scores(by_hand, SCHEMA, resamples=10)["slices"]
    assert list(found["entities"]) == ["span length", "document length", "genre"]
    assert list(found["relations"]) == ["document length", "distance", "genre"]
    # no name has more than four characters
    (lengths,) = found["entities"]["span length"].items()
    assert lengths[0] == "1 to 4"
    assert figures(lengths[1]["strict"]["PARK"]) == (66.67, 50.0, 57.14)
    genres = {key: table["strict"]["micro"] for key, table in found["entities"]["genre"].items()}
    assert {key: figures(row) for key, row in genres.items()} == {
        "brief": (62.5, 62.5, 62.5),  # 5 of 8, 5 of 8
        "notice": (80.0, 66.67, 72.73),  # 4 of 5, 4 of 6: 8/11
    }
    genres = found["relations"]["genre"]
    assert figures(genres["brief"]["strict"]["micro"]) == (50.0, 33.33, 40.0)  # 2 of 4, 2 of 6
    assert figures(genres["notice"]["strict"]["micro"]) == (0.0, 0.0, 0.0)
    assert figures(genres["brief"]["gold entities"]["micro"]) == (100.0, 66.67, 80.0)  # 4, 4 of 6
    # 己公司 stands in the first sentence of its document alone, 庚项目 in the second
    places = found["relations"]["distance"]
    assert {
        key: (table["strict"]["micro"]["predicted"], table["strict"]["micro"]["gold"])
        for key, table in places.items()
    } == {"one sentence": (5, 10), "up to 200": (1, 0)}


def test_errors_of_mentions_by_hand(by_hand):
    found = errors(by_hand, SCHEMA)["entities"]
    nothing = dict.fromkeys(("correct", *MENTION_ERRORS), 0)
    assert found["classes"] == {
        "micro": {
            "correct": 9, "boundary": 1, "type": 1, "boundary and type": 1, "missed": 2,
            "spurious": 1,
        },
        "ORG": nothing | {"correct": 3, "boundary": 1},
        "PARK": nothing | {"correct": 2, "type": 1, "boundary and type": 1, "spurious": 1},
        "PROJECT": nothing | {"correct": 3},
        "MONEY": nothing | {"correct": 1, "missed": 2},
    }  # fmt: skip
    sides = {
        (gold, mine): n for gold, row in found["confusion"].items() for mine, n in row.items() if n
    }
    assert sides == {
        ("ORG", "ORG"): 4, ("PARK", "PARK"): 2, ("PARK", "PROJECT"): 1, ("PARK", "ORG"): 1,
        ("PROJECT", "PROJECT"): 3, ("MONEY", "MONEY"): 1, ("MONEY", NONE): 2, (NONE, "PARK"): 1,
    }  # fmt: skip
    assert {key: list(row.values()) for key, row in (
        (scheme, table["micro"]) for scheme, table in found["semeval"].items()
    )} == {
        # correct, incorrect, partial, missed, spurious, P, R, F
        "strict": [9, 3, 0, 2, 1, 69.23, 64.29, 66.67],
        "exact": [10, 2, 0, 2, 1, 76.92, 71.43, 74.07],
        "partial": [10, 0, 2, 2, 1, 84.62, 78.57, 81.48],  # 11/13, 11/14, 22/27
        "type": [10, 2, 0, 2, 1, 76.92, 71.43, 74.07],
    }  # fmt: skip
    # of one label, what has another label is missed and spurious
    assert list(found["semeval"]["strict"]["PARK"].values())[:5] == [2, 0, 0, 2, 1]
    assert list(found["semeval"]["partial"]["ORG"].values())[:5] == [3, 0, 1, 0, 1]


def test_errors_of_facts_by_hand(by_hand):
    found = errors(by_hand, SCHEMA)["relations"]
    nothing = dict.fromkeys(("correct", *FACT_ERRORS), 0)
    missed, wrong = "missed, no mention", "spurious, wrong mention"
    assert found["classes"] == {
        "micro": {"correct": 2, "type": 1, "missed": 1, missed: 6, "spurious": 1, wrong: 2},
        "INVESTS_IN": nothing | {missed: 1, "spurious": 1, wrong: 1},
        "BUILDS": nothing | {"type": 1},
        "LOCATED_IN": nothing | {"correct": 1, missed: 3},
        "COOPERATES_WITH": nothing | {"missed": 1, wrong: 1},
        "TOTAL_INVESTMENT": nothing | {"correct": 1},
        "ANNUAL_INVESTMENT": nothing,
        "OUTPUT_VALUE": nothing | {missed: 1},
        "TAX": nothing | {missed: 1},
    }
    sides = {
        (gold, mine): n for gold, row in found["confusion"].items() for mine, n in row.items() if n
    }
    assert sides == {
        ("INVESTS_IN", NONE): 1, ("BUILDS", "INVESTS_IN"): 1, ("LOCATED_IN", "LOCATED_IN"): 1,
        ("LOCATED_IN", NONE): 3, ("COOPERATES_WITH", NONE): 1,
        ("TOTAL_INVESTMENT", "TOTAL_INVESTMENT"): 1, ("OUTPUT_VALUE", NONE): 1, ("TAX", NONE): 1,
        (NONE, "INVESTS_IN"): 2, (NONE, "COOPERATES_WITH"): 1,
    }  # fmt: skip


def test_gains_by_hand(by_hand):
    found = [tuple(row.values()) for row in errors(by_hand, SCHEMA)["gains"]]
    assert found == [
        # facts: 2 right, 6 predicted, 10 gold: F 25.00
        ("relations", "LOCATED_IN", "missed, no mention", 3, 52.63, 27.63),  # 5, 9, 10: 10/19
        ("relations", "BUILDS", "type", 1, 37.5, 12.5),  # 3, 6, 10: 6/16
        ("relations", "COOPERATES_WITH", "missed", 1, 35.29, 10.29),  # 3, 7, 10: 6/17
        ("relations", "INVESTS_IN", "missed, no mention", 1, 35.29, 10.29),
        ("relations", "OUTPUT_VALUE", "missed, no mention", 1, 35.29, 10.29),
        ("relations", "TAX", "missed, no mention", 1, 35.29, 10.29),
        # mentions: 9 right, 13 predicted, 14 gold: F 66.67
        ("entities", "MONEY", "missed", 2, 75.86, 9.2),  # 11, 15, 14: 22/29
        ("entities", "ORG", "boundary", 1, 74.07, 7.41),  # 10, 13, 14: 20/27
        ("entities", "PARK", "boundary and type", 1, 74.07, 7.41),
        ("entities", "PARK", "type", 1, 74.07, 7.41),
        ("entities", "PARK", "spurious", 1, 69.23, 2.56),  # 9, 12, 14: 18/26
        ("relations", "COOPERATES_WITH", "spurious, wrong mention", 1, 26.67, 1.67),  # 2, 5, 10
        ("relations", "INVESTS_IN", "spurious", 1, 26.67, 1.67),
        ("relations", "INVESTS_IN", "spurious, wrong mention", 1, 26.67, 1.67),
    ]


def test_confidence_by_hand(by_hand):
    found = numbers(by_hand)["confidence"]["entities"]
    # 4 wrong ones of 0.5 and 9 right ones of 1: 4/13 * 0.5, and 4/13 * 0.25
    assert (found["micro"]["ece"], found["micro"]["brier"]) == (0.1538, 0.0769)
    rows = {row["threshold"]: figures(row) for row in found["micro"]["thresholds"]}
    assert rows[0.5] == (69.23, 64.29, 66.67)
    assert rows[0.55] == rows[1.0] == (100.0, 64.29, 78.26)  # 9 of 9, 9 of 14: 18/23
    assert found["PARK"]["count"] == 3
    assert figures(found["PARK"]["thresholds"][20]) == (100.0, 50.0, 66.67)
