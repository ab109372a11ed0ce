"""What Debrief has left behind in a world: the archive, the emails and the ledger's rows."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from email import message_from_bytes, policy
from functools import lru_cache

from support.world import World


def left(place: World) -> dict[str, object]:
    """All that a story leaves behind which must not depend on who was killed: no time of a write is in it."""
    mails = (place.root / "outbox").glob("*.eml")
    return {
        "archived": place.archived(),
        "mails": {path.name: words(path.read_bytes()) for path in sorted(mails)},
        "sessions": [row | {"version": 0} for row in rows(place, "sessions")],
        "deliveries": [
            row | {"at": row["at"] if is_open(row) else "", "dated": ""} for row in rows(place, "deliveries")
        ],
        "links": [row | {"issued": "", "expires": ""} for row in rows(place, "links")],
        "marks": [(row["kind"], row["subject"]) for row in rows(place, "marks")],
    }


def left_unnumbered(place: World) -> dict[str, object]:
    """The same without the numbers of revisions: a comparison with an earlier session may come a check later."""
    found = left(place)
    plain = {"revision": 0, "history": "", "content_hash": ""}
    return found | {
        "archived": {key: unnumbered(place, key, value) for key, value in place.archived().items()},
        "sessions": [row | {"version": 0} | plain for row in rows(place, "sessions")],
    }


def unnumbered(place: World, key: str, value: str) -> object:
    if not key.endswith(".json"):
        return value
    found = json.loads(place.read(key))
    return [file["key"] for file in found["files"]] if key.endswith("manifest.json") else found | {"revision": 0}


def rows(place: World, table: str) -> list[dict[str, object]]:
    """A table of the ledger."""
    path = place.root / "archive" / ".debrief" / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return sorted((dict(row) for row in database.execute(f"SELECT * FROM {table}")), key=repr)


def is_open(row: dict[str, object]) -> bool:
    return row["state"] in {"pending", "claimed", "sending"}


def kinds(place: World) -> Counter[str]:
    """Return how many emails of each session and occasion are in the outbox."""
    names = (re.fullmatch(r"(.+?)-r[0-9]+-[0-9a-f]{16}(?:-([a-z]+)-.*)?[.]eml", name) for name in place.mails())
    return Counter(f"{name[1]} {name[2] or ''}".strip() for name in names if name)


@lru_cache(maxsize=1000)
def words(mail: bytes) -> str:
    """Return the text of an email, without what a kill may change.

    The admin's email says when the ledger was last compared. An event's email has links to sessions whose
    emails left before it.
    """
    message = message_from_bytes(mail, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    text = re.sub(r"last compared on [^(]*", "", " ".join(body.get_content().split()))
    return f"{message['To']}\n{message['Subject']}\n{re.sub(r'(?<=new[)]) https://[^ ]+', '', text)}"
