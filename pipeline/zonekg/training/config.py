"""Training configs: read, changed, checked, and told apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from configparser import Error as ParsingError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confection import Config
from spacy.util import load_config

from zonekg.annotate.corpus import file_digests
from zonekg.errors import InputError, ModelError
from zonekg.schema import schema_text
from zonekg.training.folders import latest

__all__ = ["Plan", "bad_config", "differences", "make_plan", "origin", "read_config"]


def read_config(path: Path, overrides: Mapping[str, Any]) -> Config:
    """A training config with changed values, its variables left in place.

    Raises InputError when it can't be read, lacks what training needs or has not the setting that
    is to be changed.
    """
    try:
        plain = load_config(path, interpolate=False)
        for key in overrides:
            _require_setting(plain, key)
        settings = load_config(path, overrides=dict(overrides), interpolate=False)
        _require_values(settings.interpolate())
    except (OSError, KeyError, TypeError, ValueError, ParsingError) as error:
        raise bad_config(path, error) from error
    return settings


def _require_setting(config: Config, key: str) -> None:
    """A setting is there, or may be: what is registered has defaults, and checks its own names."""
    *sections, name = key.split(".")
    section: Any = config
    for part in sections:
        section = section[part]
    open_ended = any(word.startswith("@") or word == "factory" for word in section)
    if name not in section and not open_ended:
        raise ValueError(f"no setting {key} to change")


def _require_values(plain: Config) -> None:
    training = plain["training"]
    for part in ("train", "dev"):
        if not isinstance(plain["paths"][part], str) or not plain["paths"][part]:
            raise ValueError(f"paths.{part} is no path")
    if not isinstance(training["seed"], int):
        raise ValueError("training.seed is no whole number")
    if training["eval_frequency"] < 1:
        raise ValueError("training.eval_frequency is below 1")
    if training.get("before_update"):
        raise ValueError("training.before_update is not supported; remove it")
    logger = training.get("logger", {}).get("@loggers", "spacy.ConsoleLogger.v1")
    if not logger.startswith("spacy.ConsoleLogger."):
        raise ValueError(f"training.logger {logger} is not supported; log.jsonl has all numbers")


def bad_config(path: str | Path, error: Exception) -> InputError:
    """The error of a config that can't be used, in one line."""
    cause = " ".join(str(error).split())
    return InputError(
        path, f"not a training config ({cause})", todo="compare it with configs/ner_cnn.cfg"
    )


@dataclass(frozen=True)
class Plan:
    """A training before it begins.

    settings: the config with its variables in place; plain: its values.
    facts: all that the outcome rests on: ``config`` with the values, then digests of the data
    (``train_data``, ``dev_data`` by file, ``files`` for what else ``[paths]`` names), ``schema``,
    and ``start`` with digests of the checkpoint that it begins from, if it does.
    start: that checkpoint.
    """

    config: Path
    settings: Config
    plain: Mapping[str, Any]
    facts: Mapping[str, Any]
    start: Path | None = None

    @property
    def seed(self) -> int:
        """The seed of all that is drawn by lot."""
        return int(self.plain["training"]["seed"])

    @property
    def data(self) -> tuple[Path, Path]:
        """Where the training and the development documents are."""
        return Path(self.plain["paths"]["train"]), Path(self.plain["paths"]["dev"])

    @property
    def articles(self) -> bool:
        """Whether they are annotated articles, not sentences of another corpus."""
        corpora = self.plain["corpora"].values()
        return all(part.get("@readers") == "zonekg.AnnotatedCorpus.v1" for part in corpora)

    @property
    def sourced(self) -> dict[str, str]:
        """The components that are taken from a trained pipeline, each with its folder."""
        parts = self.plain["components"].items()
        return {name: part["source"] for name, part in parts if "source" in part}

    @property
    def notes(self) -> dict[str, Any]:
        """What the trained pipeline tells of its training, as ``meta["zonekg"]``.

        ``sourced`` tells the same of components that were taken from another pipeline, ``start``
        of the training whose weights it began with.
        """
        text = json.dumps(self.facts["config"], ensure_ascii=False, sort_keys=True)
        kept = {key: self.facts[key] for key in ("train_data", "dev_data", "schema")}
        kept |= {"seed": self.seed, "config": hashlib.sha256(text.encode()).hexdigest()}
        sourced = {name: origin(Path(folder), name) for name, folder in self.sourced.items()}
        kept |= {"sourced": sourced} if sourced else {}
        return kept | ({"start": origin(self.start / "pipeline")} if self.start else {})


def origin(pipeline: Path, component: str | None = None) -> dict[str, Any]:
    """What a trained pipeline tells of its training, or of that of one of its components.

    pipeline: its folder.
    """
    meta = pipeline / "meta.json"
    told = json.loads(meta.read_text(encoding="utf-8")).get("zonekg", {}) if meta.exists() else {}
    told = told.get("sourced", {}).get(component, told)
    names = ("train_data", "dev_data", "seed", "config", "start", "mean_of")
    return {key: told[key] for key in names if key in told}


def make_plan(
    config: str | Path, overrides: Mapping[str, Any], start: str | Path | None = None
) -> Plan:
    """Read a config and the digests of what it names; raises InputError for what can't be read.

    start: the work folder of a training whose last checkpoint gives the weights to begin with;
    ModelError where it has none.
    """
    begins = latest(Path(start) / "checkpoint") if start else None
    if start and not begins:
        raise ModelError(
            f"{start}: no checkpoint to begin from; expected the work folder of a training, "
            "such as training/zh_mine, or training/zh_mine/seed-1 after --seed 1"
        )
    settings = read_config(Path(config), overrides)
    plain = settings.interpolate()
    paths = plain["paths"]
    others = {key: value for key, value in paths.items() if isinstance(value, str)}
    del others["train"], others["dev"]
    facts = {
        "config": json.loads(json.dumps(plain)),
        "train_data": file_digests(Path(paths["train"])),
        "dev_data": file_digests(Path(paths["dev"])),
        "files": {key: _digests(Path(value)) for key, value in others.items()},
        "schema": schema_text(),
    }
    if begins:
        facts["start"] = _digests(begins / "pipeline")
    return Plan(Path(config), settings, plain, facts, begins)


def _digests(path: Path) -> dict[str, str]:
    """SHA-256 of a file or of each file below a folder; none for what is no path, as a name."""
    files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
    return {
        file.relative_to(path.parent).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file()
    }


def differences(old: Any, new: Any, name: str = "") -> Iterator[str]:
    """What differs between two nested dicts, a phrase for each value.

    >>> list(differences({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2}))
    ['a.b was 1, is 3']
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from differences(old.get(key), new.get(key), f"{name}.{key}" if name else key)
    elif old != new:
        yield f"{name} was {_brief(old)}, is {_brief(new)}"


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:16]}…"
