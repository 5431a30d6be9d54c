import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest

import zonekg
from zonekg.annotate.records import read_records
from zonekg.ingest import read_pages
from zonekg.schema import Schema, default_schema

PARTS = ("annotations", "configs", "models", "pipeline", "seeds", "tests")
LEFT_OUT = {"__pycache__", "node_modules", "bench"}
LIMITS = {"models": 40_000_000, "annotations": 20_000_000, "": 3_000_000}
"""Bytes that one file may have; a host of repositories refuses 100 MB and warns from 50 MB on."""


def repository_files(root):
    """What a checkout holds, without what tools leave in it."""
    top = [path for path in root.iterdir() if path.is_file() and path.name != ".coverage"]
    parts = (path for part in PARTS for path in (root / part).rglob("*"))
    for path in chain(top, parts):
        inner = path.relative_to(root).parts
        tools = LEFT_OUT & set(inner) or any(p.endswith((".egg-info", "_cache")) for p in inner)
        if path.is_file() and not tools:
            yield path


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


# -- the wheel


def wheel_names(root, project, folder):
    """The files of the wheel: of one built now, or as pyproject.toml promises them."""
    if importlib.util.find_spec("hatchling"):
        code = "import sys, hatchling.build as b; print(b.build_wheel(sys.argv[1]))"
        command = [sys.executable, "-c", code, str(folder)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (wheel,) = folder.glob("*.whl")
        return zipfile.ZipFile(wheel).namelist()
    build = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    names = list(build["force-include"].values())
    assert all((root / path).is_file() for path in build["force-include"])
    for package in map(Path, build["packages"]):
        found = (p for p in (root / package).rglob("*") if p.is_file())
        names += [p.relative_to(root / package.parent).as_posix() for p in found]
    names = [name for name in names if "__pycache__" not in name]
    info = f"{project['project']['name']}-{project['project']['version']}.dist-info"
    assert [(root / name).is_file() for name in project["project"]["license-files"]] == [True]
    return [*names, f"{info}/METADATA", f"{info}/entry_points.txt", f"{info}/licenses/LICENSE"]


def test_the_wheel_holds_the_package_the_schema_and_the_licence(root, project, tmp_path):
    names = wheel_names(root, project, tmp_path)
    assert len(names) == len(set(names))
    package = {name for name in names if name.startswith("zonekg/")}
    there = {
        "zonekg/" + path.relative_to(root / "pipeline" / "zonekg").as_posix()
        for path in (root / "pipeline" / "zonekg").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package == there | {"zonekg/schema.toml"}
    assert "zonekg/py.typed" in package
    rest = {name.partition("/")[2] for name in names if name not in package}
    assert {"METADATA", "entry_points.txt", "licenses/LICENSE"} <= rest
    assert all(".dist-info/" in name for name in names if name not in package)


def test_what_a_models_config_names_is_registered(project):
    points = project["project"]["entry-points"]
    kinds = ("factories", "architectures", "readers", "augmenters")
    assert {f"spacy_{kind}" for kind in kinds} == set(points)
    for target in chain(*(group.values() for group in points.values())):
        module, _, name = target.partition(":")
        assert callable(getattr(importlib.import_module(module), name))
    module, _, name = project["project"]["scripts"]["zonekg"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_configs_name_only_registered_components(root, project):
    configs = sorted((root / "configs").glob("*.cfg"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in configs)
    points = project["project"]["entry-points"]
    factories = set(re.findall(r'^factory = "(zonekg\w+)"', text, re.M))
    assert len(factories) == 6
    assert factories <= set(points["spacy_factories"])
    assert set(re.findall(r'"(zonekg\.\w+\.v\d+)"', text)) == {
        *points["spacy_architectures"],
        *points["spacy_readers"],
        *points["spacy_augmenters"],
    }


# -- the schema


def installed(root, folder, *, schema):
    """Run the package as a wheel installs it, away from the checkout."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "pipeline" / "zonekg", folder / "zonekg", ignore=ignore)
    if schema:
        shutil.copy(root / "configs" / "schema.toml", folder / "zonekg" / "schema.toml")
    code = "import zonekg; print(zonekg.__file__, *zonekg.default_schema().relations)"
    return subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_the_schema_is_found_in_a_checkout_and_in_a_wheel(root, tmp_path):
    text = (root / "configs" / "schema.toml").read_text(encoding="utf-8")
    assert default_schema() == Schema.parse(text)
    done = installed(root, tmp_path, schema=True)
    assert done.returncode == 0, done.stderr
    place, *relations = done.stdout.split()
    assert Path(place).is_relative_to(tmp_path)
    assert relations == list(default_schema().relations)


def test_a_missing_schema_is_told(root, tmp_path):
    done = installed(root, tmp_path, schema=False)
    assert done.returncode == 1
    assert "SchemaError: schema.toml is missing" in done.stderr


# -- the annotated documents


def test_nothing_of_the_seed_pages_is_trained_on(root):
    seeds = {
        sentence
        for page in read_pages(root / "seeds")
        for article in page
        for sentence in re.split(r"[。！？；，\n]", article.text)
        if len(sentence) >= 16
    }
    assert len(seeds) > 100
    for split in ("train", "dev", "test"):
        for path in (root / "annotations" / split).glob("*.jsonl"):
            text = "\n".join(record["text"] for _, record in read_records(path))
            assert [sentence for sentence in seeds if sentence in text] == []


# -- the checkout


def test_no_file_is_too_large(root):
    files = list(repository_files(root))
    assert len(files) > 100
    for path in files:
        part = path.relative_to(root).parts[0]
        limit = LIMITS.get(part, LIMITS[""])
        assert path.stat().st_size <= limit, path


def texts(root):
    kinds = {".py", ".md", ".toml", ".cfg", ".mjs", ".json", ".jsonl", ".yaml", ".txt", ""}
    for path in repository_files(root):
        if path.suffix in kinds and path.relative_to(root).parts[0] not in ("models", "seeds"):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:  # a page in another encoding, for the tests of reading
                assert "layouts" in path.parts, path


def test_nothing_is_left_to_do_in_the_sources(root):
    pattern = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    found = [
        f"{path}: {match[0]}"
        for path, text in texts(root)
        if path.suffix != ".jsonl"
        for match in pattern.finditer(text)
    ]
    assert found == []


def test_no_conflict_marks_and_no_tabs_in_sources(root):
    for path, text in texts(root):
        assert not re.search(r"^(?:<{7}|>{7}) ", text, re.M), path
        if path.suffix in (".py", ".toml", ".cfg"):
            assert "\t" not in text, path


def test_the_licence_is_the_one_that_the_project_tells(root, project):
    text = (root / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n")
    assert "Copyright (c)" in text
    assert 'THE SOFTWARE IS PROVIDED "AS IS"' in text
    assert project["project"]["license"] == "MIT"


def test_the_changelog_knows_the_version(root):
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(zonekg.__version__)}\b", text, re.M)


def test_what_the_readme_links_to_is_there(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert len(links) > 3
    assert [link for link in links if not (root / link).exists()] == []


SHIPPED = ("trf", "sm")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_model_is_the_one_that_its_card_describes(root, name):
    """The card's scores and data come from `zonekg card`; see scores.json beside it."""
    folder = root / "models" / f"zh_zone_news_{name}"
    card = (folder / "README.md").read_text(encoding="utf-8")
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert scores["command"] in card
    for digest in meta["zonekg"]["train_data"].values():
        assert digest in card
    for result in scores["results"]:
        assert f"{result['entities']['strict']['micro']['f']:.1f}" in card


def test_the_readme_has_the_scores_of_the_cards(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    for name in SHIPPED:
        path = root / "models" / f"zh_zone_news_{name}" / "scores.json"
        for result in json.loads(path.read_text(encoding="utf-8"))["results"][1:]:
            entities, relations = result["entities"]["strict"], result["relations"]["strict"]
            title = "seed pages" if "seeds" in result["gold"] else "test"
            (line,) = re.findall(rf"^\| {name} \| {title} \| (.*) \|$", text, re.M)
            micro, *cells = line.split(" | ")
            assert micro.startswith(f"{entities['micro']['f']:.1f} (")
            labels = [entities[label] for label in ("ORG", "PARK", "PROJECT", "MONEY")]
            assert cells == [f"{row['f']:.1f}" for row in [*labels, relations["micro"]]]


@pytest.mark.parametrize(("name", "megabytes"), [("trf", 30), ("sm", 12)])
def test_a_shipped_model_is_small_and_runs_without_torch(root, name, megabytes):
    folder = root / "models" / f"zh_zone_news_{name}"
    ours = {"README.md", "scores.json"}
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ours]
    assert sum(path.stat().st_size for path in files) <= megabytes * 1_000_000
    code = (
        "import sys\n"
        "for name in ('torch', 'transformers', 'safetensors', 'onnx'): sys.modules[name] = None\n"
        "import zonekg\n"
        f"doc = zonekg.load_model({str(folder)!r})('太行世纪新能源有限公司落户阳泉高新区。')\n"
        "print([(e.text, e.label_) for e in doc.ents])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert eval(done.stdout) == [("太行世纪新能源有限公司", "ORG"), ("阳泉高新区", "PARK")]
