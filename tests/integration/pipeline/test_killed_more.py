"""Killed at any writing call of a longer story: the schedule alone recovers it, nothing is lost or sent twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.mail.mailer import Envelope
from debrief.errors import GiveUp, RetryLater
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.feedback import take_feedback
from debrief.pipeline.mailing.stale_claims import due_deliveries
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.portal.app import respond
from debrief.portal.http import Request
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.faults import Fault
from support.events import event
from support.mailed import token_in
from support.stories import Step, Story, Undisturbed, Work
from support.traces import kinds, left, left_unnumbered, rows, words
from support.world import END, World, seconds, small_account, world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PORTAL = {"portal_url": "https://reports.example.com", "link_key": "k" * 40}
QUICK: dict[str, object] = {"pdf": False, "html": False, "page": False}
ANN, BOSS = "ann@example.com", "boss@example.com"
HALF, ALL = "46.0", "76.5"  # minutes attended in the small account, without and with the late ones


def scheduled_run(_: World, services: Services) -> None:
    """A scheduled run and all that follows from it; what fails is left to a later one."""
    mails = due_deliveries(services)
    for order in reconcile(services):
        with suppress(GiveUp, RetryLater):
            mails += run_export(services, order)
    for mail in [*mails, *due_notices(services)]:
        with suppress(GiveUp, RetryLater):
            deliver(services, mail)


def scheduled_runs(begin: datetime, *hours: float) -> list[Step]:
    return [Step(begin + hour * HOUR, scheduled_run) for hour in hours]


# An export that was asked for is asked for again after two hours, a claim is old after a quarter of one.
CHECKED = (0, 0.3, 2.1, 2.4, 5.2, 5.5, 7.3, 7.6, 23.2, 23.5, 25.3, 25.6)  # hours since an hour after a session's end


def assert_same_wherever_killed(undisturbed: Undisturbed, first: int = 0) -> int:
    """Check that every killed story ends like the undisturbed one, without an email sent twice. Return their number."""
    assert undisturbed.story.most_sent() == 1
    tried = 0
    for name, story, found, wanted in undisturbed.killed(first):
        assert found == wanted, name
        assert story.most_sent() <= 1, name
        tried += 1
    return tried


def account_of_interrupted(begin: datetime) -> Account:
    """One room, open from 0 to 30 and from 42 to 90 minutes after `begin`; a guest in both, another one in each."""
    host = User(ANN, "Ann", "Lee", ANN)
    spans = [(seconds(begin + first * MINUTE), seconds(begin + last * MINUTE)) for first, last in ((0, 30), (42, 90))]
    runs = tuple(
        Run(
            f"1_cue{number:05}",
            *span,
            host.id,
            (
                Attendance(host.id, "Ann Lee", ANN, stays=(span,)),
                Attendance("cyd@x.org", "Cyd", stays=(span,)),
                Attendance(f"u{number}@x.org", f"Guest {number}", stays=(span,)),
            ),
        )
        for number, span in enumerate(spans)
    )
    return Account(rooms=(Room("1_room0000", "Room 0", runs, owner=host.id),), users=(host,))


def as_of_now(place: World) -> None:
    place.kaltura.account = replace(place.kaltura.account, now=place.clock.now)


def test_an_interrupted_session_and_its_joint_report(tmp_path: Path) -> None:
    begin = datetime(2026, 11, 2, 9, tzinfo=UTC)
    end = begin + 90 * MINUTE
    with world(tmp_path / "world", account_of_interrupted(begin), begin) as place:
        steps = [*scheduled_runs(begin, 1.3), *scheduled_runs(end + HOUR, *CHECKED)]
        story = Story(place, steps, {**QUICK, **PORTAL, "mail_to": (BOSS,)}, prepare=as_of_now)
        undisturbed = Undisturbed(story, tmp_path, left_unnumbered)
        assert kinds(place) == {"joint-1_cue00000": 2}
        assert assert_same_wherever_killed(undisturbed) > 90


def growing(place: World) -> None:
    """The small account, half of whose figures come later than five hours after the end."""
    is_late = place.clock.now < END + 5 * HOUR
    place.kaltura.account = replace(small_account(), late_factor=0.5 if is_late else 1.0)


@pytest.fixture
def small_world(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", small_account(), END) as place:
        yield place


def test_figures_that_move_so_that_a_second_mail_goes_out(small_world: World, tmp_path: Path) -> None:
    settings = {**QUICK, **PORTAL, "mail_to": (BOSS,)}
    story = Story(small_world, scheduled_runs(END + HOUR, *CHECKED), settings, prepare=growing)
    undisturbed = Undisturbed(story, tmp_path, left)
    assert sorted(name.split("-")[1] for name in small_world.mails()) == ["r1", "r1", "r2", "r2"]
    assert assert_same_wherever_killed(undisturbed) > 60


def test_figures_that_move_during_an_outage_after_the_kill(small_world: World, tmp_path: Path) -> None:
    """However few mails it takes then: everybody's last one holds the last figures, and no two hold the same."""
    settings = {**QUICK, **PORTAL, "mail_to": (BOSS,)}
    story = Story(
        small_world, scheduled_runs(END + HOUR, 0, 5.2, 7.3, 7.6, 23.2, 25.3, 25.6), settings, prepare=growing
    )
    undisturbed = Undisturbed(story, tmp_path, left)
    assert figures_mailed(story) == {ANN: [HALF, ALL], BOSS: [HALF, ALL]}
    tried = 0
    for name, killed, found, wanted in undisturbed.killed(0, 3):
        tried += 1
        if found != wanted:  # else it goes on as the undisturbed one
            assert all(mails in ([HALF, ALL], [ALL]) for mails in figures_mailed(killed).values()), name
            assert set(figures_mailed(killed)) == {ANN, BOSS}, name
        assert killed.most_sent() <= 1, name
    assert tried > 50


