"""What a session's recording says: which recording and which captions are read, and at which times of the session."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from kaltura_over_http import Line, T, at, connected, run

from debrief.errors import BadRequest, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.probe import probe_captions
from debrief.kaltura.session_data.caption_text import LONGEST_LINE, MOST_CHARACTERS, MOST_LINES
from debrief.kaltura.session_data.spoken import read_spoken
from debrief.kaltura.sessions.rooms import room_entry
from debrief.kaltura.sessions.schedule import room_events
from debrief.model import Part, Session
from debrief.transcript import KINDS, Transcript
from kaltura_standin.account import Account, AppToken, Entry, Room
from kaltura_standin.catalogue import Captions, Point, ScheduleEvent, Speech
from kaltura_standin.faults import Fault

ROOM, RECORDING, LIVE = "1_room0001", "1_rec00001", "1_live0001"
SESSION = Session("1_cue00001", ROOM, at(T), at(T + 3600))
SRT = b"1\r\n00:00:10,000 --> 00:00:12,500\r\nHello <i>there</i>.\r\n\r\n2\r\n00:01:00,000 --> 00:01:02,000\r\nBye.\r\n"
POINTS = (
    Point("p1", 0, "Welcome"),
    Point("p2", 600_000, "Prices", status=4),
    Point("p3", 700_000, "Handled", status=3),
    Point("p4", 650_000, "", sub_type=1),
)


def srt_block(start: int, end: int, text: str) -> str:
    clocks = (f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02},000" for at in (start, end))
    return f"{' --> '.join(clocks)}\n{text}\n\n"


def recording(**changes: Any) -> Entry:
    usual = {"created": T + 5, "duration": 3590, "root": ROOM, "captions": (Captions("c1", SRT, is_default=True),)}
    return Entry(RECORDING, "Recording", **{**usual, "points": POINTS, **changes})


def account_with(*entries: Entry, room: Mapping[str, Any] | None = None, **changes: Any) -> Account:
    links = {"recording": RECORDING, **(room or {})}
    return Account((Room(ROOM, "Weekly", (run("1_cue00001", 0, 60),), **links),), entries=entries, **changes)


def spoken_in(kaltura: Kaltura, session: Session) -> Transcript:
    entry, _ = room_entry(kaltura, session.entry_id)
    return read_spoken(kaltura, session, entry, room_events(kaltura, session.entry_id))


def read(account: Account, session: Session = SESSION, *faults: Fault) -> Transcript:
    with connected(account) as line:
        line.standin.faults.add(*faults)
        return spoken_in(line.kaltura, session)


def reasons(transcript: Transcript) -> set[str]:
    """Why it is unknown; nothing is known then."""
    assert not any(getattr(transcript, kind) for kind in KINDS)
    assert set(transcript.why_unknown) == set(KINDS)
    return set(transcript.why_unknown.values())


def test_captions_chapters_and_slides_have_times_of_the_session() -> None:
    found = read(account_with(recording()))
    assert [(line.start, line.end, line.text) for line in found.captions] == [
        (15.0, 17.5, "Hello there."),
        (65.0, 67.0, "Bye."),
    ]
    assert [(chapter.at, chapter.title) for chapter in found.chapters] == [(5.0, "Welcome"), (605.0, "Prices")]
    assert [(slide.at, slide.title) for slide in found.slides] == [(655.0, "")]
    assert (found.language, found.why_unknown, found.may_come) == ("en", {}, False)


def test_two_requests_find_the_recording_and_read_what_it_has_and_one_reads_the_captions() -> None:
    with connected(account_with(recording())) as line:
        entry = line.kaltura.call("baseEntry", "get", {"entryId": ROOM})
        before = len(line.standin.requests)
        read_spoken(line.kaltura, SESSION, entry, [])
        assert [f"{each.service}.{each.action}" for each in line.standin.requests[before:]] == [
            "multirequest.",
            "multirequest.",
            "caption_captionAsset.serveAsJson",
        ]


@pytest.mark.parametrize(
    ("captions", "wanted"),
    [
        ((Captions("c1", SRT, code="fr", is_default=True), Captions("c2", SRT, accuracy=70)), "c2"),
        ((Captions("c1", SRT), Captions("c2", SRT, is_default=True)), "c2"),
        ((Captions("c1", SRT, accuracy=70), Captions("c2", SRT, accuracy=90)), "c2"),
        ((Captions("c1", SRT, usage=1, is_default=True), Captions("c2", SRT)), "c2"),
        ((Captions("c1", SRT, on_player=False, is_default=True), Captions("c2", SRT)), "c2"),
        ((Captions("c1", SRT, status=-1, is_default=True), Captions("c2", SRT)), "c2"),
        ((Captions("c1", b"binary", format=5, is_default=True), Captions("c2", SRT)), "c2"),
    ],
)
@pytest.mark.parametrize("speech", [Speech(), Speech(has_texts=False)])
def test_the_captions_that_are_read_are_shown_ready_and_in_the_language_of_reports(
    captions: tuple[Captions, ...], wanted: str, speech: Speech
) -> None:
    with connected(account_with(recording(captions=captions), speech=speech)) as line:
        assert len(spoken_in(line.kaltura, SESSION).captions) == 2
        texts = [each.params["captionAssetId"] for each in line.standin.requests if each.action == "serveAsJson"]
        assert texts == [wanted]


def test_captions_that_viewers_do_not_see_are_never_read() -> None:
    found = read(account_with(recording(captions=(Captions("c1", SRT, on_player=False),))))
    assert "hidden" in found.why_unknown["captions"]
    assert found.chapters
    with (
        pytest.raises(AssertionError, match="do not see"),
        connected(account_with(recording(captions=(Captions("c1", SRT, on_player=False),)))) as line,
    ):
        line.kaltura.file("caption_captionAsset", "serve", {"captionAssetId": "c1"}, 1000)


def test_the_end_of_a_run_with_a_request_for_private_transcripts_of_the_chat_is_a_failure() -> None:
    with (
        pytest.raises(AssertionError, match="private transcripts"),
        connected(account_with()) as line,
        suppress(BadRequest),
    ):
        line.kaltura.call("report", "getTable", {"reportName": "privateTranscripts"})


@pytest.mark.parametrize("redirects", [False, True])
def test_a_large_file_is_read_from_the_storage_which_does_not_get_the_ks(redirects: bool) -> None:
    speech = Speech(json_limit=10, redirects=redirects)
    assert len(read(account_with(recording(), speech=speech)).captions) == 2


def test_a_file_of_more_than_four_megabytes_is_not_read() -> None:
    huge = Captions("c1", SRT + b"x" * 4_000_000)
    assert "4 MB" in read(account_with(recording(captions=(huge,)))).why_unknown["captions"]


def test_webvtt_loses_its_tags_and_a_format_that_kaltura_cannot_convert_is_a_reason() -> None:
    vtt = b"WEBVTT\n\nNOTE none\n\n00:10.000 --> 00:12.000 align:start\n<v Ann>Tom &amp; Ann</v>\n"
    for limit in (10, 10_000):
        found = read(account_with(recording(captions=(Captions("c1", vtt, format=3),)), speech=Speech(limit)))
        assert [line.text for line in found.captions] == ["Tom & Ann"]
    assert read(account_with(recording(captions=(Captions("c1", b"\x00\x01", format=5),)))).why_unknown == {
        "captions": "The captions of the recording are empty or damaged."
    }


def test_captions_may_come_later_and_no_captions_are_no_reason() -> None:
    queued = read(account_with(recording(captions=(Captions("c1", SRT, status=0),))))
    assert queued.why_unknown == {"captions": "The captions of the recording are not ready yet."}
    none = read(account_with(recording(captions=())))
    assert (none.captions, none.why_unknown) == ([], {})
    assert queued.may_come
    assert none.may_come


@pytest.mark.parametrize(
    ("entries", "room", "reason", "may_come"),
    [
        ((), {}, "Kaltura has no recording of this session.", False),
        ((recording(created=T - 7 * 86_400),), {}, "Kaltura has no recording of this session.", False),
        ((recording(status="1"),), {}, "The recording is not ready yet.", True),
        ((recording(duration=3000),), {}, "was edited or paused", False),
        ((recording(duration=4000),), {}, "was edited or paused", False),
        ((recording(duration=0),), {}, "was edited or paused", False),
        (
            (recording(), Entry(LIVE, "Live", is_live=True, recording=RECORDING, record_status=1)),
            {"recording": "", "broadcast": LIVE},
            "no breaks between broadcasts",
            False,
        ),
    ],
)
def test_without_a_recording_whose_times_are_known_there_is_a_reason(
    entries: tuple[Entry, ...], room: dict[str, Any], reason: str, may_come: bool
) -> None:
    found = read(account_with(*entries, room=room))
    (given,) = reasons(found)
    assert reason in given
    assert found.may_come is may_come


def test_a_live_entry_that_is_never_recorded_has_no_recording() -> None:
    with connected(account_with()) as line:
        found = read_spoken(line.kaltura, SESSION, {"id": ROOM, "recordStatus": 0}, [])
    assert (reasons(found), found.may_come) == ({"There is no recording."}, False)


def test_a_webcast_has_the_recording_of_its_broadcast() -> None:
    live = Entry(LIVE, "Live", is_live=True, recording=RECORDING, record_status=2)
    found = read(account_with(recording(root=LIVE), live, room={"recording": "", "broadcast": LIVE}))
    assert len(found.captions) == 2


def test_a_preview_before_the_session_does_not_move_its_recording() -> None:
    live = Entry(LIVE, "Live", is_live=True, recording=RECORDING, record_status=2, explicit_live=True)
    early = recording(root=LIVE, created=T - 600)
    found = read(account_with(early, live, room={"recording": "", "broadcast": LIVE}))
    assert [line.start for line in found.captions] == [10.0, 60.0]


def test_the_parts_of_an_interrupted_session_have_the_times_of_their_own_recordings() -> None:
    first = recording(created=T, duration=1200)
    second = replace(recording(created=T + 1800, duration=1800), id="1_rec00002", points=())
    second = replace(second, captions=(Captions("c2", SRT),))
    parts = (Part("a", at(T), at(T + 1200)), Part("b", at(T + 1800), at(T + 3600)))
    joint = replace(SESSION, parts=parts)
    found = read(account_with(first, second), joint)
    assert [line.start for line in found.captions] == [10.0, 60.0, 1810.0, 1860.0]
    part = Session("b", ROOM, at(T + 1800), at(T + 3600))
    assert [line.start for line in read(account_with(first, second), part).captions] == [10.0, 60.0]
    trimmed = replace(second, duration=900)
    (reason,) = reasons(read(account_with(first, trimmed), joint))
    assert "was edited or paused" in reason


def test_of_two_recordings_of_the_same_time_the_one_that_the_room_names_is_read() -> None:
    other = replace(recording(created=T + 1), id="1_rec00000", captions=(Captions("c9", SRT),))
    with connected(account_with(other, recording())) as line:
        assert len(spoken_in(line.kaltura, SESSION).captions) == 2
        assert [each.params["captionAssetId"] for each in line.standin.requests if each.action == "serveAsJson"] == [
            "c1"
        ]


def test_a_simulive_source_begins_at_the_start_of_its_event() -> None:
    event = ScheduleEvent(1, ROOM, T - 20, T + 3600, source="1_source01")
    source = Entry("1_source01", "Source", created=1_700_000_000, duration=99, captions=(Captions("c1", SRT),))
    found = read(account_with(source, schedule=(event,)))
    assert [(line.start, line.end) for line in found.captions] == [(40.0, 42.0)]  # the other one was before the session


def test_only_what_was_said_in_the_session_is_kept() -> None:
    early = recording(created=T - 30, duration=3640, points=(Point("a", 0, "One"), Point("b", 20_000, "Two")))
    found = read(account_with(early))
    assert [(line.start, line.end) for line in found.captions] == [(30.0, 32.0)]
    assert [(chapter.at, chapter.title) for chapter in found.chapters] == [(0.0, "Two")]


def test_rolling_captions_do_not_repeat_rows() -> None:
    rows = ["We begin.", "We begin.\nToday:", "Today:\nthe gauge.", "the gauge."]
    body = "".join(srt_block(2 * number, 2 * number + 2, text) for number, text in enumerate(rows))
    found = read(account_with(recording(captions=(Captions("c1", body.encode()),))))
    assert [(line.start, line.end, line.text) for line in found.captions] == [
        (5.0, 7.0, "We begin."),
        (7.0, 9.0, "Today:"),
        (9.0, 13.0, "the gauge."),
    ]


def test_hostile_captions_are_cut_and_bad_times_left_out() -> None:
    blocks = [
        "00:00:05,000 --> 00:00:03,000\nbackwards\n",
        "99:99:99,999 --> 99:99:99,999\nlater\n",
        "00:00:10,000 --> 00:00:20,000\n\u202eevil\x00\x1b[1m<script>alert(1)</script> \u2066\n",
        "00:00:11,000 --> 00:00:19,000\n" + "word " * 10_000 + "\n",
        "no time\n",
    ]
    found = read(account_with(recording(captions=(Captions("c1", "\n".join(blocks).encode()),))))
    assert [line.text[:20] for line in found.captions] == ["evil [1malert(1)", "word word word word "]
    assert max(len(line.text) for line in found.captions) <= LONGEST_LINE


def test_a_transcript_has_a_largest_size() -> None:
    body = "".join(srt_block(at, at + 1, f"{at} {'x' * 250}") for at in range(3500))
    found = read(account_with(recording(captions=(Captions("c1", body.encode()),))))
    assert len(found.captions) <= MOST_LINES
    assert sum(len(line.text) for line in found.captions) <= MOST_CHARACTERS


def test_without_the_right_to_captions_chapters_are_still_read() -> None:
    roles = {"PLANNER": frozenset({"SCHEDULE_EVENT_BASE"})}
    found = read(account_with(recording(), roles=roles, app_tokens=(AppToken(privileges="setrole:PLANNER"),)))
    assert "no permission" in found.why_unknown["captions"]
    assert found.chapters
    assert not found.may_come


@pytest.mark.parametrize(
    ("fault", "known"),
    [
        (Fault("api_error", times=None, service="caption_captionAsset", code="INTERNAL_SERVERL_ERROR"), {"chapters"}),
        (Fault("api_error", times=None, service="cuepoint_cuepoint", code="INTERNAL_SERVERL_ERROR"), {"captions"}),
        (Fault("http_status", times=None, service="caption_captionAsset", action="serveAsJson"), {"chapters"}),
        (Fault("truncate", times=None, service="caption_captionAsset", action="serveAsJson"), {"chapters"}),
        (Fault("api_error", times=None, service="baseEntry", action="list", code="ACTION_BLOCKED"), set()),
    ],
)
def test_a_service_that_fails_is_a_reason_and_may_answer_later(fault: Fault, known: set[str]) -> None:
    found = read(account_with(recording()), SESSION, fault)
    assert {kind for kind in ("captions", "chapters") if getattr(found, kind)} == known
    assert found.may_come
    assert set(found.why_unknown) >= {"captions", "chapters"} - known


def test_a_call_that_fails_is_made_twice_because_the_report_does_not_wait_and_other_calls_oftener() -> None:
    with connected(account_with(recording())) as line:
        line.standin.faults.add(Fault("http_status", times=None, service="caption_captionAsset", action="serveAsJson"))
        spoken_in(line.kaltura, SESSION)
        assert line.asked("serveAsJson") == 2
        line.standin.faults.add(Fault("http_status", times=None, service="user"))
        with pytest.raises(Unavailable):
            line.kaltura.call("user", "get", {})
        assert line.asked("get", "user") == 5


def test_doctor_says_whether_captions_can_be_listed() -> None:
    roles = {"PLANNER": frozenset({"SCHEDULE_EVENT_BASE"})}
    with connected(account_with()) as line:
        assert probe_captions(line.kaltura, are_read=True) == "can be listed"
    with connected(account_with(roles=roles, app_tokens=(AppToken(privileges="setrole:PLANNER"),))) as line:
        assert probe_captions(line.kaltura, are_read=True) == "cannot be listed, so reports have no captions"
        before = len(line.standin.requests)
        assert "DEBRIEF_CAPTIONS is no" in probe_captions(line.kaltura, are_read=False)
        assert len(line.standin.requests) == before


def test_the_sample_has_captions_for_the_webinar_and_reasons_for_a_trimmed_recording_and_for_one_without_breaks() -> (
    None
):
    from kaltura_standin.sample_account import sample_account

    def spoken(line: Line, cue: str) -> Transcript:
        room, own = next((room, each) for room, each in line.standin.account.sessions() if each.id == cue)
        return spoken_in(line.kaltura, Session(cue, room.id, at(own.start), at(own.end)))

    with connected(sample_account()) as line:
        webinar = spoken(line, "1_wbncue01")
        assert (len(webinar.chapters), len(webinar.slides), webinar.why_unknown) == (6, 4, {})
        assert any("seagull" in each.text for each in webinar.captions)
        assert spoken(line, "1_onbcue02").captions
        for cue, reason in (
            ("1_allcue01", "edited or paused"),
            ("1_brfcue01", "no breaks"),
            ("1_temcue01", "no recording"),
        ):
            assert reason in next(iter(reasons(spoken(line, cue))))
