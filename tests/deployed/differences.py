"""Compare what the deployed stack made of the sample account with what a laptop made of it.

Files are equal byte for byte, except what the manifest says about S3: version ids. Rows of the ledger are equal except
for times, the count of writes, DynamoDB's search rows, and the installation's own keys. Emails to the admin are left
out: whether there is a daily summary, and what it says, depends on the hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.s3 import S3Archive
from debrief.delivery.ledger.ledger import ADMIN, Ledger
from debrief.delivery.ledger.serialization import Row, to_row
from deployed.stack_and_laptop import ADMIN as ADMIN_ADDRESS
from deployed.stack_and_laptop import RULES_KEY, Laptop

_NOT_COMPARED = frozenset({"asked", "at", "dated", "issued", "expires", "version", "indexed"})


def different_files(bucket: S3Archive, folder: FolderArchive) -> list[str]:
    """Return the keys that are in one archive only, or differ."""
    here, there = set(bucket.keys("")) - {RULES_KEY}, set(folder.keys(""))
    differing = (key for key in here & there if not _is_same(key, bucket.read(key), folder.read(key)))
    return sorted({*(here ^ there), *differing})


def _is_same(key: str, here: bytes | None, there: bytes | None) -> bool:
    if here is None or there is None or not key.endswith("manifest.json"):
        return here == there
    return _without_versions(json.loads(here)) == _without_versions(json.loads(there))


def _without_versions(manifest: dict[str, Any]) -> dict[str, Any]:
    files = [{name: value for name, value in file.items() if name != "version_id"} for file in manifest["files"]]
    return manifest | {"files": files}


def different_rows(here: Ledger, there: Ledger) -> list[str]:
    """Return the rows of sessions, emails and links that are in one ledger only, or differ; each by its id."""
    first, second = dict(_rows(here)), dict(_rows(there))
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def _rows(ledger: Ledger) -> Iterator[tuple[str, Row]]:
    """Yield all rows by id, without emails to the admin."""
    for record in ledger.all_sessions():
        yield f"session {record.cue_point_id}", _timeless(to_row(record))
    for mail in ledger.all_deliveries():
        if mail.cue_point_id != ADMIN:
            yield (
                f"email {mail.cue_point_id} {mail.revision} {mail.recipient_id} {mail.occasion}",
                _timeless(to_row(mail)),
            )
    for link in ledger.all_links():
        if link.cue_point_id != ADMIN:
            yield f"link {link.cue_point_id} {link.revision} {link.recipient_id}", _timeless(to_row(link))


def _timeless(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _NOT_COMPARED}


def different_mails(mails: Iterable[Mapping[str, Any]], laptop: Laptop) -> list[str]:
    """Return recipient and subject of each report that only one of both sent, or that reads differently."""
    here = {(mail["To"][0], mail["Subject"], mail["BodyText"]) for mail in mails}
    return sorted({f"{to}: {subject}" for to, subject, _ in here ^ {*_outbox(laptop)} if to != ADMIN_ADDRESS})


def _outbox(laptop: Laptop) -> Iterator[tuple[str, str, str]]:
    for path in (laptop.folder / "outbox").glob("*.eml"):
        mail: EmailMessage = message_from_bytes(path.read_bytes(), policy=policy.default)  # type: ignore[assignment]
        body = mail.get_body(("plain",))
        yield str(mail["To"]), str(mail["Subject"]), body.get_content() if body else ""
