import pytest

from zonekg.states import STATUSES, Event, ProjectState, rank


def test_statuses_are_in_the_order_of_a_project():
    assert [rank(status) for status in STATUSES] == list(range(6))
    assert rank("planned") < rank("signed") < rank("started")
    assert rank("started") < rank("under_construction") < rank("completed")


def test_a_word_that_is_no_status_is_refused():
    with pytest.raises(ValueError, match="begun"):
        rank("begun")


def test_a_state_comes_back_from_its_dict():
    state = ProjectState("signed", 3, 5, (Event("completed", "2025-H1", True, 7, 11),))
    assert ProjectState.from_dict(state.to_dict()) == state


@pytest.mark.parametrize(("where", "value"), [("status", "begun"), ("event", "begun")])
def test_a_dict_with_another_status_is_refused(where, value):
    data = ProjectState("signed", events=(Event("signed", "2025"),)).to_dict()
    (data if where == "status" else data["events"][0])["status"] = value
    with pytest.raises(ValueError, match="begun"):
        ProjectState.from_dict(data)
