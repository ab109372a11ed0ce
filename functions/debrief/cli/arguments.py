"""Flags that several commands share, and how their values are read."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from debrief.errors import BadSettings
from debrief.pipeline.session.selection import Selection
from debrief.settings import Settings

_SPAN = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_ID = re.compile(r"[^\s,;=\x00-\x1f]{1,128}")


class Parser(argparse.ArgumentParser):
    """argparse with the paragraphs of our texts kept as they are, and no abbreviated flags."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """One sentence instead of the whole usage."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def add_command(commands: Any, name: str, function: Any, summary: str, description: str) -> argparse.ArgumentParser:
    """A command with its help. `function(args, environ)` returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=description)
    parser.set_defaults(command=function)
    parser.add_argument("-v", "--verbose", action="store_true", help="say more about what happens, retries above all")
    return parser


def add_selection(parser: argparse.ArgumentParser, default: str) -> None:
    """--since, --until, --room, --event, --session."""
    group = parser.add_argument_group("which sessions")
    group.add_argument("--since", metavar="T", help=f"sessions that ended at T or later; default {default}")
    group.add_argument(
        "--until", metavar="T", help="sessions that ended before T; default now. T is ISO 8601 or a span: 24h, 7d"
    )
    group.add_argument("--room", metavar="ENTRY_ID", action="append", default=[], help="of this room; repeatable")
    group.add_argument("--event", metavar="ID", action="append", default=[], help="of this virtual event; repeatable")
    group.add_argument(
        "--session", metavar="CUE_POINT_ID", action="append", default=[], help="this session; repeatable"
    )


def add_places(parser: argparse.ArgumentParser, *, outbox: bool = True) -> None:
    """--archive and --outbox."""
    group = parser.add_argument_group("where to")
    group.add_argument("--archive", metavar="DIR|s3://BUCKET[/PREFIX]", help="default DEBRIEF_ARCHIVE or out/archive")
    if outbox:
        group.add_argument("--outbox", metavar="DIR", help="write mails as .eml files there and send none")


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", help="one JSON object per session on standard output")


def settings_of(args: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """The settings of the environment with this command's flags over them."""
    settings = Settings.from_environment(environ)
    given = vars(args)
    for name in ("archive", "outbox"):
        if (value := given.get(name)) is not None:
            if not value.strip():
                raise BadSettings(f"--{name} is blank.")
            settings = replace(settings, **{name: value})
    if given.get("outbox"):
        settings = replace(settings, mail_channel="outbox")
    if given.get("mail_to"):
        settings = replace(settings, mail_to=tuple(given["mail_to"]))
    if given.get("no_pdf"):
        settings = replace(settings, pdf=False)
    return settings


def settings_of_archive(args: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """The settings of a command that only reads: an archive folder that is not there is a mistake, and is not made."""
    settings = settings_of(args, environ)
    if not settings.ledger and not settings.archive.startswith("s3://") and not Path(settings.archive).is_dir():
        raise BadSettings(f"There is no archive at {settings.archive}; check --archive, or export something first.")
    return settings


def selection_of(args: argparse.Namespace, now: datetime) -> Selection:
    """The sessions that the flags name. Raises BadSettings."""
    since, until = moment_of("--since", args.since, now), moment_of("--until", args.until, now)
    if since and until and since >= until:
        raise BadSettings("--since must be before --until.")
    if since and not until and since >= now:
        raise BadSettings("--since is in the future.")
    for flag, ids in (("--room", args.room), ("--event", args.event), ("--session", args.session)):
        check_ids(flag, ids)
    return Selection(since, until, tuple(args.room), tuple(args.event), tuple(dict.fromkeys(args.session)))


def check_ids(flag: str, ids: Iterable[str]) -> None:
    """Ids that may stand in a filter, where a blank one or a list would mean something else. Raises BadSettings."""
    if any(not _ID.fullmatch(value) for value in ids):
        raise BadSettings(f"{flag} takes one id without spaces, commas or semicolons; repeat the flag for several.")


def moment_of(flag: str, text: str | None, now: datetime) -> datetime | None:
    """ISO 8601 (UTC when it names no zone) or a span back from now such as 90m, 24h, 7d. Raises BadSettings."""
    if text is None:
        return None
    try:
        if span := _SPAN.fullmatch(text.strip()):
            return now - int(span[1]) * _UNITS[span[2]]
        time = datetime.fromisoformat(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadSettings(
            f"{flag} {text[:40]!r} is no time; use ISO 8601 such as 2024-08-01T09:00 or a span such as 24h or 7d."
        ) from None


def span_of(selection: Selection, settings: Settings, now: datetime) -> str:
    """The span of a selection in words, for when nothing was found in it."""
    if selection.sessions or (selection.rooms and not (selection.since or selection.until)):
        return "was found for what you named"
    until = selection.until or now
    since = selection.since or until - timedelta(hours=settings.look_back_hours)
    named = "of those named " if selection.rooms or selection.events else ""
    return f"{named}ended between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC"
