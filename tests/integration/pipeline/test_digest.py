"""One email a week or a month instead of an email about each session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from debrief.cli.run import run_once
from debrief.delivery.ledger.ledger import ADMIN, DIGEST, Delivery, Note
from debrief.delivery.ledger.suppressions import record_unsubscription
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rules import Recipient
from debrief.documents.data.summary_json import from_json
from debrief.errors import BadCredentials, DebriefError, NotReady, Unavailable
from debrief.orders import DeliveryOrder
from debrief.pipeline.mailing.add_to_digests import add_to_digests
from debrief.pipeline.mailing.admin_schedule import TAKEN, due_notices
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.reconciliations import record_reconciliation
from debrief.pipeline.state.session_records import delivery_order_of
from debrief.runner import run, run_deliveries, run_notices
from support.killing import KilledError
from support.weekly_room import WEEK, order, weekly
from support.world import END, START, World, world

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 9, 7, 16, tzinfo=BERLIN)  # after the week of the first session
ANN, KEY = "ann@example.com", recipient_id("ann@example.com")
PORTAL = "https://reports.example.com"
QUICK: dict[str, Any] = {
    "pdf": False,
    "page": False,
    "workbook": False,
    "timezone": "Europe/Berlin",
    "portal_url": PORTAL,
}
HOUR = timedelta(hours=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, weekly(), END + HOUR) as built:
        rules(built, "weekly")
        yield built


def rules(place: World, digest: str, more: str = "") -> None:
    (place.root / "rules.yaml").write_text(f"version: 1\npeople:\n  {ANN}: {{digest: {digest}}}\n{more}")


def services_of(place: World, **changes: Any) -> Any:
    return place.services(**{**QUICK, "rules": str(place.root / "rules.yaml"), **changes})


def export(place: World, week: int = 0, hours: float = 1, **changes: Any) -> None:
    place.clock.now = END + week * WEEK + timedelta(hours=hours)
    with services_of(place, **changes) as services:
        for outcome in run(services, [order(week)]):
            assert outcome.is_well, outcome


def tick(place: World, now: datetime, **changes: Any) -> list[str]:
    """Send what is due; the texts of the new emails."""
    before = set((place.root / "outbox").glob("*.eml"))
    place.clock.now = now
    with services_of(place, **changes) as services:
        assert run_deliveries(services) == []
        assert run_notices(services) == []
    return [text_of(path) for path in sorted(set((place.root / "outbox").glob("*.eml")) - before)]


def text_of(path: Path) -> str:
    body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def digests(services: Services) -> list[Delivery]:
    return list(services.ledger.deliveries(DIGEST))


def figure(text: str, label: str) -> float:
    found = re.search(rf"^{label}: ([\d,]+)", text, re.MULTILINE)
    assert found, text
    return float(found[1].replace(",", ""))


def test_a_session_is_in_one_email_a_week_and_in_no_other(place: World) -> None:
    export(place)
    assert not place.mails()
    assert tick(place, MONDAY - HOUR) == []
    (text,) = tick(place, MONDAY)
    assert text.startswith("Your sessions, week of 2 Nov\n")
    assert "Sales, EMEA, Mon 2 Nov, 10:00: 6" in text
    assert tick(place, MONDAY + HOUR) == []


def test_the_hour_is_that_of_the_scheduled_run_because_no_export_knows_the_setting(place: World) -> None:
    export(place)
    at_nine = MONDAY.replace(hour=9)
    assert tick(place, MONDAY, daily_hour=9) == []
    assert tick(place, at_nine - timedelta(minutes=5), daily_hour=9) == []
    assert len(tick(place, at_nine, daily_hour=9)) == 1


def test_the_sums_are_those_of_the_reports(place: World) -> None:
    rules(place, "monthly")
    for week in range(3):
        export(place, week, hours=25)
    (text,) = tick(place, datetime(2026, 12, 1, 7, 16, tzinfo=BERLIN))
    paths = [f"reports/{START + week * WEEK:date=%Y-%m-%d}/session=1_cue0000{week}/summary.json" for week in range(3)]
    summaries = [from_json(place.read(path)) for path in paths]
    people = sum(float(summary.metrics["unique_attendees"].value or 0) for summary in summaries)
    lists = [row for summary in summaries for row in summary.sections["segments"]["rows"]]
    assert text.startswith("Your sessions in November 2026\n")
    assert figure(text, "Sessions") == 3
    assert figure(text, "Visits") == people == 6 + 7 + 8
    for label, key in (("New people", "first-time"), ("Returning people", "came-back")):
        assert figure(text, label) == sum(row.get("people", 0) for row in lists if row["key"] == key)
    assert "known of 2 sessions" in text
    assert "No-shows" not in text  # no list of registrations: not known, so it is not 0


def test_a_session_that_became_final_later_is_in_the_next_digest_as_changed_and_is_not_counted_again(
    place: World,
) -> None:
    account = place.kaltura.account
    place.kaltura.account = replace(account, late_factor=0.4)
    place.clock.now = MONDAY
    export(place, 0)
    place.kaltura.account = account
    sunday = timedelta(days=6, hours=14)  # the export of the check is in the next week
    export(place, 0, hours=sunday / HOUR)
    (first,) = tick(place, MONDAY)
    export(place, 1)
    (second,) = tick(place, MONDAY + WEEK)
    assert "figures may still change" in first
    assert figure(second, "Sessions") == 1
    assert figure(second, "Visits") == 7
    changed = second.partition("Changed since your earlier digest")[2]
    assert re.search(r"Sales, EMEA, Mon 2 Nov, 10:00: 6 \((same number of attendees|attendees: \d before)", changed)
    assert "final now" in changed
    assert "2 Nov: 6\n9 Nov: 7" in second


def test_a_digest_has_the_figures_of_the_end_of_its_week_whenever_it_is_sent(place: World) -> None:
    export(place, 0)
    export(place, 1)
    texts = tick(place, MONDAY + WEEK)
    assert [re.search(r"week of (.*)\n", text)[1] for text in texts] == ["2 Nov", "9 Nov"]  # type: ignore[index]
    assert ["Changed since" in text for text in texts] == [False, False]


def test_with_nothing_to_say_there_is_no_email(place: World) -> None:
    export(place, 0, hours=25)
    assert len(tick(place, MONDAY)) == 1
    place.clock.now = MONDAY + HOUR
    with services_of(place) as services:  # the same revision, exported again in the next week
        run_export(services, order(0))
    assert tick(place, MONDAY + WEEK) == []
    with services_of(place) as services:
        assert [mail.state for mail in digests(services)] == ["sent", "stopped"]
    assert tick(place, MONDAY + 2 * WEEK) == []


@pytest.mark.parametrize("how", ["unsubscribed", "suppressed", "never", "erased"])
def test_who_gets_no_reports_gets_no_digest(place: World, how: str) -> None:
    export(place)
    with services_of(place) as services:
        if how == "unsubscribed":
            record_unsubscription(services.ledger, KEY, place.clock.now)
        elif how == "suppressed":
            services.ledger.put_note(Note("suppressed", KEY, place.clock.now, "It bounced."))
        elif how == "erased":
            from debrief.pipeline.privacy.people_index import hash_of
            from debrief.pipeline.privacy.tombstones import add_tombstones, tombstones

            add_tombstones(services, tombstones(services), {hash_of(tombstones(services).key, ANN)})
        else:
            rules(place, "weekly", f"never: [{ANN}]\n")
    assert tick(place, MONDAY) == []
    with services_of(place) as services:
        assert [mail.state for mail in digests(services)] == ["stopped"]


def test_a_room_from_which_the_recipient_has_unsubscribed_is_not_in_the_digest(place: World) -> None:
    export(place)
    with services_of(place) as services:
        record_unsubscription(services.ledger, f"{KEY}/1_room0001", place.clock.now)
    assert tick(place, MONDAY) == []


@pytest.mark.parametrize(("choice", "emails"), [("no", 1), ("weekly", 0), ("monthly", 0)])
def test_the_recipients_own_choice_counts_more_than_the_rules(place: World, choice: str, emails: int) -> None:
    rules(place, "no" if choice != "no" else "weekly")
    with services_of(place) as services:
        services.ledger.put_note(Note("digest", KEY, place.clock.now, choice))
    export(place)
    assert len(place.mails()) == emails
    assert len(tick(place, MONDAY)) == (choice == "weekly")


def test_a_change_of_mind_in_the_middle_of_a_week_loses_no_session_and_mails_none_twice(place: World) -> None:
    export(place)
    rules(place, "no")
    export(place, 0, hours=6)
    assert not place.mails()
    assert len(tick(place, MONDAY)) == 1
    export(place, 1)
    assert len(place.mails()) == 2
    assert tick(place, MONDAY + WEEK) == []


def test_a_row_links_to_the_report_with_the_tier_that_the_rules_allow_when_the_digest_leaves(place: World) -> None:
    export(place)
    rules(place, "weekly", "defaults: {see: totals}\n")
    (text,) = tick(place, MONDAY)
    from debrief.delivery.links.tokens import token_hash

    (token,) = re.findall(rf"{PORTAL}/r/([a-z2-7]+)", text)
    with services_of(place) as services:
        link = services.ledger.link(token_hash(token))
    assert link
    assert (link.cue_point_id, link.tier) == ("1_cue00000", "totals")


def test_the_link_to_unsubscribe_leads_to_the_choice_between_emails_and_digests(place: World) -> None:
    from debrief.portal.app import respond
    from debrief.portal.http import Request

    export(place)
    (text,) = tick(place, MONDAY)
    (path,) = re.findall(rf"{PORTAL}(/u/[a-z2-7]+)", text)
    form = {"content-type": "application/x-www-form-urlencoded"}
    with services_of(place) as services:
        page = respond(services, Request("GET", path)).body.decode()
        assert "one email a week about all sessions" in page
        assert 'value="monthly"' in page
        saved = respond(services, Request("POST", path, form, b"choice=no")).body.decode()
        assert "How often you get reports" in saved
        assert "You get an email about each session." in saved
    export(place, 1)
    assert len(place.mails()) == 2  # the digest, and an email about the second session


ADMINS = {"admin_to": (ANN,)}


def test_the_admins_daily_summary_is_a_section_of_a_digest_that_is_due_at_the_same_hour(place: World) -> None:
    export(place)
    tick(place, MONDAY - timedelta(days=1), **ADMINS)
    (text,) = tick(place, MONDAY, **ADMINS)
    assert "For you as the admin: the last day" in text
    assert "No session ended between 2026-11-08 07:00 and 2026-11-09 07:00" in text
    assert re.search(rf"Index of the archive: {PORTAL}/i/[a-z2-7]+", text)
    (daily,) = tick(place, MONDAY + timedelta(days=1), **ADMINS)
    assert "For you as the admin" not in daily


def test_the_daily_summary_is_an_email_if_the_digest_is_not_sent(place: World) -> None:
    export(place)
    tick(place, MONDAY - timedelta(days=1), **ADMINS)
    with services_of(place, **ADMINS) as services:
        place.clock.now = MONDAY - timedelta(minutes=15)
        assert due_notices(services) == []
        (daily,) = [mail for mail in services.ledger.deliveries(ADMIN) if mail.occasion == "daily-2026-11-09"]
        assert (daily.state, daily.reason) == ("stopped", TAKEN)
        record_unsubscription(services.ledger, KEY, place.clock.now)
    assert tick(place, MONDAY, **ADMINS) == []
    (text,) = tick(place, MONDAY + HOUR, **ADMINS)
    assert text.startswith("No session ended between 2026-11-08")


def test_an_admin_sees_failures_and_sessions_without_recipients_of_the_week(place: World) -> None:
    export(place)
    with services_of(place, **ADMINS) as services:
        record = services.ledger.session("1_cue00000")
        assert record
        lost = replace(
            record, cue_point_id="1_lost", entry_name="Lost", state="failed", reason="Kaltura failed.", version=0
        )
        services.ledger.save(lost)
        services.ledger.save(replace(lost, cue_point_id="1_none", entry_name="Silent", state="final", reason=""))
    tick(place, MONDAY - timedelta(days=1), **ADMINS)
    text = next(text for text in tick(place, MONDAY, **ADMINS) if text.startswith("Your sessions"))
    needs = text.partition("Needs action")[2].partition("Sessions:")[0]
    assert "Lost, Mon 2 Nov: Kaltura failed." in needs
    assert "Silent, Mon 2 Nov: No email is recorded" in needs
    (other,) = {line for line in needs.splitlines() if "Sales, EMEA" in line} or {""}
    assert other == ""


def test_a_refused_digest_is_reported_to_the_admin(place: World) -> None:
    export(place)
    place.clock.now = MONDAY
    with services_of(place, admin_to=("boss@example.com",)) as services:
        services.ledger.put_note(Note("trouble", f"{DIGEST}/{KEY}", MONDAY, "The status of an email is refused: No."))
        orders = due_notices(services)
    assert any(each.occasion.startswith("problem-") for each in orders)


class Counting:
    """Fails at the n-th call of any method."""

    def __init__(self, real: Any, fail_at: list[int], error: BaseException) -> None:
        self._real, self._left, self._error = real, fail_at, error

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)

        def called(*args: Any, **named: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] == 0:
                raise self._error
            return found(*args, **named)

        return called if callable(found) and name != "batch" else found


@pytest.mark.parametrize(
    "error", [KilledError(), Unavailable("The ledger is not available.")], ids=["killed", "failed"]
)
def test_a_run_killed_or_failed_at_any_call_sends_each_digest_exactly_once_with_the_same_content(
    tmp_path: Path, error: BaseException
) -> None:
    with world(tmp_path, weekly(), END + HOUR) as place:
        rules(place, "weekly")
        export(place)
        texts = set()
        ledger = place.root / "archive/.debrief/ledger.sqlite3"
        before = ledger.read_bytes()
        for fail_at in range(1, 200):
            for path in (place.root / "outbox").glob("*.eml"):
                path.unlink()
            ledger.write_bytes(before)
            place.clock.now = MONDAY
            left = [fail_at]
            with services_of(place) as services, suppress(KilledError, Unavailable):
                failing = (Counting(each, left, error) for each in (services.ledger, services.mailer))
                run_deliveries(replace(services, **dict(zip(("ledger", "mailer"), failing, strict=True))))
            for minutes in (0, 20, 40):
                tick(place, MONDAY + timedelta(minutes=minutes))
            (sent,) = (place.root / "outbox").glob("*.eml")
            texts.add(text_of(sent))
            if left[0] > 0:
                break
        assert 10 < fail_at < 199
        assert len(texts) == 1


def test_wherever_a_run_is_killed_the_admin_gets_the_daily_summary_once(tmp_path: Path) -> None:
    with world(tmp_path, weekly(), END + HOUR) as place:
        rules(place, "weekly")
        export(place)
        tick(place, MONDAY - timedelta(days=1), **ADMINS)
        ledger = place.root / "archive/.debrief/ledger.sqlite3"
        before = ledger.read_bytes()
        for fail_at in range(1, 200):
            for path in (place.root / "outbox").glob("*.eml"):
                path.unlink()
            ledger.write_bytes(before)
            place.clock.now = MONDAY
            left = [fail_at]
            with services_of(place, **ADMINS) as services, suppress(KilledError):
                failing = replace(services, ledger=Counting(services.ledger, left, KilledError()))
                run_deliveries(failing)
                run_notices(failing)
            for minutes in (0, 20, 40):
                tick(place, MONDAY + timedelta(minutes=minutes), **ADMINS)
            texts = [text_of(path) for path in (place.root / "outbox").glob("*.eml")]
            assert sum(text.startswith("Your sessions") for text in texts) == 1
            assert sum("No session ended between 2026-11-08 07:00" in text for text in texts) == 1
            if left[0] > 0:
                break
        assert 10 < fail_at < 199


def test_an_export_killed_at_any_ledger_call_puts_the_session_into_one_digest(tmp_path: Path) -> None:
    with world(tmp_path, weekly(weeks=1), END + HOUR) as place:
        rules(place, "weekly")
        kill_at = 0
        was_killed = True
        while was_killed:
            kill_at += 1
            place.root = tmp_path / str(kill_at)
            place.root.mkdir()
            rules(place, "weekly")
            with services_of(place) as services:
                met = replace(services, ledger=Counting(services.ledger, [kill_at], KilledError()))
                try:
                    run_export(met, order(0))
                    was_killed = False
                except KilledError:
                    run_export(services, order(0))
                assert [mail.occasion for mail in digests(services)] == ["digest-2026-W45"]
                assert len(list(services.ledger.notes("listed"))) == 1
        assert kill_at > 5


def test_two_runs_at_once_send_one_digest(place: World) -> None:
    export(place)
    place.clock.now = MONDAY
    with services_of(place) as one, services_of(place) as other:
        (mail,) = digests(one)

        class Meets:
            def __init__(self, real: Any) -> None:
                self.real = real

            def __getattr__(self, name: str) -> Any:
                if name == "move":
                    self_real, self.real = self.real, one.ledger
                    try:
                        deliver(other, delivery_order_of(mail))
                    finally:
                        self.real = self_real
                return getattr(self.real, name)

        with suppress(NotReady):
            deliver(replace(one, ledger=Meets(one.ledger)), delivery_order_of(mail))
    assert len(list((place.root / "outbox").glob("*.eml"))) == 1


def test_a_digest_is_not_mailed_while_all_emails_are_blocked(place: World) -> None:
    export(place)
    place.clock.now = MONDAY
    with services_of(place) as services:
        services.ledger.put_note(Note("blocked", "since", MONDAY, "No quota."))
        services.ledger.put_note(Note("blocked", "last", MONDAY, "No quota."))
        assert deliver(services, DeliveryOrder(DIGEST, 1, KEY, "digest-2026-W45")) == "pending"


@pytest.mark.parametrize(
    "name", ["<b>x</b>", "a\r\nBcc: x@example.com", "=?utf-8?q?x?=", "\u202eevil", "x" * 500, "| a |"]
)
def test_a_hostile_room_name_is_inert(tmp_path: Path, name: str) -> None:
    with world(tmp_path, weekly(name, weeks=1), END + HOUR) as place:
        rules(place, "weekly")
        export(place)
        place.clock.now = MONDAY
        with services_of(place) as services:
            assert run_deliveries(services) == []
        (path,) = (place.root / "outbox").glob("*.eml")
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert message["Bcc"] is None
        html = message.get_body(("html",))
        assert html is not None
        assert "<b>x" not in html.get_content()
        assert "\u202e" not in html.get_content()


def test_a_digest_hides_an_email_address_in_a_rooms_name_as_the_reports_of_its_tier_do(tmp_path: Path) -> None:
    with world(tmp_path, weekly("Room of zoe@example.org", weeks=1), END + HOUR) as place:
        rules(place, "weekly", "defaults: {see: totals}\n")
        export(place)
        (text,) = tick(place, MONDAY)
    assert "Room of (email not shown), Mon 2 Nov" in text
    assert "zoe@" not in text


def test_an_export_killed_before_midnight_and_repeated_in_the_next_week_loses_no_session(tmp_path: Path) -> None:
    sunday = MONDAY.replace(hour=0, minute=0) - timedelta(minutes=1)
    with world(tmp_path, weekly(weeks=1), sunday) as place:
        kill_at = 0
        was_killed = True
        while was_killed:
            kill_at += 1
            place.root = tmp_path / str(kill_at)
            place.root.mkdir()
            rules(place, "weekly")
            place.clock.now = sunday
            with services_of(place) as services:
                met = replace(services, ledger=Counting(services.ledger, [kill_at], KilledError()))
                try:
                    run_export(met, order(0))
                    was_killed = False
                except KilledError:
                    place.clock.now = sunday + timedelta(minutes=5)
                    run_export(services, order(0))
            texts = [*tick(place, MONDAY), *tick(place, MONDAY + WEEK)]
            assert [figure(text, "Sessions") for text in texts] == [1], kill_at
        assert kill_at > 5


def test_a_session_in_the_week_of_a_digest_that_was_sent_is_in_the_next_one(place: World) -> None:
    export(place)
    assert len(tick(place, MONDAY)) == 1
    (place.root / "rules.yaml").write_text(f"version: 1\npeople:\n  {ANN}: {{digest: weekly, timezone: Etc/GMT+12}}\n")
    export(place, 1)  # where the recipient is now, this is still Sunday
    (text,) = tick(place, MONDAY + WEEK + timedelta(days=1))
    assert (figure(text, "Sessions"), figure(text, "Visits")) == (1, 7)


def test_two_digests_of_one_morning_have_the_daily_summary_once(place: World) -> None:
    first = datetime(2027, 2, 1, 7, 16, tzinfo=BERLIN)  # a Monday
    export(place)
    tick(place, first - timedelta(days=1), **ADMINS)
    place.clock.now = first - timedelta(hours=12)
    with services_of(place, **ADMINS) as services:
        record = services.ledger.session("1_cue00000")
        assert record
        for name, digest in (("1_new1", "weekly"), ("1_new2", "monthly")):
            new = services.ledger.save(replace(record, cue_point_id=name, version=0))
            add_to_digests(services, new, [Recipient(ANN, "You host.", digest=digest)], ())  # type: ignore[arg-type]
    texts = [*tick(place, first, **ADMINS), *tick(place, first + HOUR, **ADMINS)]
    assert sorted(text.partition(",")[0].partition(" in ")[0] for text in texts) == ["Your sessions"] * 2
    assert sum("For you as the admin" in text for text in texts) == 1


def test_a_digest_says_below_its_heading_which_sessions_it_has_and_no_figure_twice(place: World) -> None:
    export(place)
    export(place, 1, hours=25)
    first, second = tick(place, MONDAY + WEEK)
    for text in (first, second):
        head, _, rest = text.partition("\nNotes\n")
        title, when, selection, blank = head.splitlines()[:4]
        assert (title.startswith("Your sessions"), "times in" in when, blank) == (True, True, "")
        assert selection == "Sessions whose first report was ready in this week."
        assert "first report" not in rest
    assert first.splitlines()[4] == "Sessions: 1"
    assert second.splitlines()[4] == "Visits: \N{BLACK UP-POINTING TRIANGLE} 1 more than in the week before (6)."


@pytest.mark.parametrize(
    ("choice", "why"), [("", "the rules of this installation say so"), ("weekly", "you chose this")]
)
def test_the_foot_says_who_asked_for_a_digest_and_who_runs_debrief(place: World, choice: str, why: str) -> None:
    with services_of(place) as services:
        if choice:
            services.ledger.put_note(Note("digest", KEY, place.clock.now, choice))
    export(place)
    (text,) = tick(place, MONDAY, contact="Kim <kim@example.com>")
    foot = text.rpartition("\n-- \n")[2]
    assert foot.startswith(f"You get one email a week instead of an email about each session, because {why}.\n")
    assert "This installation of Debrief is run by Kim <kim@example.com>. Replies go to this contact." in foot


@pytest.mark.parametrize("was_sent", [True, False])
def test_who_chooses_emails_after_a_digest_gets_one_about_figures_that_changed_clearly_since(
    place: World, was_sent: bool
) -> None:
    account = place.kaltura.account
    place.kaltura.account = replace(account, late_factor=0.4)
    export(place)
    with services_of(place) as services:
        record = services.ledger.session("1_cue00000")
        assert record
        few = {**record.history[record.revision], "unique_attendees": 2.0}
        services.ledger.save(replace(record, history={record.revision: few}))
    place.kaltura.account = account
    sent = tick(place, MONDAY) if was_sent else []
    rules(place, "no")
    for hours in (6 * 24 + 22, 6 * 24 + 23):
        export(place, 0, hours=hours)
    assert len(place.mails()) == (2 if was_sent else 0)  # the digest, and the email
    assert len(sent) == was_sent


def test_a_digest_of_debrief_run_has_the_reconciliation_and_the_sessions_of_the_same_run(place: World) -> None:
    export(place)
    place.clock.now = MONDAY + WEEK
    with services_of(place, **ADMINS) as services:
        record_reconciliation(services, MONDAY - 2 * WEEK)
        run_once(services, as_json=False)
    (text,) = [
        text for path in (place.root / "outbox").glob("digest-*.eml") if "as the admin" in (text := text_of(path))
    ]
    assert "last compared on 2026-11-16 at 07:16 (Europe/Berlin)" in " ".join(text.split())


@pytest.mark.parametrize("error", [Unavailable("Kaltura is down."), BadCredentials("Kaltura rejects the token.")])
def test_a_digest_is_sent_even_if_debrief_run_cannot_ask_kaltura(
    place: World, monkeypatch: pytest.MonkeyPatch, error: DebriefError
) -> None:
    def fail(_: object) -> None:
        raise error

    export(place)
    place.clock.now = MONDAY
    monkeypatch.setattr("debrief.cli.run.reconcile", fail)
    with services_of(place) as services, pytest.raises(type(error)):
        run_once(services, as_json=False)
    assert [path.name[:9] for path in (place.root / "outbox").glob("*.eml")] == ["digest-r1"]
