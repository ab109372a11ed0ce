"""`debrief links`: see who opened which link, and take links back."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from itertools import chain, groupby
from typing import Any

from debrief.cli.arguments import add_command, add_places, check_ids, settings_of_archive
from debrief.cli.output import counted, print_table, result, say
from debrief.delivery.ledger.ledger import Delivery, Ledger, Link, Mark
from debrief.delivery.ledger.suppressions import ALL_LINKS, person_subject, session_subject
from debrief.delivery.mail.addresses import is_one_of, recipient_id
from debrief.errors import UnknownSession
from debrief.portal.link_access import is_taken_back
from debrief.wiring import open_ledger, utc_now

_TEXT = """\
Make the links in mails that went out until now stop working: those of one person, of one session, or all. Links in
later mails work, so put an address that is to get no mails any more on the never-to list of the rules as well.
"""


_SHOW = """\
List who was mailed a report of one session, what became of the mail, and which of its files were opened on which days;
and which of them admins opened through the index.
"""
_BOTH = """\
See who opened the links to a session, or make links stop working.

example: debrief links revoke --person ann@example.com
"""
_HEAD = ("who", "sees", "revision", "mail", "opened")


def register(commands: Any) -> None:
    """The command and its actions."""
    parser = add_command(commands, "links", _revoke, "see who opened links, and make links stop working", _BOTH)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = add_command(actions, "show", _show, "list who was mailed, and what they opened", _SHOW)
    show.add_argument(
        "--session", metavar="CUE_POINT_ID", required=True, help="the session, as `debrief status` lists it"
    )
    add_places(show, outbox=False)
    revoke = add_command(actions, "revoke", _revoke, "make links stop working", _TEXT)
    what = revoke.add_mutually_exclusive_group(required=True)
    what.add_argument("--person", metavar="ADDRESS", help="all links mailed to this address until now")
    what.add_argument("--session", metavar="CUE_POINT_ID", help="all links to this session mailed until now")
    what.add_argument("--all", action="store_true", help="all links mailed until now, to anybody")
    add_places(revoke, outbox=False)


def _show(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    check_ids("--session", [args.session])
    settings = settings_of_archive(args, environ)
    with closing(open_ledger(settings)) as ledger:
        ids = _with_joint(ledger, args.session)
        found = [one for id_ in ids for one in ledger.deliveries(id_)]
        known = {one.recipient_id for one in found}
        through_index = [row for id_ in ids for row in _through_index(ledger, id_, known, settings.admin_to)]
        print_table(_HEAD, [*(_row(ledger, one) for one in found), *through_index])
    if not found:
        say("Nobody was mailed a report of this session.")
    return 0


def _row(ledger: Ledger, delivery: Delivery) -> tuple[str, ...]:
    """One mail. What was opened is known by recipient and day, not by mail."""
    opened = _told(ledger.marks("opened", f"{delivery.cue_point_id}/{delivery.recipient_id}/"))
    mail = delivery.occasion or "report"
    return delivery.address, delivery.tier, str(delivery.revision), f"{mail}, {delivery.state}", opened or "-"


def _through_index(
    ledger: Ledger, cue_point_id: str, mailed: Collection[str], admins: Iterable[str]
) -> Iterable[tuple[str, ...]]:
    """Admins who were not mailed the report, and what they opened in the index. One who is none any more is an id."""
    marks = ledger.marks("opened", f"{cue_point_id}/")
    for who, opened in groupby(marks, key=lambda mark: mark.subject.split("/")[1]):
        if who not in mailed:
            address = next((one for one in admins if is_one_of(who, [one])), who)
            yield address, "full", "-", "index", _told(opened)


def _told(opened: Iterable[Mark]) -> str:
    """What was opened on which days."""
    days = (mark.subject.split("/")[2:4] for mark in opened)
    return ", ".join(f"{what} {day}" for day, what in days)


def _revoke(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    with closing(open_ledger(settings)) as ledger:
        subjects = _subjects(args, ledger)
        before = [link for link in ledger.all_links() if _works(ledger, link)]
        _mark(ledger, subjects)
        revoked = [link for link in before if not _works(ledger, link)]
    say(f"Revoked {counted(len(revoked), 'link')}. No link mailed until now to {_whom(args)} works any more.")
    return 0


def _subjects(args: argparse.Namespace, ledger: Ledger) -> list[str]:
    """What the revocation is noted under. Raises UnknownSession for a person or session that has no mail."""
    if args.all:
        return [ALL_LINKS]
    if args.person is not None:
        recipient = recipient_id(args.person)
        links, mails = ledger.all_links(), ledger.all_deliveries()
        if recipient not in chain((one.recipient_id for one in links), (one.recipient_id for one in mails)):
            raise UnknownSession("Nothing was ever mailed to this address; see whether it is spelled right.")
        return [person_subject(recipient)]
    check_ids("--session", [args.session])
    return [session_subject(id_) for id_ in _with_joint(ledger, args.session)]


def _works(ledger: Ledger, link: Link) -> bool:
    return link.expires > utc_now() and not is_taken_back(ledger, link)


def _whom(args: argparse.Namespace) -> str:
    return "anybody" if args.all else "this address" if args.person is not None else f"session {args.session}"


def _with_joint(ledger: Ledger, cue_point_id: str) -> list[str]:
    """The session, and the joint session in which it was mailed, if it was interrupted."""
    record = ledger.session(cue_point_id)
    if record is None:
        raise UnknownSession(f"The ledger knows no session {cue_point_id!r}; see `debrief status`.")
    return [cue_point_id, *filter(None, [record.joint])]


def _mark(ledger: Ledger, subjects: Iterable[str]) -> None:
    now = utc_now()
    for subject in subjects:
        ledger.put_mark(Mark("revoked", subject, now))
        result(f"revoked {subject}")
