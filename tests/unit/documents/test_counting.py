"""One count of people: every other count says what it counts, and they add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.access_tiers import for_tier
from debrief.documents.data.summary_json import from_json, to_json
from debrief.documents.presentation import Presentation
from debrief.documents.view.build import build_view
from debrief.documents.view.people_counts import counting
from debrief.documents.view.tiles import groups, tiles
from debrief.metrics.definition import Facts
from debrief.metrics.summary import summarize
from debrief.model import AttendeeRow, Metric, PageData, RoomRow, Session, SessionData, Summary
from debrief.util.columns import Cells
from support.pages import text
from support.summaries import few, rich

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
SESSION = Session("1_cue", "1_room", START, START + timedelta(minutes=60), "Room")


def summary_of(page: dict[str, list[Cells]] | None = None, *, breakouts: int = 0, blank: int = 0) -> Summary:
    own = [AttendeeRow("1_room", "1_cue", f"u{n}", f"Name {n}", "", "User", "50", "0.5") for n in range(20)]
    own += [AttendeeRow("1_room", "1_cue", "", "", "", "User", "5", "0.5")] * blank
    apart = [AttendeeRow("1_b", "1_bc", f"b{n}", f"Side {n}", "", "User", "30", "0.5") for n in range(breakouts)]
    room = RoomRow("1_room", "Room", "", "1_cue", *[str(int(START.timestamp()))] * 2, "host", "21", "0.5")
    data = SessionData(
        SESSION,
        rooms=[room],
        attendees=own,
        breakout_attendees=apart,
        page=PageData(START, SESSION.end, page or {}, {}, ()),
    )
    return replace(summarize(Facts(data), attendee_limit=10), revision=1)


def known_to_page(*user_ids: str) -> list[Cells]:
    return [{"user_id": one, "user_name": one, "email": ""} for one in user_ids]


def minutes(viewers: list[int]) -> list[Cells]:
    return [
        {"position": str(int((START + timedelta(minutes=n)).timestamp())), "combined_live_view_period_count": str(many)}
        for n, many in enumerate(viewers)
    ]


def test_the_kinds_of_people_add_up_to_the_rows_of_the_list() -> None:
    summary = summary_of({"60010-getTable": known_to_page("u1", "p1", "p2")}, breakouts=1, blank=3)
    assert counting(summary)[:3] == [
        "20 attendees: identified by Kaltura in the room, each counted once, organizers and staff included.",
        (
            "The list of attendees also has 1 person seen in a breakout room only, 3 rows without a name and 2 people "
            "seen in the player or the chat only: 26 rows in all."
        ),
        "Figures of stay include people in breakout rooms.",
    ]
    assert summary.sections["attendees"]["total"] == 26


def test_a_list_of_the_attendees_alone_needs_no_reconciliation() -> None:
    words = counting(summary_of())
    assert len(words) == 2
    assert words[1].startswith("Kaltura estimates 21 people in the room, named or not")


@pytest.mark.parametrize(("viewers", "explained"), [([20, 19], False), ([5, 23], True)])
def test_a_peak_above_the_number_of_attendees_explains_itself(viewers: list[int], *, explained: bool) -> None:
    summary = summary_of({"60004-getTable": minutes(viewers)})
    view = build_view(summary, Presentation(ZoneInfo("UTC")))
    (tile,) = (tile for group in view.groups for tile in group.tiles if tile.key == "peak_live_viewers")
    assert tile.note.endswith("; each open device counts") == explained
    assert ("are more than the attendees" in view.counting) == explained


def test_a_share_is_printed_beside_the_number_that_it_is_a_share_of() -> None:
    total: Cells = {"unique_combined_live_viewers": "50", "reaction_clicked_unique_users": "10"}
    page: dict[str, list[Cells]] = {
        "60002-getTotal": [{"unique_combined_live_viewers": "40"}],
        "60003-getTotal": [total],
    }
    view = build_view(summary_of(page), Presentation(ZoneInfo("UTC")))
    (tile,) = (tile for group in view.groups for tile in group.tiles if tile.key == "reactions_users_rate")
    assert (tile.value, tile.note.partition(";")[0]) == ("20.0", "of 50 live viewers")


def test_the_paragraph_is_on_the_page_for_every_tier_and_after_the_archive() -> None:
    summary = from_json(to_json(summary_of(blank=2)))
    for tier in ("full", "names", "totals"):
        assert "How people are counted 20 attendees: identified" in text(for_tier(summary, tier))
    older = replace(summary, sections={key: one for key, one in summary.sections.items() if key != "counts"})
    assert counting(older)[0] == counting(summary)[0]


@pytest.mark.parametrize(
    ("made", "engaged", "viewed"),
    [
        (rich(), "minutes in the main room", "of live viewers, breakouts not counted"),
        (few(), "minutes attended", "of live viewers"),
    ],
    ids=["with breakouts", "without"],
)
def test_minutes_that_leave_out_breakouts_say_so(made: Summary, engaged: str, viewed: str) -> None:
    live = {"minutes_viewed_average_live": Metric(44.0, "minutes", "", "60001")}
    made = replace(made, metrics={**made.metrics, **live})
    notes = {tile.label: tile.note for tile in tiles(made)}
    notes |= {tile.label: tile.note for group in groups(made, ZoneInfo("UTC")) for tile in group.tiles}
    assert notes["Engagement rate"].endswith(engaged)
    assert notes["Average minutes live"] == viewed
