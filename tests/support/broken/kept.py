"""What is compared after hours of failures, and after an erasure."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from debrief.delivery.links.tokens import token_hash
from support.broken.beside import ERASED
from support.broken.left import Left
from support.broken.world import World
from support.stack import ADMIN

_LATER = ("SESSION#admin", "MARK#compared", "MARK#trouble", "MARK#blocked")
_PERSON = (ERASED, "Guest 1")
_LINK = "LINK#"
_TOKEN = re.compile(r"/[ir]/([a-z2-7]{32})")


def without_times(left: Left) -> Left:
    """What is compared when something happened hours later: not the admin's emails, which give the time."""
    ledger = {
        key: item
        for key, item in left.ledger.items()
        if not key.startswith(_LATER) and item.get("cue_point_id") != "admin"
    }
    return replace(left, ledger=ledger, mails=tuple(mail for mail in left.mails if mail.to != ADMIN))


def kept_of(world: World, left: Left, wanted: Left) -> list[str]:
    """What is wrong after an erasure beside an export: something of the person, or something else that is missing."""
    return [*_of_person(world, left), *_missing(left, wanted)]


def _of_person(world: World, left: Left) -> Iterator[str]:
    if world.erasure:
        yield f"erasure: {world.erasure}"
    versions = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[world.deployed.bucket].keys
    for key in left.archive:
        body = versions[key].value
        text = gzip.decompress(body) if key.endswith(".gz") else body
        yield from (f"archive: {key} has {one}" for one in _PERSON if one.encode() in text)
    for key, item in left.ledger.items():
        yield from (f"ledger: {key} has {one}" for one in _PERSON if one in key or one in str(item))


def _missing(left: Left, wanted: Left) -> Iterator[str]:
    yield from (f"archive: {key} is missing" for key in wanted.archive.keys() - left.archive.keys())
    yield from (
        f"ledger: {key} is missing" for key in wanted.ledger.keys() - left.ledger.keys() if not key.startswith(_LINK)
    )
    yield from (f"ledger: no link of {' '.join(one)}" for one in _linked(wanted) - _linked(left))
    yield from (
        f"mail: {mail.to} follows a link that the ledger does not know"
        for mail in left.mails
        for token in _TOKEN.findall(mail.text)
        if f"{_LINK}{token_hash(token)} LINK" not in left.ledger
    )
    yield from (f"archive: {key} is damaged" for key, text in left.archive.items() if "not there" in text)
    yield from (f"queue: {name} has {len(found)}" for name, found in left.queues.items() if found)
    sent = [(mail.to, mail.message_id) for mail in left.mails]
    yield from (f"mail: {one} was sent twice" for one in set(sent) if sent.count(one) > 1)
    reached = {mail.to for mail in left.mails}
    yield from (f"mail: none to {mail.to}" for mail in wanted.mails if mail.to not in reached | {ADMIN})


def _linked(left: Left) -> set[tuple[str, str, str]]:
    """Whom a link leads where. Not by its token: that names the revision, and an erasure makes one more of them."""
    links = (item for key, item in left.ledger.items() if key.startswith(_LINK))
    return {(item["cue_point_id"], item["recipient_id"], item["tier"]) for item in links}