def figures_mailed(story: Story) -> dict[str, list[str]]:
    """By recipient, how many minutes each mail to them said were attended, as it left."""
    found: dict[str, list[str]] = {}
    for _, envelope in story.sent:
        minutes = re.search(r"Engagement rate: \S+ \(of (?:all )?([\d.]+) minutes", words(envelope.message))
        assert minutes
        found.setdefault(envelope.to, []).append(minutes[1])
    return found


def customer_days() -> tuple[Account, datetime]:
    """Two sessions of a virtual event, and a moment when both are past their last check."""
    begin = datetime(2026, 11, 2, 9, tzinfo=UTC)
    owner = User("owner@example.com", "Olga", "Owner", "owner@example.com")
    rooms = []
    for number, hours in ((1, 0), (2, 2)):
        start = seconds(begin + hours * HOUR)
        there = tuple(Attendance(who, who.title(), who) for who in (ANN, f"guest{number}@example.com"))
        run = Run(f"1_cue0000{number}", start, start + 3600, owner.id, there)
        rooms.append(Room(f"1_room000{number}", f"Talk {number}", (run,), owner=owner.id, virtual_event_id="77"))
    plan = ScheduleEvent(5001, "1_room0002", seconds(begin), seconds(begin + 3 * HOUR), "Days", owner=owner.id)
    account = Account(
        rooms=tuple(rooms),
        users=(owner,),
        schedule=(plan,),
        virtual_events=(VirtualEvent("77", "Customer days", main_event=5001),),
    )
    return account, begin + 27.5 * HOUR


def test_a_virtual_event_s_report(tmp_path: Path) -> None:
    account, over = customer_days()
    with world(tmp_path / "world", account, over) as place:
        steps = scheduled_runs(over, 0, 0.3, 1.4, 2.4, 2.7, 3.8, 4.9, 5.2)
        story = Story(place, steps, {**QUICK, **PORTAL, "mail_to": (BOSS,)})
        undisturbed = Undisturbed(story, tmp_path, left)
        assert kinds(place) == {"1_cue00001": 2, "1_cue00002": 2, "event-77": 2}
        assert assert_same_wherever_killed(undisturbed, first=1) > 20


def broken(place: World) -> None:
    """Report 6001 lacks a column until four hours after the end."""
    place.kaltura.faults.clear()
    if place.clock.now < END + 4 * HOUR:
        place.kaltura.faults.add(Fault("drop_column", report=6001, column="meeting_view_time", times=None))


