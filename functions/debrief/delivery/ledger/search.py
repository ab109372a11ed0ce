"""Compare sessions with the conditions of a search. Both kinds of ledger use this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Conditions on sessions. A blank condition matches every session.

    `room` and `host` match a whole id or a part of a name; `text` matches a part of a name or id.
    """

    room: str = ""  # entry id, or a part of the room's name
    host: str = ""  # user id, or a part of the host's name
    event: str = ""  # virtual event id
    text: tuple[str, ...] = ()  # words; each must be in the room's name, the host's name or an id

    @property
    def compares_names(self) -> bool:
        return bool(self.room or self.host or self.text)

    def matcher(self) -> Callable[[str, str, str, str, str], bool]:
        """Return a function that compares a session's names and ids; it does not compare the virtual event.

        It is fast, because a search calls it for every session: the wanted words are folded only once.
        """
        room, host, words = self.room, self.host, list(map(str.casefold, self.text))
        room_part, host_part = room.casefold(), host.casefold()

        def fits(entry_name: str, host_name: str, host_user_id: str, entry_id: str, cue_point_id: str) -> bool:
            if room and room != entry_id and room_part not in entry_name.casefold():
                return False
            if host and host != host_user_id and host_part not in host_name.casefold():
                return False
            if words:
                text = f"{entry_name}\n{host_name}\n{host_user_id}\n{entry_id}\n{cue_point_id}".casefold()
                for word in words:
                    if word not in text:
                        return False
            return True

        return fits
