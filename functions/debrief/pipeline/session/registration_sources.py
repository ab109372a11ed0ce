"""Find the registrations of a session: in a file in the archive, in Kaltura, or in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from debrief.delivery.archive.manifest import Manifest
from debrief.errors import BadRequest, NotReady
from debrief.kaltura.session_data.registration_list import NAME, read_registrations
from debrief.kaltura.sessions.registrants import registrants_of
from debrief.model import NotKnown, SessionData
from debrief.persons import address_key, id_key
from debrief.pipeline.services import Services
from debrief.pipeline.session.load_archived import unpack_answers
from debrief.pipeline.session.registration_files import registrations_in_files
from debrief.pipeline.state.revisions import Files
from debrief.registration import Registrant, Registrations
from debrief.util.values import is_identified

_NO_APP = NotKnown("Kaltura lists no registration of this session's virtual event.")
_REMOVED = NotKnown("The list of registrations was removed.")
_EARLIER = "The figures use the list of an earlier check."
_NO_EVENT = NotKnown("Kaltura's registrations are not known, because the session's virtual event is not known.")


def registrations_for(
    services: Services, data: SessionData, manifest: Manifest | None
) -> Registrations | NotKnown | None:
    """Return everybody who registered; None if there is no list.

    If the list is now missing or cannot be read, but the report in the archive has one, keep that list with a note.
    `manifest` lists the report's files. Raises the errors of the archive.
    """
    found = _current(services, data)
    if isinstance(found, Registrations) or manifest is None:
        return found
    earlier = _earlier(services, manifest)
    if earlier is None:
        return found
    return replace(earlier, note=f"{(found or _REMOVED).reason} {_EARLIER}")


def _current(services: Services, data: SessionData) -> Registrations | NotKnown | None:
    """Return the list as it is now.

    If one of two lists cannot be read, the registrations are unknown: people on the unreadable list would
    count as people who did not register.
    """
    from_file = registrations_in_files(services, data)
    event = data.virtual_event
    if isinstance(from_file, NotKnown) or event is None or not services.kaltura.has_registrations:
        return from_file
    people = _NO_EVENT if isinstance(event, NotKnown) else registrants_of(services.kaltura.registrar, event.event_id)
    if people is None:
        return from_file or _NO_APP
    if isinstance(people, NotKnown):
        return NotKnown(people.reason) if from_file else people  # the file may have the people whom Kaltura only counts
    if from_file is None:
        return Registrations("event", "kaltura", people)
    return Registrations("event", "both", merged(from_file.people, people))


def _earlier(services: Services, manifest: Manifest) -> Registrations | None:
    """Return the archived list, if reports still use its source; None if there is none, or it cannot be read now."""
    files = Files(services, manifest)
    wanted = [file for file in manifest.files if file.key.startswith("raw/") and file.name == f"{NAME}.gz"]
    try:
        answers = unpack_answers({file.key: files.read(file) for file in wanted})
        found = read_registrations(answers[NAME]) if NAME in answers else None
    except (BadRequest, NotReady):
        return None
    if not isinstance(found, Registrations):
        return None
    from_file, from_kaltura = services.settings.registrations, services.kaltura.has_registrations
    is_used = {"file": from_file, "kaltura": from_kaltura, "both": from_file or from_kaltura}
    return found if is_used[found.origin] else None


def merged(file: Sequence[Registrant], kaltura: Sequence[Registrant]) -> list[Registrant]:
    """Return the file's people with what only Kaltura knows of them, then the people who are only in Kaltura."""
    keys = [_keys(person) for person in kaltura]
    by_key = {key: person for person, own in zip(reversed(kaltura), reversed(keys), strict=True) for key in own}
    listed = {key for person in file for key in _keys(person)}
    return [
        *(_filled(person, by_key) for person in file),
        *(person for person, own in zip(kaltura, keys, strict=True) if listed.isdisjoint(own)),
    ]


def _filled(person: Registrant, by_key: Mapping[str, Registrant]) -> Registrant:
    """Fill what the file leaves blank, except the status."""
    same = by_key.get(address_key(person.email)) or by_key.get(id_key(person.user_id))
    if same is None:
        return person
    return replace(
        person,
        name=person.name or same.name,
        user_id=person.user_id if is_identified(person.user_id) else same.user_id,
        company=person.company or same.company,
        answers={**same.answers, **person.answers},
        origin=person.origin or same.origin,
    )


def _keys(person: Registrant) -> set[str]:
    """Return what identifies a person: id and address. In most accounts the address is the id."""
    return {key for key in (id_key(person.user_id), address_key(person.email)) if is_identified(key)}
