"""What an HTTP answer of Kaltura's means."""

from __future__ import annotations

import traceback

import pytest
from kaltura_wire import BOM, KS

from debrief.errors import (
    BadCredentials,
    BadRequest,
    BadSettings,
    DebriefError,
    Forbidden,
    GiveUp,
    RetryLater,
    Throttled,
    Unavailable,
    UnknownSession,
)
from debrief.kaltura.api.errors import ExpiredKs, NoSuchUser, NotShown, QueryTooWide, ServerFailed, WrongTokenHash
from debrief.kaltura.api.responses import HttpResponse, csv_of, result_of

TABLE = BOM + b"entry_id\n1_room\n"


def answer(
    body: bytes = b"", content_type: str = "application/json", x_kaltura: str = "", status: int = 200
) -> HttpResponse:
    return HttpResponse(status, content_type, x_kaltura, body)


def error_json(code: str, args: str = "[]") -> bytes:
    return f'{{"code":"{code}","message":"{KS}","objectType":"KalturaAPIException","args":{args}}}'.encode()


def error_xml(code: str, ks_id: str = "") -> bytes:
    item = f"<item><objectType>KalturaApiExceptionArg</objectType><name>KSID</name><value>{ks_id}</value></item>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?><xml><result><error><code>{code}</code><message>{KS}</message>'
        f"<objectType>KalturaAPIException</objectType><args>{item if ks_id else ''}</args></error></result>"
        f"<executionTime>0.03</executionTime></xml>"
    ).encode()


def raised_by(answer: HttpResponse) -> list[DebriefError]:
    """What a CSV action and an ordinary one make of the same answer."""
    errors = []
    for read in (csv_of, result_of):
        with pytest.raises(DebriefError) as caught:
            read(answer, "report 6001")
        errors.append(caught.value)
    return errors


CODES = [
    ("MISSING_KS", BadCredentials),
    ("SERVICE_FORBIDDEN", Forbidden),
    ("SERVICE_FORBIDDEN_CONTENT_BLOCKED", Forbidden),
    ("SERVICE_FORBIDDEN_FULLY_BLOCKED", Forbidden),
    ("SERVICE_FORBIDDEN_PARTNER_DELETED", Forbidden),
    ("USER_BLOCKED", Forbidden),
    ("SERVICE_DOES_NOT_EXISTS", BadRequest),
    ("ACTION_DOES_NOT_EXISTS", BadRequest),
    ("SERVICE_NOT_SPECIFIED", BadRequest),
    ("MISSING_MANDATORY_PARAMETER", BadRequest),
    ("PROPERTY_VALIDATION_CANNOT_BE_NULL", BadRequest),
    ("INVALID_ENUM_VALUE", BadRequest),
    ("REPORT_NOT_FOUND", BadRequest),
    ("INTERNAL_SERVERL_ERROR", ServerFailed),
    ("INTERNAL_SERVER_ERROR", ServerFailed),
    ("INTERNAL_DATABASE_ERROR", ServerFailed),
    ("DRUID_QUERY_TIMED_OUT", QueryTooWide),
    ("SEARCH_TOO_GENERAL", QueryTooWide),
    ("QUERY_EXCEEDED_MAX_MATCHES_ALLOWED", QueryTooWide),
    ("ACTION_BLOCKED", Throttled),
    ("START_SESSION_ERROR", BadCredentials),
    ("INVALID_APP_TOKEN_HASH", WrongTokenHash),
    ("APP_TOKEN_ID_NOT_FOUND", BadCredentials),
    ("APP_TOKEN_NOT_ACTIVE", BadCredentials),
    ("APP_TOKEN_EXPIRED", BadCredentials),
    ("UNKNOWN_ROLE_ID", BadCredentials),
    ("UNKNOWN_ROLE_SYSTEM_NAME", BadCredentials),
    ("INVALID_USER_ID", NoSuchUser),
    ("CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION", NotShown),
    ("ENTRY_ID_NOT_FOUND", UnknownSession),
    ("A_CODE_OF_NEXT_YEAR", BadRequest),
]


