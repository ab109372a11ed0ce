"""The person that a command is about: an address or a user id, which no message repeats."""

from __future__ import annotations

import argparse

from debrief.errors import BadSettings
from debrief.model import is_identified

_LONGEST = 300  # characters


def add_person(parser: argparse.ArgumentParser) -> None:
    """--person."""
    text = "the person's mail address or Kaltura user id"
    parser.add_argument("--person", metavar="EMAIL|USER_ID", required=True, help=text)


def check_person(text: str) -> str:
    """The address or id as given. Raises BadSettings, without repeating it."""
    person = text.strip()
    if not is_identified(person):
        raise BadSettings("--person is blank, or stands for everybody whom Kaltura did not know; name one person.")
    if len(person) > _LONGEST or not person.isprintable() or set(person) & set("*,;|"):
        raise BadSettings("--person takes one mail address or one user id.")
    return person
