"""Errors: one tree, and messages that say where, what and what to do."""

import ast
import pickle
from pathlib import Path

import pytest

from zonekg import errors
from zonekg.errors import AnnotationError, EncodingError, InputError, ZonekgError

TREE = {
    "ZonekgError": "Exception",
    "InputError": "ZonekgError",
    "EncodingError": "InputError",
    "AnnotationError": "InputError",
    "SchemaError": "ZonekgError",
    "ModelError": "ZonekgError",
    "OutputError": "ZonekgError",
    "QuestionError": "ZonekgError",
}


@pytest.mark.parametrize("name", TREE)
def test_the_tree(name):
    assert getattr(errors, name).__bases__[0].__name__ == TREE[name]


def test_the_tree_is_whole():
    assert set(errors.__all__) == set(TREE)
    assert errors.__all__ == sorted(errors.__all__)
    assert all(name in errors.__doc__ for name in TREE)


@pytest.mark.parametrize("kind", [InputError, EncodingError, AnnotationError])
def test_an_input_error_says_where(kind):
    error = kind(Path("a") / "b.txt", "no text", line=3, todo="remove the file")
    assert str(error) == "a/b.txt:3: no text; remove the file"
    assert (error.path, error.line, error.found) == ("a/b.txt", 3, "no text")


def test_line_and_remedy_may_be_left_out():
    assert str(InputError("b.txt", "no text")) == "b.txt: no text"
    assert str(InputError("b.txt", "no text", line=0)) == "b.txt:0: no text"
    assert InputError("b.txt", "no text").line is None


def test_one_clause_catches_all():
    with pytest.raises(ZonekgError):
        raise AnnotationError("b.jsonl", "no id", line=1)


def test_the_package_raises_no_bare_exception():
    """What a caller catches has a name: no module raises Exception or RuntimeError itself."""
    for path in Path(errors.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                raised = getattr(node.exc.func, "id", "")
                assert raised not in ("Exception", "BaseException", "RuntimeError"), path


@pytest.mark.parametrize("kind", [InputError, AnnotationError])
def test_an_error_crosses_over_to_another_process(kind):
    error = kind("a.txt", "no text", line=3, todo="remove it")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.line, again.path) == (kind, str(error), 3, "a.txt")
