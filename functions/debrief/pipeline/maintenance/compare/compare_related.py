"""Compare the report's headline figures with the nearest figures of the page, which count something else.

The page gives an estimate of viewers and means per viewer; the report counts the people of the list of attendees. The
way from one figure to the other is computed link by link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import fsum

from debrief.kaltura.session_data.original_page import STEPS
from debrief.metrics.arithmetic import mean, mean_weighted
from debrief.metrics.original_page import SINGLE, Items, PageView, cell
from debrief.persons import normalized_id
from debrief.pipeline.maintenance.compare.compare_figure import Cause, Compared, compare_figure, failure, total_of
from debrief.pipeline.maintenance.compare.page_figures import Figure, Unit, is_same
from debrief.pipeline.maintenance.compare.report_view import ReportView
from debrief.pipeline.maintenance.compare.views import Views
from debrief.util.values import number

_TABLE, _LIVE_TOTAL, _MINUTES_TOTAL, _CARD = "60010-getTable", "60002-getTotal", "60001-getTotal", "60003-getTotal"
_LIVE, _VIEW_TIME = "unique_combined_live_viewers", "live_view_time"
_COLUMNS = {  # of the table of attendees, by the key of the figure of its rows
    "minutes": _VIEW_TIME,
    "reactions": "count_reaction_clicked",
    "raised_hands": "count_raise_hand_clicked",
    "chat_messages": "count_group_chat_messages_sent",
    "polls_answered": "count_poll_answered",
    "qna_threads": "count_q_and_a_threads",
    "attachments_downloaded": "count_download_attachment_clicked",
}
_AVERAGE, _RATIO = "combined_live_avg_play_time", "combined_live_engaged_users_play_time_ratio"
_ESTIMATE, _FEW = 0.05, 2.0  # Kaltura's estimate of people is about 2% off
_MINUTE_ROUNDING, _RATIO_ROUNDING = 0.1, 0.001


def related_figures(views: Views, found: Mapping[str, Compared]) -> list[Compared]:
    """Return the total row of the attendees, and attendees, average stay and engagement beside the page's figures.

    `found` has the other figures by key.
    """
    people = compare_figure(views, _PEOPLE)
    return [
        _total_row(views, found),
        _attendees(views, people),
        _stay(views, people, found["attendee_minutes"]),
        _engagement(views),
    ]


def _total_row(views: Views, found: Mapping[str, Compared]) -> Compared:
    """Compare the total row of the attendees, which must be the sum of the rows above it."""
    figure, page = (
        replace(_figure("attendees_total", "Attendees: total row", "minutes"), items="columns"),
        views.after(0),
    )
    total, columns = page.total("60010-getTotal"), {key: found[f"attendee_{key}"] for key in _COLUMNS}
    reason = failure(page) or next((each.reason for each in columns.values() if each.reason), "")
    if reason or total is None:
        return Compared(figure, None, None, "not known", reason=reason)
    shown = {key: cell(total, column) for key, column in _COLUMNS.items()}
    ours = {key: total_of(each.report) for key, each in columns.items()}
    codes: dict[str, list[str]] = {}
    for key, each in columns.items():
        is_sum = abs(shown[key] - total_of(each.page)) <= _MINUTE_ROUNDING
        if not is_sum or not is_same("minutes", shown[key], ours[key]):
            wrong = {cause.code for cause in each.causes} & {"since", "formula"}
            codes.setdefault(min(wrong, default="rows") if is_sum else "formula", []).append(key)
    if not codes:
        return Compared(figure, shown, ours, "same")
    return Compared(
        figure, shown, ours, "explained", tuple(Cause(code, None, tuple(keys)) for code, keys in codes.items())
    )


def _viewers(page: PageView) -> Items | None:
    """Return those in the table of attendees who viewed, each once."""
    rows = page.rows(_TABLE)
    if rows is None:
        return None
    viewed = (row for row in rows if cell(row, _VIEW_TIME) > 0)
    return {page.key_of(row.get("user_id", ""), row.get("email", "")): 1.0 for row in viewed}


def _attended(report: ReportView) -> Items | None:
    people = report.facts.crowd.people
    return {normalized_id(user_id): 1.0 for user_id, person in people.items() if person.minutes} or None


_PEOPLE = Figure("attendee_viewers", "", "people", _viewers, _attended, ("attendees",), "people")


def _figure(key: str, label: str, unit: Unit) -> Figure:
    """Return a figure that is only a name: it is computed here."""
    return Figure(key, label, unit, lambda _: None, lambda _: None, (key,))


def _single(value: float | None) -> Items | None:
    return None if value is None else {SINGLE: value}


def _metric(report: ReportView, key: str) -> float | None:
    metric = report.metric(key)
    return float(metric.value) if metric and isinstance(metric.value, int | float) else None


def _cause(code: str, before: float, after: float, detail: str = "") -> list[Cause]:
    return [Cause(code, after - before, (SINGLE,), detail)] if after != before else []


def _compared(figure: Figure, shown: float, archived: float | None, causes: list[Cause]) -> Compared:
    """Return the comparison; without an archived figure nothing can be compared."""
    if archived is None:
        return Compared(figure, _single(shown), None, "not known", reason="The report does not have this figure.")
    if is_same(figure.unit, shown, archived):
        return Compared(figure, _single(shown), _single(archived), "same")
    return Compared(figure, _single(shown), _single(archived), "explained", tuple(causes))


def _total(page: PageView, report: str, column: str) -> float:
    return cell(page.total(report) or {}, column)


def _unread(page: PageView) -> str:
    """Return why one of the reports could not be read; blank if all were read."""
    for name in (_TABLE, _LIVE_TOTAL, _MINUTES_TOTAL, _CARD):
        page.rows(name)
    return failure(page)


def _is_estimate_of(estimate: float, people: float) -> bool:
    return abs(estimate - people) <= max(_ESTIMATE * people, _FEW)


def _attendees(views: Views, people: Compared) -> Compared:
    """Go from the estimate of live viewers, over the people who viewed, to the people of report 6001."""
    figure, page = _figure("unique_attendees", "Live viewers / attendees", "people"), views.after(0)
    if reason := _unread(page) or people.reason:
        return Compared(figure, None, None, "not known", reason=reason)
    shown, listed = _total(page, _LIVE_TOTAL, _LIVE), float(len(people.page or {}))
    estimate = _total(views.until_its_end(), _LIVE_TOTAL, _LIVE)
    causes = _cause("until now", shown, estimate)
    causes += _cause("estimate" if _is_estimate_of(estimate, listed) else "formula", estimate, listed)
    causes += [cause for cause in people.causes if cause.change]
    attended = float(len(people.report or {}))
    archived = _metric(views.archived, "unique_attendees")
    causes += _cause("no minutes", attended, float(len(views.archived.facts.crowd.people)))
    if archived is not None:
        causes += _cause("since", float(len(views.archived.facts.crowd.people)), archived)
    return _compared(figure, shown, archived, causes)


def _stay(views: Views, people: Compared, compared_minutes: Compared) -> Compared:
    """Go from the mean per estimated viewer to the mean stay of the people present."""
    figure, page = _figure("presence_average", "Average live / average stay", "minutes"), views.after(0)
    if reason := _unread(page):
        return Compared(figure, None, None, "not known", reason=reason)
    shown, ended = _total(page, _MINUTES_TOTAL, _AVERAGE), views.until_its_end()
    average, estimate = _total(ended, _MINUTES_TOTAL, _AVERAGE), _total(ended, _LIVE_TOTAL, _LIVE)
    archived = _metric(views.archived, "presence_average")
    if archived is None and not estimate:
        return Compared(figure, _single(shown), None, "same" if not shown else "not known")
    minutes = [_minutes(views.after(steps)) for steps in range(len(STEPS) + 1)]
    per_estimate = fsum(minutes[0]) / estimate if estimate else 0.0
    causes = _cause("until now", shown, average)
    is_known = abs(per_estimate - average) <= _MINUTE_ROUNDING
    causes += _cause("estimate" if is_known else "formula", average, _mean(minutes[0]))
    for step, before, after in zip(STEPS, minutes, minutes[1:], strict=False):
        causes += _cause(step, _mean(before), _mean(after))
    facts = views.fresh.facts
    of_main_room = mean(facts.minutes) or 0.0
    unknown = any(cause.code == "formula" for each in (people, compared_minutes) for cause in each.causes)
    causes += _cause("formula" if unknown else "people", _mean(minutes[-1]), of_main_room)
    with_breakouts = mean([(one.minutes or 0.0) + (one.breakout_minutes or 0.0) for one in facts.present]) or 0.0
    causes += _cause("breakouts", of_main_room, with_breakouts)
    fresh = mean(facts.presence) or 0.0
    causes += _cause("capped", with_breakouts, fresh)
    if archived is not None and not is_same("minutes", fresh, archived):
        causes += _cause("since", fresh, archived)
    return _compared(figure, shown, archived, causes)


def _minutes(page: PageView) -> list[float]:
    return [value for row in page.rows(_TABLE) or () if (value := cell(row, _VIEW_TIME)) > 0]


def _mean(values: list[float]) -> float:
    return mean(values) or 0.0


def _engagement(views: Views) -> Compared:
    """Compare the page's rate of all live viewing time with the report's rate of the people's minutes."""
    figure, page = _figure("engagement_rate", "Engagement: page / people", "ratio"), views.after(0)
    if reason := _unread(page):
        return Compared(figure, None, None, "not known", reason=reason)
    values = [_total(views.after(steps), _CARD, _RATIO) for steps in range(len(STEPS) + 1)]
    archived, fresh = _metric(views.archived, "engagement_rate"), views.fresh.facts.engagement_rate
    if archived is None or fresh is None:
        nobody = not any(values)
        return Compared(figure, _single(values[0]), None, "same" if nobody else "not known")
    causes: list[Cause] = []
    for step, before, after in zip(STEPS, values, values[1:], strict=False):
        causes += _cause(step, before, after)
    causes += _cause(_why_other_rate(views, values[-1], fresh), values[-1], fresh)
    causes += _cause("since", fresh, archived)
    return _compared(figure, values[0], archived, causes)


def _why_other_rate(views: Views, shown: float, ours: float) -> str:
    """Return why the rates differ: rounding, the live stream, or other sessions of the same hours, as computed."""
    if abs(shown - ours) <= _RATIO_ROUNDING:
        return "rounding"
    alone = (views.in_the_room(_CARD_RATE) or {}).get(SINGLE)
    if isinstance(alone, float) and abs(alone - ours) <= _RATIO_ROUNDING:
        return "live stream"
    rows = views.all_attendees()
    pairs = [(number(row.meeting_view_time), number(row.meeting_engaged_play_time_ratio)) for row in rows]
    of_all = mean_weighted(pairs)
    rates = [value for value in (shown, alone) if isinstance(value, float)]
    is_of_all = of_all is not None and any(abs(rate - of_all) <= _RATIO_ROUNDING for rate in rates)
    return "shared hour" if is_of_all else "formula"


_CARD_RATE = Figure(
    "card_rate", "", "ratio", lambda page: {SINGLE: _total(page, _CARD, _RATIO)}, lambda _: None, ("engagement_rate",)
)
