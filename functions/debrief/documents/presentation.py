"""How documents look: what a reader or an installation chooses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

ACCENT = "#0b6470"


@dataclass(frozen=True, slots=True)
class Presentation:
    """How documents are printed: the zone of all times, and the language that the texts are declared to be in.

    The PDF also has a paper size, one colour (`#rrggbb`) and a logo (the bytes of a PNG or JPEG; blank for none).
    """

    zone: ZoneInfo
    language: str = "en"
    paper: Literal["a4", "letter"] = "a4"
    accent: str = ACCENT
    logo: bytes = field(default=b"", repr=False)
