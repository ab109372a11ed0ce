"""Registrations in the email about a session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mail_parts import LETTER, parsed, plain

from debrief.documents.mail.report import Letter
from debrief.documents.view.headline import recorded_figures
from debrief.model import Metric, Summary
from support import summaries
from support.summaries_with_registrations import with_registrations

RATE = "Share of the registered who came"


def registered(scope: str = "session", **changes: Any) -> Summary:
    """A summary with registrations and changed metrics."""
    summary = with_registrations(summaries.rich(), scope=scope)
    return replace(summary, metrics={**summary.metrics, **changes})


def unknown(reason: str = "") -> Metric:
    return Metric(None, "ratio", "in words", "6001", reason)


def test_the_share_of_registered_people_who_came_is_a_headline_figure() -> None:
    words = plain(registered())
    assert f"{RATE}: 60.0% (120 of 200 registered people)" in words
    assert words.count("registered people") == 1
    assert RATE not in plain(summaries.rich())


def test_a_share_that_is_not_known_is_a_sentence_and_no_figure() -> None:
    not_known = {"registered_not_known": Metric(3, "people", "in words", "6001"), "registration_rate": unknown()}
    words = plain(registered(**not_known))
    assert RATE not in words
    assert "At least 120 of 200 registered people came; 21 came without registering." in words


def test_registrations_that_are_not_known_have_their_reason() -> None:
    summary = replace(
        summaries.rich(), sections={**summaries.rich().sections, "registrations": {"unavailable": "It failed."}}
    )
    assert "Registrations are not known. It failed." in " ".join(plain(summary).split())


def test_registrations_that_kaltura_only_counts_have_their_number_and_the_reason() -> None:
    section = {"unavailable": "The role lacks ADMIN_BASE.", "counted": {"registered": 200}}
    metrics = registered().metrics
    lost = {key: replace(metric, value=None, reason="it") for key, metric in metrics.items() if "regist" in key}
    summary = registered(**{**lost, "registered": metrics["registered"]})
    summary = replace(summary, sections={**summary.sections, "registrations": section})
    words = " ".join(plain(summary).split())
    assert "200 people registered; not known how many of them came. The role lacks ADMIN_BASE." in words


def test_people_with_an_unclear_status_are_mentioned() -> None:
    summary = with_registrations(summaries.rich(), apart={"cancelled": 4, "unclear": 3})
    words = "3 people on the list have a status that Debrief does not know; not known whether they registered."
    assert words in " ".join(plain(summary).split())


def test_the_follow_up_counts_have_those_who_did_not_come() -> None:
    rows = [
        {"key": "registered-absent", "people": 80, "formula": ""},
        {"key": "came-unregistered", "people": 1, "formula": ""},
    ]
    summary = registered()
    summary = replace(summary, sections={**summary.sections, "segments": {"people": 5, "staff": 0, "rows": rows}})
    words = plain(summary)
    assert "80 registered and were not in this session" in words
    assert "1 came without registering" in words


@pytest.mark.parametrize(
    ("letter", "summary", "ending"),
    [
        (replace(LETTER, has_rate_in_subject=True), registered(), "60.0% of the registered came"),
        (replace(LETTER, has_rate_in_subject=True), registered(registration_rate=unknown()), "133 attendees"),
        (replace(LETTER, has_rate_in_subject=True), summaries.rich(), "133 attendees"),
        (LETTER, registered(), "133 attendees"),
        (replace(LETTER, has_rate_in_subject=True, has_figure_in_subject=False), registered(), "Tue 17 Nov"),
    ],
)
def test_the_subject_has_the_share_if_the_setting_wants_it_and_it_is_known(
    letter: Letter, summary: Summary, ending: str
) -> None:
    assert str(parsed(summary, letter)["Subject"]).endswith(ending)


def test_people_who_registered_for_a_whole_event_are_no_share_of_one_of_its_sessions() -> None:
    summary = registered("event")
    rows = [{"key": "registered-absent", "people": 80, "formula": ""}]
    summary = replace(summary, sections={**summary.sections, "segments": {"people": 5, "staff": 0, "rows": rows}})
    words = " ".join(plain(summary).split())
    assert RATE not in words
    assert "200 people registered for the whole event; 120 of them came to this session; 21 came without" in words
    assert "80 registered for the whole event and were not in this session" in words
    assert "registration_rate" not in recorded_figures(summary)
    assert "of the registered came" not in str(parsed(summary, replace(LETTER, has_rate_in_subject=True))["Subject"])


@pytest.mark.parametrize(("scope", "counted"), [("session", True), ("room", True), ("event", False)])
def test_people_who_registered_for_a_whole_event_are_no_no_shows_of_one_of_its_sessions(
    scope: str, counted: bool
) -> None:
    summary = registered(registered_absent=Metric(80, "people", "in words", "6001"))
    section = {**summary.sections["registrations"], "scope": scope}
    summary = replace(summary, sections={**summary.sections, "registrations": section})
    assert ("registered_absent" in recorded_figures(summary)) is counted
