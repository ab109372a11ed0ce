"""Who organizes a session: host, owner, co-organizers, and who has planned it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kaltura_over_http import Line, T, client, connected, person, run, session_of_run

from debrief.env import AppToken
from debrief.errors import RetryLater
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.session_data.summary_page import PageOptions
from debrief.model import SessionData
from kaltura_standin.account import USER, Account, Room, User
from kaltura_standin.account import AppToken as StandInToken
from kaltura_standin.catalogue import ScheduleEvent
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account

USERS = tuple(
    User(name, name.title(), "Lee", f"{name}@example.com") for name in ("host", "owner", "cora", "cyd", "sam")
)
ROOM = Room("1_a", "A", (run("1_c", 0, 60, person("x", (0, 60))),), owner="owner", editors=("cora", "cyd"))
EVENT = ScheduleEvent(1, "1_a", T, T + 3600, "A", owner="sam", organizer="boss@example.com")
ACCOUNT = Account(rooms=(ROOM,), users=USERS, schedule=(EVENT,))


def collected(line: Line, *, page: bool = False) -> SessionData:
    room = line.standin.account.rooms[0]
    wish = PageOptions(SAMPLE_NOW, 0) if page else None
    return collect(line.kaltura, session_of_run(room, room.runs[0]), wish)


def organizers_in(account: Account) -> list[tuple[str, str, str]]:
    with connected(account) as line:
        return roles(collected(line))


def roles(data: SessionData) -> list[tuple[str, str, str]]:
    return [(one.person.user_id, one.role, one.person.email) for one in data.organizers]


def test_everybody_has_a_role_and_an_address_and_free_text_is_nobody() -> None:
    with connected(ACCOUNT) as line:
        data = collected(line)
    assert roles(data) == [
        ("host", "host", "host@example.com"),
        ("owner", "owner", "owner@example.com"),
        ("cora", "co-organizer", "cora@example.com"),
        ("cyd", "co-organizer", "cyd@example.com"),
        ("sam", "scheduler", "sam@example.com"),
    ]
    assert data.host == data.organizers[0].person
    assert data.host is not None
    assert data.host.name == "Host Lee"
    assert "boss@example.com" not in repr([one.person.email for one in data.organizers])
    assert data.findings == []


@pytest.mark.parametrize("page", [False, True])
def test_users_and_reports_are_asked_for_in_one_call_each_and_the_schedule_once(page: bool) -> None:
    with connected(ACCOUNT) as line:
        collected(line, page=page)
        assert line.asked("list", "schedule_scheduleEvent") == 1
        assert line.asked("", "multirequest") == (2 if page else 1)
        assert line.asked("get", "user") == 0


def test_somebody_of_several_roles_is_there_once_in_the_first() -> None:
    room = replace(ROOM, owner="host", editors=("host", "sam", " cora ", "", "cora"))
    assert [one[:2] for one in organizers_in(replace(ACCOUNT, rooms=(room,)))] == [
        ("host", "host"),
        ("sam", "co-organizer"),
        ("cora", "co-organizer"),
    ]


def test_a_person_without_an_address_or_unknown_to_kaltura_stays_without_one() -> None:
    users = tuple(replace(user, email="") if user.id == "cora" else user for user in USERS if user.id != "cyd")
    found = organizers_in(replace(ACCOUNT, users=users))
    assert [one[2] for one in found] == ["host@example.com", "owner@example.com", "", "", "sam@example.com"]


def test_a_session_nobody_attended_has_its_organizers_without_a_host() -> None:
    empty = replace(ROOM, runs=(run("1_c", 0, 60),))
    with connected(replace(ACCOUNT, rooms=(empty,))) as line:
        data = collected(line)
    assert (data.host, roles(data)[0]) == (None, ("owner", "owner", "owner@example.com"))


@pytest.mark.parametrize(
    ("schedule", "owner"),
    [
        ([replace(EVENT, start=T - 7200, end=T)], None),  # before the session
        ([replace(EVENT, start=T + 3600, end=T + 7200)], None),  # after it
        ([replace(EVENT, status=1)], None),
        ([replace(EVENT, recurrence=1)], None),
        ([replace(EVENT, owner="")], None),
        ([replace(EVENT, entry="1_other")], None),
        ([replace(EVENT, recurrence=2)], "sam"),
        ([replace(EVENT, end=T + 60)], "sam"),  # it ran over
        ([replace(EVENT, end=T + 60, owner="cyd"), replace(EVENT, id=2)], "sam"),  # the longer one
        (
            [
                *(replace(EVENT, id=n, start=T - n * 9000, end=T - n * 9000 + 60, owner="cyd") for n in range(2, 99)),
                EVENT,
            ],
            "sam",
        ),
    ],
)
def test_the_event_that_covers_the_session_names_the_scheduler(
    schedule: list[ScheduleEvent], owner: str | None
) -> None:
    found = organizers_in(replace(ACCOUNT, rooms=(replace(ROOM, editors=()),), schedule=tuple(schedule)))
    assert [one[0] for one in found if one[1] == "scheduler"] == ([owner] if owner else [])


def test_of_very_many_organizers_the_first_twenty_are_asked_for_and_it_is_said() -> None:
    room = replace(ROOM, editors=tuple(f"editor{n:03}" for n in range(500)))
    with connected(replace(ACCOUNT, rooms=(room,))) as line:
        data = collected(line)
    assert len(data.organizers) == 20
    assert [(one.code, "503" in one.message) for one in data.findings] == [("ORGANIZERS_CUT", True)]


def test_ids_made_to_break_a_request_are_asked_for_as_they_are() -> None:
    strange = ("field team/7 50%", "{1:result:email}", "a&b=c", "x;y|z")
    users = (*USERS, *(User(one, "", "", f"{place}@example.org") for place, one in enumerate(strange) if place != 1))
    found = organizers_in(replace(ACCOUNT, rooms=(replace(ROOM, owner="", editors=strange),), users=users, schedule=()))
    assert [(one[0], one[2]) for one in found[1:]] == [
        ("field team/7 50%", "0@example.org"),
        ("{1:result:email}", ""),
        ("a&b=c", "2@example.org"),
        ("x;y|z", "3@example.org"),
    ]


def test_without_the_right_to_read_users_everybody_is_known_by_id_and_it_is_said_once() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="user", code="SERVICE_FORBIDDEN"))
        data = collected(line)
    assert [one[2] for one in roles(data)] == [""] * 5
    assert [one.code for one in data.findings] == ["HOST_UNREADABLE"]


def test_with_the_ks_of_a_user_nobody_else_can_be_read_and_nothing_fails() -> None:
    with connected(ACCOUNT) as line:
        token = StandInToken(
            "1_user0001", "secret-of-a-user", session_type=USER, user_id="cora", privileges="setrole:ALL"
        )
        roles_ = {"ALL": frozenset({"ANALYTICS_BASE", "SCHEDULE_EVENT_BASE"})}
        line.standin.account = replace(ACCOUNT, app_tokens=(token,), roles=roles_)
        kaltura = client(line.standin, AppToken(token.id, token.token))
        data = collect(kaltura, session_of_run(ROOM, ROOM.runs[0]))
    assert [one[0] for one in roles(data) if one[2]] == ["cora"]


@pytest.mark.parametrize("code", ["SERVICE_FORBIDDEN", "SERVICE_DOES_NOT_EXISTS", "INTERNAL_SERVERL_ERROR"])
def test_without_a_schedule_or_the_room_the_others_are_known(code: str) -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(
            Fault("api_error", times=None, service="schedule_scheduleEvent", code=code),
            Fault("api_error", times=None, service="baseEntry", code="SERVICE_FORBIDDEN"),
        )
        assert roles(collected(line)) == [("host", "host", "host@example.com")]


def test_a_user_whom_kaltura_fails_to_give_for_a_moment_is_asked_for_again() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", after=2, service="user", code="ACTION_BLOCKED"))
        assert roles(collected(line))[2] == ("cora", "co-organizer", "cora@example.com")
        assert line.asked("get", "user") == 1


def test_users_that_cannot_be_read_now_postpone_the_export_so_nobody_misses_the_email() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="user", code="ACTION_BLOCKED"))
        with pytest.raises(RetryLater):
            collected(line)


def test_the_webinar_of_the_sample_account_has_host_and_co_organizer_once_each() -> None:
    with connected(sample_account()) as line:
        room = next(room for room in line.standin.account.rooms if room.id == "1_cdays002")
        data = collect(line.kaltura, session_of_run(room, room.runs[0]))
    assert [(one.person.email.partition(".")[0], one.role) for one in data.organizers] == [
        ("priya", "host"),
        ("ines", "owner"),
        ("tomasz", "co-organizer"),
        ("jonas", "co-organizer"),
    ]
