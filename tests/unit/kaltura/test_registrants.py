"""Any answer of the registration services and of the list of users makes people or a reason, and never an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kaltura_wire import Wire, json_reply, over

from debrief.kaltura.sessions.registrants import registrants_of
from debrief.model import CountedOnly, NotKnown
from debrief.registration import NOT_REGISTERED, REGISTERED

URLS = tuple(f"https://{name}.example.com/api/v1" for name in ("app-registry", "user", "events-api"))
APP = {"id": "65f0c1d2e3a4b5c6d7e8f901", "appCustomId": "77"}
USERS = {"objects": [{"id": "Ann@example.com", "email": "a@example.org", "firstName": "Ann"}], "totalCount": 1}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["77", "registered"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def page(*objects: Any, total: Any = None) -> dict[str, Any]:
    return {"objects": list(objects), "totalCount": len(objects) if total is None else total}


def profile(**changes: Any) -> dict[str, Any]:
    usual = {"id": "p1", "appGuid": APP["id"], "userId": "ann@example.com", "profileData": {}}
    return usual | {"eventData": {"attendanceStatus": "registered"}} | changes


def ask(answers: Mapping[str, bytes]) -> Any:
    """The people of event 77, as these bytes answer each call again and again."""
    wire = Wire()

    def send(request: Any, *_: Any, **__: Any) -> Any:
        body = next(body for path, body in answers.items() if path in str(request.url))
        return answer_with(Wire(json_reply(body)), request)

    wire.send = send  # type: ignore[method-assign]
    return registrants_of(over(wire, registration_urls=URLS), "77")


def answer_with(wire: Wire, request: Any) -> Any:
    return wire.send(request)


def people(apps: Any = None, profiles: Any = None, users: Any = None) -> Any:
    values = {
        "app-registry": apps or page(APP),
        "user-profile": profiles or page(profile()),
        "service/user": users or USERS,
    }
    return ask({path: json.dumps(value).encode() for path, value in values.items()})


def test_a_registrant_has_the_name_and_the_address_of_the_user() -> None:
    (one,) = people()
    assert (one.name, one.email, one.user_id, one.status) == ("Ann", "a@example.org", "ann@example.com", REGISTERED)


def test_somebody_without_a_user_has_the_address_that_is_the_id() -> None:
    (one,) = people(users={"objects": [], "totalCount": 0})
    assert (one.name, one.email) == ("", "ann@example.com")


def test_the_profile_that_changed_last_counts_in_any_case_of_letters() -> None:
    old = profile(id="p2", userId="ANN@example.com", updatedAt="2026-10-01T08:00:00.000Z")
    new = profile(eventData={"attendanceStatus": "unregistered"}, updatedAt="2026-10-02T08:00:00.000Z")
    assert [one.status for one in people(profiles=page(new, old))] == ["cancelled"]


@pytest.mark.parametrize(
    "apps",
    [
        page({**APP, "appCustomId": "78"}),
        page({**APP, "id": ""}),
        page(APP, total=2),
        {"objects": []},
        {"statusCode": 400},
    ],
)
def test_an_answer_about_apps_that_is_not_clear_makes_no_number(apps: Any) -> None:
    assert isinstance(people(apps=apps), NotKnown)


def test_an_event_has_no_app_only_if_kaltura_counts_none() -> None:
    assert people(apps=page(total=0)) is None


@pytest.mark.parametrize(
    "profiles",
    [
        page(profile(appGuid="other")),
        page(profile(appGuid=None)),
        page(profile(), total=3),
        page(profile(id=7)),
        page("x"),
    ],
)
def test_people_of_another_app_or_an_incomplete_list_make_no_number(profiles: Any) -> None:
    assert isinstance(people(profiles=profiles), NotKnown)


@given(JSON)
def test_answers_to_the_form_are_short_lines_of_text(data: Any) -> None:
    (one,) = people(profiles=page(profile(profileData=data)))
    for text in (*one.answers, *one.answers.values()):
        assert text.isprintable()
        assert 0 < len(text) <= 500


@given(st.sampled_from(["id", "appGuid", "userId", "eventData", "updatedAt", "createdAt", "profileData"]), JSON)
def test_a_profile_of_any_values_makes_a_person_or_a_reason(name: str, value: Any) -> None:
    found = people(profiles=page(profile(**{name: value})))
    assert isinstance(found, NotKnown) or found[0].status in {REGISTERED, *NOT_REGISTERED}


@given(st.sampled_from(["app-registry", "user-profile", "service/user"]), JSON | st.builds(page, JSON, total=JSON))
def test_any_value_in_place_of_an_answer_makes_people_or_a_reason(path: str, value: Any) -> None:
    values = {"app-registry": page(APP), "user-profile": page(profile()), "service/user": USERS} | {path: value}
    found = ask({path: json.dumps(value).encode() for path, value in values.items()})
    assert found is None or isinstance(found, NotKnown | list)


@given(st.sampled_from(["app-registry", "user-profile", "service/user"]), st.binary(max_size=40))
def test_any_bytes_in_place_of_an_answer_make_a_reason(path: str, body: bytes) -> None:
    values = {"app-registry": page(APP), "user-profile": page(profile()), "service/user": USERS}
    found = ask({other: json.dumps(value).encode() for other, value in values.items()} | {path: body})
    assert isinstance(found, NotKnown | list)
    assert not isinstance(found, list) or path == "service/user"


@pytest.mark.parametrize("path", ["app-registry", "user-profile", "service/user"])
def test_a_deeply_nested_answer_makes_a_reason(path: str) -> None:
    values = {"app-registry": page(APP), "user-profile": page(profile()), "service/user": USERS}
    found = ask({other: json.dumps(value).encode() for other, value in values.items()} | {path: b"[" * 100_000})
    assert isinstance(found, NotKnown)


def forbidden(**answers: Any) -> Any:
    """The people of event 77 if the right to list the people of apps is missing."""
    error = {"code": "SERVICE_FORBIDDEN", "message": "no", "objectType": "KalturaAPIException"}
    values = {"app-registry": page(APP), "user-profile": error, "eventDataStats": error, "event-users": error}
    values |= {name.replace("_", "-"): value for name, value in answers.items()}
    return ask({path: json.dumps(value).encode() for path, value in values.items()})


def users(*objects: Any, total: Any = None, status: Any = "ok") -> dict[str, Any]:
    return {"users": list(objects), "totalCount": len(objects) if total is None else total, "status": status}


def counts(*results: Any, total: Any = None) -> dict[str, Any]:
    return {"results": list(results), "sum": sum(one["count"] for one in results) if total is None else total}


def count(status: Any, number: Any = 1) -> dict[str, Any]:
    return {"appGuid": APP["id"], "dimensions": {"eventData": {"attendanceStatus": status}}, "count": number}


def test_the_words_of_the_events_api_are_read_in_any_case() -> None:
    ines = {"id": "1c5f", "firstName": "Ines", "lastName": "Morvan", "email": "ines@example.com", "company": "B"}
    (one,) = forbidden(event_users=users({**ines, "status": "Confirmed", "roles": ["Attendees", "Speaker"]}))
    assert (one.name, one.email, one.user_id, one.company) == ("Ines Morvan", "ines@example.com", "1c5f", "B")
    assert one.status == REGISTERED


@pytest.mark.parametrize(
    "answer",
    [
        users({"id": "a"}, total=2),
        users({"id": "a"}, status="Error"),
        users({"id": "a", "roles": ["Speaker"]}),
        users({"id": "Unknown"}),
        users({"id": 7}),
        users(total=True),
        [],
    ],
)
def test_an_unclear_answer_of_the_events_api_lists_nobody(answer: Any) -> None:
    assert isinstance(forbidden(event_users=answer), NotKnown)


def test_counts_are_known_by_status() -> None:
    found = forbidden(eventDataStats=counts(count("participated", 45), count("blocked", 2), count(None)))
    assert isinstance(found, CountedOnly)
    assert found.counts == {REGISTERED: 45, "blocked": 2, "unclear": 1}


@pytest.mark.parametrize(
    "answer",
    [
        counts(count("registered", 45), total=46),
        counts(count("registered", -1)),
        counts(count("registered", True)),
        counts({**count("registered"), "appGuid": "other"}),
        counts(count("blocked"), {**count("registered"), "dimensions": None}),
        counts({**count("registered"), "dimensions": {"eventData": {"status": "registered"}}}),
        {"results": {}},
    ],
)
def test_unclear_counts_are_no_number(answer: Any) -> None:
    found = forbidden(eventDataStats=answer)
    assert isinstance(found, NotKnown)
    assert not isinstance(found, CountedOnly)


@given(st.sampled_from(["eventDataStats", "event_users"]), JSON | st.builds(users, JSON, JSON, total=JSON, status=JSON))
def test_any_value_in_place_of_a_fallback_makes_people_counts_or_a_reason(name: str, value: Any) -> None:
    assert isinstance(forbidden(**{name: value}), NotKnown | list)
