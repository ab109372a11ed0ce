"""Write the messages of a channel into the outbox folder, for trial runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.archive.atomic_files import check_folder, write_atomically
from debrief.delivery.archive.safe_names import check_name

if TYPE_CHECKING:
    from debrief.delivery.channels.channel import Channel, Occasion, Parcel
    from debrief.message import Message


class OutboxChannel:
    """A Channel that formats like another one, and writes `<name>.json` into a folder."""

    def __init__(self, folder: Path, channel: Channel) -> None:
        self._folder = folder
        self._channel = channel

    def format(self, message: Message, occasion: Occasion) -> bytes:
        return self._channel.format(message, occasion)

    def send(self, parcel: Parcel) -> None:
        write_atomically(self._path(parcel.name), parcel.body)

    def was_sent(self, name: str) -> bool:
        return self._path(name).is_file()

    def check(self) -> None:
        self._channel.check()
        check_folder(self._folder)

    def _path(self, name: str) -> Path:
        return self._folder / f"{check_name(name)}.json"
