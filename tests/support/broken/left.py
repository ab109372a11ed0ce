"""What is left behind: archive, ledger, emails and queues; and which differences from an undisturbed run are allowed.

These are:

- *Old versions.* An archive may hold more old versions of a file. What counts is the newest version of each key, and
  that every version that a manifest names is there with the bytes that the manifest vouches for.
- *Times of writing.* When an item of the ledger was written, how often, by which write, and when a link ends, follows
  the clock. What is due next, and whether something was asked for and not done, does not.
- *The minute of an email.* Its date is when it was first sent, and the daily line says when Kaltura and the ledger
  were last compared. The mark of an email that was asked for again stays.
- *A hint*, that is a notification of Kaltura's, may be lost: the schedule does the same a little later. So its mark
  does not count, nor its message once SQS would have dropped it.
- *An opening* may be missing: who follows a link gets the report even when that cannot be written down.
- *An email with unknown result.* A claim that nobody could mark is reported, and a person decides: the delivery says
  `unknown`, the metric MailUnknown was counted (an alarm), and the admin got an email about it, unless it was the
  admin's own or one with a new link, which can be requested again. It was sent once or not at all, and its recipient
  gets no later email about the session. What concerns this recipient, and the admin's emails, is then not compared.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from support.aws import REGION
from support.broken.mails import Mail, mails
from support.broken.world import World
from support.stack import ADMIN

_WRITTEN = {"at", "dated", "version", "issued", "expires", "expires_at", "write_id"}
_hashes: dict[str, str] = {}  # by key and version: what was hashed once


@dataclass(frozen=True)
class Left:
    """What a world has left behind at a time."""

    archive: Mapping[str, str]  # SHA-256 by key; of a manifest, what it lists
    ledger: Mapping[str, Mapping[str, str]]
    mails: tuple[Mail, ...]
    queues: Mapping[str, tuple[str, ...]]  # messages, by queue
    unknown_counted: int

    @property
    def unknown(self) -> dict[str, str]:
        """Return the addresses of recipients of emails with unknown result, by recipient id."""
        found = (item for item in self.ledger.values() if item.get("state") == "unknown")
        return {item["recipient_id"]: item["address"] for item in found}


def left_by(world: World) -> Left:
    """What there is now."""
    queues = {name: tuple(sorted(one.body for one in world.messages(queue))) for name, queue in world.queues().items()}
    archive, ledger = dict(_archived(world.deployed.bucket)), dict(_ledger(world.deployed.table))
    return Left(archive, ledger, tuple(mails()), queues, world.counted["MailUnknown"])


def differences(left: Left, wanted: Left) -> list[str]:
    """What is not as it should be, each in one line; none when all is well."""
    unknown = left.unknown
    return [
        *_unequal("archive", left.archive, wanted.archive),
        *_unequal("queue", left.queues, wanted.queues),
        *_unequal("ledger", _without(left.ledger, unknown), _possible(_without(wanted.ledger, unknown), left)),
        *_unequal("mail", _told(left.mails, unknown), _told(wanted.mails, unknown)),
        *_twice(left.mails),
        *(why for key, address in unknown.items() if (why := _unreported(left, key, address))),
    ]


def _archived(bucket: str) -> Iterator[tuple[str, str]]:
    versions = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys
    for key in versions:
        newest = versions[key]
        yield key, _vouched(newest.value, versions) if key.endswith("manifest.json") else _hash(newest)


def _vouched(manifest: bytes, versions: Any) -> str:
    """A manifest, with what is behind the versions that it names in their place."""
    content = json.loads(manifest)
    for file in content["files"]:
        there = {str(one.version_id): one for one in versions.getlist(file["key"])}
        version = there.get(file["version_id"])
        file["version_id"] = "as vouched for" if version and _hash(version) == file["sha256"] else "not there"
    return json.dumps(content)


def _hash(version: Any) -> str:
    name = f"{version.name} {version.version_id}"
    if name not in _hashes:
        _hashes[name] = hashlib.sha256(version.value).hexdigest()
    return _hashes[name]


def _ledger(table: str) -> Iterator[tuple[str, dict[str, str]]]:
    for item in dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(table).all_items():
        plain = {name: value.value for name, value in item.attrs.items() if name not in _WRITTEN}
        plain |= {"asked": "yes"} if "asked" in plain else {}
        key = f"{plain.pop('pk')} {plain.pop('sk')}"
        is_former_row = key.startswith("FIND#") and "words" not in plain  # of a session whose end has changed
        if not key.startswith(("MARK#hint", "MARK#asked")) and not is_former_row:
            yield key, plain


def _without(ledger: Mapping[str, Mapping[str, str]], unknown: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """What is compared of the ledger: with emails of unknown result, not their recipients', nor the admin's."""
    return {
        key: item
        for key, item in ledger.items()
        if not unknown
        or not (key.startswith("SESSION#admin") or any(one in key or one in item.values() for one in unknown))
    }


def _possible(wanted: Mapping[str, Mapping[str, str]], left: Left) -> dict[str, Mapping[str, str]]:
    """What there should be, without openings that nobody could write down."""
    return {key: item for key, item in wanted.items() if key in left.ledger or not key.startswith("MARK#opened")}


def _told(sent: tuple[Mail, ...], unknown: Mapping[str, str]) -> dict[str, str]:
    """Return what is compared of the emails."""
    left_out = {*unknown.values(), ADMIN} if unknown else set()
    return {f"{mail.to} {mail.message_id}": mail.content for mail in sent if mail.to not in left_out}


def _twice(sent: tuple[Mail, ...]) -> Iterator[str]:
    counts = Counter((mail.to, mail.message_id) for mail in sent)
    return (
        f"mail: {to} {message_id} was sent {count} times" for (to, message_id), count in counts.items() if count > 1
    )


def _unreported(left: Left, key: str, address: str) -> str:
    """Return why an email with unknown result is not reported as it should be; blank if it is."""
    if not left.unknown_counted:
        return f"the unknown mail to {address} was not counted"
    found = (item for item in left.ledger.values() if item.get("recipient_id") == key)
    if not any(item.get("state") == "unknown" and not item["occasion"] for item in found):
        return ""
    is_reported = any(mail.to == ADMIN and "The status of an email is unknown" in mail.text for mail in left.mails)
    return "" if is_reported else f"the admin did not hear of the unknown mail to {address}"


def _unequal(what: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(found.keys() | wanted.keys()):
        if key not in found:
            yield f"{what}: {key} is missing"
        elif key not in wanted:
            yield f"{what}: {key} should not be there: {str(found[key])[:300]}"
        elif found[key] != wanted[key]:
            yield f"{what}: {key} has {_other(found[key], wanted[key])}"


def _other(found: Any, wanted: Any) -> str:
    """The first place in which two texts differ, or all fields in which two items do."""
    if isinstance(found, Mapping):
        names = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
        return "; ".join(f"{name} {found.get(name)!r} instead of {wanted.get(name)!r}" for name in names)
    one, other = str(found), str(wanted)
    place = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    span = slice(max(place - 40, 0), place + 80)
    return f"{one[span]!r} instead of {other[span]!r}"
