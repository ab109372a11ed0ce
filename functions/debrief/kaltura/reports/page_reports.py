"""The reports behind the Summary page: one line each in the table below, asked one after the other.

A report that may not be read, or that Kaltura cannot answer, is a reason in the summary and never the end of the
export. When Kaltura stops answering, the rest is not asked; the export is due again soon.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

from debrief.errors import BadCredentials, DebriefError, Forbidden, RetryLater
from debrief.kaltura.api.client import ApiCall, Kaltura
from debrief.kaltura.api.errors import QueryTooWide, ServerFailed
from debrief.kaltura.api.responses import Reply, is_error
from debrief.kaltura.reports.page_query import Page
from debrief.kaltura.reports.page_tables import (
    DELIMITER,
    compact_rows,
    delimiter_for,
    graph_points,
    row_count,
    table_rows,
    total_row,
)
from debrief.model import PROFILE_COLUMNS, Finding, NotKnown, RawAnswer
from debrief.util.columns import Cells

log = logging.getLogger(__name__)

Action: TypeAlias = Literal["getTable", "getTotal", "getGraphs"]
Ids: TypeAlias = Literal["live", "vod", "all"]

MOST_ROWS = 12_000  # of one table; Kaltura server, kKavaReportsMgr.php, MAX_RESULT_SIZE
HEATMAPS_AT_ONCE = 25
_COUNT_ERROR = 0.05
NO_RECORDING = NotKnown("There is no recording.")
_TOO_LONG = NotKnown(f"Kaltura gives at most {MOST_ROWS:,} minutes, and the session was longer.")
_NOT_COUNTED = NotKnown("Recordings are counted for scheduled webinars only, as on Kaltura's Summary page.")
_NOT_ASKED = NotKnown("It was not asked for, because Kaltura had stopped answering.")


@dataclass(frozen=True, slots=True)
class Question:
    """One report of the page. `by` is `context` for the chat's own report, which knows contexts, not entries."""

    report: int
    action: Action
    ids: Ids
    order: str = ""
    rows: int = MOST_ROWS
    by: Literal["entry", "context"] = "entry"
    until_now: bool = False  # counts recording viewers until now, not only to the session's end
    lists: str = ""  # what the rows of a table are, for a person

    @property
    def name(self) -> str:
        """Its name in the archive and in the metrics."""
        return f"{self.report}-{self.action}"


_BY_VIEWERS = "-unique_combined_live_viewers"
TIMELINE = Question(60004, "getTable", "live", order="-date_id", lists="minutes")
ATTENDEES = Question(60010, "getTable", "live", order="-live_view_time", lists="attendees")
# What is kept of that table in memory: with all its columns and everybody's minutes again it would be twice as much.
_OF_PEOPLE = {"user_id", "user_name", "email", *PROFILE_COLUMNS}
QUESTIONS = (
    Question(60002, "getTotal", "all", until_now=True),
    Question(60001, "getTotal", "all", until_now=True),
    Question(60003, "getTotal", "live"),
    Question(70001, "getTotal", "live", by="context"),
    TIMELINE,
    ATTENDEES,
    Question(60012, "getTotal", "vod", until_now=True),
    Question(60012, "getGraphs", "vod", until_now=True),
    Question(60012, "getTable", "vod", until_now=True, lists="viewers of the recording"),
    Question(60005, "getTable", "vod", order="-count_plays", until_now=True, lists="recordings"),
    Question(60007, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="countries"),
    Question(60008, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="regions"),
    Question(60009, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="cities"),
    Question(60006, "getTable", "all", order=_BY_VIEWERS, until_now=True, lists="kinds of device"),
)


