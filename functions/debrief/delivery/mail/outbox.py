"""Write emails as .eml files into a folder, for trial runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.delivery.archive.atomic_files import check_folder, read_or_none, remove, remove_leftovers, write_atomically
from debrief.delivery.archive.safe_names import check_name

if TYPE_CHECKING:
    from debrief.delivery.mail.mailer import Envelope


class OutboxMailer:
    """A Mailer that writes `<name>.eml` into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, envelope: Envelope) -> None:
        write_atomically(self._path(envelope.name), envelope.message)

    def was_sent(self, name: str) -> bool:
        return self._path(name).is_file()

    def check(self) -> None:
        check_folder(self._folder)

    def mails(self, start: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield name and whole MIME of each email whose name has this prefix, by name."""
        for path in sorted(self._folder.glob("*.eml")) if self._folder.is_dir() else ():
            if path.name.startswith(start) and (message := read_or_none(path)) is not None:
                yield path.stem, message

    def delete(self, name: str) -> None:
        remove(self._path(name))

    def clean(self) -> int:
        return remove_leftovers(self._folder)

    def _path(self, name: str) -> Path:
        return self._folder / f"{check_name(name)}.eml"
