"""The errors that zonekg raises.

    ZonekgError              anything the caller can mend; printed without a traceback
    ├── InputError           a file or a place in it is not what was expected
    │   ├── EncodingError    a file is not text in a known encoding
    │   └── AnnotationError  an annotation file breaks the format or the guidelines
    ├── SchemaError          an unknown label, or a relation between entities it may not join
    ├── ModelError           a model folder is missing, damaged or lacks a component
    ├── OutputError          a result can't be written
    └── QuestionError        a question names nothing that the graph has, or several things

Every message says where, what was found, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

__all__ = [
    "AnnotationError",
    "EncodingError",
    "InputError",
    "ModelError",
    "OutputError",
    "QuestionError",
    "SchemaError",
    "ZonekgError",
]


class ZonekgError(Exception):
    """Base of all errors that zonekg raises on purpose."""


class InputError(ZonekgError):
    """A file, or a place in it, is not what was expected.

    >>> print(InputError("a.txt", "no text in it", line=3, todo="remove the file"))
    a.txt:3: no text in it; remove the file
    """

    def __init__(
        self, path: str | Path, found: str, *, line: int | None = None, todo: str = ""
    ) -> None:
        self.path = str(path)
        self.line = line
        self.found = found
        place = self.path if line is None else f"{self.path}:{line}"
        self.todo = todo
        super().__init__(f"{place}: {found}" + (f"; {todo}" if todo else ""))

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross over to another process, as trainings side by side need."""
        return partial(type(self), line=self.line, todo=self.todo), (self.path, self.found)


class EncodingError(InputError):
    """A file is not text in UTF-8, UTF-16 or GB18030."""


class AnnotationError(InputError):
    """An annotation file breaks the format or the guidelines."""


class SchemaError(ZonekgError):
    """A label that the schema lacks, or a relation between entities that it may not join."""


class ModelError(ZonekgError):
    """A model folder is missing, damaged or lacks a component."""


class OutputError(ZonekgError):
    """A result can't be written: no space, no permission, or a name already in use."""


class QuestionError(ZonekgError):
    """A question names nothing that the graph has, or several things.

    candidates: what may have been meant, as `zonekg.graph.questions.Candidate`.

    >>> print(QuestionError("高新区", "2 nodes match", "name one by its id: n:1, n:2"))
    高新区: 2 nodes match; name one by its id: n:1, n:2
    """

    def __init__(self, asked: str, found: str, todo: str, candidates: Sequence[Any] = ()) -> None:
        self.asked = asked
        self.candidates = tuple(candidates)
        super().__init__(f"{asked or repr(asked)}: {found}; {todo}")
