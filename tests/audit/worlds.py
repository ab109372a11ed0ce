"""Small sessions and events of every kind, drawn in every tier for the checks of accessibility; each is a world.

`audit.samples` writes each to DIR/worlds/NAME: the PDFs and their HTML twins, named like the files of an archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from debrief.documents.access_tiers import for_tier
from debrief.documents.event.html import render_event_html
from debrief.documents.event.pdf import EventPdf
from debrief.documents.html.report import render_html
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.model import Part, Summary, Tier
from debrief.util.colors import legible
from support import event_samples, summaries

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
LOGO = Path(__file__).parents[2] / "docs" / "mail.png"
EMOJI = ("Zoë 🎉 O'Brien", "👩‍🚀 Ada", "🇪🇺 Team", "❤️ Kim", "→ next", "№ 5 ½ ﬁne")


def _titled(summary: Summary, title: str) -> Summary:
    return replace(summary, session=replace(summary.session, entry_name=title))


def _named(names: Sequence[str], title: str) -> Summary:
    """A session whose attendees have these names."""
    rows = [summaries.attendee(number, names[number % len(names)], company=title) for number in range(2 * len(names))]
    return summaries.summary(rows, session=replace(summaries.SESSION, entry_name=title))


def _interrupted() -> Summary:
    whole = summaries.SESSION
    middle = whole.start + timedelta(minutes=30)
    parts = (
        Part("1_cue00001", whole.start, middle),
        Part("1_cue00002", middle + timedelta(minutes=9), whole.end),
    )
    return summaries.webinar(30, session=replace(whole, cue_point_id="joint-1_cue00001", parts=parts))


def _in(first: str, last: str) -> list[str]:
    """The sample names with a letter between these two."""
    return [name for name in summaries.NAMES if any(first <= char <= last for char in name)]


WORLDS: Mapping[str, Callable[[], Summary]] = {
    "webinar": lambda: summaries.webinar(30),
    "provisional": lambda: summaries.rich(20),
    "hostile-names": lambda: _named(summaries.HOSTILE, "<b>Quarterly</b> {{ 7 * 7 }} \u202egnp"),
    "every-script": lambda: _named(summaries.NAMES, "Kundenforum Frühjahr"),
    "hebrew": lambda: _named(_in("\u0590", "\u05ff"), "מפגש לקוחות: סיכום הרבעון"),
    "arabic": lambda: _named(_in("\u0600", "\u06ff"), "لقاء العملاء: ملخص الربع (Q3)"),
    "cjk": lambda: _named(_in("\u3040", "\u9fff"), "製品デモ: 新しい同期モデル"),
    "hangul-thai-devanagari": lambda: _named(_in("\u0900", "\u0e7f") + _in("\uac00", "\ud7a3"), "제품 데모 / สาธิต"),
    "greek-cyrillic": lambda: _named(_in("\u0370", "\u04ff"), "Παρουσίαση / Презентация"),
    "emoji": lambda: _named(EMOJI, "Launch 🎉 → what's next"),
    "one-person": lambda: summaries.few(1),
    "three-people": summaries.few,
    "nobody": summaries.nobody,
    "interrupted": _interrupted,
    "workshop": lambda: summaries.crowd(25),
    "nine-hours": lambda: summaries.marathon(20),
    "long-title": lambda: _titled(summaries.few(), "A title that goes on and on " * 9),
    "letter-logo-accent": lambda: _titled(summaries.webinar(20), "Letter paper, a logo, a pale accent"),
    "event": event_samples.sample,
    "event-nobody": event_samples.nobody,
    "event-of-fourteen": lambda: event_samples.sample(14, 12, hours=2),
    "event-right-to-left": lambda: _titled(event_samples.sample(2, 20), "כנס לקוחות 2026, يوم العملاء"),
}


def worlds(out: Path) -> Iterator[Path]:
    """Write all worlds; yield the folder of each."""
    for name, make in WORLDS.items():
        folder = out / "worlds" / name
        folder.mkdir(parents=True)
        for tier in get_args(Tier):
            _write(folder, for_tier(make(), tier), "" if tier == "full" else f"-{tier}", _look(name))
        yield folder


def _look(name: str) -> Presentation:
    if not name.startswith("letter"):
        return LOOK
    return replace(LOOK, paper="letter", accent=legible("#ffb300"), logo=LOGO.read_bytes())


def _write(folder: Path, summary: Summary, tier: str, look: Presentation) -> None:
    is_event = folder.name.startswith("event")
    pdf = (EventPdf if is_event else PdfReport)(summary, look)
    (folder / f"report{tier}.pdf").write_bytes(pdf.brief())
    (folder / f"report-full{tier}.pdf").write_bytes(pdf.full())
    (folder / f"report{tier}.html").write_bytes((render_event_html if is_event else render_html)(summary, look))
