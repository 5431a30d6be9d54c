"""ProjectState and Event: how far a project has got, and when, as one article tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["STATUSES", "Event", "ProjectState", "rank"]

STATUSES = ("none", "planned", "signed", "started", "under_construction", "completed")
"""From least to most advanced; ``none`` where the article states no state."""


def rank(status: str) -> int:
    """How far a status is, 0 to 5; raises ValueError for a word that is none.

    >>> rank("signed") < rank("completed")
    True
    """
    if status not in STATUSES:
        raise ValueError(f"status {status!r}, expected one of {', '.join(STATUSES)}")
    return STATUSES.index(status)


class Event(NamedTuple):
    """A dated step of a project.

    date: ISO, as exact as the text: ``2025-03-12``, ``2025-03``, ``2025``, ``2025-Q3``,
    ``2025-H1``. planned: whether it still lay ahead. start, end: code points of the date words.
    """

    status: str
    date: str
    planned: bool = False
    start: int = 0
    end: int = 0


class ProjectState(NamedTuple):
    """The latest status that a project has reached, the place of the cue, and its dated steps.

    start, end: code points of the words that show the status, both 0 where none do.

    >>> ProjectState("started", 9, 11, (Event("started", "2025-03"),)).to_dict()["events"]
    [{'status': 'started', 'date': '2025-03', 'planned': False, 'start': 0, 'end': 0}]
    """

    status: str = "none"
    start: int = 0
    end: int = 0
    events: tuple[Event, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The state as JSON has it; `from_dict` reads it back."""
        return self._asdict() | {"events": [event._asdict() for event in self.events]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ProjectState:
        """Read what `to_dict` wrote; raises ValueError at a status that is none."""
        rows: Sequence[Mapping[str, Any]] = data["events"]
        state = cls(data["status"], data["start"], data["end"], tuple(Event(**row) for row in rows))
        for status in (state.status, *(event.status for event in state.events)):
            rank(status)
        return state
