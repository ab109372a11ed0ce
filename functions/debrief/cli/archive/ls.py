"""`debrief archive ls`: list archived sessions."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

from debrief.cli.arguments import add_archive, add_command, add_json, add_span, settings_of_archive
from debrief.cli.output import counted, cut, named, one_line, print_fitted, progress, result, say
from debrief.cli.session_arguments import span_of_args
from debrief.delivery.archive.layout import report_key
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.ledger.search import SearchFilter
from debrief.documents.text import figures
from debrief.errors import BadSettings
from debrief.pipeline.maintenance.rebuild_ledger import connect_parts, manifest_keys, reindex
from debrief.pipeline.maintenance.search import lookup, people
from debrief.settings import Settings
from debrief.util.values import utc_text
from debrief.wiring import connect, open_ledger, utc_now

_TEXT = """\
List the archived sessions that ended at --since or later, and before --until, and match all filters, the latest last.

example:
  debrief archive ls --since 2024-01-01 --host ann@example.com --text kickoff
"""
_DEFAULT = timedelta(days=30)
_HEAD = ("session", "started (UTC)", "min", "people", "state", "host", "room", "note")
_HOST = _HEAD.index("host")
_WIDE = 110  # a terminal with this many columns has space for the column `host`


def register(actions: Any) -> None:
    """Add the action."""
    parser = add_command(actions, "ls", list_sessions, "list archived sessions", _TEXT)
    add_span(parser, without_since="default 30d ago")
    group = parser.add_argument_group("filters")
    group.add_argument("--room", metavar="ID|NAME", default="", help="entry id, or a part of the room's name")
    group.add_argument("--host", metavar="ID|NAME", default="", help="user id, or a part of the host's name")
    group.add_argument("--event", metavar="ID", default="", help="id of a virtual event")
    text = "word in the room's name, the host's name, or an id; repeatable"
    group.add_argument("--text", metavar="WORD", action="append", default=[], help=text)
    text = "first restore missing ledger entries from the manifests, if the ledger was lost"
    parser.add_argument("--rebuild-index", action="store_true", help=text)
    add_archive(parser)
    add_json(parser)


def list_sessions(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Run the action."""
    settings = settings_of_archive(args, environ)
    since, until = span_of_args(args, utc_now(), _DEFAULT)
    wanted = SearchFilter(
        args.room.strip(), args.host.strip(), args.event.strip(), tuple(word.strip() for word in args.text)
    )
    if any(not word for word in wanted.text):
        raise BadSettings("--text is blank.")
    well = _rebuild(settings) if args.rebuild_index else True
    with closing(open_ledger(settings)) as ledger:
        found = list(lookup(ledger.sessions(since, until), wanted))
    if args.json:
        for record in found:
            result(json.dumps(_object(record), ensure_ascii=False))
    else:
        has_hosts = not sys.stdout.isatty() or shutil.get_terminal_size().columns >= _WIDE
        rows = [_row(record) for record in found]
        print_fitted(*(_HEAD, rows) if has_hosts else (_without_host(_HEAD), map(_without_host, rows)))
    say(f"{counted(len(found), 'session')} ended between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC.")
    return 0 if well else 1


def _rebuild(settings: Settings) -> bool:
    """Restore missing ledger entries. Returns whether every manifest could be read."""
    services = connect(settings, asks_kaltura=False)
    with closing(services.ledger):
        keys = manifest_keys(services)
        outcomes = list(progress(reindex(services, keys), len(keys), "Reading manifests"))
        known = [outcome for outcome in outcomes if not isinstance(outcome, str)]
        connect_parts(services, [record for record, _ in known if record.kind != "session"])
    problems = [outcome for outcome in outcomes if isinstance(outcome, str)]
    for problem in problems:
        say(problem)
    added = counted(sum(is_new for _, is_new in known), "session")
    say(f"{counted(len(keys), 'manifest')} read, {added} added to the ledger.")
    return not problems


def _without_host(cells: Sequence[str]) -> Sequence[str]:
    return (*cells[:_HOST], *cells[_HOST + 1 :])


def _row(record: SessionRecord) -> Sequence[str]:
    count = people(record)
    return (
        record.cue_point_id,
        f"{record.start:%Y-%m-%d %H:%M}",
        figures.minutes(record.minutes),
        "-" if count is None else str(count),
        record.state_word,
        cut(one_line(record.host_name or record.host_user_id), 24) or "-",
        cut(named(record.entry_name), 48),
        "Updated." * (record.revision > 1),
    )


def _object(record: SessionRecord) -> dict[str, Any]:
    return {
        "cue_point_id": record.cue_point_id,
        "kind": record.kind,
        "entry_id": record.entry_id,
        "entry_name": record.entry_name,
        "parent_entry_id": record.parent_entry_id,
        "virtual_event_id": record.virtual_event_id or None,
        "host_user_id": record.host_user_id or None,
        "host_name": record.host_name or None,
        "start": utc_text(record.start),
        "end": utc_text(record.end),
        "unique_attendees": people(record),
        "state": record.state_word,
        "revision": record.revision,
        "manifest": report_key(record.start, record.cue_point_id, "manifest.json"),
    }
