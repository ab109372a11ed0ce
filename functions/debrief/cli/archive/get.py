"""`debrief archive get`: download files from the archive, and check them against the manifests."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from debrief.cli.arguments import add_archive, add_command, settings_of_archive
from debrief.cli.output import counted, progress, result, say
from debrief.cli.session_arguments import add_records, select_records
from debrief.delivery.archive.archive import Archive, ManifestFile
from debrief.delivery.archive.atomic_files import check_folder, read_or_none, write_atomically
from debrief.delivery.archive.manifest import read_listed
from debrief.errors import BadSettings, DebriefError
from debrief.pipeline.maintenance.download import DEFAULT_FILES, WHAT, What, manifest_for, wanted_files
from debrief.wiring import connect

_TEXT = f"""\
Download files from the archive into a folder, with the same paths as in the archive. Each file is checked against its
SHA-256 in the manifest. Files that are already there and correct are skipped. If interrupted, run it again.

kinds of files: {", ".join(WHAT)}.
Other files, such as follow-up lists, are not downloaded.

example: debrief archive get 1_abcdefgh --what pdf,attendees --to reports
"""
_AT_ONCE = 8


def register(actions: Any) -> None:
    """Add the action."""
    parser = add_command(actions, "get", _get, "download files from the archive", _TEXT)
    add_records(parser, without_since="required if no SESSION is given")
    text = "kinds of files; default: all of these kinds except raw"
    parser.add_argument("--what", metavar="KIND[,KIND]", default=",".join(DEFAULT_FILES), help=text)
    parser.add_argument("--to", metavar="DIR", default="out/got", help="output folder; default out/got")
    add_archive(parser)


def _get(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = settings_of_archive(args, environ)
    what, folder = what_of(args.what), folder_of(args.to)
    services = connect(settings, asks_kaltura=False)
    records = select_records(services.ledger, args)
    if not records:
        return 0
    check_folder(folder)
    files = [file for record in records for file in wanted_files(manifest_for(services, record), what)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        done = threads.map(partial(_download, services.archive, folder), files)
        problems = [problem for problem in progress(done, len(files), "Fetching") if problem]
    for problem in problems:
        say(problem)
    say(f"{counted(len(files) - len(problems), 'file')} in {folder}, {len(problems)} with problems.")
    return 1 if problems else 0


def what_of(text: str) -> Sequence[What]:
    """Parse the kinds of files. Raises BadSettings for an unknown kind."""
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in WHAT]:
        raise BadSettings(f"Unknown value {unknown[0][:40]!r} for --what. Use {', '.join(WHAT)}.")
    return [kind for kind in WHAT if kind in names]


def folder_of(text: str) -> Path:
    """Return the output folder. Raises BadSettings if the path is blank."""
    if not text.strip():
        raise BadSettings("--to is blank.")
    return Path(text)


def _download(archive: Archive, folder: Path, file: ManifestFile) -> str:
    """Download one file. Returns the problem as a sentence; blank without a problem."""
    path = folder / file.key
    try:
        if _has_checksum(file, read_or_none(path)):
            return ""
        body = read_listed(archive, file)
        if body is None or not _has_checksum(file, body):
            return f"{file.key} {'is missing' if body is None else 'differs from its checksum in the manifest'}."
        write_atomically(path, body)
    except DebriefError as error:
        return f"{file.key}: {error}"
    result(str(path))
    return ""


def _has_checksum(file: ManifestFile, body: bytes | None) -> bool:
    return body is not None and hashlib.sha256(body).hexdigest() == file.sha256
