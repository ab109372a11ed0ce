"""Formats of channels: no text from outside is markup, a mention or a link, and no message is too large."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.channels.channel import Occasion
from debrief.delivery.channels.slack.format import blocks_of
from debrief.delivery.channels.teams.format import card_of
from debrief.delivery.channels.webhook.format import as_json, event_of
from debrief.documents.event.mail import event_message
from debrief.documents.mail.message import Letter
from debrief.documents.mail.notice import Notice, notice_message
from debrief.documents.mail.report import session_message
from debrief.documents.presentation import Presentation
from debrief.message import Change, Figure, Message, MessageLink
from support import event_samples, summaries

HOSTILE = (
    "<!channel> <@U123> <https://evil.example|Report>",
    "*bold* _it_ ~no~ `code` :tada:",
    "[Report](https://evil.example) ![x](https://evil.example/x.png)",
    "<at>Everyone</at> **bold** # head",
    '"}],"actions":[{"type":"Action.OpenUrl"}]',
    "\u2028</script><script>alert(1)</script>",
    "&lt;!channel&gt; &amp;",
)
LINK = "https://reports.example.com/r/abc"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LOOK = Presentation(ZoneInfo("Europe/Berlin"))
LETTER = Letter("reports@example.org", "channel:chat", "A rule lists this channel.", file_links=[("Report", LINK)])


def message(text: str) -> Message:
    """A message in which every text from outside is this one."""
    return Message(
        title=text,
        subject=text,
        verdict=text,
        label="Session report",
        when=text,
        notes=[text] * 5,
        head=("Session",),
        rows=[(text, text)] * 20,
        changes=[Change("Attendees", "1", "2")],
        figures=[Figure("Attendees", "2", "people", text, "", "2 people", "unique_attendees", 2.0)],
        links=[MessageLink("Report", LINK, is_link=True), MessageLink("Path", "s3://bucket/key", is_link=False)],
    )


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(one)


@pytest.mark.parametrize("text", HOSTILE)
def test_in_slack_only_our_own_links_are_markup(text: str) -> None:
    body = blocks_of(message(text))
    marked = [one["text"] for one in objects(body["blocks"]) if one.get("type") == "mrkdwn"]
    assert marked == [f"<{LINK}|Report>"]
    assert all(one["emoji"] is False for one in objects(body) if one.get("type") == "plain_text")
    assert body["mrkdwn"] is False
    assert "<" not in body["text"]
    assert ">" not in body["text"]


@pytest.mark.parametrize("text", HOSTILE)
def test_in_teams_text_from_outside_is_only_in_runs_without_markdown(text: str) -> None:
    (attachment,) = json.loads(card_of(message(text)))["attachments"]
    card = attachment["content"]
    assert {one["type"] for one in objects(card["body"]) if "type" in one} == {"RichTextBlock", "TextRun", "FactSet"}
    facts = [one for one in objects(card["body"]) if one.get("type") == "FactSet"]
    assert facts == [{"type": "FactSet", "facts": [{"title": "Attendees", "value": "2 people"}]}]
    assert [action["url"] for action in card["actions"]] == [LINK]
    assert "entities" not in card.get("msteams", {})


@pytest.mark.parametrize("text", HOSTILE)
def test_in_json_a_text_stays_a_text(text: str) -> None:
    event = json.loads(as_json(event_of(message(text), Occasion("id", "report.final", NOW))))
    assert event["data"]["verdict"] == text
    assert event["type"] == "report.final"
    assert [link["url"] for link in event["data"]["links"]] == [LINK]


@given(st.text(max_size=5000))
def test_no_text_breaks_a_format_or_its_limits(text: str) -> None:
    made = message(text)
    body = blocks_of(made)
    assert len(body["blocks"]) <= 50
    for block in body["blocks"]:
        limits = {"header": 150, "section": 3000, "context": 2000}
        for one in objects(block):
            if one.get("type") in {"plain_text", "mrkdwn"}:
                assert 0 < len(one["text"]) <= limits[block["type"]]
        assert len(block.get("elements", ())) <= 10
        assert len(block.get("fields", ())) <= 10
    assert len(card_of(made)) <= 28_000
    for raw in (json.dumps(body).encode(), card_of(made), as_json(event_of(made, Occasion("id")))):
        assert raw.isascii()
        json.loads(raw)


def samples() -> Iterator[Message]:
    for summary in (summaries.webinar(), summaries.rich(), summaries.few()):
        for before in (None, {"unique_attendees": 1.0}):
            letter = replace(LETTER, tier="totals", previous_figures=before)
            yield session_message(summary, LOOK, letter)
    yield event_message(event_samples.sample(34, 20, hours=2), LOOK, LETTER)
    yield notice_message(Notice("S", "Lead", ("A",), [("b",)]), LETTER, LOOK, message_key="k", date=NOW)


def test_every_message_can_be_arranged_in_every_format() -> None:
    for made in samples():
        assert made.title in json.dumps(blocks_of(made), ensure_ascii=False)
        assert json.loads(card_of(made))["type"] == "message"
        event = json.loads(as_json(event_of(made, Occasion("id", "report.final", NOW))))
        assert event["data"]["verdict"] == made.verdict
        for figure in made.figures:
            assert figure.printed in json.dumps(blocks_of(made), ensure_ascii=False)
