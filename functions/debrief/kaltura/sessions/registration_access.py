"""Find out whether a credential may list the people registered for virtual events, or only count them."""

from __future__ import annotations

from contextlib import suppress

from debrief.errors import DebriefError, Forbidden
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.pagination import PAGE
from debrief.kaltura.sessions.event_users import first_users
from debrief.kaltura.sessions.registered_users import users_by_key
from debrief.kaltura.sessions.registrants import APPS, PROFILES, page_in
from debrief.kaltura.sessions.registration_counts import registration_counts

_NO_USER = "debrief-doctor-asks-for-nobody"


def registration_access(kaltura: Kaltura) -> str:
    """Return whether people can be listed or counted, and why, with one app of the account.

    Raises Forbidden if neither is allowed, or another error if Kaltura does not answer as documented.
    """
    if not kaltura.has_registrations:
        return "KALTURA_REGISTRATIONS is not set; registrations are not read from Kaltura"
    kaltura.call("session", "get", {})  # names a wrong app token as such
    every = kaltura.registrations(APPS, {"filter": {}, "pager": {"offset": 0, "limit": PAGE}}).value
    apps, _ = page_in(APPS, every)
    if not apps:
        return "no virtual event has a registration app, so the right to list people was not checked"
    app_id, event_id = str(apps[-1]["id"]), str(apps[-1].get("appCustomId"))
    try:
        page = kaltura.registrations(PROFILES, {"filter": {"appGuidIn": [app_id]}, "pager": {"offset": 0, "limit": 1}})
        page_in(PROFILES, page.value)
        users_by_key(kaltura, [_NO_USER])
    except Forbidden as error:
        return _with_fewer_rights(kaltura, app_id, event_id, error)
    return "people can be listed, with their answers to the registration form"


def _with_fewer_rights(kaltura: Kaltura, app_id: str, event_id: str, error: Forbidden) -> str:
    with suppress(DebriefError):
        first_users(kaltura, event_id)
        return f"people can be listed, without their answers to the registration form: {error}"
    with suppress(DebriefError):
        registration_counts(kaltura, [app_id])
        return f"people can only be counted: {error}"
    raise Forbidden(f"Registered people can be neither listed nor counted: {error}")
