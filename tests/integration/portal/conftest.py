"""The small session, emailed once for all tests of a process; each test works on a copy."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from support.index_page import BOSS, VICE
from support.mailed import Mailed, mail_the_small_session
from support.world import END, World, small_account, world


@pytest.fixture(scope="session")
def mailed_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder of a world after its emails, and their tokens."""
    with world(tmp_path_factory.mktemp("mailed"), small_account(), END + timedelta(hours=1)) as place:
        return place.root, mail_the_small_session(place).tokens


@pytest.fixture
def mailed(small: World, mailed_once: tuple[Path, dict[str, str]]) -> Mailed:
    """The small session after its three emails."""
    root, tokens = mailed_once
    shutil.copytree(root, small.root, dirs_exist_ok=True)
    return Mailed(small, dict(tokens))


@pytest.fixture
def admins(mailed: Mailed) -> Mailed:
    """The small session, and two admins who have had their daily line."""
    mailed.mail_the_admins(BOSS, VICE)
    return mailed
