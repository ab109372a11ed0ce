"""Open services at their first use, so that a Lambda function loads only what its event needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, cast

T = TypeVar("T")


def lazy(factory: Callable[[], T]) -> T:
    """Return a proxy that calls `factory` when an attribute is first used."""
    return cast("T", _Proxy(factory))


class _Proxy:
    def __init__(self, factory: Callable[[], Any]) -> None:
        self._factory = factory

    @cached_property
    def _target(self) -> Any:
        return self._factory()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)
