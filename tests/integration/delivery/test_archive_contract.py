"""What holds for every archive: a folder and S3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from debrief.delivery.archive.archive import Archive, ManifestFile
from debrief.delivery.archive.folder import FolderArchive
from debrief.delivery.archive.s3 import S3Archive
from debrief.errors import BadRequest, Conflict, Overtaken
from debrief.model import Document
from support.aws import BUCKET, make_bucket, moto_aws

KEY = "attendees/date=2024-08-01/session=1_cue00001/attendees.csv"
HOSTILE_KEYS = [
    "",
    "/etc/passwd",
    "../outside.csv",
    "reports/../../outside.csv",
    "reports//a.csv",
    "reports/.",
    "reports/",
    "reports\\..\\a.csv",
    "C:/a.csv",
    "C:a.csv",
    "reports/.hidden",
    "reports/a.csv\n",
    "reports/a\x00.csv",
    "reports/Zoë.csv",
    "~/a.csv",
    "reports/" + "a" * 201,
    "a/" * 520 + "a",
]


@pytest.fixture(params=["folder", "s3", "s3-prefix"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    if request.param == "folder":
        yield FolderArchive(tmp_path / "archive")
        return
    with moto_aws():
        yield S3Archive(make_bucket(), BUCKET, "/team/a/" if request.param == "s3-prefix" else "")


def document(body: bytes, key: str = KEY) -> Document:
    return Document(key, body, "text/csv; charset=utf-8", rows=1)


@pytest.mark.parametrize("body", [b"user_id,minutes\nanna,61.5\n", b"", bytes(range(256)) * 300, b"\r\n\xff\x00"])
def test_a_document_is_read_back_byte_for_byte(archive: Archive, body: bytes) -> None:
    stored = archive.write(document(body))
    assert archive.read(KEY) == body
    assert archive.read(KEY, stored.version_id) == body


def test_a_file_that_is_too_large_is_not_read(archive: Archive) -> None:
    archive.write(document(b"x" * 1_000_000))
    assert archive.read(KEY, most=1_000_000) == b"x" * 1_000_000
    with pytest.raises(BadRequest, match="larger than 0 MB"):
        archive.read(KEY, most=999_999)
    assert archive.read("reports/none.csv", most=1) is None


def test_the_archive_says_size_and_hash_of_what_it_wrote(archive: Archive) -> None:
    stored = archive.write(document(b"abc"))
    assert stored == ManifestFile(KEY, 3, hashlib.sha256(b"abc").hexdigest(), 1, stored.version_id)


def test_a_revision_overwrites_the_same_key(archive: Archive) -> None:
    first = archive.write(document(b"first"))
    second = archive.write(document(b"second"))
    assert archive.read(KEY) == b"second"
    assert (first.key, first.sha256) != (second.key, second.sha256)


def test_writing_the_same_again_says_the_same(archive: Archive) -> None:
    assert archive.write(document(b"same")) == archive.write(document(b"same"))


def test_a_file_takes_the_place_of_the_very_one_that_was_read(archive: Archive) -> None:
    for before, after in ((None, b"one"), (b"one", b"two"), (b"two", b"one"), (b"one", b"one")):
        with archive.replacing(KEY, before) as replace_it:
            assert archive.read(KEY, replace_it(document(after)).version_id) == after
    assert archive.read(KEY) == b"one"
    assert not archive.is_half_written(KEY)


@pytest.mark.parametrize("before", [None, b"", b"one", b"three"])
def test_a_file_that_is_another_one_by_now_stays(archive: Archive, before: bytes | None) -> None:
    archive.write(document(b"two"))
    with pytest.raises(Overtaken), archive.replacing(KEY, before):
        raise AssertionError("The block must not begin.")
    assert archive.read(KEY) == b"two"
    assert not archive.is_half_written(KEY)


@pytest.mark.parametrize("before", [None, b"first"])
def test_of_two_who_replace_the_same_file_only_one_does(archive: Archive, before: bytes | None) -> None:
    if before is not None:
        archive.write(document(before))
    with suppress(Conflict), archive.replacing(KEY, before) as mine:
        with suppress(Conflict), archive.replacing(KEY, before) as theirs:
            theirs(document(b"theirs"))
        mine(document(b"mine"))
    won = archive.read(KEY)
    assert won in {b"mine", b"theirs"}
    with archive.replacing(KEY, won) as replace_it:
        replace_it(document(b"later"))
    assert archive.read(KEY) == b"later"


def test_who_was_killed_while_replacing_a_file_holds_nobody_up(archive: Archive) -> None:
    with suppress(KeyboardInterrupt), archive.replacing(KEY, None):
        raise KeyboardInterrupt
    with archive.replacing(KEY, None) as replace_it:
        replace_it(document(b"later"))
    assert archive.read(KEY) == b"later"
    assert not archive.is_half_written(KEY)


def test_the_archive_knows_whether_the_newest_file_is_the_one_that_was_written(archive: Archive) -> None:
    first = archive.write(document(b"first"))
    assert archive.holds(KEY, first.sha256, first.version_id)
    second = archive.write(document(b"second"))
    assert not archive.holds(KEY, first.sha256, first.version_id)
    assert not archive.holds(KEY, second.sha256, "another")
    assert not archive.holds("reports/none.csv", first.sha256, first.version_id)


def test_of_several_listed_files_the_archive_names_those_that_are_still_the_newest(archive: Archive) -> None:
    folder, alone = "reports/date=2024-08-01/session=1", "rooms/date=2024-08-01/session=1/rooms.csv"
    names = ("same.csv", "replaced.csv", "removed.csv", "lists/back.csv")
    listed = [archive.write(document(b"one", key)) for key in [*(f"{folder}/{name}" for name in names), alone]]
    same, replaced, removed, back, only = listed
    archive.write(document(b"one", f"{folder}0/replaced.csv"))  # another session
    for body, file in ((b"two", replaced), (b"two", back), (b"one", back)):
        archive.write(document(body, file.key))
    archive.remove(removed.key)
    found = archive.unchanged(listed)
    kept = {same.key, only.key} | ({back.key} if back.version_id is None else set())  # a version never comes back
    assert found.keys() == kept
    assert [found[key].file for key in (same.key, only.key)] == [same, only]
    assert archive.unchanged([]) == {}


@pytest.mark.parametrize("body", [b"one", b"two"])
def test_a_file_that_was_found_unchanged_is_written_like_any_other(archive: Archive, body: bytes) -> None:
    listed = archive.write(document(b"one"))
    known = archive.unchanged([listed])[KEY]
    stored = archive.write(replace(document(body), rows=2), unchanged=known)
    assert (archive.read(KEY), stored.rows) == (body, 2)
    assert (stored.version_id == listed.version_id) is (body == b"one" or listed.version_id is None)
    assert archive.unchanged([stored])[KEY].file == stored


def test_a_file_that_changed_after_it_was_found_unchanged_is_replaced(archive: Archive) -> None:
    known = archive.unchanged([archive.write(document(b"one"))])[KEY]
    archive.write(document(b"other"))
    stored = archive.write(document(b"two"), unchanged=known)
    assert archive.read(KEY) == archive.read(KEY, stored.version_id) == b"two"


def test_an_earlier_content_may_come_back(archive: Archive) -> None:
    for body in (b"one", b"two", b"one"):
        archive.write(document(body))
    assert archive.read(KEY) == b"one"


def test_what_is_not_there_is_none(archive: Archive) -> None:
    archive.write(document(b"abc"))
    assert archive.read("reports/none.json") is None
    assert archive.read("attendees") is None
    assert archive.read(f"{KEY}/below") is None
    assert archive.read(KEY, "no-such-version") is None


def test_a_hostile_key_is_refused_without_being_repeated(archive: Archive) -> None:
    for key in HOSTILE_KEYS:
        for use in (
            lambda it=key: archive.write(document(b"x", it)),
            lambda it=key: archive.read(it),
            lambda it=key: archive.download_url(it, None, seconds=60, name="a.csv"),
        ):
            with pytest.raises(BadRequest) as refused:
                use()
            assert len(key) < 4 or key not in str(refused.value)


def test_the_check_of_a_working_archive_writes_nothing(archive: Archive, tmp_path: Path) -> None:
    archive.check()
    assert archive.read("check") is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_location_leads_to_the_file(archive: Archive, tmp_path: Path) -> None:
    assert archive.location(KEY) in {
        str(tmp_path / "archive" / KEY),
        f"s3://{BUCKET}/{KEY}",
        f"s3://{BUCKET}/team/a/{KEY}",
    }


def test_an_address_to_download_from_is_the_archives_own_or_none(archive: Archive) -> None:
    stored = archive.write(document(b"abc"))
    url = archive.download_url(KEY, stored.version_id, seconds=60, name="a.csv")
    assert (url is None) == isinstance(archive, FolderArchive)
    assert url is None or BUCKET in url


def keys_of(archive: Archive, prefix: str) -> list[str]:
    return list(archive.keys(prefix))


def test_files_are_found_by_the_beginning_of_their_keys(archive: Archive) -> None:
    names = ["reports/date=2024-08-01/session=a/x.csv", "reports/date=2024-08-01/session=ab/x.csv", "raw/y.csv"]
    for name in names:
        archive.write(document(b"1", name))
    assert keys_of(archive, "") == sorted(names)
    assert keys_of(archive, "reports/date=2024-08-01/session=a") == names[:2]
    assert keys_of(archive, "reports/date=2024-08-01/session=a/") == names[:1]
    assert keys_of(archive, "nothing/") == []


def test_a_file_is_gone_for_good_when_all_its_versions_are_deleted(archive: Archive) -> None:
    other = KEY.replace("attendees.csv", "other.csv")
    archive.write(document(b"other", other))
    old, new = archive.write(document(b"old")), archive.write(document(b"new"))
    found = list(archive.versions(KEY))
    assert (found[0].key, found[0].is_latest) == (KEY, True)
    assert {one.version_id for one in found} == {old.version_id, new.version_id}
    for version in found:
        archive.delete(version)
        archive.delete(version)
    assert list(archive.versions(KEY)) == []
    assert archive.read(KEY) is None
    assert archive.read(other) == b"other"


def test_a_file_that_was_removed_is_not_there_any_more(archive: Archive) -> None:
    archive.write(Document("raw/date=2024-08-01/session=1/6000.csv.gz", b"1", "application/gzip"))
    archive.write(Document("raw/date=2024-08-01/session=2/6000.csv.gz", b"2", "application/gzip"))
    for _ in range(2):
        archive.remove("raw/date=2024-08-01/session=1/6000.csv.gz")
    assert archive.read("raw/date=2024-08-01/session=1/6000.csv.gz") is None
    assert list(archive.keys("raw/")) == ["raw/date=2024-08-01/session=2/6000.csv.gz"]
    archive.write(Document("raw/date=2024-08-01/session=1/6000.csv.gz", b"3", "application/gzip"))
    assert archive.read("raw/date=2024-08-01/session=1/6000.csv.gz") == b"3"
