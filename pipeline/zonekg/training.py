"""Training by spaCy's own loop, and the trained pipeline put in its place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from configparser import Error as ParsingError
from pathlib import Path
from typing import IO, Any

from catalogue import RegistryError
from confection import Config, ConfigValidationError
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as spacy_train
from spacy.util import load_config, load_model
from thinc.api import fix_random_seed

from zonekg.annotate.corpus import file_digests, read_docs
from zonekg.errors import InputError, ModelError, OutputError
from zonekg.profile import Profile, build_profile, write_profile
from zonekg.schema import schema_text

__all__ = ["read_config", "train"]


def train(
    config: str | Path,
    output: str | Path,
    *,
    work: str | Path | None = None,
    resume: bool = False,
    overrides: Mapping[str, Any] | None = None,
    log: IO[str] = sys.stderr,
) -> Language:
    """Train the pipeline of a config and put the best one into `output`, its profile with it.

    Checkpoints (``model-best``, ``model-last``) go to `work`, by default ``training/<name>``; with
    `resume` training goes on from the weights in ``model-last`` with a fresh optimizer. `overrides`
    change config values (``{"training.max_epochs": 5}``). Ctrl-C keeps the checkpoints.

    Raises InputError for a config or corpus that can't be used and OutputError.
    """
    output = Path(output)
    work = Path(work) if work else Path("training") / output.name
    settings = read_config(Path(config), overrides or {})
    plain = settings.interpolate()
    train_data, dev_data = (Path(plain["paths"][part]) for part in ("train", "dev"))
    facts = {
        "train_data": file_digests(train_data),
        "dev_data": file_digests(dev_data),
        "schema": schema_text(),
    }
    if resume:
        _resume_from(settings, work / "model-last")
    fix_random_seed(plain["training"]["seed"])
    try:
        nlp = init_nlp(settings, use_gpu=-1)
    except (ConfigValidationError, RegistryError, ValueError, TypeError) as error:
        raise _bad_config(config, error) from error
    nlp.meta["zonekg"] = facts
    work.mkdir(parents=True, exist_ok=True)
    spacy_train(nlp, work, use_gpu=-1, stdout=log, stderr=log)
    best = work / "model-best"
    publish(best, output, _profile(best, train_data, dev_data))
    return nlp


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
        raise _bad_config(path, error) from error
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
    for part in ("train", "dev"):
        if not isinstance(plain["paths"][part], str) or not plain["paths"][part]:
            raise ValueError(f"paths.{part} is no path")
    if not isinstance(plain["training"]["seed"], int):
        raise ValueError("training.seed is no whole number")
    if plain["training"]["eval_frequency"] < 1:
        raise ValueError("training.eval_frequency is below 1")


def _bad_config(path: str | Path, error: Exception) -> InputError:
    cause = " ".join(str(error).split())
    return InputError(
        path, f"not a training config ({cause})", todo="compare it with configs/ner_cnn.cfg"
    )


def _resume_from(settings: Config, checkpoint: Path) -> None:
    if not (checkpoint / "meta.json").is_file():
        raise ModelError(f"{checkpoint}: no checkpoint to go on from; train without --resume")
    settings["components"]["ner"] = {"source": str(checkpoint)}


def _profile(trained: Path, train_data: Path, dev_data: Path) -> Profile:
    nlp = load_model(trained)
    predicted = nlp.pipe(doc.text for doc in read_docs(dev_data, nlp))
    return build_profile(read_docs(train_data, nlp), predicted)


def publish(trained: Path, output: Path, profile: Profile | None = None) -> None:
    """Put a trained pipeline and its profile in the place of an older one, whole or not at all.

    The older one's card goes with it: its scores are not those of the new one.
    """
    part = output.with_name(output.name + ".part")
    old = output.with_name(output.name + ".old")
    try:
        for folder in (part, old):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(trained, part)
        if profile:
            write_profile(part, profile)
        if output.exists():
            output.rename(old)
        try:
            part.rename(output)
        except OSError:
            if old.exists():
                old.rename(output)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"{output}: can't be written: {error.strerror or error}") from error