def test_the_admin_s_daily_mail_and_a_problem_mail(small_world: World, tmp_path: Path) -> None:
    settings = {
        **QUICK,
        **PORTAL,
        "mail_to": (BOSS,),
        "admin_to": ("admin@example.com", "second@example.com"),
        "daily_hour": 20,
        "check_hours": (12.0, 24.0),
    }
    steps = scheduled_runs(END + HOUR, 0, 0.3, 0.6, 1.1, 2.1, 2.4, 4.2, 4.5, 6.2, 6.5, 10.1, 10.4, 10.7)
    story = Story(small_world, steps, settings, prepare=broken)
    undisturbed = Undisturbed(story, tmp_path, left)
    assert kinds(small_world) == {"1_cue00001": 2, "admin daily": 2, "admin problem": 2}
    assert assert_same_wherever_killed(undisturbed) > 60


class Refusing:
    """A mailer that one address makes give up."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def send(self, envelope: Envelope) -> None:
        if envelope.to == BOSS:
            raise GiveUp("The mail server refuses the recipient permanently (SMTP 550).")
        self.real.send(envelope)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def test_the_admin_hears_of_a_mail_that_was_refused(small_world: World, tmp_path: Path) -> None:
    settings = {**QUICK, **PORTAL, "mail_to": (BOSS,), "admin_to": ("admin@example.com",), "daily_hour": 23}
    steps = scheduled_runs(END + HOUR, 0, 0.3, 0.6, 2.1, 2.4, 2.7)
    story = Story(small_world, steps, settings, mailer=Refusing)
    undisturbed = Undisturbed(story, tmp_path, left)
    assert kinds(small_world) == {"1_cue00001": 1, "admin problem": 1}
    assert assert_same_wherever_killed(undisturbed) > 20


class Mute:
    """A mailer that cannot tell what it has sent, as SMTP and SES."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def send(self, envelope: Envelope) -> None:
        self.real.send(envelope)

    def was_sent(self, _: str) -> None:
        return None


def test_with_a_mailer_that_cannot_tell_a_mail_is_sent_once_or_reported_to_the_admin(
    small_world: World, tmp_path: Path
) -> None:
    settings = {**QUICK, **PORTAL, "mail_to": (BOSS,), "admin_to": ("admin@example.com",), "daily_hour": 23}
    steps = scheduled_runs(END + HOUR, 0, 0.3, 0.6, 2.1, 2.4, 2.7)
    undisturbed = Undisturbed(Story(small_world, steps, settings, mailer=Mute), tmp_path, left)
    assert kinds(small_world) == {"1_cue00001": 2}
    tried, unknown = 0, 0
    for name, story, found, wanted in undisturbed.killed(0, 3):
        tried += 1
        assert story.most_sent() <= 1, name
        if found != wanted:
            states = Counter(str(row["state"]) for row in rows(story.place, "deliveries"))
            assert states in ({"sent": 2, "unknown": 1}, {"sent": 2}), name  # the third is the admin's mail
            assert kinds(story.place)["admin problem"] == states["unknown"], name
            unknown += states["unknown"]
    assert tried > 20
    assert unknown == 4  # before and after each of both was sent


DAYS_LATER = END + 60 * HOUR


def asks_for_a_fresh_link(place: World, services: Services) -> None:
    """Ann finds her link expired and asks for another one."""
    (path,) = (place.root / "outbox").glob(f"1_cue00001-r1-{recipient_id(ANN)}.eml")
    answer = respond(services, Request("POST", f"/r/{token_in(path.read_bytes())}/renew"))
    assert answer.status == 200
    for order in answer.orders:
        with suppress(RetryLater):
            deliver(services, order)


@pytest.mark.parametrize("is_waited_for", [True, False], ids=["asks-again", "asks-later"])
def test_a_fresh_link_asked_for_at_the_portal(small_world: World, tmp_path: Path, *, is_waited_for: bool) -> None:
    steps = [
        *scheduled_runs(END + HOUR, 0, 5.2, 23.2),
        Step(DAYS_LATER, asks_for_a_fresh_link, is_waited_for=is_waited_for),
        Step(DAYS_LATER + MINUTE, scheduled_run),
        Step(DAYS_LATER + 10 * MINUTE, asks_for_a_fresh_link),
        *scheduled_runs(DAYS_LATER, 0.5, 0.8, 1.1),
    ]
    story = Story(small_world, steps, {**QUICK, **PORTAL, "mail_to": (BOSS,), "link_days": 2.0})
    undisturbed = Undisturbed(story, tmp_path, left)
    assert kinds(small_world) == {"1_cue00001": 2, "1_cue00001 link": 1}
    tried = 0
    for name, after_kill, found, wanted in undisturbed.killed(3):
        assert (found, after_kill.most_sent()) == (wanted, 1), name
        tried += 1
    assert tried > 5


