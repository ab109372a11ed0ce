"""Read the rules file, which may change while a process runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from debrief.delivery.rules.rules import ROLES, Rules
from debrief.delivery.rules.schema import load_rules
from debrief.errors import BadRequest, BadSettings

LASTS = timedelta(minutes=5)  # after this time the file is read again
_LARGEST = 256 * 1024 + 1  # bytes to read: one more than a rules file may have


class RulesFile:
    """The rules in a file or a bucket, which are read again when they are older than `LASTS`.

    While the file is invalid, `current` raises BadSettings and emails wait: late emails are better than emails by
    outdated rules. `read` returns
    the file's bytes, or None if the file does not exist. `organizers` says whether organizers get reports if the file
    sets no roles.
    """

    def __init__(
        self,
        place: str,
        read: Callable[[], bytes | None],
        clock: Callable[[], datetime],
        *,
        organizers: bool = True,
    ) -> None:
        self._place = place
        self._roles = ROLES if organizers else ()
        self._read = read
        self._clock = clock
        self._rules: Rules | None = None
        self._read_at: datetime | None = None

    def current(self) -> Rules:
        """Return the current rules. Raises BadSettings with the file's name, RetryLater for a temporary error."""
        now = self._clock()
        if self._rules is None or self._read_at is None or not now - LASTS < self._read_at <= now:
            self._rules = load_rules(self._text(), self._place, self._roles)
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
            raise BadSettings(f"In {self._place}, line {line}: this is not UTF-8; save the file as UTF-8.") from None


def read_path(path: Path) -> bytes | None:
    """Read a file up to the size limit; return None if it does not exist. Raises BadSettings."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadSettings(f"{getattr(error, 'strerror', None) or 'the path is not valid'}.") from None
