import pytest

from zonekg.scoring.counts import ALL, PRF, tally
from zonekg.scoring.states import confusion, matched, state_items
from zonekg.states import Event, ProjectState

STARTED = Event("started", "2025-03-13")
DONE = Event("completed", "2025", planned=True)
GOLD = {
    1: ProjectState("started", events=(STARTED, DONE)),
    4: ProjectState("signed"),
    7: ProjectState("none"),
}


def counts(gold, predicted, mode, label=ALL):
    return tally(state_items(gold, predicted)).get(("states", mode, label), PRF())


def test_what_is_all_right_scores_all():
    assert counts(GOLD, GOLD, "status") == PRF(3, 3, 3, 3)
    assert counts(GOLD, GOLD, "strict") == counts(GOLD, GOLD, "relaxed") == PRF(2, 2, 2, 2)


def test_a_wrong_status_is_missed_as_one_and_wrong_as_the_other():
    mine = GOLD | {4: ProjectState("completed")}
    assert counts(GOLD, mine, "status") == PRF(2, 3, 2, 3)
    assert counts(GOLD, mine, "status", "signed") == PRF(0, 0, 0, 1)
    assert counts(GOLD, mine, "status", "completed") == PRF(0, 1, 0, 0)


@pytest.mark.parametrize(
    ("event", "strict", "relaxed"),
    [
        (DONE, 1, 1),
        (DONE._replace(start=5, end=9), 1, 1),
        (DONE._replace(planned=False), 0, 1),
        (DONE._replace(date="2025-12"), 0, 0),
        (DONE._replace(status="started"), 0, 0),
    ],
)
def test_an_event_is_right_with_status_date_and_planned(event, strict, relaxed):
    mine = {1: ProjectState("started", events=(event,))}
    assert counts(GOLD, mine, "strict").matched_predicted == strict
    assert counts(GOLD, mine, "relaxed").matched_predicted == relaxed


def test_an_event_of_another_project_is_wrong():
    mine = {1: ProjectState("started"), 4: ProjectState("signed", events=(STARTED,))}
    assert counts(GOLD, mine, "strict") == PRF(0, 1, 0, 2)


def test_a_project_that_is_not_found_is_missed_and_one_too_many_is_wrong():
    mine = {4: GOLD[4], -1: ProjectState("started", events=(STARTED,))}
    assert counts(GOLD, mine, "status") == PRF(1, 2, 1, 3)
    assert counts(GOLD, mine, "strict") == PRF(0, 1, 0, 2)


def test_the_confusion_of_statuses():
    mine = {1: ProjectState("completed"), 4: GOLD[4]}
    assert confusion(GOLD, mine) == {
        ("started", "completed"): 1,
        ("signed", "signed"): 1,
        ("none", "missed"): 1,
    }


def test_groups_that_share_most_match_first_and_each_once():
    gold = {0: {"a", "b"}, 5: {"c"}, 9: {"d"}}
    mine = {1: {"a"}, 2: {"b", "c"}, 3: {"x"}}
    assert matched(gold, mine) == {1: 0, 2: 5}
    assert matched(gold, {1: {"a"}, 2: {"a", "b"}}) == {2: 0}
    assert matched(gold, {}) == matched({}, mine) == {}
