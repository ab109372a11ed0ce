"""`debrief verify`: check archived files against their checksums, responses and tables."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from debrief.cli.arguments import add_archive, add_command, add_json, settings_of_archive, whole_number
from debrief.cli.output import counted, print_row, progress, result, say
from debrief.cli.parallel import each
from debrief.cli.session_arguments import add_records, select_records
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import DebriefError
from debrief.pipeline.maintenance.verify import VerifyResult, verify
from debrief.pipeline.services import Services
from debrief.wiring import open_ledger

_TEXT = """\
Verify archived sessions: compare every file's checksum with the manifest, recompute every figure and row from the
archived responses and tables, and compare the figures printed in PDF and HTML. Differences are listed, and the exit
code is then 1. Files that were deleted after their retention period are not a difference. Nothing is written, and
Kaltura is not called.

After an upgrade that changes a computation, expect differences until you run `debrief replay`.
"""
_WIDTHS = (16,)  # width of the session's id


def register(commands: Any) -> None:
    """Add the command."""
    text = "verify archived sessions: checksums, figures, documents"
    parser = add_command(commands, "verify", _verify, text, _TEXT)
    add_records(parser, without_since="required if no SESSION is given")
    add_archive(parser)
    parser.add_argument(
        "--jobs", metavar="N", type=whole_number(1, 256), help="number of processes; default: one for each core"
    )
    add_json(parser)


def _verify(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    records = select_records(open_ledger(settings), args)
    if not records:
        return 0
    results = []
    done = each(settings, verify_session, records, args.jobs)
    for record, verified in zip(records, progress(done, len(records), "Verifying"), strict=True):
        results.append(verified)
        if args.json:
            result(json.dumps({"cue_point_id": record.cue_point_id, **asdict(verified)}, ensure_ascii=False))
        else:
            for sentence in verified.differences:
                print_row((record.cue_point_id, sentence), _WIDTHS)
    if correct := [verified for verified in results if not verified.differences]:
        files, figures = sum(verified.files for verified in correct), sum(verified.figures for verified in correct)
        documents = sum(verified.documents for verified in correct)
        say(
            f"Verified: checksums of {counted(files, 'file')}; {counted(figures, 'recomputed figure')};"
            f" printed figures of {counted(documents, 'PDF or HTML file')}."
        )
    if expired := sum(verified.is_expired for verified in results):
        say(
            f"Files of {counted(expired, 'session')} were deleted after their retention period (DEBRIEF_ARCHIVE_DAYS);"
            " their figures were not verified."
        )
    wrong = len(results) - len(correct)
    say(f"{counted(len(records), 'session')} {'checked' if wrong else 'verified'}, {wrong} with differences.")
    return 1 if wrong else 0


def verify_session(services: Services, record: SessionRecord) -> VerifyResult:
    """Verify one session. If an error prevents this, the error is reported as a difference."""
    try:
        return verify(services, record)
    except DebriefError as error:
        return VerifyResult([str(error)])
