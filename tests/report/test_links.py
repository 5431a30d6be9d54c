import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zonekg.cli import app
from zonekg.errors import InputError
from zonekg.report.browser import browse
from zonekg.report.links import LINK, check_link


def entry_of(one, **options):
    (entry,) = browse([one], **options).index["documents"]
    return entry


def test_a_link_opens_the_annotation_file_from_the_pages_folder(judged, tmp_path):
    file = tmp_path / "gold 100%" / "甲#1.jsonl"
    one = judged("甲", place=(file.as_posix(), 3))
    entry = entry_of(one, base=tmp_path / "out")
    assert entry["link"] == "../gold%20100%25/%E7%94%B2%231.jsonl#L3"
    assert entry["place"] == f"{file.as_posix()}:3"


def test_a_link_to_a_server_takes_the_file_as_it_was_named(judged, tmp_path):
    one = judged("甲", place=("annotations/dev/a b.jsonl", 40), id="x?&/1")
    doccano = "https://doccano.example/projects/3/annotation?page={line}"
    assert entry_of(one, link=doccano)["link"].endswith("/annotation?page=40")
    forge = "http://git.example/{file}#L{line}-{id}"
    link = entry_of(one, link=forge, base=tmp_path)["link"]
    assert link == "http://git.example/annotations/dev/a%20b.jsonl#L40-x%3F%26%2F1"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "JavaScript:alert('{id}')", "data:text/html,{id}", "vbscript:x",
        "file:///etc/{file}", "//evil.example/{file}", "\\\\evil.example\\{file}", "mailto:{id}",
        " javascript:alert(1)", "java\nscript:alert(1)", "java\tscript:alert(1)",
        "\x01javascript:x", "http:{file}", "https:///{file}", "http://[{line}", "",
        "{name}", "{file", "{}", "{{file}}",
    ],
)  # fmt: skip
def test_a_link_that_could_do_something_else_is_refused(judged, link):
    one = judged("甲", place=("a.jsonl", 1))
    for use in (lambda: browse([one], link=link), lambda: check_link(link)):
        with pytest.raises(InputError, match="http or https, or a relative one"):
            use()


def test_a_document_cant_change_the_kind_of_a_link(judged):
    one = judged("甲", place=("javascript:alert(1)", 1), id="script")
    assert entry_of(one, link="{file}", base=Path.cwd())["link"] == "javascript%3Aalert%281%29"
    with pytest.raises(InputError, match="'javascript:alert"):
        browse([one], link="java{id}:alert(1)")


def test_a_document_without_a_place_has_no_link(judged):
    entry = entry_of(judged("甲"))
    assert (entry["place"], entry["link"], entry["page"]) == (None, None, None)


def test_a_page_that_the_source_names_is_linked_when_it_is_there(judged, tmp_path):
    pages = tmp_path / "pages"
    (pages / "2024").mkdir(parents=True)
    (pages / "2024" / "一版 A1.txt").write_text("甲")
    (tmp_path / "secret.txt").write_text("乙")
    base = tmp_path / "out"

    def page(source):
        one = judged("甲", meta={"source": source})
        return entry_of(one, pages=pages, base=base)["page"]

    assert page("2024/一版 A1.txt") == "../pages/2024/%E4%B8%80%E7%89%88%20A1.txt"
    for source in ("../secret.txt", "2024", "b.txt", "", "a\0b", "长" * 400, 3, None):
        assert page(source) is None
    with pytest.raises(InputError, match="no folder"):
        browse([judged("甲")], pages=tmp_path / "none")


def test_ids_that_no_encoding_has_make_links_all_the_same(judged):
    one = judged("甲", place=("a.jsonl", 1), id="\ud800/../'\"")
    assert entry_of(one, link="x?{id}")["link"] == "x?%ED%A0%80%2F..%2F%27%22"


def test_a_file_on_another_drive_is_linked_by_its_uri(judged, tmp_path, monkeypatch):
    def relpath(*_):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", relpath)
    file = tmp_path / "a b#.jsonl"
    one = judged("甲", place=(file.as_posix(), 3), id="e")
    assert entry_of(one)["link"] == f"{tmp_path.as_uri()}/a%20b%23.jsonl#L3"
    with pytest.raises(InputError, match="'file:///etc"):
        browse([one], link="fil{id}:///etc")


@pytest.mark.parametrize("link", [LINK, "https://doccano.example/{id}?page={line}", "#{id}"])
def test_a_link_that_can_be_used_passes(link):
    check_link(link)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--link", "javascript:{id}", "javascript: before"), ("--pages", "none", "no folder")],
)
def test_a_wrong_option_is_told_before_the_model_is_loaded(tmp_path, option, value, says):
    missing = str(tmp_path / "none")  # neither model nor gold is there
    value = value.replace("none", missing)
    command = ["evaluate", missing, missing, "--html", str(tmp_path / "a.html"), option, value]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert says in done.stderr
