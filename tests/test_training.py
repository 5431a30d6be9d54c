import io
import shutil
from hashlib import sha256

import numpy as np
import pytest
import spacy

import zonekg
from zonekg import training
from zonekg.annotate.corpus import read_docs
from zonekg.errors import AnnotationError, InputError, ModelError, OutputError
from zonekg.profile import build_profile, read_profile
from zonekg.schema import schema_text
from zonekg.training import publish, train

TINY = {
    "components.ner.model.width": 16,
    "components.ner.model.rows": 200,
    "components.ner.model.dilations": [1, 2],
    "training.max_epochs": 2,
    "training.eval_frequency": 3,
    "training.batcher.size": 800,
    "training.optimizer.learn_rate.warmup_steps": 2,
    "training.optimizer.learn_rate.initial_rate": 0.02,
}


@pytest.fixture(scope="module")
def corpus(root, tmp_path_factory):
    """Ten documents to train on and two to choose by."""
    folder = tmp_path_factory.mktemp("corpus")
    text = (root / "annotations" / "train" / "train.jsonl").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for name, part in (("train", lines[:10]), ("dev", lines[10:12])):
        (folder / name).mkdir()
        (folder / name / f"{name}.jsonl").write_text("".join(part), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def overrides(corpus):
    return TINY | {"paths.train": str(corpus / "train"), "paths.dev": str(corpus / "dev")}


@pytest.fixture(scope="module")
def trained(config, overrides, tmp_path_factory):
    """What two epochs on ten documents gave: output, work, log."""
    folder = tmp_path_factory.mktemp("trained")
    log = io.StringIO()
    output, work = folder / "models" / "tiny", folder / "work"
    output.parent.mkdir()
    zonekg.train(config, output, work=work, overrides=overrides, log=log)
    return output, work, log.getvalue()


def files(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def weights(folder):
    """All parameters of the net in one array."""
    nodes = spacy.load(folder).get_pipe("ner").model.walk()
    return np.concatenate([n.get_param(p).ravel() for n in nodes for p in sorted(n.param_names)])


# -- training


def test_a_pipeline_that_was_trained_loads_and_works(trained, corpus):
    output, work, log = trained
    nlp = zonekg.load_model(output)
    assert nlp.pipe_names == ["ner", "amounts", "aliases", "relations"]
    assert nlp.get_pipe("relations").precision
    assert set(nlp.get_pipe("ner").labels) == {"ORG", "PARK", "PROJECT", "MONEY"}
    docs = list(read_docs(corpus / "dev", nlp))
    found = zonekg.evaluate(nlp, docs).numbers
    assert found["documents"] == 2
    assert found["relations"]["gold entities"]["micro"]["predicted"] > 0
    published = files(output)
    del published["profile.json"]
    assert published == files(work / "model-best")
    assert (work / "model-last" / "meta.json").exists()
    assert "ENTS_F" in log


def test_the_model_tells_what_it_was_trained_on(trained, corpus):
    nlp = spacy.load(trained[0])
    train_data, dev_data = (
        {f"{part}.jsonl": sha256((corpus / part / f"{part}.jsonl").read_bytes()).hexdigest()}
        for part in ("train", "dev")
    )
    assert nlp.meta["zonekg"] == {
        "train_data": train_data,
        "dev_data": dev_data,
        "schema": schema_text(),
    }


def test_the_profile_is_of_the_documents_as_they_are(trained, corpus):
    nlp = zonekg.load_model(trained[0])
    gold = {part: list(read_docs(corpus / part, nlp)) for part in ("train", "dev")}
    expected = build_profile(gold["train"], nlp.pipe([doc.text for doc in gold["dev"]]))
    assert read_profile(nlp) == expected
    assert len(expected.documents) == 10  # none of them augmented
    assert len(expected.dev) == 2


def test_the_profile_has_the_development_documents_as_the_model_tags_them(
    model, model_path, corpus
):
    profile = training._profile(model_path, corpus / "train", corpus / "dev")
    tagged = [model(doc.text) for doc in read_docs(corpus / "dev", model)]
    assert profile.dev == tuple(sorted(profile.traits(doc) for doc in tagged))
    confidences = [mention.confidence for row in profile.dev for mention in row.mentions]
    assert confidences
    assert min(confidences) < 1  # gold has none but 1


def test_the_same_training_gives_the_same_weights(trained, config, overrides, tmp_path):
    output, work = tmp_path / "again", tmp_path / "work"
    train(config, output, work=work, overrides=overrides, log=io.StringIO())
    assert (weights(output) == weights(trained[0])).all()
    first, second = (spacy.load(path).get_pipe("relations") for path in (output, trained[0]))
    assert first.precision == second.precision


def test_resuming_goes_on_from_the_last_weights(trained, config, overrides, tmp_path):
    """With steps of length 0 the weights of the checkpoint come out again."""
    _, work, _ = trained
    shutil.copytree(work, tmp_path / "work")
    still = overrides | {
        "training.max_epochs": 1,
        "training.optimizer.learn_rate.initial_rate": 0.0,
        "training.optimizer.L2": 0.0,
    }
    options = {"work": tmp_path / "work", "overrides": still}
    train(config, tmp_path / "resumed", resume=True, log=io.StringIO(), **options)
    last = weights(work / "model-last")
    assert weights(tmp_path / "resumed") == pytest.approx(last, rel=2e-3, abs=1e-6)
    train(config, tmp_path / "fresh", log=io.StringIO(), **options)
    assert weights(tmp_path / "fresh") != pytest.approx(last, rel=2e-3, abs=1e-6)
    nlp = zonekg.load_model(tmp_path / "resumed")
    assert nlp.pipe_names == ["ner", "amounts", "aliases", "relations"]


def test_resuming_without_a_checkpoint_is_told(config, overrides, tmp_path):
    with pytest.raises(ModelError, match=r"model-last: no checkpoint .*train without --resume"):
        train(config, tmp_path / "out", work=tmp_path / "work", overrides=overrides, resume=True)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_keeps_the_checkpoint_and_the_older_model(
    trained, config, overrides, tmp_path, monkeypatch
):
    shutil.copytree(trained[0], tmp_path / "out")
    before, old = files(tmp_path / "out"), weights(tmp_path / "out")

    class Interrupting(io.StringIO):
        def write(self, text):
            if " 3 " in text:  # the row of the first evaluation after step 0
                raise KeyboardInterrupt
            return super().write(text)

    with pytest.raises(KeyboardInterrupt):
        train(config, tmp_path / "out", work=tmp_path / "work", overrides=overrides,
              log=Interrupting())  # fmt: skip
    assert files(tmp_path / "out") == before
    assert (tmp_path / "work" / "model-last" / "meta.json").exists()
    assert not list((tmp_path / "work").rglob("profile.json"))
    train(config, tmp_path / "out", work=tmp_path / "work", overrides=overrides, resume=True,
          log=io.StringIO())  # fmt: skip
    assert not (weights(tmp_path / "out") == old).all()


# -- what can't be used


@pytest.mark.parametrize("text", [None, "", "plain text", "[training]\nseed = 1", "[paths]\n"])
def test_a_bad_config_is_told_in_one_line(tmp_path, text):
    path = tmp_path / "my.cfg"
    if text is not None:
        path.write_text(text)
    with pytest.raises(
        InputError, match=r"my\.cfg: not a training config \(.*compare it"
    ) as caught:
        train(path, tmp_path / "out", work=tmp_path / "work")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"training.max_epochs": "many"},
        {"components.ner.factory": "nothing"},
        {"components.ner.model.@architectures": "nothing.v1"},
        {"components.ner.model.depth": 3},
        {"corpora.train.@readers": "nothing.v1"},
    ],
)
def test_a_setting_that_fits_nothing_is_told(config, overrides, tmp_path, change):
    with pytest.raises(InputError, match=r"ner_cnn\.cfg: not a training config") as caught:
        train(config, tmp_path / "out", work=tmp_path / "work", overrides=overrides | change,
              log=io.StringIO())  # fmt: skip
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("part", ["train", "dev"])
def test_a_missing_corpus_is_told(config, overrides, tmp_path, part):
    (tmp_path / "empty").mkdir()
    for place in ("nothing", "empty"):
        change = {f"paths.{part}": str(tmp_path / place)}
        with pytest.raises(AnnotationError, match=f"{place}: no annotated documents"):
            train(config, tmp_path / "out", work=tmp_path / "work", overrides=overrides | change)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("line", "problem"),
    [("{", "not JSON"), ('{"id": 1, "text": "", "entities": [], "relations": []}', "no text")],
)
def test_a_fault_in_the_corpus_is_told_with_its_line(
    config, overrides, corpus, tmp_path, line, problem
):
    path = tmp_path / "bad.jsonl"
    good = (corpus / "dev" / "dev.jsonl").read_text(encoding="utf-8")
    path.write_text(good + line + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=rf"bad\.jsonl:3: {problem}"):
        train(config, tmp_path / "out", work=tmp_path / "work", log=io.StringIO(),
              overrides=overrides | {"paths.train": str(path)})  # fmt: skip
    assert not (tmp_path / "out").exists()


