"""The page of a room for somebody who gets its reports in digests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from debrief.cli.main import main
from debrief.delivery.ledger.ledger import DIGEST, Note
from debrief.delivery.ledger.suppressions import cancel_unsubscription, record_unsubscription
from debrief.delivery.mail.addresses import recipient_id
from debrief.portal.app import respond
from debrief.portal.http import Request
from debrief.runner import run, run_deliveries
from support.mailed import PORTAL
from support.weekly_room import WEEK, order, weekly
from support.world import END, World, world

ANN, KEY = "ann@example.com", recipient_id("ann@example.com")
MONDAY = datetime(2026, 11, 9, 7, 16, tzinfo=ZoneInfo("Europe/Berlin"))  # after the week of the first session
HOUR = timedelta(hours=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, weekly(), END + HOUR) as built:
        (built.root / "rules.yaml").write_text(f"version: 1\nseries: yes\npeople:\n  {ANN}: {{digest: weekly}}\n")
        yield built


def services_of(place: World) -> Any:
    rules = str(place.root / "rules.yaml")
    return place.services(rules=rules, portal_url=PORTAL, timezone="Europe/Berlin", pdf=False, workbook=False)


def export(place: World, week: int) -> None:
    place.clock.now = END + week * WEEK + HOUR
    with services_of(place) as services:
        assert all(outcome.is_well for outcome in run(services, [order(week)]))


def send_digest(place: World, week: int) -> str:
    """Send the digest of a week, and return the token of a session's link in it."""
    before = place.mails().keys()
    place.clock.now = MONDAY + week * WEEK
    with services_of(place) as services:
        assert run_deliveries(services) == []
    (name,) = place.mails().keys() - before
    text = message_from_bytes((place.root / "outbox" / name).read_bytes(), policy=policy.default).get_body(("plain",))
    assert text is not None
    (token,) = re.findall(rf"{PORTAL}/r/([a-z2-7]+)", text.get_content())
    return str(token)


def sessions_on_page(place: World, token: str) -> int:
    with services_of(place) as services:
        response = respond(services, Request("GET", f"/r/{token}/series"))
    assert response.status == 200
    found = re.search(r"(\d+) sessions?", re.sub(r"<[^>]+>|\s+", " ", response.body.decode()))
    assert found
    return int(found[1])


def two_digests(place: World) -> str:
    for week in (0, 1):
        export(place, week)
        token = send_digest(place, week)
    return token


def test_sessions_of_digests_that_were_sent_are_on_the_page_and_those_of_a_waiting_digest_are_not(place: World) -> None:
    token = two_digests(place)
    export(place, 2)
    assert sessions_on_page(place, token) == 2


def test_the_commands_say_that_a_report_is_in_a_digest(place: World, capsys: pytest.CaptureFixture[str]) -> None:
    export(place, 0)
    archive = {"DEBRIEF_ARCHIVE": str(place.root / "archive")}
    assert main(["links", "show", "--session", "1_cue00000"], archive) == 0
    assert "report, in a digest" in capsys.readouterr().out
    main(["status", "--since", "2026-11-01"], archive)
    assert "1 in a digest" in capsys.readouterr().out


@pytest.mark.parametrize("state", ["pending", "sending", "stopped", "refused", "unknown"])
def test_a_digest_that_was_not_certainly_sent_adds_no_session(place: World, state: Any) -> None:
    token = two_digests(place)
    with services_of(place) as services:
        first = next(iter(services.ledger.deliveries(DIGEST)))
        services.ledger.move(first, state, at=place.clock.now)
    assert sessions_on_page(place, token) == 1


def test_a_session_in_the_digest_of_another_person_is_not_on_the_page(place: World) -> None:
    export(place, 0)
    token = send_digest(place, 0)
    export(place, 1)
    with services_of(place) as services:
        other = recipient_id("bob@example.com")
        (sent, *_) = services.ledger.deliveries(DIGEST)
        services.ledger.add_delivery(
            replace(sent, recipient_id=other, address="bob@example.com", occasion="digest-2026-W46")
        )
        services.ledger.put_note(Note("listed", f"{other}/2026-W46/1_cue00001", END, "1 final 7"))
    assert sessions_on_page(place, token) == 1


def test_a_room_that_the_digest_may_have_left_out_adds_no_session(place: World) -> None:
    token = two_digests(place)
    room, at = f"{KEY}/1_room0001", MONDAY
    seen = []
    with services_of(place) as services:
        record_unsubscription(services.ledger, room, at - HOUR)  # before both digests
    seen.append(sessions_on_page(place, token))
    with services_of(place) as services:
        cancel_unsubscription(services.ledger, room, at - HOUR / 2)
    seen.append(sessions_on_page(place, token))
    with services_of(place) as services:
        cancel_unsubscription(services.ledger, room, at)
        services.ledger.put_note(Note("unsubscribed", room, at + WEEK + HOUR))  # after both
    seen.append(sessions_on_page(place, token))
    with services_of(place) as services:
        cancel_unsubscription(services.ledger, room, at + WEEK + 2 * HOUR)  # unknown since when it was left out
    seen.append(sessions_on_page(place, token))
    assert seen == [1, 2, 2, 1]
