"""Print the recipients of one session's report: `debrief doctor --session`, `debrief export --dry-run`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

from debrief.cli.output import one_line, print_row, print_table, say
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rules import Plan, Recipient
from debrief.errors import UnknownSession
from debrief.kaltura.api.errors import ServerFailed
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.sessions.discovery import find_sessions
from debrief.kaltura.sessions.organizers import ORGANIZERS_FAILED
from debrief.kaltura.sessions.virtual_events import event_of, is_event_missing, virtual_event
from debrief.model import NotKnown, Session, SessionData
from debrief.pipeline.mailing.recipients import deliverable, plan_of
from debrief.pipeline.services import Services
from debrief.pipeline.session.merging import Undecided, sessions_to_merge
from debrief.pipeline.session.virtual_event import with_event
from debrief.pipeline.state.filters import why_skipped
from debrief.pipeline.state.lifecycle import ORGANIZERS_UNKNOWN, OWNER_UNKNOWN, UNDECIDED
from debrief.settings import Settings
from debrief.wiring import connect, ledger_file

_EVENT = "event-"
_MERGED = "joint-"  # the parts of an interrupted session are in one room, so they have the same recipients
_HEAD = ("", "who", "sees", "time zone", "formats", "why")
_FORMATS = _HEAD.index("formats")  # the column is left out if nobody has formats of a language
_BREAKOUT = (
    "This is a session of a breakout room: it gets no email of its own. Its figures are in the main room's report."
)
_NOBODY = "No recipients: Kaltura names no organizer, no rule matches, and DEBRIEF_MAIL_TO is empty."


def has_ledger(settings: Settings) -> bool:
    """Return whether the ledger exists, without creating a ledger file."""
    return settings.ledger.startswith("dynamodb:") or ledger_file(settings).exists()


def preview_recipients(settings: Settings, cue_point_id: str) -> None:
    """Fetch the session and print a line for each person. Nothing is written or sent."""
    services = connect(settings)
    with closing(services.ledger):
        if cue_point_id.startswith(_EVENT):
            print_event_recipients(services, cue_point_id.removeprefix(_EVENT))
        else:
            (session,) = find_sessions(services.kaltura, [cue_point_id.removeprefix(_MERGED)])
            print_recipients(services, session)


def print_event_recipients(services: Services, event_id: str, *, is_listed: bool = False) -> None:
    """Print a line for each recipient of a virtual event's report; `is_listed` as for a session."""
    note = print_note if is_listed else say
    event = virtual_event(services.kaltura, event_id)
    if not event.name and is_event_missing(services.kaltura, event_id):
        raise UnknownSession(f"Kaltura knows no virtual event {event_id[:80]!r} on this account.")
    name = one_line(event.name) or "whose name is not known"
    note(name if is_listed else f"{_EVENT}{event_id}, {name}")
    if event.owner_unknown:
        note(OWNER_UNKNOWN)
    plan = services.rules.current().event_plan(event, services.settings.mail_to)
    _print_plan(services, plan, f"{_EVENT}{event_id}", event_id, note)


def print_recipients(services: Services, session: Session, *, is_listed: bool = False) -> None:
    """Print a line for each recipient of a session's report. Raises RetryLater or GiveUp if Kaltura fails.

    `is_listed`: the session's line is printed already, so everything else is printed below it.
    """
    data = collect(services.kaltura, session)
    try:
        data = with_event(data, event_of(services.kaltura, session))
    except ServerFailed as error:
        data = with_event(data, NotKnown(str(error)))
    note = print_note if is_listed else say
    if not is_listed:
        say(_heading(data))
    for sentence in _notes(services, data):
        note(sentence)
    _print_plan(services, plan_of(services, data), session.cue_point_id, session.entry_id, note)


def print_note(note: str) -> None:
    """Print a sentence below the line to which it belongs."""
    print_row(("", note), (2,))


def _print_plan(services: Services, plan: Plan, cue_point_id: str, entry_id: str, note: Callable[[str], None]) -> None:
    rows = [*_rows(services, plan, cue_point_id, entry_id)]
    has_formats = any(row[_FORMATS] != "-" for row in rows)
    head, *shown = [row if has_formats else (*row[:_FORMATS], *row[_FORMATS + 1 :]) for row in (_HEAD, *rows)]
    print_table(head, shown)
    if not rows:
        note(_NOBODY)


def _heading(data: SessionData) -> str:
    session, event = data.session, data.virtual_event
    of_event = f", virtual event {event.event_id}" if event and not isinstance(event, NotKnown) else ""
    return f"{session.cue_point_id}, {session.start:%Y-%m-%d %H:%M} UTC, room {session.entry_id}{of_event}"


def _notes(services: Services, data: SessionData) -> Iterator[str]:
    """Yield what is special about the session's recipients."""
    session, event = data.session, data.virtual_event
    if isinstance(event, NotKnown):
        yield f"Its virtual event is not known, so rules for events are applied as strictly as possible. {event.reason}"
    if ORGANIZERS_FAILED in data.findings:
        yield ORGANIZERS_UNKNOWN
    if session.parent_entry_id is not None:
        yield _BREAKOUT
    elif reason := why_left_out(services, session):
        yield f"It is left out: {reason}"
    else:
        try:
            parts = len(sessions_to_merge(services, session))
        except Undecided:
            yield UNDECIDED
        else:
            if parts > 1:
                yield f"It was interrupted: one email reports all its {parts} parts."


def why_left_out(services: Services, session: Session) -> str:
    """Return why an export would skip the session; blank if it would export it, as it does for a reported session."""
    reason = why_skipped(session, services.settings)
    if reason and has_ledger(services.settings):
        record = services.ledger.session(session.cue_point_id)
        return "" if record and (record.revision or record.merged_id) else reason
    return reason


def _rows(services: Services, plan: Plan, cue_point_id: str, entry_id: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each recipient in the order of the rules, then for each person who is left out."""
    settings = services.settings
    exists = has_ledger(settings)
    recipients, suppressed = deliverable(services, plan.recipients, entry_id) if exists else (plan.recipients, ())
    deliveries = services.ledger.deliveries(cue_point_id) if exists else ()
    sent = {delivery.recipient_id for delivery in deliveries if delivery.state == "sent"}
    for recipient in recipients:
        what = f"gets {recipient.digest}" if recipient.digest else "gets"
        what = "sent already" if recipient_id(recipient.address) in sent else what
        yield _row(what, recipient, settings, recipient.why)
    reasons = {delivery.recipient_id: delivery.reason for delivery in suppressed}
    for recipient in plan.recipients:
        if reason := reasons.get(recipient_id(recipient.address)):
            yield _row("left out", recipient, settings, f"{recipient.why} {reason}")
    for person in plan.left_out:
        yield "left out", one_line(person.who), "-", "-", "-", one_line(f"{person.why} {person.reason}")


def _row(what: str, recipient: Recipient, settings: Settings, why: str) -> tuple[str, ...]:
    timezone = recipient.timezone or settings.timezone
    return what, recipient.address, recipient.tier, timezone, recipient.language or "-", one_line(why)
