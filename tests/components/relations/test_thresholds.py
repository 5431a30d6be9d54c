"""Thresholds of relations, by the rule of one standard error."""

from zonekg.components.relations.thresholds import fit_thresholds


def rows(label, *parts):
    """Judged relations: (confidence, how many are right, how many are wrong)."""
    return [
        (label, confidence, right)
        for confidence, good, bad in parts
        for right in [True] * good + [False] * bad
    ]


def test_a_threshold_that_is_hardly_better_does_not_move_from_the_middle():
    """At 0.45 F1 is higher by 1.4 points, a third of its standard error."""
    judged = rows("TAX", (0.9, 70, 10), (0.45, 5, 4))
    assert fit_thresholds(judged, {"TAX": 90}) == {"TAX": 0.5}


def test_one_that_is_clearly_better_is_taken():
    low = rows("TAX", (0.9, 40, 2), (0.35, 40, 4))
    high = rows("BUILDS", (0.9, 60, 5), (0.6, 2, 60))
    found = fit_thresholds(low + high, {"TAX": 90, "BUILDS": 80})
    assert found == {"BUILDS": 0.65, "TAX": 0.35}


def test_without_anything_right_it_stays_in_the_middle():
    assert fit_thresholds(rows("TAX", (0.9, 0, 3)), {}) == {"TAX": 0.5}
