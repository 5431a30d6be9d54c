import ast
import importlib
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import zonekg

HEAVY = ("spacy", "thinc", "numpy", "networkx", "matplotlib", "igraph", "typer", "rich")


def python(code):
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_names_are_sorted_and_single():
    assert sorted(set(zonekg.__all__)) == list(zonekg.__all__)


def test_every_name_can_be_imported_from_the_door():
    code = "from zonekg import *; print(*(n for n in dir() if n[0] != '_' and n != 'annotations'))"
    names = python(code).split()
    assert sorted(names) == zonekg.__all__


@pytest.mark.parametrize("name", zonekg.__all__)
def test_a_name_is_no_module(name):
    assert not isinstance(getattr(zonekg, name), ModuleType)


@pytest.mark.parametrize("first", ["import zonekg", "from zonekg import *"])
def test_no_module_hides_a_name(first):
    """Importing a module binds its name in the package, over a function of that name."""
    modules = {found.name for found in pkgutil.iter_modules(zonekg.__path__)}
    assert {"docs", "errors"} <= modules
    for name in sorted(modules & set(zonekg.__all__)):
        python(f"{first}; import zonekg.{name}, zonekg; assert callable(zonekg.{name}), '{name}'")


def test_type_checkers_see_the_same_names_in_the_same_places():
    tree = ast.parse(Path(zonekg.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    told = {
        alias.name: node.module.removeprefix("zonekg.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(told) == set(zonekg.__all__)
    for name, home in told.items():
        module = importlib.import_module(f"zonekg.{home}")
        assert name in module.__all__
        assert getattr(module, name) is not None


def test_the_door_is_light():
    loaded = python("import sys, zonekg; print(*(m.split('.')[0] for m in sys.modules))").split()
    assert "zonekg" in loaded
    assert set(HEAVY).isdisjoint(loaded)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'zonekg' has no attribute 'nothing'"):
        _ = zonekg.nothing
    assert not hasattr(zonekg, "spacy")


def test_the_version_is_the_one_of_the_project(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert zonekg.__version__ == project["version"]
    assert python("import zonekg; print(zonekg.__version__)") == project["version"]


def modules():
    found = pkgutil.walk_packages(zonekg.__path__, "zonekg.")
    return sorted(module.name for module in found)


@pytest.mark.parametrize("name", modules())
def test_every_module_has_what_it_lists(name):
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", [])
    assert [entry for entry in listed if not hasattr(module, entry)] == []
