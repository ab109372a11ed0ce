"""Say what the facts of a check mean: whether Debrief can work with them, and what follows for reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Facts = Mapping[str, str]
Verdict = Literal["ok", "differs", "not known", "does not apply"]


class Judgement(NamedTuple):
    """Whether Kaltura answers as Debrief expects, and what the answer means, in one sentence or two."""

    verdict: Verdict
    meaning: str


def judge(number: int, facts: Facts) -> Judgement:
    """Return what the facts of the check with that number mean. Missing facts are not known."""
    wrong, unknown, notes = [], [], list[str]()
    for expectation in _EXPECTATIONS[number]:
        value = facts.get(expectation.fact, "not known")
        if value in expectation.wrong:
            wrong.append(expectation.wrong[value])
        elif value == "not known" and expectation.must_be_known:
            unknown.append(expectation.must_be_known)
        elif note := expectation.notes.get(value):
            notes.append(note)
    if wrong:
        return Judgement("differs", " ".join(wrong))
    if unknown:
        return Judgement("not known", f"not known, because {'; and '.join(dict.fromkeys(unknown))}.")
    return Judgement("ok", " ".join(dict.fromkeys(notes)))


class _Expectation(NamedTuple):
    """A fact. `wrong` and `notes` have sentences for its values; `must_be_known` says why it may be unknown."""

    fact: str
    wrong: Mapping[str, str]
    must_be_known: str = ""
    notes: Mapping[str, str] = {}


_NO_ROW = "the account had no session in the last 30 days, so the report was empty"


def _csv(report: int) -> list[_Expectation]:
    return [
        _Expectation(
            f"{report} required columns",
            {"no": f"Report {report} lacks columns that Debrief needs: do not use Debrief, send the contract file."},
            f"report {report} sent no column names; {_NO_ROW}",
            {"yes": f"Report {report} has every column that Debrief needs."},
        ),
        _Expectation(f"{report} documented order", {}, notes={"no": "Columns have another order, which is harmless."}),
        _Expectation(
            f"{report} other columns",
            {},
            notes={"yes": "There are columns that Debrief does not know; it ignores them."},
        ),
        _Expectation(f"{report} names in quotes", {}, notes={"yes": "Names are in quotes, which Debrief removes."}),
        *(
            [
                _Expectation(
                    f"{report} times in seconds",
                    {"no": "Start times are not 10-digit numbers: compare times in reports with Kaltura's page."},
                )
            ]
            if report == 6000
            else []
        ),
    ]


_EXPECTATIONS: Mapping[int, list[_Expectation]] = {
    1: [
        _Expectation(
            "session.get",
            {},
            notes={"not allowed": "The role may not read session.get; doctor cannot name the account, nothing else."},
        ),
        *_csv(6000),
    ],
    2: [
        *_csv(6001),
        *_csv(6002),
        _Expectation(
            "6002 with both spellings",
            {"fails": "Report 6002 fails with the dates that Debrief sends: reports have no breakout rooms."},
            "report 6002 was not asked",
        ),
        _Expectation(
            "6002 with from_date",
            {},
            notes={"fails": "6002 needs fromDate; Debrief sends both spellings, so it works."},
        ),
        _Expectation(
            "6002 with fromDate",
            {},
            notes={"fails": "6002 needs from_date; Debrief sends both spellings, so it works."},
        ),
    ],
    3: [
        _Expectation(
            "6001 and 6000",
            {"beyond 5%": "The list of attendees and Kaltura's number of viewers differ by more than 5%."},
            "report 6000 has no number of viewers",
            {"same": "The numbers agree.", "within 5%": "The numbers agree; Kaltura's number is an estimate."},
        ),
        _Expectation(
            "6001 and 60010", {"beyond 5%": "The list of attendees and the page's table differ by more than 5%."}
        ),
        _Expectation(
            "round number of rows",
            {"yes": "The number of rows is round, so Kaltura may have cut the list: set ReportRowLimit to it."},
        ),
    ],
    4: [
        _Expectation(
            "rows of other rooms",
            {},
            notes={
                "yes": "Asked for one room, Kaltura also sends its breakout rooms; Debrief sorts them out.",
                "no": "Asked for one room, Kaltura sends only that room.",
            },
        ),
        _Expectation(
            "they name the main room",
            {"no": "Some of these rows do not name the main room: the filter by room may not work."},
        ),
    ],
    5: [
        _Expectation(
            "start in seconds",
            {"no": "The cue point's times are not 10-digit numbers."},
            "the cue point has no start",
            {"yes": "Start, end and duration are seconds."},
        ),
        _Expectation("start as in 6000", {"no": "The cue point's start is not the start in report 6000."}),
        _Expectation(
            "duration is end minus start",
            {"no": "The duration is not end minus start, so Debrief may take a session for an open one."},
        ),
    ],
    6: [
        _Expectation(
            "most in a minute are viewers",
            {"no": "A minute has more viewers than the session: the peak in reports counts events, not people."},
            "report 60004 has no minutes",
            {"yes": "Counts by the minute are numbers of people."},
        ),
        _Expectation(
            "heatmap and 6001",
            {"beyond 5%": "A person's minutes differ between heatmap and list of attendees by more than 5%."},
            "Kaltura gave no heatmap",
        ),
    ],
    7: [
        _Expectation(
            "event leaves out people",
            {},
            notes={"yes": "The filter by event leaves out people; Debrief asks twice and keeps everybody."},
        ),
        _Expectation("same people", {}, notes={"yes": "The filter by event keeps everybody."}),
        _Expectation(
            "roles",
            {},
            notes={
                "yes": "Roles and industries are given.",
                "no": "Nobody has a role or industry; reports leave them out.",
            },
        ),
        _Expectation(
            "roles without event",
            {},
            notes={"yes": "They are given without the event too, which Debrief does not need."},
        ),
    ],
    8: [
        _Expectation(
            "log-ins cover every count",
            {},
            "report 70001 has no data of the session",
            {
                "yes": "Shares of the chat can be computed.",
                "no": "Some people logged in before the start; reports say *not known* for shares above 100%.",
            },
        )
    ],
    9: [
        _Expectation(
            "answer",
            {"figures": "Asked for no entry, Kaltura sends figures of the account: do not use figures of recordings."},
            "Kaltura did not answer",
            {
                "zero": "Without a recording Kaltura sends zeros.",
                "blank": "Without a recording Kaltura sends blank cells, which count as 0.",
                "no data": "Without a recording Kaltura sends no cells, which counts as 0.",
            },
        )
    ],
    10: [
        _Expectation(
            "list of polls",
            {"no": "The chat service answers in another form, so reports have no polls."},
            "the chat service did not answer",
            {"yes": "The chat service lists the polls."},
        )
    ],
    11: [
        _Expectation(
            "hash",
            {},
            "Kaltura accepted no hash",
            {name: f"Kaltura accepts the token with the hash {name}." for name in ("sha256", "sha1", "sha512", "md5")},
        )
    ],
}
