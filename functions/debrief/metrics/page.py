"""Figures at the top of Kaltura's Summary page, by the page's own formulas (analytics-front-end, entry-ep).

Rates of reactions and downloads are divided by the live viewers; rates of chat, polls and Q&A by the people logged in
to chat.
Viewers are estimates, so live viewers and recording viewers do not add up to the total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from debrief.metrics.attended_span import TIMELINE
from debrief.metrics.chat_data import NO_CHAT_DATA, lacks_chat_data
from debrief.metrics.definition import Definition, Facts, Value
from debrief.metrics.timeline import peak, points
from debrief.util.columns import Cells
from debrief.util.values import number

VIEWERS, MINUTES, ENGAGEMENT, CHAT, PLAYS = (
    "60002-getTotal",
    "60001-getTotal",
    "60003-getTotal",
    "70001-getTotal",
    "60012-getTotal",
)
LIVE = "unique_combined_live_viewers"
LOGGED_IN = "unique_logged_in_users"
_EVERYBODY, _RECORDING = "unique_vod_live_viewers", "unique_vod_viewers"
_NO_FIGURE = "Kaltura has no figure"


def total(facts: Facts, name: str) -> Cells | None:
    """Return the only row of a total; None if it is not available."""
    return next(iter(facts.page_rows(name)), None)


def cell(row: Cells | None, column: str) -> float | None:
    """Return a number of a total; an empty cell counts as 0."""
    if row is None:
        return None
    return number(row.get(column, "") or "0")


def viewers_live(facts: Facts) -> int | None:
    value = cell(total(facts, VIEWERS), LIVE)
    return None if value is None else round(value)


def _count(report: str, column: str) -> Callable[[Facts], Value]:
    def count(facts: Facts) -> int | None:
        value = None if _is_too_old(facts, report) else cell(total(facts, report), column)
        return None if value is None else round(value)

    return count


def _figure(report: str, column: str, of: tuple[str, str]) -> Callable[[Facts], Value]:
    """Return a function that reads a mean; None without people. `of`: report and column of the number of people."""

    def figure(facts: Facts) -> float | None:
        row = total(facts, report)
        return cell(row, column) if row and row.get(column) and cell(total(facts, of[0]), of[1]) else None

    return figure


def _share(report: str, column: str, of: str) -> Callable[[Facts], Value]:
    """Return a function that computes a share; None without people (the page shows 0 or NaN), or above 100%.

    Kaltura counts only people who logged in to the chat during the session, so a share can be above 100%.
    """

    def share(facts: Facts) -> float | None:
        people, everybody = _share_of(facts, report, column, of)
        return people / everybody if everybody and people <= everybody else None

    return share


def _share_of(facts: Facts, report: str, column: str, of: str) -> tuple[float, float]:
    """Return the number of people who did something, and of all people; both are 0 if Kaltura has no figures."""
    row = None if _is_too_old(facts, report) else total(facts, report)
    people, everybody = cell(row, column), cell(row, of)
    return (0.0, 0.0) if people is None or everybody is None else (people, everybody)


def _why_no_share(report: str, column: str, of: str) -> Callable[[Facts], str]:
    """Return a function that says why a share is missing: no report, nobody in it, or more than 100%."""
    nobody, counted = (
        ("nobody was logged in to the chat", "log-ins to the chat within the session")
        if of == LOGGED_IN
        else ("there was no live viewer", "live viewers")
    )

    def why(facts: Facts) -> str:
        people, everybody = _share_of(facts, report, column, of)
        if not everybody:
            return _why_not(report, nobody)(facts)
        return f"not known, because Kaltura counts {people:,.0f} people who did it, but only {everybody:,.0f} {counted}"

    return why


def _is_too_old(facts: Facts, report: str) -> bool:
    return report == CHAT and lacks_chat_data(facts.data.session)


def _why_not(report: str, nobody: str) -> Callable[[Facts], str]:
    """Return a function that says why a figure is missing: no report, or nobody in it."""

    def why(facts: Facts) -> str:
        if _is_too_old(facts, report):
            return f"not known, because {NO_CHAT_DATA}"
        return facts.page_reason(report) or nobody

    return why


def _why_no_mean(report: str, of: tuple[str, str], nobody: str) -> Callable[[Facts], str]:
    """Return a function that says why a mean is missing: a report, the people (see `_figure`), or Kaltura's figure."""

    def why(facts: Facts) -> str:
        has_people = cell(total(facts, of[0]), of[1])
        return facts.page_reason(report) or facts.page_reason(of[0]) or (_NO_FIGURE if has_people else nobody)

    return why


def _why_no_peak(facts: Facts) -> str:
    """Return why there is no peak: no report, nobody viewed, or no figures by minute."""
    viewers = viewers_live(facts)
    is_nobody = viewers == 0 or (viewers is None and bool(points(facts)))
    why = "nobody viewed the session live" if is_nobody else "Kaltura has no minute-by-minute viewers of this session"
    return facts.page_reason(TIMELINE) or why


def _left_out(facts: Facts) -> str:
    """Return a reason if Kaltura counts no recording viewers although the recording was watched; else blank."""
    minutes = cell(total(facts, PLAYS), "sum_vod_view_period")
    if not minutes or cell(total(facts, VIEWERS), _RECORDING) != 0:
        return ""
    return f"not known, because Kaltura's count of viewers leaves out the recording, watched for {minutes:,.0f} minutes"


