"""`debrief erase`: a person leaves the archive and the ledger, for good."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import debrief
from debrief.cli.arguments import add_command, add_places, settings_of_archive
from debrief.cli.output import counted, print_row, say
from debrief.cli.person import add_person, check_person
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import BadSettings
from debrief.pipeline.erasure.erase import Erasure, Subject, erase, find_person
from debrief.pipeline.erasure.proof import look_into_pdfs, write_proof
from debrief.pipeline.erasure.subject_access import extent, roles_in
from debrief.pipeline.services import Services
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.settings import Settings
from debrief.wiring import DEFAULT_OUTBOX, channel_of, connect

_TEXT = """\
Take a person out of everything that is kept: tables, Kaltura's answers, reports and their old versions, the ledger,
mails in the outbox. The person's minutes stay in all totals, as an erased attendee. A tombstone, which tells nobody who
it was, keeps later exports and replays without them. A proof that names no one is written into the archive.

Everything under which the person is known goes: an address leads to user ids, and those to further addresses. An
address that the person typed as a guest leads to nobody else, unless --also says so: it may be another person's.
Mails that were sent are out of reach. Stop it whenever you like and run it again.
"""
_WIDTHS = (7, 16)  # what happens, to which session


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "erase", _erase, "take a person out of everything that is kept", _TEXT)
    add_person(parser, as_flag=True)
    add_places(parser)
    parser.add_argument("--also", action="store_true", help="erase those too whose address the person typed as a guest")
    parser.add_argument("--dry-run", action="store_true", help="only list the sessions; nothing is written")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--search-all", action="store_true", help="look for the person in the whole archive afterwards")


def _erase(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    person = check_person(args.person)
    settings = settings_of_archive(args, environ)
    presentation_of(settings)
    look_into_pdfs()
    services = connect(settings, asks_kaltura=False)
    with closing(services.ledger):
        found = find_person(services, person, also=args.also)
        _tell(services, found)
        if args.dry_run:
            say("Nothing was written.")
            return 0
        _ask(args, found)
        done = erase(services, found, _outbox(settings), everywhere=args.search_all)
        key = "" if done.failed else write_proof(services, done, debrief.__version__)
    return _told(settings, done, services.archive.location(key) if key else "")


def _tell(services: Services, found: Subject) -> None:
    for place in found.places:
        roles = ", ".join(roles_in(services, found, place))
        print_row(("holds", place.cue_point_id, roles), _WIDTHS)
    if not found.places:
        say("No session of this archive holds the person.")
    gone = extent(services, found)
    ids, organizers = counted(gone.ids, "user id"), counted(gone.organizers, "organizer")
    say(f"About to go: {ids}, {gone.addresses} address{'es' * (gone.addresses != 1)}; among them {organizers}.")
    if found.left:
        say("An address that the person typed as a guest is somebody else's too, who stays; --also erases both.")


def _ask(args: argparse.Namespace, found: Subject) -> None:
    if args.yes:
        return
    if not sys.stdin.isatty():
        raise BadSettings("Erasing cannot be undone; say --yes, or --dry-run to see what would be erased.")
    say(f"Erase the person from {counted(len(found.places), 'session')} for good? Type yes to go on.")
    if sys.stdin.readline().strip().lower() != "yes":
        raise BadSettings("Nothing was erased.")


def _outbox(settings: Settings) -> OutboxMailer | None:
    if channel_of(settings) != "outbox":
        return None
    return OutboxMailer(Path(settings.outbox or DEFAULT_OUTBOX))


def _told(settings: Settings, done: Erasure, place: str) -> int:
    for step in done.steps:
        what = f"revision {step.revision}, {counted(step.files, 'file')} written anew" if step.revision else "expired"
        deleted = f"{what}, {counted(step.versions, 'file or version')} deleted"
        print_row(("erased", step.cue_point_id, deleted), _WIDTHS)
    for hit in done.searched.hits:
        say(f"Something of the person is left in {hit}.")
    searched = f"{counted(done.searched.files, 'file')}, {done.searched.bytes:,} bytes, looked through"
    mails = f"{counted(done.deliveries, 'mail')} without address, {done.mails} deleted from the outbox"
    say(
        f"{counted(len(done.steps), 'session')} erased; {mails}; {searched}; {counted(len(done.searched.hits), 'hit')}."
    )
    if done.deliveries and channel_of(settings) != "outbox":
        say("Mails that were sent are out of reach.")
    if done.leftovers:
        say(f"{counted(done.leftovers, 'half-written file')} of killed runs deleted.")
    for one, reason in done.failed.items():
        say(f"session {one} still holds the person: {reason}")
    if not place:
        say("The erasure is not complete, so no proof was written. Mend this, then run the same command again.")
        return 1
    say(f"The proof is {place}. Later exports and replays leave the person out.")
    return 1 if done.searched.hits else 0