# -- publishing


@pytest.fixture
def folders(tmp_path):
    """A new pipeline, and the older one in its place."""
    new, old = tmp_path / "work" / "model-best", tmp_path / "models" / "zh"
    for folder, text in ((new, "new"), (old, "old")):
        (folder / "ner").mkdir(parents=True)
        (folder / "meta.json").write_text(text)
        (folder / "ner" / "model").write_text(text)
    (old / "gone").write_text("only in the older one")
    (old / "README.md").write_text("the card")
    return new, old


def test_a_new_pipeline_takes_the_place_of_the_older_one(folders):
    new, old = folders
    publish(new, old)
    assert files(old) == {"meta.json": b"new", "ner/model": b"new"}  # the card was the old one's
    assert [path.name for path in old.parent.iterdir()] == ["zh"]
    assert files(new) == {"meta.json": b"new", "ner/model": b"new"}


def test_the_first_pipeline_needs_no_older_one(folders, tmp_path):
    publish(folders[0], tmp_path / "models" / "first")
    assert files(tmp_path / "models" / "first") == files(folders[0])


def test_what_an_earlier_stop_left_is_cleared_away(folders):
    new, old = folders
    for name in ("zh.part", "zh.old"):
        (old.parent / name).mkdir()
        (old.parent / name / "rest").write_text("rest")
    publish(new, old)
    assert [path.name for path in old.parent.iterdir()] == ["zh"]
    assert "rest" not in files(old)


