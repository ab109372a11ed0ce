"""The link signing key and the people key on one machine."""

import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from debrief.delivery.links.local_keys import local_link_key, local_people_key
from debrief.errors import BadSettings
from debrief.settings import Settings
from debrief.wiring import connect, people_key_of


def test_the_key_is_made_once_beside_the_ledger_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    ledger = tmp_path / "state" / "ledger.sqlite3"
    key = local_link_key(ledger)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", key)
    assert stat.S_IMODE(ledger.with_name("link.key").stat().st_mode) == 0o600
    assert local_link_key(ledger) == key
    assert local_people_key(ledger) != key
    assert sorted(path.name for path in ledger.parent.iterdir()) == ["link.key", "people.key"]


def test_processes_that_make_it_at_once_all_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(local_link_key, [tmp_path / "ledger.sqlite3"] * 64))) == 1


@pytest.mark.parametrize("damaged", [b"", b"short", b"\xff" * 50])
def test_a_damaged_key_is_no_key(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "link.key").write_bytes(damaged)
    (tmp_path / "link.key").chmod(0o600)
    with pytest.raises(BadSettings, match=r"link\.key"):
        local_link_key(tmp_path / "ledger.sqlite3")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
@pytest.mark.parametrize(("name", "key"), [("link.key", local_link_key), ("people.key", local_people_key)])
def test_a_key_file_that_is_open_to_others_is_refused(
    tmp_path: Path, name: str, key: Callable[[Path], str], mode: int
) -> None:
    (tmp_path / name).write_text("k" * 43)
    (tmp_path / name).chmod(mode)
    with pytest.raises(BadSettings, match=rf"{name} is open to other users; run `chmod 600"):
        key(tmp_path / "ledger.sqlite3")


def test_a_short_people_key_is_refused_and_none_is_made_beside_a_table(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="DEBRIEF_PEOPLE_KEY must have at least 32"):
        people_key_of(Settings(archive=str(tmp_path), people_key="short"))
    assert people_key_of(Settings(ledger="dynamodb:table", link_key="k" * 40)) == b""


def test_without_a_portal_no_key_is_made(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"), outbox=str(tmp_path / "outbox"))
    assert connect(settings, asks_kaltura=False).settings.link_key == ""
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_set_wins(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path), portal_url="https://reports.example.com", link_key="k" * 40)
    assert connect(settings, asks_kaltura=False).settings.link_key == "k" * 40
    assert list(tmp_path.iterdir()) == []
