"""Say why people may be missing from Kaltura's lists of a session. A missing person is not called absent."""

from __future__ import annotations

import re

from debrief.metrics.definition import Facts
from debrief.model import NO_RECORDING, NOT_COUNTED, Finding, NotKnown

ATTENDEES, VIEWERS = "60010-getTable", "60012-getTable"
SHARED = "another session of the room was in the same hour, and Kaltura does not say in which one they were"
_HIDDEN = "this account's reports hide who attended"
_SPLIT = "Kaltura's list of attendees was too long for one answer, so people may be missing from it"
_UNREADABLE = "some lines of Kaltura's list of attendees could not be read"
_CUT = "Kaltura's list of the recording's viewers is not complete"

is_hidden = re.compile(r"[0-9A-F]{32}").fullmatch  # by user id: an account can hide who attended


def why_incomplete(facts: Facts) -> str:
    """Return why people in no report may still have come; blank if they certainly did not.

    People of another session in the same hour are not considered; see `SHARED`.
    """
    if any(is_hidden(person.user_id) and not person.email for person in facts.present):
        return _HIDDEN
    if reason := facts.page_reason(ATTENDEES):
        return f"the attendees on Kaltura's Summary page are unknown: {_within(reason)}"
    viewers = facts.data.page.tables.get(VIEWERS) if facts.data.page else None
    if isinstance(viewers, NotKnown) and viewers not in {NO_RECORDING, NOT_COUNTED}:
        return f"the viewers of the recording are unknown: {_within(viewers.reason)}"
    return next(filter(None, map(_why_missing, facts.data.findings)), "")


def why_strangers_may_be_there(facts: Facts) -> str:
    """Return why people who are on no list of the session may still have come; blank if they certainly did not."""
    is_shared = facts.data.page is not None and facts.data.page.is_shared
    return why_incomplete(facts) or (SHARED if is_shared else "")


def _why_missing(finding: Finding) -> str:
    """Return why people may be missing from a list of people; blank if the finding is about something else."""
    if finding.code == "TABLE_CUT" and "viewers of the recording" in finding.message:
        return _CUT
    return {"SPLIT": _SPLIT, "UNREADABLE_ROWS": _UNREADABLE}.get(finding.code, "")


def _within(reason: str) -> str:
    """Return a reason without its full stop."""
    return reason.rstrip(".")
