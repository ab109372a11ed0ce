"""Create the files with all stored data about a person: tables, everything as JSON, and a first page to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from debrief.delivery.ledger.ledger import ADMIN, DIGEST
from debrief.delivery.ledger.suppressions import WANTED_AGAIN
from debrief.documents.data.csv_tables import excel_csv
from debrief.documents.templates import render, source
from debrief.documents.text.sanitize import clean
from debrief.pipeline.erasure.subject_access import COPY, PersonalData, Row
from debrief.registration import REGISTERED

_BY_EVENT = frozenset({"role", "industry"})  # columns that Kaltura fills only in answers about a virtual event
FIRST_PAGE = "start-here.html"
_ALL = "everything.json"
_LONGEST = 500  # the first page shows at most this many characters of an external text


class _Table(NamedTuple):
    """A table of the person's data."""

    name: str  # of the file
    meaning: str  # what the table contains
    part: str = ""  # what the person did in a session that has a row in the table
    minutes: str = ""  # the column with minutes


_TABLES = {
    "6001": _Table(
        "sessions-you-attended.csv", "sessions that you attended, with your minutes", "took part", "meeting_view_time"
    ),
    "6001-breakouts": _Table(
        "breakout-rooms-you-attended.csv",
        "breakout rooms (small groups) that you attended",
        "was in breakout rooms",
        "meeting_view_time",
    ),
    "60010-getTable": _Table("profile-and-activity.csv", "your profile, and what you did in each session"),
    "60011-getTable": _Table("minute-by-minute.csv", "whether you were present in each minute of a session"),
    "6000": _Table("sessions-you-hosted.csv", "sessions that you hosted", "hosted it"),
    "6002": _Table("breakout-rooms-you-opened.csv", "breakout rooms that you opened", "opened breakout rooms"),
    "context": _Table("sessions-you-organized.csv", "sessions that you helped to organize", "helped to organize it"),
    "registrations": _Table("registrations.csv", "your registrations, with your answers"),
    "mails": _Table("emails-to-you.csv", "emails to you"),
    "marks": _Table("links-and-choices.csv", "links that you opened, your choices, and problems with emails to you"),
}
FILE_NAMES = (*(table.name for table in _TABLES.values()), _ALL, FIRST_PAGE)
_STATUS: Mapping[str, str] = {
    "pending": "Waiting",
    "claimed": "Waiting",
    "sending": "Perhaps sent",
    "sent": "Sent",
    "stopped": "Not sent",
    "refused": "Not delivered",
    "unknown": "Perhaps sent",
}
_REPORTED = "The recipient reported"  # how the reason begins if the recipient reported an email as spam
_SEE_FILES, _NOTHING_LEFT = "see the files below", "its files were deleted"
_MERGED, _EVENT = "joint-", "event-"


