"""Parse and compare email addresses, and compute recipient ids for keys, messages and logs.

No error quotes an address.
"""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from collections.abc import Iterable

from debrief.errors import BadRequest, BadSettings
from debrief.util.channel_address import channel_in

log = logging.getLogger(__name__)

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")  # dot-atom of RFC 5322
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LIMIT = 254  # characters; RFC 5321 with its erratum 1690
_LOCAL_LIMIT = 64
_ORDINARY = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]*[A-Za-z0-9-]")  # nothing to decode or remove
_DISPLAY = re.compile(r"[^<>]*<([^<>]*)>")  # a name, then the address
_MAILTO = re.compile("mailto:", re.IGNORECASE)
_IN_NAMES = frozenset({"L", "M", "N"})  # Unicode categories allowed in a domain beyond ASCII


def parse_address(text: str) -> str:
    """Parse an address such as name@example.org. Raises BadSettings without quoting the address.

    A display name, `mailto:`, a final dot, and surrounding spaces and invisible characters are removed. The domain is
    converted to lower case and to its ASCII form.
    """
    address, problem = _read(text)
    if problem:
        raise BadSettings(f"An email address {problem}; it must look like name@example.org.")
    return address


def parse_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """Parse addresses in order, without repetitions. Raises BadSettings with the position of the first invalid one."""
    found: dict[str, str] = {}
    for position, text in enumerate(texts, start=1):
        address, problem = _read(text)
        if problem:
            raise BadSettings(f"Email address number {position} {problem}; it must look like name@example.org.")
        found.setdefault(recipient_id(address), address)
    return tuple(found.values())


def usable_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the valid addresses, without repetitions; log the positions of invalid addresses."""
    read = [_read(text) for text in texts]
    for position, (_, problem) in enumerate(read, start=1):
        if problem:
            log.warning("Email address number %d of the admins %s; no email is sent to it.", position, problem)
    return tuple({recipient_id(address): address for address, problem in read if not problem}.values())


def folded_address(text: str) -> str:
    """Return the spelling of an address for comparisons. Text that is no address is returned in lower case."""
    if _ORDINARY.fullmatch(text):  # most addresses; a large session has 200,000
        return text.lower()
    address, problem = _read(text)
    return (text.strip() if problem else address).lower()


def recipient_id(address: str) -> str:
    """Return 16 hex digits, the first 64 bits of the SHA-256 of the address in lower case, or of a channel's."""
    text = address if channel_in(address) else parse_address(address).lower()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_one_of(id_: str, addresses: Iterable[str]) -> bool:
    """Return whether a recipient id belongs to one of these addresses. Invalid addresses have no id."""
    return any(not _read(address)[1] and recipient_id(address) == id_ for address in addresses)


def sender_of(message: bytes) -> str:
    """Return the address in an email's From header. Raises BadRequest unless there is exactly one."""
    from email.message import EmailMessage
    from email.parser import BytesHeaderParser
    from email.policy import SMTP

    headers = BytesHeaderParser(_class=EmailMessage, policy=SMTP).parsebytes(message)
    senders = [address.addr_spec for header in headers.get_all("From", []) for address in header.addresses]
    if len(senders) != 1 or _read(senders[0])[1]:
        raise BadRequest("The email must have exactly one sender.")
    return parse_address(senders[0])


def from_header(message: bytes) -> str:
    """Return an email's From header on one line, encoded as in the email. Raises BadRequest like sender_of."""
    from email.parser import BytesHeaderParser
    from email.policy import compat32

    sender_of(message)
    return re.sub(r"\r?\n(?=[ \t])", "", BytesHeaderParser(policy=compat32).parsebytes(message)["From"])


def ascii_domain(domain: str) -> str:
    """Return a domain in ASCII and lower case, by IDNA 2008: `bücher.example` is `xn--bcher-kva.example`.

    Invalid letters are kept, and parse_address then rejects the domain.
    """
    labels = unicodedata.normalize("NFKC", domain.replace("\N{IDEOGRAPHIC FULL STOP}", ".")).lower().split(".")
    return ".".join(map(_ascii_label, labels))


def _ascii_label(label: str) -> str:
    label = unicodedata.normalize("NFC", label)
    if label.isascii() or not all(letter == "-" or unicodedata.category(letter)[0] in _IN_NAMES for letter in label):
        return label
    return f"xn--{label.encode('punycode').decode('ascii')}"


def _read(text: str) -> tuple[str, str]:
    """Return the address, and its problem as the end of a sentence, such as `is empty`; blank without a problem."""
    text = _strip(text)
    if display := _DISPLAY.fullmatch(text):
        text = _strip(display[1])
    if prefix := _MAILTO.match(text):
        text = text[prefix.end() :]
    local, at, domain = text.partition("@")
    address = f"{local}{at}{ascii_domain(domain.rstrip('.'))}"
    return address, _problem(text, address)


def _strip(text: str) -> str:
    """Remove surrounding spaces and invisible characters, but no control characters."""
    kept = [place for place, letter in enumerate(text) if unicodedata.category(letter) not in {"Zs", "Cf"}]
    return text[kept[0] : kept[-1] + 1] if kept else ""


def _problem(text: str, address: str) -> str:
    local, _, domain = address.partition("@")
    problems = (
        (not text, "is empty"),
        (any(unicodedata.category(letter) == "Cf" for letter in text), "contains an invisible character"),
        (not text.isprintable() or " " in text, "contains a space or a line break"),
        (not local.isascii(), "has a non-ASCII character before the @"),
        (len(address) > _LIMIT or len(local) > _LOCAL_LIMIT, "is too long"),
        (not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain), "is not valid"),
    )
    return next((problem for is_so, problem in problems if is_so), "")
