"""`debrief archive`: find sessions in the archive, take their files out, end what is kept no longer."""

from __future__ import annotations

from typing import Any

from debrief.cli.archive import bundle, get, ls, prune
from debrief.cli.arguments import add_command

_TEXT = """\
Find archived sessions and take their files out, from a folder or a bucket. The ledger is the index: no bucket is
listed, except by `ls --rebuild-index`. Neither Kaltura nor anybody's inbox is touched.
"""


def register(commands: Any) -> None:
    """The command and its actions."""
    parser = add_command(commands, "archive", ls.list_sessions, "find archived sessions, and take files out", _TEXT)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for action in (ls, get, bundle, prune):
        action.register(actions)
