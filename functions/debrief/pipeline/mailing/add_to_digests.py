"""Put sessions into their recipients' digests, when an export would otherwise order an email about the session.

The ledger gets a note for each session, recipient and period, and one delivery for each recipient and period. A
delivery is added only if there is none, so it exists exactly once; it waits until the digest is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.delivery.ledger.ledger import DIGEST, IN_DIGEST, Delivery, Note
from debrief.delivery.mail.addresses import recipient_id
from debrief.pipeline.mailing.periods import Period, period_named, period_of

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from debrief.delivery.ledger.ledger import Ledger, SessionRecord
    from debrief.delivery.rules.rules import Recipient
    from debrief.pipeline.services import Services
    from debrief.settings import Settings

_UNITS = {"weekly": "week", "monthly": "month"}
_BY_CHOICE = "You get one email a {unit} instead of an email about each session, because you chose this."
_BY_RULES = (
    "You get one email a {unit} instead of an email about each session, because the rules of this installation say so."
)
NOT_KNOWN = "-"  # in place of a figure


def is_in_digest(mail: Delivery) -> bool:
    """Return whether a session's report was not mailed because it is in its recipient's digest."""
    return mail.state == "stopped" and mail.reason == IN_DIGEST


def occasion_of(label: str) -> str:
    return f"{DIGEST}-{label}"


def label_of(occasion: str) -> str:
    return occasion.removeprefix(f"{DIGEST}-")


def due_of(settings: Settings, digest: Delivery) -> datetime:
    """Return when a digest is due, in the time zone that its recipient had first. ExportFunction lacks the hour."""
    zone = ZoneInfo(digest.timezone) if digest.timezone else settings.zone
    return period_named(label_of(digest.occasion), zone).due(settings.daily_hour)


def may_have_daily(ledger: Ledger, digest: Delivery) -> bool:
    """Return whether a digest may have the admin's daily summary: of two on the same day, only that of the month."""
    period = period_named(label_of(digest.occasion), ZoneInfo("UTC"))
    is_first_of_month = period.next().first.day == 1
    month = occasion_of(f"{period.last:%Y-%m}")
    return not (period.is_week and is_first_of_month and ledger.delivery(DIGEST, 1, digest.recipient_id, month))


def add_to_digests(
    services: Services, record: SessionRecord, recipients: Iterable[Recipient], mailed: Container[str]
) -> None:
    """Add the record's revision to the digests of these recipients; `mailed` are the ids of those who have a delivery.

    A repeated call changes nothing. The notes are written last: a run that was killed between the two may be repeated
    in the next period, in which the session is new only if no earlier digest has it.
    """
    now, rules = services.clock(), services.rules.current().digest
    deliveries: list[Delivery] = []
    notes: list[Note] = []
    people = record.history.get(record.revision, {}).get("unique_attendees")
    detail = f"{record.revision} {record.state_word} {NOT_KNOWN if people is None else f'{people:.0f}'}"
    for each in recipients:
        if not each.digest:
            continue
        key = recipient_id(each.address)
        period = _open_period(services, each, key, now)
        notes.append(Note("listed", f"{key}/{period.label}/{record.cue_point_id}", now, detail))
        notes += _uncounted_parts(services, record, f"{key}/{period.label}")
        report = Delivery(
            record.cue_point_id,
            record.revision,
            key,
            each.address,
            each.why,
            state="stopped",
            reason=IN_DIGEST,
            at=now,
            tier=each.tier,
            timezone=each.timezone,
            language=each.language,
            rules=rules,
        )
        digest = replace(
            report,
            cue_point_id=DIGEST,
            revision=1,
            why=(_BY_CHOICE if each.chose_digest else _BY_RULES).format(unit=_UNITS[each.digest]),
            state="pending",
            reason="",
            at=period.end,
            occasion=occasion_of(period.label),
            tier="totals",
        )
        deliveries += [digest] if key in mailed else [report, digest]
    services.ledger.add_deliveries(deliveries)
    for note in notes:
        services.ledger.put_note(note)


def revision_in_sent_digest(services: Services, report: Delivery) -> int:
    """Return the newest revision of a report that a sent digest had; 0 if none, or if another digest waits with it."""
    found = 0
    for note in services.ledger.notes("listed", f"{report.recipient_id}/"):
        _, label, cue_point_id = note.subject.split("/", 2)
        if cue_point_id != report.cue_point_id:
            continue
        digest = services.ledger.delivery(DIGEST, 1, report.recipient_id, occasion_of(label))
        if digest is None or digest.state != "sent":
            return 0
        found = max(found, int(note.detail.partition(" ")[0]))
    return found


def _open_period(services: Services, recipient: Recipient, key: str, now: datetime) -> Period:
    """Return the present period, or a later one if the recipient's digest of the present one is due already.

    This happens if a week lasts longer in the recipient's time zone than in the one that its digest began with.
    """
    zone = ZoneInfo(recipient.timezone) if recipient.timezone else services.settings.zone
    period = period_of(recipient.digest or "weekly", now, zone)
    while digest := services.ledger.delivery(DIGEST, 1, key, occasion_of(period.label)):
        if digest.state == "pending" and due_of(services.settings, digest) > now:
            break
        period = period.next()
    return period


def _uncounted_parts(services: Services, record: SessionRecord, prefix: str) -> list[Note]:
    """Return the notes of a merged session's parts in this digest without their people, whom the session has."""
    if not record.parts:
        return []
    listed = services.ledger.notes_of([("listed", f"{prefix}/{part.cue_point_id}") for part in record.parts])
    return [replace(note, detail=f"{note.detail.rpartition(' ')[0]} {NOT_KNOWN}") for note in listed]
