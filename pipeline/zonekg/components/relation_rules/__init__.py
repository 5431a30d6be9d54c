"""Relations by rules over the whole article: the baseline that a learnt model must beat.

``context`` what the rules know, ``money`` whose amount it is, ``places`` what lies in which park,
``parties`` who invests, builds and signs. The confidence of a relation is the precision that its
rule had on the training documents.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from zonekg.components.aliases import make_aliases
from zonekg.components.relation_rules.context import Claim, Context
from zonekg.components.relation_rules.money import money_claims
from zonekg.components.relation_rules.parties import party_claims
from zonekg.components.relation_rules.places import place_claims
from zonekg.docs import Relation, bare_copy, groups, relations, set_relations
from zonekg.schema import default_schema

__all__ = ["RelationRules", "claims", "make_relation_rules"]

_PRIOR_HITS, _PRIOR_TRIES = 1.0, 2.0


def claims(doc: Doc) -> Iterator[Claim]:
    """What the rules claim of a doc with mentions and groups, legal claims only, with repeats."""
    context = Context(doc)
    schema = default_schema()
    for rule in (money_claims, place_claims, party_claims):
        for claim in rule(context):
            if schema.allows(claim.label, context.labels[claim.head], context.labels[claim.tail]):
                yield claim


class RelationRules:
    """The component ``zonekg_relation_rules``.

    precision: of each rule on the training documents, 0 to 1, with add-one smoothing.
    threshold: claims of less confident rules are left out.
    """

    def __init__(self, name: str, threshold: float) -> None:
        self.name = name
        self.threshold = threshold
        self.precision: dict[str, float] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set the relations of a doc; of several claims of one fact the surest stays."""
        best: dict[tuple[int, str, int], Relation] = {}
        first = groups(doc)
        for claim in claims(doc):
            score = self.precision.get(claim.rule, 0.5)
            if score < self.threshold:
                continue
            fact = (first[claim.head], claim.label, first[claim.tail])
            if default_schema().relations[claim.label].symmetric:
                fact = (min(fact[0], fact[2]), fact[1], max(fact[0], fact[2]))
            if fact[0] == fact[2]:
                continue
            if fact not in best or best[fact].score < score:
                best[fact] = Relation(claim.head, claim.tail, claim.label, score)
        set_relations(doc, _without_contradictions(best))
        return doc

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        corpus: Callable[..., Any] | None = None,
    ) -> None:
        """Measure the precision of each rule on the gold mentions of the examples.

        corpus: a reader to take the examples from in the place of `get_examples`, which gives a
        sample only where training streams its corpus.
        """
        tries: Counter[str] = Counter()
        hits: Counter[str] = Counter()
        for example in corpus(nlp) if corpus and nlp else get_examples():
            gold = example.reference
            doc = bare_copy(gold)
            first = groups(gold)
            facts = {(first[r.head], r.label, first[r.tail]) for r in relations(gold)}
            facts |= {(t, lb, h) for h, lb, t in facts if default_schema().relations[lb].symmetric}
            seen = set()
            for claim in claims(make_aliases(doc)):
                fact = (first[claim.head], claim.label, first[claim.tail])
                if (fact, claim.rule) in seen:
                    continue
                seen.add((fact, claim.rule))
                tries[claim.rule] += 1
                hits[claim.rule] += fact in facts
        self.precision = {
            rule: round((hits[rule] + _PRIOR_HITS) / (tries[rule] + _PRIOR_TRIES), 3)
            for rule in sorted(tries)
        }

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The measured precisions as bytes."""
        data: bytes = srsly.msgpack_dumps(self.precision)
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> RelationRules:
        """Read what `to_bytes` wrote."""
        self.precision = dict(srsly.msgpack_loads(data))
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the measured precisions into a folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.precision, ensure_ascii=False, indent=0)
        (folder / "precision.json").write_text(text + "\n", encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> RelationRules:
        """Read what `to_disk` wrote."""
        self.precision = json.loads((Path(path) / "precision.json").read_text(encoding="utf-8"))
        return self


def _without_contradictions(best: dict[tuple[int, str, int], Relation]) -> list[Relation]:
    """One owner for an amount, no INVESTS_IN beside BUILDS, no parks that lie in each other."""
    rows = sorted(best.items(), key=lambda item: (-item[1].score, item[0]))
    owners: dict[int, int] = {}
    built = {(fact[0], fact[2]) for fact in best if fact[1] == "BUILDS"}
    inside: dict[int, set[int]] = defaultdict(set)
    out = []
    for (head, label, tail), row in rows:
        if default_schema().relations[label].tails == {"MONEY"}:
            if owners.setdefault(row.tail, head) != head:
                continue
        elif label == "INVESTS_IN" and (head, tail) in built:
            continue
        elif label == "LOCATED_IN":
            if head in inside[tail]:
                continue
            inside[head].add(tail)
        out.append(row)
    return out


@Language.factory("zonekg_relation_rules", requires=["doc.ents"], default_config={"threshold": 0.4})
def make_relation_rules(nlp: Language, name: str, threshold: float) -> RelationRules:
    """Make the component."""
    return RelationRules(name, threshold)
