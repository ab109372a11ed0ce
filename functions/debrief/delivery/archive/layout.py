"""The archive's keys, as the contract promises them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from debrief.model import Tier

PREFIXES = ("rooms", "attendees", "breakouts", "summaries", "raw", "reports", "index")  # of all keys of a session
_SAFE = "-_"


def safe_id(text: str) -> str:
    """An id for a key: anything outside [A-Za-z0-9_-] percent-encoded."""
    return quote(text, safe=_SAFE, errors="surrogatepass").replace(".", "%2E").replace("~", "%7E")


def key(prefix: str, start: datetime, cue_point_id: str, name: str) -> str:
    """`prefix/date=…/session=…/name`; the date is the UTC date on which the session started."""
    return f"{prefix}/{folder(start, cue_point_id)}/{name}"


def folder(start: datetime, cue_point_id: str) -> str:
    """`date=…/session=…`: where a session's files are below each prefix."""
    return f"date={start.astimezone(UTC):%Y-%m-%d}/session={safe_id(cue_point_id)}"


def session_in(folder: str) -> str:
    """The session's id in such a folder."""
    return unquote(folder.partition("/session=")[2])


def report_key(start: datetime, cue_point_id: str, name: str) -> str:
    """Where a session's documents for people are."""
    return key("reports", start, cue_point_id, name)


def name_for(tier: Tier, name: str) -> str:
    """A document's name in a tier: `report.pdf`, `report-names.pdf`, `report-totals.pdf`."""
    stem, _, suffix = name.rpartition(".")
    return name if tier == "full" else f"{stem}-{tier}.{suffix}"
