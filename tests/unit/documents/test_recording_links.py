"""Links to recordings: only if a setting says where they are, and never broken by an id."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.html.report import render_html
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.presentation import Presentation
from debrief.documents.view.build import build_view
from debrief.errors import BadSettings
from debrief.model import Summary
from debrief.settings import Settings
from support import summaries

URL = "https://video.example.com/media/{entry_id}?from=report"
LOOK = Presentation(ZoneInfo("Europe/Berlin"), recording_url=URL)
LETTER = Letter("reports@example.org", "ana@example.org", "You host this room.")


def recorded(entry_id: str) -> Summary:
    base = summaries.webinar()
    section = base.sections["recordings"]
    rows = [{**section["entries"][0], "entry_id": entry_id, "name": "The recording"}]
    return replace(base, sections={**base.sections, "recordings": {**section, "entries": rows}})


def plain(summary: Summary, look: Presentation) -> str:
    message = message_from_bytes(render_mail(summary, look, LETTER), policy=policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_email_page_and_pdf_lead_to_the_recording_if_a_setting_says_where_it_is() -> None:
    link = "https://video.example.com/media/1_rec?from=report"
    assert f"Watch the recording: {link}" in plain(recorded("1_rec"), LOOK)
    assert f'<a href="{link}">Watch the recording</a>' in render_html(recorded("1_rec"), LOOK).decode()
    assert dict(build_view(recorded("1_rec"), LOOK).glance)["Recording"].endswith(f"Watch the recording: {link}")


def test_without_the_setting_the_recording_has_its_id() -> None:
    bare = replace(LOOK, recording_url="")
    assert "The recording, in Kaltura as 1_rec:" in plain(recorded("1_rec"), bare)
    assert "Watch the recording" not in plain(recorded("1_rec"), bare)
    assert "Watch the recording" not in render_html(recorded("1_rec"), bare).decode()


def test_an_id_cannot_lead_elsewhere() -> None:
    words = render_html(recorded('../x"><script>?a=b#c'), LOOK).decode()
    assert "media/..%2Fx%22%3E%3Cscript%3E%3Fa%3Db%23c?from=report" in words


@pytest.mark.parametrize(
    "url", ["", URL, "https://video.example.com:8443/?id={entry_id}", "https://a.example/#/{entry_id}"]
)
def test_an_address_with_the_placeholder_is_taken(url: str) -> None:
    assert Settings.from_environment({"DEBRIEF_RECORDING_URL": url}).recording_url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://video.example.com/media/",
        "http://video.example.com/media/{entry_id}",
        "javascript:alert(1)//{entry_id}",
        "https://{entry_id}/media",
        "https://video.example.com{entry_id}",
        "https://user@video.example.com/{entry_id}",
        "https://video.example.com/{entry_id}/{entry_id}",
        "https://video.example.com/{entry_id}/{name}",
        'https://video.example.com/{entry_id}">',
        "https://video.example.com/{entry_id} x",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(BadSettings, match="DEBRIEF_RECORDING_URL must look like"):
        Settings.from_environment({"DEBRIEF_RECORDING_URL": url})
