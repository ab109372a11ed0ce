"""`debrief archive bundle`: make one zip for each session."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from debrief.cli.archive.get import folder_of
from debrief.cli.arguments import add_archive, add_command, settings_of_archive
from debrief.cli.output import progress, result, say
from debrief.cli.session_arguments import add_records, select_records
from debrief.delivery.archive.atomic_files import check_folder, write_atomically
from debrief.errors import DebriefError
from debrief.pipeline.maintenance.download import bundle
from debrief.wiring import connect

_TEXT = """\
Make a zip for each session, with its tables, PDF, HTML, summary and manifest, and with a dictionary that lists every
column and figure with its unit and source. The same archive gives the same bytes.
"""


def register(actions: Any) -> None:
    """Add the action."""
    parser = add_command(actions, "bundle", _bundle, "make a zip for each session", _TEXT)
    add_records(parser, without_since="required if no SESSION is given")
    parser.add_argument("--to", metavar="DIR", default="out/bundles", help="output folder; default out/bundles")
    add_archive(parser)


def _bundle(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    folder = folder_of(args.to)
    services = connect(settings, asks_kaltura=False)
    records = select_records(services.ledger, args)
    if not records:
        return 0
    check_folder(folder)
    well = True
    for record in progress(records, len(records), "Bundling"):
        try:
            name, body = bundle(services, record)
            write_atomically(folder / name, body)
            result(str(folder / name))
        except DebriefError as error:
            say(f"session {record.cue_point_id}: {error}")
            well = False
    return 0 if well else 1
