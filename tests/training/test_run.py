"""One training from a config to the published pipeline."""

from hashlib import sha256

import pytest
import spacy

import zonekg
from zonekg.annotate.corpus import read_docs
from zonekg.errors import AnnotationError, InputError, ModelError
from zonekg.profile import build_profile, read_profile
from zonekg.schema import schema_text


def test_a_pipeline_that_was_trained_loads_and_works(trained, corpus, files):
    nlp = zonekg.load_model(trained / "model")
    assert nlp.pipe_names == ["ner", "amounts", "aliases", "relations"]
    assert nlp.get_pipe("relations").precision
    assert set(nlp.get_pipe("ner").labels) == {"ORG", "PARK", "PROJECT", "MONEY"}
    docs = list(read_docs(corpus / "dev", nlp))
    found = zonekg.evaluate(nlp, docs).numbers
    assert found["documents"] == 2
    assert found["relations"]["gold entities"]["micro"]["predicted"] > 0
    published = files(trained / "model")
    del published["profile.json"]
    assert published == files(trained / "work" / "model-best")


def test_what_is_published_scores_as_the_log_says_and_is_the_best(trained, corpus, log_rows):
    nlp = spacy.load(trained / "model")
    rows = log_rows(trained / "work")
    best = max(row["score"] for row in rows if row["kind"] == "evaluation")
    assert best > 0.1
    assert nlp.meta["performance"]["ents_f"] == pytest.approx(best, abs=1e-9)
    examples = [
        spacy.training.Example(nlp.make_doc(doc.text), doc)
        for doc in read_docs(corpus / "dev", nlp)
    ]
    assert nlp.evaluate(examples)["ents_f"] == pytest.approx(best, abs=1e-12)


def test_the_pipeline_that_is_returned_is_the_published_one(tiny, tmp_path, weights):
    nlp = tiny(tmp_path, {"training.max_steps": 10})
    nlp.to_disk(tmp_path / "returned")
    assert (weights(tmp_path / "returned") == weights(tmp_path / "model")).all()


def test_the_model_tells_what_it_was_trained_on(trained, corpus):
    notes = spacy.load(trained / "model").meta["zonekg"]
    digest = notes.pop("config")
    assert len(digest) == 64
    assert int(digest, 16)
    train_data, dev_data = (
        {f"{part}.jsonl": sha256((corpus / part / f"{part}.jsonl").read_bytes()).hexdigest()}
        for part in ("train", "dev")
    )
    expected = {"train_data": train_data, "dev_data": dev_data, "schema": schema_text(), "seed": 7}
    assert notes == expected


def test_the_profile_is_of_the_documents_as_they_are(trained, corpus):
    nlp = zonekg.load_model(trained / "model")
    gold = {part: list(read_docs(corpus / part, nlp)) for part in ("train", "dev")}
    expected = build_profile(gold["train"], nlp.pipe([doc.text for doc in gold["dev"]]))
    assert read_profile(nlp) == expected
    assert len(expected.documents) == 10  # none of them augmented
    assert len(expected.dev) == 2


def test_the_same_training_gives_the_same_bytes(trained, tiny, tmp_path, files):
    tiny(tmp_path)
    assert files(tmp_path / "model") == files(trained / "model")


def test_another_seed_gives_other_weights(trained, tiny, tmp_path, weights):
    tiny(tmp_path, {"system.seed": 8})
    assert (weights(tmp_path / "model") != weights(trained / "model")).any()
    assert spacy.load(tmp_path / "model").meta["zonekg"]["seed"] == 8


def test_the_ticks_tell_how_far_it_is(trained):
    ticks = (trained / "watched.txt").read_text().splitlines()
    assert len(ticks) == 30
    assert ticks[0].startswith("Tick(step=1, total=30, losses={'ner': ")
    assert ticks[0].endswith("best=None, seed=7)")
    assert ticks[-1].startswith("Tick(step=30, ")
    assert "best=None" not in ticks[-1]


def test_a_new_training_clears_an_older_one_away(tiny, tmp_path, log_rows):
    for name in ("checkpoint/900", "best/900", "model-best"):
        (tmp_path / "work" / name).mkdir(parents=True)
        (tmp_path / "work" / name / "old").touch()
    (tmp_path / "work" / "log.jsonl").write_text('{"kind": "end"}\n')
    tiny(tmp_path, {"training.max_steps": 2})
    assert not list((tmp_path / "work").rglob("old"))
    kinds = [row["kind"] for row in log_rows(tmp_path / "work")]
    assert kinds == ["run", "evaluation", "end"]
    assert [p.name for p in (tmp_path / "work" / "checkpoint").iterdir()] == ["2"]


# -- what can't be used


def test_a_missing_corpus_is_told(tiny, tmp_path):
    (tmp_path / "empty").mkdir()
    for part in ("train", "dev"):
        for place in ("nothing", "empty"):
            with pytest.raises(AnnotationError, match=f"{place}: no annotated documents"):
                tiny(tmp_path, {f"paths.{part}": str(tmp_path / place)})
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [("{", "not JSON"), ('{"id": 1, "text": "", "entities": [], "relations": []}', "no text")],
)
def test_a_fault_in_the_corpus_is_told_with_its_line(tiny, corpus, tmp_path, line, problem):
    path = tmp_path / "bad.jsonl"
    good = (corpus / "dev" / "dev.jsonl").read_text(encoding="utf-8")
    path.write_text(good + line + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=rf"bad\.jsonl:3: {problem}"):
        tiny(tmp_path, {"paths.train": str(path)})
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"training.max_epochs": "many"},
        {"components.ner.factory": "nothing"},
        {"components.ner.model.@architectures": "nothing.v1"},
        {"components.ner.model.depth": 3},
        {"corpora.train.@readers": "nothing.v1"},
        {"training.max_epochs": 0, "training.max_steps": 0, "training.patience": 0},
    ],
)
def test_a_setting_that_fits_nothing_is_told(tiny, tmp_path, change):
    with pytest.raises(InputError, match=r"ner_cnn\.cfg: not a training config") as caught:
        tiny(tmp_path, change)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_batches_that_are_all_too_long_are_told(tiny, tmp_path):
    changes = {"training.batcher.discard_oversize": True, "training.batcher.size": 5}
    with pytest.raises(InputError, match=r"training.train_corpus: it gives no batch; look at"):
        tiny(tmp_path, changes)


def test_a_gpu_for_a_net_that_can_use_none_is_told(tiny, tmp_path):
    with pytest.raises(ModelError, match=r"no net of ner, amounts, .* can use a GPU; train with"):
        tiny(tmp_path, gpu=0)
    assert list(tmp_path.iterdir()) == []
