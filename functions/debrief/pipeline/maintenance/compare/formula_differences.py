"""Why Debrief's formula gives another figure than Kaltura's page from the same answers.

Each cause is computed for the item: it must be true of it, not only possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from debrief.metrics.original_page import Items, Value, sums
from debrief.metrics.polls import polls_disagree
from debrief.metrics.profiles import only_on_page
from debrief.model import AttendeeRow, NotKnown
from debrief.persons import normalized_id
from debrief.pipeline.maintenance.compare.page_figures import Figure
from debrief.pipeline.maintenance.compare.report_view import ReportView
from debrief.util.values import is_identified, number, utc_text

UNEXPLAINED = ("formula", "")
_CLOSE = 0.1  # minutes or points of a ratio that rounding may add up to


@dataclass(frozen=True)
class SameAnswers:
    """What both formulas have: the report from these answers, and more answers for the checks.

    `rows` gives report 6001 now, of all sessions of the room at that time, with people as the report spells them.
    `in_the_room` gives a figure without the viewers of the live stream.
    """

    report: ReportView
    rows: Callable[[], Sequence[AttendeeRow]]
    in_the_room: Callable[[Figure], Items | None]
    has_stream: bool

    @cached_property
    def people(self) -> frozenset[str]:
        """Return the people of the report's own list."""
        return frozenset(map(normalized_id, self.report.facts.crowd.people))

    @cached_property
    def only_on_page(self) -> frozenset[str]:
        """Return the people whom the report lists without minutes."""
        return frozenset(normalized_id(row.user_id) for row in only_on_page(self.report.facts.data))

    @cached_property
    def in_own_session(self) -> frozenset[str]:
        """Return the people whom report 6001 has in this session now."""
        own = self.report.summary.session.cue_point_ids
        return frozenset(normalized_id(row.user_id) for row in self.rows() if row.cue_point_id in own)

    @cached_property
    def elsewhere(self) -> Mapping[str, float]:
        """Return people's minutes in the room's other sessions of that time."""
        own = self.report.summary.session.cue_point_ids
        others = (row for row in self.rows() if row.cue_point_id not in own)
        return sums((normalized_id(row.user_id), number(row.meeting_view_time) or 0.0) for row in others)


def formula_cause(
    figure: Figure, item: str, theirs: Items | None, ours: Items | None, answers: SameAnswers
) -> tuple[str, str]:
    """Return the code of the cause for an item that differs, and a sentence of the report, blank if there is none."""
    report = answers.report
    on_page, in_report = (theirs or {}).get(item), (ours or {}).get(item)
    if in_report is None and (why := figure.why_missing(report)):
        return "left out", why
    if _is_last_minute(figure, item, in_report, report) and not on_page:
        return "last minute", ""
    if figure.items == "people" and (cause := _of_person(figure, item, on_page, in_report, answers)):
        return cause, ""
    if figure.items in {"polls", "answers"} and (cause := _of_poll(figure, item, on_page, in_report, report)):
        return cause, ""
    if in_report is None and not on_page:
        return "zero", ""
    return UNEXPLAINED


def _is_last_minute(figure: Figure, item: str, in_report: Value, report: ReportView) -> bool:
    page = report.facts.data.page
    return figure.items == "minutes" and in_report is None and page is not None and item >= utc_text(page.end)


def _of_person(figure: Figure, item: str, on_page: Value, in_report: Value, answers: SameAnswers) -> str:
    """Return why a person's figure differs, or blank."""
    page = answers.report.facts.data.page
    if not figure.key.startswith("attendee_"):
        return ""
    if not is_identified(item) and in_report is None:
        return "without a name"
    is_missing = item not in answers.people and item not in answers.in_own_session
    if page is not None and page.is_shared:
        if is_missing or _is_of_both(figure, item, on_page, in_report, answers):
            return "shared hour"
    elif is_missing and item in answers.only_on_page:
        return "not in the room"
    if answers.has_stream:
        alone = (answers.in_the_room(figure) or {}).get(item)
        return "live stream" if abs(_size(alone) - _size(in_report)) <= _CLOSE else ""
    return ""


def _is_of_both(figure: Figure, item: str, on_page: Value, in_report: Value, answers: SameAnswers) -> bool:
    """Return whether the person was in another session of the same time too, and for as long as the page has more."""
    elsewhere = answers.elsewhere.get(item, 0.0)
    if figure.unit == "minutes":
        return abs(_size(on_page) - _size(in_report) - elsewhere) <= _CLOSE
    return elsewhere > 0 and (figure.unit == "ratio" or _size(on_page) >= _size(in_report))


def _of_poll(figure: Figure, item: str, on_page: Value, in_report: Value, report: ReportView) -> str:
    """Return why a poll's figure differs: other sessions' votes, or another denominator."""
    page = report.facts.data.page
    if figure.key == "poll_shares" and _is_share_of_people(item, on_page, in_report, report):
        return "share of people"
    if page is None or page.poll_scope is None or page.poll_scope.before is None or isinstance(page.polls, NotKnown):
        return ""
    if polls_disagree(report.facts):
        return ""
    before = {f"{poll.get('question')}" for poll in page.poll_scope.before}
    is_older = any(item == question or item.startswith(f"{question} / ") for question in before)
    return "other sessions" if is_older and (figure.unit == "ratio" or _size(on_page) >= _size(in_report)) else ""


def _is_share_of_people(item: str, on_page: Value, in_report: Value, report: ReportView) -> bool:
    """Return whether both shares are of the same votes: by all votes on the page, by participants in the report."""
    for row in report.section("polls").get("rows", ()):
        every = sum(answer["participants"] for answer in row["answers"])
        for answer in row["answers"]:
            if item == f"{row['question']} / {answer['answer']}" and every and row["participants"]:
                of_votes, of_people = answer["participants"] / every, answer["participants"] / row["participants"]
                return bool(abs(of_votes - _size(on_page)) < 1e-9 and abs(of_people - _size(in_report)) < 1e-9)
    return False


def _size(value: Value) -> float:
    return value if isinstance(value, float | int) else 0.0