@dataclass
class PageReader:
    """Asks the questions of one page and keeps the answers. One failure that may pass ends the asking."""

    kaltura: Kaltura
    page: Page
    stopped: bool = False

    def __post_init__(self) -> None:
        self.raw: list[RawAnswer] = []
        self.findings: list[Finding] = []
        self.heatmap_users: list[str] = []  # of the answers kept, in their order

    def read(self, question: Question, **more: str) -> Sequence[Cells] | NotKnown:
        """The rows of one report (a total is one row), or why there are none."""
        if not self._ids(question):
            return _NOT_COUNTED if self.page.is_recorded else NO_RECORDING
        fields = self._fields(question, more)
        reply = self.asked(lambda: self.kaltura.reply("report", question.action, fields), question.name)
        if isinstance(reply, NotKnown):
            return reply
        rows = rows_of(question, reply.value)
        if question.action != "getTable" or question == ATTENDEES:
            return rows
        if question == TIMELINE and len(rows) >= question.rows:
            return _TOO_LONG  # Kaltura shows minutes that did not fit as zeros
        self.findings += _cut(question, len(rows), row_count(reply.value))
        return rows

    def heatmaps(self, user_ids: Sequence[str]) -> dict[str, list[Cells]]:
        """Report 60011 for each user, in multirequests: Kaltura has no heatmap of several users in one table.

        A user whose part of an answer is an error is asked for once more, alone. One whose heatmap could not be had is
        left out, and a finding says how many they are.
        """
        found: dict[str, list[Cells]] = {}
        for start in range(0, len(user_ids), HEATMAPS_AT_ONCE):
            some = self._heatmaps_at_once(user_ids[start : start + HEATMAPS_AT_ONCE])
            if some is None:
                break
            found |= some
        for user_id in [one for one in self.heatmap_users if one not in found]:
            found |= self._heatmaps_at_once([user_id]) or {}
        if (missing := len(user_ids) - len(found)) and not self.stopped:
            sentence = f"Kaltura could not say what {missing} of {len(user_ids)} attendees did minute by minute."
            self.findings.append(Finding("HEATMAPS_MISSING", sentence))
        return found

    def _heatmaps_at_once(self, user_ids: Sequence[str]) -> dict[str, list[Cells]] | None:
        """Those that came in one answer; None when none came."""
        question = Question(60011, "getTable", "live")
        forms = [self._fields(question, {"userIds": one}, delimiter_for(one)) for one in user_ids]
        requests = [ApiCall("report", "getTable", form) for form in forms]
        reply = self.asked(partial(self.kaltura.multi, requests), question.name)
        if isinstance(reply, NotKnown):
            return None
        self.heatmap_users += user_ids
        return heatmaps_in(reply.value, user_ids)

    def asked(self, ask: Callable[[], Reply], name: str) -> Reply | NotKnown:
        """Ask, keep the raw answer under that name, and make a reason of a failure."""
        if self.stopped:
            return _NOT_ASKED
        try:
            reply = ask()
        except BadCredentials:
            raise
        except (ServerFailed, QueryTooWide):
            return NotKnown(f"Kaltura failed to compute report {name.partition('-')[0]}.")
        except RetryLater as error:
            log.warning("Report %s: %s The rest of the page is left out.", name, error)
            self.stopped = True
            return NotKnown(str(error))
        except Forbidden:
            return NotKnown(f"The credential's role may not read report {name.partition('-')[0]}.")
        except DebriefError as error:
            return NotKnown(str(error))
        parts = sum(raw.name.startswith(f"{name}.") for raw in self.raw)
        self.raw.append(RawAnswer(f"{name}.{parts + 1}.json" if parts else f"{name}.json", reply.body))
        return reply

    def _ids(self, question: Question) -> tuple[str, ...]:
        return {"live": self.page.live_ids, "vod": self.page.vod_ids, "all": self.page.all_ids}[question.ids]

    def _fields(self, question: Question, more: dict[str, str], delimiter: str = DELIMITER) -> dict[str, str]:
        """The form of one call. Ids are never blank: Kaltura would answer for the whole account."""
        page = self.page
        ids = delimiter.join(self._ids(question))
        end = page.until if question.until_now else page.end
        scope = {"contextIdIn": ids} if question.by == "context" else {"entryIdIn": ids}
        asked = {
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
        fields = {"reportType": str(question.report)}
        fields |= {f"reportInputFilter[{name}]": value for name, value in asked.items()}
        fields |= {
            "responseOptions[objectType]": "KalturaReportResponseOptions",
            "responseOptions[delimiter]": delimiter,
            "responseOptions[skipEmptyDates]": "false",
        }
        if question.action == "getTable":
            fields |= {"pager[objectType]": "KalturaFilterPager", "pager[pageIndex]": "1"}
            fields["pager[pageSize]"] = str(question.rows)
        return fields | ({"order": question.order} if question.order else {})


def _cut(question: Question, listed: int, counted: int) -> list[Finding]:
    """What to say of a table that did not come whole; Kaltura's count of rows is 0 when it did not count them.

    It is an estimate, so only one that is far off says anything about a table that is not full.
    """
    if listed < question.rows and counted <= listed * (1 + _COUNT_ERROR):
        return []
    how_many = f"{listed:,} of {counted:,}" if counted > listed else f"{listed:,} and no more"
    sentence = f"The list of {question.lists} is not complete: Kaltura gave {how_many}."
    return [Finding("TABLE_CUT", sentence)]


def heatmaps_in(answers: Sequence[Any], user_ids: Sequence[str]) -> dict[str, list[Cells]]:
    """The heatmaps in one multirequest's answers, by user id; a user whose heatmap could not be had is left out."""
    both = zip(user_ids, answers, strict=True)
    return {user_id: table_rows(answer, delimiter_for(user_id)) for user_id, answer in both if not is_error(answer)}


def rows_of(question: Question, answer: Any) -> Sequence[Cells]:
    """The rows in an answer to one question; a total is one row."""
    if question == ATTENDEES:
        return compact_rows(answer, _OF_PEOPLE)
    if question.action == "getTotal":
        return [total_row(answer)]
    if question.action == "getGraphs":
        return [{"day": day, "count_plays": value} for day, value in graph_points(answer, "count_plays")]
    return table_rows(answer)
