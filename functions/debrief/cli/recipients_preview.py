"""Who would get what for one session, and who would not: `debrief doctor --session` and `debrief export --dry-run`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from debrief.cli.output import one_line, print_table, say
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rules import Plan, Recipient
from debrief.kaltura.api.errors import ServerFailed
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.sessions.discovery import find_sessions
from debrief.kaltura.sessions.virtual_events import event_of, virtual_event
from debrief.model import NotKnown, Session, SessionData
from debrief.pipeline.mailing.recipients import deliverable, plan_of
from debrief.pipeline.services import Services
from debrief.pipeline.session.meetings import Undecided, meeting_of
from debrief.pipeline.session.virtual_event import with_event
from debrief.pipeline.state.filters import why_skipped
from debrief.pipeline.state.lifecycle import UNDECIDED
from debrief.settings import Settings
from debrief.wiring import connect, ledger_file

_EVENT = "event-"
_JOINT = "joint-"  # the parts of an interrupted session have the same room, so the same people
_HEAD = ("", "who", "sees", "time zone", "formats", "why")
_BREAKOUT = "It is a breakout's: its figures come with the main room's session, and by itself it is mailed to nobody."
_NOBODY = "Nobody would get a mail: Kaltura knows no organizer, and no rule and no list names anybody."


def show_who(settings: Settings, cue_point_id: str) -> int:
    """Ask Kaltura for the session and print a line for each person. Nothing is written, nobody is mailed."""
    services = connect(settings)
    with closing(services.ledger):
        if cue_point_id.startswith(_EVENT):
            print_who_of_event(services, cue_point_id.removeprefix(_EVENT))
            return 0
        (session,) = find_sessions(services.kaltura, [cue_point_id.removeprefix(_JOINT)])
        print_who(services, session)
    return 0


def print_who_of_event(services: Services, event_id: str) -> None:
    """The people of a virtual event's report, as `print_who`."""
    event = virtual_event(services.kaltura, event_id)
    say(f"{_EVENT}{event_id}, {one_line(event.name) or 'an event that Kaltura does not tell of'}")
    _print(
        services, services.rules.current().event_plan(event, services.settings.mail_to), f"{_EVENT}{event_id}", event_id
    )


def print_who(services: Services, session: Session) -> None:
    """One session's people, as `show_who`. Raises RetryLater or GiveUp as Kaltura does."""
    data = _fetched(services, session)
    _say_which(services, data)
    _print(services, plan_of(services, data), session.cue_point_id, session.entry_id)


def _print(services: Services, plan: Plan, cue_point_id: str, entry_id: str) -> None:
    rows = [*_rows(services, plan, cue_point_id, entry_id)]
    print_table(_HEAD, rows)
    if not rows:
        say(_NOBODY)


def _fetched(services: Services, session: Session) -> SessionData:
    """Fetch what the rules look at; what Kaltura cannot tell now is unknown."""
    data = collect(services.kaltura, session)
    try:
        return with_event(data, event_of(services.kaltura, session))
    except ServerFailed as error:
        return with_event(data, NotKnown(str(error)))


def _say_which(services: Services, data: SessionData) -> None:
    session, event, settings = data.session, data.virtual_event, services.settings
    of_event = f", virtual event {event.event_id}" if event and not isinstance(event, NotKnown) else ""
    say(f"{session.cue_point_id}, {session.start:%Y-%m-%d %H:%M} UTC, room {session.entry_id}{of_event}")
    if isinstance(event, NotKnown):
        say(f"Its virtual event is not known, so rules by event are read as strictly as possible. {event.reason}")
    if session.parent_entry_id is not None:
        say(_BREAKOUT)
    elif reason := why_skipped(session, settings):
        say(f"It is left out: {reason}")
    else:
        _say_parts(services, session)


def _say_parts(services: Services, session: Session) -> None:
    try:
        parts = len(meeting_of(services, session))
    except Undecided:
        say(UNDECIDED)
        return
    if parts > 1:
        say(f"It was interrupted: one mail tells of all its {parts} parts.")


def _rows(services: Services, plan: Plan, cue_point_id: str, entry_id: str) -> Iterator[tuple[str, ...]]:
    """Those who get a mail in the order of the rules, then those who do not."""
    has_ledger = _has_ledger(services.settings)
    kept, marked = deliverable(services, plan.recipients, entry_id) if has_ledger else (plan.recipients, ())
    deliveries = services.ledger.deliveries(cue_point_id) if has_ledger else ()
    served = {one.recipient_id for one in deliveries if one.state == "sent"}
    for recipient in kept:
        yield _row(
            "has it" if recipient_id(recipient.address) in served else "gets",
            recipient,
            services.settings,
            recipient.why,
        )
    reasons = {one.recipient_id: one.reason for one in marked}
    for recipient in plan.recipients:
        if reason := reasons.get(recipient_id(recipient.address)):
            yield _row("left out", recipient, services.settings, f"{recipient.why} {reason}")
    for one in plan.left_out:
        yield "left out", one_line(one.who), "-", "-", "-", one_line(f"{one.why} {one.reason}")


def _has_ledger(settings: Settings) -> bool:
    """Whether there is one; a ledger file would be made by looking into it."""
    return settings.ledger.startswith("dynamodb:") or ledger_file(settings).exists()


def _row(what: str, recipient: Recipient, settings: Settings, why: str) -> tuple[str, ...]:
    timezone = recipient.timezone or settings.timezone
    return what, recipient.address, recipient.tier, timezone, recipient.language or "-", one_line(why)
