"""A trained pipeline in the place of an older one, its profile with it."""

import pytest

from zonekg.annotate.corpus import read_docs
from zonekg.errors import OutputError
from zonekg.profile import build_profile, read_profile
from zonekg.training import publish, publishing
from zonekg.training.config import make_plan


def test_the_profile_has_the_development_documents_as_the_model_tags_them(
    model, config, overrides, corpus
):
    profile = publishing.profile_of(model, make_plan(config, overrides))
    tagged = [model(doc.text) for doc in read_docs(corpus / "dev", model)]
    assert profile.dev == tuple(sorted(profile.traits(doc) for doc in tagged))
    confidences = [mention.confidence for row in profile.dev for mention in row.mentions]
    assert confidences
    assert min(confidences) < 1  # gold has none but 1


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


def test_a_new_pipeline_takes_the_place_of_the_older_one(folders, files):
    new, old = folders
    publish(new, old)
    assert files(old) == {"meta.json": b"new", "ner/model": b"new"}  # the card was the old one's
    assert [path.name for path in old.parent.iterdir()] == ["zh"]
    assert files(new) == {"meta.json": b"new", "ner/model": b"new"}


def test_the_first_pipeline_needs_no_older_one(folders, files, tmp_path):
    publish(folders[0], tmp_path / "models" / "first")
    assert files(tmp_path / "models" / "first") == files(folders[0])


def test_what_an_earlier_stop_left_is_cleared_away(folders, files):
    new, old = folders
    for name in ("zh.part", "zh.old"):
        (old.parent / name).mkdir()
        (old.parent / name / "rest").write_text("rest")
    publish(new, old)
    assert [path.name for path in old.parent.iterdir()] == ["zh"]
    assert "rest" not in files(old)


def test_a_full_disk_leaves_the_older_pipeline(folders, files, monkeypatch):
    new, old = folders
    before = files(old)

    def full(source, target, **_):
        target.mkdir()
        (target / "meta.json").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.shutil, "copytree", full)
    with pytest.raises(OutputError, match="zh: can't be written: No space left on device"):
        publish(new, old)
    assert files(old) == before


def test_the_profile_goes_into_place_with_the_pipeline_or_neither_does(folders, files, monkeypatch):
    new, old = folders
    before, profile = files(old), build_profile([], [])

    def full(folder, _):
        assert (folder / "meta.json").read_text() == "new"
        raise OutputError("profile.json: can't be written: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "write_profile", full)
        with pytest.raises(OutputError, match="No space left"):
            publish(new, old, profile)
    assert files(old) == before
    publish(new, old, profile)
    assert sorted(files(old)) == ["meta.json", "ner/model", "profile.json"]
    assert read_profile(old) == profile


def test_a_failing_last_step_leaves_the_older_pipeline(folders, files, monkeypatch):
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
