"""`debrief erase`: remove a person permanently from the archive and the ledger."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import debrief
from debrief.cli.arguments import add_archive, add_command, settings_of_archive
from debrief.cli.output import counted, print_row, say
from debrief.cli.person import add_person, check_person
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import BadSettings
from debrief.pipeline.erasure.erase_person import Erasure, FoundPerson, erase, find_person
from debrief.pipeline.erasure.listed_people import incomplete
from debrief.pipeline.erasure.proof import require_pdf_reader, write_proof
from debrief.pipeline.erasure.subject_access import extent_of, roles_in, rows_on_lists
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_files import FOLDER
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.wiring import DEFAULT_OUTBOX, channel_of, connect

_TEXT = """\
Erase a person from all stored data: tables, raw responses from Kaltura, reports and their old versions, the ledger,
and emails in the outbox. Totals still include the person's minutes; the row says 'Erased attendee'. An anonymous
tombstone keeps the person out of later exports and replays. A proof without names is written to the archive.

All ids and addresses of the person are erased: Debrief finds the user ids of an address, and the other addresses of
those ids. An address that the person typed as a guest may belong to somebody else; --also erases that person too.
Emails that were already sent cannot be recalled. If interrupted, run the command again.
"""
_WIDTHS = (7, 16)  # widths of `found` or `erased`, session


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "erase", _erase, "erase a person from all stored data", _TEXT)
    add_person(parser, as_flag=True)
    add_archive(parser)
    text = "folder with emails of earlier runs; those to or about the person are deleted"
    parser.add_argument("--outbox", metavar="DIR", help=text)
    text = "if this person joined with somebody else's address, erase that person too"
    parser.add_argument("--also", action="store_true", help=text)
    parser.add_argument("--dry-run", action="store_true", help="list the sessions; write nothing")
    parser.add_argument("--yes", action="store_true", help="skip the confirmation")
    text = "afterwards search the whole archive for the person"
    parser.add_argument("--search-all", action="store_true", help=text)


def _erase(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    person = check_person(args.person)
    settings = settings_of_archive(args, environ)
    presentation_of(settings)
    require_pdf_reader()
    services = connect(settings, asks_kaltura=False)
    with closing(services.ledger):
        found = find_person(services, person, include_others=args.also)
        listed, unreadable = rows_on_lists(services, found)
        is_repeated = not listed and _is_erased(services, found)
        if not is_repeated:
            _print_plan(services, found, {row["list"] for row in listed})
        elif args.dry_run:
            say("Nothing is left to erase." if not unreadable else "Nothing else is left to erase.")
        for sentence in incomplete(unreadable):
            say(sentence)
        if args.dry_run:
            say("Nothing was written.")
            return 1 if unreadable else 0
        if not args.yes:
            _confirm(found)
        has_outbox = channel_of(settings) == "outbox"
        outbox = OutboxMailer(Path(settings.outbox or DEFAULT_OUTBOX)) if has_outbox else None
        done = erase(services, found, outbox, everywhere=args.search_all)
        key = "" if done.failed else write_proof(services, done, debrief.__version__)
    if is_repeated and key and _did_nothing(done) and not args.search_all:
        # Every complete run writes a proof, because an earlier run may have been killed before it wrote its proof.
        say(f"Nothing was left to erase. This check is recorded in {services.archive.location(key)}.")
        return 0
    _print_outcome(done, has_outbox=has_outbox)
    if not key:
        say("The erasure is not complete, so no proof was written. Fix the errors above, then run this command again.")
        return 1
    say(f"The proof is {services.archive.location(key)}. Later exports and replays leave the person out.")
    return 1 if done.searched.hits else 0


def _is_erased(services: Services, found: FoundPerson) -> bool:
    """Return whether an earlier run has erased the person, and no session or email is left to erase."""
    return not found.places and found.hashes <= found.stones.hashes and not extent_of(services, found).addresses


def _did_nothing(done: Erasure) -> bool:
    did = (done.steps, done.failed, done.lists, done.deliveries, done.mails, done.leftovers, done.searched.hits)
    return not any(did)


def _print_plan(services: Services, found: FoundPerson, lists: set[str]) -> None:
    for place in found.places:
        roles = ", ".join(roles_in(services, found, place))
        print_row(("found", place.cue_point_id, roles), _WIDTHS)
    if not found.places:
        say("No session in this archive has data of the person.")
    if lists:
        say(f"Found on {counted(len(lists), 'list')} of registrations.")
    extent = extent_of(services, found)
    ids, organizers = counted(extent.ids, "user id"), counted(extent.organizers, "organizer")
    addresses = f"{extent.addresses} address{'es' * (extent.addresses != 1)}"
    say(f"To be erased from {counted(len(found.places), 'session')}: {ids} and {addresses}; {organizers} among them.")
    if found.others:
        say("An address that the person typed as a guest also belongs to somebody else; --also erases both.")


def _confirm(found: FoundPerson) -> None:
    """Ask before erasing. Raises BadSettings unless the answer is yes."""
    if not sys.stdin.isatty():
        raise BadSettings("Erasing cannot be undone. Give --yes, or --dry-run to see what would be erased.")
    say(f"Erase the person from {counted(len(found.places), 'session')} permanently? Type yes to continue.")
    if sys.stdin.readline().strip().lower() != "yes":
        raise BadSettings("Nothing was erased.")


def _print_outcome(done: Erasure, *, has_outbox: bool) -> None:
    for step in done.steps:
        what = f"{counted(step.files, 'file')} rewritten" if step.revision else "expired"
        deleted = f"{what}, {step.versions} {'file or version' if step.versions == 1 else 'files or versions'} deleted"
        print_row(("erased", step.cue_point_id, deleted), _WIDTHS)
    for hit in done.searched.hits:
        say(f"Data of the person is left in {hit}.")
    searched = f"{counted(done.searched.files, 'file')}, {done.searched.bytes:,} bytes, searched"
    mails = f"address removed from {counted(done.deliveries, 'email')}, {done.mails} deleted from the outbox"
    if not (done.steps or done.failed or done.lists or done.deliveries or done.mails):
        say("Nothing was left to erase.")
    say(
        f"{counted(len(done.steps), 'session')} erased; {mails}; {searched}; {counted(len(done.searched.hits), 'hit')}."
    )
    if done.deliveries and not has_outbox:
        say("Emails that were already sent cannot be recalled.")
    if done.leftovers:
        say(f"{counted(done.leftovers, 'half-written file')} of killed runs deleted.")
    if done.lists:
        say(f"{counted(done.lists, 'list')} of registrations rewritten without the person.")
    for place, reason in done.failed.items():
        is_list = place.startswith(FOLDER)
        where = f"{place} may have" if is_list else f"session {place} still has"
        say(f"{where} data of the person: {reason}")
