"""Lists of registrations as Excel workbooks: of other programs, damaged ones, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from debrief.errors import BadRequest
from debrief.pipeline.session import xlsx_package, xlsx_rows
from debrief.pipeline.session.registration_files import read_list
from debrief.pipeline.session.registration_tables import hidden_texts, tables_in, with_tables
from debrief.registration import Registrant

NOW = datetime.fromisoformat("2026-11-12T09:30:00")
SHARED = '<c t="s"><v>1</v></c>'
ROWS = [["Email", "Name", "Company"], ["ann@example.org", "Ann Ames", "Acme"], ["bea@example.org", "Bea Bell", None]]
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(*sheets: Sequence[Sequence[Any]], **states: str) -> bytes:
    """A workbook as openpyxl writes it, with a sheet for each list of rows; `states` by sheet name, such as Sheet2."""
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = made.create_sheet(f"Sheet{number}")
        sheet.sheet_state = states.get(sheet.title, "visible")
        for row in rows:
            sheet.append(row)
    return saved(made)


def with_shared_texts(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook as XlsxWriter and Excel write it: each different text once, and cells that refer to it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def written(
    sheet: str, parts: Mapping[str, str | bytes] | None = None, compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A workbook of these parts; `sheet` is the XML within the sheet's data."""
    usual: dict[str, str | bytes] = {
        "_rels/.rels": f'<R><Relationship Id="a" Type="{TYPES}/officeDocument" Target="xl/workbook.xml"/></R>',
        "xl/workbook.xml": f'<x:workbook xmlns:x="{MAIN}"><x:sheet name="A" sheetId="1" r:id="b"/></x:workbook>',
        "xl/_rels/workbook.xml.rels": f'<R><Relationship Id="b" Type="{TYPES}/worksheet" Target="/xl/one.xml"/>'
        f'<Relationship Id="c" Type="{TYPES}/sharedStrings" Target="texts.xml"/></R>',
        "xl/texts.xml": "<sst><si><t>Email</t></si></sst>",
        "xl/one.xml": f"<worksheet><sheetData>{sheet}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, part in {**usual, **(parts or {})}.items():
            file.writestr(name, part)
    return out.getvalue()


def cell(text: str, kind: str = "inlineStr") -> str:
    return f'<c t="{kind}"><is><t>{text}</t></is></c>'


def rows_of(body: bytes) -> list[list[list[str]]]:
    return [list(table.rows) for table in tables_in(body)]


def only(body: bytes, **columns: str) -> Registrant:
    (person,) = read_list(body, columns)
    return person


def test_a_workbook_is_read_as_a_csv_file_is() -> None:
    csv = "\n".join(",".join(cell or "" for cell in row) for row in ROWS).encode()
    assert read_list(book(ROWS), {}) == read_list(with_shared_texts(ROWS), {}) == read_list(csv, {})


def test_numbers_dates_and_truth_are_texts_as_excel_shows_them() -> None:
    days = [NOW, date(2026, 11, 12), time(9, 30)]
    values = [1001, 0.5, 1e20, -3.0, True, *days]
    answers = only(book([["User id", *(str(place) for place in range(7))], values])).answers
    assert only(book([["User id"], [1001.0]])).user_id == "1001"
    assert list(answers.values()) == ["0.5", "1e+20", "-3", "TRUE", "2026-11-12 09:30", "2026-11-12", "09:30:00"]


def test_dates_are_found_by_their_format_and_counted_from_1904_if_the_workbook_says_so() -> None:
    made = Workbook()
    made.active.append(["Email", *"abcde"])
    made.active.append(["ann@example.org", *[46338] * 5])
    formats = ("dd.mm.yyyy", '0.0 "days"', "[$-407]d. mmmm yyyy", "[Red]0", "[h]:mm")
    for place, form in enumerate(formats, start=2):
        made.active.cell(2, place).number_format = form
    day = "2026-11-12"
    assert list(only(saved(made)).answers.values()) == [day, "46338", day, "46338", day]
    made.epoch = CALENDAR_MAC_1904
    assert only(saved(made)).answers["a"] == "2030-11-13"


def test_a_number_in_the_column_of_addresses_is_no_address() -> None:
    assert [one.own_id for one in read_list(book([["Email"], [42], ["ann@example.org"]]), {})] == [
        "",
        "ann@example.org",
    ]


def test_the_first_visible_sheet_with_addresses_is_the_list() -> None:
    notes, other = [["Notes"], ["Ask Zoe"]], [["Email"], ["zoe@example.org"]]
    people = read_list(book(other, notes, ROWS, other, Sheet1="hidden"), {})
    assert [one.email for one in people] == ["ann@example.org", "bea@example.org"]
    with pytest.raises(BadRequest, match="no column of email addresses or user ids"):
        read_list(book(notes, other, Sheet2="veryHidden"), {})


def test_a_merged_title_above_the_header_is_no_registrant() -> None:
    made = Workbook()
    for row in (["Registrations of the autumn briefing"], [], ["As of", "1 November"], *ROWS):
        made.active.append(row)
    made.active.merge_cells("A1:C1")
    assert read_list(saved(made), {}) == read_list(book(ROWS), {})


def test_of_merged_cells_only_the_first_has_a_value() -> None:
    made = Workbook()
    for row in (["Email", "Company"], ["a@example.org", "Acme"], ["b@example.org", None]):
        made.active.append(row)
    made.active.merge_cells("B2:B3")
    assert [one.company for one in read_list(saved(made), {})] == ["Acme", ""]


def test_a_formula_is_read_by_its_stored_value_and_never_computed() -> None:
    head = f"<row>{cell('Email')}</row>"
    stored = '<row><c t="str"><f>LOWER("A")</f><v>ann@example.org</v></c></row>'
    assert only(written(head + stored)).email == "ann@example.org"
    with pytest.raises(BadRequest, match="a formula without a stored value"):
        read_list(book([["Email"], ['=HYPERLINK("mailto:ann@example.org")']]), {})


def test_texts_in_several_fonts_with_readings_and_escapes_are_whole() -> None:
    rich = CellRichText("ann@", TextBlock(InlineFont(b=True), "example.org"))
    made = Workbook()
    made.active.append(["Email"])
    made.active["A2"] = rich
    assert only(saved(made)).email == "ann@example.org"
    texts = "<sst><si><t>Email</t></si><si><t>東京_x0041__xD800_</t><rPh><t>トウキョウ</t></rPh></si></sst>"
    sheet = f'<row><c t="s"><v>0</v></c>{cell("Name")}</row><row>{cell("a@b.org")}<c t="s"><v>1</v></c></row>'
    assert only(written(sheet, {"xl/texts.xml": texts})).name == "東京A"


@pytest.mark.parametrize(
    "sheet",
    [
        '<row><c r="A1" t="s"><v>7</v></c></row>',
        '<row><c r="A1" t="s"><v>-1</v></c></row>',
        '<row><c r="1" t="inlineStr"><is><t>Email</t></is></c></row>',
        f'<row>{cell("Email")}</row><row><c r="ZZZ1"><v>1</v></c></row>',
        f'<row>{cell("Email")}</row><row><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        "<row><c><v>1</v></row>",
        f"<row>{'<d>' * 1000}",
        f'<row {"x" * 5_000_000}="1"/>',
    ],
)
def test_damaged_sheets_cannot_be_read(sheet: str) -> None:
    with pytest.raises(BadRequest):
        read_list(written(sheet), {})


def test_xml_that_defines_entities_is_refused() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "Email"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    sheet = f"{entities}<worksheet><sheetData><row>{cell('&a;')}</row></sheetData></worksheet>"
    with pytest.raises(BadRequest, match="no Excel workbook"):
        read_list(written("", {"xl/one.xml": sheet}), {})


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [("_MOST_BYTES", 10_000, "when it is unpacked"), ("_MOST_PARTS", 4, "more than 4 parts")],
)
def test_a_zip_bomb_is_not_unpacked(limit: str, value: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_package, limit, value)
    body = written(f"<row>{cell('Email')}</row>{' ' * 1_000_000}")
    assert len(body) < 10_000
    with pytest.raises(BadRequest, match=words):
        read_list(body, {})


