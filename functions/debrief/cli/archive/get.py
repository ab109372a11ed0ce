"""`debrief archive get`: files out of the archive, checked against the manifests."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_command, add_places, settings_of_archive
from debrief.cli.output import counted, progress, result, say
from debrief.cli.session_arguments import add_records, records_found
from debrief.delivery.archive.archive import Archive
from debrief.delivery.archive.atomic_files import check_folder, read_if_there, write_whole
from debrief.delivery.archive.manifest import ManifestFile, read_listed
from debrief.errors import BadSettings, DebriefError
from debrief.pipeline.maintenance.download import USUAL, WHAT, What, manifest_for, wanted_files
from debrief.wiring import connect

_TEXT = f"""\
Take files out of the archive into a folder, under the keys that they have in the archive. Each is checked against its
manifest's SHA-256; what is there already and right is not fetched again, so a run that was stopped goes on.

what: {", ".join(WHAT)}

example: debrief archive get 1_abcdefgh --what pdf,attendees --to reports
"""
_AT_ONCE = 8


def register(actions: Any) -> None:
    """The action."""
    parser = add_command(actions, "get", _get, "take files out of the archive", _TEXT)
    add_records(parser, default="none: say how far back")
    parser.add_argument("--what", metavar="KIND[,KIND]", default=",".join(USUAL), help="default: all but raw")
    parser.add_argument("--to", metavar="DIR", default="out/got", help="default out/got")
    add_places(parser, outbox=False)


def _get(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    what, folder = what_of(args.what), folder_of(args.to)
    services = connect(settings, asks_kaltura=False)
    records = records_found(services.ledger, args)
    if not records:
        return 0
    check_folder(folder)
    files = [file for record in records for file in wanted_files(manifest_for(services, record), what)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        done = threads.map(partial(_fetched, services.archive, folder), files)
        problems = [problem for problem in progress(done, len(files), "Fetching") if problem]
    for problem in problems:
        say(problem)
    say(f"{counted(len(files) - len(problems), 'file')} in {folder}, {len(problems)} with problems.")
    return 1 if problems else 0


def what_of(text: str) -> Sequence[What]:
    """The kinds of files that a flag names. Raises BadSettings."""
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in WHAT]:
        raise BadSettings(f"--what knows no {unknown[0][:40]!r}; it takes {', '.join(WHAT)}.")
    return [one for one in WHAT if one in names]


def folder_of(text: str) -> Path:
    """The folder that a flag names. Raises BadSettings."""
    if not text.strip():
        raise BadSettings("--to is blank.")
    return Path(text)


def _fetched(archive: Archive, folder: Path, file: ManifestFile) -> str:
    """Why a file could not be had, in a sentence; blank when it is there and right."""
    path = folder / file.key
    try:
        if _is(file, read_if_there(path)):
            return ""
        body = read_listed(archive, file)
        if body is None or not _is(file, body):
            return f"{file.key} is {'missing' if body is None else 'not what its manifest vouches for'}."
        write_whole(path, body)
    except DebriefError as error:
        return f"{file.key}: {error}"
    result(str(path))
    return ""


def _is(file: ManifestFile, body: bytes | None) -> bool:
    return body is not None and hashlib.sha256(body).hexdigest() == file.sha256
