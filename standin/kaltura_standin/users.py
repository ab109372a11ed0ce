"""user.get and user.list (Kaltura server, KalturaUser.php)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaltura_standin.account import Account, User
from kaltura_standin.listing import Listing

_LISTING = Listing("KalturaUserListResponse", {"id": "id"}, ("createdAt",), ("createdAt",), "+createdAt")


def list_users(account: Account, filter_: Mapping[str, Any], pager: Mapping[str, Any]) -> dict[str, Any]:
    """Return the users that pass the filter."""
    users = [
        {**as_object(account, user), "company": account.profiles(user.id, user.full_name).company or None}
        for user in account.people().values()
    ]
    return _LISTING.answer(account, [{**user, "createdAt": account.created} for user in users], filter_, pager)


def as_object(account: Account, user: User) -> dict[str, Any]:
    """Return a user as the API shows one."""
    return {
        "id": user.id,
        "partnerId": account.partner_id,
        "screenName": user.full_name or None,
        "fullName": user.full_name,
        "firstName": user.first_name or None,
        "lastName": user.last_name or None,
        "email": user.email or None,
        "status": 1,
        "isGuest": user.is_guest,
        "isAdmin": user.is_admin,
        "objectType": "KalturaUser",
    }
