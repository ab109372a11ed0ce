"""Flags shared by several commands, and the functions that parse their values."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from debrief.cli.settings_check import ID, check_settings
from debrief.errors import BadSettings
from debrief.pipeline.session.selection import Selection
from debrief.settings import Settings

_SPAN = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_YEARS = range(1970, 3000)  # Kaltura has no times outside these years, and Python cannot compute with extreme times


class _Formatter(argparse.HelpFormatter):
    """Wrap each paragraph of a help text to the terminal's width; keep paragraphs with indented lines."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip().split("\n\n")
        return "\n\n".join(
            part if "\n  " in part else super(_Formatter, self)._fill_text(part, width, indent) for part in paragraphs
        )


class Parser(argparse.ArgumentParser):
    """A parser that keeps the paragraphs of help texts, and refuses abbreviated flags."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Formatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Print one sentence instead of the whole usage."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def add_command(commands: Any, name: str, function: Any, summary: str, description: str) -> argparse.ArgumentParser:
    """Add a command with its help; `function(args, environ)` returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=description)
    parser.set_defaults(command=function)
    parser.add_argument("-v", "--verbose", action="store_true", help="verbose logging, including retries")
    return parser


def add_span(parser: argparse.ArgumentParser, without_since: str) -> Any:
    """Add a group with --since and --until, and return the group; `without_since` ends the help of --since."""
    group = parser.add_argument_group("which sessions")
    group.add_argument("--since", metavar="T", help=f"sessions that ended at T or later; {without_since}")
    text = "sessions that ended before T; default now. T is ISO 8601 or a time before now, such as 24h"
    group.add_argument("--until", metavar="T", help=text)
    return group


def add_selection(parser: argparse.ArgumentParser, without_since: str) -> None:
    """Add --since, --until, --room, --event and --session."""
    group = add_span(parser, without_since)
    group.add_argument(
        "--room", metavar="ENTRY_ID", action="append", default=[], help="sessions of this room; repeatable"
    )
    group.add_argument(
        "--event", metavar="ID", action="append", default=[], help="sessions of this virtual event; repeatable"
    )
    group.add_argument(
        "--session", metavar="CUE_POINT_ID", action="append", default=[], help="this session; repeatable"
    )


def add_archive(parser: argparse.ArgumentParser) -> None:
    """Add --archive."""
    text = "the archive; default DEBRIEF_ARCHIVE or out/archive"
    parser.add_argument("--archive", metavar="DIR|s3://BUCKET[/PREFIX]", help=text)


def add_archive_and_outbox(
    parser: argparse.ArgumentParser, outbox: str = "write emails as .eml files to this folder instead of sending them"
) -> None:
    """Add --archive and --outbox; `outbox` is the help of --outbox."""
    add_archive(parser)
    parser.add_argument("--outbox", metavar="DIR", help=outbox)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="one JSON object per session on standard output")


def settings_of(args: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """Return the environment's settings, overridden by this command's flags."""
    settings = Settings.from_environment(environ)
    flags = vars(args)
    for name in ("archive", "outbox"):
        if (value := flags.get(name)) is not None:
            if not value.strip():
                raise BadSettings(f"--{name} is blank.")
            settings = replace(settings, **{name: value})
    if flags.get("outbox"):
        settings = replace(settings, mail_channel="outbox")
    if flags.get("mail_to"):
        settings = replace(settings, mail_to=tuple(flags["mail_to"]))
    if flags.get("no_pdf"):
        settings = replace(settings, pdf=False)
    check_settings(settings, "--mail-to" if flags.get("mail_to") else "DEBRIEF_MAIL_TO")
    return settings


def settings_of_archive(args: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a command that needs an existing archive. Raises BadSettings if its folder is missing."""
    settings = settings_of(args, environ)
    if not settings.ledger and not settings.archive.startswith("s3://") and not Path(settings.archive).is_dir():
        raise BadSettings(f"There is no archive at {settings.archive}. Check --archive, or export a session first.")
    return settings


def selection_of(args: argparse.Namespace, now: datetime) -> Selection:
    """Return the selection that the flags make. Raises BadSettings for a flag that is not valid."""
    since, until = moment_of("--since", args.since, now), moment_of("--until", args.until, now)
    if since and until and since >= until:
        raise BadSettings("--since must be before --until.")
    if since and not until and since >= now:
        raise BadSettings("--since is in the future.")
    for flag, ids in (("--room", args.room), ("--event", args.event), ("--session", args.session)):
        check_ids(flag, ids)
    return Selection(since, until, tuple(args.room), tuple(args.event), tuple(dict.fromkeys(args.session)))


def check_ids(flag: str, ids: Iterable[str]) -> None:
    """Raise BadSettings for a blank id or a list of ids: in a Kaltura filter both would select other sessions."""
    if any(not ID.fullmatch(value) for value in ids):
        raise BadSettings(f"{flag} takes one id without spaces, commas or semicolons; repeat the flag for several.")


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return the type of a flag that takes a whole number within bounds, for argparse."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return parse


def moment_of(flag: str, text: str | None, now: datetime) -> datetime | None:
    """Parse ISO 8601 (UTC without a zone) or a span back from now, such as 90m, 24h, 7d. Raises BadSettings."""
    if text is None:
        return None
    with suppress(ValueError, OverflowError):
        if (time := _time_in(text.strip(), now)).year in _YEARS:
            return time
    raise BadSettings(
        f"{flag} {text[:40]!r} is not a valid time. Use ISO 8601, such as 2024-08-01T09:00, or 24h, 7d before now."
    )


def _time_in(text: str, now: datetime) -> datetime:
    if span := _SPAN.fullmatch(text):
        return now - int(span[1]) * _UNITS[span[2]]
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def span_of(selection: Selection, settings: Settings, now: datetime) -> str:
    """Describe a selection in which no session was found."""
    if selection.sessions or (selection.rooms and not (selection.since or selection.until)):
        return "matches these ids"
    until = selection.until or now
    since = selection.since or until - timedelta(hours=settings.look_back_hours)
    scope = "of these rooms or events " if selection.rooms or selection.events else ""
    return f"{scope}ended between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC"
