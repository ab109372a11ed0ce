"""Probes: read-only requests that show whether a credential has the permissions that an export needs."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from debrief.errors import BadRequest, Forbidden, UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import NoSuchUser, NotShown
from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.reports.page_reports import PAGE_REQUESTS, PageReader
from debrief.kaltura.reports.reader import Filters, R, read_report
from debrief.kaltura.reports.room_reports import Report, cells_of
from debrief.kaltura.reports.window import Window
from debrief.model import NotKnown

_NO_ENTRY = "0_debrief0"  # an id that no entry has
_LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
_NO_USER = "debrief-doctor-asks-for-nobody"


def probe_session(kaltura: Kaltura) -> str:
    """Return the account number of the credential's KS. Raises BadCredentials."""
    info = kaltura.call("session", "get", {})
    return str(info.get("partnerId", "?")) if isinstance(info, dict) else "?"


def probe_report(kaltura: Kaltura, report: Report[R], since: datetime, until: datetime) -> str:
    """Request a report about an entry that does not exist. Raises Forbidden or ReportChanged."""
    filters: Filters = {report.room_filter: [_NO_ENTRY]}
    reading = read_report(kaltura, report, Window.around(since, until), filters)
    if findings := "; ".join(finding.message for finding in reading.findings):
        return findings
    # Some report definitions send no column names when there are no rows (Kaltura server, ReportService.php).
    if not any(cells_of(answer).header for answer in reading.answers):
        return "can be read; its columns could not be checked yet, because the report was empty"
    return "can be read and has the required columns"


def probe_rooms(kaltura: Kaltura) -> str:
    """Request an entry that does not exist. Raises Forbidden."""
    with suppress(UnknownSession):
        kaltura.call("baseEntry", "get", {"entryId": _NO_ENTRY})
    return "can be read"


def probe_users(kaltura: Kaltura) -> str:
    """Request a user that does not exist. Raises Forbidden."""
    try:
        kaltura.call("user", "get", {"userId": _NO_USER})
    except NotShown:
        return "cannot be read with a user's KS, so organizers get no email; give the app token the type ADMIN"
    except NoSuchUser:
        pass
    return "can be read"


def probe_cue_points(kaltura: Kaltura) -> str:
    """Request the sessions of an entry that does not exist. Raises Forbidden."""
    fields = {
        "filter[objectType]": "KalturaSessionCuePointFilter",
        "filter[cuePointTypeEqual]": "sessionCuePoint.Session",
        "filter[entryIdEqual]": _NO_ENTRY,
    }
    try:
        kaltura.call("cuepoint_cuepoint", "list", fields)
    except BadRequest:
        return "cannot be listed, so --session and --room need --since"
    return "can be listed"


def probe_schedule(kaltura: Kaltura) -> str:
    """Request the schedule of an entry that does not exist."""
    fields = {"filter[objectType]": "KalturaEntryScheduleEventFilter", "filter[templateEntryIdEqual]": _NO_ENTRY}
    return _try_list(
        kaltura,
        "schedule_scheduleEvent",
        fields,
        "webinars without attendees are found late, and schedulers get no email",
    )


def probe_events(kaltura: Kaltura) -> str:
    """Request virtual events that do not exist."""
    return _try_list(
        kaltura,
        "virtualEvent_virtualEvent",
        {"filter[idEqual]": "1"},
        "there are no event reports, and rules by event can only limit",
    )


def probe_captions(kaltura: Kaltura, *, are_read: bool) -> str:
    """Request the captions of an entry that does not exist, if reports have captions."""
    if not are_read:
        return "not read: DEBRIEF_CAPTIONS is no"
    fields = {"filter[objectType]": "KalturaCaptionAssetFilter", "filter[entryIdEqual]": _NO_ENTRY}
    return _try_list(kaltura, "caption_captionAsset", fields, "reports have no captions")


def _try_list(kaltura: Kaltura, service: str, fields: dict[str, str], consequence: str) -> str:
    try:
        kaltura.call(service, "list", fields)
    except (BadRequest, Forbidden):
        return f"cannot be listed, so {consequence}"
    return "can be listed"


def probe_page(kaltura: Kaltura) -> str:
    """Request a total of the Summary page for an entry that does not exist, and its polls if the chat is configured."""
    page = SummaryPageQuery((_NO_ENTRY,), (), (_NO_ENTRY,), *(_LONG_AGO,) * 3)
    reader = PageReader(kaltura, page)
    answer = reader.read(PAGE_REQUESTS[0])
    if isinstance(answer, NotKnown):
        return f"left out: {answer.reason}"
    if not kaltura.has_chat:
        return "can be read, without polls: KALTURA_CHAT_URL is not set"
    polls = reader.request(lambda: kaltura.chat("polls/analytics", {"contextId": _NO_ENTRY}), "polls")
    return f"can be read, without polls: {polls.reason}" if isinstance(polls, NotKnown) else "can be read, with polls"
