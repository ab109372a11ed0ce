"""The registration services: rights, pages, both forms of errors, and the forbidden request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests

from kaltura_standin.account import Account, AppToken
from kaltura_standin.ks import Ks, write_ks
from kaltura_standin.registrations import PATHS
from kaltura_standin.sample_account import sample_account
from kaltura_standin.server import StandIn

APPS, PROFILES, COUNTS, USERS = PATHS


def ask(kaltura: StandIn, path: str, body: Any, privileges: dict[str, str] | None = None, scheme: str = "KS") -> Any:
    account = kaltura.account
    ks = write_ks(Ks(account.partner_id, 2, "", 4_000_000_000, privileges or {}), account.admin_secret)
    headers = {"Authorization": f"{scheme} {ks}"}
    return requests.post(f"{kaltura.registration_urls[0]}/{path}", json=body, headers=headers, timeout=5)


def apps_of(kaltura: StandIn, event_id: str) -> list[str]:
    answer = ask(kaltura, APPS, {"filter": {"appCustomIdIn": [event_id]}}).json()
    return [app["id"] for app in answer["objects"]]


def test_the_sample_has_an_event_with_one_app_one_without_and_one_with_two() -> None:
    with StandIn(sample_account()) as kaltura:
        one, none, two = (apps_of(kaltura, event_id) for event_id in ("77", "78", "79"))
        assert (len(one), len(none), len(two)) == (1, 0, 2)
        people = ask(kaltura, PROFILES, {"filter": {"appGuidIn": two}}, scheme="Bearer").json()["objects"]
        assert sorted(person["userId"] for person in people) == ["both@example.org"] * 2 + ["one@example.org"]
        page = ask(kaltura, PROFILES, {"filter": {"appGuidIn": one}, "pager": {"offset": 100}}).json()
        assert len(page["objects"]) == 50 < page["totalCount"]
        everybody = ask(kaltura, PROFILES, {"filter": {"appGuidIn": one}, "pager": {"limit": 5000}}).json()["objects"]
        assert len({person.get("eventData", {}).get("attendanceStatus") for person in everybody}) == 12


@pytest.mark.parametrize("path", [PROFILES, COUNTS])
@pytest.mark.parametrize("body", [{}, {"filter": {}}, {"filter": {"appGuidIn": []}}, {"filter": {"appGuidIn": [""]}}])
def test_asking_for_people_without_an_app_fails_the_test(path: str, body: Any) -> None:
    with pytest.raises(AssertionError, match="without an app id"), StandIn(Account()) as kaltura:
        assert ask(kaltura, path, body).status_code == 400


def test_the_events_api_answers_only_the_team_with_bearer_and_an_event_number() -> None:
    with StandIn(sample_account()) as kaltura:
        assert ask(kaltura, USERS, {"eventId": 79}, scheme="Bearer").status_code == 500
        registrations = replace(kaltura.account.registrations, team=("",))
        kaltura.account = replace(kaltura.account, registrations=registrations)
        assert ask(kaltura, USERS, {"eventId": 79}).status_code == 401
        assert ask(kaltura, USERS, {"eventId": "79"}, scheme="Bearer").status_code == 400
        answer = ask(kaltura, USERS, {"eventId": 79}, scheme="Bearer").json()
        assert (answer["totalCount"], len(answer["users"]), answer["status"]) == (2, 2, "ok")


def test_counts_need_a_dimension_and_have_it_nested() -> None:
    with StandIn(sample_account()) as kaltura:
        body = {"filter": {"appGuidIn": apps_of(kaltura, "79")}, "dimensions": ["attendanceStatus"]}
        answer = ask(kaltura, COUNTS, body).json()
        assert answer["sum"] == 3
        assert "attendanceStatus" in answer["results"][0]["dimensions"]["eventData"]
        assert ask(kaltura, COUNTS, {**body, "dimensions": []}).status_code == 400


def test_a_role_for_reports_sees_apps_and_no_people() -> None:
    with StandIn(Account(app_tokens=(AppToken(),))) as kaltura:
        role = {"setrole": "REPORTS_ONLY"}
        assert ask(kaltura, APPS, {}, role).status_code == 200
        assert ask(kaltura, PROFILES, {"filter": {"appGuidIn": ["a"]}}, role).status_code == 403
        assert ask(kaltura, APPS, {}, scheme="Basic").status_code == 401


def test_a_bad_request_has_one_of_two_forms() -> None:
    with StandIn(Account()) as kaltura:
        body = {"pager": {"limit": 9999}}
        assert ask(kaltura, APPS, body).json()["objectType"] == "KalturaAPIException"
        registrations = replace(kaltura.account.registrations, has_status_errors=True)
        kaltura.account = replace(kaltura.account, registrations=registrations)
        assert ask(kaltura, APPS, body).json()["statusCode"] == 400
