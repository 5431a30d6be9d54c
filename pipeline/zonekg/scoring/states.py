"""States of projects against gold ones: status by status, and events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping

from spacy.tokens import Doc

from zonekg.docs import groups, project_states
from zonekg.scoring.counts import Item
from zonekg.states import Event, ProjectState

__all__ = ["confusion", "matched", "paired", "state_items"]

States = Mapping[int, ProjectState]
"""The states of one document's projects, by a number that gold and prediction share."""


def state_items(gold: States, predicted: States) -> Iterator[Item]:
    """What both sides state, as items of the task ``states`` that `counts.tally` adds up.

    Mode ``status``: one item a project, by its status; where both sides have the same projects,
    micro F1 is the accuracy. Mode ``strict``: one item an event, right with the same status, date
    and planned of the same project; mode ``relaxed``: without planned. A project that only gold
    has is missed with its events, one that only the prediction has is wrong.
    """
    for sides, is_predicted in (((gold, predicted), False), ((predicted, gold), True)):
        mine, theirs = sides
        for project, state in mine.items():
            other = theirs.get(project)
            right = other is not None and other.status == state.status
            yield Item("states", "status", is_predicted, state.status, right)
            for mode in ("strict", "relaxed"):
                there = _keys(other, mode) if other else set()
                for key in sorted(_keys(state, mode)):
                    yield Item("states", mode, is_predicted, str(key[0]), key in there)


def _keys(state: ProjectState, mode: str) -> set[tuple[Hashable, ...]]:
    return {_key(event, mode) for event in state.events}


def _key(event: Event, mode: str) -> tuple[Hashable, ...]:
    return event[:3] if mode == "strict" else event[:2]


def confusion(gold: States, predicted: States) -> Counter[tuple[str, str]]:
    """How often each gold status was predicted as which; ``missed`` for a project not found."""
    return Counter(
        (state.status, predicted[project].status if project in predicted else "missed")
        for project, state in gold.items()
    )


def matched(
    gold: Mapping[int, Collection[Hashable]], predicted: Mapping[int, Collection[Hashable]]
) -> dict[int, int]:
    """For each gold group that shares a mention with a predicted one: predicted -> gold group.

    Groups that share most go first; each is matched once.

    >>> matched({0: {(0, 2), (5, 7)}, 3: {(9, 12)}}, {1: {(5, 7)}, 2: {(0, 2)}, 4: {(9, 11)}})
    {1: 0}
    """
    shared = [
        (-len(set(mentions) & set(others)), one, other)
        for one, mentions in gold.items()
        for other, others in predicted.items()
    ]
    out: dict[int, int] = {}
    for count, one, other in sorted(shared):
        if count and one not in out.values() and other not in out:
            out[other] = one
    return out


def paired(gold: Doc, predicted: Doc) -> tuple[States, States]:
    """The states of two docs of one text under numbers that both share, for `state_items`.

    Groups of projects are `matched` by their mentions; predicted ones without a gold one get
    numbers below 0.
    """
    same = matched(_mentions(gold), _mentions(predicted))
    found = project_states(predicted).items()
    return project_states(gold), {same.get(i, -1 - i): state for i, state in found}


def _mentions(doc: Doc) -> dict[int, set[Hashable]]:
    out: dict[int, set[Hashable]] = {}
    for first, ent in zip(groups(doc), doc.ents, strict=True):
        if ent.label_ == "PROJECT":
            out.setdefault(first, set()).add((ent.start_char, ent.end_char))
    return out
