"""Mail as a folder of .eml files, for a trial run: any mail program opens them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.archive.atomic_files import check_folder, read_if_there, remove, remove_leftovers, write_whole
from debrief.delivery.archive.safe_names import check_name

if TYPE_CHECKING:
    from debrief.delivery.mail.mailer import Envelope


class OutboxMailer:
    """A Mailer that writes `<name>.eml` into a folder; it alone can tell what it has sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, envelope: Envelope) -> None:
        """Write the mail, whole. Raises BadSettings, or BadRequest for a name that is no file name."""
        write_whole(self._path(envelope.name), envelope.message)

    def was_sent(self, name: str) -> bool:
        """Whether the mail's file is there."""
        return self._path(name).is_file()

    def check(self) -> None:
        """Make the folder and, for a moment, a file in it. Raises BadSettings."""
        check_folder(self._folder)

    def mails(self, start: str = "") -> Iterator[tuple[str, bytes]]:
        """The mails whose names start so, by name, with their whole MIME."""
        for path in sorted(self._folder.glob("*.eml")) if self._folder.is_dir() else ():
            if path.name.startswith(start) and (message := read_if_there(path)) is not None:
                yield path.stem, message

    def delete(self, name: str) -> None:
        """Delete a mail, if it is there. Raises BadSettings."""
        remove(self._path(name))

    def clean(self) -> int:
        """Delete what killed processes left half written; returns how many files. Raises BadSettings."""
        return remove_leftovers(self._folder)

    def _path(self, name: str) -> Path:
        return self._folder / f"{check_name(name)}.eml"
