"""The person that a command is about: an address or a user id, which no message repeats."""

from __future__ import annotations

import argparse

from debrief.errors import BadSettings
from debrief.util.values import is_identified

_LONGEST = 320  # characters of a user id that Kaltura takes


def add_person(parser: argparse.ArgumentParser, *, as_flag: bool) -> None:
    """--person, or the one argument of the command."""
    text = "the person's mail address or Kaltura user id"
    if as_flag:
        parser.add_argument("--person", metavar="EMAIL_OR_ID", required=True, help=text)
    else:
        parser.add_argument("person", metavar="EMAIL_OR_ID", help=text)


def check_person(text: str) -> str:
    """The address or id as given. Raises BadSettings, without repeating it."""
    person = text.strip()
    if not is_identified(person):
        raise BadSettings("Name one person; a blank id, or Unknown, stands for everybody whom Kaltura did not know.")
    if len(person) > _LONGEST or not person.isprintable():
        raise BadSettings("Name one person by one mail address or one user id.")
    return person