def test_a_full_disk_leaves_the_older_pipeline(folders, monkeypatch):
    new, old = folders
    before = files(old)

    def full(source, target, **_):
        target.mkdir()
        (target / "meta.json").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training.shutil, "copytree", full)
    with pytest.raises(OutputError, match="zh: can't be written: No space left on device"):
        publish(new, old)
    assert files(old) == before


def test_the_profile_goes_into_place_with_the_pipeline_or_neither_does(folders, monkeypatch):
    new, old = folders
    before, profile = files(old), build_profile([], [])

    def full(folder, _):
        assert (folder / "meta.json").read_text() == "new"
        raise OutputError("profile.json: can't be written: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(training, "write_profile", full)
        with pytest.raises(OutputError, match="No space left"):
            publish(new, old, profile)
    assert files(old) == before
    publish(new, old, profile)
    assert sorted(files(old)) == ["meta.json", "ner/model", "profile.json"]
    assert read_profile(old) == profile


def test_a_failing_last_step_leaves_the_older_pipeline(folders, monkeypatch):
    new, old = folders
    before = files(old)
    real = type(old).rename

    def failing(self, target):
        if self.name.endswith(".part"):
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(type(old), "rename", failing)
    with pytest.raises(OutputError, match="zh: can't be written: Input/output error"):
        publish(new, old)
    assert files(old) == before


def test_an_output_below_a_file_is_told(folders, tmp_path):
    (tmp_path / "file").write_text("keep me")
    with pytest.raises(OutputError, match="can't be written"):
        publish(folders[0], tmp_path / "file" / "model")
    assert (tmp_path / "file").read_text() == "keep me"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("training.max_step", 5, "no setting training.max_step to change"),
        ("paths.trian", "x", "no setting paths.trian to change"),
        ("trianing.max_steps", 5, "trianing"),
        ("paths.train", 123, "paths.train is no path"),
        ("training.seed", "abc", "training.seed is no whole number"),
        ("training.eval_frequency", 0, "training.eval_frequency is below 1"),
    ],
)
def test_a_wrong_setting_is_told(config, key, value, told, tmp_path):
    with pytest.raises(InputError, match=told):
        train(config, tmp_path / "model", work=tmp_path / "work", overrides={key: value})
    assert list(tmp_path.iterdir()) == []
