"""Read the Kaltura users of registered people: names, addresses, companies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from debrief.errors import Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import NoSuchUser
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import PAGE
from debrief.persons import id_key

_FIELDS = "id,firstName,lastName,fullName,screenName,email,company"
_PROFILE = {
    "responseProfile[objectType]": "KalturaDetachedResponseProfile",
    "responseProfile[type]": "1",
    "responseProfile[fields]": _FIELDS,
}
_MOST_SINGLE = 500  # users that are read one by one


def users_by_key(kaltura: Kaltura, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return users by the key of their id; users that Kaltura no longer has are missing. Raises RetryLater or GiveUp.

    An id with a comma cannot be in the filter, so the first 500 of these are read one by one.
    """
    found = _single(kaltura, [user_id for user_id in ids if "," in user_id][:_MOST_SINGLE])
    askable = [user_id for user_id in ids if "," not in user_id]
    for start in range(0, len(askable), PAGE):
        fields = {
            "filter[objectType]": "KalturaUserFilter",
            "filter[idIn]": ",".join(askable[start : start + PAGE]),
            "pager[pageSize]": str(PAGE),
            "pager[pageIndex]": "1",
            **_PROFILE,
        }
        answer = kaltura.call("user", "list", fields)
        users = answer.get("objects") if isinstance(answer, dict) else None
        if not isinstance(users, list) or answer.get("totalCount", len(users)) != len(users):
            raise Unavailable("Kaltura did not give the whole list of users.")
        found |= {id_key(str(user.get("id"))): user for user in users if isinstance(user, dict)}
    return found


def _single(kaltura: Kaltura, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read users one by one, in multirequests."""
    found = dict[str, dict[str, Any]]()
    calls = {user_id: ApiCall("user", "get", {"userId": user_id, **_PROFILE}) for user_id in ids}
    with kaltura.ahead(calls.values()):
        for user_id, call in calls.items():
            try:
                user = kaltura.call(call.service, call.action, call.fields)
            except NoSuchUser:
                continue
            if isinstance(user, dict):
                found[id_key(user_id)] = user
    return found
