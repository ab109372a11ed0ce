"""Put a list of registrations into the archive before an export (`--registrations`)."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from debrief.cli.output import counted, say
from debrief.delivery.archive.archive import too_large
from debrief.documents.text.sanitize import clean
from debrief.errors import BadRequest, BadSettings
from debrief.metrics.registrations.answers import answered
from debrief.model import Document
from debrief.pipeline.erasure.erase_from_lists import without_erased
from debrief.pipeline.privacy.tombstones import tombstones
from debrief.pipeline.services import Services
from debrief.pipeline.session.registration_files import FOLDER, key_for, read_list, unclear_words
from debrief.pipeline.session.registration_tables import LARGEST, SUFFIXES, media_type, suffix_of
from debrief.registration import REGISTERED, SCOPES, UNCLEAR, Registrant

_MOST_WORDS, _LONGEST_WORD = 3, 40
_WHOSE = "--registrations needs exactly one --session, --event or --room: the one for which people registered."


def add_registrations(parser: argparse.ArgumentParser) -> None:
    """Add the option `--registrations`."""
    text = (
        "CSV or XLSX file of the people who registered for the one --session, --event or --room; put into the archive"
    )
    parser.add_argument("--registrations", metavar="FILE", help=text)


def use_list(services: Services, args: argparse.Namespace) -> Services:
    """Put the list into the archive, and return services whose exports use lists; unchanged without the option.

    Rows of erased people are left out. With --dry-run the list is checked, but not written. Raises BadSettings if it
    cannot be used.
    """
    if args.registrations is None:
        return services
    if Path(args.registrations).suffix.lower().removeprefix(".") not in SUFFIXES:
        raise BadSettings("--registrations needs a file whose name ends with .csv or .xlsx.")
    named = [(scope, id_) for scope in SCOPES for id_ in getattr(args, scope)]
    if len(named) != 1:
        raise BadSettings(_WHOSE)
    try:
        body = _bytes_of(Path(args.registrations))
        columns = dict(services.settings.registration_columns)
        read_list(body, columns)
        body, erased = without_erased(body, columns, tombstones(services))
        people = read_list(body, columns)
    except OSError as error:
        raise BadSettings(f"{args.registrations} cannot be read: {error.strerror}.") from None
    except BadRequest as error:
        raise BadSettings(f"{args.registrations}: {error}") from None
    words = unclear_words(body, columns, _MOST_WORDS) if any(person.status == UNCLEAR for person in people) else []
    _say_what_is_in(people, words, services.settings.registration_questions)
    if not args.dry_run:
        key = key_for(*named[0], suffix_of(body))
        services.archive.write(Document(key, body, media_type(body)))
        others = {key_for(*named[0], suffix) for suffix in SUFFIXES} - {key}
        for former in others.intersection(services.archive.keys(FOLDER)):  # the list that this one replaces
            services.archive.remove(former)
        if erased:
            who = "belongs to an erased person and was" if erased == 1 else "belong to erased people and were"
            say(f"{counted(erased, 'row')} {who} left out.")
        say(f"The list was written to {services.archive.location(key)}.")
        if not services.settings.registrations:
            say("Set DEBRIEF_REGISTRATIONS=yes, otherwise the next export leaves registrations out of the report.")
    return replace(services, settings=replace(services.settings, registrations=True))


def _bytes_of(path: Path) -> bytes:
    """Return a file's bytes. Raises OSError, or BadRequest if it is too large to be read."""
    with path.open("rb") as file:
        body = file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise too_large(LARGEST)
    return body


def _say_what_is_in(people: Sequence[Registrant], words: Sequence[str], questions: Sequence[str]) -> None:
    """Say how many lines have each status, and an answer, so that a wrong column or an unknown word is noticed."""
    found = Counter(person.status for person in people)
    others = "".join(f", {count} {status}" for status, count in found.most_common() if status != REGISTERED)
    say(f"The list has {counted(len(people), 'line')}: {found[REGISTERED]} registered{others}.")
    if found[UNCLEAR]:
        such = ", such as " + ", ".join(f"“{clean(word, _LONGEST_WORD)}”" for word in words) if words else ""
        say(f"Unclear lines have a status that Debrief does not know{such}; they do not count. Name it in")
        say("DEBRIEF_REGISTRATION_COLUMNS, for example registered=Angemeldet,cancelled=Storniert.")
    if without := sum(not person.own_id for person in people):
        say(f"{counted(without, 'line')} without an address or user id: attendance cannot be known.")
    for question, answers in zip(questions, answered(questions, people), strict=True):
        say(f"{counted(answers, 'line')} with an answer to {question}.")
