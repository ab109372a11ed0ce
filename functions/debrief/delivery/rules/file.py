"""A rules file that may be changed while a process lives, as Lambda's do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from debrief.delivery.rules.rules import Rules
from debrief.delivery.rules.schema import load_rules
from debrief.errors import BadRequest, BadSettings

LASTS = timedelta(minutes=5)  # how long a change may go unnoticed
_LARGEST = 256 * 1024 + 1  # bytes; one more than is accepted


class RulesFile:
    """The rules under a path or an address, read again when they are older than `LASTS`.

    A change that makes the file wrong is an error until it is put right: mailing by rules that the admin has withdrawn
    would be worse than mailing late. `read` gives the bytes, or None when there is no such file.
    """

    def __init__(self, place: str, read: Callable[[], bytes | None], clock: Callable[[], datetime]) -> None:
        self._place = place
        self._read = read
        self._clock = clock
        self._rules: Rules | None = None
        self._read_at: datetime | None = None

    def current(self) -> Rules:
        """The rules as they are now. Raises BadSettings with the file's name, or RetryLater."""
        now = self._clock()
        if self._rules is None or self._read_at is None or not now - LASTS < self._read_at <= now:
            self._rules = load_rules(self._text(), self._place)
            self._read_at = now
        return self._rules

    def _text(self) -> str:
        try:
            body = self._read()
        except (BadRequest, BadSettings) as error:
            raise BadSettings(f"The rules file {self._place} cannot be read: {error}") from None
        if body is None:
            raise BadSettings(f"There is no rules file {self._place}; DEBRIEF_RULES must name one or be blank.")
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = body[: error.start].count(b"\n") + 1
            raise BadSettings(f"In {self._place}, line {line}: this is no UTF-8; save the file as UTF-8.") from None


def read_path(path: Path) -> bytes | None:
    """The bytes of a file, as far as a rules file may be long; None when it is not there. Raises BadSettings."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadSettings(f"{getattr(error, 'strerror', None) or 'no file can be called so'}.") from None
