"""Read the reports behind the Summary page. Each request has one line in `PAGE_REQUESTS`.

A report that cannot be read does not fail the export; summary.json gives the reason. When Kaltura stops answering, the
remaining reports are not requested, and the export is repeated soon.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from debrief.errors import BadCredentials, DebriefError, Forbidden, RetryLater
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import QueryTooWide, ServerFailed
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.responses import Reply, is_error
from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.reports.page_tables import (
    DELIMITER,
    compact_rows,
    delimiter_for,
    graph_points,
    row_count,
    table_rows,
    total_row,
)
from debrief.model import NO_RECORDING, NOT_COUNTED, PROFILE_COLUMNS, Finding, NotKnown, RawAnswer
from debrief.util.columns import Cells, ColumnTable

log = logging.getLogger(__name__)

Action: TypeAlias = Literal["getTable", "getTotal", "getGraphs"]
Ids: TypeAlias = Literal["live", "vod", "all"]

MOST_ROWS = 12_000  # per table; Kaltura server, kKavaReportsMgr.php, MAX_RESULT_SIZE
HEATMAPS_AT_ONCE = 25
_COUNT_ERROR = 0.05
_NOTHING: Mapping[str, str] = MappingProxyType({})
_TOO_LONG = NotKnown(f"Kaltura gives at most {MOST_ROWS:,} minutes, and the session was longer.")
_NOT_REQUESTED = NotKnown("The report was not requested, because Kaltura had stopped answering.")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a report of the page. `by` says what the ids in its filter are: entries or chat contexts."""

    report: int
    action: Action
    ids: Ids
    order: str = ""
    max_rows: int = MOST_ROWS
    by: Literal["entry", "context"] = "entry"
    until_now: bool = False  # ends at `page.until`, to include later viewers of the recording
    lists: str = ""  # what the table lists, in words

    @property
    def name(self) -> str:
        """Return the report's name in the archive and in the metrics."""
        return f"{self.report}-{self.action}"


_BY_VIEWERS = "-unique_combined_live_viewers"
TIMELINE = PageRequest(60004, "getTable", "live", order="-date_id", lists="minutes")
PAGE_ATTENDEES = PageRequest(60010, "getTable", "live", order="-live_view_time", lists="attendees")
RECORDING_VIEWERS = PageRequest(60012, "getTable", "vod", until_now=True, lists="viewers of the recording")
# Only these columns of the table are kept, because all columns would take twice the memory.
_PAGE_ATTENDEE_COLUMNS = {"user_id", "user_name", "email", *PROFILE_COLUMNS}
PAGE_REQUESTS = (
    PageRequest(60002, "getTotal", "all", until_now=True),
    PageRequest(60001, "getTotal", "all", until_now=True),
    PageRequest(60003, "getTotal", "live"),
    PageRequest(70001, "getTotal", "live", by="context"),
    TIMELINE,
    PAGE_ATTENDEES,
    PageRequest(60012, "getTotal", "vod", until_now=True),
    PageRequest(60012, "getGraphs", "vod", until_now=True),
    RECORDING_VIEWERS,
    PageRequest(60005, "getTable", "vod", order="-count_plays", until_now=True, lists="recordings"),
    PageRequest(60007, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="countries"),
    PageRequest(60008, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="regions"),
    PageRequest(60009, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="cities"),
    PageRequest(60006, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="kinds of device"),
)


