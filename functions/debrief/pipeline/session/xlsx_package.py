"""Unpack Excel workbooks (.xlsx) of other programs: zip files with XML, which may be damaged or hostile.

Everything is bounded: the number of parts, their unpacked size, the depth of XML and the length of its tokens. XML with
a document type is refused, because only such XML can define entities.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from re import compile as pattern
from typing import TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from debrief.errors import BadRequest

Attributes: TypeAlias = Mapping[str, str]

_MOST_PARTS = 5_000
_MOST_BYTES = 400_000_000  # of all unpacked parts together
_CHUNK = 1 << 18
_LONGEST_TOKEN = 4_000_000  # bytes of a tag or another piece of XML that is not text
_DEEPEST = 50  # levels of XML
_ENTRY = b"PK\x01\x02"  # with which each part's entry in the zip's directory begins
_ENCRYPTED = 1
_TAG = pattern(r"<[^>]+>")
_TEXTS = (".xml", ".rels", ".vml")
_UNREADABLE = (
    *(BadZipFile, zlib.error, struct.error, ExpatError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError),
)


def damaged() -> BadRequest:
    """Return the error about a file that is no workbook. It quotes nothing of the file."""
    return BadRequest("it is no Excel workbook (.xlsx), or it is damaged.")


@contextmanager
def damage_as_bad_request() -> Iterator[None]:
    """Let BadRequest replace the errors of damaged files."""
    try:
        yield
    except _UNREADABLE:
        raise damaged() from None


class Package:
    """The parts of a workbook. Its methods raise BadRequest, or the errors that `damage_as_bad_request` replaces."""

    def __init__(self, body: bytes) -> None:
        if body.count(_ENTRY) > _MOST_PARTS:
            raise BadRequest(f"it has more than {_MOST_PARTS:,} parts.")
        self._zip = ZipFile(BytesIO(body))
        self._parts = {info.filename.lstrip("/").lower(): info for info in self._zip.infolist()}
        self._left = _MOST_BYTES

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part; nothing if there is no such part."""
        info = self._parts.get(name.lower())
        if info is None:
            return
        if info.flag_bits & _ENCRYPTED or info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise damaged()
        with self._zip.open(info) as part:
            while chunk := part.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise BadRequest(f"it has more than {_MOST_BYTES // 1_000_000} MB when it is unpacked.")
                yield chunk

    def texts(self) -> Iterator[str]:
        """Yield the text of each part, also of those that have no cells, such as comments and names of authors."""
        parts = (b"".join(self.chunks(name)) for name in self._parts if name.endswith(_TEXTS))
        yield from (unescape(_TAG.sub(" ", part.decode("utf-8", "replace"))) for part in parts)

    def parse(
        self,
        name: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] = lambda _: None,
        text: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Parse a part with these handlers, which get names of elements without prefix. Yield after each piece."""
        parser = ParserCreate()
        parser.buffer_text = True
        depth = fed = 0

        def started(tag: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEEPEST:
                raise damaged()
            start(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

        def ended(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(tag.rpartition(":")[2] if ":" in tag else tag)

        parser.StartElementHandler, parser.EndElementHandler = started, ended
        parser.StartDoctypeDeclHandler = _refuse
        if text:
            parser.CharacterDataHandler = text
        for chunk in self.chunks(name):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                raise damaged()
            yield
        if fed:
            parser.Parse(b"", True)
        yield


def _refuse(*_: object) -> None:
    raise damaged()
