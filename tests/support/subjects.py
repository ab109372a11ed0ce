"""Checks subjects on the Python that runs it: every character of Unicode, hostile names, and random ones.

Needs the standard library only, so that any interpreter can run it:
`PYTHONPATH=functions python tests/support/subjects.py`.
"""

from __future__ import annotations

import base64
import quopri
import random
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

from debrief.documents.mail.message import Attachment, Letter, compose

HOSTILE = (
    "=?utf-8?q?=0D=0ABcc:_x@evil.invalid?= quarterly planning session for everybody in the whole region",
    "=?utf-8?q?=0D=0AContent-Type:_text/html=0D=0A=0D=0A<b>gone</b>?= quarterly planning session for everybody",
    "=?utf-8?q?fake?=",
    "=?utf-8?b?ZmFrZQ==?= =?utf-8?b?ZmFrZQ==?=",
    "\r\nBcc: x@evil.invalid\r\n\r\nbody",
    "x\u2028Bcc: x@evil.invalid\x85Bcc: y@evil.invalid\x0bz\x0cz\x00",
    " blanks  inside   and at the ends  ",
    "",
    " ",
    "a" * 2000,
    "ü" * 2000,
    "word " * 400,
    "Fr\xfchling \u0141\xf3d\u017a \U0001f389 caf\xe9 Q&A na\xefve 2026",
    "\xdcberblick Fr\xfchling \u0141\xf3d\u017a",
    "\ud800\udfff lone \udc00",
    "_under_score_ =3D = ? ?= =?",
    'quotes " \\ ( ) < > [ ] : ; @ , .',
)
KINDS = (
    "{}",
    "Updated: {} \N{EN DASH} Tue 17 November 2026",
    "Your new link: {} \N{EN DASH} 2026-11-17",
    "Debrief: {}",
)
LETTERS = "aeou XYZ  09.,:;=?_-()\"'<>\xe4\xf6\xfc\xdf\u0141\u0416\u3042\u4e2d\U0001f389\u0301\u200d"
NAMES = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
MORE = ["List-Unsubscribe", "List-Unsubscribe-Post", "Content-Type", "MIME-Version"]
LETTER = Letter(
    '"Caf\xe9 \N{EN DASH} =?utf-8?q?=0D=0ABcc:_x@evil.invalid?=, reports" <reports@example.org>',
    "ann@example.com",
    "why",
    contact="Team <team@example.org>",
    unsubscribe="https://links.example.org/u/" + "A1_-" * 100,
)
_LONGEST_READ = 300  # the standard library is slow with longer ones
_WORD = re.compile(r"=\?utf-8\?([bq])\?([!->@-~]+)\?=")


def subjects() -> Iterator[str]:
    """All that is tried."""
    for kind in KINDS:
        yield from map(kind.format, HOSTILE)
    for start in range(0, sys.maxunicode + 1, 6007):
        letters = [chr(point) for point in range(start, min(start + 6007, sys.maxunicode + 1))]
        yield " ".join(letters) if start % 2 else "".join(letters)
    dice = random.Random(7)
    for _ in range(100):
        yield "".join(dice.choices(LETTERS, k=dice.randrange(120)))


def problem(subject: str) -> str:
    """What is wrong with an email of that subject; blank when nothing is."""
    attachments = [Attachment("report\r\nBcc: x@evil.invalid\xe9.pdf", "application/pdf", b"%PDF")]
    raw = compose(
        LETTER,
        subject=subject,
        date=datetime(2026, 6, 1, tzinfo=UTC),
        key="k",
        texts=("p", "h"),
        attachments=attachments,
    )
    lines = raw.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    if any(len(line) > 78 and line.strip().count(" ") > line.startswith(("List-", "Message-")) for line in lines):
        return "a line is too long"
    if any(len(line) > 76 for line in lines if "=?utf-8?" in line):
        return "a line with an encoded word is too long"
    fields = re.sub("\r\n(?=[ \t])", "", "\r\n".join(lines)).split("\r\n")
    if sorted(field.partition(":")[0] for field in fields) != sorted([*NAMES, *MORE]):
        return "other headers"
    wanted = re.sub("[\ud800-\udfff]", "\ufffd", re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", subject))
    return _read_otherwise(fields[3].removeprefix("Subject: "), wanted, raw)


def _read_otherwise(value: str, wanted: str, raw: bytes) -> str:
    """What a strict reader, and those of the standard library, see; blank when they see what is wanted."""
    if (seen := _strictly(value)) != wanted:
        return f"a strict reader sees {seen!a}"
    if len(wanted) > _LONGEST_READ:
        return ""
    if (seen := str(make_header(decode_header(value)))) != wanted:
        return f"email.header sees {seen!a}"
    parsed = message_from_bytes(raw, policy=policy.default)
    if (seen := str(parsed["Subject"])) != wanted or parsed["Bcc"]:
        return f"email.policy sees {seen!a}"
    sender = parsed["From"].addresses
    if [one.addr_spec for one in sender] != ["reports@example.org"]:
        return f"the sender reads {sender!a}"
    return ""


def _strictly(value: str) -> str:
    """RFC 2047 to the letter: words of 75 characters at most, between blanks, each whole characters of UTF-8."""
    if "=?" not in value:
        return value
    return "".join(map(_decoded, value.split(" ")))


def _decoded(word: str) -> str:
    match = _WORD.fullmatch(word)
    assert match is not None, word
    assert len(word) <= 75, word
    raw = base64.b64decode(match[2], validate=True) if match[1] == "b" else quopri.decodestring(match[2], header=True)
    return raw.decode("utf-8")


if __name__ == "__main__":
    found = [(one, wrong) for one in subjects() if (wrong := problem(one))]
    for one, wrong in found[:10]:
        print(ascii(one), wrong)  # noqa: T201 - a script
    sys.exit(1 if found else 0)
