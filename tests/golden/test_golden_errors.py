"""Errors as Kaltura's own code writes them, through our client: decided by code, never by words."""

from __future__ import annotations

import pytest
from replay import Recorded, Replay, recorded, value_of

from debrief.errors import (
    BadCredentials,
    BadRequest,
    DebriefError,
    Forbidden,
    Throttled,
    Unavailable,
    UnknownSession,
)
from debrief.kaltura.api.errors import NoSuchUser, NotShown, QueryTooWide, ServerFailed, UnknownAccount, WrongTokenHash

CODES = value_of("errors/all-codes.json")  # code: errors with that code by their name in Kaltura's source
ERRORS = [(code, one) for code, named in CODES.items() for one in named.values()]
XML = '<?xml version="1.0" encoding="utf-8"?><xml><result>{}</result><executionTime>0.01</executionTime></xml>'
MEANT: dict[str, type[DebriefError]] = dict.fromkeys(CODES, BadRequest) | {
    "ACTION_BLOCKED": Throttled,
    "APP_TOKEN_EXPIRED": BadCredentials,
    "APP_TOKEN_ID_NOT_FOUND": BadCredentials,
    "APP_TOKEN_NOT_ACTIVE": BadCredentials,
    "CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION": NotShown,
    "DRUID_QUERY_TIMED_OUT": QueryTooWide,
    "ENTRY_ID_NOT_FOUND": UnknownSession,
    "INTERNAL_DATABASE_ERROR": ServerFailed,
    "INTERNAL_SERVERL_ERROR": ServerFailed,
    "INTERNAL_SERVER_ERROR": ServerFailed,
    "INVALID_APP_TOKEN_HASH": WrongTokenHash,
    "INVALID_KS": BadCredentials,
    "INVALID_USER_ID": NoSuchUser,
    "INVALID_WIDGET_ID": UnknownAccount,
    "MISSING_KS": BadCredentials,
    "QUERY_EXCEEDED_MAX_MATCHES_ALLOWED": QueryTooWide,
    "SEARCH_TOO_GENERAL": QueryTooWide,
    "SERVICE_FORBIDDEN": Forbidden,
    "SERVICE_FORBIDDEN_CONTENT_BLOCKED": Forbidden,
    "SERVICE_FORBIDDEN_FULLY_BLOCKED": Forbidden,
    "SERVICE_FORBIDDEN_PARTNER_DELETED": Forbidden,
    "START_SESSION_ERROR": BadCredentials,
    "UNKNOWN_ROLE_ID": BadCredentials,
    "USER_BLOCKED": Forbidden,
}
OF_FILES = {
    "csv-from_date-text": ServerFailed,
    "csv-missing-from_date": ServerFailed,
    "csv-missing-id": BadRequest,
    "csv-report-not-found": BadRequest,
    "druid-timeout-csv": QueryTooWide,
    "druid-timeout-getTable": QueryTooWide,
    "getTable-no-pager": BadRequest,
    "getTotal-bad-enum": BadRequest,
}


def test_thirty_three_codes_were_recorded_and_each_means_something() -> None:
    assert len(CODES) == 33
    assert set(MEANT) == set(CODES)


@pytest.mark.parametrize(("code", "error"), ERRORS, ids=[code for code, _ in ERRORS])
def test_a_code_is_the_same_error_of_ours_in_json_and_xml_and_repeats_no_argument(
    code: str, error: dict[str, str], replay: Replay
) -> None:
    said = set()
    for body, content_type in (
        (error["json"], "application/json"),
        (XML.format(error["xml"]), "text/xml;charset=UTF-8"),
    ):
        for ask in (
            lambda: replay.kaltura().call("user", "get", {}),
            lambda: replay.kaltura().csv(6000, {"from_date": "1"}),
        ):
            replay.gives_body(body, content_type)
            with pytest.raises(DebriefError) as caught:
                ask()
            assert type(caught.value) is MEANT[code]
            said.add(str(caught.value).replace("user.get", "it").replace("report 6000", "it"))
    assert len(said) == 1
    assert "v1" not in said.pop()


@pytest.mark.parametrize("answer", recorded("errors"), ids=lambda answer: answer.file)
def test_every_recorded_error_is_one_of_ours_an_empty_csv_by_its_header(answer: Recorded, replay: Replay) -> None:
    kaltura = replay.gives(answer)
    name = answer.file.split("/")[1].rpartition(".")[0]
    is_csv = answer.action == "getCsvFromStringParams"
    with pytest.raises(DebriefError) as caught:
        kaltura.csv(answer.report or 6000, {"from_date": "1"}) if is_csv else kaltura.call("report", answer.action, {})
    assert type(caught.value) is OF_FILES[name]
    if answer.body == b"":
        assert "REPORT_NOT_FOUND" in str(caught.value)


def test_an_empty_csv_without_such_a_header_is_no_empty_table(replay: Replay) -> None:
    with pytest.raises(Unavailable):
        replay.gives_body("", "text/csv;charset=UTF-8").csv(6000, {"from_date": "1"})
