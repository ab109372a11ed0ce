"""Convert errors in the checks of archives and mailers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from debrief.errors import BadSettings, DebriefError


@contextmanager
def self_test() -> Iterator[None]:
    """Raise any error of the block as BadSettings, even a temporary error, because a check is not retried."""
    try:
        yield
    except DebriefError as error:
        raise BadSettings(str(error)) from None
