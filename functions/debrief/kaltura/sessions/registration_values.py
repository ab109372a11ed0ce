"""Read single values in the answers of the registration services: statuses, and values of any JSON type as texts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from debrief.errors import BadRequest
from debrief.registration import BLOCKED, CANCELLED, INVITED, REGISTERED, UNCLEAR

_MOST_ANSWERS, _LONGEST, _DEEPEST = 60, 500, 4  # answers of a person, characters of a text, levels of an answer
# By Kaltura's attendance status. "attended" means that somebody entered the event's site before the event.
_STATUSES = {
    **dict.fromkeys(
        ("registered", "confirmed", "autoConfirmed", "attended", "participated", "participatedPostEvent"), REGISTERED
    ),
    "unregistered": CANCELLED,
    "blocked": BLOCKED,
    **dict.fromkeys(("created", "invited", "invitedPendingRegistration"), INVITED),
}
_BY_WORD = {word.casefold(): status for word, status in _STATUSES.items()}


def status_of(word: Any) -> str:
    """Return the status of a registration, for Kaltura's word in any case; `unclear` for any other value."""
    return _BY_WORD.get(word.strip().casefold(), UNCLEAR) if isinstance(word, str) else UNCLEAR


def undocumented(path: str) -> BadRequest:
    """Return the error about an answer that is not as documented."""
    return BadRequest(f"The answer of the registration service's {path} is not as Kaltura documents it.")


def answers_in(data: Any) -> dict[str, str]:
    """Return the answers to the registration form as texts, by question."""
    return dict(islice(_answers(data), _MOST_ANSWERS))


def _answers(data: Any) -> Iterator[tuple[str, str]]:
    """Yield the answers to the registration form as texts, by question. A form may have any questions."""
    pairs = data.items() if isinstance(data, dict) else [("profileData", data)]
    for name, value in pairs:
        if (question := text_of(name)) and (answer := text_of(value)):
            yield question, answer


def text_of(value: Any, level: int = 0) -> str:
    """Return a value of any JSON type as one line of text; blank for null."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            start = value[: 4 * _LONGEST]
            if not start.isprintable():
                start = "".join(character if character.isprintable() else " " for character in start)
            return " ".join(start.split())[:_LONGEST]
        case list() | dict() if level >= _DEEPEST:
            return ""
        case list():
            parts = [text_of(item, level + 1) for item in value[:_MOST_ANSWERS]]
        case dict():
            pairs = islice(value.items(), _MOST_ANSWERS)
            parts = [f"{text_of(name)}: {text}" for name, item in pairs if (text := text_of(item, level + 1))]
        case _:
            return str(value)[:_LONGEST]
    return "; ".join(filter(None, parts))[:_LONGEST]
