"""The header block of an email, built character by character, because libraries decode or fold untrusted text.

Python's own header classes decode RFC 2047 words in a room's name, lose blanks between words, and on some
versions of Python write what they decoded as header lines. Needs the standard library only.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

_LINE = 76  # characters of a line with an encoded word (RFC 2047, section 2)
_WORD = 75  # characters of an encoded word
_AROUND = len("=?utf-8?q??=")
_LONGEST_PLAIN = 60  # a longer word is encoded, since it cannot be folded
_PLAIN = re.compile(rf"[!-~]{{1,{_LONGEST_PLAIN}}}(?: [!-~]{{1,{_LONGEST_PLAIN}}})*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/^_`{|}~-]+)*")
_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # RFC 2047, section 5 (3)
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_CHARACTER = re.compile("[\ud800-\udfff]")


def header_block(fields: Iterable[tuple[str, str]]) -> bytes:
    """Join finished header values to lines with CRLF. Raises ValueError for a value that would begin a new header."""
    block = [f"{name}: {value}" for name, value in fields]
    if not all(line.isascii() and line.replace("\r\n ", "").isprintable() for line in block):
        raise ValueError("A header's value has a line break or a character beyond ASCII.")
    return "".join(f"{line}\r\n" for line in block).encode()


def unstructured(name: str, text: str) -> str:
    """Write a value of free text, such as a subject, for the header `name`: plain where it may be, else encoded.

    Control characters become blanks. A mail program shows everything else unchanged, also "=?" and blanks at the ends.
    """
    text = _printable(text)
    if not text or (_PLAIN.fullmatch(text) and "=?" not in text):
        return _folded(text, len(name) + 2)
    return "\r\n ".join(_encoded(text, _LINE - len(name) - 2))


def mailbox(name: str, display: str, address: str) -> str:
    """Write an address, with the name that is shown before it if there is one, for the header `name`."""
    display = _printable(display).strip()
    if not display:
        return address
    if _ATOMS.fullmatch(display) and len(display) <= _LONGEST_PLAIN:
        shown = display
    elif _PLAIN.fullmatch(display) and "=?" not in display and len(display) <= _LONGEST_PLAIN:
        shown = '"' + re.sub(r'(["\\])', r"\\\1", display) + '"'
    else:
        shown = "\r\n ".join(_encoded(display, _LINE - len(name) - 2))
    last = shown.rpartition("\r\n")[2]
    gap = " " if len(name) + len(last) + len(address) + 5 <= _LINE else "\r\n "
    return f"{shown}{gap}<{address}>"


def _printable(text: str) -> str:
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", _NO_TEXT.sub(" ", text))


def _folded(text: str, used: int) -> str:
    """Fold a text of plain words at the blanks between them."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and used + 1 + len(word) <= _LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
            used = used if len(lines) == 1 else 0
        used += 1 + len(word)
    return "\r\n ".join(lines)


def _encoded(text: str, first_length: int) -> list[str]:
    """Cut a text into encoded words, the first of at most `first_length` characters; no character is cut in two.

    A mail program drops the blanks between encoded words, so all blanks of the text are inside. The Q encoding is
    shorter for mostly ASCII text, the B encoding for other text.
    """
    characters = [character.encode() for character in text]
    quoted = sum(map(_quoted_size, characters)) <= sum(map(len, characters)) * 4 / 3
    sizes = map(_quoted_size if quoted else len, characters)
    words: list[list[bytes]] = [[]]
    used = 0
    for character, size in zip(characters, sizes, strict=True):
        most = (first_length if len(words) == 1 else _WORD) - _AROUND
        if words[-1] and used + size > (most if quoted else most // 4 * 3):
            words.append([])
            used = 0
        words[-1].append(character)
        used += size
    write = _quoted if quoted else _base64
    return [write(b"".join(word)) for word in words]


def _quoted_size(character: bytes) -> int:
    return 1 if character[0] in _LITERAL or character == b" " else 3 * len(character)


def _quoted(raw: bytes) -> str:
    characters = (chr(byte) if byte in _LITERAL else "_" if byte == ord(" ") else f"={byte:02X}" for byte in raw)
    return f"=?utf-8?q?{''.join(characters)}?="


def _base64(raw: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(raw).decode()}?="
