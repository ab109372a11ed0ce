"""Which environment variables the settings are read from."""

from __future__ import annotations

from typing import Any

from debrief.settings import Settings


class Asked(dict[str, str]):
    """An environment that remembers which names it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


def settings_variables() -> set[str]:
    """All of them."""
    asked = Asked()
    asked["KALTURA_ADMIN_SECRET"] = "0" * 32  # with which goes a user id
    Settings.from_environment(asked)
    return asked.names
