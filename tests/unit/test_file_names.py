"""The names under which people save what they get."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from email.message import Message
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from debrief.util.file_names import ascii_name, attachment, saved_name

BERLIN = ZoneInfo("Europe/Berlin")
LATE = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
HOSTILE = st.one_of(
    st.text(max_size=400),
    st.sampled_from(
        [
            "CON",
            "nul",
            "COM1.txt",
            "../../etc/passwd",
            'a"b',
            "a\r\nSet-Cookie: x",
            "\u202egpj.exe",
            "x" * 300,
            "\U00020000" * 300,
        ]
    ),
)


@pytest.mark.parametrize(
    ("title", "name", "in_ascii"),
    [
        ("What's new this autumn?", "Whats-new-this-autumn", None),
        ("What\N{RIGHT SINGLE QUOTATION MARK}s new: Q&A / demo", "Whats-new-Q-A-demo", None),
        ("Réunion d'équipe", "Réunion-déquipe", "Reunion-dequipe"),
        ("Łódź, Straße", "Łódź-Straße", "Lodz-Strasse"),
        ("全社会議 Q3", "全社会議-Q3", "Q3"),
        ("全社会議", "全社会議", "session"),
        ("اجتماع", "اجتماع", "session"),
        ("\N{PARTY POPPER}", "session", None),
        ("", "session", None),
        ("CON", "CON", None),
        ("word " * 60, "word-" * 11 + "word", None),
        ("x" * 300, "x" * 60, None),
    ],
)
def test_a_name_says_which_session_which_day_and_what_it_is(title: str, name: str, in_ascii: str | None) -> None:
    saved = saved_name(title, LATE, BERLIN, "report.pdf")
    assert saved == f"{name}_2026-11-18_report.pdf"
    assert ascii_name(saved) == f"{in_ascii or name}_2026-11-18_report.pdf"


def test_a_list_in_a_folder_has_the_folder_in_its_name() -> None:
    name = saved_name("Weekly", LATE, BERLIN, "follow-up/left-early.csv")
    assert name == "Weekly_2026-11-18_follow-up-left-early.csv"


@given(HOSTILE)
@example("CON")
@example("../..")
def test_no_title_makes_a_name_that_a_system_refuses_or_misreads(title: str) -> None:
    for name in (saved := saved_name(title, LATE, BERLIN, "report.pdf"), ascii_name(saved)):
        head, day, what = name.split("_")
        assert (day, what) == ("2026-11-18", "report.pdf")
        assert head
        assert len(name.encode()) <= 255
        assert all(unicodedata.category(char)[0] in "LMN" or char == "-" for char in head)
        assert not head.startswith("-")
    assert ascii_name(saved).isascii()


@given(HOSTILE)
@example("")
@example("全社会議.pdf")
def test_no_name_breaks_the_header(name: str) -> None:
    header = attachment(name, instead="report")
    assert header.isascii()
    found = re.fullmatch(
        r"""attachment; filename="([A-Za-z0-9._-]+)"(?:; filename\*=UTF-8''([A-Za-z0-9._%~-]+))?""", header
    )
    assert found
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    whole = unquote(found[2] or found[1])
    assert not re.search(r"[\x00-\x20\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]", whole)
    assert not whole.startswith(".")
