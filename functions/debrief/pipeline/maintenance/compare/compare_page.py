"""Compare a report with Kaltura's Summary page, figure by figure, and account for each difference.

The page's query is changed into Debrief's one step at a time, and sent to Kaltura after each step. So each step's
part of a difference is measured. What remains is a difference of formulas, or a change since the last check; each of
these is computed too. A difference that is not accounted for completely is unexplained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.errors import BadRequest, BadSettings
from debrief.kaltura.reports.window import floor_hour
from debrief.kaltura.session_data.original_page import OriginalPage, PageAnswerCache, original_page
from debrief.metrics.definition import Facts
from debrief.metrics.interrupted import one_row_each
from debrief.model import NotKnown, Session, SessionData
from debrief.pipeline.maintenance.compare.compare_figure import Cause, Compared, change_of, compare_figure, known
from debrief.pipeline.maintenance.compare.compare_related import related_figures
from debrief.pipeline.maintenance.compare.page_figures import FIGURES, Figure
from debrief.pipeline.maintenance.compare.report_view import ReportView
from debrief.pipeline.maintenance.compare.views import Views
from debrief.pipeline.maintenance.replay import archived_summary
from debrief.pipeline.privacy.tombstones import scope_of, tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.load_archived import load_session_data
from debrief.pipeline.state.revisions import manifest_of
from debrief.util.spans import Span

_UNTIL_CHECK = ("60012-getTotal", "60002-getTotal")  # totals that include later viewers
_MOST_HOURS = 25  # from one check to the next
_GROWING = {"people", "count"}
_UNEXPLAINED = {"since", "formula"}


@dataclass(frozen=True)
class PageComparison:
    """All figures of one session. `span` is the time that the page shows; `is_webinar`: as a scheduled webinar."""

    figures: Sequence[Compared]
    is_webinar: bool
    span: Span
    is_final: bool
    session: Session


def compare_page(services: Services, record: SessionRecord) -> PageComparison:
    """Compare an exported session with Kaltura's page as it is now. Nothing is written.

    Raises BadRequest when the archive lacks what is needed, RetryLater while Kaltura cannot answer, or GiveUp.
    """
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if manifest is None:
        raise BadRequest("The archive has no manifest of this session; export it again.")
    summary = from_json(archived_summary(services, manifest))
    data = load_session_data(services, manifest, summary)
    if data.page is None:
        raise BadSettings("The report was made without Kaltura's Summary page, so there is nothing to compare it with.")
    session = replace(data.session, event_id=record.virtual_event_id or data.session.event_id)
    data = replace(data, session=session, attendees=one_row_each(data))
    checked = session.end + timedelta(minutes=summary.check_minutes or 0.0)
    answers = PageAnswerCache(services.kaltura)
    page = original_page(services.kaltura, session, services.clock(), floor_hour(checked))
    page = _with_time_of_check(page, answers, data, services.clock())
    views = Views(page, answers, ReportView(summary, Facts(data)), tombstones(services), scope_of(record))
    is_final = summary.state == "final"
    found = [compare_figure(views, figure) for figure in FIGURES]
    found += related_figures(views, {each.figure.key: each for each in found})
    has_grown = not is_final and any(_grew(views, figure) for figure in FIGURES)
    judged = [_judged(each, may_change=has_grown) for each in found]
    return PageComparison(judged, page.is_webinar, (page.theirs.start, page.theirs.query.end), is_final, session)


def _with_time_of_check(page: OriginalPage, answers: PageAnswerCache, data: SessionData, now: datetime) -> OriginalPage:
    """Return the page with the hour until which the report counts the recording's viewers.

    The archive has only the earliest time of the last check, so the first later hour is taken at which Kaltura's totals
    are the archived ones. Without such an hour the time stays.
    """
    if data.page is None or not page.ours.query.vod_ids:
        return page
    kept = {name: list(map(dict, data.page.rows(name))) for name in _UNTIL_CHECK}
    for hours in range(_MOST_HOURS):
        until = page.ours.query.until + timedelta(hours=hours)
        if until > now:
            break
        ours = replace(page.ours, query=replace(page.ours.query, until=until))
        rows = {name: answers.rows(name, ours) for name in _UNTIL_CHECK}
        if all(not isinstance(each, NotKnown) and list(map(dict, each)) == kept[name] for name, each in rows.items()):
            return replace(page, ours=ours)
    return page


def _judged(compared: Compared, *, may_change: bool) -> Compared:
    """Return the figure as different if a part of its difference is not explained."""
    causes = tuple(
        replace(cause, code="provisional")
        if cause.code == "since" and may_change and _may_grow(compared, cause)
        else cause
        for cause in compared.causes
    )
    if any(cause.code in _UNEXPLAINED for cause in causes):
        return replace(compared, status="different", causes=causes)
    return replace(compared, causes=causes)


def _may_grow(compared: Compared, cause: Cause) -> bool:
    """Return whether later data can explain the change: a count only grows."""
    return compared.figure.unit not in _GROWING or cause.change is None or cause.change <= 0


def _grew(views: Views, figure: Figure) -> bool:
    """Return whether Kaltura counts more now than when the report was made."""
    if figure.unit not in _GROWING:
        return False
    change = change_of(known(figure.in_report(views.archived)), known(figure.in_report(views.fresh)))
    return change is not None and change > 0
