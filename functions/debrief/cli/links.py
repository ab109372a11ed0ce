"""`debrief links`: show who opened which link, and revoke links."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from itertools import chain, groupby
from typing import Any

from debrief.cli.arguments import add_archive, add_command, check_ids, settings_of_archive
from debrief.cli.output import counted, print_table, result, say
from debrief.delivery.ledger.ledger import Delivery, Ledger, Link, Note
from debrief.delivery.ledger.suppressions import (
    ALL_LINKS,
    find_unsubscription,
    is_link_revoked,
    person_subject,
    session_subject,
)
from debrief.delivery.mail.addresses import is_one_of, recipient_id
from debrief.errors import UnknownSession
from debrief.wiring import open_ledger, utc_now

_REVOKE = """\
Revoke links sent so far: those sent to one person, those that open one session, or all. Links in later emails work.
To stop the emails too, add the address to the never list in the rules.
"""
_SHOW = """\
List the recipients of one session's report, the status of each email and of its links, and which files were opened
on which days. The list includes files that admins opened through the index.
"""
_BOTH = """\
Show who opened the links to a session, or revoke links.

example: debrief links revoke --person ann@example.com
"""
_HEAD = ("who", "sees", "email", "links", "opened")


def register(commands: Any) -> None:
    """Add the command and its actions."""
    parser = add_command(commands, "links", _revoke, "show who opened links, and revoke links", _BOTH)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = add_command(actions, "show", _show, "list recipients and what they opened", _SHOW)
    show.add_argument(
        "--session", metavar="CUE_POINT_ID", required=True, help="the session, as listed by `debrief status`"
    )
    add_archive(show)
    revoke = add_command(actions, "revoke", _revoke, "revoke links", _REVOKE)
    what = revoke.add_mutually_exclusive_group(required=True)
    what.add_argument("--person", metavar="ADDRESS", help="all links sent so far to this address")
    what.add_argument("--session", metavar="CUE_POINT_ID", help="all links sent so far that open this session")
    what.add_argument("--all", action="store_true", help="all links sent so far, to anybody")
    add_archive(revoke)


def _show(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    check_ids("--session", [args.session])
    settings = settings_of_archive(args, environ)
    with closing(open_ledger(settings)) as ledger:
        ids = _with_merged(ledger, args.session)
        deliveries = [delivery for id_ in ids for delivery in ledger.deliveries(id_)]
        links = [link for link in ledger.all_links() if link.cue_point_id in ids]
        recipients = {delivery.recipient_id for delivery in deliveries}
        index_rows = [row for id_ in ids for row in _index_rows(ledger, id_, recipients, settings.admin_to)]
        print_table(_HEAD, [*(_row(ledger, delivery, links) for delivery in deliveries), *index_rows])
    if not deliveries:
        say("The ledger has no email about this session.")
    return 0


def _row(ledger: Ledger, delivery: Delivery, links: Iterable[Link]) -> tuple[str, ...]:
    """Describe one email, with all links of its recipient to its session.

    The ledger does not record by which email's link a file was opened. An erased recipient has no address.
    """
    opened = _files_and_days(ledger.notes("opened", f"{delivery.cue_point_id}/{delivery.recipient_id}/"))
    mail = delivery.occasion or ("updated report" if delivery.revision > 1 else "report")
    own = delivery.cue_point_id, delivery.recipient_id
    states = Counter(_link_state(ledger, link) for link in links if (link.cue_point_id, link.recipient_id) == own)
    words = list(states) if len(states) == 1 else [f"{count} {word}" for word, count in sorted(states.items())]
    record = ledger.session(delivery.cue_point_id)
    if not delivery.channel and find_unsubscription(ledger, delivery.recipient_id, record.entry_id if record else ""):
        words.append("unsubscribed")
    who = delivery.address or "erased"
    return who, delivery.tier, f"{mail}, {delivery.state_word}", ", ".join(words) or "-", opened or "-"


def _link_state(ledger: Ledger, link: Link) -> str:
    if is_link_revoked(ledger, link):
        return "revoked"
    return "valid" if link.expires > utc_now() else "expired"


def _index_rows(
    ledger: Ledger, cue_point_id: str, recipients: Collection[str], admins: Iterable[str]
) -> Iterable[tuple[str, ...]]:
    """Yield a row for each admin who got no email: the files that the admin opened through the list of sessions.

    A former admin is shown by the recipient id.
    """
    notes = ledger.notes("opened", f"{cue_point_id}/")
    for recipient, opened in groupby(notes, key=lambda note: note.subject.split("/")[1]):
        if recipient not in recipients:
            address = next((admin for admin in admins if is_one_of(recipient, [admin])), recipient)
            yield address, "full", "index", "-", _files_and_days(opened)


def _files_and_days(opened: Iterable[Note]) -> str:
    days = (note.subject.split("/")[2:4] for note in opened)
    return ", ".join(f"{what} {day}" for day, what in days)


def _revoke(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    with closing(open_ledger(settings)) as ledger:
        subjects = _subjects(args, ledger)
        before = [link for link in ledger.all_links() if _works(ledger, link)]
        for subject in subjects:
            ledger.put_note(Note("revoked", subject, utc_now()))
            result(f"revoked: {_in_words(subject)}")
        revoked = [link for link in before if not _works(ledger, link)]
    target = "" if args.all else " to this address" if args.person is not None else f" to session {args.session}"
    if revoked:
        say(f"Revoked {counted(len(revoked), 'link')}. Links sent so far{target} no longer work.")
    else:
        say(f"Revoked 0 links. No link sent so far{target} still worked.")
    return 0


def _subjects(args: argparse.Namespace, ledger: Ledger) -> list[str]:
    """Return the subjects of the revocation. Raises UnknownSession for a person or a session that had no email."""
    if args.all:
        return [ALL_LINKS]
    if args.person is not None:
        recipient = recipient_id(args.person)
        links, mails = ledger.all_links(), ledger.all_deliveries()
        if recipient not in chain((link.recipient_id for link in links), (mail.recipient_id for mail in mails)):
            raise UnknownSession("The ledger has no email to this address. Check its spelling.")
        return [person_subject(recipient)]
    check_ids("--session", [args.session])
    return [session_subject(id_) for id_ in _with_merged(ledger, args.session)]


def _in_words(subject: str) -> str:
    """Describe the subject of a revocation without the recipient id."""
    kind, _, id_ = subject.partition("/")
    if kind == "session":
        return f"links to session {id_}"
    return "links to this address" if kind == "person" else "all links"


def _works(ledger: Ledger, link: Link) -> bool:
    return _link_state(ledger, link) == "valid"


def _with_merged(ledger: Ledger, cue_point_id: str) -> list[str]:
    """Return the ids of the session and, if it was interrupted, of the merged session."""
    record = ledger.session(cue_point_id)
    if record is None:
        raise UnknownSession(f"The ledger has no session {cue_point_id!r}; see `debrief status`.")
    return [cue_point_id, *filter(None, [record.merged_id])]