@dataclass
class PageReader:
    """Reads the reports of one page and collects the answers, until Kaltura stops answering."""

    kaltura: Kaltura
    page: SummaryPageQuery
    stopped: bool = False

    def __post_init__(self) -> None:
        self.raw: list[RawAnswer] = []
        self.findings: list[Finding] = []
        self.heatmap_users: list[str] = []  # user ids in the order of the answers

    def read(self, request: PageRequest, **more: str) -> Sequence[Cells] | NotKnown:
        """Return the rows of a report (a total is one row), or why it could not be read."""
        if not self._ids(request):
            return NOT_COUNTED if self.page.is_recorded else NO_RECORDING
        call = self.call(request, more)
        reply = self.request(lambda: self.kaltura.call_raw(call.service, call.action, call.fields), request.name)
        if isinstance(reply, NotKnown):
            return reply
        rows = rows_of(request, reply.value)
        if isinstance(rows, ColumnTable):
            people = list(rows.column("user_id")), list(rows.column("email"))
            self.raw[-1] = self.raw[-1].with_people(people)
        if request.action != "getTable" or request == PAGE_ATTENDEES:
            return rows
        if request == TIMELINE and len(rows) >= request.max_rows:
            return _TOO_LONG  # Kaltura gives zeros for minutes that did not fit
        self.findings += _truncation(request, len(rows), row_count(reply.value))
        return rows

    def calls(self, requests: Iterable[PageRequest]) -> list[ApiCall]:
        """Return the calls of `read` for these reports."""
        return [self.call(request) for request in requests if self._ids(request)]

    def call(self, request: PageRequest, more: Mapping[str, str] = _NOTHING) -> ApiCall:
        """Return the call for a report."""
        return ApiCall("report", request.action, self.fields(request, more))

    def _ids(self, request: PageRequest) -> tuple[str, ...]:
        return {"live": self.page.live_ids, "vod": self.page.vod_ids, "all": self.page.all_ids}[request.ids]

    def fields(
        self, request: PageRequest, more: Mapping[str, str] = _NOTHING, delimiter: str = DELIMITER
    ) -> dict[str, str]:
        """Return the form fields of one call. Ids are never blank: Kaltura would answer for the whole account."""
        page = self.page
        ids = delimiter.join(self._ids(request))
        end = page.until if request.until_now else page.end
        scope = {"contextIdIn": ids} if request.by == "context" else {"entryIdIn": ids}
        report_filter = {
            "objectType": "KalturaEndUserReportInputFilter",
            "fromDate": str(int(page.start.timestamp())),
            "toDate": str(int(end.timestamp())),
            "timeZoneOffset": "0",
            "interval": "days",
            "searchInTags": "true",
            "searchInAdminTags": "false",
            **scope,
            **more,
        }
        fields = {"reportType": str(request.report)}
        fields |= {f"reportInputFilter[{name}]": value for name, value in report_filter.items()}
        fields |= {
            "responseOptions[objectType]": "KalturaReportResponseOptions",
            "responseOptions[delimiter]": delimiter,
            "responseOptions[skipEmptyDates]": "false",
        }
        if request.action == "getTable":
            fields |= {"pager[objectType]": "KalturaFilterPager", "pager[pageIndex]": "1"}
            fields["pager[pageSize]"] = str(request.max_rows)
        return fields | ({"order": request.order} if request.order else {})

    def request(self, ask: Callable[[], Reply], name: str) -> Reply | NotKnown:
        """Call Kaltura and keep the raw answer under that name. Returns the decoded answer, or why it failed."""
        if self.stopped:
            return _NOT_REQUESTED
        try:
            reply = ask()
        except BadCredentials:
            raise
        except (ServerFailed, QueryTooWide):
            return NotKnown(f"Kaltura failed to compute report {name.partition('-')[0]}.")
        except RetryLater as error:
            log.warning("Report %s: %s The rest of the page is skipped.", name, error)
            self.stopped = True
            return NotKnown(str(error))
        except Forbidden:
            return NotKnown(f"The credential's role has no permission to read report {name.partition('-')[0]}.")
        except DebriefError as error:
            return NotKnown(str(error))
        parts = sum(raw.name.startswith(f"{name}.") for raw in self.raw)
        self.raw.append(RawAnswer(f"{name}.{parts + 1}.json" if parts else f"{name}.json", reply.body))
        return reply

    def heatmaps(self, user_ids: Sequence[str]) -> dict[str, list[Cells]]:
        """Return report 60011 for each user, in multirequests: Kaltura has no heatmap of several users in one table.

        If the answer for a user is an error, the heatmap is requested once more, alone. If that fails too, the user is
        left out. After a request that fails as a whole, no further users are requested. A finding gives the number of
        users without a heatmap, unless Kaltura stopped answering.
        """
        found: dict[str, list[Cells]] = {}
        for start in range(0, len(user_ids), HEATMAPS_AT_ONCE):
            batch = self._heatmaps_at_once(user_ids[start : start + HEATMAPS_AT_ONCE])
            if batch is None:
                break
            found |= batch
        for user_id in [user_id for user_id in self.heatmap_users if user_id not in found]:
            found |= self._heatmaps_at_once([user_id]) or {}
        if (missing := len(user_ids) - len(found)) and not self.stopped:
            sentence = f"Kaltura gave no minute-by-minute data for {missing} of {len(user_ids)} attendees."
            self.findings.append(Finding("HEATMAPS_MISSING", sentence))
        return found

    def _heatmaps_at_once(self, user_ids: Sequence[str]) -> dict[str, list[Cells]] | None:
        """Return the heatmaps of one multirequest; None if Kaltura did not answer."""
        request = PageRequest(60011, "getTable", "live")
        forms = [self.fields(request, {"userIds": user_id}, delimiter_for(user_id)) for user_id in user_ids]
        requests = [ApiCall("report", "getTable", form) for form in forms]
        reply = self.request(partial(self.kaltura.multi, requests), request.name)
        if isinstance(reply, NotKnown):
            return None
        self.heatmap_users += user_ids
        return heatmaps_in(reply.value, user_ids)


def rows_of(request: PageRequest, answer: Any) -> Sequence[Cells]:
    """Return the rows in an answer; a total is one row."""
    if request == PAGE_ATTENDEES:
        return compact_rows(answer, _PAGE_ATTENDEE_COLUMNS)
    if request.action == "getTotal":
        return [total_row(answer)]
    if request.action == "getGraphs":
        return [{"day": day, "count_plays": value} for day, value in graph_points(answer, "count_plays")]
    return table_rows(answer)


def _truncation(request: PageRequest, listed: int, counted: int) -> list[Finding]:
    """Return a finding when a table is not complete.

    `counted` is Kaltura's number of rows, 0 if unknown. It is an estimate, so small differences are ignored.
    """
    if listed < request.max_rows and counted <= listed * (1 + _COUNT_ERROR):
        return []
    how_many = f"{listed:,} of {counted:,}" if counted > listed else f"only the first {listed:,}"
    sentence = f"The list of {request.lists} is not complete: Kaltura returned {how_many}."
    return [Finding("TABLE_CUT", sentence)]


def heatmaps_in(answers: Sequence[Any], user_ids: Sequence[str]) -> dict[str, list[Cells]]:
    """Return the heatmaps in a multirequest's answers by user id, without users whose answer is an error."""
    pairs = zip(user_ids, answers, strict=True)
    return {user_id: table_rows(answer, delimiter_for(user_id)) for user_id, answer in pairs if not is_error(answer)}
