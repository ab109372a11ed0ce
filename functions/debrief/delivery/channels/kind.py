"""What all channels of one kind have in common, and which kinds there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from debrief.delivery import channels


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of channel. Each kind's folder states its own as KIND.

    `is_repeatable`: the receiver recognizes a message that it gets again, by its id. After an unknown outcome the
    message is sent again, so that in effect it arrives once. Other messages are never sent again: they arrive at most
    once, and an unknown outcome is reported to the admin.
    """

    takes_events: bool  # for programs: each revision is an event; else it gets messages for people, like emails
    is_repeatable: bool
    secrets: tuple[str, ...] = ()  # keys of its secrets
    options: tuple[str, ...] = ()  # keys in the rules file that only this kind has


@cache
def kinds() -> tuple[str, ...]:
    """Return the names of all kinds: the folders beside this module."""
    return tuple(sorted(module.name for module in iter_modules(channels.__path__) if module.ispkg))


def kind_of(name: str) -> Kind:
    """Return a kind by its name, one of `kinds`."""
    return cast("Kind", import_module(f"{channels.__name__}.{name}").KIND)
