import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.scoring.clusters import b_cubed

labels = st.lists(st.integers(0, 3), min_size=1, max_size=8)


def test_the_example_of_bagga_and_baldwin():
    """Twelve mentions of three things: joining two large ones costs most."""
    gold = dict(enumerate([1] * 5 + [2] * 2 + [3] * 5))
    small = b_cubed(gold, dict(enumerate([1] * 5 + [2] * 7)))
    large = b_cubed(gold, dict(enumerate([1] * 5 + [2] * 2 + [1] * 5)))
    assert (round(small.precision, 2), small.recall) == (0.76, 1.0)
    assert (round(large.precision, 2), large.recall) == (0.58, 1.0)


def test_mentions_that_one_side_lacks_are_refused():
    with pytest.raises(ValueError, match="not the same"):
        b_cubed({1: "a"}, {2: "a"})


def test_no_mention_scores_nothing():
    assert b_cubed({}, {}).f1 == 0.0


def test_a_part_of_the_mentions_is_scored_against_whole_clusters():
    gold, found = {1: "a", 2: "a", 3: "b"}, {1: "x", 2: "y", 3: "y"}
    assert b_cubed(gold, found, [1]) == (1.0, 0.5, 1)


@given(labels)
def test_law_the_gold_clusters_score_one(rows):
    gold = dict(enumerate(rows))
    assert b_cubed(gold, {key: f"other {row}" for key, row in gold.items()})[:2] == (1.0, 1.0)


@given(labels, st.data())
def test_law_precision_and_recall_change_places(rows, data):
    gold = dict(enumerate(rows))
    other = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    found = dict(enumerate(other))
    one, turned = b_cubed(gold, found), b_cubed(found, gold)
    assert (one.precision, one.recall) == (turned.recall, turned.precision)
