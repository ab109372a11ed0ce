"""`debrief replay`: documents again from the archive, with today's code and templates."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from debrief.cli.arguments import add_command, add_json, add_places, settings_of_archive
from debrief.cli.output import counted, print_row, progress, result, say
from debrief.cli.parallel import each
from debrief.cli.session_arguments import add_records, records_found
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import DebriefError
from debrief.order_codec import encode
from debrief.pipeline.maintenance.replay import Replayed, replay
from debrief.pipeline.services import Services
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.pipeline.state.session_records import order_for
from debrief.settings import Settings
from debrief.wiring import open_ledger, open_queue

_TEXT = """\
Make every document again from Kaltura's answers in the archive, with the code and templates of this version. Kaltura
is not asked and nobody is mailed. State and check of a session stay; other figures make a new revision. Virtual events
come after their sessions. Stop it whenever you like and run it again.

same: the archive holds just these bytes; drawn: the same figures, drawn otherwise; figures: other figures or rows
"""
_WIDTHS = (7, 16, 10)  # change, session, revision


def register(commands: Any) -> None:
    """The command."""
    text = "make documents again from the archive, without Kaltura and without mail"
    parser = add_command(commands, "replay", _replay, text, _TEXT)
    add_records(parser, default="none: say how far back")
    add_places(parser, outbox=False)
    parser.add_argument("--dry-run", action="store_true", help="only list what would change, and why")
    parser.add_argument(
        "--no-pdf", action="store_true", help="make no PDF; one that is there is left out of the manifest"
    )
    parser.add_argument("--jobs", metavar="N", type=int, help="processes; default: one for each core")
    parser.add_argument("--queue", metavar="URL", help="let ExportFunction do it: the stack's output ExportQueue")
    add_json(parser)


def _replay(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    presentation_of(settings)
    records = records_found(open_ledger(settings), args)
    if not records:
        return 0
    if args.queue and not args.dry_run:
        return _ask(args.queue, records)
    events = [record for record in records if record.kind == "event"]
    sessions = [record for record in records if record.kind != "event"]
    return 0 if _run(args, settings, sessions) & _run(args, settings, events) else 1


def _ask(url: str, records: Sequence[SessionRecord]) -> int:
    """Hand the work to the export queue; events last, though a queue keeps no order."""
    ordered = sorted(records, key=lambda record: record.kind == "event")
    sent = open_queue(url).send(encode(order_for(record, source="archive", mail=False)) for record in ordered)
    say(f"{counted(sent, 'order')} in the queue; `debrief status` shows the revisions as they are made.")
    return 0


def _run(args: argparse.Namespace, settings: Settings, records: Sequence[SessionRecord]) -> bool:
    """Replay these and say what became of each; whether all went well."""
    counts: Counter[str] = Counter()
    done = each(settings, partial(replay_one, dry=args.dry_run), records, args.jobs)
    for one in progress(done, len(records), "Replaying"):
        if isinstance(one, Replayed):
            counts[one.change] += 1
            if args.json:
                result(json.dumps(_object(one), ensure_ascii=False))
            else:
                print_row(_row(one), _WIDTHS, free=2)
        else:
            counts["failed"] += 1
            say(one)
    if counts:
        say(", ".join(f"{count} {word}" for word, count in counts.items()) + "; nothing was written." * args.dry_run)
    return not counts["failed"]


def replay_one(services: Services, record: SessionRecord, *, dry: bool) -> Replayed | str:
    """What became of one, or why it failed, in a sentence."""
    try:
        return replay(services, record, dry=dry)
    except DebriefError as error:
        return f"session {record.cue_point_id}: {error}"


def _row(one: Replayed) -> tuple[str, ...]:
    files = ", ".join(sorted({key.rpartition("/")[2] for key in one.files}))
    why = "; ".join(one.moved[:5]) + (f" and {len(one.moved) - 5} more" if len(one.moved) > 5 else "")
    return one.change, one.cue_point_id, f"revision {one.revision}", files or "-", why


def _object(one: Replayed) -> dict[str, Any]:
    return {
        "cue_point_id": one.cue_point_id,
        "change": one.change,
        "revision": one.revision,
        "files": list(one.files),
        "moved": list(one.moved),
    }
