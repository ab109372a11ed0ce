"""The figures of the Summary page, by its own formulas."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from debrief.metrics import page, page_sections, polls, sections, timeline
from debrief.metrics.data_quality import check
from debrief.metrics.definition import Facts
from debrief.metrics.heatmap import is_engaged, minute_after, nearest_minute, shades
from debrief.metrics.profiles import profiles
from debrief.model import AttendeeRow, Earlier, NotKnown, PageData, Session, SessionData
from debrief.util.columns import Cells

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
END = START + timedelta(minutes=61)
KINDS = ("clap", "heart", "think", "wow", "smile")


def facts(tables: dict[str, Any] | None = None, start: datetime = START, end: datetime = END, **more: Any) -> Facts:
    session = Session("1_cue00001", "1_room0001", start, end)
    if tables is None:
        return Facts(SessionData(session))
    return Facts(SessionData(session, page=PageData(start, end, tables, **more)))


def metrics(tables: dict[str, Any] | None) -> dict[str, Any]:
    return {definition.key: definition.metric(facts(tables)) for definition in page.FAMILY}


def minute(at: int, viewers: int, engaged: float = 0.5, **reactions: int) -> Cells:
    cells = {
        "position": str(int(START.timestamp()) + 60 * at),
        "combined_live_view_period_count": str(viewers),
        "combined_live_engaged_users_ratio": str(engaged),
    }
    return cells | {f"reaction_{kind}_clicked": str(reactions.get(kind, 0)) for kind in KINDS}


def test_every_metric_of_the_contract_is_there_and_says_where_it_is_from() -> None:
    found = metrics({})
    assert list(found) == [
        "viewers_total",
        "viewers_live",
        "viewers_recording",
        "minutes_viewed_average",
        "minutes_viewed_average_live",
        "minutes_viewed_average_recording",
        "live_engagement_rate",
        "reactions_users_rate",
        "reactions_count",
        "chat_users_rate",
        "chat_messages_count",
        "polls_users_rate",
        "qna_users_rate",
        "qna_threads_count",
        "downloads_users_rate",
        "downloads_count",
        "recording_plays",
        "peak_live_viewers",
        "peak_live_viewers_at",
    ]
    assert all(metric.value is None and metric.reason and metric.formula and metric.source for metric in found.values())
    assert {metric.unit for metric in found.values()} == {"people", "minutes", "ratio", "count", "time"}


def test_reactions_and_downloads_are_shares_of_viewers_chat_polls_and_questions_of_those_logged_in() -> None:
    engagement = {
        "unique_combined_live_viewers": "40",
        "reaction_clicked_unique_users": "10",
        "download_attachment_unique_users": "4",
    }
    chat = {
        "unique_logged_in_users": "20",
        "unique_users_sent_group_message": "5",
        "unique_users_answered_poll": "10",
        "unique_users_q_and_a_thread": "1",
    }
    found = metrics({"60003-getTotal": [engagement], "70001-getTotal": [chat]})
    rates = [name for name in found if name.endswith("users_rate")]
    assert [found[name].value for name in rates] == [0.25, 0.25, 0.5, 0.05, 0.1]


def test_a_share_above_all_is_not_known_because_kaltura_counts_log_ins_within_the_session_only() -> None:
    chat = {"unique_logged_in_users": "2", "unique_users_sent_group_message": "8", "unique_users_answered_poll": "2"}
    live = {"unique_combined_live_viewers": "9", "reaction_clicked_unique_users": "10"}
    found = metrics({"70001-getTotal": [chat], "60003-getTotal": [live]})
    assert found["chat_users_rate"].value is None
    assert found["chat_users_rate"].reason == (
        "not known, because Kaltura counts 8 people who did it, but only 2 log-ins to the chat within the session"
    )
    assert found["polls_users_rate"].value == 1.0
    assert found["reactions_users_rate"].value is None
    assert "only 9 live viewers" in str(found["reactions_users_rate"].reason)


def test_sessions_before_kalturas_figures_of_the_chat_say_so_instead_of_zero() -> None:
    start = datetime(2024, 6, 1, 23, tzinfo=UTC)
    chat = {"unique_logged_in_users": "0", "count_cnc_group_message_sent": "0", "q_and_a_threads_count": "0"}
    person = {"user_id": "ann", "count_reaction_clicked": "2", "count_group_chat_messages_sent": "0"}
    old = facts({"70001-getTotal": [chat], "60010-getTable": [person]}, start, start + timedelta(hours=1))
    found = {definition.key: definition.metric(old) for definition in page.FAMILY}
    for key in ("chat_users_rate", "chat_messages_count", "polls_users_rate", "qna_users_rate", "qna_threads_count"):
        assert found[key].value is None
        assert found[key].reason == "not known, because Kaltura has figures of the chat only since 2 June 2024"
    assert polls.polls(old) == {
        "unavailable": "Not known, because Kaltura has figures of the chat only since 2 June 2024."
    }
    profile = profiles(old.data)["ann"]
    assert (profile.reactions, profile.chat_messages) == ("2", "")


def test_a_share_of_nobody_is_no_figure_and_an_empty_total_is_none_of_it() -> None:
    found = metrics({"60003-getTotal": [{"unique_combined_live_viewers": "", "count_reaction_clicked": ""}]})
    assert found["reactions_users_rate"].value is None
    assert found["reactions_count"].value == 0


def test_viewers_are_not_known_when_kaltura_left_a_watched_recording_out_of_their_count() -> None:
    viewers = {"unique_vod_viewers": "", "unique_combined_live_viewers": "30", "unique_vod_live_viewers": "30"}
    minutes = {"vod_live_avg_view_time": "40.5", "combined_live_avg_play_time": "40.5"}
    tables = {"60002-getTotal": [viewers], "60001-getTotal": [minutes]}
    found = metrics({**tables, "60012-getTotal": [{"count_plays": "7", "sum_vod_view_period": "51.5"}]})
    for key in ("viewers_total", "viewers_recording", "minutes_viewed_average", "minutes_viewed_average_recording"):
        assert found[key].value is None
        assert found[key].reason == (
            "not known, because Kaltura's count of viewers leaves out the recording, watched for 52 minutes"
        )
    assert (found["viewers_live"].value, found["minutes_viewed_average_live"].value) == (30, 40.5)
    unwatched = metrics({**tables, "60012-getTotal": [{"count_plays": "0", "sum_vod_view_period": ""}]})
    assert (unwatched["viewers_total"].value, unwatched["viewers_recording"].value) == (30, 0)


def test_a_report_that_could_not_be_had_leaves_its_figures_out() -> None:
    found = metrics({"60002-getTotal": NotKnown("no permission")})
    assert found["viewers_total"].value is None


def test_the_peak_is_the_first_minute_with_the_most_viewers() -> None:
    rows = [minute(0, 3), minute(1, 9), minute(2, 9)]
    found = metrics({"60004-getTable": rows})
    assert found["peak_live_viewers"].value == 9
    assert found["peak_live_viewers_at"].value == "2026-11-02T09:01:00Z"


def test_the_timeline_starts_with_the_session_whatever_order_the_minutes_come_in() -> None:
    rows = [minute(2, 5, clap=1), minute(-3, 50), minute(0, 2), minute(1, 0), minute(61, 0)]
    found = timeline.timeline(facts({"60004-getTable": rows}))
    assert found["from"] == "2026-11-02T09:00:00Z"
    assert found["viewers"] == [2, 0, 5]
    assert found["engagement"] == [0.5, None, 0.5]
    assert found["reactions"]["clap"] == [0, 0, 1]


def test_a_minute_that_an_answer_lacks_is_not_known_and_the_others_keep_their_time() -> None:
    """Kaltura fills a minute without viewers with zeros, so one that is not there is no zero."""
    rows = [minute(at, 50 if at == 40 else 5, clap=int(at == 40)) for at in range(61) if not 20 <= at < 40]
    told = facts({"60004-getTable": rows})
    found = timeline.timeline(told)
    assert found["viewers"] == [5] * 20 + [None] * 20 + [50] + [5] * 20
    assert found["reactions"]["clap"][20:41] == [None] * 20 + [1]
    assert (found["engagement"][30], timeline.peak(told)) == (None, ("2026-11-02T09:40:00Z", 50))
    assert [one["from"] for one in timeline.reactions(told)["moments"]] == ["2026-11-02T09:40:00Z"]
    assert [one.message for one in check(told) if one.code == "MINUTES_MISSING"] == [
        "Kaltura's figures minute by minute lack 20 of 61 minutes; those are not known."
    ]


def test_a_count_of_viewers_that_cannot_be_read_is_not_known_and_a_blank_one_is_nobody() -> None:
    rows = [minute(at, 5) for at in range(61)]
    rows[3]["combined_live_view_period_count"], rows[4]["combined_live_view_period_count"] = "14,25", ""
    assert timeline.timeline(facts({"60004-getTable": rows}))["viewers"][2:6] == [5, None, 0, 5]
    assert timeline.minutes_unknown(facts({"60004-getTable": rows})) == (1, 61)


def test_figures_of_the_page_that_are_no_numbers_are_said_to_be_left_out() -> None:
    entry = {"entry_id": "1_rec", "entry_name": "1,5", "count_plays": "3", "sum_vod_view_period": "14,25"}
    votes = poll(nvoted="many", options=[{"option": "a", "nvoted": "3"}, {"option": "b", "nvoted": None}])
    found = check(facts({"60005-getTable": [entry]}, polls=[votes]))
    assert [one.message for one in found if one.code == "PAGE_NUMBERS_UNREADABLE"] == [
        "Could not be read as numbers and left out: 2 of the figures of Kaltura's Summary page."
    ]


def test_a_session_within_one_minute_has_no_heatmap() -> None:
    assert shades([], START + timedelta(seconds=10), START + timedelta(seconds=50)) == ""


def test_top_moments_are_the_five_groups_with_the_most_reactions() -> None:
    rows = [minute(at, 10, clap=1 if at == 4 else 0, smile=5 if 40 <= at < 43 else 0) for at in range(60)]
    found = timeline.reactions(facts({"60004-getTable": rows}))
    assert found["by_kind"] == {"clap": 1, "heart": 0, "think": 0, "wow": 0, "smile": 15}
    assert [(one["from"], one["total"], one["top"]) for one in found["moments"]] == [
        ("2026-11-02T09:39:00Z", 10, "smile"),
        ("2026-11-02T09:42:00Z", 5, "smile"),
        ("2026-11-02T09:03:00Z", 1, "clap"),
    ]


def test_groups_of_reactions_count_the_closing_minute_as_the_page_does() -> None:
    """60 minutes are 61 points, so groups of four; the last group ends with the session."""
    end = START + timedelta(minutes=60)
    rows = [minute(at, 10, clap=1 if at == 58 else 0) for at in range(61)]
    found = timeline.reactions(facts({"60004-getTable": rows}, START, end))
    assert [(one["from"], one["to"]) for one in found["moments"]] == [("2026-11-02T09:56:00Z", "2026-11-02T10:00:00Z")]


def test_of_equal_kinds_the_first_in_the_pages_order_is_the_top_one() -> None:
    found = timeline.reactions(facts({"60004-getTable": [minute(0, 1, wow=2, heart=2)]}))
    assert found["moments"][0]["top"] == "heart"


def test_no_timeline_says_why() -> None:
    assert timeline.timeline(facts()) == {"unavailable": "Kaltura has no minute-by-minute data of this session."}
    refused = facts({"60004-getTable": NotKnown("The role may not read it.")})
    assert timeline.timeline(refused) == {"unavailable": "The role may not read it."}


def state(at: int, text: str) -> Cells:
    return {"position": str(int(START.timestamp()) + 60 * at), "user_engagement": text, "count_viewers": "1"}


def test_a_heatmap_has_three_shades_a_character_a_minute() -> None:
    rows = [
        state(3, "SoundOffTabNotFocused"),
        state(1, "Offline"),
        state(2, "TabFocusedMicMutedFullScreenOffCameraOffSoundOn"),
        state(2, "SoundOffTabNotFocused"),
        state(-1, "SoundOnTabFocused"),
        state(99, "SoundOnTabFocused"),
    ]
    assert shades(rows, START, START + timedelta(minutes=5)) == "--en-"


@pytest.mark.parametrize(("second", "minutes"), [(0, 5), (29, 5), (30, 6), (59, 6)])
def test_a_heatmap_ends_with_the_minute_nearest_to_the_end(second: int, minutes: int) -> None:
    rows = [state(at, "SoundOnTabFocused") for at in range(7)]
    assert shades(rows, START, START + timedelta(minutes=5, seconds=second)) == "e" * minutes


def test_a_full_minute_has_no_part_of_a_second() -> None:
    assert nearest_minute(END + timedelta(seconds=12, microseconds=5)) == END
    assert nearest_minute(END - timedelta(seconds=12, microseconds=5)) == END
    assert minute_after(START + timedelta(seconds=12, microseconds=5)) == START + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "engaged"),
    [
        ("SoundOnTabFocused", True),
        ("SoundOnTabNotFocused", False),
        ("SoundOffTabFocused", False),
        ("TabNotFocusedMicMutedFullScreenCameraOffSoundOff", True),
        ("TabNotFocusedMicMutedFullScreenOffCameraOnSoundOff", True),
        ("TabNotFocusedMicMutedFullScreenOffCameraOffSoundOffOnStage", True),
        ("TabFocusedMicMutedFullScreenOffCameraOffSoundOff", False),
        ("TabNotFocusedMicUnmutedFullScreenOffCameraOffSoundOn", False),
    ],
)
def test_engaged_is_what_the_page_shows_dark(text: str, *, engaged: bool) -> None:
    assert is_engaged(text) is engaged


def poll(**more: Any) -> dict[str, Any]:
    options = [{"option": "3", "nvoted": 10}, {"option": "7", "nvoted": 30}]
    return {"question": "How many?", "type": "MultipleChoice", "nvoted": 32, "options": options} | more


def test_a_polls_rate_is_a_share_of_its_participants() -> None:
    (row,) = polls.polls(facts({}, polls=[poll(isAcceptingMultipleVotes=True)]))["rows"]
    assert (row["type"], row["participants"]) == ("Multiple answer", 32)
    assert [answer["rate"] for answer in row["answers"]] == [10 / 32, 30 / 32]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "Single answer"),
        ({"visualization": {"type": "rating scale"}}, "Rating scale"),
        ({"visualization": {"type": "crowd vote"}}, "Crowd vote"),
        ({"options": [{"option": "a", "nvoted": 1, "isCorrect": True}]}, "Correct answer"),
        ({"type": "OpenAnswers", "options": [{"option": "a", "isCorrect": True}]}, "Open ended"),
        ({"options": None, "nvoted": None, "question": None}, "Single answer"),
    ],
)
def test_poll_types_follow_the_pages_rule(more: dict[str, Any], name: str) -> None:
    (row,) = polls.polls(facts({}, polls=[poll(**more)]))["rows"]
    assert row["type"] == name


def test_completion_is_a_ratio_although_kaltura_gives_percent() -> None:
    entry = {"entry_id": "1_rec00001", "entry_name": "Recording", "count_plays": "3", "avg_completion_rate": "120.5"}
    found = page_sections.recordings(
        facts({"60005-getTable": [entry], "60012-getGraphs": [{"day": "20261103", "count_plays": "3"}]})
    )
    assert found["entries"][0]["completion_rate"] == 1.0
    assert found["plays_by_day"] == [{"day": "2026-11-03", "plays": 3}]


@pytest.mark.parametrize("count", ["40", 40, 40.0, "40.0"])
def test_votes_are_counted_whether_the_chat_service_sends_numbers_or_texts(count: object) -> None:
    (row,) = polls.polls(facts({}, polls=[poll(nvoted=count, options=[{"option": "a", "nvoted": count}])]))["rows"]
    assert (row["participants"], row["answers"][0]["participants"]) == (40, 40)


def test_countries_hold_their_regions_and_cities() -> None:
    def viewers(live: int, **names: str) -> Cells:
        return {**names, "unique_combined_live_viewers": str(live), "unique_vod_viewers": "1"}

    found = page_sections.countries(
        facts(
            {
                "60002-getTotal": [{"unique_combined_live_viewers": "5"}],
                "60007-getTable": [
                    viewers(1, object_id="UK", country="United Kingdom"),
                    viewers(3, object_id="KR", country="Korea, Republic of"),
                    viewers(2, object_id="", country="Unknown"),
                ],
                "60008-getTable": [viewers(2, country="Korea, Republic of", region="Busan")],
                "60009-getTable": [viewers(2, country="Korea, Republic of", region="Busan", city="Busan")],
            }
        )
    )["rows"]
    assert [(row["code"], row["name"], row["live_share"]) for row in found] == [
        ("KR", "South Korea", 0.6),
        (None, "Unknown", 0.4),
        ("GB", "United Kingdom", 0.2),
    ]
    assert found[0]["regions"][0]["cities"] == [{"city": "Busan", "live_viewers": 2, "recording_viewers": 1}]


def test_the_country_of_a_registration_is_a_code_or_a_common_name() -> None:
    people = [
        {"user_id": f"u{at}", "country": text}
        for at, text in enumerate(["uk", "US", "Viet Nam", "Iran  Islamic Republic of", "France", ""])
    ]
    found = profiles(facts({"60010-getTable": people}).data)
    assert [profile.country for profile in found.values()] == ["GB", "US", "Vietnam", "Iran", "France", ""]


def test_devices_come_with_their_share_of_live_viewers() -> None:
    rows = [{"device": "Mobile", "unique_combined_live_viewers": "1"}, {"device": "", "unique_vod_viewers": "2"}]
    total = {"60002-getTotal": [{"unique_combined_live_viewers": "2"}]}
    found = page_sections.devices(facts({"60006-getTable": rows} | total))["rows"]
    assert [(row["device"], row["live_share"]) for row in found] == [("Mobile", 0.5), ("Unknown", 0.0)]
    without = page_sections.devices(facts({"60006-getTable": rows}))["rows"]
    assert [row["live_share"] for row in without] == [None, None]


@pytest.mark.parametrize(
    ("viewers", "shared", "words"),
    [
        (100, False, None),
        (98, False, "about 2 % off"),
        (97, False, "about 2 % off"),
        (95, False, "gives no reason for counting fewer"),
        (105, False, "in a player"),
        (60, False, "gives no reason for counting fewer"),
        (60, True, "gives no reason for counting fewer"),
        (1150, False, "1,150 live viewers"),
        (150, False, "in a player"),
        (150, True, "another session of the room"),
    ],
)
def test_a_difference_to_the_attendee_list_is_explained(viewers: int, *, shared: bool, words: str | None) -> None:
    session = Session("1_cue00001", "1_room0001", START, END)
    rows = [AttendeeRow("1_room0001", "1_cue00001", f"u{at}", "", "", "User", "9", "1") for at in range(100)]
    total = {"unique_combined_live_viewers": str(viewers)}
    page = PageData(START, END, {"60002-getTotal": [total]}, is_shared=shared)
    found = {one.code: one.message for one in check(Facts(SessionData(session, attendees=rows, page=page)))}
    assert ("PAGE_DIFFERS" in found) == (words is not None)
    assert words is None or words in found["PAGE_DIFFERS"]


def test_earlier_sessions_are_compared_by_their_means_of_what_all_of_them_know() -> None:
    session = Session("1_cue00001", "1_room0001", START, END)
    before = [
        Earlier("1_a", START - timedelta(days=7), {"unique_attendees": 10.0, "presence_average": 30.0}),
        Earlier("1_b", START - timedelta(days=14), {"unique_attendees": 20.0}),
    ]
    found = sections.earlier(Facts(SessionData(session, earlier=before)))
    assert found["figures"] == {"unique_attendees": 15.0}
    assert [one["cue_point_id"] for one in found["sessions"]] == ["1_a", "1_b"]
    assert sections.earlier(Facts(SessionData(session))) == {"sessions": [], "figures": {}, "instead": {}}


@pytest.mark.parametrize(
    ("minutes", "figures", "instead"),
    [
        (0.0, {"presence_average": 30.0}, {}),  # not known
        (60.0, {"presence_average": 30.0}, {}),
        (48.0, {"presence_average": 30.0}, {}),
        (75.1, {"presence_share": 0.4}, {"presence_average": "presence_share"}),
        (47.0, {"presence_share": 0.4}, {"presence_average": "presence_share"}),
    ],
)
def test_sessions_that_differ_in_length_by_more_than_a_quarter_are_compared_by_shares(
    minutes: float, figures: dict[str, float], instead: dict[str, str]
) -> None:
    session = Session("1_cue00001", "1_room0001", START, START + timedelta(minutes=60))
    known = {"presence_average": 30.0, "presence_share": 0.4}
    before = [Earlier(f"1_{length}", START, known, minutes=length) for length in (60.0, minutes)]
    found = sections.earlier(Facts(SessionData(session, earlier=before)))
    assert found["figures"] == figures
    assert found["instead"] == instead


ALL_FIGURES = {
    "60002-getTotal": [
        {"unique_vod_live_viewers": "40.6", "unique_combined_live_viewers": "29.7", "unique_vod_viewers": "12.8"}
    ],
    "60001-getTotal": [
        {"vod_live_avg_view_time": "50.5", "combined_live_avg_play_time": "40.25", "vod_avg_play_time": "9.75"}
    ],
    "60003-getTotal": [
        {
            "unique_combined_live_viewers": "32",
            "combined_live_engaged_users_play_time_ratio": "0.75",
            "reaction_clicked_unique_users": "8",
            "count_reaction_clicked": "25.6",
            "download_attachment_unique_users": "4",
            "count_download_attachment_clicked": "7",
        }
    ],
    "70001-getTotal": [
        {
            "unique_logged_in_users": "16",
            "unique_users_sent_group_message": "8",
            "count_cnc_group_message_sent": "33",
            "unique_users_answered_poll": "4",
            "unique_users_q_and_a_thread": "2",
            "q_and_a_threads_count": "3",
        }
    ],
    "60012-getTotal": [{"count_plays": "21", "sum_vod_view_period": "99.9"}],
    "60004-getTable": [minute(0, 3), minute(1, 9)],
}
FIGURES = {
    "viewers_total": (41, "60002"),
    "viewers_live": (30, "60002"),
    "viewers_recording": (13, "60002"),
    "minutes_viewed_average": (50.5, "60001"),
    "minutes_viewed_average_live": (40.25, "60001"),
    "minutes_viewed_average_recording": (9.75, "60001"),
    "live_engagement_rate": (0.75, "60003"),
    "reactions_users_rate": (0.25, "60003"),
    "reactions_count": (26, "60003"),
    "chat_users_rate": (0.5, "70001"),
    "chat_messages_count": (33, "70001"),
    "polls_users_rate": (0.25, "70001"),
    "qna_users_rate": (0.125, "70001"),
    "qna_threads_count": (3, "70001"),
    "downloads_users_rate": (0.125, "60003"),
    "downloads_count": (7, "60003"),
    "recording_plays": (21, "60012"),
    "peak_live_viewers": (9, "60004"),
    "peak_live_viewers_at": ("2026-11-02T09:01:00Z", "60004"),
}


def test_each_figure_is_of_its_own_column_and_report() -> None:
    found = metrics(ALL_FIGURES)
    assert {key: (metric.value, metric.source) for key, metric in found.items()} == FIGURES
    assert all(metric.reason is None for metric in found.values())
    assert page.viewers_live(facts(ALL_FIGURES)) == 30


@pytest.mark.parametrize("report", ALL_FIGURES)
def test_the_figures_of_a_report_that_could_not_be_had_say_why(report: str) -> None:
    found = metrics(ALL_FIGURES | {report: NotKnown("The role may not read it.")})
    for key, (value, source) in FIGURES.items():
        if source == report[:5]:
            assert (found[key].value, found[key].reason) == (None, "The role may not read it.")
        elif source == "60001" and report == "60002-getTotal":
            assert found[key].value is None  # a mean of nobody knows how many
        elif not (key == "viewers_recording" and report == "60012-getTotal"):
            assert found[key].value == value
    assert (found["viewers_recording"].value, found["recording_plays"].reason is None) != (None, True) or (
        report == "60002-getTotal"
    )


def test_figures_of_nobody_say_so() -> None:
    nobody = {
        name: [dict.fromkeys(row, "0") for row in rows] if name.endswith("getTotal") else []
        for name, rows in ALL_FIGURES.items()
    }
    reasons = {key: metric.reason for key, metric in metrics(nobody).items() if metric.value is None}
    assert reasons == {
        **dict.fromkeys([key for key, (_, source) in FIGURES.items() if source == "60001"], "nobody viewed"),
        **dict.fromkeys(
            ["live_engagement_rate", "reactions_users_rate", "downloads_users_rate"], "there was no live viewer"
        ),
        **dict.fromkeys(["chat_users_rate", "polls_users_rate", "qna_users_rate"], "nobody was logged in to the chat"),
        **dict.fromkeys(["peak_live_viewers", "peak_live_viewers_at"], "nobody viewed it live"),
    }
    assert metrics({name: [] for name in ALL_FIGURES})["reactions_count"].reason == "Kaltura has no figure"


RECORDINGS = {
    "60005-getTable": [
        {
            "entry_id": "1_rec",
            "entry_name": "Recording",
            "count_plays": "3",
            "count_loads": "9",
            "sum_vod_view_period": "41.5",
            "unique_viewers": "2.6",
            "avg_completion_rate": "50",
        },
        {"entry_id": "1_two", "avg_completion_rate": "-1", "sum_vod_view_period": "x"},
        {},
    ],
    "60012-getTable": [
        {
            "name": "ann",
            "full_name": "Ann Lee",
            "count_plays": "2",
            "count_loads": "5",
            "sum_vod_view_period": "40",
            "vod_avg_play_time": "20",
            "avg_completion_rate": "100",
        },
        {"name": "bob", "full_name": "", "count_plays": "0", "sum_vod_view_period": "1.5"},
        {"name": "cy", "count_plays": "1"},
        {"name": "dan", "count_loads": "4"},
        {"name": "Unknown", "count_loads": "4"},
    ],
    "60012-getGraphs": [{"day": "20261103", "count_plays": "3"}, {"day": "soon", "count_plays": ""}],
}


def test_recordings_come_with_plays_viewers_and_how_many_only_loaded_the_player() -> None:
    nothing = {"plays": 0, "impressions": 0, "minutes": 0.0, "viewers": 0, "completion_rate": None}
    viewer = {"plays": 0, "impressions": 0, "minutes": 0.0, "average_minutes": None, "completion_rate": None}
    assert page_sections.recordings(facts(RECORDINGS)) == {
        "plays_by_day": [{"day": "2026-11-03", "plays": 3}, {"day": "soon", "plays": 0}],
        "entries": [
            {
                "entry_id": "1_rec",
                "name": "Recording",
                "plays": 3,
                "impressions": 9,
                "minutes": 41.5,
                "viewers": 3,
                "completion_rate": 0.5,
            },
            {"entry_id": "1_two", "name": "", **nothing, "completion_rate": 0.0},
            {"entry_id": "", "name": "", **nothing},
        ],
        "viewers": [
            {
                "user_id": "ann",
                "name": "Ann Lee",
                "plays": 2,
                "impressions": 5,
                "minutes": 40.0,
                "average_minutes": 20.0,
                "completion_rate": 1.0,
            },
            {"user_id": "bob", "name": "bob", **viewer, "minutes": 1.5},
            {"user_id": "cy", "name": "cy", **viewer, "plays": 1},
        ],
        "loaded_only": 1,
    }


@pytest.mark.parametrize(
    ("section", "report"),
    [
        (page_sections.recordings, "60005-getTable"),
        (page_sections.countries, "60007-getTable"),
        (page_sections.devices, "60006-getTable"),
    ],
)
def test_a_list_that_could_not_be_had_says_why(section: Any, report: str) -> None:
    refused = facts({report: NotKnown("The role may not read it.")})
    assert section(refused) == {"unavailable": "The role may not read it."}
    assert section(facts()) == {"unavailable": "The reports behind Kaltura's Summary page were not read."}
    assert "unavailable" not in section(facts({report: []}))


def test_places_and_devices_come_by_live_viewers_then_recording_viewers_then_name() -> None:
    def row(name: str, live: int, recording: int, **more: str) -> Cells:
        cells = {"unique_combined_live_viewers": str(live), "unique_vod_viewers": str(recording)}
        return {"country": "France", "region": "R", **cells, **more, "device": name}

    mixed = [("d", 1, 1), ("c", 1, 1), ("b", 1, 9), ("a", 2, 0), ("e", 0, 20)]
    ordered = ["a", "b", "c", "d", "e"]
    found = page_sections.devices(facts({"60006-getTable": [row(*one) for one in mixed]}))["rows"]
    assert [one["device"] for one in found] == ordered
    viewers = [(one["live_viewers"], one["recording_viewers"]) for one in found]
    assert viewers == [(2, 0), (1, 9), (1, 1), (1, 1), (0, 20)]
    tables = {
        "60007-getTable": [row("", 1, 1)],
        "60008-getTable": [row("", live, seen, region=name) for name, live, seen in mixed]
        + [row("", 9, 9, country="Spain", region="z")],
        "60009-getTable": [row("", live, seen, region="a", city=name) for name, live, seen in mixed]
        + [row("", 9, 9, country="Spain", region="a", city="z"), row("", 0, 0, region="a", city="")],
    }
    (country,) = page_sections.countries(facts(tables))["rows"]
    assert [one["region"] for one in country["regions"]] == ordered
    assert [one["city"] for one in country["regions"][0]["cities"]] == [*ordered, "Unknown"]
    assert all(one["cities"] == [] for one in country["regions"][1:])
    many = {"60007-getTable": [row("", live, seen, country=name) for name, live, seen in mixed]}
    assert [one["name"] for one in page_sections.countries(facts(many))["rows"]] == ordered


def test_options_that_are_none_are_no_answers_and_only_a_true_one_is_right() -> None:
    options = [{"option": "a", "nvoted": 1, "isCorrect": True}, "b", None, {"option": "c", "isCorrect": "true"}, {}]
    (row,) = polls.polls(facts({}, polls=[poll(nvoted=2, options=options)]))["rows"]
    assert row["answers"] == [
        {"answer": "a", "participants": 1, "rate": 0.5, "correct": True},
        {"answer": "c", "participants": 0, "rate": 0.0, "correct": False},
        {"answer": "", "participants": 0, "rate": 0.0, "correct": False},
    ]
    (row,) = polls.polls(facts({}, polls=[poll(nvoted="-3", options=[{"option": "a"}])]))["rows"]
    assert (row["participants"], row["answers"][0]["rate"]) == (0, None)


def test_up_to_twenty_minutes_are_moments_of_their_own_and_more_are_grouped() -> None:
    def moments(minutes: int) -> list[tuple[str, str]]:
        rows = [minute(at, 9, clap=at + 1) for at in range(minutes)]
        end = START + timedelta(minutes=minutes - 1)
        found = timeline.reactions(facts({"60004-getTable": rows}, START, end))["moments"]
        return [(one["from"][11:16], one["to"][11:16]) for one in found]

    assert moments(20) == [("09:19", "09:19"), *((f"09:{at}", f"09:{at + 1}") for at in (18, 17, 16, 15))]
    assert moments(21) == [(f"09:{at}", f"09:{at + 2}") for at in (18, 16, 14, 12, 10)]


def test_the_list_of_attendees_says_why_nobody_has_a_role_and_is_silent_when_somebody_has_one() -> None:
    without = sections.attendees(facts({"60010-getTable": [{"user_id": "ann"}]}, no_roles="No virtual event."), 9)
    assert without["no_roles"] == "No virtual event."
    assert without["heatmap"] == {"from": "2026-11-02T09:00:00Z", "step_seconds": 60}
    table = [{"user_id": "ann", "role": "Director"}]
    assert "no_roles" not in sections.attendees(facts({"60010-getTable": table}, no_roles="No virtual event."), 9)


def test_only_the_profiles_that_are_wanted_are_read() -> None:
    people = [{"user_id": name, "count_raise_hand_clicked": "1"} for name in ("ann", "bob", "Unknown", "")]
    given = facts({"60010-getTable": people}).data
    assert list(profiles(given)) == ["ann", "bob"]
    assert list(profiles(given, {"bob", "Unknown", "zed"})) == ["bob"]


def test_a_share_that_an_earlier_session_does_not_know_stands_for_nothing() -> None:
    session = Session("1_cue00001", "1_room0001", START, START + timedelta(minutes=60))
    before = [Earlier("1_a", START, {"presence_average": 30.0, "unique_attendees": 3.0}, minutes=20.0)]
    found = sections.earlier(Facts(SessionData(session, earlier=before)))
    assert (found["figures"], found["instead"]) == ({"unique_attendees": 3.0}, {})
