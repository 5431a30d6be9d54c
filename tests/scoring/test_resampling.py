"""Intervals and p against loops that do the same draws one by one, and against enumeration."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonekg.scoring.counts import PRF, add_up
from zonekg.scoring.resampling import FEWEST, bootstrap, compare_tallies

ORG, PARK = ("entities", "strict", "ORG"), ("entities", "strict", "PARK")
KEYS = (ORG, PARK)
DRAWS = 230  # more than two batches, and no whole number of them


def counts(right, predicted, gold):
    return PRF(right, predicted, right, gold)


@st.composite
def prfs(draw):
    gold, predicted = draw(st.integers(0, 6)), draw(st.integers(0, 6))
    return counts(draw(st.integers(0, min(gold, predicted))), predicted, gold)


one_tally = st.dictionaries(st.sampled_from(KEYS), prfs())
systems = st.lists(st.tuples(one_tally, one_tally), min_size=1, max_size=12)


def quantiles(values, level=0.95):
    """Percentiles with linear interpolation, as Hyndman and Fan (1996) number 7."""
    values, out = sorted(values), []
    for share in ((1 - level) / 2, (1 + level) / 2):
        place = share * (len(values) - 1)
        low = math.floor(place)
        high = min(low + 1, len(values) - 1)
        out.append(values[low] + (place - low) * (values[high] - values[low]))
    return out


def drawn(documents, seed=0):
    """For each resample its documents, some of them several times."""
    rng = np.random.default_rng(seed)
    for times in rng.multinomial(documents, [1 / documents] * documents, size=DRAWS):
        yield [i for i, count in enumerate(times) for _ in range(count)]


def f1(tallies, key):
    return add_up(tallies).get(key, PRF()).f1


def figures(tallies, key):
    """P, R and F1, None for one that does not exist."""
    prf = add_up(tallies).get(key, PRF())
    return (
        prf.precision if prf.predicted else None,
        prf.recall if prf.gold else None,
        prf.f1 if prf.predicted or prf.gold else None,
    )


def _ahead(gap):
    return gap > 1e-12


def _even(gap):
    return abs(gap) <= 1e-12


# -- one system


@given(st.lists(one_tally, min_size=1, max_size=10))
def test_bootstrap_is_the_loop_over_resampled_documents(tallies):
    found = bootstrap(tallies, resamples=DRAWS)
    for key in KEYS:
        if sum(any(tally.get(key, PRF())) for tally in tallies) < FEWEST:
            assert key not in found
            continue
        rows = [figures([tallies[i] for i in picked], key) for picked in drawn(len(tallies))]
        for name, values in zip("prf", zip(*rows, strict=True), strict=True):
            there = [value for value in values if value is not None]
            if 2 * len(there) < DRAWS:
                assert name not in found[key]
            else:
                assert found[key][name] == pytest.approx(quantiles(there))


def test_the_interval_holds_the_value_and_shrinks_with_more_documents():
    few = [{ORG: counts(i % 4 + 1, 5, 4 + i % 2)} for i in range(12)]
    many = few * 16
    small, large = (bootstrap(tallies)[ORG]["f"] for tallies in (few, many))
    for low, high in (small, large):
        assert 0 < low < f1(few, ORG) < high < 1
    narrower = (small[1] - small[0]) / (large[1] - large[0])
    assert narrower == pytest.approx(4, rel=0.2)  # the root of 16


def test_a_higher_level_is_a_wider_interval():
    tallies = [{ORG: counts(i % 4, 4, 4)} for i in range(20)]
    low, high = bootstrap(tallies, level=0.5)[ORG]["f"]
    least, most = bootstrap(tallies, level=0.99)[ORG]["f"]
    assert least < low < high < most


def test_what_fewer_documents_have_than_needed_has_no_interval():
    row, empty = counts(1, 2, 2), counts(0, 0, 0)
    tallies = [{ORG: row, PARK: row if i < FEWEST - 1 else empty} for i in range(FEWEST)]
    assert bootstrap(tallies).keys() == {ORG}
    tallies[-1][PARK] = row
    assert bootstrap(tallies).keys() == {ORG, PARK}


def test_precision_without_predictions_has_no_interval():
    tallies = [{ORG: counts(0, 0, 3)} for _ in range(8)]
    assert bootstrap(tallies) == {ORG: {"r": (0.0, 0.0), "f": (0.0, 0.0)}}


def test_a_figure_that_few_resamples_have_has_no_interval():
    tallies = [{ORG: counts(0, 0, 3)} for _ in range(40)]
    tallies[0] = {ORG: counts(1, 1, 3)}  # in 63% of the resamples
    assert bootstrap(tallies)[ORG]["p"] == (1.0, 1.0)
    rare = [{ORG: counts(0, 0, 3), PARK: counts(0, 0, 0)} for _ in range(40)]
    assert PARK not in bootstrap(rare)


def test_nothing_gives_nothing():
    assert bootstrap([]) == {}
    assert bootstrap([{} for _ in range(9)]) == {}
    assert compare_tallies([], []) == {}
    assert compare_tallies([{}] * 9, [{}] * 9) == {}


# -- two systems


@given(systems)
def test_a_comparison_is_the_loop_over_resampled_and_swapped_documents(pairs):
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    found = compare_tallies(first, second, resamples=DRAWS)
    swaps = np.random.default_rng(1).integers(0, 2, size=(DRAWS, len(pairs)))
    for key in found:
        real = f1(first, key) - f1(second, key)
        gaps = [
            f1([first[i] for i in picked], key) - f1([second[i] for i in picked], key)
            for picked in drawn(len(pairs))
        ]
        extreme = 0
        for row in swaps:
            one = [pair[swap] for pair, swap in zip(pairs, row, strict=True)]
            other = [pair[1 - swap] for pair, swap in zip(pairs, row, strict=True)]
            extreme += abs(f1(one, key) - f1(other, key)) >= abs(real) - 1e-9
        assert found[key].difference == pytest.approx(real)
        assert found[key].p == pytest.approx((extreme + 1) / (DRAWS + 1))
        ahead, even = (sum(one(gap) for gap in gaps) / DRAWS for one in (_ahead, _even))
        assert found[key].better == pytest.approx(ahead + even / 2)
        if len(pairs) < FEWEST:
            assert found[key].interval is None
        else:
            assert found[key].interval == pytest.approx(quantiles(gaps), abs=1e-12)


@given(systems)
def test_the_other_way_round_all_is_mirrored(pairs):
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    one, other = compare_tallies(first, second), compare_tallies(second, first)
    assert one.keys() == other.keys() == {key for pair in pairs for tally in pair for key in tally}
    for key, row in one.items():
        mirrored = other[key]
        assert mirrored.difference == pytest.approx(-row.difference)
        assert mirrored.better == pytest.approx(1 - row.better)
        assert mirrored.p == row.p
        assert 0 < row.p <= 1
        if row.interval:
            low, high = mirrored.interval
            assert (-high, -low) == pytest.approx(row.interval)


@given(st.lists(one_tally, min_size=1, max_size=12))
def test_a_system_does_not_differ_from_itself(tallies):
    for row in compare_tallies(tallies, [dict(tally) for tally in tallies]).values():
        interval = (0.0, 0.0) if len(tallies) >= FEWEST else None
        assert row == (0.0, interval, 0.5, 1.0)


@pytest.mark.parametrize("documents", [1, 2, 3, 5, 8])
def test_p_is_the_share_of_all_ways_to_swap(documents):
    rng = np.random.default_rng(documents)
    first, second = (
        [{ORG: counts(int(right), 6, 6)} for right in rng.integers(low, 7, size=documents)]
        for low in (2, 0)
    )
    real = abs(f1(first, ORG) - f1(second, ORG))
    extreme = 0
    for ways in product((0, 1), repeat=documents):
        pairs = list(zip(first, second, ways, strict=True))
        one = [b if way else a for a, b, way in pairs]
        other = [a if way else b for a, b, way in pairs]
        extreme += abs(f1(one, ORG) - f1(other, ORG)) >= real - 1e-9
    found = compare_tallies(first, second, resamples=4000)[ORG].p
    assert found == pytest.approx(extreme / 2**documents, abs=0.03)


def test_a_system_that_is_better_everywhere_is_not_so_by_chance():
    better = [{ORG: counts(4, 5, 5)} for _ in range(30)]
    worse = [{ORG: counts(2, 5, 5)} for _ in range(30)]
    row = compare_tallies(better, worse)[ORG]
    assert row.difference == pytest.approx(0.4)
    assert row.interval == pytest.approx((0.4, 0.4))
    assert (row.better, row.p) == (1.0, 1 / 1001)


def test_who_wins_as_often_as_the_other_is_not_told_from_it():
    good, bad = {ORG: counts(4, 5, 5)}, {ORG: counts(2, 5, 5)}
    row = compare_tallies([good, bad] * 20, [bad, good] * 20)[ORG]
    assert row.difference == 0.0
    assert row.interval[0] < 0 < row.interval[1]
    assert row.better == pytest.approx(0.5, abs=0.05)
    assert row.p == 1.0


def test_documents_stay_together():
    """What one document swaps, all its labels swap, and both systems draw the same documents."""
    hard, easy = {ORG: counts(1, 9, 9)}, {ORG: counts(9, 9, 9)}
    row = compare_tallies([hard, easy] * 10, [hard, easy] * 10)[ORG]
    assert row.interval == (0.0, 0.0)
    double = [tally | {PARK: tally[ORG]} for tally in [hard, easy] * 10]
    single = [{ORG: counts(3, 9, 9), PARK: counts(3, 9, 9)} for _ in double]
    found = compare_tallies(double, single)
    assert found[ORG] == found[PARK]


def test_the_seed_makes_the_draws():
    first = [{ORG: counts(i % 5, 5, 6)} for i in range(15)]
    second = [{ORG: counts(i % 3, 4, 6)} for i in range(15)]
    for call in (lambda seed: compare_tallies(first, second, seed=seed),
                 lambda seed: bootstrap(first, seed=seed)):  # fmt: skip
        assert call(3) == call(3)
        assert call(3) != call(4)
