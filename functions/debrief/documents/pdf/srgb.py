"""The colour profile sRGB (ICC.1:2004-10, version 4.2), which says what the colours of a PDF mean.

An archival PDF (PDF/A) must contain a profile. This one is computed from the numbers of the standard (IEC 61966-2-1,
adapted to the white D50), so it is small, and has no licence of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache

NAME = "sRGB IEC61966-2.1"

_WHITE = (0.9642, 1.0, 0.8249)  # D50
_PRIMARIES = {  # XYZ of each primary colour
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_ADAPTED = (  # from the white D65 to D50 (Bradford)
    *(1.04788, 0.02292, -0.05022),
    *(0.02959, 0.99048, -0.01707),
    *(-0.00925, 0.01508, 0.75168),
)
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # exponent, a, b, c, d of a parametric curve


@cache
def profile() -> bytes:
    """Return the profile."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _numbers(_CURVE)
    tags = {
        b"desc": _text(NAME),
        b"cprt": _text("No copyright"),
        b"wtpt": _xyz(_WHITE),
        b"chad": b"sf32" + bytes(4) + _numbers(_ADAPTED),
        **{name: _xyz(values) for name, values in _PRIMARIES.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, bodies, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    start = 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        if body not in places:  # the three curves are the same
            places[body] = start + len(bodies)
            bodies += body + bytes(-len(body) % 4)
        table += name + struct.pack(">II", places[body], len(body))
    return _head(start + len(bodies)) + table + bodies


def _head(size: int) -> bytes:
    """Return the profile's first 128 bytes: a display's profile, from RGB to XYZ, without a date of its own."""
    date = struct.pack(">6H", 2004, 10, 1, 0, 0, 0)
    kinds = b"mntrRGB XYZ "
    return (
        struct.pack(">I4sI", size, bytes(4), 0x04200000)
        + kinds
        + date
        + b"acsp"
        + bytes(28)
        + _numbers(_WHITE)
        + bytes(48)
    )


def _numbers(values: Sequence[float]) -> bytes:
    """Return numbers with 16 bits before and 16 bits after the point."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + _numbers(values)


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded
