"""Add and check the argument that names a person by address or user id. No message repeats it."""

from __future__ import annotations

import argparse

from debrief.errors import BadSettings
from debrief.util.values import is_identified

_LONGEST = 320  # characters that Kaltura allows in a user id


def add_person(parser: argparse.ArgumentParser, *, as_flag: bool) -> None:
    """Add --person, or a positional argument."""
    text = "the person's email address or Kaltura user id"
    if as_flag:
        parser.add_argument("--person", metavar="EMAIL_OR_ID", required=True, help=text)
    else:
        parser.add_argument("person", metavar="EMAIL_OR_ID", help=text)


def check_person(text: str) -> str:
    """Return the address or id without blanks around it. Raises BadSettings if it does not name one person."""
    person = text.strip()
    if not is_identified(person):
        raise BadSettings("Name one person. A blank id, or Unknown, means everybody whom Kaltura could not identify.")
    if len(person) > _LONGEST or not person.isprintable():
        raise BadSettings("Name one person, by one email address or one user id.")
    return person
