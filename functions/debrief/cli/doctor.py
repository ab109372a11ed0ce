"""`debrief doctor`: check the configuration, one line for each part."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_archive_and_outbox, add_command, check_ids, settings_of
from debrief.cli.bucket import bucket_rows
from debrief.cli.doctor_deep import CONTRACT, deep_checks
from debrief.cli.output import counted, print_row
from debrief.cli.recipients_preview import preview_recipients
from debrief.cli.send_test import send_test
from debrief.cli.sender import sender_rows
from debrief.cli.settings_check import check_link_key, unknown_variables
from debrief.delivery.mail.addresses import parse_addresses
from debrief.delivery.rules.rules import RuleSource
from debrief.env import AdminSecret, AppToken
from debrief.errors import BadSettings, DebriefError
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.probe import (
    probe_captions,
    probe_cue_points,
    probe_events,
    probe_page,
    probe_report,
    probe_rooms,
    probe_schedule,
    probe_session,
    probe_users,
)
from debrief.kaltura.reports.room_reports import ATTENDEES, BREAKOUTS, ROOMS
from debrief.kaltura.sessions.registration_access import registration_access
from debrief.pipeline.session.registration_files import check_lists
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.settings import Settings
from debrief.wiring import (
    DEFAULT_OUTBOX,
    channel_of,
    open_archive,
    open_channel,
    open_ledger,
    open_mailer,
    open_rules,
    utc_now,
)

_TEXT = """\
Check the configuration, one line for each part: credentials, permissions, archive, ledger, email, rules, links, sender.
Nothing is exported and no email is sent. To test that the archive can be written, a small file is written to it.

With --send-test: send one labelled test message to this channel of the rules file, and nothing else.

With --session: list who would get an email about that session, who would not, and why. Nothing is written or sent.

With --deep: check in eleven steps how this Kaltura account answers. It only reads, and writes one file without personal
data, which you can send to the maintainers (docs/kaltura.md). With --session the steps look at that session.