def asks_for_the_index(place: World, services: Services) -> None:
    """Ann, an admin, presses the button on the page of her own report."""
    (path,) = (place.root / "outbox").glob(f"1_cue00001-r1-{recipient_id(ANN)}.eml")
    answer = respond(services, Request("POST", f"/r/{token_in(path.read_bytes())}/index"))
    assert answer.status == 200
    for order in answer.orders:
        with suppress(RetryLater):
            deliver(services, order)


def test_a_link_to_the_index_asked_for_at_the_portal(small_world: World, tmp_path: Path) -> None:
    begin = END + HOUR
    steps = [
        *scheduled_runs(begin, 0),
        Step(begin + MINUTE, asks_for_the_index, is_waited_for=True),
        *scheduled_runs(begin, 0.1, 0.4),
        Step(begin + HOUR, asks_for_the_index),
        *scheduled_runs(begin, 1.1, 1.4),
    ]
    story = Story(small_world, steps, {**QUICK, **PORTAL, "admin_to": (ANN,), "daily_hour": 23})
    undisturbed = Undisturbed(story, tmp_path, left)
    assert kinds(small_world) == {"1_cue00001": 1, "admin index": 1}
    tried = 0
    for name, after_kill, found, wanted in undisturbed.killed(1, 2):
        assert (found, after_kill.most_sent()) == (wanted, 1), name
        tried += 1
    assert tried > 4


def unsubscribes(place: World, services: Services) -> None:
    """Ann's mail program posts her one click."""
    (path,) = (place.root / "outbox").glob(f"1_cue00001-r1-{recipient_id(ANN)}.eml")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = Request("POST", f"/u/{token_in(path.read_bytes())}", headers, b"List-Unsubscribe=One-Click")
    assert respond(services, request).status == 200


def bounces(_: World, services: Services) -> None:
    """Report as SES that the boss's first email bounced."""
    after_kill = json.loads(event("ses_bounce")["Records"][0]["Sns"]["Message"])
    after_kill["bounce"]["bouncedRecipients"] = [{"emailAddress": BOSS}]
    after_kill["mail"] |= {"destination": [BOSS], "tags": {"debrief-mail": [f"1_cue00001-r1-{recipient_id(BOSS)}"]}}
    take_feedback(services, after_kill)


def only_exports(_: World, services: Services) -> None:
    """The exports of a scheduled run, whose mails wait in a queue that nobody works off yet."""
    for order in reconcile(services):
        run_export(services, order)


STOPS = [
    Step(END + 6.1 * HOUR, unsubscribes, is_waited_for=True),
    Step(END + 6.11 * HOUR, bounces, is_waited_for=True),
]
STOPPED = (ANN, BOSS)


@pytest.mark.parametrize("work", [only_exports, scheduled_run], ids=["before-delivery", "while-delivering"])
def test_an_unsubscription_and_a_bounce_stop_the_mails_that_wait(
    small_world: World, tmp_path: Path, work: Work
) -> None:
    begin = END + HOUR
    steps = [
        *scheduled_runs(begin, 0, 0.3),
        Step(END + 6.05 * HOUR, work),
        *STOPS,
        *scheduled_runs(begin, 5.6, 5.9, 7.3, 7.6, 23.2),
    ]
    settings = {**QUICK, **PORTAL, "mail_to": (BOSS, "cy@example.com")}
    story = Story(small_world, steps, settings, prepare=growing)
    undisturbed = Undisturbed(story, tmp_path, left)
    assert kinds(small_world) == {"1_cue00001": 4 if work is only_exports else 6}
    tried = 0
    for name, after_kill, found, wanted in undisturbed.killed(2, 7):
        late = [envelope.name for at, envelope in after_kill.sent if envelope.to in STOPPED and at > STOPS[-1].at]
        assert not late, name
        assert after_kill.most_sent() == 1, name
        assert found["archived"] == wanted["archived"], name
        is_told = "cy@example.com" in {envelope.to for _, envelope in after_kill.sent if "-r2-" in envelope.name}
        assert is_told or found == wanted, name
        tried += 1
    assert tried > 20
