"""The session minute by minute: its timeline, its peak, its moments with most reactions."""

from __future__ import annotations

from datetime import timedelta

from page_data import START, facts, metrics, minute

from debrief.metrics import timeline
from debrief.metrics.data_quality import check
from debrief.model import NotKnown


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
    given = facts({"60004-getTable": rows})
    found = timeline.timeline(given)
    assert found["viewers"] == [5] * 20 + [None] * 20 + [50] + [5] * 20
    assert found["reactions"]["clap"][20:41] == [None] * 20 + [1]
    assert (found["engagement"][30], timeline.peak(given)) == (None, ("2026-11-02T09:40:00Z", 50))
    assert [one["from"] for one in timeline.reactions(given)["moments"]] == ["2026-11-02T09:40:00Z"]
    assert [one.message for one in check(given) if one.code == "MINUTES_MISSING"] == [
        "Kaltura's figures by minute lack 20 of 61 minutes, so these minutes are unknown."
    ]


def test_a_count_of_viewers_that_cannot_be_read_is_not_known_and_a_blank_one_is_nobody() -> None:
    rows = [minute(at, 5) for at in range(61)]
    rows[3]["combined_live_view_period_count"], rows[4]["combined_live_view_period_count"] = "14,25", ""
    assert timeline.timeline(facts({"60004-getTable": rows}))["viewers"][2:6] == [5, None, 0, 5]
    assert timeline.minutes_unknown(facts({"60004-getTable": rows})) == (1, 61)


def test_a_count_of_reactions_that_cannot_be_read_is_not_known_and_a_blank_one_is_none() -> None:
    rows = [minute(at, 5, clap=1) for at in range(3)]
    rows[0]["reaction_clap_clicked"], rows[1]["reaction_clap_clicked"] = "1,5", ""
    assert timeline.timeline(facts({"60004-getTable": rows}))["reactions"]["clap"] == [None, 0, 1]
    assert timeline.reactions(facts({"60004-getTable": rows}))["by_kind"]["clap"] == 1


def test_a_kind_of_reactions_that_the_answer_lacks_is_not_known() -> None:
    rows = [minute(at, 5, clap=1) for at in range(3)]
    for row in rows:
        del row["reaction_heart_clicked"]
    found = facts({"60004-getTable": rows})
    assert timeline.timeline(found)["reactions"]["heart"] == [None] * 3
    assert timeline.reactions(found) == {"unavailable": "Kaltura's figures by minute lack reactions of the kind heart."}


def test_no_reactions_are_certain_only_if_every_minute_is_known() -> None:
    rows = [minute(at, 5) for at in range(3)]
    rows[1]["reaction_wow_clicked"] = "many"
    assert timeline.reactions(facts({"60004-getTable": rows})) == {
        "unavailable": "Reactions of 1 of 3 minutes are not known, and the other minutes have none."
    }


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
    empty = facts({"60004-getTable": []})
    assert timeline.timeline(empty) == {"unavailable": "Kaltura has no minute-by-minute data of this session."}
    refused = facts({"60004-getTable": NotKnown("The role may not read it.")})
    assert timeline.timeline(refused) == {"unavailable": "The role may not read it."}


def test_up_to_twenty_minutes_are_moments_of_their_own_and_more_are_grouped() -> None:
    def moments(minutes: int) -> list[tuple[str, str]]:
        rows = [minute(at, 9, clap=at + 1) for at in range(minutes)]
        end = START + timedelta(minutes=minutes - 1)
        found = timeline.reactions(facts({"60004-getTable": rows}, START, end))["moments"]
        return [(one["from"][11:16], one["to"][11:16]) for one in found]

    assert moments(20) == [("09:19", "09:19"), *((f"09:{at}", f"09:{at + 1}") for at in (18, 17, 16, 15))]
    assert moments(21) == [(f"09:{at}", f"09:{at + 2}") for at in (18, 16, 14, 12, 10)]
