"""`debrief export-person`: write all stored data about a person into a folder, for that person to read."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_archive, add_command, settings_of_archive
from debrief.cli.output import counted, one_line, result, say
from debrief.cli.person import add_person, check_person
from debrief.delivery.archive.atomic_files import check_folder, write_atomically
from debrief.documents.data.csv_tables import excel_csv
from debrief.errors import BadSettings
from debrief.pipeline.erasure.erase_person import find_person
from debrief.pipeline.erasure.subject_access import SOURCES, PersonalData, Row, personal_data
from debrief.wiring import connect

_TEXT = """\
Write all stored data about a person into a folder, as CSV and JSON, with a README.txt that explains the files: rows of
every session, emails, opened links, and suppressions. Data of other people is left out. The archive is not changed. If
interrupted, run it again: the same archive gives the same files.
"""
_LEDGER = {
    "mails": "Emails to the person",
    "marks": "Events of emails and links: opened, revoked, refused",
}


def register(commands: Any) -> None:
    """Add the command."""
    parser = add_command(commands, "export-person", _export, "write all stored data about a person", _TEXT)
    add_person(parser, as_flag=False)
    parser.add_argument("--to", metavar="DIR", default="out/person", help="output folder; default out/person")
    add_archive(parser)


def _export(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    person = check_person(args.person)
    if not args.to.strip():
        raise BadSettings("--to is blank.")
    services = connect(settings_of_archive(args, environ), asks_kaltura=False)
    with closing(services.ledger):
        stored = personal_data(services, find_person(services, person))
    folder = Path(args.to)
    check_folder(folder)
    for name, body in _files(stored):
        write_atomically(folder / name, body)
        result(str(folder / name))
    say(f"{counted(len(stored.sessions), 'session')} and {counted(len(stored.mails), 'email')} concern the person.")
    return 0


def _files(stored: PersonalData) -> Iterator[tuple[str, bytes]]:
    """Yield the files by name; README.txt comes last and shows that the folder is complete."""
    tables: dict[str, Sequence[Row]] = {**stored.rows, "mails": stored.mails, "marks": stored.marks}
    for name, rows in tables.items():
        header = list(dict.fromkeys(column for row in rows for column in row)) or ["session"]
        yield f"{name}.csv", excel_csv([header, *([row.get(column, "") for column in header] for row in rows)])
    yield "person.json", json.dumps(asdict(stored), ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
    yield "README.txt", "".join(f"{line}\n" for line in _readme(stored, tables)).encode("utf-8", "replace")


def _readme(stored: PersonalData, tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    yield "The data that Debrief stores about one person."
    yield ""
    yield f"Known as: {', '.join(map(one_line, stored.known_as)) or 'nobody'}"
    yield f"Sessions: {', '.join(map(one_line, stored.sessions)) or 'none'}"
    if stored.is_erased:
        yield "The person was erased. Debrief keeps a keyed hash, so that it never stores this person's data again."
    yield ""
    for name, meaning in {**SOURCES, **_LEDGER}.items():
        yield f"{name}.csv  {counted(len(tables[name]), 'row')}  {meaning}."
    yield "person.json  The same data in one file."
    yield ""
    yield "Times are in UTC. Ratios are from 0 to 1. Reports and tables show the same rows."
