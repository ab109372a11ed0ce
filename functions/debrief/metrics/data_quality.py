"""Check a session's figures. Problems are reported in the summary, never silently corrected."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping

from debrief.metrics.definition import LONGER_THAN_SESSION, Facts
from debrief.metrics.engagement import kaltura_engagement_rate
from debrief.metrics.page import viewers_live
from debrief.metrics.polls import polls_disagree
from debrief.metrics.profiles import REPORT
from debrief.metrics.timeline import minutes_unknown
from debrief.model import Finding, NotKnown
from debrief.persons import Persons
from debrief.util.rounding import rounded_percent, short_minutes
from debrief.util.values import number

COUNTED_TWICE = "COUNTED_TWICE"  # people in the main room and in a breakout at once: see Facts.is_counted_twice

# Report 6000 estimates the number of people with an error of about 2%: below fifty people less than one person.
_ESTIMATE_ERROR = 0.02
_RATE_ERROR = 0.01  # a percentage point, more than rounding can explain
_NUMERIC = re.compile("count_|sum_|unique_|combined_|avg_|vod_|reaction_|q_and_a_|download_")  # columns with numbers


def check(facts: Facts) -> list[Finding]:
    """Return all problems of one session's figures."""
    return [finding for find_problem in _CHECKS if (finding := find_problem(facts))]


def _no_duration(facts: Facts) -> Finding | None:
    if facts.duration:
        return None
    return Finding("NO_DURATION", "Kaltura gives the session no duration, so shares of the duration are unknown.")


def _minutes_too_long(facts: Facts) -> Finding | None:
    most = facts.duration + LONGER_THAN_SESSION
    count = len(facts.minutes) - bisect_right(facts.minutes, most)
    if not count or not facts.duration:
        return None
    people = "One attendee has" if count == 1 else f"{count} attendees have"
    return Finding(
        "MINUTES_LONGER_THAN_SESSION",
        f"{people} more minutes than the session, which had {short_minutes(facts.duration)}. "
        "A reason may be a second device.",
    )


def _ratio_out_of_range(facts: Facts) -> Finding | None:
    ratios = [*(row.engagement for row in facts.rows), *(number(row.engagement_rate) for row in facts.data.breakouts)]
    count = len([ratio for ratio in ratios if ratio is not None and not 0.0 <= ratio <= 1.0])
    if not count:
        return None
    return Finding("RATIO_OUT_OF_RANGE", f"{count} engagement rates are not between 0 and 100%; they are kept as sent.")


def _unreadable_numbers(facts: Facts) -> Finding | None:
    minutes = [row.minutes for row in facts.rows]
    count = minutes.count(None)
    negative = len([minute for minute in minutes if minute and minute < 0])
    if not count and not negative:
        return None
    return Finding("MINUTES_UNREADABLE", f"{count} rows have no readable minutes; {negative} have negative minutes.")


def _people_disagree(facts: Facts) -> Finding | None:
    """Warn if report 6000, an estimate, and report 6001, a list, disagree about the number of people."""
    stated = number(facts.room.meeting_view_period_unique_users) if facts.room else None
    unidentified = _unidentified(facts)
    listed = len(facts.people) + unidentified
    if stated is None or any(
        abs(stated - count) <= 2 * _ESTIMATE_ERROR * stated for count in (len(facts.people), listed)
    ):
        return None
    without_name = f" and has {unidentified:,} without a name" if unidentified else ""
    return Finding(
        "KALTURA_DISAGREES",
        f"Kaltura estimates {stated:,.0f} people in the room; its attendee list names {len(facts.people):,}"
        f"{without_name}. This report counts the people named.",
    )


def _engagement_disagrees(facts: Facts) -> Finding | None:
    stated, computed = kaltura_engagement_rate(facts), facts.engagement_rate
    if stated is None or computed is None or abs(stated - computed) <= _RATE_ERROR:
        return None
    return Finding(
        "KALTURA_DISAGREES",
        f"Kaltura states an engagement rate of {rounded_percent(stated)}%; its attendee list gives "
        f"{rounded_percent(computed)}%. This report uses the list.",
    )


def _no_room_row(facts: Facts) -> Finding | None:
    if facts.room or facts.data.session.parts:
        return None
    return Finding("NO_ROOM_ROW", "Report 6000 has no row for this session, so Kaltura's own figures are missing.")


