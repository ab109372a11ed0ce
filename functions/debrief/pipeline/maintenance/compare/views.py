"""What a comparison looks at: the page after each step, the report from fresh answers, and the archived report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from debrief.kaltura.reports.page_reports import PAGE_REQUESTS
from debrief.kaltura.session_data.original_page import OriginalPage, PageAnswerCache, PageQuery
from debrief.metrics.definition import Facts
from debrief.metrics.original_page import Items, PageView
from debrief.metrics.summary import summarize
from debrief.model import AttendeeRow, NotKnown, PageData
from debrief.persons import normalized_id
from debrief.pipeline.maintenance.compare.formula_differences import SameAnswers
from debrief.pipeline.maintenance.compare.page_figures import Figure
from debrief.pipeline.maintenance.compare.report_view import ReportView
from debrief.pipeline.privacy.tombstones import Tombstones


@dataclass
class Views:
    """The page after each step, Debrief's report from fresh answers, and the report in the archive."""

    page: OriginalPage
    answers: PageAnswerCache
    archived: ReportView
    stones: Tombstones
    scope: str

    def __post_init__(self) -> None:
        self.fresh = self._fresh()
        streams = len(self.page.ours.query.live_ids) > 1
        self.same = SameAnswers(self.fresh, self.all_attendees, self.in_the_room, streams)
        self._in_the_room: dict[str, Items | None] = {}

    def after(self, steps: int) -> PageView:
        """Return the page with that many steps replaced by Debrief's."""
        return self._view(self.page.after(steps))

    def until_its_end(self) -> PageView:
        """Return the page with live viewers until its end only: a webinar's page counts them until now."""
        theirs = self.page.theirs
        return self._view(replace(theirs, query=replace(theirs.query, until=theirs.query.end)))

    def _view(self, page_query: PageQuery) -> PageView:
        room = self.archived.summary.session.entry_id
        return PageView(
            lambda name: self.answers.rows(name, page_query),
            page_query.start,
            lambda: self.answers.polls(room),
            self.key_of,
        )

    def key_of(self, user_id: str, email: str) -> str:
        """Return a user id as the archive spells it, in the form that is the same in all reports."""
        return normalized_id(self._archived_id(user_id, email))

    def _archived_id(self, user_id: str, email: str) -> str:
        """Return the user id under which the archive knows a person: an erased one has a pseudonym."""
        return self.stones.pseudonym(self.scope, user_id) if self.stones.has(user_id, email) else user_id

    def _fresh(self) -> ReportView:
        data = self.archived.facts.data
        ours = self.page.ours
        if data.page is None:
            return self.archived
        tables = {request.name: self.answers.rows(request.name, ours) for request in PAGE_REQUESTS}
        tables["60010-getTable"] = self._with_pseudonyms(tables["60010-getTable"])
        polls = self.answers.polls(data.session.entry_id)
        page = PageData(
            start=data.page.start,
            end=data.page.end,
            tables=tables,
            polls=polls,
            poll_scope=data.page.poll_scope,
            is_shared=data.page.is_shared,
        )
        facts = Facts(replace(data, page=page))
        return ReportView(summarize(facts, attendee_limit=0), facts)

    def in_the_room(self, figure: Figure) -> Items | None:
        """Return a figure of the attendees of the room's own entry."""
        if figure.key not in self._in_the_room:
            ours, room = self.page.ours, self.archived.summary.session.entry_id
            page_query = replace(ours, query=replace(ours.query, live_ids=(room,)))
            self._in_the_room[figure.key] = figure.on_page(self._view(page_query))
        return self._in_the_room[figure.key]

    def all_attendees(self) -> list[AttendeeRow]:
        """Return the rows of report 6001 of all sessions of the room, within the time of the reports."""
        query = self.page.ours.query
        rows = self.answers.attendees(self.archived.summary.session.entry_id, query.start, query.end)
        return [row._replace(user_id=self._archived_id(row.user_id, row.user_email)) for row in rows]

    def _with_pseudonyms(self, rows: Sequence[Mapping[str, str]] | NotKnown) -> Sequence[dict[str, str]] | NotKnown:
        if isinstance(rows, NotKnown):
            return rows
        return [
            {**row, "user_id": self._archived_id(row.get("user_id", ""), row.get("email", ""))}
            for row in map(dict, rows)
        ]
