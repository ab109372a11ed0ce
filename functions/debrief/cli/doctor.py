"""`debrief doctor`: checks the configuration, one line at a time."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any

from debrief.cli.arguments import add_command, add_places, check_ids, settings_of
from debrief.cli.output import counted, print_row
from debrief.cli.recipients_preview import show_who
from debrief.delivery.mail.addresses import parse_addresses
from debrief.env import AdminSecret, AppToken
from debrief.errors import BadSettings, DebriefError
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.probe import (
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
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.settings import Settings
from debrief.wiring import channel_of, open_archive, open_ledger, open_mailer, open_rules, utc_now

_TEXT = """\
Check the configuration one line at a time: credentials, permissions, archive, ledger, mail, rules, links. Nothing is
exported and no mail is sent; to prove that the archive can be written, a file is put there.

With --session: who would get what for that session, and who would not and why; nothing is written and nobody mailed.

example: debrief doctor --session 1_abcd1234
"""
_CREDENTIAL = "Kaltura credential"
_WIDTHS = (4, 24)  # the verdict, what was checked
Check = tuple[str, Callable[[], str]]


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "doctor", _doctor, "check the configuration", _TEXT)
    parser.add_argument("--session", metavar="CUE_POINT_ID", help="show who would get what for this session instead")
    add_places(parser)


def _doctor(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of(args, environ)
    if args.session is not None:
        check_ids("--session", [args.session])
        return show_who(settings, args.session)
    well = True
    for checks in (_kaltura_checks(settings), _place_checks(settings)):
        for name, check in checks:
            passed, sentence = _tried(check)
            well = well and passed
            print_row(("ok" if passed else "FAIL", name, sentence), _WIDTHS)
            if name == _CREDENTIAL and not passed:
                break  # the others would only repeat it
    return 0 if well else 1


def _tried(check: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, check()
    except DebriefError as error:
        return False, str(error)


def _kaltura_checks(settings: Settings) -> Iterator[Check]:
    kaltura = Kaltura(settings)
    yield _CREDENTIAL, lambda: f"{_kind(settings)} accepted for account {probe_session(kaltura)}"
    until = utc_now()
    since = until - timedelta(hours=1)
    yield "report 6000 (rooms)", lambda: probe_report(kaltura, ROOMS, since, until)
    yield "report 6001 (attendees)", lambda: probe_report(kaltura, ATTENDEES, since, until)
    yield "report 6002 (breakouts)", lambda: probe_report(kaltura, BREAKOUTS, since, until)
    yield "room names", lambda: probe_rooms(kaltura)
    yield "hosts' addresses", lambda: probe_users(kaltura)
    yield "session cue points", lambda: probe_cue_points(kaltura)
    yield "schedule", lambda: probe_schedule(kaltura)
    yield "virtual events", lambda: probe_events(kaltura)
    yield "Summary page", lambda: probe_page(kaltura)


def _kind(settings: Settings) -> str:
    match settings.credential:
        case AppToken():
            return "app token"
        case AdminSecret():
            return "admin secret"
    return "ready-made KS"


def _place_checks(settings: Settings) -> Iterator[Check]:
    yield "archive", lambda: _checked(open_archive(settings).check, f"{settings.archive} can be written")
    yield "ledger", lambda: _ledger(settings)
    yield "mail", lambda: _checked(open_mailer(settings).check, f"{channel_of(settings)} can be used; nothing was sent")
    yield "recipients", lambda: _recipients(settings)
    yield "rules", lambda: _rules(settings)
    yield "portal", lambda: _portal(settings)
    yield "time zone", lambda: f"documents print times in {settings.timezone}"
    yield "presentation", lambda: f"{presentation_of(settings).paper} paper, {'a' if settings.logo else 'no'} logo"


def _checked(check: Callable[[], None], sentence: str) -> str:
    check()
    return sentence


def _ledger(settings: Settings) -> str:
    with closing(open_ledger(settings)) as ledger:
        count = sum(1 for _ in ledger.unfinished())
    return f"can be read; {count} sessions are not final yet"


def _recipients(settings: Settings) -> str:
    count = len(parse_addresses(settings.mail_to))
    return f"each session's organizers, and {count} from DEBRIEF_MAIL_TO"


def _rules(settings: Settings) -> str:
    rules = open_rules(settings, utc_now).current()
    if not settings.rules:
        return "DEBRIEF_RULES is not set; every organizer gets everything"
    counts = f"{counted(len(rules.rules), 'rule')}, {len(rules.people)} people, {len(rules.never)} never to mail"
    return f"{settings.rules} can be used: {counts}"


def _portal(settings: Settings) -> str:
    if not settings.portal_url:
        return "DEBRIEF_PORTAL_URL is not set; mails name the files' places instead of links"
    if not settings.link_key and settings.ledger.startswith("dynamodb:"):
        raise BadSettings("DEBRIEF_PORTAL_URL is set and DEBRIEF_LINK_KEY is not; links need both.")
    return f"links lead to {settings.portal_url} for {settings.link_days:g} days"