def several_ids(persons: Persons, user_ids: Iterable[str]) -> Finding | None:
    """Return a warning if people have several ids.

    Figures and the attendee list count ids; follow-up lists count people.
    """
    groups = persons.groups(user_ids)
    if not groups:
        return None
    came = "One person came" if len(groups) == 1 else f"{len(groups):,} people came"
    return Finding(
        "SEVERAL_IDS",
        f"{came} under several user ids, {sum(map(len, groups)):,} in all: with the same address, or with ids that "
        "differ in case only. Each id counts as an attendee.",
    )


def _unidentified(facts: Facts) -> int:
    """Count unidentified viewers as Kaltura does: all `Unknown` as one, and each blank row, a deleted user, as one."""
    ids = [row.user_id for row in facts.unidentified]
    return sum(not user_id.strip() for user_id in ids) + ("Unknown" in ids)


_ESTIMATE = "an estimate with an error of about ±2%"


def _page_differs(facts: Facts) -> Finding | None:
    """Warn if the Summary page's estimate of viewers differs from the list of attendees."""
    viewers = viewers_live(facts)
    if viewers is None or viewers == len(facts.people):
        return None
    why, people = _why_page_differs(facts, viewers), f"{len(facts.people):,}"
    page = f"Kaltura's Summary page shows {viewers:,} live viewers"
    words = f"{page}, this report counts {people} attendees"
    if why == _ESTIMATE:
        words = f"This report counts {people} attendees: use this number. {page}"
    return Finding("PAGE_DIFFERS", f"{words}: {why}.")


def _why_page_differs(facts: Facts, viewers: int) -> str:
    """Return the most likely reason for more, or fewer, viewers than attendees."""
    more = viewers - len(facts.people)
    if 0 < more <= _unidentified(facts):
        return "the page also counts viewers without a name"
    if abs(more) <= 2 * _ESTIMATE_ERROR * viewers:
        return _ESTIMATE
    if more < 0:
        return "Kaltura gives no reason for counting fewer"
    if facts.data.page and facts.data.page.is_shared:
        return "the page also counts another session of the room in the same hour"
    return "the page also counts people who watched in a player instead of the room"


def _counted_twice(facts: Facts) -> Finding | None:
    if not facts.is_counted_twice:
        return None
    return Finding(
        COUNTED_TWICE,
        "Kaltura counts people in the main room while they are in a breakout. Their time in this report is the longer "
        "of the two, not the sum.",
    )


def _minutes_unknown(facts: Facts) -> Finding | None:
    unknown, every = minutes_unknown(facts)
    if not unknown:
        return None
    sentence = f"Kaltura's figures by minute lack {unknown:,} of {every:,} minutes, so these minutes are unknown."
    return Finding("MINUTES_MISSING", sentence)


def _page_numbers_unreadable(facts: Facts) -> Finding | None:
    """Warn about invalid numbers on the Summary page and in poll votes, except in the long table of people."""
    page = facts.data.page
    tables = {name: page.rows(name) for name in page.tables if name != REPORT} if page else {}
    cells = [cell for rows in tables.values() for row in rows for name, cell in row.items() if _NUMERIC.match(name)]
    polls = page.polls if page and not isinstance(page.polls, NotKnown) else ()
    votes = [
        item.get("nvoted")
        for poll in polls
        for item in (poll, *(poll.get("options") or ()))
        if isinstance(item, Mapping)
    ]
    count = sum(bool(cell) and number(str(cell)) is None for cell in [*cells, *votes])
    if not count:
        return None
    sentence = f"Kaltura's Summary page has figures that are not numbers. They are left out: {count:,}."
    return Finding("PAGE_NUMBERS_UNREADABLE", sentence)


_CHECKS: tuple[Callable[[Facts], Finding | None], ...] = (
    _no_duration,
    _no_room_row,
    _people_disagree,
    _engagement_disagrees,
    _minutes_too_long,
    _counted_twice,
    lambda facts: several_ids(facts.persons, (person.user_id for person in facts.present)),
    _ratio_out_of_range,
    _unreadable_numbers,
    _page_differs,
    polls_disagree,
    _minutes_unknown,
    _page_numbers_unreadable,
)
