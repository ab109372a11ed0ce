"""`debrief export-person`: what is held about someone, for that person to read."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_command, add_places, settings_of_archive
from debrief.cli.output import counted, one_line, result, say
from debrief.cli.person import add_person, check_person
from debrief.delivery.archive.atomic_files import check_folder, write_whole
from debrief.documents.data.csv_tables import excel_csv
from debrief.errors import BadSettings
from debrief.pipeline.erasure.erase import find_person
from debrief.pipeline.erasure.subject_access import SOURCES, Holdings, Row, holdings
from debrief.wiring import connect

_TEXT = """\
Gather what is held about a person into a folder: rows of every session, mails, opened links, and what stands against
mails, as CSV and as JSON, with a README.txt that explains them. Others are not in it. The archive stays as it is; the
same files come out each time, and a run that was stopped can be run again.
"""
_LEDGER = {"mails": "Mails to the person", "marks": "What is noted about mails and links: opened, revoked, refused"}


def register(commands: Any) -> None:
    """The command."""
    parser = add_command(commands, "export-person", _export, "gather what is held about someone", _TEXT)
    add_person(parser, as_flag=False)
    parser.add_argument("--to", metavar="DIR", default="out/person", help="default out/person")
    add_places(parser, outbox=False)


def _export(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    person = check_person(args.person)
    if not args.to.strip():
        raise BadSettings("--to is blank.")
    services = connect(settings_of_archive(args, environ), asks_kaltura=False)
    with closing(services.ledger):
        held = holdings(services, find_person(services, person))
    folder = Path(args.to)
    check_folder(folder)
    for name, body in _files(held):
        write_whole(folder / name, body)
        result(str(folder / name))
    say(f"{counted(len(held.sessions), 'session')} and {counted(len(held.mails), 'mail')} hold the person.")
    return 0


def _files(held: Holdings) -> Iterator[tuple[str, bytes]]:
    """README.txt comes last: with it the folder is whole."""
    tables: dict[str, Sequence[Row]] = {**held.rows, "mails": held.mails, "marks": held.marks}
    for name, rows in tables.items():
        yield f"{name}.csv", excel_csv(_table(rows))
    yield "person.json", json.dumps(asdict(held), ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
    yield "README.txt", "".join(f"{line}\n" for line in _explained(held, tables)).encode("utf-8", "replace")


def _table(rows: Sequence[Row]) -> list[Sequence[str]]:
    """A header of all columns, and the rows."""
    header = list(dict.fromkeys(name for row in rows for name in row)) or ["session"]
    return [header, *([row.get(name, "") for name in header] for row in rows)]


def _explained(held: Holdings, tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    yield "What Debrief holds about one person."
    yield ""
    yield f"Known as: {', '.join(map(one_line, held.known_as)) or 'nobody'}"
    yield f"Sessions: {', '.join(map(one_line, held.sessions)) or 'none'}"
    if held.is_erased:
        yield "The person was erased; a keyed hash is kept, so that nothing of them is written again."
    yield ""
    for name, meaning in {**SOURCES, **_LEDGER}.items():
        yield f"{name}.csv  {counted(len(tables[name]), 'row')}  {meaning}."
    yield "person.json  The same in one file."
    yield ""
    yield "Times are UTC; minutes are minutes; ratios are from 0 to 1. Reports and tables show the same rows."
