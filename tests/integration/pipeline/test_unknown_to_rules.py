"""Rules and filters treat data that Kaltura cannot return as unknown, never as none: the strictest reading counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from debrief.cli.recipients_preview import print_event_recipients, print_recipients
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.rules.schema import load_rules
from debrief.errors import GiveUp, RetryLater
from debrief.kaltura.sessions.discovery import find_sessions
from debrief.model import Tier
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.lifecycle import ORGANIZERS_UNKNOWN, OWNER_UNKNOWN
from kaltura_standin.account import Account, User
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.faults import Fault
from support.world import END, START, World, seconds, small_account, world

SESSION = "1_cue00001"
QUICK = {"page": False, "pdf": False, "html": False, "interruption_minutes": 0}
BY_EVENT = "rules: [{name: Days, when: {event: '77'}, organizers: false, to: boss@example.com, see: totals}]"
BY_HOST = "rules: [{name: Abroad, when: {host: ann@x.example}, organizers: false, to: boss@example.com, see: totals}]"
BY_TITLE = "rules: [{name: Board, when: {title: Board*}, organizers: false, to: boss@example.com, see: totals}]"


def account() -> Account:
    """The small account; its first room is of an event, and its people's ids are no addresses."""
    base = small_account()
    room = replace(base.rooms[0], virtual_event_id="77", owner="u-17")
    room = replace(room, runs=tuple(replace(run, host="u-17") for run in room.runs))
    users = (User("u-17", "Ann", "Host", "ann@x.example"), *base.users)
    return replace(
        base, rooms=(room, *base.rooms[1:]), users=users, virtual_events=(VirtualEvent("77", "Days", main_event=1),)
    )


@dataclass
class Trouble:
    """An account of which Kaltura does not return everything."""

    place: World
    settings: dict[str, object] = field(default_factory=dict)
    rules: str = ""
    said: list[str] = field(default_factory=list)

    def scheduled_run(self, at: datetime) -> SessionRecord:
        """One scheduled run with all that it asks for; returns the record of the session."""
        self.place.clock.now = at
        with self.place.services(**QUICK, mail_to=("boss@example.com",), **self.settings) as opened:
            services = replace(opened, rules=load_rules(f"version: 1\n{self.rules}\n"))
            for order in reconcile(services):
                try:
                    for mail in run_export(services, order):
                        deliver(services, mail)
                except (RetryLater, GiveUp) as error:
                    self.said.append(str(error))
            record = services.ledger.session(SESSION)
            assert record
            return record

    def mails(self) -> dict[str, Tier]:
        with self.place.services() as services:
            return {one.address: one.tier for one in services.ledger.deliveries(SESSION)}


@pytest.fixture
def trouble(tmp_path: Path) -> Iterator[Trouble]:
    with world(tmp_path, account(), END) as place:
        yield Trouble(place)


def events_fail(code: str = "INTERNAL_SERVERL_ERROR") -> Fault:
    return Fault("api_error", times=None, service="virtualEvent_virtualEvent", action="list", code=code)


def users_fail(code: str = "SERVICE_FORBIDDEN") -> Fault:
    return Fault("api_error", times=None, service="user", action="get", code=code)


def test_a_report_waits_while_kaltura_fails_to_return_who_an_organizer_is(trouble: Trouble) -> None:
    trouble.place.kaltura.faults.add(users_fail("INTERNAL_SERVERL_ERROR"))
    record = trouble.scheduled_run(END + timedelta(hours=1))
    assert (record.state, "organizer" in record.reason, record.revision) == ("waiting", True, 0)
    assert record.due == END + timedelta(hours=1, minutes=15)
    assert not trouble.mails()
    trouble.place.kaltura.faults.clear()
    trouble.scheduled_run(END + timedelta(hours=2))
    assert trouble.mails().keys() == {"ann@x.example", "boss@example.com"}


def test_after_a_week_of_that_the_strictest_reading_of_rules_by_host_counts(trouble: Trouble) -> None:
    trouble.rules = BY_HOST.replace("boss@example.com", "[boss@example.com, team@example.com]")
    trouble.place.kaltura.faults.add(users_fail("INTERNAL_SERVERL_ERROR"))
    trouble.scheduled_run(END + timedelta(hours=1))
    assert trouble.scheduled_run(END + timedelta(days=6, hours=23)).revision == 0
    record = trouble.scheduled_run(END + timedelta(days=7, hours=1))
    assert (record.state, record.revision) == ("final", 1)
    assert trouble.mails() == {"boss@example.com": "totals"}


