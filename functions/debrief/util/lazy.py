"""Opening things at their first use, so that a function does not load what its event does not need."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, cast

T = TypeVar("T")


def lazy(opening: Callable[[], T]) -> T:
    """Stands for what `opening` returns, and calls it when something is first asked of it."""
    return cast("T", _Late(opening))


class _Late:
    def __init__(self, opening: Callable[[], Any]) -> None:
        self._opening = opening

    @cached_property
    def _opened(self) -> Any:
        return self._opening()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)
