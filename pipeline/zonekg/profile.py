"""What a model was trained on, kept as ``profile.json`` beside its weights.

`drift` compares new pages with it, evaluation tells by it what a model has seen before.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from zonekg.docs import confidences, relations
from zonekg.errors import ModelError, SchemaError
from zonekg.files import open_atomic
from zonekg.head_nouns import head_noun
from zonekg.names import name_key
from zonekg.schema import default_schema

__all__ = [
    "NAMED",
    "ArticleTraits",
    "MentionTraits",
    "Profile",
    "build_profile",
    "digest",
    "find_profile",
    "name_digest",
    "read_profile",
    "write_profile",
]

NAMED = ("ORG", "PARK", "PROJECT")
"""The labels whose mentions are names; an amount has none."""

_FILE, _VERSION = "profile.json", 2

# full-width letters and digits are what their half-width twins are, as the net has it
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def digest(text: str) -> str:
    """The first 16 hex digits of a text's SHA-256.

    >>> digest("开发区")
    '03b29af78a651224'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def name_digest(name: str, label: str) -> str:
    """The first 8 digits of the digest of a name's key, the same for all its spellings.

    With 100,000 names known, one new name in 40,000 is taken for one of them by chance.

    >>> name_digest("“康佳集团”", "ORG") == name_digest("康佳集团有限公司", "ORG")
    True
    """
    return digest(name_key(name, label))[:8]


class MentionTraits(NamedTuple):
    """One predicted mention.

    head: its head noun; known: whether a training mention has the same name; first: whether the
    article says the name for the first time. For an amount these are empty and False.
    """

    label: str
    head: str
    known: bool
    first: bool
    confidence: float


@dataclass(frozen=True, order=True)
class ArticleTraits:
    """What a model makes of one article; drift compares articles by it.

    characters: white space aside, as in `unknown`, those that no training text has.
    """

    characters: int
    unknown: int
    relations: int
    mentions: tuple[MentionTraits, ...]

    def to_dict(self) -> dict[str, Any]:
        """The traits as JSON has them; `from_dict` reads them back."""
        rows = [[m.label, m.head, int(m.known), int(m.first), m.confidence] for m in self.mentions]
        return asdict(self) | {"mentions": rows}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ArticleTraits:
        """Read what `to_dict` gave; raises ValueError, TypeError or KeyError for other data."""
        labels, mentions = default_schema().entities, []
        for label, head, known, first, confidence in data["mentions"]:
            if not (label in labels and isinstance(head, str) and 0 <= confidence <= 1):
                raise ValueError(f"mention {[label, head, confidence]}")
            mentions.append(MentionTraits(label, head, bool(known), bool(first), float(confidence)))
        size, unknown, found = (_count(data[key]) for key in ("characters", "unknown", "relations"))
        return cls(size, unknown, found, tuple(mentions))