def test_a_check_waits_for_organizers_and_leaves_the_report_as_it_is(trouble: Trouble) -> None:
    before = trouble.scheduled_run(END + timedelta(hours=1))
    trouble.place.kaltura.faults.add(users_fail("INTERNAL_SERVERL_ERROR"))
    during = trouble.scheduled_run(END + timedelta(hours=6))
    assert (during.revision, during.state, during.reason) == (1, "exported", "")
    assert len(trouble.said) == 1
    trouble.place.kaltura.faults.clear()
    after = trouble.scheduled_run(END + timedelta(hours=9))
    assert (after.revision, after.content_hash) == (1, before.content_hash)


def schedule_fails(code: str = "INTERNAL_SERVERL_ERROR") -> Fault:
    return Fault("api_error", times=None, service="schedule_scheduleEvent", code=code)


@pytest.fixture
def planned(trouble: Trouble) -> Trouble:
    """The same account; somebody else has scheduled the session."""
    base, planner = account(), User("u-18", "Pat", "Planner", "pat@x.example")
    plan = ScheduleEvent(1, base.rooms[0].id, seconds(START), seconds(END), owner=planner.id)
    trouble.place.kaltura.account = replace(base, users=(*base.users, planner), schedule=(plan,))
    return trouble


@pytest.mark.parametrize("code", ["INTERNAL_SERVERL_ERROR", "DRUID_QUERY_TIMED_OUT"])
def test_a_report_waits_while_kaltura_fails_to_return_who_scheduled_the_session(planned: Trouble, code: str) -> None:
    planned.place.kaltura.faults.add(schedule_fails(code))
    record = planned.scheduled_run(END + timedelta(hours=1))
    assert (record.state, record.reason, record.revision) == ("waiting", ORGANIZERS_UNKNOWN, 0)
    assert not planned.mails()
    planned.place.kaltura.faults.clear()
    planned.scheduled_run(END + timedelta(hours=2))
    assert planned.mails().keys() == {"ann@x.example", "pat@x.example", "boss@example.com"}


def test_after_a_week_of_that_the_report_goes_out_without_the_scheduler(planned: Trouble) -> None:
    planned.place.kaltura.faults.add(schedule_fails())
    planned.scheduled_run(END + timedelta(hours=1))
    assert planned.scheduled_run(END + timedelta(days=6, hours=23)).revision == 0
    assert planned.scheduled_run(END + timedelta(days=7, hours=1)).state == "final"
    assert planned.mails().keys() == {"ann@x.example", "boss@example.com"}


