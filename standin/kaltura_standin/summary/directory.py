"""Names and profiles by user id, as reports show them (Kaltura server, getUsersInfo and similar functions)."""

from __future__ import annotations

from functools import cached_property

from kaltura_standin.account import Account, User
from kaltura_standin.profiles import Profile

UNKNOWN = "Unknown"
_NO_USER = User("")


class Directory:
    """The user table of an account with the profiles. Each is looked up once."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._profiles: dict[str, Profile] = {}

    @cached_property
    def _users(self) -> dict[str, User]:
        return self._account.people()

    def user(self, user_id: str) -> User:
        """Return the user; a blank user if no user has that id."""
        return self._users.get(user_id, _NO_USER)

    def profile(self, user_id: str, name: str = "") -> Profile:
        """Return a person's profile. All deleted users have a blank id, so the name distinguishes them."""
        if not user_id:
            return self._account.profiles(user_id, name)
        if user_id not in self._profiles:
            self._profiles[user_id] = self._account.profiles(user_id, name or self.user(user_id).full_name)
        return self._profiles[user_id]

    def registration(self, user_id: str, *, has_event: bool) -> tuple[str, str]:
        """Return role and industry. Both are the user id if there is no profile or no virtual event."""
        profile = self.profile(user_id)
        if not has_event or profile.role is None:
            return user_id, user_id
        return profile.role, profile.industry or ""
