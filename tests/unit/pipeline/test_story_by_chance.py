"""What holds of every report, whatever its session was: nobody present is called absent, and no figure disagrees."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from debrief.documents.data.summary_json import from_json, to_json
from debrief.documents.html.report import render_html
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.read_back import all_text_of_pdf, misprints
from debrief.model import (
    AttendeeRow,
    BreakoutRow,
    EarlierSession,
    PageData,
    Part,
    Person,
    RoomRow,
    Session,
    SessionData,
    Summary,
)
from debrief.pipeline.session.documents import Figures, compute_figures
from debrief.settings import Settings
from debrief.util.columns import Cells
from support.same_person import same_person

pytestmark = pytest.mark.slow

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
LOOK = Presentation(ZoneInfo("UTC"))
BREAKOUT_FROM = 12  # minutes
# Some people have two ids: by case, by how a report escapes a comma, or by one address.
ALIASES = {"ann@x.io": "Ann@X.io", "bo,b": "bo b", "cy": "cy-2", "dee": "DEE"}
IDS = (*ALIASES, "eve", "fay", "gus", "hal")
ADDRESSES = {"cy": "cy@x.io", "cy-2": "CY@x.io"}


@dataclass(frozen=True)
class Guest:
    """Somebody's session: minutes in each part of it, and in the breakout; None for not there."""

    user_id: str
    parts: tuple[int | None, ...]
    side: int | None
    ratio: float
    threads: int

    @property
    def was_there(self) -> bool:
        return self.side is not None or any(one is not None for one in self.parts)


def row(one: Guest, minutes: int, place: tuple[str, str]) -> AttendeeRow:
    kind = "Guest" if one.user_id == "gus" else "User"
    address = ADDRESSES.get(one.user_id, "")
    return AttendeeRow(*place, one.user_id, f"Name of {one.user_id}", address, kind, str(minutes), repr(one.ratio))


def timeline(guests: list[Guest], spans: list[tuple[int, int]]) -> list[Cells]:
    rows: list[Cells] = []
    for number, (start, end) in enumerate(spans):
        for minute in range(start, end):
            there = [g for g in guests if (stay := g.parts[number]) is not None and start + stay > minute]
            rows.append(
                {
                    "position": str(int((START + timedelta(minutes=minute)).timestamp())),
                    "combined_live_view_period_count": str(len(there)),
                    "combined_live_engaged_users_ratio": repr(sum(g.ratio for g in there) / max(len(there), 1)),
                    "reaction_clap_clicked": str(minute % 3),
                }
            )
    return rows


def _spellings(user_id: str) -> list[list[str]]:
    alias = ALIASES.get(user_id)
    return [[user_id], [alias], [user_id, alias]] if alias else [[user_id]]