@dataclass(frozen=True)
class Profile:
    """What a model was trained on, and how articles that it did not learn from look to it.

    names: by label of `NAMED` the `name_digest` values of the training mentions; the names
    themselves, which may be confidential, stay with the documents.
    heads: by label how often each head noun ends a training mention, the most frequent first.
    characters: those of the training texts, half-width ones for full-width, white space aside.
    documents: the digests of the training texts.
    dev: the development documents, sorted, as the model tags them, since new pages have no gold.
    They chose the checkpoint, so that the model is a little surer of them than of others.

    >>> names = {"ORG": {name_digest("康佳集团", "ORG")}}
    >>> profile = Profile(names, {"ORG": {"集团": 1}}, set("康佳集团"), set(), ())
    >>> profile.seen("ORG", "“康佳集团”"), profile.seen("ORG", "海信集团")
    (True, False)
    """

    names: Mapping[str, Set[str]]
    heads: Mapping[str, Mapping[str, int]]
    characters: Set[str]
    documents: Set[str]
    dev: tuple[ArticleTraits, ...]

    def seen(self, label: str, name: str) -> bool:
        """Whether a training mention of the label has this name, spelling variants included.

        Raises SchemaError for a label whose names are not kept, such as MONEY.
        """
        if label not in self.names:
            raise SchemaError(f"no names of {label} are kept; expected {', '.join(self.names)}")
        return name_digest(name, label) in self.names[label]

    def trained_on(self, text: str) -> bool:
        """Whether exactly this text was trained on."""
        return digest(text) in self.documents

    def traits(self, doc: Doc) -> ArticleTraits:
        """What the model made of an article, against what it was trained on."""
        text = _visible(doc.text)
        unknown = sum(char not in self.characters for char in text)
        met: set[tuple[str, str]] = set()
        rows = []
        for ent, sure in zip(doc.ents, confidences(doc), strict=True):
            label, traits = ent.label_, ("", False, False)
            if label in self.names:
                key = (label, name_digest(ent.text, label))
                traits = (head_noun(ent.text), key[1] in self.names[label], key not in met)
                met.add(key)
            rows.append(MentionTraits(label, *traits, sure))
        return ArticleTraits(len(text), unknown, len(relations(doc)), tuple(rows))

    def to_dict(self) -> dict[str, Any]:
        """The profile as JSON has it; `from_dict` reads it back."""
        return {
            "version": _VERSION,
            "documents": sorted(self.documents),
            "characters": "".join(sorted(self.characters)),
            "heads": {label: dict(counts) for label, counts in self.heads.items()},
            "names": {label: sorted(keys) for label, keys in self.names.items()},
            "dev": [row.to_dict() for row in self.dev],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Profile:
        """Read what `to_dict` wrote; raises ValueError, TypeError or KeyError for other data."""
        if data["version"] != _VERSION:
            raise ValueError(f"version {data['version']!r}, expected {_VERSION}")
        if not set(data["names"]) == set(data["heads"]) == set(NAMED):
            raise ValueError(f"names of {sorted(data['names'])}, expected {sorted(NAMED)}")
        return cls(
            names={k: _texts(data["names"][k]) for k in NAMED},
            heads={k: {h: _count(n) for h, n in data["heads"][k].items()} for k in NAMED},
            characters=set(_visible(data["characters"])),
            documents=_texts(data["documents"]),
            dev=tuple(ArticleTraits.from_dict(row) for row in data["dev"]),
        )


def _visible(text: str) -> list[str]:
    """The characters of a text but white space, half-width ones for full-width."""
    return [char for char in text.translate(_WIDTH) if not char.isspace()]


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r}, expected a count")
    return value


def _texts(value: Any) -> Set[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TypeError("expected a list of texts")
    return set(value)


def build_profile(train_docs: Iterable[Doc], dev_predicted: Iterable[Doc]) -> Profile:
    """The profile of a model from its training documents and the dev documents as it tags them.

    train_docs: with their gold mentions, as they are in the corpus, not augmented.
    """
    names: dict[str, set[str]] = {label: set() for label in NAMED}
    heads: dict[str, list[str]] = {label: [] for label in NAMED}
    characters: set[str] = set()
    documents: set[str] = set()
    for doc in train_docs:
        documents.add(digest(doc.text))
        characters.update(_visible(doc.text))
        for ent in doc.ents:
            if ent.label_ in names:
                names[ent.label_].add(name_digest(ent.text, ent.label_))
                heads[ent.label_].append(head_noun(ent.text))
    ranked = {k: dict(Counter(sorted(found)).most_common()) for k, found in heads.items()}
    bare = Profile(names, ranked, characters, documents, dev=())
    return replace(bare, dev=tuple(sorted(bare.traits(doc) for doc in dev_predicted)))


def write_profile(model_folder: str | Path, profile: Profile) -> Path:
    """Write ``profile.json`` into a model's folder; raises OutputError when it can't be written."""
    path = Path(model_folder) / _FILE
    text = json.dumps(profile.to_dict(), ensure_ascii=False, separators=(",", ":"))
    with open_atomic(path) as handle:
        handle.write(text + "\n")
    return path


def find_profile(nlp: Language) -> Profile | None:
    """The profile of a loaded pipeline, None where its folder has none or it came from none.

    Raises ModelError when it is damaged.
    """
    return read_profile(nlp) if nlp.path and (nlp.path / _FILE).exists() else None


def read_profile(model: Language | str | Path) -> Profile:
    """The profile of a model: a loaded pipeline, or its folder.

    Raises ModelError when there is none, as in models of earlier releases, or when it is damaged.
    """
    folder = model.path if isinstance(model, Language) else model
    if folder is None:
        raise ModelError("a pipeline that came from no folder has no profile; load one from disk")
    path = Path(folder) / _FILE
    try:
        return Profile.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        cause = f"can't be read ({error.strerror or error})"
        todo = "'zonekg train' writes it, so train the model again or fetch one that has it"
        raise ModelError(f"{path}: {cause}; {todo}") from error
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        cause = f"not a model's profile ({' '.join(str(error).split())[:200]})"
        raise ModelError(f"{path}: {cause}; train or fetch the model again") from error
