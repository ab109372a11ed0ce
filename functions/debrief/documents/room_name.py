"""The name of a room for readers who may not see email addresses. The portal loads nothing else for this."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debrief.model import Tier


def room_name(name: str, tier: Tier) -> str:
    """Return a room's name for a tier, as in its reports: only `full` sees an email address in the name."""
    if tier == "full":
        return name
    from debrief.documents.redaction import Mask

    return Mask().text(name)