def test_the_preview_of_recipients_says_whom_kaltura_cannot_name(
    planned: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    planned.place.kaltura.faults.add(schedule_fails())
    with planned.place.services(**QUICK) as services:
        print_recipients(services, find_sessions(services.kaltura, [SESSION])[0])
        print_event_recipients(services, "77")
    printed = capsys.readouterr().err
    assert ORGANIZERS_UNKNOWN in " ".join(printed.split())
    assert OWNER_UNKNOWN in " ".join(printed.split())


def test_a_schedule_that_the_role_may_not_read_delays_no_report(planned: Trouble) -> None:
    planned.place.kaltura.faults.add(schedule_fails("SERVICE_FORBIDDEN"))
    assert planned.scheduled_run(END + timedelta(hours=1)).revision == 1
    assert planned.mails().keys() == {"ann@x.example", "boss@example.com"}


def test_a_report_waits_while_kaltura_cannot_return_the_event_that_a_rule_needs(trouble: Trouble) -> None:
    trouble.rules = BY_EVENT
    trouble.place.kaltura.faults.add(events_fail())
    record = trouble.scheduled_run(END + timedelta(hours=1))
    assert (record.state, "virtual event" in record.reason, record.revision) == ("waiting", True, 0)
    assert record.due == END + timedelta(hours=1, minutes=15)
    assert not trouble.mails()
    trouble.place.kaltura.faults.clear()
    trouble.scheduled_run(END + timedelta(hours=2))
    assert trouble.mails() == {"boss@example.com": "totals"}


def test_without_a_rule_by_event_no_report_waits_for_events(trouble: Trouble) -> None:
    trouble.place.kaltura.faults.add(events_fail())
    record = trouble.scheduled_run(END + timedelta(hours=1))
    assert (record.state, record.virtual_event_id) == ("exported", "")
    assert trouble.mails()["boss@example.com"] == "full"


def test_after_a_week_of_that_the_rule_limits_and_excludes_and_grants_nothing(trouble: Trouble) -> None:
    trouble.rules = BY_EVENT.replace("boss@example.com", "[boss@example.com, team@example.com]")
    trouble.place.kaltura.faults.add(events_fail())
    trouble.scheduled_run(END + timedelta(hours=1))
    record = trouble.scheduled_run(END + timedelta(days=7, hours=1))
    assert record.state == "final"
    assert trouble.mails() == {"boss@example.com": "totals"}


@pytest.mark.parametrize(("fault", "rules"), [(events_fail("SERVICE_FORBIDDEN"), BY_EVENT), (users_fail(), BY_HOST)])
def test_where_the_role_may_not_read_it_the_strictest_reading_counts_at_once(
    trouble: Trouble, fault: Fault, rules: str
) -> None:
    trouble.rules = rules
    trouble.place.kaltura.faults.add(fault)
    trouble.scheduled_run(END + timedelta(hours=1))
    assert trouble.mails() == {"boss@example.com": "totals"}


def test_a_room_whose_name_nobody_knows_may_be_the_one_that_a_rule_names(trouble: Trouble) -> None:
    trouble.rules = BY_TITLE
    base = account()
    trouble.place.kaltura.account = replace(base, rooms=(replace(base.rooms[0], name=""), *base.rooms[1:]))
    trouble.scheduled_run(END + timedelta(hours=1))
    assert trouble.mails() == {"boss@example.com": "totals"}


def test_an_event_that_was_known_before_stays_while_kaltura_cannot_tell(trouble: Trouble) -> None:
    trouble.rules = BY_EVENT
    trouble.scheduled_run(END + timedelta(hours=1))
    trouble.place.kaltura.faults.add(events_fail())
    record = trouble.scheduled_run(END + timedelta(hours=25))
    assert (record.state, record.virtual_event_id) == ("final", "77")
    assert trouble.mails() == {"boss@example.com": "totals"}


def test_a_session_that_nobody_watched_may_be_of_the_event_that_a_rule_names(trouble: Trouble) -> None:
    trouble.rules = BY_EVENT
    base = account()
    empty = replace(base.rooms[0], runs=tuple(replace(run, attendances=()) for run in base.rooms[0].runs))
    trouble.place.kaltura.account = replace(base, rooms=(empty, *base.rooms[1:]))
    trouble.scheduled_run(END + timedelta(hours=1))
    trouble.scheduled_run(END + timedelta(hours=7))
    assert trouble.mails() == {"boss@example.com": "totals"}


def test_no_session_of_the_wanted_events_is_skipped_for_a_moment_s_trouble(trouble: Trouble) -> None:
    trouble.settings = {"only_events": ("77",)}
    trouble.place.kaltura.faults.add(events_fail())
    assert trouble.scheduled_run(END + timedelta(hours=26)).state == "waiting"
    trouble.place.kaltura.faults.clear()
    assert trouble.scheduled_run(END + timedelta(hours=27)).state == "final"


def test_a_filter_by_event_that_the_role_cannot_apply_is_a_failure_that_a_person_can_mend(trouble: Trouble) -> None:
    trouble.settings = {"only_events": ("77",)}
    trouble.place.kaltura.faults.add(events_fail("SERVICE_FORBIDDEN"))
    record = trouble.scheduled_run(END + timedelta(hours=1))
    assert record.state == "failed"
    assert "DEBRIEF_ONLY_EVENTS" in record.reason
    assert "permission" in record.reason
    trouble.place.kaltura.faults.clear()
    assert trouble.scheduled_run(END + timedelta(hours=3)).state == "exported"


def test_a_name_that_kaltura_fails_to_spell_leaves_no_session_out_for_good(trouble: Trouble) -> None:
    """In report 6000 the comma of the room's name is a space."""
    trouble.settings = {"name_patterns": ("Sales, *",)}
    trouble.place.kaltura.faults.add(Fault("api_error", times=None, service="baseEntry", action="list"))
    assert trouble.scheduled_run(END + timedelta(minutes=5)).state == "waiting"
    trouble.place.kaltura.faults.clear()
    assert trouble.scheduled_run(END + timedelta(hours=1)).state == "exported"


def test_a_room_without_a_known_name_is_never_taken_for_one_that_no_pattern_leaves_out(trouble: Trouble) -> None:
    trouble.settings = {"name_patterns": ("!*confidential*",)}
    base = account()
    trouble.place.kaltura.account = replace(base, rooms=(replace(base.rooms[0], name=""), *base.rooms[1:]))
    record = trouble.scheduled_run(END + timedelta(hours=1))
    assert (record.state, record.revision, "DEBRIEF_NAME_PATTERNS" in record.reason) == ("failed", 0, True)
    trouble.place.kaltura.account = base
    assert trouble.scheduled_run(END + timedelta(hours=3)).state == "exported"
