"""`debrief archive prune`: delete files from a folder after their retention period."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any

from debrief.cli.arguments import add_archive, add_command, settings_of_archive
from debrief.cli.output import counted, print_row, say
from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.layout import folder
from debrief.errors import BadSettings
from debrief.pipeline.erasure.purge import versions_of
from debrief.pipeline.session.series import remove_expired
from debrief.pipeline.state.retention import kept_until
from debrief.wiring import connect

_TEXT = """\
Delete the files of sessions that ended more than DEBRIEF_ARCHIVE_DAYS days ago, if the archive is a folder. If an email
about a session was sent after that period, its files are kept for the same number of days from that email. The sessions
stay in the ledger. In S3 the bucket's lifecycle rules delete the files.
"""
_WIDTHS = (16,)  # width of the session's id


def register(actions: Any) -> None:
    """Add the action."""
    parser = add_command(actions, "prune", _prune, "delete files after their retention period, from a folder", _TEXT)
    parser.add_argument("--dry-run", action="store_true", help="list the sessions; delete nothing")
    add_archive(parser)


def _prune(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    if not settings.archive_days:
        raise BadSettings("DEBRIEF_ARCHIVE_DAYS is not set, so files are kept until somebody deletes them.")
    services = connect(settings, asks_kaltura=False)
    if not isinstance(services.archive, FolderArchive):
        raise BadSettings(
            "S3 objects are deleted by the bucket's lifecycle rules; set the stack's ArchiveRetentionDays."
        )
    files = sessions = 0
    with closing(services.ledger):
        ended_by = services.clock() - timedelta(days=settings.archive_days)
        for record in [record for record in services.ledger.all_sessions() if record.end < ended_by]:
            until = kept_until(services, record)
            if until is None or until > services.clock():
                continue
            versions = list(versions_of(services, folder(record.start, record.cue_point_id)))
            for version in () if args.dry_run else versions:
                services.archive.delete(version)
            if versions:
                sessions, files = sessions + 1, files + len(versions)
                print_row((record.cue_point_id, counted(len(versions), "file")), _WIDTHS)
        pages = 0 if args.dry_run else remove_expired(services)
    if pages:
        say(f"{counted(pages, 'page')} of rooms without these sessions written.")
    if leftovers := 0 if args.dry_run else services.archive.clean():
        say(f"{counted(leftovers, 'half-written file')} of killed runs deleted.")
    say(f"{counted(files, 'file')} of {counted(sessions, 'session')}{' would be' * args.dry_run} deleted.")
    return 0
