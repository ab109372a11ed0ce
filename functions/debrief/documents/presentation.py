"""Presentation of documents: time zone, language, paper, colour and logo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

ACCENT = "#0b6470"


@dataclass(frozen=True, slots=True)
class Presentation:
    """The time zone of all times, and the language that documents declare.

    The PDF also has a paper size, an accent colour (`#rrggbb`) and a logo (bytes of a PNG or JPEG; blank for none).
    """

    zone: ZoneInfo
    language: str = "en"
    paper: Literal["a4", "letter"] = "a4"
    accent: str = ACCENT
    logo: bytes = field(default=b"", repr=False)
