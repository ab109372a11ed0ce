"""`debrief archive`: list archived sessions, download their files, delete expired ones."""

from __future__ import annotations

from typing import Any

from debrief.cli.archive import bundle, get, ls, prune
from debrief.cli.arguments import add_command

_TEXT = """\
List archived sessions and download their files, from a folder or a bucket. The sessions are found through the ledger;
only `ls --rebuild-index` lists the bucket itself. Kaltura is not called and no email is sent.
"""


def register(commands: Any) -> None:
    """Add the command and its actions."""
    parser = add_command(commands, "archive", ls.list_sessions, "list archived sessions, and download files", _TEXT)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for action in (ls, get, bundle, prune):
        action.register(actions)
