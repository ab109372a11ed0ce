"""Compose a digest from the ledger, without the archive: which sessions are in it, and their figures at that time.

The notes `listed` name the sessions of each period. A session that an earlier digest had is not counted again; if its
figures or its state changed, it is listed as changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Delivery, SessionRecord
from debrief.delivery.ledger.suppressions import unsubscribed_rooms
from debrief.delivery.mail.addresses import is_one_of
from debrief.documents.mail.digest import MOST_CHANGED, MOST_ROWS, Changed, Digest, Step, render_digest
from debrief.documents.room_name import room_name
from debrief.documents.text import sanitize, times
from debrief.errors import NothingToSend
from debrief.metrics.several_sessions import overview_of
from debrief.pipeline.mailing.add_to_digests import NOT_KNOWN, label_of
from debrief.pipeline.mailing.current_tier import current_tier
from debrief.pipeline.mailing.daily_section import daily_section
from debrief.pipeline.mailing.issue_links import issue_token, link_expiry
from debrief.pipeline.mailing.letter import letter_for
from debrief.pipeline.mailing.periods import Period, period_named
from debrief.pipeline.state.session_status import NO_EMAIL, session_status
from debrief.session_figures import SessionFigures

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Note
    from debrief.documents.presentation import Presentation
    from debrief.model import Tier
    from debrief.pipeline.services import Services

_TREND = 6  # periods
_TIER: Tier = "totals"  # of a digest's own texts; each link has a tier of its own
_NOTHING = "There is nothing to report: no session is new or changed."


@dataclass(frozen=True, slots=True)
class _Listing:
    """A session in the digest of one period, as the ledger's note has it."""

    label: str
    cue_point_id: str
    at: datetime
    revision: int
    state: str
    people: float | None


def digest_mail(services: Services, delivery: Delivery, presentation: Presentation) -> tuple[bytes, datetime | None]:
    """Return the email as MIME, and its date. Raises NothingToSend if no session is new or changed."""
    period = period_named(label_of(delivery.occasion), presentation.zone)
    letter = letter_for(services, delivery)
    digest = _digest(services, delivery, period)
    if services.settings.portal_url:
        ends = services.clock() + timedelta(days=services.settings.link_days)
        token = issue_token(services, delivery, delivery.revision, ends)
        letter = replace(letter, unsubscribe=f"{services.settings.portal_url}/u/{token}")
    key = f"{delivery.cue_point_id}/{delivery.recipient_id}/{delivery.occasion}"
    return render_digest(digest, presentation, letter, key), letter.date


def _digest(services: Services, delivery: Delivery, period: Period) -> Digest:
    listings = list(_listings(services.ledger.notes("listed", f"{delivery.recipient_id}/")))
    now = {each.cue_point_id: each for each in listings if each.label == period.label}
    before = _latest_before(listings, now)
    records = _visible(services, delivery, services.ledger.sessions_of(list(now)))
    new = {name: now[name] for name in records if name not in before}
    changed = {
        name: before[name]
        for name in records
        if name in before and (now[name].revision, now[name].state) != (before[name].revision, before[name].state)
    }
    if not new and not changed:
        raise NothingToSend(_NOTHING)
    figures = {name: _figures(records[name], now[name]) for name in [*new, *changed]}
    sessions = [figures[name] for name in new if records[name].kind != "event"]
    events = [figures[name] for name in new if records[name].kind == "event"]
    latest = sorted(figures.values(), key=lambda each: each.start, reverse=True)
    shown = [each.cue_point_id for each in latest if each.cue_point_id in new][:MOST_ROWS]
    shown += [each.cue_point_id for each in latest if each.cue_point_id in changed][:MOST_CHANGED]
    overview = overview_of(sessions)
    daily = daily_section(services, delivery)
    return Digest(
        is_week=period.is_week,
        first=period.first,
        last=period.last,
        sessions=sessions,
        overview=overview,
        events=events,
        changed=[
            Changed(each, changed[each.cue_point_id].people, changed[each.cue_point_id].state)
            for each in latest
            if each.cue_point_id in changed
        ],
        trend=_trend(listings, period, overview.totals["unique_attendees"].value),
        problems=_problems(services, delivery, period, records.values()),
        links=_links(services, delivery, [records[name] for name in shown], now),
        daily=daily,
    )