@pytest.mark.parametrize(("code", "kind"), CODES)
@pytest.mark.parametrize("shape", [error_json, error_xml])
def test_every_code_of_the_api_is_one_kind_of_error_in_json_and_xml(code: str, kind: type, shape: object) -> None:
    body = error_json(code) if shape is error_json else error_xml(code)
    for error in raised_by(answer(body, "text/xml")):
        assert type(error) is kind
        assert KS not in str(error)


@pytest.mark.parametrize(("code", "kind"), CODES)
@pytest.mark.parametrize("header", ["error- {}", "error-{}", "Error-{}"])
def test_a_code_may_stand_in_a_header_over_an_empty_body(code: str, kind: type, header: str) -> None:
    for error in raised_by(answer(b"", "text/html", header.format(code))):
        assert type(error) is kind


@pytest.mark.parametrize("code", ["5", "", "<b>", KS, "A" * 200])
def test_a_code_that_is_no_code_is_not_repeated(code: str) -> None:
    for error in [*raised_by(answer(b"", x_kaltura=f"error-{code}")), *raised_by(answer(error_json(code)))]:
        assert isinstance(error, BadRequest)
        assert "(UNREADABLE_CODE)" in str(error)


STATES = ["EXPIRED", "LOGOUT", "INVALID_PARTNER", "INVALID_USER", "EXCEEDED_ACTIONS_LIMIT", "EXCEEDED_RESTRICTED_IP"]


@pytest.mark.parametrize("state", [*STATES, "EXCEEDED_RESTRICTED_URI", KS, "", "N/A"])
def test_an_invalid_ks_says_why_and_never_what_it_was(state: str) -> None:
    bodies = error_json("INVALID_KS", f'{{"KSID":"{state}","ERR_CODE":"-1"}}'), error_xml("INVALID_KS", state)
    for error in [error for body in bodies for error in raised_by(answer(body))]:
        assert isinstance(error, BadCredentials)
        assert isinstance(error, ExpiredKs) == (state == "EXPIRED")
        assert KS not in "".join(traceback.format_exception(error))


def test_a_whole_table_is_given_as_it_came() -> None:
    assert csv_of(answer(TABLE, "text/csv"), "report 6000") == TABLE
    assert csv_of(answer(BOM + b"\n", "text/csv; charset=utf-8", "cached-dispatcher,x,3"), "report 6000") == BOM + b"\n"


@pytest.mark.parametrize(
    "broken",
    [
        answer(TABLE[:-1], "text/csv"),
        answer(TABLE[:5], "text/csv"),
        answer(BOM, "text/csv"),
        answer(b"", "text/csv"),
        answer(TABLE[3:], "text/csv"),
        answer(TABLE, "text/html"),
        answer(b"<html><body>Please log in</body></html>", "text/html"),
        answer(b'{"code":"INVALID_KS","mess'),
        answer(b"null"),
        answer(b"[]"),
        answer(b"\x1f\x8b\x08"),
    ],
)
def test_what_is_neither_a_whole_table_nor_an_error_may_pass(broken: HttpResponse) -> None:
    with pytest.raises(Unavailable):
        csv_of(broken, "report 6000")


@pytest.mark.parametrize("body", [b"", b'{"objects":[', b"<html></html>", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_whole_json_may_pass(body: bytes) -> None:
    with pytest.raises(Unavailable):
        result_of(answer(body), "user.get")


def test_results_are_decoded() -> None:
    assert result_of(answer(b'{"id":"ann","code":"x","message":"y"}'), "user.get") == {
        "id": "ann",
        "code": "x",
        "message": "y",
    }
    assert result_of(answer(b"null"), "user.get") is None
    assert result_of(answer(b'"djJ8"'), "session.start") == "djJ8"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, BadSettings),
        (302, BadSettings),
        (307, BadSettings),
        (304, BadSettings),
        (400, BadRequest),
        (401, BadRequest),
        (403, BadRequest),
        (404, BadRequest),
        (413, BadRequest),
        (204, BadRequest),
        (429, Unavailable),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
    ],
)
def test_a_status_of_something_before_the_api_is_reported_by_its_number(status: int, kind: type[DebriefError]) -> None:
    for error in raised_by(answer(TABLE, "text/csv", status=status)):
        assert type(error) is kind
        assert isinstance(error, RetryLater) != isinstance(error, GiveUp)


def test_an_answer_prints_no_body() -> None:
    assert KS not in repr(answer(KS.encode()))
