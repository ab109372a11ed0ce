"""What moto lacks when two threads ask it at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class OneAtATime:
    """A client of DynamoDB or S3 whose calls are each atomic, as the services' are and moto's are not."""

    lock = threading.RLock()

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._locked(found) if callable(found) and name != "get_paginator" else found

    def get_paginator(self, name: str) -> Any:
        real = self._real.get_paginator(name)
        real.paginate = self._locked(lambda *args, **named: iter(list(type(real).paginate(real, *args, **named))))
        return real

    def _locked(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def locked(*args: Any, **named: Any) -> Any:
            with self.lock:
                return call(*args, **named)

        return locked