def _listings(notes: Iterable[Note]) -> Iterator[_Listing]:
    for note in notes:
        _, label, cue_point_id = note.subject.split("/", 2)
        revision, state, people = note.detail.split(" ")
        count = None if people == NOT_KNOWN else float(people)
        yield _Listing(label, cue_point_id, note.at, int(revision), state, count)


def _latest_before(listings: Iterable[_Listing], now: Mapping[str, _Listing]) -> dict[str, _Listing]:
    """Return what the recipient's earlier digests said last of the sessions in this one."""
    found: dict[str, _Listing] = {}
    for each in sorted(listings, key=lambda listing: listing.at):
        own = now.get(each.cue_point_id)
        if own and each.label != own.label and each.at < own.at:
            found[each.cue_point_id] = each
    return found


def _visible(services: Services, delivery: Delivery, records: dict[str, SessionRecord]) -> dict[str, SessionRecord]:
    """Leave out the parts of merged sessions, and the rooms from which the recipient has unsubscribed."""
    rooms = unsubscribed_rooms(services.ledger, delivery.recipient_id, {each.entry_id for each in records.values()})
    return {name: each for name, each in records.items() if not each.merged_id and each.entry_id not in rooms}


def _figures(record: SessionRecord, listing: _Listing) -> SessionFigures:
    return SessionFigures(
        record.cue_point_id,
        record.entry_id,
        room_name(record.entry_name, _TIER),
        record.start,
        record.end,
        record.minutes,
        listing.state,
        listing.revision,
        record.history.get(listing.revision, {}),
    )


def _trend(listings: Iterable[_Listing], period: Period, visits: float) -> list[Step]:
    """Return the visits of this period and of up to five before it, in which the recipient already had digests.

    A session counts in the period whose digest had it first. A period without any session has no visits.
    """
    counted: set[str] = set()
    sums: dict[str, float] = {}
    for each in sorted(listings, key=lambda listing: listing.at):
        is_alike = ("W" in each.label) == period.is_week
        if is_alike and each.label < period.label and each.cue_point_id not in counted:
            counted.add(each.cue_point_id)
            sums[each.label] = sums.get(each.label, 0.0) + (each.people or 0.0)
    steps = [Step(period.first, visits)]
    earliest = min(sums, default=period.label)
    while len(steps) < _TREND and (period := period.previous()).label >= earliest:
        steps.insert(0, Step(period.first, sums.get(period.label, 0.0)))
    return steps


def _problems(
    services: Services, delivery: Delivery, period: Period, records: Iterable[SessionRecord]
) -> list[tuple[str, str]]:
    """Return the sessions that need action: of the digest, and for an admin all that ended in the period."""
    found = [(each, each.reason) for each in records if each.reason or each.state == "failed"]
    if is_one_of(delivery.recipient_id, services.settings.admin_to):
        found += [
            (status.record, status.reason)
            for each in services.ledger.sessions(period.start, period.end)
            if not each.merged_id and (status := session_status(services.ledger, each))
            if status.has_failed or status.reason == NO_EMAIL
        ]
    by_session = {record.cue_point_id: (_named(record, period), reason) for record, reason in found}
    return list(by_session.values())


def _named(record: SessionRecord, period: Period) -> str:
    day = times.short_day(record.start.astimezone(period.zone).date())
    return f"{sanitize.clean(room_name(record.entry_name, _TIER)) or record.entry_id}, {day}"


def _links(
    services: Services, delivery: Delivery, records: Sequence[SessionRecord], now: Mapping[str, _Listing]
) -> dict[str, str]:
    """Return the recipient's links to the sessions in the tables, each with the tier that the rules allow now."""
    settings = services.settings
    if not settings.portal_url:
        return {}
    links: dict[str, str] = {}
    for record in records:
        mails = services.ledger.deliveries(record.cue_point_id)
        own = [mail for mail in mails if mail.recipient_id == delivery.recipient_id and not mail.occasion]
        tier: Tier | None = current_tier(services, record, delivery.address, own[-1].tier) if own else None
        if tier is None:
            continue
        mail = replace(own[-1], tier=tier)
        revision = now[record.cue_point_id].revision
        token = issue_token(services, mail, revision, link_expiry(settings, record.end, services.clock()))
        links[record.cue_point_id] = f"{settings.portal_url}/r/{token}"
    return links
