"""What the checks of archives and mailers have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from debrief.errors import BadSettings, DebriefError


@contextmanager
def self_test() -> Iterator[None]:
    """Say any failure of the block as BadSettings, also one that may pass: a person asks, and asks now."""
    try:
        yield
    except DebriefError as error:
        raise BadSettings(str(error)) from None
