"""States of projects in the graph: what each article tells, and which of them a node shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from zonekg.articles import Article
from zonekg.graph.seen import JOINT, by_date
from zonekg.states import ProjectState, rank

__all__ = ["state_columns", "state_row", "statuses", "united"]


def state_row(
    state: ProjectState, text: str, source: Article, sentences: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    """What one article tells: {status, sentence, places, events: [{status, date, planned}, ...]}.

    sentence, places: of the cue, empty without one.
    """
    at = bisect_right(sentences, state.start, key=lambda bound: bound[0]) - 1
    cued = state.end > state.start and at >= 0
    return {
        "status": state.status,
        "sentence": text[slice(*sentences[at])].strip() if cued else "",
        "places": [list(place) for place in source.places(state.start, state.end)] if cued else [],
        "events": [
            {"status": event.status, "date": event.date, "planned": event.planned}
            for event in state.events
        ],
    }


def united(a: Mapping[str, Any] | None, b: Mapping[str, Any]) -> dict[str, Any]:
    """The more advanced of two states that one article tells of a thing, the events of both."""
    if a is None:
        return dict(b)
    best = max(a, b, key=lambda row: (rank(row["status"]), row["sentence"]))
    events = {_in_order(event): event for event in (*a["events"], *b["events"])}
    return dict(best) | {"events": [events[key] for key in sorted(events)]}


def statuses(seen: Mapping[str, Any], articles: Mapping[str, Any]) -> list[str]:
    """The articles that tell a status of a node; the last one's is what the flat graph shows.

    From the oldest to the newest, those of one day by how advanced the status is.
    """
    told = {
        key: row["state"]["status"]
        for key, row in seen.items()
        if row.get("state") and row["state"]["status"] != "none"
    }
    return sorted(told, key=lambda key: (articles[key]["date"], rank(told[key]), key))


def state_columns(seen: Mapping[str, Any], articles: Mapping[str, Any]) -> dict[str, str]:
    """``status``, ``status_evidence`` and ``events`` of a node, each where an article tells it.

    The newest article that tells a status has it, of several of a day the most advanced one.
    Events are those of all articles (``started 2025-03-13; completed 2025 (planned)``); a step
    that has been taken is no longer planned.
    """
    rows = {key: row["state"] for key, row in seen.items() if row.get("state")}
    out: dict[str, str] = {}
    told = statuses(seen, articles)
    if told:
        out["status"] = rows[told[-1]]["status"]
        evidence = dict.fromkeys(rows[key]["sentence"] for key in by_date(told, articles))
        if proof := JOINT.join(filter(None, evidence)):
            out["status_evidence"] = proof
    events = {_in_order(event): event for row in rows.values() for event in row["events"]}
    taken = {event["status"] for event in events.values() if not event["planned"]}
    texts = [
        f"{event['status']} {event['date']}" + " (planned)" * event["planned"]
        for _, event in sorted(events.items())
        if not (event["planned"] and event["status"] in taken)
    ]
    if texts:
        out["events"] = "; ".join(texts)
    return out


def _in_order(event: Mapping[str, Any]) -> tuple[int, str, bool]:
    return rank(event["status"]), event["date"], event["planned"]