example: debrief doctor --session 1_abcd1234
"""
_MOST_FAULTS = 5  # that are named
_CREDENTIAL = "Kaltura credential"
_WIDTHS = (4, 24)  # the verdict, what was checked
Check = tuple[str, Callable[[], str]]


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "doctor", _doctor, "check the configuration", _TEXT)
    parser.add_argument(
        "--session", metavar="CUE_POINT_ID", help="list this session's recipients instead, with the reasons"
    )
    parser.add_argument("--deep", action="store_true", help="check how this Kaltura account answers; only reads")
    parser.add_argument(
        "--contract", metavar="FILE", default=CONTRACT, help=f"where --deep writes its file; default {CONTRACT}"
    )
    parser.add_argument(
        "--send-test", metavar="CHANNEL", help="send a labelled test message to this channel of the rules file instead"
    )
    add_archive_and_outbox(parser, outbox="check this outbox folder as the email channel; no email is written")


def _doctor(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of(args, environ)
    if args.session is not None:
        check_ids("--session", [args.session])
    if args.send_test is not None:
        return send_test(settings, args.send_test)
    if args.deep:
        return deep_checks(settings, args.session or "", Path(args.contract))
    if args.session is not None:
        preview_recipients(settings, args.session)
        return 0
    well = True
    for checks in (kaltura_checks(settings), _place_checks(settings), channel_checks(settings)):
        for name, check in checks:
            passed, sentence = run_check(check)
            well = well and passed
            print_row(("ok" if passed else "FAIL", name, sentence), _WIDTHS)
            if name == _CREDENTIAL and not passed:
                break  # the other checks of Kaltura would fail for the same reason
    for row in (*bucket_rows(settings), *sender_rows(settings)):
        well = well and row.status != "FAIL"
        print_row((row.status, row.name, row.sentence), _WIDTHS)
    for sentence in unknown_variables(environ):
        print_row(("warn", "settings", sentence), _WIDTHS)
    return 0 if well else 1


def run_check(check: Callable[[], str]) -> tuple[bool, str]:
    """Return whether a check passed, and its sentence."""
    try:
        return True, check()
    except DebriefError as error:
        return False, str(error)


def kaltura_checks(settings: Settings) -> Iterator[Check]:
    """Yield the checks of Kaltura; when the first fails, the others would fail for the same reason."""
    kaltura = Kaltura(settings)
    yield _CREDENTIAL, lambda: f"{_kind(settings)} accepted for account {probe_session(kaltura)}"
    until = utc_now()
    since = until - timedelta(hours=1)
    yield "report 6000 (rooms)", lambda: probe_report(kaltura, ROOMS, since, until)
    yield "report 6001 (attendees)", lambda: probe_report(kaltura, ATTENDEES, since, until)
    yield "report 6002 (breakouts)", lambda: probe_report(kaltura, BREAKOUTS, since, until)
    yield "room names", lambda: probe_rooms(kaltura)
    yield "organizers' addresses", lambda: probe_users(kaltura)
    yield "session cue points", lambda: probe_cue_points(kaltura)
    yield "schedule", lambda: probe_schedule(kaltura)
    yield "virtual events", lambda: probe_events(kaltura)
    yield "Summary page", lambda: probe_page(kaltura)
    yield "registrations", lambda: _registrations(settings, kaltura)
    yield "captions", lambda: probe_captions(kaltura, are_read=settings.captions)


def _registrations(settings: Settings, kaltura: Kaltura) -> str:
    found = registration_access(kaltura.registrar)
    return f"{found}; lists in the archive are used (DEBRIEF_REGISTRATIONS)" if settings.registrations else found


def _kind(settings: Settings) -> str:
    match settings.credential:
        case AppToken():
            return "app token"
        case AdminSecret():
            return "admin secret"
    return "ready-made KS"


def _place_checks(settings: Settings) -> Iterator[Check]:
    yield "archive", lambda: _archive(settings)
    yield "registration lists", lambda: _registration_lists(settings)
    yield "ledger", lambda: _ledger(settings)
    yield "mail", lambda: _mail(settings)
    yield "recipients", lambda: _recipients(settings)
    yield "rules", lambda: _rules(settings)
    yield "portal", lambda: _portal(settings)
    yield "time zone", lambda: f"documents print times in {settings.timezone}"
    yield "presentation", lambda: f"{presentation_of(settings).paper} paper, {'a' if settings.logo else 'no'} logo"


def channel_checks(settings: Settings) -> Iterator[Check]:
    """Yield a check of each channel of the rules file; none if the file cannot be used, which is said above."""
    rules = open_rules(settings, utc_now)
    with suppress(DebriefError):
        for name in rules.current().channels:
            yield f"channel {name}", partial(_channel, settings, rules, name)


def _channel(settings: Settings, rules: RuleSource, name: str) -> str:
    open_channel(settings, rules, name).check()
    if channel_of(settings) == "outbox":
        return f"is configured; messages go to the outbox {settings.outbox or DEFAULT_OUTBOX} and are not sent"
    return "is configured; it was not contacted"


def _archive(settings: Settings) -> str:
    open_archive(settings).check()
    return f"{settings.archive} can be written"


def _registration_lists(settings: Settings) -> str:
    if not settings.registrations:
        return "DEBRIEF_REGISTRATIONS is not set to yes; lists in the archive are not used"
    count, faults = check_lists(open_archive(settings), dict(settings.registration_columns))
    if faults:
        others = len(faults) - _MOST_FAULTS
        more = [f"{counted(others, 'more list')} cannot be used."] if others > 0 else []
        raise BadSettings(" ".join([*faults[:_MOST_FAULTS], *more]))
    return f"{counted(count, 'list')} in the archive can be used"


def _mail(settings: Settings) -> str:
    open_mailer(settings).check()
    return f"{channel_of(settings)} can be used; nothing was sent"


def _ledger(settings: Settings) -> str:
    with closing(open_ledger(settings)) as ledger:
        count = sum(1 for _ in ledger.unfinished())
    return f"can be read; {count} sessions are not final yet"


def _recipients(settings: Settings) -> str:
    listed = f"{len(parse_addresses(settings.mail_to))} from DEBRIEF_MAIL_TO"
    return f"organizers, and {listed}" if settings.organizers else f"{listed}; organizers only if the rules name them"


def _rules(settings: Settings) -> str:
    rules = open_rules(settings, utc_now).current()
    if not settings.rules:
        who = (
            "every organizer gets everything" if settings.organizers else "organizers get nothing (DEBRIEF_ORGANIZERS)"
        )
        return f"DEBRIEF_RULES is not set; {who}"
    people = "1 person" if len(rules.people) == 1 else f"{len(rules.people)} people"
    counts = f"{counted(len(rules.rules), 'rule')}, {people}, {len(rules.never)} on the never list"
    return f"{settings.rules} can be used: {counts}"


def _portal(settings: Settings) -> str:
    if not settings.portal_url:
        return "DEBRIEF_PORTAL_URL is not set; emails name the files' locations instead of links"
    check_link_key(settings)
    return f"links lead to {settings.portal_url} and work for {settings.link_days:g} days"
