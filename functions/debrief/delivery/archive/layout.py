"""Build and read the archive's keys, whose format is public."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from debrief.model import Tier

PREFIXES = (
    "rooms",
    "attendees",
    "breakouts",
    "summaries",
    "polls",
    "timeline",
    "recordings",
    "countries",
    "devices",
    "follow_up",
    "registrants",
    "events",
    "raw",
    "reports",
    "index",
)  # all prefixes of a session's keys
_SAFE = "-_"
_OLD_LIST = re.compile(r"reports/[^/]+/[^/]+/follow-up-[a-z-]+\.csv")


def safe_id(text: str) -> str:
    """Return an id for a key, with everything outside [A-Za-z0-9_-] percent-encoded."""
    return quote(text, safe=_SAFE, errors="surrogatepass").replace(".", "%2E").replace("~", "%7E")


def key(prefix: str, start: datetime, cue_point_id: str, name: str) -> str:
    """Return `prefix/date=…/session=…/name`; the date is the UTC date of the session's start."""
    return f"{prefix}/{folder(start, cue_point_id)}/{name}"


def folder(start: datetime, cue_point_id: str) -> str:
    """Return `date=…/session=…`, the session's folder below each prefix."""
    return f"date={start.astimezone(UTC):%Y-%m-%d}/session={safe_id(cue_point_id)}"


def name_in(key: str) -> str:
    """Return a file's name below its session's folder: `report.pdf`, `follow-up/left-early.csv`.

    Version 1.0 wrote follow-up lists beside the report; for these the name of the present version is returned.
    """
    name = key.split("/", 3)[-1]
    return name.replace("-up-", "-up/", 1) if is_old_list(key) else name


def is_old_list(key: str) -> bool:
    """Return whether a key has the form of a follow-up list of version 1.0: `reports/…/follow-up-left-early.csv`."""
    return _OLD_LIST.fullmatch(key) is not None


def is_removed_if_left_out(key: str) -> bool:
    """Return whether a file must go if a later revision does not have it: a list of people, or what a recording says.

    Queries read whole folders, and people must not stay on a list that was taken back.
    """
    prefix, name = key.partition("/")[0], name_in(key)
    answers = prefix == "raw" and name.startswith(("registrations.json", "transcript.json"))
    return answers or prefix == "registrants" or name.startswith(("follow-up/", "registrants."))


def session_in(folder: str) -> str:
    return unquote(folder.partition("/session=")[2])


def report_key(start: datetime, cue_point_id: str, name: str) -> str:
    """Return the key of a document for readers, such as report.pdf, or of the manifest."""
    return key("reports", start, cue_point_id, name)


def series_key(entry_id: str) -> str:
    """Return the key of a room's page."""
    return f"reports/room={safe_id(entry_id)}/index.html"


def name_for(tier: Tier, name: str) -> str:
    """Return a document's name in a tier: `report.pdf`, `report-names.pdf`, `report-totals.pdf`."""
    stem, _, suffix = name.rpartition(".")
    return name if tier == "full" else f"{stem}-{tier}.{suffix}"
