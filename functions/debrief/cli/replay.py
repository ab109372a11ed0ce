"""`debrief replay`: recompute and rewrite archived documents with this version's code and templates."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from debrief.cli.arguments import add_archive, add_command, add_json, settings_of_archive, whole_number
from debrief.cli.output import counted, print_row, progress, result, say
from debrief.cli.parallel import each
from debrief.cli.session_arguments import add_records, select_records
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import DebriefError
from debrief.order_codec import encode
from debrief.pipeline.maintenance.replay import ReplayResult, replay
from debrief.pipeline.services import Services
from debrief.pipeline.state.presentation_settings import presentation_of
from debrief.pipeline.state.session_records import export_order_of
from debrief.settings import Settings
from debrief.wiring import open_ledger, open_queue

_TEXT = """\
Recompute every document from the archived responses of Kaltura, with the code and templates of this version. Kaltura is
not called and no email is sent. The state of a session and the time of its next check do not change. Virtual events
follow after their sessions. If interrupted, run it again.

results:
  unchanged        the same files
  restored         the same documents; a missing or damaged file was written again
  re-rendered      the same figures, but other documents
  figures changed  other figures or rows
"""
_WIDTHS = (15, 16)  # widths of change, session
_WORDS = {"same": "unchanged", "drawn": "re-rendered", "figures": "figures changed"}


def register(commands: Any) -> None:
    """Add the command."""
    text = "recompute and rewrite archived documents after an upgrade"
    parser = add_command(commands, "replay", _replay, text, _TEXT)
    add_records(parser, without_since="required if no SESSION is given")
    add_archive(parser)
    parser.add_argument("--dry-run", action="store_true", help="list what would change, and why; write nothing")
    parser.add_argument(
        "--no-pdf", action="store_true", help="write no PDF, and remove an existing one from the manifest"
    )
    parser.add_argument(
        "--jobs", metavar="N", type=whole_number(1, 256), help="number of processes; default: one for each core"
    )
    parser.add_argument(
        "--queue", metavar="URL", help="let ExportFunction do the work: URL in stack output ExportQueue"
    )
    add_json(parser)


def _replay(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    presentation_of(settings)
    records = select_records(open_ledger(settings), args)
    if not records:
        return 0
    sessions = [record for record in records if record.kind != "event"]
    events = [record for record in records if record.kind == "event"]
    if args.queue and not args.dry_run:
        orders = (export_order_of(record, source="archive", mail=False) for record in (*sessions, *events))
        sent = open_queue(args.queue).send(encode(order) for order in orders)
        say(f"{counted(sent, 'order')} in the queue; `debrief status` shows which sessions were updated.")
        return 0
    return 0 if _run(args, settings, sessions) & _run(args, settings, events) else 1


def _run(args: argparse.Namespace, settings: Settings, records: Sequence[SessionRecord]) -> bool:
    """Replay sessions, and print each outcome. Returns whether all replays succeeded."""
    counts: Counter[str] = Counter()
    outcomes = each(settings, partial(replay_session, dry=args.dry_run), records, args.jobs)
    for outcome in progress(outcomes, len(records), "Replaying"):
        if isinstance(outcome, ReplayResult):
            counts[_word(outcome)] += 1
            if args.json:
                result(json.dumps(_object(outcome), ensure_ascii=False))
            else:
                print_row(_row(outcome), _WIDTHS, free=2)
        else:
            counts["failed"] += 1
            say(outcome)
    if counts:
        totals = ", ".join(f"{word}: {count}" for word, count in counts.items())
        say(f"{totals}; nothing was written." if args.dry_run else f"{totals}.")
    return not counts["failed"]


def replay_session(services: Services, record: SessionRecord, *, dry: bool) -> ReplayResult | str:
    """Return one session's outcome, or the reason of its failure as a sentence."""
    try:
        return replay(services, record, dry=dry)
    except DebriefError as error:
        return f"session {record.cue_point_id}: {error}"


def _row(outcome: ReplayResult) -> tuple[str, ...]:
    files = ", ".join(sorted({key.rpartition("/")[2] for key in (*outcome.files, *outcome.restored)}))
    return _word(outcome), outcome.cue_point_id, files or "-", _reason(outcome)


def _word(outcome: ReplayResult) -> str:
    return "restored" if outcome.change == "same" and outcome.restored else _WORDS[outcome.change]


def _reason(outcome: ReplayResult) -> str:
    """Return which figures changed, and why documents changed although figures did not."""
    more = len(outcome.moved) - 5
    reasons = ["; ".join(outcome.moved[:5]) + (f" and {more} more" if more > 0 else "")]
    if outcome.zone_before:
        reasons.append(f"the time zone was {outcome.zone_before} (DEBRIEF_TIMEZONE)")
    elif outcome.change == "drawn":
        reasons.append("other code, templates or settings")
    if outcome.restored:
        reasons.append("a file was missing or damaged")
    return "; ".join(filter(None, reasons))


def _object(outcome: ReplayResult) -> dict[str, Any]:
    return {
        "cue_point_id": outcome.cue_point_id,
        "change": outcome.change,
        "revision": outcome.revision,
        "files": list(outcome.files),
        "moved": list(outcome.moved),
        "restored": list(outcome.restored),
    }
