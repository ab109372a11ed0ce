"""`debrief export-person`: write all stored data about a person into a folder, for that person to read."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_archive, add_command, settings_of_archive
from debrief.cli.output import counted, result, say
from debrief.cli.person import add_person, check_person
from debrief.delivery.archive.atomic_files import check_folder, remove, write_atomically
from debrief.errors import BadSettings
from debrief.pipeline.erasure.erase_person import find_person
from debrief.pipeline.erasure.listed_people import incomplete
from debrief.pipeline.erasure.person_folder import FILE_NAMES, FIRST_PAGE, person_files
from debrief.pipeline.erasure.subject_access import personal_data
from debrief.pipeline.privacy.people_index import hash_of
from debrief.wiring import connect

_TEXT = f"""\
Write all stored data about a person into a folder of its own, to hand over to that person: a page to read first
({FIRST_PAGE}), tables for a spreadsheet, and everything as JSON. The tables have the rows of every session, emails,
opened links, and choices about emails. Data of other people is left out. The archive is not changed. If interrupted,
run it again: the same archive gives the same files. The folder's name does not show who the person is.
"""


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "export-person", _export, "write all stored data about a person", _TEXT)
    add_person(parser, as_flag=False)
    text = "folder in which each person gets a folder; default out/person"
    parser.add_argument("--to", metavar="DIR", default="out/person", help=text)
    add_archive(parser)


def _export(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    person = check_person(args.person)
    if not args.to.strip():
        raise BadSettings("--to is blank.")
    settings = settings_of_archive(args, environ)
    services = connect(settings, asks_kaltura=False)
    with closing(services.ledger):
        found = find_person(services, person)
        stored = personal_data(services, found)
    files = dict(person_files(stored, settings.contact))
    folder = Path(args.to) / f"person-{hash_of(found.stones.key, person)[:8]}"
    check_folder(folder)
    for name in FILE_NAMES:
        if name not in files:  # an earlier run may have written it
            remove(folder / name)
    for name, body in files.items():
        write_atomically(folder / name, body)
        result(str(folder / name))
    lists = {row["list"] for row in stored.rows["registrations"] if "list" in row}
    sessions, emails = counted(len(stored.sessions), "session"), counted(len(stored.mails), "email")
    on_lists = f"{len(lists)} list{'s' * (len(lists) != 1)} of registrations"
    say(f"{sessions}, {on_lists}, {emails} concern the person.")
    for sentence in incomplete(stored.unreadable):
        say(sentence)
    say(f"Open {folder / FIRST_PAGE} first.")
    return 1 if stored.unreadable else 0
