"""What is answered when something fails."""

import logging

import pytest

from debrief.errors import BadSettings, NotReady
from debrief.portal.failures import with_error_pages
from debrief.portal.http import Response


def failing(error: Exception) -> Response:
    def work() -> Response:
        raise error

    return with_error_pages(work)


def test_what_may_pass_says_when_to_come_again() -> None:
    answer = failing(NotReady("The session's documents are being written now.", after=61.2))
    assert (answer.status, answer.headers["retry-after"]) == (503, "62")


def test_a_permanent_error_is_written_to_the_log_only(caplog: pytest.LogCaptureFixture) -> None:
    answer = failing(BadSettings("The bucket is not ours."))
    assert answer.status == 500
    assert b"bucket" not in answer.body
    assert "The bucket is not ours." in caplog.text


def test_what_nobody_expected_is_logged_by_its_type_and_place(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = failing(ValueError("/r/sesame of ann@example.com"))
    assert answer.status == 500
    assert "ValueError at" in caplog.text
    assert "test_failures.py" in caplog.text
    for secret in ("sesame", "ann@"):
        assert secret not in caplog.text + answer.body.decode()