@pytest.mark.parametrize(
    ("limit", "value"),
    [("_MOST_ROWS", 20), ("_MOST_TEXTS", 20), ("_MOST_CELLS", 100), ("_MOST_COLUMNS", 3), ("_MOST_CHARACTERS", 500)],
)
def test_a_huge_sheet_is_not_read_to_its_end(limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ([f"{number}@example.org", "x", "y", "z"] for number in range(50))
    body = with_shared_texts([["Email", "A", "B", "C"], *rows])
    assert len(read_list(body, {})) == 50
    monkeypatch.setattr(xlsx_rows, limit, value)
    with pytest.raises(BadRequest, match="it has more than"):
        read_list(body, {})


def test_one_long_shared_text_counts_in_every_cell_that_shows_it() -> None:
    texts = f"<sst><si><t>Email</t></si><si><t>{'x' * 100_000}</t></si></sst>"
    row = f"<row>{cell('a@example.org')}{SHARED * 900}</row>"
    with pytest.raises(BadRequest, match="more than 50,000,000 characters in its cells"):
        read_list(written(f"<row>{cell('Email')}</row>{row}", {"xl/texts.xml": texts}), {})


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_in_a_form_that_excel_does_not_know_is_refused(compression: int) -> None:
    with pytest.raises(BadRequest, match="no Excel workbook"):
        read_list(written(f"<row>{cell('Email')}</row>", compression=compression), {})


def test_old_and_encrypted_files_are_named_as_such() -> None:
    with pytest.raises(BadRequest, match=r"save it as [.]xlsx without a password"):
        read_list(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, {})


@pytest.mark.parametrize("body", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500])
def test_bytes_that_only_begin_like_a_workbook_are_refused(body: bytes) -> None:
    with pytest.raises(BadRequest, match="no Excel workbook"):
        read_list(body, {})