@st.composite
def sessions(draw: st.DrawFn) -> SessionData:
    """A session of one or two parts, perhaps with a breakout, perhaps left open after the last has gone."""
    lengths = draw(st.lists(st.integers(1, 70), min_size=1, max_size=2))
    late, gap = draw(st.sampled_from([0, 0, 40])), 12
    spans = [(0, lengths[0])] if len(lengths) == 1 else [(0, lengths[0]), (lengths[0] + gap, sum(lengths) + gap)]
    last = (spans[-1][0], spans[-1][1] + late)
    has_breakout = draw(st.booleans()) and last[1] > BREAKOUT_FROM + 1
    spelled = [name for one in IDS for name in draw(st.sampled_from(_spellings(one)))]  # some come under both ids
    guests = [
        Guest(
            user_id,
            tuple(draw(st.none() | st.integers(0, length)) for length in lengths),
            draw(st.none() | st.integers(0, last[1] - BREAKOUT_FROM)) if has_breakout else None,
            draw(st.sampled_from([0.0, 0.0004, 0.5, 0.9996, 1.0])),
            draw(st.integers(0, 2)),
        )
        for user_id in spelled
    ]
    at = [(START + timedelta(minutes=a), START + timedelta(minutes=b)) for a, b in (*spans[:-1], last)]
    parts = [Part(f"1_cue{number}", *span) for number, span in enumerate(at)]
    session = Session("1_cue0", "1_room", at[0][0], at[-1][1], "Room, weekly", host_user_id="host")
    if len(parts) > 1:
        session = replace(session, cue_point_id="joint-1_cue0", parts=tuple(parts))
    own = [
        row(g, stay, ("1_room", part.cue_point_id))
        for number, part in enumerate(parts)
        for g in guests
        if (stay := g.parts[number]) is not None
    ]
    own += [AttendeeRow("1_room", parts[0].cue_point_id, "", "", "", "User", "3", "0.5")] * draw(st.integers(0, 2))
    side = [row(g, g.side, ("1_brk", "1_side")) for g in guests if g.side is not None]
    begin, end = (str(int((START + timedelta(minutes=one)).timestamp())) for one in (BREAKOUT_FROM, last[1]))
    length = str((last[1] - BREAKOUT_FROM) * 60)
    brk = BreakoutRow("1_room", "Room", "1_brk", "Side", "1_side", "Ann", begin, end, length, str(len(side)), "0.5")
    tables: dict[str, list[Cells]] = {
        "60004-getTable": timeline(guests, [*spans[:-1], last]),
        "60010-getTable": [
            {"user_id": g.user_id, "user_name": "", "count_q_and_a_threads": str(g.threads)}
            for g in guests
            if g.was_there
        ],
        "60002-getTotal": [{"unique_combined_live_viewers": str(len(own)), "unique_vod_live_viewers": str(len(own))}],
        "60003-getTotal": [
            {"unique_combined_live_viewers": str(len(own) + 1), "reaction_clicked_unique_users": str(len(own) // 2)}
        ],
    }
    before = [draw(st.frozensets(st.sampled_from([*IDS, *ALIASES.values()]))) for _ in range(draw(st.integers(0, 3)))]
    return SessionData(
        session,
        rooms=[RoomRow("1_room", "Room", "", "1_cue0", begin, end, "host", str(len(own)), "0.5")],
        attendees=own,
        breakouts=[brk] if has_breakout else [],
        breakout_attendees=side,
        page=PageData(session.start, session.end, tables, {}, ()) if draw(st.booleans()) else None,
        earlier=[
            EarlierSession(
                f"1_old{number}",
                START - timedelta(days=7 * (number + 1)),
                {"unique_attendees": float(len(who))},
                {one: Person(one, f"Name of {one}", ADDRESSES.get(one, "")) for one in who},
                60.0,
            )
            for number, who in enumerate(before)
        ],
    )


def made_of(data: SessionData) -> Figures:
    made = compute_figures(data, Settings())
    return replace(made, summary=replace(made.summary, revision=1))


def lists_of(made: Figures) -> dict[str, list[dict[str, str]]]:
    return {one.name: list(csv.DictReader(io.StringIO(one.body.decode("utf-8-sig"), newline=""))) for one in made.lists}


def is_same(user_id: str, other: str) -> bool:
    return same_person((user_id, ADDRESSES.get(user_id, "")), (other, ADDRESSES.get(other, "")))


def numbers_below(value: Any, names: re.Pattern[str]) -> list[float]:
    """Every number of a section under a name that fits."""
    if isinstance(value, dict):
        found = [one for key, one in value.items() if names.search(key) and isinstance(one, int | float)]
        return found + [one for inner in value.values() for one in numbers_below(inner, names)]
    return [one for inner in value for one in numbers_below(inner, names)] if isinstance(value, list) else []


@given(sessions())
@settings(max_examples=60, deadline=None)
def test_nobody_present_is_on_a_list_of_absent_people(data: SessionData) -> None:
    lists = lists_of(made_of(data))
    present = {one.user_id for one in (*data.attendees, *data.breakout_attendees) if one.user_id}
    before = {user_id for one in data.earlier for user_id in one.people}
    gone = next(rows for name, rows in lists.items() if "used-to-come" in name)
    new = next(rows for name, rows in lists.items() if "first-time" in name)
    early = next(rows for name, rows in lists.items() if "left-early" in name)
    in_breakout = {one.user_id for one in data.breakout_attendees}
    for rows, others in ((gone, present), (new, before), (early, in_breakout)):
        assert not [(one["user_id"], other) for one in rows for other in others if is_same(one["user_id"], other)]


@given(sessions())
@settings(max_examples=60, deadline=None)
def test_shares_are_between_0_and_1_and_counts_add_up(data: SessionData) -> None:
    made = made_of(data)
    summary, metrics = made.summary, {key: one.value for key, one in made.summary.metrics.items()}
    ratios = [one.value for one in summary.metrics.values() if one.unit == "ratio" and one.value is not None]
    ratios += numbers_below(summary.sections, re.compile("(share|rate)$"))
    assert all(isinstance(one, int | float) and -1e-9 <= one <= 1 + 1e-9 for one in ratios)
    assert all(
        metrics[f"present_{less}"] is None or metrics[f"present_{less}"] >= metrics[f"present_{more}"]  # type: ignore[operator]
        for less, more in pairwise((25, 50, 75, 90))
    )
    counts, stayed = summary.sections["counts"], summary.sections["minutes_stayed"]
    assert counts["attendees"] == metrics["unique_attendees"]
    assert counts["attendees"] + counts["breakout_only"] == metrics["people_present"]
    assert counts["listed"] == summary.sections["attendees"]["total"]
    assert counts["listed"] == sum(counts[one] for one in ("attendees", "breakout_only", "without_name", "page_only"))
    if "bins" in stayed:
        assert sum(one["people"] for one in stayed["bins"]) == stayed["people"] == metrics["people_present"]
    for segment in summary.sections["segments"]["rows"]:
        if "unavailable" not in segment:
            assert len(lists_of(made)[segment["file"]]) == segment["people"]


@given(sessions())
@settings(max_examples=40, deadline=None)
def test_every_figure_printed_twice_is_equal_on_the_page_in_email_csv_and_json(data: SessionData) -> None:
    made = made_of(data)
    summary = made.summary
    assert from_json(to_json(summary)) == from_json(to_json(from_json(to_json(summary))))
    body = render_html(summary, LOOK)
    assert misprints(summary, "report.html", body) == []
    page = lxml_html.document_fromstring(body.decode())
    tiles = tiles_of(page)
    for label, figure in tiles_of_mail(summary).items():
        assert tiles.get(label, figure) == figure, label
    if page.xpath("//section[@id='attendees']"):
        people = json.loads(page.xpath("//script[@type='application/json']")[0].text)["people"]
        assert len(people["rows"]) == summary.sections["counts"]["listed"]
        place = [key for key, _ in people["fields"]].index("minutes")
        present = {one.user_id for one in (*data.attendees, *data.breakout_attendees) if one.user_id}
        printed = {one[0]: "" if one[place] is None else f"{one[place]:,.10g}" for one in people["rows"]}
        for members in lists_of(made).values():
            for one in members:
                stay = re.match(r"there for ([\d.,]+) of ([\d.,]+) minutes", one["reason"])
                ids = [who for who in present if is_same(who, one["user_id"])]  # a list adds up a person's ids
                assert not stay or len(ids) > 1 or printed[one["user_name"]] == stay[1], one
    rows = list(csv.DictReader(io.StringIO(made.attendees.decode(), newline="")))
    own = [one for one in rows if one["meeting_view_time"]]
    assert len({one["user_id"] for one in own if one["user_id"]}) == summary.metrics["unique_attendees"].value
    total = summary.metrics["minutes_total"].value
    assert isinstance(total, int | float)
    assert abs(sum(float(one["meeting_view_time"]) for one in own) - total) < 1e-6


@given(sessions())
@settings(max_examples=6, deadline=None)
def test_every_figure_of_the_page_is_equal_in_the_pdf(data: SessionData) -> None:
    summary = made_of(data).summary
    pdf = PdfReport(summary, LOOK).full()
    assert misprints(summary, "report-full.pdf", pdf) == []
    words = " ".join(all_text_of_pdf(pdf).split())
    for label, figure in tiles_of(lxml_html.document_fromstring(render_html(summary, LOOK).decode())).items():
        assert figure.partition(" ")[0] in words, label


def tiles_of(page: Any) -> dict[str, str]:
    """Label and value with unit: `49.8 min`."""
    tiles = page.xpath("//dl[contains(@class, 'tiles')]/div")
    return {one.xpath("./dt")[0].text: " ".join(one.xpath("./dd[@class='figure']//text()")) for one in tiles}


def tiles_of_mail(summary: Summary) -> dict[str, str]:
    letter = Letter("debrief@example.com", "ann@example.com", "You host this room.")
    message = message_from_bytes(render_mail(summary, LOOK, letter), policy=policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    found = re.findall(r"^([A-Z][^:\n]+): ([\d,.]+ ?(?:%|min|people|person)) \(", part.get_content(), re.MULTILINE)
    return {label: re.sub(r" ?%$", " %", figure) for label, figure in found}
