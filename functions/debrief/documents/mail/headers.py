"""The header block of an email, built here, because Python's header classes are unsafe for untrusted text.

They decode RFC 2047 words that are in a room's name, and in some versions of Python write the decoded text as header
lines. They also lose spaces between words.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

_LINE = 76  # longest line with an encoded word, in characters (RFC 2047, section 2)
_WORD = 75  # longest encoded word, in characters
_OVERHEAD = len("=?utf-8?q??=")
_LONGEST_PLAIN = 60  # a longer word is encoded, since it cannot be folded
_PLAIN = re.compile(rf"[!-~]{{1,{_LONGEST_PLAIN}}}(?: [!-~]{{1,{_LONGEST_PLAIN}}})*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/^_`{|}~-]+)*")
_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # RFC 2047, section 5 (3)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def header_block(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return a header line with CRLF for each name and value.

    Raises ValueError if a value would begin a new header, or has a character beyond ASCII.
    """
    block = [f"{name}: {value}" for name, value in fields]
    if not all(line.isascii() and line.replace("\r\n ", "").isprintable() for line in block):
        raise ValueError("A header's value has a line break or a character beyond ASCII.")
    return "".join(f"{line}\r\n" for line in block).encode()


def unstructured(name: str, text: str) -> str:
    """Return the value of the header `name` for free text, such as a subject: plain if possible, else encoded.

    Control characters become spaces. All other text is encoded so that email clients show it
    unchanged, even "=?" and spaces at the ends.
    """
    text = _printable(text)
    if not text or (_PLAIN.fullmatch(text) and "=?" not in text):
        return _folded(text, len(name) + 2)
    return "\r\n ".join(_encoded(text, _LINE - len(name) - 2))


def mailbox(name: str, display: str, address: str) -> str:
    """Return the value of the header `name` for an address; `display` is the name before the address, or blank."""
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
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub(" ", text))


def _folded(text: str, used: int) -> str:
    """Fold a plain text at spaces. `used` is the number of characters before the text in its first line."""
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
    """Cut a text into encoded words; the first has at most `first_length` characters. No character is split.

    The text's spaces are inside encoded words, because email clients drop spaces between encoded words. The Q encoding
    is shorter for mostly ASCII text, the B encoding for other text.
    """
    characters = [character.encode() for character in text]
    quoted = sum(map(_quoted_size, characters)) <= sum(map(len, characters)) * 4 / 3
    sizes = map(_quoted_size if quoted else len, characters)
    words: list[list[bytes]] = [[]]
    used = 0
    for character, size in zip(characters, sizes, strict=True):
        most = (first_length if len(words) == 1 else _WORD) - _OVERHEAD
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
