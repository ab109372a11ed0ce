"""`debrief archive prune`: deletes from a folder what the setting says is kept no longer."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any

from debrief.cli.arguments import add_command, add_places, settings_of_archive
from debrief.cli.output import counted, print_row, say
from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.layout import folder
from debrief.errors import BadSettings
from debrief.pipeline.erasure.purge import versions_of
from debrief.wiring import connect

_TEXT = """\
Delete the files of sessions that ended more than DEBRIEF_ARCHIVE_DAYS ago from an archive that is a folder. What the
ledger knows of them stays. In a bucket the stack's lifecycle rules do this by themselves.
"""
_WIDTHS = (16,)  # the session


def register(actions: Any) -> None:
    """The action."""
    parser = add_command(actions, "prune", _prune, "delete files that are kept no longer, from a folder", _TEXT)
    parser.add_argument("--dry-run", action="store_true", help="only list the sessions; nothing is deleted")
    add_places(parser, outbox=False)


def _prune(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    if not settings.archive_days:
        raise BadSettings("DEBRIEF_ARCHIVE_DAYS is not set, so files are kept until somebody deletes them.")
    services = connect(settings, asks_kaltura=False)
    if not isinstance(services.archive, FolderArchive):
        raise BadSettings("Files in a bucket end by its lifecycle rules, which the stack's ArchiveRetentionDays sets.")
    files = sessions = 0
    with closing(services.ledger):
        kept_since = services.clock() - timedelta(days=settings.archive_days)
        for record in [one for one in services.ledger.all_sessions() if one.end < kept_since]:
            versions = list(versions_of(services, folder(record.start, record.cue_point_id)))
            for version in () if args.dry_run else versions:
                services.archive.delete(version)
            if versions:
                sessions, files = sessions + 1, files + len(versions)
                print_row((record.cue_point_id, counted(len(versions), "file")), _WIDTHS)
    left = 0 if args.dry_run else services.archive.clean()
    say(f"{counted(left, 'half-written file')} of killed runs deleted.") if left else None
    say(f"{counted(files, 'file')} of {counted(sessions, 'session')}{' would be' * args.dry_run} deleted.")
    return 0
