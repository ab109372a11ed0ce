"""Names and profiles by user id, as reports show them (Kaltura server, getUsersInfo and its kin)."""

from __future__ import annotations

from functools import cached_property

from kaltura_standin.account import Account, User
from kaltura_standin.profiles import Profile

UNKNOWN = "Unknown"
_NO_USER = User("")


class Directory:
    """The user table of an account with the profiles, each looked up once."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._profiles: dict[str, Profile] = {}

    @cached_property
    def _users(self) -> dict[str, User]:
        return self._account.people()

    def user(self, user_id: str) -> User:
        """The user, a blank one when there is none of that id."""
        return self._users.get(user_id, _NO_USER)

    def profile(self, user_id: str, name: str = "") -> Profile:
        """Who somebody is. Deleted users share their blank id, so each is told apart by the name."""
        if not user_id:
            return self._account.profiles(user_id, name)
        if user_id not in self._profiles:
            self._profiles[user_id] = self._account.profiles(user_id, name or self.user(user_id).full_name)
        return self._profiles[user_id]

    def registration(self, user_id: str, *, has_event: bool) -> tuple[str, str]:
        """Role and industry. Without a profile, or a virtual event to look it up in, both are the user id."""
        profile = self.profile(user_id)
        if not has_event or profile.role is None:
            return user_id, user_id
        return profile.role, profile.industry or ""
