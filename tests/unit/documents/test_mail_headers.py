"""The header block of an email: what a reader sees is what was given, on every Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.mail.addresses import sender_of
from debrief.documents.event.mail import render_event_mail
from debrief.documents.mail.headers import header_block, mailbox
from debrief.documents.mail.message import Letter
from debrief.documents.mail.notice import Notice, render_notice
from debrief.documents.mail.report import render_mail
from debrief.documents.presentation import Presentation
from debrief.documents.text import sanitize
from support import event_samples, subjects, summaries

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("UTC"))
LETTER = Letter("Debrief <reports@example.org>", "ann@example.com", "why")
ROOT = Path(__file__).parents[3]
NAMES = st.one_of(st.text(max_size=80), st.sampled_from(subjects.HOSTILE), st.text(subjects.LETTERS, max_size=80))


def interpreters() -> Iterator[Path]:
    """Every Python from 3.11 on that this machine has: those of the search path, and pyenv's."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += (Path.home() / ".pyenv" / "versions").glob("3.*/bin")
    names = [Path(sys.executable), *(folder / f"python3.{minor}" for folder in folders for minor in range(11, 16))]
    yield from dict.fromkeys(name.resolve() for name in names if name.is_file() and "shims" not in name.parts)


@pytest.mark.parametrize("python", list(interpreters()), ids=lambda path: path.name)
def test_every_character_and_hostile_name_reads_as_it_is_and_makes_no_header(python: Path) -> None:
    paths = os.pathsep.join((str(ROOT / "functions"), str(ROOT / "tests")))
    script = ROOT / "tests" / "support" / "subjects.py"
    done = subprocess.run(
        [python, "-B", script], env={"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@given(NAMES)
def test_no_kind_of_email_changes_a_room_name_in_its_subject(name: str) -> None:
    shown = sanitize.clean(name)
    report, event = summaries.few(), event_samples.nobody()
    report = replace(report, session=replace(report.session, entry_name=name))
    event = replace(event, session=replace(event.session, entry_name=name))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    written = [
        render_mail(report, LOOK, LETTER),
        render_mail(report, LOOK, replace(LETTER, previous_figures={})),
        render_event_mail(event, LOOK, LETTER),
        render_notice(Notice(f"Your new link: {name} .", "lead"), LETTER, LOOK, message_key="k", date=now),
    ]
    for raw in written:
        mail = message_from_bytes(raw, policy=policy.default)
        assert set(mail) == {
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Content-Type",
            "MIME-Version",
        }
        assert shown in str(mail["Subject"])


@given(st.text(max_size=60))
def test_the_sender_is_found_again_whatever_its_name(name: str) -> None:
    raw = header_block([("From", mailbox("From", name, "reports@example.org"))])
    assert sender_of(raw + b"\r\n") == "reports@example.org"


@pytest.mark.parametrize("value", ["a\r\nBcc: b", "a\nb", "a\rb", "a\r\n", "\u00e9", "a\r\n\tb"])
def test_a_value_that_would_begin_a_header_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        header_block([("Subject", value)])
