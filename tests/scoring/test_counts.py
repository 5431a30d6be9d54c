import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.scoring import PRF, Table
from zonekg.scoring.counts import ALL, Item, add_up, tally

counts = st.integers(0, 50)


@st.composite
def prfs(draw):
    predicted, gold = draw(counts), draw(counts)
    return PRF(draw(st.integers(0, predicted)), predicted, draw(st.integers(0, gold)), gold)


@given(prfs())
def test_law_f1_lies_between_precision_and_recall(prf):
    low, high = sorted((prf.precision, prf.recall))
    assert 0 <= low <= high <= 1
    assert prf.f1 == pytest.approx(2 / (1 / low + 1 / high) if low else 0)


def test_figures_are_in_per_cent_with_two_places():
    assert PRF(2, 3, 1, 7).to_dict() == {
        "p": 66.67, "r": 14.29, "f": 23.53, "predicted": 3, "gold": 7
    }  # fmt: skip


def test_without_predictions_or_gold_the_figures_are_nothing():
    nothing = {"p": 0.0, "r": 0.0, "f": 0.0}
    for predicted, gold in product((0, 4), (0, 4)):
        row = PRF(0, predicted, 0, gold).to_dict()
        assert row == nothing | {"predicted": predicted, "gold": gold}


@given(st.lists(prfs(), max_size=5))
def test_law_micro_adds_up_all_labels(rows):
    table = Table({f"L{i}": prf for i, prf in enumerate(rows)})
    assert table.micro == tuple(sum(prf[k] for prf in rows) for k in range(4))
    assert list(table.to_dict()) == [ALL, *table.by_label]
    assert json.loads(json.dumps(table.to_dict(), allow_nan=False)) == table.to_dict()


items = st.builds(
    Item,
    task=st.sampled_from(["entities", "relations"]),
    mode=st.sampled_from(["strict", "relaxed"]),
    predicted=st.booleans(),
    label=st.sampled_from(["ORG", "PARK"]),
    right=st.booleans(),
    slices=st.fixed_dictionaries({}, optional={"genre": st.sampled_from(["brief", "notice"])}),
)


@given(st.lists(items, max_size=12))
def test_law_a_tally_counts_every_item_once_by_label_and_once_for_all(rows):
    found = tally(rows)
    keys = product(("entities", "relations"), ("strict", "relaxed"), ("ORG", "PARK", ALL))
    for task, mode, label in keys:
        own = [i for i in rows if i[:2] == (task, mode) and label in (ALL, i.label)]
        assert found.get((task, mode, label), PRF()) == (
            sum(i.predicted and i.right for i in own),
            sum(i.predicted for i in own),
            sum(not i.predicted and i.right for i in own),
            sum(not i.predicted for i in own),
        )


@given(st.lists(items, max_size=12))
def test_law_the_slices_of_a_tally_are_tallies_of_their_items(rows):
    found = tally(rows)
    for bucket in ("brief", "notice"):
        own = tally([i for i in rows if i.slices.get("genre") == bucket])
        for (task, *rest), prf in own.items():
            key = ("slices", task, "genre", bucket, *rest)
            if task == "slices" or (rest[0] == "relaxed" and rest[1] != ALL):
                assert key not in found
            else:
                assert found[key] == prf
    assert {key[:3] for key in found if key[0] == "slices"} <= {
        ("slices", task, "genre") for task in ("entities", "relations")
    }


@given(st.lists(items, max_size=12), st.integers(0, 12))
def test_law_tallies_of_parts_add_up_to_the_tally_of_all(rows, cut):
    assert add_up([tally(rows[:cut]), tally(rows[cut:])]) == tally(rows)
    assert add_up([]) == {}
