"""Mail addresses: which are usable, which are the same, and what stands for one in keys, messages and logs.

No error here repeats an address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from debrief.errors import BadRequest, BadSettings

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")  # RFC 5322, dot-atom
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LIMIT = 254  # characters; RFC 5321 with its erratum 1690
_LOCAL_LIMIT = 64


def parse_address(text: str) -> str:
    """A bare address such as name@example.org, its domain in lower case. Raises BadSettings without repeating it."""
    problem = _problem(text)
    if problem:
        raise BadSettings(f"A mail address {problem}; it must look like name@example.org.")
    local, _, domain = text.partition("@")
    return f"{local}@{domain.lower()}"


def parse_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """Several addresses in their order, each once. Raises BadSettings with the position of the first bad one."""
    found: dict[str, str] = {}
    for position, text in enumerate(texts, start=1):
        problem = _problem(text)
        if problem:
            raise BadSettings(f"Mail address number {position} {problem}; it must look like name@example.org.")
        found.setdefault(recipient_id(text), parse_address(text))
    return tuple(found.values())


def recipient_id(address: str) -> str:
    """16 hex digits that stand for an address, whichever case it is written in (SHA-256, first 64 bits)."""
    return hashlib.sha256(parse_address(address).lower().encode()).hexdigest()[:16]


def is_one_of(id_: str, addresses: Iterable[str]) -> bool:
    """Whether a recipient's id stands for one of these addresses; one that is not valid stands for nobody."""
    return any(not _problem(address) and recipient_id(address) == id_ for address in addresses)


def sender_of(message: bytes) -> str:
    """The address in a mail's From header. Raises BadRequest unless there is exactly one."""
    from email.message import EmailMessage
    from email.parser import BytesHeaderParser
    from email.policy import SMTP

    headers = BytesHeaderParser(_class=EmailMessage, policy=SMTP).parsebytes(message)
    senders = [address.addr_spec for header in headers.get_all("From", []) for address in header.addresses]
    if len(senders) != 1 or _problem(senders[0]):
        raise BadRequest("The mail must have one sender.")
    return parse_address(senders[0])


def _problem(text: str) -> str | None:
    """What is wrong with an address, as the end of a sentence."""
    local, _, domain = text.partition("@")
    if not text:
        return "is empty"
    if not text.isascii():
        return "has letters beyond ASCII"
    if not text.isprintable() or " " in text:
        return "has a space or a line break in it"
    if len(text) > _LIMIT or len(local) > _LOCAL_LIMIT:
        return "is too long"
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return "is not valid"
    return None
