"""The digest's email, in HTML and plain text."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.mail.digest import Digest, render_digest
from debrief.documents.mail.message import Letter
from debrief.documents.presentation import Presentation
from debrief.metrics.several_sessions import overview_of
from debrief.session_figures import SessionFigures

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["html", "plain"])
def test_a_digest_says_that_small_sessions_are_neither_best_nor_weakest(kind: str) -> None:
    sessions = [
        SessionFigures(
            f"1_cue{people}",
            "1_room",
            "Sales",
            START,
            START + timedelta(hours=1),
            60.0,
            "final",
            1,
            {"unique_attendees": people, "presence_share": share},
        )
        for people, share in ((3.0, 0.99), (20.0, 0.8), (30.0, 0.7))
    ]
    digest = Digest(
        is_week=True, first=date(2026, 11, 2), last=date(2026, 11, 8), sessions=sessions, overview=overview_of(sessions)
    )
    letter = Letter(sender="debrief@example.com", to="ann@example.com", why="Why.")
    mail = render_digest(digest, Presentation(ZoneInfo("UTC")), letter, "key")
    body = message_from_bytes(mail, policy=policy.default).get_body((kind,))
    assert body is not None
    best = str(body.get_content()).partition("Best and weakest")[2].partition("highest in")[0]
    assert "Sessions with fewer than five attendees are left out." in best
