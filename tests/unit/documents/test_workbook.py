"""The workbook: what a person reads in a spreadsheet, and what must never be in one."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import fsum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from debrief.documents.access_tiers import for_tier
from debrief.documents.presentation import Presentation
from debrief.documents.read_back import misprints
from debrief.documents.workbook import writer
from debrief.documents.workbook.reader import read_sheets
from debrief.documents.workbook.report import render_workbook
from debrief.documents.workbook.sheet import LONGEST, Sheet, SheetColumn
from debrief.documents.workbook.writer import write_workbook
from debrief.errors import BadRequest
from debrief.model import Metric, Summary, Tier
from debrief.segment import ASKED, FIRST_TIME, LEFT_EARLY, Member, Segment
from support import summaries

BERLIN = Presentation(ZoneInfo("Europe/Berlin"))
SHEETS = ["Summary", "Attendees", "Follow-up", "Breakouts", "Polls", "Timeline", "Countries", "Notes"]
CREATED = datetime.fromisoformat("2026-11-17T10:00:00+00:00")
SEGMENTS = (
    Segment(ASKED, members=[Member("a1", "Ann", "ann@example.org", "opened 1 Q&A thread")]),
    Segment(
        LEFT_EARLY,
        members=[
            Member("b2", "Bea", "bea@example.org", "there for 4 of 62 minutes"),
            Member("a1", "Ann", "ann@example.org", "there for 9 of 62 minutes"),
        ],
    ),
    Segment(FIRST_TIME, unavailable="no earlier session is archived"),
)
HOSTILE = ("008009", "3351e6", "12345678901234567890", "MAR1", "=1+1", "-2", "@SUM(A1)", "http://example.org", "TRUE")


def book(summary: Summary, tier: Tier = "full", segments: Sequence[Segment] = SEGMENTS) -> bytes:
    return render_workbook(for_tier(summary, tier), BERLIN, tier, segments)


def cells(body: bytes, sheet: str) -> list[list[Any]]:
    rows = load_workbook(io.BytesIO(body))[sheet].iter_rows()
    return [[unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in rows]


def column(body: bytes, sheet: str, head: str) -> list[Any]:
    rows = cells(body, sheet)
    return [row[rows[0].index(head)] for row in rows[1:]]


def parts(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def written(*rows: Sequence[Any], kind: str = "text") -> bytes:
    sheet = Sheet("One", [SheetColumn(f"Head {n}", kind) for n in range(len(rows[0]))], rows)  # type: ignore[arg-type]
    return write_workbook([sheet], "One", CREATED)


@pytest.mark.parametrize("make", [summaries.rich, summaries.webinar, summaries.nobody, summaries.few])
def test_every_workbook_has_the_same_sheets_with_a_head_that_stays_and_a_filter(make: Callable[[], Summary]) -> None:
    opened = load_workbook(io.BytesIO(book(make())))
    assert opened.sheetnames == SHEETS
    for sheet in opened:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.value for cell in sheet[1])


@pytest.mark.parametrize("make", [summaries.rich, summaries.webinar, summaries.nobody])
def test_the_same_summary_gives_the_same_bytes(make: Callable[[], Summary]) -> None:
    body = book(make())
    assert body == book(make())
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert f"{make().session.end:%Y-%m-%dT%H:%M:%SZ}" in parts(body)["docProps/core.xml"]


def test_a_workbook_that_is_too_large_for_memory_has_the_same_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    small = book(summaries.rich())
    monkeypatch.setattr(writer, "_SMALL", 0)
    assert parts(book(summaries.rich())) == parts(small)


@pytest.mark.parametrize("make", [summaries.rich, summaries.webinar])
def test_no_cell_is_a_formula_or_a_link(make: Callable[[], Summary]) -> None:
    for name, xml in parts(book(make())).items():
        if name.startswith("xl/worksheets"):
            assert "<f>" not in xml
            assert "<f " not in xml
            assert "<hyperlink" not in xml


def test_a_text_stays_the_text_that_it_is() -> None:
    body = written(HOSTILE)
    row = next(iter(load_workbook(io.BytesIO(body))["One"].iter_rows(min_row=2)))
    assert [cell.value for cell in row] == list(HOSTILE)
    assert {(cell.data_type, cell.number_format) for cell in row} == {("s", "@")}


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_any_text_is_read_back_and_breaks_nothing(texts: list[str]) -> None:
    body = written(texts)
    ours = read_sheets(body)["One"][1]
    theirs = [*cells(body, "One"), [None] * len(texts)][1]
    assert ours == theirs
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x1f]", "".join(text or "" for text in theirs))


def test_a_text_that_looks_like_markup_is_a_text() -> None:
    row = (
        "<r><t>x</t></r>",
        "</t></is></c><c><f>1</f></c>",
        "_x0041_",
        "a\N{RIGHT-TO-LEFT OVERRIDE}b\x07c",
        "Tom & Co",
    )
    assert cells(written(row), "One")[1] == [row[0], row[1], "_x0041_", "ab c", "Tom & Co"]


def test_a_long_text_is_cut_to_what_a_cell_takes() -> None:
    (cell,) = cells(written(["\N{GRINNING FACE}" * 40_000]), "One")[1]
    assert len(cell) == LONGEST
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767


def test_a_sheet_ends_where_a_spreadsheet_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_ROWS", 4)
    rows = cells(written(*([n] for n in range(9)), kind="count"), "One")
    assert rows == [["Head 0"], [0], [1], ["More rows are in the CSV files: this sheet is full."]]
    assert cells(written([0], [1], [2], kind="count"), "One") == [["Head 0"], [0], [1], [2]]


def test_times_are_dates_in_the_zone_and_figures_are_numbers() -> None:
    made = summaries.webinar()
    body = book(made)
    opened = load_workbook(io.BytesIO(body))["Summary"]
    values = {row[0].value: row[1] for row in opened.iter_rows()}
    local = made.session.start.astimezone(BERLIN.zone).replace(tzinfo=None)
    assert values["Start"].value == local
    assert values["Start"].is_date
    assert values["Attendees"].value == made.metrics["unique_attendees"].value
    assert values["Engagement rate"].number_format == "0.0%"
    assert values["Average stay"].number_format == "#,##0.0"
    first = load_workbook(io.BytesIO(body))["Timeline"].cell(2, 2)
    assert first.is_date


def test_what_is_not_known_says_why_and_is_never_zero() -> None:
    made = summaries.webinar()
    unknown = Metric(None, "people", "f.", "60002", "Kaltura refused the report.")
    made = replace(
        made,
        metrics={**made.metrics, "viewers_live": unknown},
        sections={**made.sections, "polls": {"unavailable": "the chat service was not configured"}},
    )
    made.sections["timeline"]["viewers"][3] = None  # type: ignore[index]
    body = book(made)
    assert dict(row[:2] for row in cells(body, "Summary"))["Live viewers"] == (
        "not known, because Kaltura refused the report"
    )
    assert cells(body, "Polls")[1][1] == "not known, because the chat service was not configured"
    assert column(body, "Timeline", "Live viewers")[3] == "not known"


@pytest.mark.parametrize(("people", "words"), [(315, "Kaltura lists no answers"), (0, "Nobody answered")])
def test_a_poll_without_answers_says_why(people: int, words: str) -> None:
    few = summaries.few()
    poll = {"question": "One word?", "type": "Open ended", "participants": people, "answers": []}
    made = replace(few, sections={**few.sections, "polls": {"rows": [poll]}})
    assert column(book(made), "Polls", "Answer") == [words]


def test_people_are_in_the_order_of_the_report_and_their_totals_are_those_of_the_summary() -> None:
    made = summaries.webinar()
    body, rows = book(made), made.sections["attendees"]["rows"]
    assert column(body, "Attendees", "User id") == [row["user_id"] for row in rows]
    stays = [row["minutes"] for row in rows if row["minutes"] is not None]
    written_ = [value for value in column(body, "Attendees", "Minutes in main room") if value is not None]
    assert fsum(written_) == pytest.approx(fsum(stays), abs=0.05)
    totals = dict(row[:2] for row in cells(body, "Summary"))
    reactions = [value for value in column(body, "Timeline", "Reactions") if isinstance(value, int)]
    assert sum(reactions) == made.sections["reactions"]["total"]
    assert len(column(body, "Attendees", "Name")) == made.sections["attendees"]["total"]
    assert totals["Average stay"] == pytest.approx(made.metrics["presence_average"].value, abs=0.0001)
    live = [row[4] for row in cells(body, "Countries")[1:] if row[0] == "Country"]
    assert sum(live) == sum(row["live_viewers"] for row in made.sections["countries"]["rows"])


def test_each_follow_up_list_is_a_column_with_the_reasons_of_its_people() -> None:
    assert cells(book(summaries.webinar()), "Follow-up") == [
        [
            "Name",
            "Email",
            "User id",
            "Asked a question",
            "There for ten minutes or less",
            "First time here (not known)",
        ],
        ["Ann", "ann@example.org", "a1", "opened 1 Q&A thread", "there for 9 of 62 minutes", None],
        ["Bea", "bea@example.org", "b2", None, "there for 4 of 62 minutes", None],
    ]


@pytest.mark.parametrize("tier", ["names", "totals"])
def test_a_lower_tier_has_nothing_that_it_may_not_see(tier: Tier) -> None:
    made = summaries.webinar()
    everything = " ".join(parts(book(made, tier)).values()).lower()
    rows = made.sections["attendees"]["rows"]
    hidden = {row[key] for row in rows for key in ("user_id", "email") if row[key] and row[key] != "Unknown"}
    hidden |= {member.email for segment in SEGMENTS for member in segment.members}
    if tier == "totals":
        hidden |= {row["name"] for row in rows if " " in row["name"]} | {made.host.name if made.host else "@"}
    assert [word for word in hidden if len(word) > 4 and word.lower() in everything] == []
    assert cells(book(made, tier), "Follow-up")[0] == ["List", "People", "Who that is"]


def test_figures_that_differ_from_the_summary_are_found() -> None:
    made = summaries.webinar()
    body = book(made, segments=())
    assert misprints(made, "report.xlsx", body) == []
    other = replace(made, metrics={**made.metrics, "guests": replace(made.metrics["guests"], value=1234)})
    assert [line for line in misprints(other, "report.xlsx", body) if "Guests" in line]
    unknown = Metric(None, "people", "f.", "60002", "Kaltura refused ann@example.org the report.")
    hidden = replace(made, metrics={**made.metrics, "viewers_live": unknown})
    assert misprints(hidden, "report-names.xlsx", book(hidden, "names")) == []
    assert misprints(hidden, "report.xlsx", body) != []
    with pytest.raises(BadRequest):
        misprints(made, "report.xlsx", b"no workbook")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").write_bytes(book(summaries.webinar()))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "report.xlsx")], check=True, capture_output=True
    )
    (table,) = tmp_path.glob("*.csv")
    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Name,Email,User id,Type")
    assert len(lines) - 1 == summaries.webinar().sections["attendees"]["total"]
