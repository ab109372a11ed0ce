"""The answers about one session, each requested once, with their shapes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.contract.sample import Sample
from debrief.kaltura.contract.shapes import Shape, table_shape
from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.reports.page_reports import PageReader, PageRequest
from debrief.kaltura.reports.page_tables import table_rows, total_row
from debrief.kaltura.reports.reader import read_report
from debrief.kaltura.reports.room_reports import ATTENDEES
from debrief.kaltura.reports.window import Window, floor_hour
from debrief.model import AttendeeRow
from debrief.util.columns import Cells


class SessionAnswers:
    """Reports about a session. `shapes` has the shapes of all answers so far, by the report's name."""

    def __init__(self, kaltura: Kaltura, sample: Sample) -> None:
        session = sample.session
        room, start, end = (session.entry_id,), floor_hour(session.start), session.end
        self.session, self.row = session, sample.row
        self.reader = PageReader(kaltura, SummaryPageQuery(room, (), room, start, end, end))
        self.shapes: dict[str, Shape] = {}
        self._kaltura = kaltura
        self._answers: dict[str, Any] = {}

    @cached_property
    def attendee_rows(self) -> list[AttendeeRow]:
        """Return the session's own rows of report 6001."""
        filters = {"entry_ids": [self.session.entry_id], "cue_point_ids": [self.session.cue_point_id]}
        window = Window.around(self.session.start, self.session.end)
        rows = read_report(self._kaltura, ATTENDEES, window, filters).rows
        return [row for row in rows if row.cue_point_id == self.session.cue_point_id]

    def table(self, request: PageRequest) -> list[Cells]:
        """Return the rows of a table."""
        return table_rows(self._answer(request, "table"))

    def total(self, request: PageRequest) -> Cells:
        """Return the row of a total."""
        return total_row(self._answer(request, "total"))

    def ask(self, request: PageRequest, **more: str) -> Any:
        """Return the answer to a report, with more filters. Raises RetryLater or GiveUp."""
        return self._kaltura.call("report", request.action, self.reader.fields(request, more))

    def _answer(self, request: PageRequest, kind: str) -> Any:
        if request.name not in self._answers:
            self._answers[request.name] = self.ask(request)
            self.shapes[request.name] = table_shape(request.report, kind, self._answers[request.name])
        return self._answers[request.name]
