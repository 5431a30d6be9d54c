"""Several seeds of one config, as the library and as the command train them."""

import io
import json
import re
import statistics

import pytest
from typer.testing import CliRunner

from zonekg.cli import app
from zonekg.errors import ModelError
from zonekg.training import run as runs
from zonekg.training import seeds as several
from zonekg.training import train_seeds

SEEDS = (3, 1, 2)


@pytest.fixture(scope="module")
def done(config, overrides, tmp_path_factory):
    """Three seeds: the folder and the summary."""
    folder = tmp_path_factory.mktemp("seeds")
    ticks = []
    summary = train_seeds(
        config, folder / "model", SEEDS, work=folder / "work", overrides=overrides,
        log=io.StringIO(), watch=lambda tick: ticks.append(tick.seed),
    )  # fmt: skip
    assert list(dict.fromkeys(ticks)) == list(SEEDS)
    return folder, summary


def test_the_best_on_dev_is_published(done, files):
    folder, summary = done
    scores = {row["seed"]: row["scores"]["score"] for row in summary["seeds"]}
    assert list(scores) == list(SEEDS)
    assert len(set(scores.values())) > 1
    assert scores[summary["best"]] == max(scores.values())
    published = files(folder / "model")
    del published["profile.json"]
    assert published == files(folder / "work" / f"seed-{summary['best']}" / "model-best")


def test_each_seed_is_trained_as_if_alone(done, tiny, tmp_path, files):
    folder, _ = done
    tiny(tmp_path, {"system.seed": 1})
    alone = files(tmp_path / "work" / "model-best")
    beside = files(folder / "work" / "seed-1" / "model-best")
    # the seed stands in the config in two ways, and the config's digest in the meta
    assert {name for name in alone if alone[name] != beside[name]} <= {"config.cfg", "meta.json"}


def test_the_summary_has_means_and_deviations(done, log_rows):
    folder, summary = done
    assert json.loads((folder / "work" / "seeds.json").read_text()) == summary
    best = [log_rows(folder / "work" / f"seed-{seed}")[-1]["best"] for seed in SEEDS]
    rows = summary["seeds"]
    assert [row["step"] for row in rows] == [row["step"] for row in best]
    for name, values in {
        "score": [row["score"] for row in best],
        "ents_r": [row["scores"]["ents_r"] for row in best],
        "ents MONEY": [row["scores"]["ents_per_type"]["MONEY"]["f"] for row in best],
    }.items():
        assert [row["scores"][name] for row in rows] == values
        assert summary["mean"][name] == pytest.approx(sum(values) / 3)
        assert summary["deviation"][name] == pytest.approx(statistics.stdev(values))


def test_seeds_that_are_done_are_not_trained_again(
    done, config, overrides, tmp_path, files, stopped_at
):
    """Seed 3 is done, seed 1 is cut, seed 2 has not begun."""
    folder, summary = done
    options = {"work": tmp_path / "work", "overrides": overrides, "log": io.StringIO()}
    stop, seen = stopped_at(12), []

    def watch(tick):
        seen.append((tick.seed, tick.step))
        if tick.seed == 1:
            stop(tick)

    with pytest.raises(KeyboardInterrupt):
        train_seeds(config, tmp_path / "model", SEEDS, watch=watch, **options)
    assert not (tmp_path / "model").exists()
    assert seen == [(3, n) for n in range(1, 31)] + [(1, n) for n in range(1, 13)]
    seen.clear()
    options |= {"resume": True, "watch": lambda tick: seen.append((tick.seed, tick.step))}
    again = train_seeds(config, tmp_path / "model", SEEDS, **options)
    assert seen == [(1, n) for n in range(11, 31)] + [(2, n) for n in range(1, 31)]
    assert again == summary
    assert files(tmp_path / "model") == files(folder / "model")


def test_a_single_seed_has_no_deviation():
    row = {"seed": 4, "step": 5, "scores": {"score": 0.25}}
    assert several._summary([row]) == {
        "seeds": [row], "mean": {"score": 0.25}, "deviation": {"score": None}, "best": 4
    }  # fmt: skip


def test_resuming_seeds_that_never_began_is_told(config, overrides, tmp_path):
    with pytest.raises(ModelError, match=r"work: no checkpoint to go on from"):
        train_seeds(config, tmp_path / "model", [1], work=tmp_path / "work", resume=True,
                    overrides=overrides)  # fmt: skip
    assert list(tmp_path.iterdir()) == []


# -- the command


def call(config, overrides, folder, *more):
    sets = [f"--set={key}={json.dumps(value)}" for key, value in overrides.items()]
    args = ["train", str(config), "-o", str(folder / "model"), "--work", str(folder / "work")]
    return CliRunner().invoke(app, [*args, *sets, *more])


def test_the_command_shows_a_table_of_the_seeds(config, overrides, tmp_path):
    few = overrides | {"training.max_steps": 2}
    done = call(config, few, tmp_path, "--seed", "4", "--seed", "5")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    rows = [re.findall(r"[^\s│]+", line)[:2] for line in lines if line.startswith("│")]
    assert rows == [["4", "2"], ["5", "2"], ["mean", "0.00"], ["std", "0.00"]]
    assert "MONEY" in done.stdout
    assert any(line.startswith("the best is seed ") for line in lines)
    assert "seed 4\n" in done.stderr
    assert done.stderr.count("ended by max_steps") == 2


def test_ctrl_c_is_exit_code_130_and_resume_goes_on(config, overrides, tmp_path, monkeypatch):
    real = runs._Training.keep

    def once(self):
        real(self)
        raise KeyboardInterrupt

    few = overrides | {"training.max_steps": 6}
    with monkeypatch.context() as patched:
        patched.setattr(runs._Training, "keep", once)
        done = call(config, few, tmp_path)
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == (
        "error: stopped; the last checkpoint is kept, --resume goes on from there"
    )
    done = call(config, few, tmp_path, "--resume")
    assert done.exit_code == 0, done.output
    assert "going on after step 5" in done.stderr
    assert (tmp_path / "model" / "meta.json").exists()


def test_a_gpu_that_is_not_to_be_had_is_told_by_the_command(config, overrides, tmp_path):
    done = call(config, overrides, tmp_path, "--gpu", "0")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: no net of ner, amounts")
