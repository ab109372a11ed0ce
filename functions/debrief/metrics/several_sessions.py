"""Figures of several sessions together, for the page of a room and for digests: sums of the reports' figures."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from debrief.metrics.event_sections import standouts
from debrief.session_figures import Overview, SessionFigures, Total

ADDED_UP = ("unique_attendees", "first_time", "came_back", "registered_absent")
SHARES = ("presence_share", "engagement_rate")  # only shares: by counts, the largest session is always the best


def overview_of(sessions: Sequence[SessionFigures]) -> Overview:
    """Add up the counts, and find the sessions with the highest and lowest shares; small sessions are left out."""
    rows = [
        {
            "people": session.figures.get("unique_attendees", 0.0),
            "present_75": None,
            "returning_share": None,
            **{key: session.figures.get(key) for key in SHARES},
        }
        for session in sessions
    ]
    return Overview({key: _total(sessions, key) for key in ADDED_UP}, standouts(rows)["rows"])


def _total(sessions: Sequence[SessionFigures], key: str) -> Total:
    values = [session.figures[key] for session in sessions if key in session.figures]
    return Total(fsum(values), len(values))
