"""The admin's index of the archive as a test sees it, and sessions for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

from lxml import html as lxml_html

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.ledger.sqlite import SqliteLedger
from support.mailed import Mailed
from support.world import END

BOSS, VICE = "boss@example.com", "vice@example.com"
DAY = timedelta(days=1)
SESSION = "1_cue00001"
WIDE = "from=2026-10-01&to=2026-11-30"


@contextmanager
def ledger_of(mailed: Mailed) -> Iterator[SqliteLedger]:
    with closing(SqliteLedger(mailed.place.root / "archive" / ".debrief" / "ledger.sqlite3")) as ledger:
        yield ledger


def page(mailed: Mailed, query: str = "", who: str = "boss") -> lxml_html.HtmlElement:
    answer = mailed.get(f"/i/{{{who}}}?{query}")
    assert answer.status == 200
    return lxml_html.document_fromstring(answer.body.decode())


def items(found: lxml_html.HtmlElement) -> list[str]:
    """What each session's line says."""
    return [" ".join(one.text_content().split()) for one in found.xpath("//ul[@class='sessions']/li")]


def ids(found: lxml_html.HtmlElement) -> list[str]:
    return [str(one.text) for one in found.xpath("//span[@class='id']")]


def record(number: int, **changes: object) -> SessionRecord:
    """A session of the ledger that ended `number` hours before the small one."""
    end = END - timedelta(hours=number)
    made = SessionRecord(f"1_old{number:05}", "1_room0009", end - timedelta(minutes=30), end, "Old room", state="final")
    return replace(made, **changes)  # type: ignore[arg-type]


def save(mailed: Mailed, *records: SessionRecord) -> None:
    with ledger_of(mailed) as ledger:
        for one in records:
            ledger.save(one)
