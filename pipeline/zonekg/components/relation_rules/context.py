"""What the rules know of an article: sentences, what stands where, the park it is about."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from functools import cached_property
from typing import NamedTuple

from spacy.tokens import Doc

from zonekg.docs import groups, sentence_bounds
from zonekg.names import is_generic_park, org_kind

__all__ = ["Claim", "Context"]

_CITY = re.compile(
    r"全[市省县州盟]|[\u4e00-\u9fff]{2,4}(?:市|县|州|省|自治区)(?!场|级|委|政|直|域|城|区|民|外|人|内)"
)
_REACH = 600


class Claim(NamedTuple):
    """A relation that a rule claims, between mentions, and the name of the rule."""

    head: int
    label: str
    tail: int
    rule: str


class Context:
    """An article under the rules. Mentions are indices into ``doc.ents``."""

    def __init__(self, doc: Doc) -> None:
        mentions = doc.ents
        self.text: str = doc.text
        self.labels = [ent.label_ for ent in mentions]
        self.starts = [ent.start_char for ent in mentions]
        self.ends = [ent.end_char for ent in mentions]
        self.names = [ent.text for ent in mentions]
        self.groups = groups(doc)
        self.sentences = sentence_bounds(self.text)
        self._sentence_starts = [start for start, _ in self.sentences]
        self.home = self._home()

    # -- where things stand

    def sentence(self, offset: int) -> tuple[int, int]:
        """The sentence that a character is in."""
        return self.sentences[max(0, bisect_right(self._sentence_starts, offset) - 1)]

    def clause(self, offset: int) -> tuple[int, int]:
        """The stretch between commas that a character is in."""
        first, last = self.sentence(offset)
        start = max(self.text.rfind(mark, first, offset) for mark in "，,；：") + 1
        ends = [end for mark in "，,；" if (end := self.text.find(mark, offset, last)) >= 0]
        return max(start, first), min(ends, default=last)

    def paragraph(self, offset: int) -> tuple[int, int]:
        """The line that a character is in."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return start, len(self.text) if end < 0 else end

    def within(self, start: int, end: int, *labels: str) -> list[int]:
        """The mentions with one of the labels that lie in text[start:end], in text order."""
        first = bisect_right(self.starts, start - 1)
        out = []
        for i in range(first, len(self.starts)):
            if self.starts[i] >= end:
                break
            if self.ends[i] <= end and (not labels or self.labels[i] in labels):
                out.append(i)
        return out

    def before(self, offset: int, *labels: str, since: int = 0) -> int | None:
        """The last mention with one of the labels that ends at or before `offset`."""
        for i in range(bisect_right(self.ends, offset) - 1, -1, -1):
            if self.starts[i] < since:
                break
            if self.labels[i] in labels:
                return i
        return None

    def between(self, a: int, b: int) -> str:
        """The text between two mentions, a before b."""
        return self.text[self.ends[a] : self.starts[b]]

    def masked(self, start: int, end: int) -> str:
        """text[start:end] with every mention blanked out, so that names trigger no rule.

        Of a longer stretch only the last 600 characters: no rule looks further.
        """
        start = max(start, end - _REACH)
        chars = list(self.text[start:end])
        for i in self.within(start, end):
            chars[self.starts[i] - start : self.ends[i] - start] = "□" * (
                self.ends[i] - self.starts[i]
            )
        return "".join(chars)

    # -- what the article is about

    def _home(self) -> int | None:
        """The park that the article reports on, as one of its mentions; None if there is none.

        It is named in a headline or the first sentence of the text, and oftener than any other.
        """
        parks = [i for i, label in enumerate(self.labels) if label == "PARK"]
        if not parks:
            return None
        counts = Counter(self.groups[i] for i in parks)
        lead = self._lead_end()
        scores: dict[int, float] = {}
        for i in parks:
            group = self.groups[i]
            early = (
                3.0 if self.ends[i] <= self.headline_end else 2.0 if self.starts[i] < lead else 0.0
            )
            scores[group] = max(scores.get(group, 0.0), early)
        best = max(scores, key=lambda g: (scores[g] * 2 + counts[g], -g))
        if scores[best] == 0.0 or self._headline_city():
            return None
        rivals = [
            g
            for g in scores
            if g != best and scores[g] == 3.0 and not is_generic_park(self.names[g])
        ]
        if rivals and scores[best] < 3.0:
            return None
        return best

    @cached_property
    def headline_end(self) -> int:
        """Where the headline lines end: the lines before the first one with a full stop."""
        at = 0
        for line in self.text.split("\n"):
            if "。" in line or len(line) > 45:
                return at
            at += len(line) + 1
        return 0

    def _lead_end(self) -> int:
        at = self.headline_end
        ends = [end for start, end in self.sentences if start >= at]
        return ends[min(1, len(ends) - 1)] if ends else len(self.text)

    def _headline_city(self) -> bool:
        """Whether the headline is about a city or province and names no park."""
        end = self.headline_end
        return not self.within(0, end, "PARK") and bool(_CITY.search(self.masked(0, end)))

    def is_city_sum(self, start: int, end: int) -> bool:
        """Whether the text there speaks of a whole city, county or province."""
        return bool(_CITY.search(self.masked(start, end)))

    def kind(self, mention: int) -> str:
        """`org_kind` of an ORG mention."""
        return org_kind(self.names[mention])
