"""`debrief verify`: proves the archive."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from operator import add
from typing import Any

from debrief.cli.arguments import add_command, add_json, add_places, settings_of_archive
from debrief.cli.output import counted, print_row, progress, result, say
from debrief.cli.parallel import each
from debrief.cli.session_arguments import add_records, records_found
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import DebriefError
from debrief.pipeline.maintenance.verify import Verified, verify
from debrief.pipeline.services import Services
from debrief.wiring import open_ledger

_TEXT = """\
Prove archived sessions: every file's checksum against the manifest, every figure and row again from Kaltura's answers
and from the archived tables, and the figures that the PDF and HTML print. A difference is named, and the exit code is
1. What was proven is counted at the end; files that are kept no longer are no difference. Nothing is written, and
Kaltura is not asked.

After an upgrade that computes something otherwise, differences are expected until `debrief replay` has run.
"""
_WIDTHS = (16,)  # the session


def register(commands: Any) -> None:
    """The command."""
    text = "prove archived sessions: checksums, figures, what is printed"
    parser = add_command(commands, "verify", _verify, text, _TEXT)
    add_records(parser, default="none: say how far back")
    add_places(parser, outbox=False)
    parser.add_argument("--jobs", metavar="N", type=int, help="processes; default: one for each core")
    add_json(parser)


def _verify(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    records = records_found(open_ledger(settings), args)
    if not records:
        return 0
    wrong, proven = 0, [0, 0, 0, 0]
    done = each(settings, verify_one, records, args.jobs)
    for record, found in zip(records, progress(done, len(records), "Verifying"), strict=True):
        wrong += bool(found.differences)
        counts = (found.files, found.figures, found.documents, found.is_expired)
        proven = list(map(add, proven, counts))
        if args.json:
            result(json.dumps({"cue_point_id": record.cue_point_id, **asdict(found)}, ensure_ascii=False))
        else:
            for sentence in found.differences:
                print_row((record.cue_point_id, sentence), _WIDTHS)
    files, figures, documents, expired = proven
    say(
        f"Proven: checksums of {counted(files, 'file')}; {counted(figures, 'figure')}, computed again;"
        f" what {counted(documents, 'PDF or HTML file')} print."
    )
    if expired:
        say(
            f"Files of {counted(expired, 'session')} are kept no longer (DEBRIEF_ARCHIVE_DAYS);"
            " no figure is proven there."
        )
    say(f"{counted(len(records), 'session')} verified, {wrong} with differences.")
    return 1 if wrong else 0


def verify_one(services: Services, record: SessionRecord) -> Verified:
    """What is proven of one, what is wrong with it, or why it could not be looked at."""
    try:
        return verify(services, record)
    except DebriefError as error:
        return Verified([str(error)])
