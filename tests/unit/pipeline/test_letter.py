"""What every email has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from debrief.delivery.ledger.ledger import Delivery
from debrief.documents.mail.report import Letter
from debrief.pipeline.mailing.issue_links import Links
from debrief.pipeline.mailing.letter import letter_for, sender_of
from debrief.pipeline.services import Services
from debrief.settings import Settings

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SERVICES = Services(
    kaltura=None,  # type: ignore[arg-type]
    archive=None,  # type: ignore[arg-type]
    ledger=None,  # type: ignore[arg-type]
    mailer=None,  # type: ignore[arg-type]
    settings=Settings(mail_from="reports@example.com", contact="help@example.com"),
    clock=lambda: NOW,
)
ANN = Delivery("1_cue", 2, "0123456789abcdef", "ann@example.com", "You hosted this session.", tier="names")
LINKS = Links("p", "r", "f", "F", "a", "https://portal.example.com/u/token")


def test_an_email_has_its_recipient_with_the_reason_and_the_link_that_unsubscribes() -> None:
    assert letter_for(SERVICES, ANN, LINKS) == Letter(
        sender="reports@example.com",
        to="ann@example.com",
        why="You hosted this session.",
        contact="help@example.com",
        sender_name="Webinar reports",
        unsubscribe="https://portal.example.com/u/token",
        tier="names",
        date=NOW,
    )


def test_an_email_without_a_portal_has_no_link_and_one_sent_again_without_its_file_says_so() -> None:
    letter = letter_for(SERVICES, replace(ANN, without_files=True))
    assert (letter.unsubscribe, letter.form) == ("", "without-files")


@pytest.mark.parametrize(("hours", "is_kept"), [(1, True), (23.9, True), (24, False)])
def test_an_email_keeps_the_date_of_its_first_sending_for_a_day(hours: float, *, is_kept: bool) -> None:
    dated = NOW - timedelta(hours=hours)
    assert letter_for(SERVICES, replace(ANN, dated=dated)).date == (dated if is_kept else NOW)


def test_without_a_sender_in_the_settings_the_outbox_still_has_one() -> None:
    assert sender_of(Settings()) == "debrief@localhost.localdomain"