def _no_recording_viewers(facts: Facts) -> str:
    """Return a reason if 0 recording viewers means unknown: plays are unknown too, or viewers were left out."""
    is_zero = not cell(total(facts, VIEWERS), _RECORDING)
    return _left_out(facts) or (is_zero and facts.page_reason(PLAYS)) or ""


def _unless(why: Callable[[Facts], str], figure: Definition) -> Definition:
    """Return the figure, but without a value if `why` gives a reason."""
    return replace(
        figure,
        compute=lambda facts: None if why(facts) else figure.compute(facts),
        why_none=lambda facts: why(facts) or figure.metric(facts).reason or "",
    )


def _counted(key: str, label: str, unit: str, report: str, column: str, formula: str) -> Definition:
    return Definition(key, label, unit, report[:5], formula, _count(report, column), _why_not(report, _NO_FIGURE))


def _minutes(key: str, label: str, column: str, viewers: str, formula: str) -> Definition:
    of = VIEWERS, viewers
    figure, why = _figure(MINUTES, column, of), _why_no_mean(MINUTES, of, "nobody viewed")
    return Definition(key, label, "minutes", "60001", formula, figure, why)


def _users_rate(key: str, label: str, report: str, column: str, of: str, formula: str) -> Definition:
    share, why = _share(report, column, of), _why_no_share(report, column, of)
    return Definition(key, label, "ratio", report[:5], formula, share, why)


GROUP = (
    _unless(
        _left_out,
        _counted(
            "viewers_total", "Total viewers", "people", VIEWERS, _EVERYBODY, "Viewers of the session or its recording."
        ),
    ),
    _counted("viewers_live", "Live viewers", "people", VIEWERS, LIVE, "Viewers of the live session."),
    _unless(
        _no_recording_viewers,
        _counted("viewers_recording", "Recording viewers", "people", VIEWERS, _RECORDING, "Viewers of the recording."),
    ),
    _unless(
        _left_out,
        _minutes(
            "minutes_viewed_average",
            "Average minutes viewed",
            "vod_live_avg_view_time",
            _EVERYBODY,
            "Minutes of session and recording viewed, divided by all viewers.",
        ),
    ),
    _minutes(
        "minutes_viewed_average_live",
        "Average minutes live",
        "combined_live_avg_play_time",
        LIVE,
        "Minutes viewed live, divided by the live viewers.",
    ),
    _unless(
        _no_recording_viewers,
        _minutes(
            "minutes_viewed_average_recording",
            "Average minutes of recording",
            "vod_avg_play_time",
            _RECORDING,
            "Minutes of the recording viewed, divided by the viewers of the recording.",
        ),
    ),
    Definition(
        "live_engagement_rate",
        "Live engagement rate",
        "ratio",
        "60003",
        "Engaged live view time divided by all live view time.",
        _figure(ENGAGEMENT, "combined_live_engaged_users_play_time_ratio", (ENGAGEMENT, LIVE)),
        _why_no_mean(ENGAGEMENT, (ENGAGEMENT, LIVE), "there was no live viewer"),
    ),
    _users_rate(
        "reactions_users_rate",
        "Sent reactions",
        ENGAGEMENT,
        "reaction_clicked_unique_users",
        LIVE,
        "Share of the live viewers who sent a reaction.",
    ),
    _counted("reactions_count", "Reactions", "count", ENGAGEMENT, "count_reaction_clicked", "Reactions sent."),
    _users_rate(
        "chat_users_rate",
        "Wrote in the chat",
        CHAT,
        "unique_users_sent_group_message",
        LOGGED_IN,
        "Share of the people logged in to the chat who sent a message to the group.",
    ),
    _counted(
        "chat_messages_count",
        "Chat messages",
        "count",
        CHAT,
        "count_cnc_group_message_sent",
        "Messages sent to the group chat.",
    ),
    _users_rate(
        "polls_users_rate",
        "Answered polls",
        CHAT,
        "unique_users_answered_poll",
        LOGGED_IN,
        "Share of the people logged in to the chat who answered a poll.",
    ),
    _users_rate(
        "qna_users_rate",
        "Opened Q&A threads",
        CHAT,
        "unique_users_q_and_a_thread",
        LOGGED_IN,
        "Share of the people logged in to the chat who opened a Q&A thread.",
    ),
    _counted("qna_threads_count", "Q&A threads", "count", CHAT, "q_and_a_threads_count", "Q&A threads opened."),
    _users_rate(
        "downloads_users_rate",
        "Downloaded attachments",
        ENGAGEMENT,
        "download_attachment_unique_users",
        LIVE,
        "Share of the live viewers who downloaded an attachment.",
    ),
    _counted(
        "downloads_count",
        "Attachment downloads",
        "count",
        ENGAGEMENT,
        "count_download_attachment_clicked",
        "Attachments downloaded.",
    ),
    _counted(
        "recording_plays", "Recording plays", "count", PLAYS, "count_plays", "Times that the recording was started."
    ),
    Definition(
        "peak_live_viewers",
        "Peak live viewers",
        "people",
        "60004",
        "The largest number of viewers in one minute, counted from the players' signals in that minute.",
        lambda facts: found[1] if (found := peak(facts)) else None,
        _why_no_peak,
        short="Peak",
    ),
    Definition(
        "peak_live_viewers_at",
        "Time of the peak",
        "time",
        "60004",
        "The first minute with the peak number of viewers.",
        lambda facts: found[0] if (found := peak(facts)) else None,
        _why_no_peak,
    ),
)
