"""Run the checks and write the contract file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from debrief import __version__
from debrief.errors import BadCredentials, BadRequest, BadSettings, DebriefError, RetryLater
from debrief.kaltura.contract.checks import Checks, DoesNotApply, Observation
from debrief.kaltura.contract.judge import Verdict, judge
from debrief.kaltura.contract.vocabulary import ERRORS, FORMAT, NAMES, OTHER, REGIONS, foreign_texts
from debrief.settings import Settings

_POLLS = 10
_HOSTS = {"www.kaltura.com": "nvp1", "api.eu.kaltura.com": "irp2", "api.de.kaltura.com": "frp2"} | {
    f"api.{name}.kaltura.com": region for name, region in (("sg", "sgp2"), ("ca", "cap2"), ("ap", "syp2"))
}


@dataclass(frozen=True)
class Outcome:
    """The result of one check: its verdict, the sentence for the screen, and the content for the file."""

    number: int
    verdict: Verdict
    sentence: str
    seen: Observation = field(repr=False)
    error: str = ""  # the name of the error that stopped the check

    @property
    def name(self) -> str:
        return NAMES[self.number]


def run(checks: Checks, settings: Settings) -> Iterator[Outcome]:
    """Yield the outcome of each check, in order. If nothing can be requested from Kaltura, all later checks fail."""
    stopped: DebriefError | None = None
    for number, check in checks.all():
        outcome, error = _failed(number, stopped) if stopped else _outcome(number, check, settings)
        if isinstance(error, BadCredentials) or (number == 1 and isinstance(error, RetryLater | BadSettings)):
            stopped = error
        yield outcome


def contract_of(outcomes: list[Outcome], settings: Settings) -> bytes:
    """Return the contract file. Raises BadRequest if the vocabulary lacks one of its texts."""
    value = {
        "format": FORMAT,
        "debrief": __version__,
        "region": region_of(settings.service_url) or OTHER,
        "checks": [_entry(outcome) for outcome in outcomes],
    }
    if foreign := foreign_texts(value):
        raise BadRequest(f"The contract file is not written: {foreign} of its texts could come from Kaltura.")
    return json.dumps(value, indent=1).encode("ascii") + b"\n"


def region_of(service_url: str) -> str:
    """Return the code of Kaltura's region; blank for an unknown host."""
    return _HOSTS.get(urlsplit(service_url).hostname or "", "")


def _entry(outcome: Outcome) -> dict[str, Any]:
    error = {"error": outcome.error if outcome.error in ERRORS else OTHER} if outcome.error else {}
    return {
        "number": outcome.number,
        "name": outcome.name,
        "verdict": outcome.verdict,
        **error,
        "facts": outcome.seen.facts,
        "answers": outcome.seen.answers,
    }


def _outcome(number: int, check: Any, settings: Settings) -> tuple[Outcome, DebriefError | None]:
    try:
        seen = check()
    except DoesNotApply as reason:
        return Outcome(number, "does not apply", f"does not apply: {reason}.", Observation()), None
    except DebriefError as error:
        return _failed(number, error, settings)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        # Kaltura may answer in any form. Its text is not quoted.
        name = type(error).__name__
        sentence = f"not known, because the answer has an unexpected form ({name}). Send the contract file."
        return Outcome(number, "not known", sentence, Observation(), OTHER), None
    verdict, meaning = judge(number, seen.facts)
    return Outcome(number, verdict, " ".join(filter(None, [seen.figures, meaning])), seen), None


def _failed(number: int, error: DebriefError, settings: Settings | None = None) -> tuple[Outcome, DebriefError]:
    text = str(error)
    reason = f"{text[:1].lower() if _is_plain(text) else text[:1]}{text[1:]}"
    sentence = f"not known, because {reason}{_other_host(settings) if number == _POLLS and settings else ''}"
    return Outcome(number, "not known", sentence, Observation(), type(error).__name__), error


def _other_host(settings: Settings) -> str:
    """Return which chat service to try; blank if it is the one that did not answer."""
    host = f"https://chat.{region_of(settings.service_url) or REGIONS[0]}.ovp.kaltura.com"
    return "" if settings.chat_url == host else f" Set KALTURA_CHAT_URL={host}, and run this again."


def _is_plain(text: str) -> bool:
    """Return whether the first word is written in lower case within a sentence."""
    return text.partition(" ")[0] in {"The", "No", "Report", "Some", "This"}
