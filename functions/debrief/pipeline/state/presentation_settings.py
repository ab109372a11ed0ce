"""Derive from the settings the presentation of the documents, and of one recipient's email."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from debrief.documents.presentation import Presentation
from debrief.documents.templates import picture
from debrief.util.colors import legible

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery
    from debrief.settings import Settings


def presentation_of(settings: Settings) -> Presentation:
    """Return the presentation of the documents. Raises BadSettings if the logo cannot be read."""
    paper: Literal["a4", "letter"] = "letter" if settings.paper == "letter" else "a4"
    logo = picture(settings.logo) if settings.logo else b""
    return Presentation(
        zone=settings.zone,
        paper=paper,
        accent=legible(settings.accent),
        logo=logo,
        last_check_hours=max(settings.check_hours),
        recording_url=settings.recording_url,
    )


def presentation_for(settings: Settings, delivery: Delivery) -> Presentation:
    """Return the installation's presentation with the recipient's time zone and formats."""
    presentation = presentation_of(settings)
    zone = ZoneInfo(delivery.timezone) if delivery.timezone else presentation.zone
    return replace(presentation, zone=zone, language=delivery.language or presentation.language)