def person_files(data: PersonalData, contact: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files by name. The first page comes last, because it shows that the folder is complete."""
    tables = _rows_of(data)
    for kind, rows in tables.items():
        if rows:
            header = list(dict.fromkeys(column for row in rows for column in row))
            body = excel_csv([header, *([row.get(column, "") for column in header] for row in rows)])
            yield _TABLES[kind].name, body
    yield _ALL, json.dumps(asdict(data), ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
    yield FIRST_PAGE, _first_page(data, tables, contact).encode("utf-8", "replace")


def _rows_of(data: PersonalData) -> dict[str, Sequence[Row]]:
    profiles = {"60010-getTable": _profiles(data.rows["60010-getTable"])}
    return {**data.rows, **profiles, "mails": data.mails, "marks": data.marks}


def _profiles(rows: Iterable[Row]) -> list[Row]:
    """Merge rows about the same activity: Kaltura answers once with the virtual event and once without.

    In place of an unknown role or industry Kaltura writes the user id, which is left out.
    """
    found: dict[tuple[tuple[str, str], ...], Row] = {}
    for row in rows:
        known = {column: row[column] for column in _BY_EVENT if row.get(column, "") not in {"", row.get("user_id")}}
        key = tuple((column, value) for column, value in row.items() if column not in _BY_EVENT)
        merged = found.get(key, {**row, **dict.fromkeys(_BY_EVENT.intersection(row), "")})
        found[key] = {**merged, **known}
    return list(found.values())


def _first_page(data: PersonalData, tables: Mapping[str, Sequence[Row]], contact: str) -> str:
    registrations = data.rows["registrations"]
    files = [
        {"name": table.name, "meaning": _sentence(table.meaning), "rows": _rows(kind, rows)}
        for kind, table in _TABLES.items()
        if (rows := tables[kind])
    ]
    return render(
        "person/overview.html.j2",
        language="en",
        style=source("portal/portal.css") + source("person/person.css"),
        contact=contact,
        known_as=[shown for text in data.known_as if (shown := clean(text, _LONGEST))],
        is_erased=data.is_erased,
        lists=[clean(key, _LONGEST) for key in dict.fromkeys(row["list"] for row in registrations if "list" in row)],
        is_listed=any("list" in row or row.get("from") in {"file", "both"} for row in registrations),
        has_copies=any("session" in row for row in registrations),
        is_incomplete=bool(data.unreadable),
        sessions=[_session(data, id_) for id_ in _sessions_by_date(data)],
        mails=[_mail(data, mail) for mail in data.mails],
        events=[_event(data, mark) for mark in data.marks],
        files=[*files, {"name": _ALL, "meaning": "All of this in one file, for programs.", "rows": ""}],
        missing=[table.meaning for kind, table in _TABLES.items() if not tables[kind]],
    )


def _sessions_by_date(data: PersonalData) -> list[str]:
    """Return the ids by date, without merged sessions, whose parts are listed instead."""
    ids = (id_ for id_ in data.sessions if not id_.startswith(_MERGED))
    return sorted(ids, key=lambda id_: (data.dates[id_], id_))


def _session(data: PersonalData, id_: str) -> dict[str, str]:
    parts = [
        f"{table.part}{_minutes(rows, table.minutes)}"
        for kind, table in _TABLES.items()
        if table.part and (rows := [row for row in data.rows[kind] if row["session"] == id_])
    ]
    registrations = [row for row in data.rows["registrations"] if row.get("session") == id_]
    if registrations:
        parts.append(_registration(registrations[0], is_only=not parts))
    has_rows = any(row.get("session") == id_ for rows in data.rows.values() for row in rows)
    rest = "you are named in its report" if id_.startswith(_EVENT) else _SEE_FILES if has_rows else _NOTHING_LEFT
    return {"date": data.dates[id_], "title": _title(data, id_), "part": _sentence(", ".join(parts) or rest)}


def _registration(row: Row, *, is_only: bool) -> str:
    """Return what a registrant did about a session."""
    status, scope = row.get("status", REGISTERED), row.get("registered_for", "session")
    what = "registered" if status == REGISTERED else f"on the list of registrations ({clean(status, _LONGEST)})"
    whole = "" if scope == "session" else f" for the {scope}"
    return f"{what}{whole}{'; not seen in the session' if is_only else ''}"


def _rows(kind: str, rows: Sequence[Row]) -> str:
    """Return the number of rows. A report's copy of a registration is no second registration."""
    copies = sum(row.get("source") == COPY for row in rows) if kind == "registrations" else 0
    own = len(rows) - copies
    counts = [f"{own} row{'s' * (own != 1)}"] if own or not copies else []
    counts += [f"{copies} {'copy' if copies == 1 else 'copies'} in reports"] if copies else []
    return ", ".join(counts) + "."


def _minutes(rows: Iterable[Row], column: str) -> str:
    """Return the sum, such as ` (52 minutes)`; blank if a row has no number in the column."""
    try:
        total = round(sum(float(row[column]) for row in rows))
    except (KeyError, ValueError, OverflowError):
        return ""
    return f" ({total} minute{'s' * (total != 1)})"


def _mail(data: PersonalData, mail: Row) -> dict[str, str]:
    is_reported = mail["state"] == "refused" and mail.get("reason", "").startswith(_REPORTED)
    status = "You reported it as spam" if is_reported else _STATUS[mail["state"]]
    title = _title(data, mail["cue_point_id"])
    return {"date": mail["at"][:10], "title": title, "status": status, "why": clean(mail["why"], _LONGEST)}


def _event(data: PersonalData, mark: Row) -> dict[str, str]:
    return {"date": mark["at"][:10], "what": clean(_what_happened(data, mark), _LONGEST)}


def _what_happened(data: PersonalData, mark: Row) -> str:
    """Return what a note of the ledger says, in words for the person; see Note for its subject and detail."""
    parts = mark["subject"].split("/")
    title = _title(data, parts[0])
    match mark["kind"]:
        case "opened" if parts[3:] == ["index"]:
            what = "You opened the list of sessions"
        case "opened" if parts[3:] == ["page"]:
            what = f"You opened the report of {title}"
        case "opened":
            what = f"You opened a file ({'/'.join(parts[3:])}) of {title}"
        case "unsubscribed":
            emails = "emails about one room" if len(parts) > 1 else "emails"
            is_cancelled = mark["detail"] == WANTED_AGAIN
            what = f"You chose to get {emails} again" if is_cancelled else f"You unsubscribed from {emails}"
        case "suppressed":
            what = "No more emails are sent to your address"
        case "digest" | "listed":
            what = _about_digest(data, mark)
        case "revoked":
            what = "Links that were sent to you before this time ended"
        case "asked":
            what = f"An email to you waited, and sending it was tried again: {title}"
        case "trouble":
            what = f"{_trouble(mark['detail'])}: {title}"
        case other:
            what = other
    return what


def _about_digest(data: PersonalData, mark: Row) -> str:
    if mark["kind"] == "listed":
        return f"A digest for you has {_title(data, mark['subject'].split('/', 2)[-1])}"
    often = {"weekly": "one email a week", "monthly": "one email a month"}.get(mark["detail"])
    return f"You chose {often or 'an email about each session'}"


def _trouble(detail: str) -> str:
    status, _, reason = detail.partition(": ")  # as in suppressions.record_trouble
    if status.endswith(" unknown"):
        return "It is not known whether an email to you was sent"
    if reason.startswith(_REPORTED):
        return "You reported an email as spam"
    return "An email to you was not delivered"


def _title(data: PersonalData, id_: str) -> str:
    if id_ == ADMIN:
        return "A message for admins"
    if id_ == DIGEST:
        return "A digest of several sessions"
    return clean(data.titles.get(id_, "") or id_, _LONGEST)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
