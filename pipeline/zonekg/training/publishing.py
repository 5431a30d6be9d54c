"""The best pipeline made ready, and put in the place of an older one."""

from __future__ import annotations

import shutil
from pathlib import Path

from spacy.language import Language
from spacy.util import load_model, resolve_dot_names

from zonekg.annotate.corpus import read_docs
from zonekg.errors import OutputError
from zonekg.profile import Profile, build_profile, write_profile
from zonekg.training.config import Plan
from zonekg.training.folders import whole_folder
from zonekg.training.protocols import FinishesTraining

__all__ = ["finish", "profile_of", "publish"]


def finish(best: Path, target: Path) -> None:
    """Load the best pipeline, let its components finish their training, and write it.

    Those with a method ``finish_training`` (see `FinishesTraining`) that are not frozen are called,
    in the order of the pipeline.
    """
    nlp = load_model(best)
    config = nlp.config.interpolate()
    (corpus,) = resolve_dot_names(config, [config["training"]["dev_corpus"]])
    examples = list(corpus(nlp))
    frozen = config["training"]["frozen_components"]
    for name, pipe in nlp.pipeline:
        if name not in frozen and isinstance(pipe, FinishesTraining):
            pipe.finish_training(nlp, examples)
    with whole_folder(target) as part:
        nlp.to_disk(part)


def profile_of(nlp: Language, plan: Plan) -> Profile | None:
    """The profile of a trained pipeline, from its documents as they are, none augmented.

    None where the documents are not of `annotations/`: a profile is of articles.
    """
    if not plan.articles:
        return None
    train_data, dev_data = plan.data
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
