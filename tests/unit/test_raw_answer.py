"""An archived answer of Kaltura."""

from __future__ import annotations

import gzip

from debrief.model import RawAnswer


def test_an_answer_has_the_same_bytes_under_every_python() -> None:
    packed = RawAnswer("6001.csv", b"some,rows\n" * 100).packed
    # Neither a time nor an operating system, which Pythons write differently.
    assert packed[:10].hex() == "1f8b08000000000004ff"
    assert gzip.decompress(packed) == b"some,rows\n" * 100
