"""Which virtual event a session belongs to, and when an event is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from kaltura_over_http import T, at, connected, person, run, session_of_run

from debrief.errors import RetryLater, Unavailable
from debrief.kaltura.api.errors import ServerFailed
from debrief.kaltura.sessions.virtual_events import event_of, is_over, sessions_of_event, virtual_event
from debrief.model import NotKnown as Unknown
from debrief.model import Part, Person, Session, VirtualEvent
from kaltura_standin.account import Account, Room, User
from kaltura_standin.catalogue import ScheduleEvent
from kaltura_standin.catalogue import VirtualEvent as PlannedEvent
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account

WEEK = 7 * 86400
LAST = at(T + 3600)  # when the event's last session ended
IN_EVENT = Room("1_in", "In", (run("1_i", 0, 60, person("x", (0, 60))),), virtual_event_id="77")
OUTSIDE = Room("1_out", "Out", (run("1_o", 0, 60, person("x", (0, 60))),))
OWNER = User("ann", "Ann", "Lee", "ann@example.com")
MAIN_EVENT = ScheduleEvent(9001, "", T, T + 7200, "Days", owner="ann", kind="Virtual")
ACCOUNT = Account(
    rooms=(IN_EVENT, OUTSIDE),
    users=(OWNER,),
    schedule=(MAIN_EVENT,),
    virtual_events=(PlannedEvent("77", "Days", main_event=9001),),
)


def found(account: Account, room: Room = IN_EVENT) -> VirtualEvent | None:
    with connected(account) as line:
        return event_of(line.kaltura, session_of_run(room, room.runs[0]))


def many(count: int) -> Account:
    """An account with so many events, 77 among them."""
    others = tuple(PlannedEvent(str(number), f"Event {number}") for number in range(1000, 1000 + count - 1))
    return replace(ACCOUNT, virtual_events=(*others, *ACCOUNT.virtual_events))


def test_a_session_has_its_event_with_name_and_owner() -> None:
    assert found(ACCOUNT) == VirtualEvent("77", "Days", Person("ann", "Ann Lee", "ann@example.com"))


def test_a_session_of_no_event_has_none() -> None:
    assert found(ACCOUNT, OUTSIDE) is None


def test_an_account_without_events_is_asked_for_no_report() -> None:
    with connected(replace(ACCOUNT, virtual_events=())) as line:
        assert event_of(line.kaltura, session_of_run(IN_EVENT, IN_EVENT.runs[0])) is None
        assert line.asked() == 0


@pytest.mark.parametrize(("count", "most"), [(1, 1), (2, 2), (100, 8), (101, 9), (650, 14)])
def test_among_many_events_the_right_one_is_found_in_few_questions(count: int, most: int) -> None:
    with connected(many(count)) as line:
        event = event_of(line.kaltura, session_of_run(IN_EVENT, IN_EVENT.runs[0]))
        assert event is not None
        assert event.event_id == "77"
        assert line.asked() <= most
        asked = [str(one.params["params"]) for one in line.standin.requests if "params" in one.params]
        assert max(params.partition("virtual_event_ids=")[2].count(",") for params in asked) < 100


def test_a_session_of_no_event_among_many_costs_one_question_a_hundred() -> None:
    with connected(many(250)) as line:
        assert event_of(line.kaltura, session_of_run(OUTSIDE, OUTSIDE.runs[0])) is None
        assert line.asked() == 3


def test_a_joint_session_is_known_by_its_parts() -> None:
    one = session_of_run(IN_EVENT, IN_EVENT.runs[0])
    joint = replace(one, cue_point_id="joint-1_i", parts=(Part("1_i", one.start, one.end),))
    with connected(ACCOUNT) as line:
        event = event_of(line.kaltura, joint)
    assert event is not None
    assert event.event_id == "77"


def test_another_session_of_the_room_is_not_taken_for_it() -> None:
    with connected(ACCOUNT) as line:
        assert event_of(line.kaltura, Session("1_else", "1_in", at(T), at(T + 3600))) is None


def test_a_deleted_event_is_none() -> None:
    gone = replace(ACCOUNT.virtual_events[0], status=3)
    assert found(replace(ACCOUNT, virtual_events=(gone,))) is None


@pytest.mark.parametrize("code", ["SERVICE_FORBIDDEN", "SERVICE_DOES_NOT_EXISTS"])
def test_where_events_may_not_be_read_the_event_is_unknown_and_never_none(code: str) -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="virtualEvent_virtualEvent", code=code))
        event = event_of(line.kaltura, session_of_run(IN_EVENT, IN_EVENT.runs[0]))
        assert isinstance(event, Unknown)
        assert code in event.reason


def test_a_moment_s_trouble_with_events_may_pass_and_makes_no_event_over() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="virtualEvent_virtualEvent"))
        with pytest.raises(ServerFailed):
            event_of(line.kaltura, session_of_run(IN_EVENT, IN_EVENT.runs[0]))
        with pytest.raises(ServerFailed):
            virtual_event(line.kaltura, "77")
        with pytest.raises(ServerFailed):
            is_over(line.kaltura, "77", ["1_in"], LAST, at(T + 9000))


@pytest.mark.parametrize("code", ["INTERNAL_SERVERL_ERROR", "DRUID_QUERY_TIMED_OUT"])
def test_no_event_is_over_because_kaltura_fails_at_the_schedule(code: str) -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="schedule_scheduleEvent", code=code))
        with pytest.raises(RetryLater):
            is_over(line.kaltura, "77", ["1_in"], LAST, at(T + 9000))


@pytest.mark.parametrize("service", ["virtualEvent_virtualEvent", "schedule_scheduleEvent"])
def test_without_access_to_event_or_schedule_it_is_not_known_whether_an_event_is_over(service: str) -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", times=None, service=service, code="SERVICE_FORBIDDEN"))
        over = is_over(line.kaltura, "77", ["1_in"], LAST, at(T + 9000))
        assert isinstance(over, Unknown)
        assert "SERVICE_FORBIDDEN" in over.reason
        assert virtual_event(line.kaltura, "77").owner is None


def test_events_that_cannot_be_reached_are_asked_for_later() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("http_status", times=None, service="virtualEvent_virtualEvent"))
        with pytest.raises(Unavailable):
            event_of(line.kaltura, session_of_run(IN_EVENT, IN_EVENT.runs[0]))


@pytest.mark.parametrize(
    "change",
    [
        {"schedule": ()},
        {"schedule": (replace(MAIN_EVENT, owner=""),)},
        {"virtual_events": (PlannedEvent("77", "Days"),)},
    ],
)
def test_an_event_without_a_main_schedule_event_or_owner_has_none(change: dict[str, tuple[()]]) -> None:
    assert found(replace(ACCOUNT, **change)) == VirtualEvent("77", "Days")  # type: ignore[arg-type]


def test_the_agendas_owner_is_used_instead_and_an_owner_unknown_to_kaltura_has_no_address() -> None:
    event = PlannedEvent("77", "Days", agenda=9001, main_event=9999)
    assert found(replace(ACCOUNT, virtual_events=(event,), users=())) == VirtualEvent("77", "Days", Person("ann"))


def test_a_schedule_that_may_not_be_read_leaves_the_owner_out() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(
            Fault("api_error", times=None, service="schedule_scheduleEvent", code="SERVICE_FORBIDDEN")
        )
        event = event_of(line.kaltura, session_of_run(IN_EVENT, IN_EVENT.runs[0]))
        assert event == VirtualEvent("77", "Days")


def test_an_event_is_over_when_its_own_schedule_event_has_ended() -> None:
    with connected(ACCOUNT) as line:
        assert not is_over(line.kaltura, "77", ["1_in"], LAST, at(T + 7199))
        assert is_over(line.kaltura, "77", ["1_in"], LAST, at(T + 7200)) is True


@pytest.mark.parametrize(
    ("event", "is_over_now"),
    [
        (ScheduleEvent(1, "1_in", T + 86400, T + 90000), False),
        (ScheduleEvent(1, "1_in", T + 86400, T + 90000, recurrence=2), False),
        (ScheduleEvent(1, "1_in", T, T + 8000), True),
        (ScheduleEvent(1, "1_in", T + 7200 + WEEK, T + 9000 + WEEK), False),
        (ScheduleEvent(1, "1_in", T + 7201 + WEEK, T + 9000 + WEEK), True),
        (ScheduleEvent(1, "1_in", T + 86400, T + 90000, status=1), True),
        (ScheduleEvent(1, "1_in", T + 86400, T + 90000, recurrence=1), True),
        (ScheduleEvent(1, "1_in", T + 86400, T + 90000, kind="Blackout"), True),
        (ScheduleEvent(1, "1_out", T + 86400, T + 90000), True),
    ],
)
def test_an_event_goes_on_while_one_of_its_rooms_has_a_session_planned(event: ScheduleEvent, is_over_now: bool) -> None:
    with connected(replace(ACCOUNT, schedule=(MAIN_EVENT, event))) as line:
        assert is_over(line.kaltura, "77", ["1_other", "1_in"], LAST, at(T + 8000)) == is_over_now


def test_an_event_that_is_cancelled_or_deleted_is_over() -> None:
    for status in (1, 3):
        with connected(replace(ACCOUNT, schedule=(replace(MAIN_EVENT, status=status),))) as line:
            assert is_over(line.kaltura, "77", [], LAST, at(T)) is True
    with connected(replace(ACCOUNT, virtual_events=())) as line:
        assert is_over(line.kaltura, "77", ["1_in"], LAST, at(T)) is True


def test_a_session_planned_on_a_later_page_of_the_schedule_counts() -> None:
    others = tuple(ScheduleEvent(n, "1_out", T + 8001, T + 8001 + n) for n in range(1, 700))
    last = ScheduleEvent(800, "1_in", T + 8001, T + 90000)
    with connected(replace(ACCOUNT, schedule=(MAIN_EVENT, *others, last))) as line:
        assert not is_over(line.kaltura, "77", ["1_in"], LAST, at(T + 8000))


def test_the_sample_accounts_customer_days_have_three_sessions_an_owner_and_are_over() -> None:
    with connected(sample_account()) as line:
        sessions = sessions_of_event(line.kaltura, "77", SAMPLE_NOW - timedelta(days=3), SAMPLE_NOW)
        assert [one.cue_point_id for one in sessions] == ["1_cdycue01", "1_cdycue02", "1_wbncue01"]
        for one in sessions:
            event = event_of(line.kaltura, one)
            assert event is not None
            assert (event.event_id, event.owner and event.owner.user_id) == ("77", "ines.morvan@example.com")
        rooms = sorted({one.entry_id for one in sessions})
        assert is_over(line.kaltura, "77", rooms, SAMPLE_NOW, SAMPLE_NOW) is True
        assert not is_over(line.kaltura, "77", rooms, SAMPLE_NOW, sessions[-1].start)