def test_another_zip_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("hello.txt", "Email")
    with pytest.raises(BadRequest, match="no Excel workbook"):
        read_list(out.getvalue(), {})


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=20))
def test_a_workbook_with_any_other_bytes_in_it_makes_people_or_a_reason(place: int, piece: bytes) -> None:
    body = book(ROWS)
    place %= len(body)
    with suppress(BadRequest):
        read_list(body[:place] + piece + body[place + len(piece) :], {})


@given(st.text(max_size=200), st.sampled_from(["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"]))
def test_a_workbook_with_any_text_in_a_part_makes_people_or_a_reason(text: str, part: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(ROWS))) as made, zipfile.ZipFile(out, "w") as file:
        for name in made.namelist():
            body = made.read(name)
            middle = len(body) // 2
            file.writestr(name, body[:middle] + text.encode() + body[middle:] if name == part else body)
    with suppress(BadRequest):
        read_list(out.getvalue(), {})


CELLS = st.none() | st.text(st.characters(exclude_categories=["C"]), max_size=9) | st.integers(-(10**9), 10**9)


@given(st.lists(st.lists(st.lists(CELLS, max_size=4), max_size=4), min_size=1, max_size=3))
def test_every_cell_is_read_as_openpyxl_reads_it(sheets: list[list[list[Any]]]) -> None:
    body = book(*sheets)
    expected = []
    for sheet in load_workbook(io.BytesIO(body), data_only=False).worksheets:
        if any(one.data_type == "f" for row in sheet.iter_rows() for one in row):
            return
        texts = [
            ["" if value is None else str(value).strip() for value in row] for row in sheet.iter_rows(values_only=True)
        ]
        expected.append([row[: max(place for place, text in enumerate(row) if text) + 1] for row in texts if any(row)])
    assert rows_of(body) == expected


def test_a_workbook_that_is_written_anew_has_the_texts_and_nothing_else() -> None:
    made = load_workbook(io.BytesIO(book(ROWS, [["=1+1", "_x0041_"], ["x"]])))
    made.active["A2"].comment = Comment("Ask zoe@example.org", "Zoe Zorn")
    made.active["C3"] = NOW
    made.worksheets[1]["A1"] = "'=1+1"
    made.properties.creator = "Zoe Zorn"
    body = saved(made)
    assert "Zoe Zorn" in "".join(hidden_texts(body))
    after = with_tables(body, rows_of(body))
    assert rows_of(after) == rows_of(body)
    assert "Zoe" not in "".join(hidden_texts(after))
    assert with_tables(after, rows_of(after)) == after
