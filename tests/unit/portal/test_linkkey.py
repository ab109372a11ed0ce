"""The key of links on one machine."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from debrief.delivery.linkkey import local_link_key
from debrief.errors import BadSettings
from debrief.settings import Settings
from debrief.wiring import connect


def test_the_key_is_made_once_beside_the_ledger_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    ledger = tmp_path / "state" / "ledger.sqlite3"
    key = local_link_key(ledger)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", key)
    assert stat.S_IMODE(ledger.with_name("link.key").stat().st_mode) == 0o600
    assert local_link_key(ledger) == key
    assert [path.name for path in ledger.parent.iterdir()] == ["link.key"]


def test_processes_that_make_it_at_once_all_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(local_link_key, [tmp_path / "ledger.sqlite3"] * 64))) == 1


@pytest.mark.parametrize("damaged", [b"", b"short", b"\xff" * 50])
def test_a_damaged_key_is_no_key(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "link.key").write_bytes(damaged)
    with pytest.raises(BadSettings, match=r"link\.key"):
        local_link_key(tmp_path / "ledger.sqlite3")


def test_without_a_portal_no_key_is_made(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path / "archive"), outbox=str(tmp_path / "outbox"))
    assert connect(settings, asks_kaltura=False).settings.link_key == ""
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_set_wins(tmp_path: Path) -> None:
    settings = Settings(archive=str(tmp_path), portal_url="https://reports.example.com", link_key="k" * 40)
    assert connect(settings, asks_kaltura=False).settings.link_key == "k" * 40
    assert list(tmp_path.iterdir()) == []
