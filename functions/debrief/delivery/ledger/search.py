"""Conditions of a search for sessions. Both ledgers search without reading every record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Conditions on sessions. Every session fits a blank condition.

    Ids must match exactly. Of a name or id, a part is enough for `text`; of a name also for `room` and `host`.
    """

    room: str = ""  # entry id, or a part of the room's name
    host: str = ""  # user id, or a part of the host's name
    event: str = ""  # virtual event id
    text: tuple[str, ...] = ()  # words; each must be in the room's name, the host's name or an id

    def fits_names(self, entry_name: str, host_name: str, host_user_id: str, entry_id: str, cue_point_id: str) -> bool:
        """Return whether the names and ids of a session fit; the virtual event is not compared."""
        return (
            _is_named(self.room, entry_id, entry_name)
            and _is_named(self.host, host_user_id, host_name)
            and self._has_words(entry_name, host_name, host_user_id, entry_id, cue_point_id)
        )

    def _has_words(self, *names: str) -> bool:
        if not self.text:
            return True
        text = folded(*names)
        return all(word.casefold() in text for word in self.text)


def folded(*names: str) -> str:
    """Return the names in one text, without difference of case."""
    return "\n".join(names).casefold()


def _is_named(text: str, id_: str, name: str) -> bool:
    return not text or text == id_ or text.casefold() in name.casefold()
