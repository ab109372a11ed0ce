"""The timeline of an email, which needs no image."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from debrief.documents.mail.bars import HIGHEST, MOST_BARS, bars
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.presentation import Presentation
from debrief.documents.text.locale_formats import PLAIN, formats_of
from debrief.model import Part, Summary
from support import summaries

BERLIN = ZoneInfo("Europe/Berlin")
LETTER = Letter("reports@example.org", "ana@example.org", "You host this room.")


def course(viewers: Sequence[int | None], *, parts: tuple[Part, ...] = ()) -> Summary:
    few = summaries.few()
    blank = [0] * len(viewers)
    line = {
        "from": "2026-11-17T09:00:00Z",
        "step_seconds": 60,
        "viewers": viewers,
        "engagement": [None] * len(viewers),
        "reactions": {"clap": blank},
    }
    return replace(few, session=replace(few.session, parts=parts), sections={**few.sections, "timeline": line})


def html(summary: Summary) -> str:
    message = email.message_from_bytes(render_mail(summary, Presentation(BERLIN), LETTER), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@given(st.lists(st.integers(0, 50_000), min_size=1, max_size=700).filter(any))
def test_bars_are_few_and_the_highest_is_the_peak(viewers: list[int]) -> None:
    made = bars(course(viewers), BERLIN, PLAIN)
    assert made is not None
    assert len(made.bars) == min(len(viewers), MOST_BARS)
    heights = [bar.height for bar in made.bars]
    assert max(heights) == HIGHEST == heights[made.peak]
    assert [bar.is_peak for bar in made.bars].count(True) == 1
    assert any(bar.height for bar in made.bars if not bar.is_gap)


@pytest.mark.parametrize("length", [1, 2, 49, 50, 51, 62, 600, 2880])
def test_the_cells_of_every_row_add_up_and_the_picture_stays_small(length: int) -> None:
    viewers = [1 + (n * 37 % 400) for n in range(length)]
    with_picture, without = html(course(viewers)), html(summaries.few())
    assert len(with_picture.encode()) - len(without.encode()) < 12_000
    (table,) = lxml_html.document_fromstring(with_picture).xpath("//table[contains(@style, 'table-layout:fixed')]")
    label, picture = table.xpath("./tr | ./tbody/tr")
    assert sum(int(cell.get("colspan", 1)) for cell in label) == len(picture) == min(length, MOST_BARS)
    assert table.get("aria-hidden") == "true"


@pytest.mark.parametrize("peak", [0, 14, 30, 31, 61])
def test_the_peak_is_labelled_with_its_number_and_its_time(peak: int) -> None:
    viewers = [20] * 62
    viewers[peak] = 354
    made = bars(course(viewers), BERLIN, PLAIN)
    assert made is not None
    minute = f"{10 + peak // 60}:{peak % 60:02}"
    assert made.label == f"354 viewers at {minute}"
    assert (made.start, made.end) == ("10:00", "11:02")
    assert f"peak 354 at {minute}" in made.sentence
    assert made.starts_at_peak == (made.peak < MOST_BARS / 2)


def test_the_sentence_is_in_both_parts_and_in_the_recipients_formats() -> None:
    made = bars(course([5, 1500, 40]), ZoneInfo("America/New_York"), formats_of("en-US"))
    assert made is not None
    assert made.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "Live viewers from 4:00 AM to 4:03 AM EST: peak 1,500 at 4:01 AM; "
        "from 4:02 AM on, viewers were fewer than half of the peak."
    )
    raw = email.message_from_bytes(
        render_mail(course([3, 9]), Presentation(BERLIN), LETTER), policy=email.policy.default
    )
    assert isinstance(raw, EmailMessage)
    for kind in ("plain", "html"):
        part = raw.get_body((kind,))
        assert part is not None
        assert "Live viewers from 10:00 to 10:02 CET: peak 9 at 10:01." in part.get_content()


@pytest.mark.parametrize("viewers", [[], [0, 0]])
def test_without_viewers_there_is_no_picture_and_no_sentence(viewers: list[int]) -> None:
    assert bars(course(viewers), BERLIN, PLAIN) is None
    assert "Live viewers" not in html(course(viewers))


def test_a_timeline_that_could_not_be_had_leaves_nothing() -> None:
    few = summaries.few()
    missing = replace(few, sections={**few.sections, "timeline": {"unavailable": "Not now."}})
    assert bars(missing, BERLIN, PLAIN) is None
    assert "table-layout" not in html(missing)


def test_an_interruption_is_grey_and_said() -> None:
    start = summaries.SESSION.start
    parts = (
        Part("1_a", start, start + timedelta(minutes=26)),
        Part("1_b", start + timedelta(minutes=38), start + timedelta(minutes=50)),
    )
    joint = course([50] * 26 + [0] * 12 + [40] * 12, parts=parts)
    made = bars(joint, BERLIN, PLAIN)
    assert made is not None
    assert [place for place, bar in enumerate(made.bars) if bar.is_gap] == list(range(26, 38))
    assert "The grey stretch is the interruption." in html(joint)


def with_breakouts(summary: Summary, *spans: tuple[str, str]) -> Summary:
    rows = [{"start": f"2026-11-17T09:{start}:00Z", "end": f"2026-11-17T09:{end}:00Z"} for start, end in spans]
    return replace(summary, sections={**summary.sections, "breakouts": {"rows": rows}})


def test_breakouts_are_shaded_and_said_and_nobody_has_left_because_of_them() -> None:
    workshop = with_breakouts(course([12] * 10 + [1] * 20 + [11] * 10), ("10", "30"), ("12", "28"))
    made = bars(workshop, BERLIN, PLAIN)
    assert made is not None
    assert [place for place, bar in enumerate(made.bars) if bar.is_breakout] == list(range(10, 30))
    said = "The gap at 10:10\N{EN DASH}10:30 is due to breakouts: people in them may be missing from the live viewers."
    assert made.breakouts == said
    assert f"{said} That time is shaded." in html(workshop)
    assert "fewer than half" not in made.sentence


@pytest.mark.parametrize(
    ("viewers", "spans", "words"),
    [
        ([12] * 40, [("10", "30")], "Breakouts 10:10\N{EN DASH}10:30: people"),
        ([12] * 20 + [None] * 20, [("10", "30")], "Breakouts 10:10\N{EN DASH}10:30: people"),  # unknown is no gap
        ([12] * 8 + [1] * 4 + [12] * 28, [("08", "12"), ("20", "30")], "Breakouts 10:08\N{EN DASH}10:12 and 10:20"),
        (
            [12] * 8 + [1] * 12 + [12] * 4 + [1] * 16,
            [("08", "20"), ("24", "40")],
            "The gaps at 10:08\N{EN DASH}10:20 and",
        ),
    ],
)
def test_breakouts_are_a_gap_only_if_viewers_were_missing_in_each(
    viewers: list[int | None], spans: list[tuple[str, str]], words: str
) -> None:
    made = bars(with_breakouts(course(viewers), *spans), BERLIN, PLAIN)
    assert made is not None
    assert made.breakouts.startswith(words)


def test_minutes_without_figures_are_grey_and_named_and_are_no_loss_of_viewers() -> None:
    summary = course([12] * 20 + [None] * 20)
    made = bars(summary, BERLIN, PLAIN)
    assert made is not None
    assert [place for place, bar in enumerate(made.bars) if bar.is_unknown] == list(range(20, 40))
    assert "fewer than half" not in made.sentence
    words = "Kaltura gave no figures for 20 minutes: 10:20\N{EN DASH}10:40."
    assert made.unknown == words
    assert f"{words} This time is grey." in html(summary)
    whole = bars(course([12] * 40), BERLIN, PLAIN)
    assert whole is not None
    assert (whole.unknown, whole.has_unknown) == ("", False)


@pytest.mark.parametrize(
    ("viewers", "gone"),
    [
        ([12] * 8 + [0] * 32, None),  # in breakouts until the end
        ([12] * 8 + [0] * 22 + [1] * 10, "10:30"),  # who did not come back from them has left
        ([12] * 4 + [5] * 4 + [0] * 22 + [12] * 10, None),
    ],
)
def test_when_half_had_left_is_said_of_the_time_outside_of_breakouts(viewers: list[int], gone: str | None) -> None:
    end = "40" if gone is None and not any(viewers[-10:]) else "30"
    made = bars(with_breakouts(course(viewers), ("08", end)), BERLIN, PLAIN)
    assert made is not None
    assert (f"from {gone} on, viewers were fewer" in made.sentence) if gone else ("fewer" not in made.sentence)
