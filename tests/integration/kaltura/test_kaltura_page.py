"""Everything behind the Summary page, over HTTP."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from debrief.env import AdminSecret, AppToken, ReadyKs
from debrief.errors import BadCredentials, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.session_data.summary_page import PageOptions
from debrief.kaltura.sessions.discovery import find_sessions
from debrief.metrics.definition import Facts
from debrief.metrics.summary import summarize
from debrief.model import SessionData, Summary
from debrief.settings import Settings
from kaltura_standin.crowd import big_account
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn

WEBINAR, ALL_HANDS, NO_CHAT = "1_wbncue01", "1_allcue01", "1_temcue01"


@pytest.fixture(scope="module")
def account() -> Iterator[StandIn]:
    with StandIn(sample_account()) as kaltura:
        yield kaltura


@pytest.fixture
def standin(account: StandIn) -> Iterator[StandIn]:
    yield account
    account.faults.clear()


def settings(standin: StandIn, **changes: object) -> Settings:
    token = standin.account.app_tokens[0]
    known = Settings(
        service_url=standin.url,
        chat_url=standin.chat_url,
        partner_id=str(standin.account.partner_id),
        credential=AppToken(token.id, token.token),
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def fetched(
    standin: StandIn, cue_point_id: str, heatmaps: int = 50, event_id: str = "", **changes: object
) -> SessionData:
    kaltura = Kaltura(settings(standin, **changes), sleep=lambda _: None)
    (session,) = find_sessions(kaltura, [cue_point_id])
    return collect(kaltura, session, PageOptions(SAMPLE_NOW, heatmaps, event_id))


class OneByOne(Kaltura):
    """A client that makes every call by itself."""

    @contextmanager
    def ahead(self, calls: Iterable[ApiCall]) -> Iterator[None]:
        yield


@pytest.mark.parametrize(("cue_point_id", "event_id"), [(WEBINAR, "77"), (ALL_HANDS, ""), (NO_CHAT, "")])
@pytest.mark.parametrize(
    "fault",
    [
        None,
        Fault("api_error", report=60007, times=None, code="SERVICE_FORBIDDEN"),
        Fault("api_error", report=60002, times=None, code="DRUID_QUERY_TIMED_OUT"),
        Fault("http_status", service="multirequest", times=None),
    ],
)
def test_answers_that_came_together_are_those_that_come_one_by_one(
    standin: StandIn, cue_point_id: str, event_id: str, fault: Fault | None
) -> None:
    found = []
    for kind in (Kaltura, OneByOne):
        standin.faults.clear()
        standin.faults.add(*filter(None, [fault]))
        kaltura = kind(settings(standin), sleep=lambda _: None)
        (session,) = find_sessions(kaltura, [cue_point_id])
        found.append(collect(kaltura, session, PageOptions(SAMPLE_NOW, 3, event_id)))
    together, alone = found
    assert together.raw == alone.raw
    assert (together.organizers, together.findings) == (alone.organizers, alone.findings)


def summary(data: SessionData) -> Summary:
    return summarize(Facts(data), attendee_limit=5000)


def test_a_webinar_of_two_thousand_has_every_section_in_at_most_twenty_calls(standin: StandIn) -> None:
    asked = len(standin.requests)
    data = fetched(standin, WEBINAR, event_id="77")
    assert len(standin.requests) - asked <= 20
    alone = [request.params.get("reportType") for request in standin.requests[asked:] if request.action == "getTable"]
    assert alone == ["60010", "60010", "60012"]  # long lists of people
    found = summary(data)
    assert not [name for name, section in found.sections.items() if "unavailable" in section]
    assert not [key for key, metric in found.metrics.items() if metric.value is None and "breakout" not in key]
    figures = {key: found.metrics[key].value for key in ("viewers_live", "chat_messages_count", "reactions_count")}
    assert figures == {"viewers_live": 1972, "chat_messages_count": 642, "reactions_count": 1663}
    assert data.page is not None
    (live,), (chat,) = data.page.rows("60003-getTotal"), data.page.rows("70001-getTotal")
    reacted, viewers = int(live["reaction_clicked_unique_users"]), int(live["unique_combined_live_viewers"])
    answered, logged_in = int(chat["unique_users_answered_poll"]), int(chat["unique_logged_in_users"])
    assert found.metrics["reactions_users_rate"].value == reacted / viewers
    assert found.metrics["polls_users_rate"].value == answered / logged_in
    assert len(found.sections["polls"]["rows"]) == 6


def test_the_same_question_twice_gives_the_same_summary(standin: StandIn) -> None:
    assert summary(fetched(standin, ALL_HANDS)) == summary(fetched(standin, ALL_HANDS))


def test_attendees_of_both_reports_are_joined_and_marked(standin: StandIn) -> None:
    rows = summary(fetched(standin, WEBINAR, event_id="77")).sections["attendees"]["rows"]
    known = {row["known_to"] for row in rows}
    assert {"both", "60010"} <= known
    host = next(row for row in rows if row["user_id"] == "ines.morvan@example.com")
    assert (host["company"], host["role"]) == ("Bramblewick Instruments", "Purchasing")
    assert all(row["minutes"] is None for row in rows if row["known_to"] == "60010")
    assert not [row for row in rows if row["role"] == row["user_id"]]
    assert not [row for row in rows if str(row["role"]).startswith('"')]


def test_heatmaps_come_for_those_who_stayed_longest_a_character_a_minute(standin: StandIn) -> None:
    rows = summary(fetched(standin, ALL_HANDS, heatmaps=30)).sections["attendees"]["rows"]
    strips = [row["heatmap"] for row in rows if "heatmap" in row]
    assert len(strips) == 30
    assert {len(strip) for strip in strips} == {52}
    assert set("".join(strips)) <= set("en-")


def test_a_plain_room_counts_no_recording_viewers_although_it_has_a_recording(standin: StandIn) -> None:
    found = summary(fetched(standin, ALL_HANDS))
    reason = "Recordings are counted for scheduled webinars only, as on Kaltura's Summary page."
    assert found.metrics["viewers_recording"].value is None
    assert found.metrics["viewers_recording"].reason == reason
    assert found.sections["recordings"] == {"unavailable": reason}


def test_every_answer_is_kept_as_received(standin: StandIn) -> None:
    names = [raw.name for raw in fetched(standin, WEBINAR).raw]
    assert {"6000.csv", "60002-getTotal.json", "60004-getTable.json", "polls-analytics.json"} <= set(names)
    assert len(names) == len(set(names))


def test_a_report_that_may_not_be_read_is_a_reason_and_the_rest_comes(standin: StandIn) -> None:
    standin.faults.add(Fault("api_error", code="SERVICE_FORBIDDEN", report=60004, times=None))
    found = summary(fetched(standin, ALL_HANDS))
    assert found.sections["timeline"] == {
        "unavailable": "The credential's role has no permission to read report 60004."
    }
    assert found.metrics["peak_live_viewers"].value is None
    assert found.metrics["viewers_live"].value
    assert found.metrics["unique_attendees"].value


def test_a_report_that_kaltura_cannot_compute_is_a_reason(standin: StandIn) -> None:
    standin.faults.add(Fault("api_error", code="INTERNAL_SERVERL_ERROR", report=60006, times=None))
    found = summary(fetched(standin, ALL_HANDS))
    assert found.sections["devices"] == {"unavailable": "Kaltura failed to compute report 60006."}
    assert "rows" in found.sections["countries"]


def test_when_kaltura_stops_answering_the_rest_of_the_page_is_not_asked(standin: StandIn) -> None:
    standin.faults.add(Fault("http_status", status=502, report=60001, times=None))
    asked = len(standin.requests)
    found = summary(fetched(standin, ALL_HANDS))
    assert len(standin.requests) - asked < 20
    assert "stopped answering" in found.sections["timeline"]["unavailable"]
    assert "INCOMPLETE" in {finding.code for finding in found.warnings}
    assert found.metrics["unique_attendees"].value


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("http_status", status=503, service="chat", times=None), "HTTP status 503"),
        (Fault("http_status", status=401, service="chat", times=None), "no permission to read"),
    ],
)
def test_a_chat_service_that_is_down_or_refuses_is_a_reason(standin: StandIn, fault: Fault, words: str) -> None:
    standin.faults.add(fault)
    found = summary(fetched(standin, ALL_HANDS))
    assert words in found.sections["polls"]["unavailable"]
    assert found.metrics["chat_messages_count"].value


def test_a_chat_service_that_is_not_configured_is_a_reason(standin: StandIn) -> None:
    found = summary(fetched(standin, ALL_HANDS, chat_url=""))
    assert "KALTURA_CHAT_URL" in found.sections["polls"]["unavailable"]


def test_a_session_without_chat_data_has_no_shares_of_the_chat(standin: StandIn) -> None:
    found = summary(fetched(standin, NO_CHAT))
    assert found.metrics["chat_users_rate"].value is None
    assert found.metrics["chat_messages_count"].value == 0


def test_without_permission_for_the_schedule_a_webinar_is_reported_as_a_room(standin: StandIn) -> None:
    standin.faults.add(Fault("api_error", code="SERVICE_FORBIDDEN", service="schedule_scheduleEvent", times=None))
    data = fetched(standin, WEBINAR)
    assert "NO_SCHEDULE" in {finding.code for finding in data.findings}
    assert summary(data).metrics["viewers_recording"].value is None


@pytest.mark.parametrize(
    ("session", "fault"),
    [
        (WEBINAR, Fault("http_status", service="schedule_scheduleEvent", times=None)),
        ("1_brfcue01", Fault("http_status", service="baseEntry", action="get", after=1, times=None)),
        ("1_brfcue01", Fault("api_error", service="baseEntry", action="get", after=1, times=None)),
    ],
    ids=["the schedule", "the entry of a broadcast", "the entry of a broadcast, at which Kaltura fails"],
)
def test_what_says_which_figures_to_ask_for_is_waited_for(standin: StandIn, session: str, fault: Fault) -> None:
    standin.faults.add(fault)
    with pytest.raises(Unavailable):
        fetched(standin, session)


def test_a_key_that_expires_in_the_middle_of_the_page_is_renewed(standin: StandIn) -> None:
    expected = summary(fetched(standin, ALL_HANDS))
    standin.faults.add(Fault("expire_ks", report=60011), Fault("expire_ks", service="chat"))
    assert summary(fetched(standin, ALL_HANDS)) == expected


def test_a_ready_made_key_that_expires_ends_the_export(standin: StandIn) -> None:
    token = settings(standin).credential
    assert isinstance(token, AppToken)
    kaltura = Kaltura(settings(standin, credential=AdminSecret(standin.account.admin_secret)))
    kaltura.call("session", "get", {})
    ks = str(standin.requests[-1].params["ks"])
    standin.faults.add(Fault("expire_ks", report=60003))
    with pytest.raises(BadCredentials):
        fetched(standin, ALL_HANDS, credential=ReadyKs(ks))


def test_more_than_twelve_thousand_attendees_come_out_whole() -> None:
    with StandIn(big_account(12_500)) as standin:
        data = fetched(standin, "1_bigcue01", heatmaps=0, credential=AdminSecret(standin.account.admin_secret))
        assert data.page is not None
        assert len({row["user_id"] for row in data.page.rows("60010-getTable")}) == 12_500
        assert "SPLIT" in {finding.code for finding in data.findings}


def test_a_session_of_nine_hours_has_every_minute() -> None:
    with StandIn(big_account(20, minutes=540)) as standin:
        data = fetched(standin, "1_bigcue01", heatmaps=0, credential=AdminSecret(standin.account.admin_secret))
        viewers = summary(data).sections["timeline"]["viewers"]
        assert len(viewers) == 540
        assert min(viewers[30:500]) > 0


def test_the_reports_of_the_page_are_never_asked_for_without_ids(standin: StandIn) -> None:
    asked = len(standin.requests)
    fetched(standin, WEBINAR)
    assert all(request.path.count("ks=") == 0 for request in standin.requests[asked:])
    for request in standin.requests[asked:]:
        filters = request.params.get("reportInputFilter")
        if isinstance(filters, dict):
            assert filters.get("entryIdIn") or filters.get("contextIdIn")


def test_recording_viewers_are_counted_until_the_hour_that_was_asked(standin: StandIn) -> None:
    early = fetched(standin, WEBINAR).page
    kaltura = Kaltura(settings(standin), sleep=lambda _: None)
    (session,) = find_sessions(kaltura, [WEBINAR])
    later = collect(kaltura, session, PageOptions(session.end + timedelta(hours=3), 0)).page
    assert early is not None
    assert later is not None
    assert early.rows("60012-getTotal") != later.rows("60012-getTotal")


def test_people_of_another_session_in_the_same_hour_are_in_no_list(standin: StandIn) -> None:
    """The halves of an interrupted session share the hour and the schedule event."""
    for cue_point_id in ("1_brfcue01", "1_brfcue02"):
        data = fetched(standin, cue_point_id)
        own = {row.user_id for row in data.attendees}
        listed = {row["user_id"] for row in summary(data).sections["attendees"]["rows"]}
        assert listed == own
        assert "SHARED_HOUR" in {finding.code for finding in data.findings}


def test_the_timeline_is_of_the_session_and_not_of_the_scheduled_time(standin: StandIn) -> None:
    found = summary(fetched(standin, "1_brfcue02"))
    assert found.sections["timeline"]["from"] == "2026-11-18T08:40:00Z"
    assert len(found.sections["timeline"]["viewers"]) == 25
    assert min(found.sections["timeline"]["viewers"]) > 0


def test_a_session_that_nobody_attended_has_reasons_instead_of_means(standin: StandIn) -> None:
    metrics = summary(fetched(standin, "1_clncue01")).metrics
    for key in ("live_engagement_rate", "minutes_viewed_average", "reactions_users_rate", "peak_live_viewers"):
        assert metrics[key].value is None
        assert metrics[key].reason
    assert metrics["recording_plays"].reason == "There is no recording."


def test_the_recording_of_a_broadcast_entry_is_the_webinars_recording(standin: StandIn) -> None:
    found = summary(fetched(standin, "1_brfcue01"))
    assert found.metrics["recording_plays"].value
    assert [entry["entry_id"] for entry in found.sections["recordings"]["entries"]] == ["1_brfrec01"]


@pytest.mark.parametrize("session", ["1_onbcue01", WEBINAR], ids=["simulive", "webinar"])
def test_who_watched_the_recording_is_among_the_viewers_and_on_their_list(standin: StandIn, session: str) -> None:
    found = summary(fetched(standin, session))
    section, metrics = found.sections["recordings"], found.metrics
    watched = sum(entry["viewers"] for entry in section["entries"])
    assert watched
    assert metrics["viewers_recording"].value == watched
    assert metrics["viewers_total"].value > max(metrics["viewers_live"].value, watched)
    assert metrics["minutes_viewed_average_recording"].value
    assert all(viewer["plays"] and viewer["minutes"] for viewer in section["viewers"])


def test_who_only_loaded_the_player_is_no_viewer_of_the_recording(standin: StandIn) -> None:
    data = fetched(standin, WEBINAR)
    assert data.page is not None
    rows = data.page.rows("60012-getTable")
    section = summary(data).sections["recordings"]
    loaded = [row for row in rows if row["count_plays"] == "0"]
    assert loaded
    assert section["loaded_only"] == len([row for row in loaded if row["name"] != "Unknown"])
    assert len(section["viewers"]) == len(rows) - len(loaded)
