"""Write a PDF file (version 1.7) with compressed objects: objects without a stream are packed in object streams.

A tagged report has an object for each cell. Uncompressed they would take five times the space.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable
from itertools import accumulate, chain

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"  # the second line says that the file is not text
MOST = 256  # maximum number of objects in a stream: an object's place in it must fit in one byte
LEVEL = 4  # zlib's level of compression: 6, its default, makes the file 4% smaller and takes 1.6 times as long
# The end of a stream. A single line feed after data that end with a carriage return would look like one line end.
ENDSTREAM = b"\r\nendstream"

# An entry of the cross-reference stream is a number of 8 bytes: an empty byte; the type; 5 bytes for the object's
# offset in the file, or for the number of its stream; one byte for its place in this stream.
_PLAIN, _PACKED = 1 << 48, 2 << 48
_WIDTHS, _COLUMNS = b"[1 5 1]", 7


class ObjectStreams:
    """The objects of a file. `take` returns a new object number."""

    def __init__(self, take: Callable[[], int]) -> None:
        self._take = take
        self._numbers: list[int] = []
        self._texts: list[str] = []
        self._packed: list[tuple[int, list[int], bytes]] = []  # streams: number, numbers of the objects in it, bytes

    def write(self, first: int, *texts: str) -> None:
        """Write objects without streams, numbered from `first` on. Each character of a text is a byte (Latin-1)."""
        self._numbers.extend(range(first, first + len(texts)))
        self._texts.extend(texts)
        while len(self._texts) >= MOST:
            self._pack()

    def _pack(self) -> None:
        numbers, self._numbers = self._numbers[:MOST], self._numbers[MOST:]
        texts, self._texts = self._texts[:MOST], self._texts[MOST:]
        places = accumulate((len(text) + 1 for text in texts), initial=0)
        head = "%d %d " * len(numbers) % tuple(chain.from_iterable(zip(numbers, places, strict=False)))
        settings = b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(head))
        body = head + "\n".join(texts)
        self._packed.append((self._take(), numbers, stream(settings, body.encode("latin-1"))))

    def file(self, streams: dict[int, bytes], trailer: bytes) -> bytes:
        """Return the file. `streams` are the objects with a stream, by number; `trailer` is the trailer's entries.

        Call it last: nothing can be written afterwards.
        """
        if self._numbers:
            self._pack()
        table = self._take()
        entries = array("Q", bytes(8 * (table + 1)))
        parts, place = [HEADER], len(HEADER)
        for number, inside, body in (*((number, [], body) for number, body in streams.items()), *self._packed):
            entries[number] = _PLAIN | place << 8
            packed = _PACKED | number << 8
            for at, found in enumerate(inside, packed):
                entries[found] = at
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
            place += len(parts[-1])
        entries[table] = _PLAIN | place << 8
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (table, _table(entries, trailer)))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % place)
        return b"".join(parts)


def compressed(content: str | bytes) -> bytes:
    """Return the compressed content of a stream. This replaces a function of reportlab."""
    return zlib.compress(content.encode() if isinstance(content, str) else content, LEVEL)


def stream(settings: bytes, content: bytes) -> bytes:
    """Return an object with a compressed stream; `settings` are further entries of its dictionary."""
    body = compressed(content)
    return b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b%b" % (settings, len(body), body, ENDSTREAM)


def _table(entries: array[int], trailer: bytes) -> bytes:
    """Return the cross-reference stream. An entry is stored as its difference from the one before (PNG's filter Up)."""
    size = len(entries)
    entries.byteswap()
    rows = int.from_bytes(entries.tobytes(), "big")
    before = rows >> 64
    # Subtract each byte on its own, modulo 256: the highest bits keep a byte from borrowing from its neighbour.
    high = int.from_bytes(b"\x80" * (8 * size), "big")
    changes = ((rows | high) - (before & ~high)) ^ ((rows ^ ~before) & high)
    filters = int.from_bytes((b"\2" + bytes(7)) * size, "big")  # each row begins with the number of its filter
    settings = b"/Type/XRef/Size %d/W%b/DecodeParms<</Predictor 12/Columns %d>>" % (size, _WIDTHS, _COLUMNS)
    return stream(settings + trailer, (changes | filters).to_bytes(8 * size, "big"))
