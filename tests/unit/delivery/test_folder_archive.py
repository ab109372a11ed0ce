"""What only a folder does: files, links, full disks, killed processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.archive.atomic_files import write_atomically
from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.mail.mailer import Envelope
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import BadRequest, BadSettings
from debrief.model import Document

KEY = "attendees/date=2024-08-01/session=1_cue00001/attendees.csv"


def document(body: bytes, key: str = KEY) -> Document:
    return Document(key, body, "text/csv")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(script: str, root: Path) -> int:
    """Run a script that finds the archive's root as `root` and a document as `document`; its exit code."""
    start = (
        "import os, resource, signal, sys\nfrom pathlib import Path\n"
        "from debrief.delivery.archive.folder import FolderArchive\nfrom debrief.model import Document\n"
        f"root, document = Path(sys.argv[1]), Document({KEY!r}, b'second' * 1000, 'text/csv')\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", start + script, root], env=environ, check=False).returncode


def test_identical_content_leaves_the_file_untouched(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.write(document(b"same"))
    os.utime(tmp_path / KEY, (1, 1))
    inode = (tmp_path / KEY).stat().st_ino
    archive.write(document(b"same"))
    assert ((tmp_path / KEY).stat().st_mtime, (tmp_path / KEY).stat().st_ino) == (1, inode)


def test_nothing_but_the_document_is_left(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.write(document(b"one"))
    archive.write(document(b"two"))
    assert files(tmp_path) == {KEY: b"two"}


def test_a_process_killed_before_the_replace_leaves_the_old_file_whole(tmp_path: Path) -> None:
    FolderArchive(tmp_path).write(document(b"first"))
    killed = run(
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\nFolderArchive(root).write(document)\n",
        tmp_path,
    )
    assert killed == -signal.SIGKILL
    found = files(tmp_path)
    assert found.pop(KEY) == b"first"
    assert all(Path(name).name.startswith(".debrief-") for name in found)
    assert FolderArchive(tmp_path).write(document(b"third")).bytes == 5


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file_whole(tmp_path: Path) -> None:
    FolderArchive(tmp_path).write(document(b"first"))
    script = (
        "from debrief.errors import BadSettings\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try:\n    FolderArchive(root).write(document)\n"
        "except BadSettings as error:\n    sys.exit(42 if str(error).endswith('File too large.') else str(error))\n"
    )
    assert run(script, tmp_path) == 42
    assert files(tmp_path) == {KEY: b"first"}


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "attendees").write_text("in the way")
    with pytest.raises(BadSettings, match="cannot be written"):
        FolderArchive(tmp_path).write(document(b"x"))
    with pytest.raises(BadSettings, match="cannot be written"):
        FolderArchive(tmp_path / "attendees").check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_forbidden_folder_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadSettings, match="Permission denied"):
        FolderArchive(tmp_path).write(document(b"x"))
    with pytest.raises(BadSettings, match="Permission denied"):
        FolderArchive(tmp_path).check()


def test_a_link_out_of_the_archive_is_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "secret.csv").write_text("secret")
    (root / "attendees").symlink_to(outside)
    archive = FolderArchive(root)
    for use in (lambda: archive.write(document(b"x")), lambda: archive.read("attendees/secret.csv")):
        with pytest.raises(BadSettings, match="symbolic link"):
            use()
    assert files(outside) == {"secret.csv": b"secret"}


def test_a_root_that_is_a_link_is_the_users_choice(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    FolderArchive(tmp_path / "root").write(document(b"x"))
    assert files(tmp_path / "real") == {KEY: b"x"}


@given(st.text() | st.lists(st.sampled_from(["..", ".", "", "a", "~", "a\\..\\b", "C:", "%2e%2e"])).map("/".join))
def test_no_key_leads_out_of_the_root(key: str) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "deep" / "root"
        try:
            FolderArchive(root).write(document(b"x", key))
        except BadRequest:
            assert files(Path(folder)) == {}
        else:
            assert files(root) == {key: b"x"}
            assert len(files(Path(folder))) == 1


def test_a_folder_gives_no_address_to_download_from(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.write(document(b"x"))
    assert archive.download_url(KEY, None, seconds=60, name="attendees.csv") is None


def modes(root: Path) -> dict[int, set[int]]:
    """The permissions of folders (1) and of files (0) below a root, the root included."""
    found: dict[int, set[int]] = {0: set(), 1: set()}
    for path in (root, *root.rglob("*")):
        found[path.is_dir()].add(path.stat().st_mode & 0o777)
    return found


def test_archive_outbox_and_ledger_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        FolderArchive(tmp_path / "out" / "archive").write(document(b"x"))
        OutboxMailer(tmp_path / "out" / "outbox").send(Envelope("mail", "ann@example.com", b"x"))
        with closing(SqliteLedger(tmp_path / "out" / "state" / "ledger.sqlite3")) as ledger:
            ledger.session("1_cue")
        write_atomically(tmp_path / "out" / "person" / "README.txt", b"x")
    finally:
        os.umask(before)
    assert modes(tmp_path / "out") == {1: {0o700}, 0: {0o600}}


def test_what_a_killed_writer_left_is_cleaned_and_counted(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.write(document(b"x"))
    left = tmp_path / Path(KEY).parent / ".debrief-0123456789abcdef.tmp"
    left.write_bytes(b"Ann Lee")
    assert list(archive.keys("attendees/")) == [KEY]
    assert (archive.clean(), archive.clean(), left.exists()) == (1, 0, False)
    assert archive.read(KEY) == b"x"


def test_a_writer_whose_file_is_cleaned_away_writes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, replace_by, cleaned = FolderArchive(tmp_path), Path.replace, []

    def replaced(path: Path, target: Path) -> Path:
        if not cleaned:
            cleaned.append(archive.clean())
        return replace_by(path, target)

    monkeypatch.setattr(Path, "replace", replaced)
    archive.write(document(b"x"))
    assert (cleaned, archive.read(KEY)) == ([1], b"x")


def test_a_file_that_was_just_found_unchanged_is_not_read_again(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    listed = archive.write(document(b"same"))
    unchanged = archive.unchanged([listed])[KEY]
    (tmp_path / KEY).write_bytes(b"unread")
    assert archive.write(document(b"same"), unchanged=unchanged) == listed
    assert archive.read(KEY) == b"unread"
    archive.write(document(b"other"), unchanged=unchanged)
    assert archive.read(KEY) == b"other"
