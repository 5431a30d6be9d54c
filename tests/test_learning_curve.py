"""Learning curves: measured on trainings that take a second, fitted on curves made up."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from zonekg import learning_curve as module
from zonekg.annotate.records import read_records, record_lines
from zonekg.cli import app
from zonekg.cli.curve import answer
from zonekg.errors import InputError
from zonekg.extraction import load_model
from zonekg.learning_curve import (
    EXPONENTS,
    Curve,
    draw_curve,
    fit_curve,
    fit_power_law,
    learning_curve,
)

TINY = {
    "components.ner.model.width": 16,
    "components.ner.model.rows": 200,
    "components.ner.model.dilations": [1, 2],
    "training.max_steps": 6,
    "training.eval_frequency": 6,
    "training.batcher.size": 800,
}
LABELS = ["ORG", "PARK"]
SIZES = [50, 100, 200, 400]


def law(a, b, c):
    """F1 at SIZES."""
    return a - b * np.array(SIZES, dtype=float) ** -c


def made_up(scores, sizes=SIZES, *, gold=10_000, seeds=(7,)):
    """A Curve where F1, per cent, is scores[row, dev document, label]; a row is a size and seed.

    Each document has `gold` mentions of each label, and as many are predicted.
    """
    scores = np.asarray(scores, dtype=float)
    gold = np.broadcast_to(np.asarray(gold), scores.shape)
    right = np.rint(scores / 100 * gold).astype(int)
    rows = []
    for i, counted in enumerate(right):
        totals = zip(counted.sum(axis=0), gold[i].sum(axis=0), strict=True)
        f = [100 * hits / max(total, 1) for hits, total in totals]
        size = sizes[i // len(seeds)]
        named = {"micro": {"f": 100 * counted.sum() / gold[i].sum()}}
        named |= {label: {"f": value} for label, value in zip(LABELS, f, strict=True)}
        head = {"share": size / max(sizes), "seed": seeds[i % len(seeds)]}
        rows.append(head | {"documents": size, "entities": 20 * size, "scores": named})
    return Curve(rows, np.stack([right, gold, gold], axis=-1))


def spread(f1, documents=30):
    """Scores of dev documents of which both labels have the mean `f1` of each size."""
    noise = np.random.default_rng(1).normal(0, 4, size=(documents, len(LABELS)))
    noise -= noise.mean(axis=0)
    return np.asarray(f1)[:, None, None] + noise


# -- measured


@pytest.fixture
def data(root, tmp_path):
    records = [row for _, row in read_records(root / "annotations" / "dev" / "dev.jsonl")][:6]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(record_lines(records)), encoding="utf-8")
    return path


def test_a_learning_curve(config, data, tmp_path):
    work = tmp_path / "work"
    curve = learning_curve(config, data, data, work, shares=(1.0, 0.5), seeds=(1, 2), settings=TINY)
    rows = curve.rows
    assert [(row["share"], row["seed"], row["documents"]) for row in rows] == [
        (0.5, 1, 3), (0.5, 2, 3), (1.0, 1, 6), (1.0, 2, 6),
    ]  # fmt: skip
    for row in rows:
        model = work / f"share-{row['share']:g}-seed-{row['seed']}" / "model"
        assert load_model(model).config["system"]["seed"] == row["seed"]
    assert rows[0]["characters"] < rows[2]["characters"]
    assert set(rows[0]["scores"]) == {"micro", "ORG", "PARK", "PROJECT", "MONEY"}
    assert curve.counts.shape == (4, 6, 4, 3)
    for row, counts in zip(rows, curve.counts.sum(axis=1), strict=True):
        told = [row["scores"][label] for label in list(row["scores"])[1:]]
        assert counts[:, 1:].tolist() == [[t["predicted"], t["gold"]] for t in told]
        assert [round(100 * hits / gold, 2) for hits, _, gold in counts.tolist()] == [
            t["r"] for t in told
        ]
    fit = fit_curve(curve, resamples=20)
    assert set(fit["labels"].values()) == {None}
    assert json.loads(json.dumps(rows)) == rows
    draw_curve(rows, fit, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("share", [0, -0.5, 1.5])
def test_a_share_is_a_share(share, config, data, tmp_path):
    with pytest.raises(InputError, match="shares"):
        learning_curve(config, data, data, tmp_path, shares=[share])


# -- the power law

scores_of_sizes = st.integers(3, 6).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(1, 5000), min_size=n, max_size=n, unique=True).map(sorted),
        st.lists(st.floats(0, 100), min_size=n, max_size=n),
    )
)


@given(
    st.floats(50, 100),
    st.floats(5, 50),
    st.floats(0.05, 1.5),
    st.integers(5, 200),
    st.lists(st.floats(1.5, 4), min_size=2, max_size=4),
)
def test_law_an_exact_power_law_is_found(a, rise, c, smallest, ratios):
    sizes = [smallest]
    for ratio in ratios:
        sizes.append(round(sizes[-1] * ratio))
    b = rise * smallest**c
    scores = a - b * np.array(sizes, dtype=float) ** -c
    found = fit_power_law(sizes, scores)
    assert found.c == pytest.approx(c, abs=1e-4)
    assert found.a == pytest.approx(a, abs=1e-2)
    assert found.b == pytest.approx(b, rel=1e-2)
    ahead = 4 * sizes[-1]
    assert found.at(ahead) == pytest.approx(a - b * ahead**-c, abs=1e-3)


@given(scores_of_sizes)
def test_law_the_bounds_hold_and_no_other_curve_is_much_nearer(drawn):
    sizes, scores = drawn
    found = fit_power_law(sizes, np.array(scores))
    assert 0 <= found.a <= 100
    assert found.b >= 0
    assert EXPONENTS[0] <= found.c <= EXPONENTS[1]

    def distance(f1):
        return float(((f1 - np.array(scores)) ** 2).sum())

    n = np.array(sizes, dtype=float)
    mine = distance(found.at(n))
    a, b, c = np.meshgrid(np.linspace(0, 100, 11), np.linspace(0, 200, 11), [0.03, 0.3, 0.9, 1.7])
    others = (a[..., None] - b[..., None] * n ** -c[..., None]).reshape(-1, len(n))
    assert mine <= min(map(distance, others)) + 1e-6


@given(scores_of_sizes)
def test_law_curves_fitted_together_are_those_fitted_alone(drawn):
    sizes, scores = drawn
    both = fit_power_law(sizes, np.array([scores, scores[::-1]]))
    for i, row in enumerate((scores, scores[::-1])):
        alone = fit_power_law(sizes, np.array(row))
        assert [values[i] for values in both] == list(alone)


@pytest.mark.parametrize("level", [0.0, 61.3, 100.0])
def test_a_flat_curve_stays_flat(level):
    found = fit_power_law(SIZES, np.full(4, level))
    assert found.at(1e6) == pytest.approx(level)


def test_a_falling_curve_is_fitted_by_its_mean():
    found = fit_power_law(SIZES, np.array([90.0, 80.0, 70.0, 60.0]))
    assert (found.a, found.b) == (pytest.approx(75), 0)


def test_a_curve_that_bends_up_is_kept_below_100():
    found = fit_power_law(SIZES, np.array([60.0, 70.0, 82.0, 97.0]))
    assert found.a == 100
    assert 60 < found.at(400) < found.at(1600) < 100


def test_nothing_measured_gives_nothing():
    found = fit_power_law(SIZES, np.array([[np.nan] * 4, law(90, 200, 0.5)]))
    assert np.isnan(found.a[0])
    assert found.a[1] == pytest.approx(90)


@pytest.mark.parametrize("sizes", [[10, 20], [10, 20, 20]])
def test_two_sizes_are_no_curve(sizes):
    with pytest.raises(ValueError, match="expected 3 different"):
        fit_power_law(sizes, np.array([50.0] * len(sizes)))


# -- the fit of a learning curve


def test_the_law_behind_the_figures_is_read_off_ahead():
    fit = fit_curve(made_up(spread(law(92, 150, 0.5))))
    assert list(fit["labels"]) == ["micro", *LABELS]
    assert fit["sizes"] == [{"documents": n, "mentions": 20 * n} for n in SIZES]
    for row in fit["labels"].values():
        assert (row["a"], row["c"]) == (pytest.approx(92, abs=0.2), pytest.approx(0.5, abs=0.01))
        assert [at["documents"] for at in row["predictions"]] == [400, 600, 800, 1600]
        assert [at["f"] for at in row["predictions"]] == pytest.approx(
            [92 - 150 * n**-0.5 for n in (400, 600, 800, 1600)], abs=0.1
        )
        assert row["now"] == pytest.approx(84.5, abs=0.01)
        for at in row["predictions"]:
            start = max(row["now"], row["predictions"][0]["f"])
            assert at["gain"] == pytest.approx(at["f"] - start, abs=0.02)
            assert at["f_interval"][0] < at["f"] < at["f_interval"][1]
        assert row["worth_it"] is True
        test = row["backtest"]
        assert (test["documents"], test["measured"]) == (400, row["now"])
        assert test["error"] == pytest.approx(0, abs=0.1)
        assert test["predicted_interval"][0] < test["predicted"] < test["predicted_interval"][1]


def test_a_document_counts_the_same_for_all_trainings():
    """What differs from document to document, but not from size to size, is no doubt of a gain."""
    row = fit_curve(made_up(spread(law(80, 150, 0.5))))["labels"]["micro"]
    for at in row["predictions"]:
        low, high = at["f_interval"]
        assert high - low > 0.8
        low, high = at["gain_interval"]
        assert high - low < 0.1


def test_more_dev_documents_tell_more():
    widths = []
    for copies in (1, 16):
        scores = np.tile(spread(law(80, 150, 0.5)), (1, copies, 1))
        low, high = fit_curve(made_up(scores))["labels"]["ORG"]["predictions"][2]["f_interval"]
        widths.append(high - low)
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.15)


def test_a_gain_that_may_be_none_is_not_worth_it():
    noise = np.random.default_rng(3).normal(0, 10, size=(4, 12, 2))
    row = fit_curve(made_up(np.array([70, 70.2, 70.1, 70.3])[:, None, None] + noise))["labels"]
    assert row["micro"]["predictions"][2]["gain_interval"][0] <= 0
    assert row["micro"]["worth_it"] is False


def test_a_falling_curve_promises_nothing():
    row = fit_curve(made_up(spread([80, 75, 70, 65])))["labels"]["PARK"]
    assert (row["b"], row["c"]) == (0, None)
    assert {at["gain"] for at in row["predictions"]} == {0}
    assert row["worth_it"] is False
    assert row["a"] == pytest.approx(72.5, abs=0.01)


def test_one_document_of_dev_has_no_interval():
    fit = fit_curve(made_up(spread(law(90, 200, 0.5), documents=1)))
    for row in fit["labels"].values():
        assert row["worth_it"] is None
        for part, name in ((row["backtest"], "predicted"), (row["predictions"][2], "gain")):
            assert part[name] is not None
            assert part[f"{name}_interval"] is None
    assert "no interval" in answer(fit)
    assert "can't be told" in answer(fit)


def test_a_label_in_one_document_has_no_interval_and_without_any_no_fit():
    scores = spread(law(90, 200, 0.5))
    gold = np.full(scores.shape, 100)
    gold[:, 1:, 1] = 0
    fit = fit_curve(made_up(scores, gold=gold))["labels"]
    assert fit["ORG"]["worth_it"] is True
    assert (fit["PARK"]["worth_it"], fit["PARK"]["backtest"]["error_interval"]) == (None, None)
    gold[:, 0, 1] = 0
    fit = fit_curve(made_up(scores, gold=gold))["labels"]
    assert fit["PARK"] is None
    assert fit["ORG"] == fit["micro"]


def test_all_seeds_count():
    f1 = law(90, 200, 0.5)
    two = np.repeat(spread(f1), 2, axis=0)
    two[::2] += 2
    two[1::2] -= 2
    one = fit_curve(made_up(spread(f1)))
    both = fit_curve(made_up(two, seeds=(1, 2)))
    assert both["labels"]["micro"]["now"] == pytest.approx(one["labels"]["micro"]["now"], abs=0.01)
    assert both["labels"]["micro"]["a"] == pytest.approx(one["labels"]["micro"]["a"], abs=0.1)
    assert (
        fit_curve(made_up(two[::2]))["labels"]["micro"]["now"] > one["labels"]["micro"]["now"] + 1
    )


def test_three_sizes_have_a_fit_and_no_backtest():
    fit = fit_curve(made_up(spread(law(90, 200, 0.5)[:3]), SIZES[:3]))
    assert fit["labels"]["ORG"]["a"] == pytest.approx(90, abs=0.5)
    assert fit["labels"]["ORG"]["backtest"] is None
    assert "misses" not in answer(fit)


def test_the_same_figures_give_the_same_bytes(tmp_path):
    written = []
    for name in ("a.png", "b.png"):
        curve = made_up(spread(law(90, 200, 0.5)))
        fit = fit_curve(curve)
        draw_curve(curve.rows, fit, tmp_path / name)
        written.append((json.dumps(fit), (tmp_path / name).read_bytes()))
    assert written[0] == written[1]
    assert fit_curve(curve, seed=1) != fit


# -- in words


def test_the_answer_names_the_label_that_gains_most():
    scores = spread(law(92, 150, 0.5))
    scores[..., 1] += law(80, 300, 0.6)[:, None] - law(92, 150, 0.5)[:, None]
    fit = fit_curve(made_up(scores))
    gains = {label: row["predictions"][2]["gain"] for label, row in fit["labels"].items()}
    said = answer(fit)
    assert f"documents (800) should bring {gains['micro']:+.1f} points" in said
    assert "): worth it; " in said
    assert gains["PARK"] > gains["ORG"]
    assert f"PARK gains most, {gains['PARK']:+.1f} (" in said
    assert f"misses it by {fit['labels']['micro']['backtest']['error']:+.1f}" in said
    assert "\n" not in said


@pytest.mark.parametrize("sizes", [[50], [50, 100]])
def test_too_few_sizes_have_no_answer(sizes):
    fit = fit_curve(made_up(spread(law(90, 200, 0.5)[: len(sizes)]), sizes))
    assert set(fit["labels"].values()) == {None}
    assert f"{len(sizes)} of the three sizes needed" in answer(fit)


def test_the_command_tells_the_fit(monkeypatch, tmp_path):
    curve = made_up(spread(law(92, 150, 0.5)))
    monkeypatch.setattr(module, "learning_curve", lambda *args, **options: curve)
    done = CliRunner().invoke(app, ["curve", "any.cfg", "--output", str(tmp_path / "curve")])
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "curve.json").read_text(encoding="utf-8"))
    assert list(written) == ["date", "command", "measure", "points", "fit"]
    fit = fit_curve(curve)
    assert written["fit"] == fit | {"answer": answer(fit)}
    assert answer(fit) in done.stdout
    assert (tmp_path / "curve.png").stat().st_size > 1000
    rows = [line for line in done.stdout.splitlines() if "PARK" in line and " 84.5 " in line]
    assert len(rows) == 2
    assert " 92.0 " in rows[0]
    assert " 86.7 " in rows[1]
    assert "worth it" in rows[1]


def test_the_data_card_tells_the_extrapolation(root):
    report = (root / "annotations" / "reports" / "learning-curve.json").read_text(encoding="utf-8")
    columns = [row for row in json.loads(report)["fit"]["labels"].values() if row]
    card = (root / "annotations" / "README.md").read_text(encoding="utf-8").splitlines()

    def told(name):
        (line,) = (line for line in card if line.startswith(f"| {name} |"))
        return [cell.strip() for cell in line.strip("| ").split("|")[1:]]

    def measured(row, name, sign=""):
        low, high = row[f"{name}_interval"]
        return f"{row[name]:{sign}z.1f} ({low:{sign}z.1f} to {high:{sign}z.1f})"

    assert told("480, measured") == [f"{row['now']:.1f}" for row in columns]
    for name, key, sign in (
        ("480, foretold by 48 to 240", "predicted", ""), ("foretold less measured", "error", "+"),
    ):  # fmt: skip
        assert told(name) == [measured(row["backtest"], key, sign) for row in columns]
    for i, size in ((1, 720), (2, 960), (3, 1920)):
        ahead = [row["predictions"][i] for row in columns]
        assert told(f"{size}, foretold by 48 to 480") == [measured(row, "f") for row in ahead]
        if size == 960:
            assert told("gain from 480 to 960") == [measured(row, "gain", "+") for row in ahead]
