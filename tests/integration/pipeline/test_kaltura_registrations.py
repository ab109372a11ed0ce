"""Registrations from Kaltura: each person once with a status that Kaltura means, or a reason and no number."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief import env
from debrief.documents.access_tiers import for_tier
from debrief.documents.data.summary_json import from_json, to_json
from debrief.documents.text import sanitize
from debrief.documents.view.registered import in_one_sentence
from debrief.documents.view.registrations import registrations
from debrief.documents.workbook.registrations import registrations_sheet
from debrief.errors import BadCredentials, Forbidden
from debrief.kaltura.sessions.registration_access import registration_access
from debrief.orders import ExportOrder
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, AppToken, Attendance, Room, Run, User
from kaltura_standin.catalogue import App, Registrations, UserProfile, VirtualEvent
from kaltura_standin.faults import Fault
from support.registered import figures
from support.world import World, seconds, world

START = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
END = START + timedelta(minutes=60)
ROOM, SESSION, HOST, EVENT = "1_room0001", "1_cue00001", "host@example.com", "77"
FOLDER = f"reports/date=2026-10-12/session={SESSION}/"
APP, SITE = "65f0c1d2e3a4b5c6d7e8f901", "65f0c1d2e3a4b5c6d7e8f902"
PEOPLE = (
    UserProfile("a1", "id-ann", "attended", answers={"industry": "Fish", "consent": True, "topics": ["A", {"b": 1}]}),
    UserProfile("a2", "BEA@example.org", "participated"),  # did not come, whatever Kaltura says
    UserProfile("a3", "id-cy", "unregistered"),  # and came all the same
    UserProfile("a4", "dee@example.org", "invitedPendingRegistration"),
    UserProfile("a5", "odd@example.org", "surprised"),
    UserProfile("a6", "none@example.org", ""),
    UserProfile("a7", HOST, "registered"),
    UserProfile("a8", "bad@example.org", "blocked"),
)
TWICE = UserProfile("b1", "bea@example.org", "confirmed", updated="2026-10-25T09:00:00.000Z")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    """A session of event 77 with the host, Ann, Cy and Eve, two days later. The event has two apps."""
    whole = (seconds(START), seconds(END))
    who = [Attendance(f"id-{one}", one.title(), f"{one}@example.org", stays=(whole,)) for one in ("ann", "cy", "eve")]
    run = Run(SESSION, *whole, HOST, (Attendance(HOST, "Host", HOST, stays=(whole,)), *who))
    account = Account(
        rooms=(Room(ROOM, "Weekly", (run,), virtual_event_id=EVENT),),
        users=(User("bea@example.org", "Bea", "Bell", "bea@example.org"),),
        virtual_events=(VirtualEvent(EVENT, "Autumn"),),
        registrations=Registrations(
            (App(APP, EVENT, profiles=PEOPLE), App(SITE, EVENT, "sites", (TWICE,)), App("c" * 24, "78"))
        ),
    )
    with world(tmp_path, account, END + timedelta(days=2)) as place:
        yield place


def export(place: World, **changes: object) -> dict[str, Any]:
    """The summary of an export without email and documents."""
    usual = {"pdf": False, "html": False, "portal_url": "", "registration_urls": place.kaltura.registration_urls}
    with place.services(**{**usual, **changes}) as services:
        run_export(services, ExportOrder(SESSION, ROOM, START, END, mail=False))
    found: dict[str, Any] = json.loads(place.read(FOLDER + "summary.json"))
    return found


def change(place: World, **changes: Any) -> None:
    """Change the registration services."""
    account = place.kaltura.account
    place.kaltura.account = replace(account, registrations=replace(account.registrations, **changes))


def many(count: int) -> tuple[UserProfile, ...]:
    """Profiles that were created one second after another."""
    first = datetime.fromisoformat("2026-10-01T00:00:00")
    times = ((number, first + timedelta(seconds=number)) for number in range(count))
    return tuple(
        UserProfile(f"{number:024x}", f"p{number}@example.net", created=f"{time.isoformat()}.000Z")
        for number, time in times
    )


def paths(place: World) -> list[str]:
    return [f"{one.service}.{one.action}" for one in place.kaltura.requests if one.service in ("registrations", "user")]


def reason(place: World, **changes: object) -> str:
    """Why registrations are unknown; no figure has a value then."""
    summary = export(place, **changes)
    assert set(figures(summary).values()) == {None}
    found: str = summary["sections"]["registrations"]["unavailable"]
    return found


@pytest.mark.parametrize("scheme", ["KS", "Bearer"])
def test_every_person_of_all_apps_is_in_one_class_and_attended_is_no_attendance(place: World, scheme: str) -> None:
    summary = export(place, registration_scheme=scheme)
    assert figures(summary) == {
        "registered": 2,
        "came": 1,
        "recording_only": 0,
        "absent": 1,
        "not_known": 0,
        "registration_rate": 0.5,
        "walk_ins": 2,
    }
    section = summary["sections"]["registrations"]
    assert (section["scope"], section["origin"]) == ("event", "kaltura")
    assert section["apart"] == {"cancelled": 1, "blocked": 1, "invited": 1, "unclear": 2, "staff": 1}
    assert {"Bea Bell", "bea@example.org"} <= set(
        place.read(f"{FOLDER}follow-up/registered-absent.csv").decode().replace("\r\n", ",").split(",")
    )


def test_origins_and_answers_come_from_kaltura_or_for_people_on_both_lists_first_from_the_file(place: World) -> None:
    columns = {"registration_columns": (("answer", "Industry"), ("answer", "Budget"))}
    section = export(place, **columns)["sections"]["registrations"]
    assert [(row["answer"], row["registered"], row["came"]) for row in section["by_origin"]["rows"]] == [
        ("registration", 2, 1)
    ]
    industry, budget = section["by_answer"]
    assert [(row["answer"], row["came"]) for row in industry["rows"]] == [("Fish", 1)]
    assert industry["blank"]["registered"] == 1
    assert budget == {"question": "Budget", "unavailable": "the list of registrations has no answer to this question"}
    file = place.root / "archive" / "registrations" / "event=77.csv"
    file.parent.mkdir()
    rows = "ann@example.org,,,5\nbea@example.org,Fair,Ships,\n"
    file.write_text(f"Email,Source,Industry,Budget\n{rows}", encoding="utf-8")
    section = export(place, registrations=True, **columns)["sections"]["registrations"]
    assert [(row["answer"], row["registered"]) for row in section["by_origin"]["rows"]] == [
        ("Fair", 1),
        ("registration", 1),
    ]
    industry, budget = section["by_answer"]
    assert [(row["answer"], row["came"]) for row in industry["rows"]] == [("Fish", 1), ("Ships", 0)]
    assert [(row["answer"], row["came"]) for row in budget["rows"]] == [("5", 1)]


def test_answers_to_the_form_are_archived_as_texts(place: World) -> None:
    export(place)
    with place.services(pdf=False, html=False) as services:
        record = services.ledger.session(SESSION)
        assert record
        assert replay(services, record).change == "same"
        assert not verify(services, record).differences
    (file,) = (place.root / "archive").rglob("registrations.json.gz")
    people = {one["user_id"]: one for one in json.loads(gzip.decompress(file.read_bytes()))["registrants"]}
    assert people["id-ann"]["answers"] == {"industry": "Fish", "consent": "yes", "topics": "A; b: 1"}


def test_without_the_setting_kaltura_is_not_asked(place: World) -> None:
    summary = export(place, registration_urls=())
    assert "registrations" not in summary["sections"]
    assert not [path for path in paths(place) if path.startswith("registrations") or path == "user.list"]


def test_a_session_without_virtual_event_has_no_registrations_and_no_call(place: World) -> None:
    room = replace(place.kaltura.account.rooms[0], virtual_event_id="")
    place.kaltura.account = replace(place.kaltura.account, rooms=(room,))
    assert "registrations" not in export(place)["sections"]
    assert not [path for path in paths(place) if path.startswith("registrations")]


def test_no_app_is_not_known_and_asks_for_no_people(place: World) -> None:
    change(place, apps=())
    assert reason(place) == "Kaltura lists no registration of this session's virtual event."
    assert "registrations.user-profile/list" not in paths(place)


def test_the_file_counts_before_kaltura_for_each_person_and_the_report_names_both_sources(place: World) -> None:
    file = place.root / "archive" / "registrations" / f"event={EVENT}.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Email,Status\nBea@example.org,Cancelled\ncy@example.org,Registered\nzoe@example.org,\n")
    summary = export(place, registrations=True)
    assert summary["sections"]["registrations"]["origin"] == "both"
    assert {key: figures(summary)[key] for key in ("registered", "came", "absent", "walk_ins")} == {
        "registered": 3,
        "came": 2,
        "absent": 1,
        "walk_ins": 1,
    }
    change(place, apps=())
    summary = export(place, registrations=True)
    assert summary["sections"]["registrations"]["origin"] == "file"
    assert figures(summary)["registered"] == 2


def test_an_erased_registrant_of_kaltura_stays_in_the_counts_and_nowhere_else(place: World) -> None:
    before = figures(export(place))
    with place.services(pdf=False, html=False) as services:
        erase(services, find_person(services, "bea@example.org"), None)
    assert figures(json.loads(place.read(FOLDER + "summary.json"))) == before
    assert figures(export(place)) == before  # also after Kaltura was asked again
    for file in (place.root / "archive").rglob("*.gz"):
        assert b"bea@" not in gzip.decompress(file.read_bytes()).lower(), file


@pytest.mark.parametrize(("page", "has_total"), [(5000, True), (200, True), (200, False)])
def test_a_list_of_many_pages_is_whole_even_if_pages_are_short(place: World, page: int, has_total: bool) -> None:
    change(place, apps=(App(APP, EVENT, profiles=many(2100)),), page=page, has_total=has_total)
    assert figures(export(place))["registered"] == 2100


def test_a_person_who_registers_while_the_list_is_read_is_on_it(place: World) -> None:
    late = UserProfile("new", "late@example.net", created="2026-11-01T00:00:00.000Z")
    change(place, apps=(App(APP, EVENT, profiles=many(2100)),), changes={1000: late})
    assert figures(export(place))["registered"] == 2101


def test_more_people_than_can_be_skipped_are_read_by_time(place: World) -> None:
    change(place, apps=(App(APP, EVENT, profiles=many(10_700)),))
    assert figures(export(place))["registered"] == 10_700
    offsets = [json.loads(one.body)["pager"]["offset"] for one in place.kaltura.requests if "user-profile" in one.path]
    assert max(offsets) < 10_000


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: change(place, keeps_filter=False),  # apps and people of all events
        lambda place: change(place, limit=100),
        lambda place: change(place, limit=100, has_status_errors=True),
        lambda place: change(place, apps=(App("?", EVENT),)),
        lambda place: change(place, apps=(App(APP, EVENT, profiles=many(600)),), changes={500: many(1)[0]}, page=0),
    ],
)
def test_a_service_that_is_not_as_documented_makes_no_number(place: World, spoil: Callable[[World], None]) -> None:
    spoil(place)
    assert reason(place).startswith("Kaltura's registrations cannot be read: ")


@pytest.mark.parametrize("path", ["app-registry/list", "user-profile/list", "user.list"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("http_status", None, status=502),
        Fault("http_status", None, status=403),
        Fault("http_status", None, status=429),
        Fault("api_error", None, code="OBJECT_NOT_FOUND"),
        Fault("api_error", None, code="SERVICE_FORBIDDEN"),
        Fault("redirect", None),
        Fault("reset", None),
        Fault("truncate", None, cut="row"),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status} {fault.code}",
)
def test_a_failure_of_any_call_ends_in_one_reason(place: World, path: str, fault: Fault) -> None:
    service, _, action = path.rpartition(".")
    place.kaltura.faults.add(replace(fault, service=service or "registrations", action=action))
    assert reason(place).startswith("Kaltura's registrations cannot be read: ")


def test_a_role_with_reports_only_has_no_registrations_and_its_reports(place: World) -> None:
    token = replace(place.kaltura.account.app_tokens[0], privileges="setrole:ANALYTICS_RO,disableentitlement")
    place.kaltura.account = replace(place.kaltura.account, app_tokens=(token,))
    assert "permission" in reason(place)


def test_a_failure_that_passes_is_not_noticed(place: World) -> None:
    place.kaltura.faults.add(Fault("http_status", 2, service="registrations", status=502))
    assert figures(export(place))["registered"] == 2


def less(
    place: World, *, team: tuple[str, ...] = (), privileges: str = "setrole:ANALYTICS_RO,disableentitlement"
) -> None:
    """Give the credential a role without the right to list people of apps."""
    token = replace(place.kaltura.account.app_tokens[0], privileges=privileges, user_id="debrief")
    place.kaltura.account = replace(place.kaltura.account, app_tokens=(token,))
    change(place, team=team)


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"counts_people": False},
        {"users_limit": 30},
        {"users_limit": 30, "counts_people": False},
        {"users_page": 7},
        {"users_page": 7, "counts_people": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("count", [1, 2, 7, 8, 501])
def test_without_the_right_to_list_the_events_api_lists_everybody(
    place: World, switches: dict[str, Any], count: int
) -> None:
    less(place, team=("debrief",))
    change(place, apps=(App(APP, EVENT, profiles=many(count)),), **switches)
    found = figures(export(place))
    assert (found["registered"], found["absent"], found["came"]) == (count, count, 0)
    assert "registrations.reports/eventDataStats" not in paths(place)


def test_people_of_the_events_api_are_in_the_same_classes(place: World) -> None:
    less(place, team=("debrief",))
    found = export(place)
    section = found["sections"]["registrations"]
    assert (figures(found)["registered"], figures(found)["came"], section["origin"]) == (2, 1, "kaltura")
    assert section["apart"] == {"cancelled": 1, "blocked": 1, "invited": 1, "unclear": 2, "staff": 1}


@pytest.mark.parametrize("is_flat", [True, False])
def test_without_the_right_to_list_people_the_registered_are_counted_and_nothing_else_is_known(
    place: World, is_flat: bool
) -> None:
    less(place)
    change(place, apps=(App(APP, EVENT, profiles=PEOPLE),), is_flat=is_flat)
    summary = export(place)
    found = figures(summary)
    assert found.pop("registered") == 3
    assert set(found.values()) == {None}
    section = summary["sections"]["registrations"]
    reason = "Kaltura lets this credential count registrations, but not list people."
    assert (section["unavailable"], summary["metrics"]["walk_ins"]["reason"]) == (reason, reason)
    assert section["counted"] == {"registered": 3, "cancelled": 1, "invited": 1, "unclear": 2, "blocked": 1}
    archived = from_json(place.read(FOLDER + "summary.json"))
    assert in_one_sentence(archived) == "3 people registered; not known how many of them came."
    page = registrations(archived, sanitize.clean)
    assert page
    assert "3 people registered for the event. Staff are counted too." in page.section.sentences
    assert page.section.table
    assert [row[1] for row in page.section.table.rows] == ["3", *["not known"] * 4]
    (sheet,) = registrations_sheet(archived)
    assert [row[2] for row in sheet.rows] == [3, *[f"not known, because {reason.rstrip('.')}"] * 4]
    totals = from_json(to_json(for_tier(archived, "totals")))
    assert registrations(totals, sanitize.clean) == page
    with place.services(pdf=False, html=False) as services:
        record = services.ledger.session(SESSION)
        assert record
        assert replay(services, record).change == "same"
        assert not verify(services, record).differences


def test_the_counts_of_two_apps_are_not_added(place: World) -> None:
    less(place)
    assert "permission" in reason(place)


def test_counts_beside_a_file_are_no_number_of_registered_people(place: World) -> None:
    less(place)
    change(place, apps=(App(APP, EVENT, profiles=PEOPLE),))
    file = place.root / "archive" / "registrations" / f"event={EVENT}.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Email\nbea@example.org\n")
    assert "not list people" in reason(place, registrations=True)


def test_the_app_token_for_registrations_is_used_only_for_these(place: World) -> None:
    less(place)
    other = AppToken("1_regtoken", "registrations-secret", privileges="disableentitlement")
    account = place.kaltura.account
    place.kaltura.account = replace(account, app_tokens=(*account.app_tokens, other))
    found = figures(export(place, registration_token=env.AppToken(other.id, other.token)))
    assert (found["registered"], found["came"]) == (2, 1)
    starts = [one for one in place.kaltura.requests if one.action == "startSession"]
    assert {str(one.params.get("id")) for one in starts} == {account.app_tokens[0].id, other.id}
    summary = export(place, registration_token=env.AppToken(other.id, "wrong"))
    assert "cannot be read" in summary["sections"]["registrations"]["note"]


def test_an_event_whose_rate_is_limited_is_asked_again(place: World) -> None:
    less(place, team=("debrief",))
    fault = Fault("api_error", 1, service="registrations", action="event-users/list", code="RateLimitReached")
    place.kaltura.faults.add(fault)
    assert figures(export(place))["registered"] == 2


def test_a_user_id_with_a_comma_gets_its_name_and_address(place: World) -> None:
    profiles = (UserProfile("a1", "Bell, Bea"), UserProfile("a2", "gone, long"), UserProfile("a3", "id-ann"))
    account = place.kaltura.account
    user = User("Bell, Bea", "Bea", "Bell", "bea@example.org")
    place.kaltura.account = replace(account, users=(user,))
    change(place, apps=(App(APP, EVENT, profiles=profiles),))
    assert figures(export(place))["registered"] == 3
    assert b"bea@example.org" in place.read(f"{FOLDER}follow-up/registered-absent.csv")


def access(place: World, **changes: object) -> str:
    """What `debrief doctor` says of registrations."""
    usual = {"pdf": False, "html": False, "registration_urls": place.kaltura.registration_urls}
    with place.services(**{**usual, **changes}) as services:
        return registration_access(services.kaltura.registrar)


def test_doctor_says_whether_people_can_be_listed_counted_or_neither_and_why(place: World) -> None:
    assert access(place, registration_urls=()).startswith("KALTURA_REGISTRATIONS is not set")
    assert access(place) == "people can be listed, with their answers to the registration form"
    less(place, team=("debrief",))
    why = "The credential has no permission to read the registration service's user-profile/list."
    assert access(place) == f"people can be listed, without their answers to the registration form: {why}"
    less(place)
    assert access(place) == f"people can only be counted: {why}"
    place.kaltura.faults.add(
        Fault("http_status", None, service="registrations", action="reports/eventDataStats", status=403)
    )
    with pytest.raises(Forbidden, match=f"neither listed nor counted: {why}"):
        access(place)
    change(place, apps=())
    assert access(place).startswith("no virtual event has a registration app")


def test_doctor_names_a_wrong_app_token_for_registrations(place: World) -> None:
    with pytest.raises(BadCredentials):
        access(place, registration_token=env.AppToken("1_token000", "wrong"))


@pytest.mark.parametrize("status", [403, 502])
def test_if_kaltura_fails_at_a_later_check_the_earlier_list_still_counts(place: World, status: int) -> None:
    before = figures(export(place))
    place.kaltura.faults.add(Fault("http_status", None, service="registrations", status=status))
    summary = export(place)
    assert figures(summary) == before
    note = summary["sections"]["registrations"]["note"]
    assert note.startswith("Kaltura's registrations cannot be read: ")
    assert note.endswith("The figures use the list of an earlier check.")


def test_people_who_could_be_listed_before_stay_listed_when_they_can_only_be_counted(place: World) -> None:
    change(place, apps=(App(APP, EVENT, profiles=PEOPLE),))
    before = figures(export(place))
    less(place)
    summary = export(place)
    assert figures(summary) == before
    assert "not list people" in summary["sections"]["registrations"]["note"]


def test_somebody_who_registers_while_the_events_api_lists_people_is_on_the_list(place: World) -> None:
    less(place, team=("debrief",))
    late = UserProfile("new", "late@example.net", created="2026-11-01T00:00:00.000Z")
    change(place, apps=(App(APP, EVENT, profiles=many(900)),), changes={500: late})
    assert figures(export(place))["registered"] == 901


def test_a_count_of_nobody_is_archived_as_such(place: World) -> None:
    less(place)
    change(place, apps=(App(APP, EVENT),))
    assert figures(export(place))["registered"] == 0
    with place.services(pdf=False, html=False) as services:
        record = services.ledger.session(SESSION)
        assert record
        assert replay(services, record).change == "same"
