"""`debrief compare`: put each figure of Kaltura's Summary page beside the report's, and say why they differ."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

from debrief.cli.arguments import add_archive, add_command, check_ids, settings_of_archive
from debrief.cli.compare_words import cause_text, explanations, plain_value, value_text, why_text
from debrief.cli.output import print_row, result, say
from debrief.cli.session_arguments import exported_record
from debrief.documents.text.times import when
from debrief.errors import BadSettings
from debrief.pipeline.maintenance.compare.compare_figure import Compared
from debrief.pipeline.maintenance.compare.compare_page import PageComparison, compare_page
from debrief.wiring import connect

_TEXT = """\
Ask Kaltura for every figure of its Summary page, with the page's own requests, and print it beside the figure in
Debrief's archived report. For a difference the table gives each reason, and how much of the difference it explains.
Each reason is checked: Kaltura is asked again with one thing changed at a time. What no reason explains is shown as NOT
EXPLAINED.

Nothing is written or sent. Exit code 1: a difference is not explained, or a figure is not known.

example: debrief compare --session 1_abcd1234
"""
_HEAD = ("figure", "Kaltura", "report", "why")
_WIDTHS = (27, 9, 9)  # with gaps and at least 29 columns for the reason, 80 columns
_REASON = 17
_WELL = {"same", "explained"}


def register(commands: Any) -> None:
    """Add the command."""
    text = "compare a report with Kaltura's Summary page, figure by figure"
    parser = add_command(commands, "compare", _compare, text, _TEXT)
    parser.add_argument("--session", metavar="CUE_POINT_ID", required=True, help="the exported session, also `joint-…`")
    add_archive(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object per figure on standard output")


def _compare(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    check_ids("--session", [args.session])
    if args.session.startswith("event-"):
        raise BadSettings("Kaltura's Summary page is about one session. Give --session one session of the event.")
    services = connect(settings)
    with closing(services.ledger):
        comparison = compare_page(services, exported_record(services.ledger, args.session))
    say(_describe(comparison, settings.timezone))
    if args.json:
        for each in comparison.figures:
            result(json.dumps(_object(each, settings.timezone), ensure_ascii=False))
    else:
        _print(comparison, settings.timezone)
    counts = Counter(each.status for each in comparison.figures)
    say(
        f"{len(comparison.figures)} figures: {counts['same']} same, {counts['explained']} explained,"
        f" {counts['different']} not explained, {counts['not known']} not known."
    )
    return 0 if set(counts) <= _WELL else 1


def _describe(comparison: PageComparison, timezone: str) -> str:
    """Return what the page shows, and what the report has."""
    zone, session = ZoneInfo(timezone), comparison.session
    kind = "a scheduled webinar" if comparison.is_webinar else "a room"
    (start, end), state = comparison.span, "final" if comparison.is_final else "provisional"
    return (
        f"Kaltura's page shows {kind}, {when(start, end, zone)}."
        f" The {state} report has {when(session.start, session.end, zone)}."
    )


def _print(comparison: PageComparison, timezone: str) -> None:
    figure, kaltura, report, why = _HEAD
    print_row((figure, f"{kaltura:>9}", f"{report:>9}", why), _WIDTHS)
    for each in comparison.figures:
        values = (f"{value_text(each.figure, items, timezone):>9}" for items in (each.page, each.report))
        print_row((each.figure.label, *values, why_text(each, timezone)), _WIDTHS)
    if texts := explanations(comparison.figures):
        result("")
        result("What the reasons mean (+ says that the report has more):")
        for words, text in texts:
            print_row((words, text), (_REASON,))


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
