"""`debrief compare`: put each figure of Kaltura's Summary page beside the report's, and say why they differ."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

from debrief.cli.arguments import add_archive, add_command, check_ids, settings_of_archive
from debrief.cli.compare_table import print_figures, print_reasons
from debrief.cli.compare_words import cause_text, plain_value, verdict
from debrief.cli.output import counted, print_row, result, say
from debrief.cli.session_arguments import exported_record
from debrief.documents.text.times import when
from debrief.errors import BadSettings, UnknownSession
from debrief.pipeline.maintenance.compare.compare_figure import Compared
from debrief.pipeline.maintenance.compare.compare_page import PageComparison, compare_page
from debrief.wiring import connect

_TEXT = """\
Ask Kaltura for every figure of its Summary page, with the page's own requests, and compare it with the figure in
Debrief's archived report. Each reason for a difference is checked, some by asking Kaltura again with one thing
changed. What no reason explains is shown as NOT EXPLAINED.

It prints the figures whose difference is not explained, and counts the reasons of the others. --all prints every
figure. Nothing is written or sent. Exit code 1: a difference is not explained, or a figure is not known.

example: debrief compare --session 1_abcd1234
"""
_TIMES = (16,)
_WELL = {"same", "explained"}


def register(commands: Any) -> None:
    """Add the command."""
    text = "compare a report with Kaltura's Summary page, figure by figure"
    parser = add_command(commands, "compare", _compare, text, _TEXT)
    parser.add_argument("--session", metavar="CUE_POINT_ID", required=True, help="the exported session, also `joint-…`")
    parser.add_argument("--all", action="store_true", help="print every figure, also those that are the same")
    add_archive(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object per figure on standard output")


def _compare(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    check_ids("--session", [args.session])
    if args.session.startswith("event-"):
        raise BadSettings("Kaltura's Summary page is about one session. Give --session one session of the event.")
    services = connect(settings)
    with closing(services.ledger):
        try:
            record = exported_record(services.ledger, args.session)
        except UnknownSession as error:
            raise UnknownSession(f"{error} The archive is {settings.archive}.") from None
        comparison = compare_page(services, record)
    figures = comparison.figures
    if args.json:
        for each in figures:
            result(json.dumps(_object(each, settings.timezone), ensure_ascii=False))
        say(f"{verdict(figures, args.session)} {_counts(figures)}")
    else:
        _print(comparison, args.session, settings.timezone, every=args.all)
    return 0 if {each.status for each in figures} <= _WELL else 1


def _print(comparison: PageComparison, session: str, timezone: str, *, every: bool) -> None:
    """Print the result; then every figure, or those that are not explained; then the reasons of differences."""
    figures = comparison.figures
    result(verdict(figures, session))
    result(_counts(figures))
    _print_times(comparison, timezone)
    printed = [each for each in figures if every or each.status not in _WELL]
    print_figures(printed, timezone)
    print_reasons(figures, printed)
    if not every:
        result("")
        result("To see every figure, add --all.")


def _counts(figures: Sequence[Compared]) -> str:
    counts = Counter(each.status for each in figures)
    return (
        f"{counted(len(figures), 'figure')}: {counts['same']} same, {counts['explained']} explained,"
        f" {counts['different']} not explained, {counts['not known']} not known."
    )


def _print_times(comparison: PageComparison, timezone: str) -> None:
    """Print what the page shows, and what the report has."""
    zone, session = ZoneInfo(timezone), comparison.session
    kind = "a scheduled webinar" if comparison.is_webinar else "a room"
    state = "final" if comparison.is_final else "provisional"
    result("")
    print_row(("Kaltura's page", f"{kind}, {when(*comparison.span, zone)}"), _TIMES)
    print_row(("Debrief's report", f"{state}, {when(session.start, session.end, zone)}"), _TIMES)


def _object(compared: Compared, timezone: str) -> dict[str, Any]:
    """Return a figure as JSON: of many items their sum, mean or number, and no names of people."""
    figure = compared.figure
    return {
        "figure": figure.key,
        "label": figure.label,
        "unit": figure.unit,
        "items": figure.items or None,
        "kaltura": plain_value(figure, compared.page),
        "report": plain_value(figure, compared.report),
        "status": compared.status,
        "reasons": [
            {
                "reason": cause.code,
                "text": cause_text(figure, cause, timezone),
                "change": cause.change,
                "items": len(cause.items),
            }
            for cause in compared.causes
        ],
        "not_known": compared.reason or None,
    }
