"""The archive at size: listing 10,000 sessions from the ledger, and verifying them.

    python -m benchmarks.archive [--sessions N] [--replayed N]

One small session, a room with three people, goes through the whole export: three reports, the Summary page, HTML, PDF.
Its files are then copied under other ids, with manifests and ledger records of their own, because 10,000 exports would
measure the export. What is timed are the real commands, as processes of their own, on a folder and an SQLite ledger.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Taken, python, run

END = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
FIRST_ROOM, FIRST = "1_r0000000", "1_c0000000"
SPAN = ("--since", "2026-11-01", "--until", "2026-11-04")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--replayed", type=int, default=500)
    parser.add_argument("--first", metavar="DIR", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.first:
        export_one(args.first)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        run(python("-m", "benchmarks.archive", "--first", folder))
        _copies(root, args.sessions)
        environ = {"DEBRIEF_ARCHIVE": str(root / "archive"), "DEBRIEF_OUTBOX": str(root / "outbox")}
        print(f"an archive of {args.sessions} small sessions, {_files(root)} files")
        _say("archive ls", run(_debrief("archive", "ls", *SPAN), **environ), args.sessions)
        _say("verify", run(_debrief("verify", *SPAN), **environ), args.sessions)
        some = [f"1_c{number:07}" for number in range(1, min(args.replayed + 1, args.sessions))]
        for name in ("replay, figures changed", "replay, unchanged"):  # the copies' ids change the hash of the figures
            _say(name, run(_debrief("replay", *some), **environ), len(some))


def _say(name: str, taken: Taken, sessions: int) -> None:
    seconds, each = f"{taken.wall_seconds:.1f} s, {taken.cpu_seconds:.1f} s CPU", taken.cpu_seconds / sessions
    rates = f"{sessions / taken.wall_seconds:,.0f} sessions/s, {1 / each:,.0f} per CPU second"
    print(f"  {name}: {seconds}, {rates}, {taken.peak_mb:.0f} MB a process")


def _debrief(*argv: str) -> list[str]:
    return python("-m", "debrief", *argv)


def _files(root: Path) -> int:
    return sum(path.is_file() for path in (root / "archive").rglob("*"))


def export_one(root: Path) -> None:
    """Export the one session that is really exported."""
    from debrief.env import AppToken
    from debrief.pipeline.reconcile import reconcile
    from debrief.runner import run as run_orders
    from debrief.settings import Settings
    from debrief.wiring import connect
    from kaltura_standin.account import Account, Attendance, Room, Run, User
    from kaltura_standin.server import StandIn

    host = User("ann@example.com", "Ann", "Lee", "ann@example.com")
    span = (int((END - timedelta(minutes=30)).timestamp()), int(END.timestamp()))
    people = tuple(Attendance(f"p{n}@example.com", f"Person {n}", f"p{n}@example.com", stays=(span,)) for n in range(3))
    account = Account(rooms=(Room(FIRST_ROOM, "Room", (Run(FIRST, *span, host.id, people),)),), users=(host,))
    with StandIn(account) as kaltura:
        token = kaltura.account.app_tokens[0]
        settings = Settings(
            service_url=kaltura.url, partner_id=str(account.partner_id), credential=AppToken(token.id, token.token),
            archive=str(root / "archive"), outbox=str(root / "outbox"), mail_from="debrief@example.com",
        )  # fmt: skip
        services = connect(settings, clock=lambda: END + timedelta(hours=25))
        with closing(services.ledger):
            for outcome in run_orders(services, reconcile(services)):
                assert outcome.result == "exported", outcome


def _copies(root: Path, sessions: int) -> None:
    """The same session under other ids."""
    archive = root / "archive"
    paths = [path for path in archive.rglob(f"session={FIRST}/**/*") if path.is_file()]
    keys = [path.relative_to(archive).as_posix() for path in paths]
    bodies = {key: (archive / key).read_bytes() for key in sorted(keys)}
    plain = {key: gzip.decompress(body) if key.endswith(".gz") else body for key, body in bodies.items()}
    for number in range(1, sessions):
        _copy(archive, plain, f"1_r{number:07}", f"1_c{number:07}")
    with closing(sqlite3.connect(archive / ".debrief" / "ledger.sqlite3")) as database, database:
        database.row_factory = sqlite3.Row
        (row,) = database.execute("SELECT * FROM sessions")
        columns = ", ".join(f'"{name}"' for name in row.keys())  # noqa: SIM118 - a Row iterates over its values
        places = ", ".join("?" * len(row))
        rows = (_row(dict(row), number) for number in range(1, sessions))
        database.executemany(f"INSERT INTO sessions ({columns}) VALUES ({places})", rows)


def _row(row: dict[str, object], number: int) -> list[object]:
    return list((row | {"cue_point_id": f"1_c{number:07}", "entry_id": f"1_r{number:07}"}).values())


def _copy(archive: Path, plain: dict[str, bytes], room: str, cue: str) -> None:
    written = dict(_written(archive, plain, room, cue))
    (key,) = (key for key in plain if key.endswith("/manifest.json"))
    manifest = json.loads(_named(plain[key], room, cue))
    manifest["files"] = [file | written[file["key"]] for file in manifest["files"]]
    path = archive / key.replace(FIRST, cue)
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _written(archive: Path, plain: dict[str, bytes], room: str, cue: str) -> Iterator[tuple[str, dict[str, object]]]:
    for old, text in plain.items():
        key, body = old.replace(FIRST, cue), _named(text, room, cue)
        body = gzip.compress(body, compresslevel=1, mtime=0) if key.endswith(".gz") else body
        path = archive / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        yield key, {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _named(body: bytes, room: str, cue: str) -> bytes:
    return body.replace(FIRST.encode(), cue.encode()).replace(FIRST_ROOM.encode(), room.encode())


if __name__ == "__main__":
    main()
